"""The tables of a history hang together, apart from the rows that are meant not to."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

from leadpolicy.simulate import clock, dirt, model
from leadpolicy.simulate.scenarios import FIRST_POSITION, STEP
from tests.simulate.reading import Row, read_cases

ORPHAN = dirt.UNKNOWN_COMPANY
WINDOW = ("2024-01-01", "2025-12-31")


def test_every_row_belongs_to_a_company(tables: dict[str, list[Row]]) -> None:
    ids = {row["company_id"] for row in tables["companies"]}
    assert len(ids) == 2000
    strangers = [
        (name, row["company_id"])
        for name, rows in tables.items()
        for row in rows
        if row["company_id"] not in ids
    ]
    assert strangers == [("events", ORPHAN)]


def test_keys_are_unique_but_for_one_duplicate(tables: dict[str, list[Row]]) -> None:
    counts = Counter(row["company_id"] for row in tables["companies"])
    assert [c for c, n in counts.items() if n > 1] == ["C0000023"]
    for name, key in (("people", "person_id"), ("deals", "deal_id")):
        keys = [row[key] for row in tables[name]]
        assert len(keys) == len(set(keys))


def test_main_contacts_are_people_of_the_company(tables: dict[str, list[Row]]) -> None:
    company_of = {row["person_id"]: row["company_id"] for row in tables["people"]}
    named = [row for row in tables["companies"] if row["main_contact"]]
    assert 0.9 < len(named) / len(tables["companies"]) < 1
    assert all(company_of[row["main_contact"]] == row["company_id"] for row in named)


def test_rows_are_sorted_by_company(tables: dict[str, list[Row]]) -> None:
    for name, rows in tables.items():
        ids = [row["company_id"] for row in rows]
        assert ids == sorted(ids), name


def test_events_are_in_order(tables: dict[str, list[Row]]) -> None:
    last = Row()
    for row in tables["events"]:
        if row["seq"] == "99":  # the planted row
            continue
        if last and row["company_id"] == last["company_id"]:
            assert int(row["seq"]) == int(last["seq"]) + 1
            assert row["at"] >= last["at"]
        else:
            assert row["seq"] == "1"
        last = row


def test_moments_lie_in_the_two_years(history: Path, tables: dict[str, list[Row]]) -> None:
    old = set(read_cases(history)["enquiry_three_years_old"])
    outside = [
        (row["company_id"], row[column])
        for name, column in (("companies", "created_at"), ("events", "at"),
                             ("assessments", "assessed_at"), ("deals", "created_at"),
                             ("deals", "closed_at"), ("lifecycle", "changed_at"))
        for row in tables[name]
        if row[column] and not WINDOW[0] <= row[column][:10] <= WINDOW[1]
    ]  # fmt: skip
    assert {company for company, _ in outside} == old
    assert all(moment.startswith("2022-06") for _, moment in outside)


def test_nothing_happens_before_a_company_is_known(
    history: Path, tables: dict[str, list[Row]]
) -> None:
    old = set(read_cases(history)["enquiry_three_years_old"])
    entered = {row["company_id"]: row["created_at"] for row in tables["companies"]}
    entered[ORPHAN] = ""
    for name, column in (("events", "at"), ("assessments", "assessed_at"),
                         ("deals", "created_at"), ("lifecycle", "changed_at")):  # fmt: skip
        for row in tables[name]:
            planted = row.get("seq") == "99" or row.get("value") == "perhaps"
            planted |= row.get("fact") == "deal.budget"
            if row["company_id"] not in old and not planted:
                assert row[column] >= entered[row["company_id"]], (name, row)


def test_people_work_on_weekdays(tables: dict[str, list[Row]]) -> None:
    days = [date.fromisoformat(row["assessed_at"][:10]) for row in tables["assessments"]]
    assert max(day.weekday() for day in days) == 4  # Friday
    hours = {int(row["at"][11:13]) for row in tables["events"]}
    assert min(hours) == 7
    assert max(hours) == 18


def test_judgements_follow_a_conversation(history: Path, tables: dict[str, list[Row]]) -> None:
    """Only whether we could solve the problem is judged from a distance; written cases apart."""
    written = {company for copies in read_cases(history).values() for company in copies}
    first: dict[str, str] = {}
    for row in tables["events"]:
        if row["detail"] == "Both ways":
            first.setdefault(row["company_id"], row["at"])
    for row in tables["assessments"]:
        planted = row["value"] == "perhaps" or row["fact"] == "deal.budget"
        from_afar = row["fact"] == "need.solvable_by_us"
        if row["company_id"] not in written and not planted and not from_afar:
            assert row["assessed_at"] >= first[row["company_id"]], row


def test_deals_close_after_they_open(tables: dict[str, list[Row]]) -> None:
    for row in tables["deals"]:
        assert (row["closed_at"] == "") == (row["outcome"] == "Open")
        assert row["outcome"] == "Open" or row["closed_at"] > row["created_at"]


def test_planted_mistakes_are_there_once(tables: dict[str, list[Row]]) -> None:
    assert sum(row["industry"] == "Quartz dealing" for row in tables["companies"]) == 1
    assert sum(row["employees"] == "about fifty" for row in tables["companies"]) == 1
    assert sum(row["at"].startswith("2025-02-30") for row in tables["events"]) == 1
    assert sum(row["company_id"] == ORPHAN for row in tables["events"]) == 1
    assert sum(row["value"] == "perhaps" for row in tables["assessments"]) == 1
    assert sum(row["fact"] == "deal.budget" for row in tables["assessments"]) == 1


def test_mistakes_spare_the_written_cases() -> None:
    assert all((d.position - FIRST_POSITION) % STEP != 0 for d in dirt.DIRT)


def test_shares_of_journeys_are_percents() -> None:
    for period in range(3):
        assert sum(journey.share[period] for journey in model.JOURNEYS) == 100
    for journey in model.JOURNEYS:
        for weights in (journey.source, journey.requests):
            assert abs(sum(weight for _, weight in weights) - 1) < 1e-9, journey.key


def test_clock_keeps_order_and_week() -> None:
    import numpy as np

    at = np.array([0.0, 0.99, 4.3, 6.99, 7.0, 730.99])
    shown = clock.moments(at).tolist()
    assert shown == sorted(shown)
    assert shown[0] == "2024-01-01T07:30:00Z"  # a Monday
    assert shown[3].startswith("2024-01-05")  # the Friday of that week
    assert shown[4] == "2024-01-08T07:30:00Z"
    assert shown[5] < "2026"
    assert clock.moments(np.array([np.inf])).tolist() == [""]
