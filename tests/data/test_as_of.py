"""Only what was known at a record's moment counts, and what it came to only after it."""

from __future__ import annotations

import pytest

from leadpolicy.data.recordset import RecordSet
from leadpolicy.types import show
from tests.data.room import Room

COMPANIES = "id,since\na,2026-01-01\nb,2026-02-10\n"
JUDGED = """\
tables: {companies: {file: companies.csv}, judged: {file: judged.csv}}
records: {table: companies, id: id, entered_at: since}
assessments: {table: judged, record: id, fact: fact, value: value, at: at, by: by}
"""


def shown(found: RecordSet, fact: str) -> list[str]:
    return [show(r.facts[fact]) if fact in r.facts else "" for r in found.records]


def judge(room: Room, *rows: str) -> None:
    room.write(companies=COMPANIES, judged="\n".join(["id,fact,value,at,by", *rows]) + "\n")


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-02-15T11:59:59Z", "none"),
        ("2026-02-15T12:00:00Z", "allocated"),
        ("2026-02-15T12:00:01Z", "allocated"),
    ],
)
def test_a_judgement_counts_from_its_second_on(as_of: str, expected: str, room: Room) -> None:
    judge(
        room,
        "a,deal.budget_status,none,2026-02-01,Ann",
        "a,deal.budget_status,allocated,2026-02-15T12:00:00Z,Bob",
    )
    assert shown(room.records(JUDGED, as_of), "deal.budget_status") == [expected, ""]


def test_where_a_judgement_came_from(room: Room) -> None:
    judge(room, "a,deal.budget_status,allocated,2026-02-15T12:00:00Z,Bob")
    origin = room.records(JUDGED).records[0].origins["deal.budget_status"]
    assert (origin.source, show(origin.at or ""), origin.by) == (
        "judged.csv line 2", "2026-02-15 12:00 UTC", "Bob"
    )  # fmt: skip


def test_an_empty_judgement_takes_the_last_one_back(room: Room) -> None:
    judge(
        room,
        "a,deal.budget_status,allocated,2026-02-01,Ann",
        "a,deal.budget_status,,2026-02-02,Ann",
    )
    assert shown(room.records(JUDGED), "deal.budget_status") == ["", ""]


def test_a_judgement_that_does_not_fit_leaves_the_fact_open(room: Room) -> None:
    judge(
        room,
        "a,deal.budget_status,allocated,2026-02-01,Ann",
        "a,deal.budget_status,plenty,2026-02-02,Ann",
        "b,deal.budget_status,allocated,2026-02-11,Ann",
        "b,deal.budget_status,none,32 February,Ann",
        "b,engagement.interest_expressed,yes,2026-02-11,Ann",
        "b,deal.budgetstatus,none,2026-02-11,Ann",
    )
    found = room.records(JUDGED)
    assert shown(found, "deal.budget_status") == ["", ""]
    assert shown(found, "engagement.interest_expressed") == ["", "yes"]
    assert [str(row) for row in found.quarantine] == [
        "judged.csv:5: at `32 February` is not a moment",
        "judged.csv:3: value `plenty` is not one of the declared values",
        "judged.csv:7: fact `deal.budgetstatus` is no fact (did you mean `deal.budget_status`?)",
    ]


def test_a_later_judgement_settles_what_did_not_fit(room: Room) -> None:
    judge(
        room,
        "a,deal.budget_status,plenty,2026-02-01,Ann",
        "a,deal.budget_status,none,2026-02-02,Ann",
    )
    assert shown(room.records(JUDGED), "deal.budget_status") == ["none", ""]


LOGGED = """\
tables: {companies: {file: companies.csv}, log: {file: log.csv}}
records: {table: companies, id: id, entered_at: since}
facts:
  company.employees: {column: since, values: {2026-01-01: "20", 2026-02-10: "30"}}
  deal.budget_status:
    table: log
    record: id
    at: at
    sequence: n
    where: {what: [offer, order]}
    column: what
    values: {offer: identified, order: allocated}
    absent_means: none
"""


def test_ties_go_by_the_sequence(room: Room) -> None:
    room.write(
        companies=COMPANIES,
        log="id,at,n,what\na,2026-02-20,2,offer\na,2026-02-20,1,order\na,2026-02-19,3,order\n",
    )
    found = room.records(LOGGED)
    assert shown(found, "deal.budget_status") == ["identified", "none"]
    origins = [record.origins["deal.budget_status"].source for record in found.records]
    assert origins == ["log.csv line 2", "no row in log says otherwise"]
    assert found.notes == ["no row in log is taken to mean none for deal.budget_status"]


def test_a_fact_from_several_sources_is_noted_once(room: Room) -> None:
    room.write(companies=COMPANIES, log="id,at,what\na,2026-02-20,offer\n")
    source = "{table: log, record: id, at: at, where: {what: offer}, absent_means: none, constant: "
    found = room.records(
        f"""\
tables: {{companies: {{file: companies.csv}}, log: {{file: log.csv}}}}
records: {{table: companies, id: id}}
facts:
  deal.budget_status:
    - {source}identified}}
    - {source}allocated}}
  engagement.interest_expressed: {{table: log, record: id, at: at, constant: true}}
"""
    )
    assert found.notes == ["no row in log is taken to mean none for deal.budget_status"]


def test_a_moment_without_records_says_why_and_nothing_else(room: Room) -> None:
    room.write(companies=COMPANIES)
    mapping = """\
tables: {companies: {file: companies.csv, nulls: [none]}}
records: {table: companies, id: id, entered_at: since}
facts: {company.note: {column: since, absent_means: nothing}}
"""
    assert room.refusal(mapping, "1990-01-01").splitlines()[0] == (
        "companies.csv: error LP505: no record of small can be evaluated as of 1990-01-01: "
        "2 records left out: entry after the moment of evaluation"
    )


def test_a_condition_that_nothing_meets_is_noted(room: Room) -> None:
    room.write(companies=COMPANIES, log="id,at,n,what\na,2026-02-20,2,ofer\n")
    mapping = LOGGED.replace("[offer, order]", "offer")
    assert room.records(mapping).notes == [
        "no row in log is taken to mean none for deal.budget_status",
        "no row of log is deal.budget_status: `offer` never stands in what (did you mean `ofer`?)",
    ]


@pytest.mark.parametrize(
    ("as_of", "ids", "note"),
    [
        ("2026-01-31", ["a"], "1 record left out: entry after the moment of evaluation"),
        ("2026-02-10", ["a", "b"], None),
        ("at entry", ["a", "b"], None),
        ("30 days after entry", ["a"], "1 record left out: moment after the end of the data"),
    ],
)  # fmt: skip
def test_who_is_evaluated(as_of: str, ids: list[str], note: str | None, room: Room) -> None:
    room.write(companies=COMPANIES)
    found = room.records(
        """\
        tables: {companies: {file: companies.csv}}
        records: {table: companies, id: id, entered_at: since}
        observed_until: 2026-03-01
        """,
        as_of,
    )
    assert found.ids == ids
    assert found.notes == ([note] if note else [])


def test_moments_after_entry(room: Room) -> None:
    room.write(companies=COMPANIES + "c,\n")
    found = room.records(
        """\
        tables: {companies: {file: companies.csv}}
        records: {table: companies, id: id, entered_at: since}
        """,
        "7 days after entry",
    )
    assert [show(moment) for moment in found.moments] == ["2026-01-08", "2026-02-17"]
    assert [str(row) for row in found.quarantine] == [
        "companies.csv:4: since is empty, so that there is no moment 7 days after entry"
    ]


DEALS = """\
tables: {companies: {file: companies.csv}, deals: {file: deals.csv}}
records: {table: companies, id: id, entered_at: since}
outcome: {name: won, table: deals, record: id, at: at, where: {end: won}%s}
closed: {table: deals, record: id, at: at, where: {end: lost}}
observed_until: 2026-06-30
"""


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("a,2026-03-01T00:00:00Z,won", None),  # at the moment: won already
        ("a,2026-03-01T00:00:01Z,won", True),
        ("a,2026-03-01,won", True),  # a day counts at its end
        ("a,2026-02-28,won", None),
        ("a,2026-06-30,won", True),
        ("a,2026-07-01,won", False),  # beyond what is observed
        ("a,2026-02-01,lost", None),
        ("a,2026-04-01,lost", False),
        ("a,,won", True),  # won, nobody knows when: later than the moment
        ("a,some day,won", None),
        ("b,2026-04-01,won", False),
    ],
)
def test_outcome(row: str, expected: bool | None, room: Room) -> None:
    room.write(companies=COMPANIES, deals=f"id,at,end\n{row}\n")
    assert room.records(DEALS % "").outcomes[0] is expected


@pytest.mark.parametrize(
    ("as_of", "at", "expected"),
    [
        ("2026-03-01", "2026-03-31", True),
        ("2026-03-01", "2026-04-30", False),
        ("2026-06-15", "2026-06-20", None),  # followed for two weeks only
    ],
)
def test_outcome_within_a_time(as_of: str, at: str, expected: bool | None, room: Room) -> None:
    room.write(companies=COMPANIES, deals=f"id,at,end\na,{at},won\n")
    assert room.records(DEALS % ", within: 45 days", as_of).outcomes[0] is expected


def test_an_undated_outcome_is_not_told_within_a_time(room: Room) -> None:
    room.write(companies=COMPANIES, deals="id,at,end\na,,won\n")
    found = room.records(DEALS % ", within: 45 days", "2026-03-01")
    assert found.outcomes[0] is None
    assert any("1 record won without a date: in no rate" in note for note in found.notes)


def test_closed_before_the_moment_is_over_though_won_some_day(room: Room) -> None:
    room.write(companies=COMPANIES, deals="id,at,end\na,,won\na,2026-02-01,lost\n")
    assert room.records(DEALS % "").outcomes[0] is None


def test_outcome_without_a_date(room: Room) -> None:
    room.write(companies="id,end\na,won\nb,open\n")
    found = room.records(
        """\
        tables: {companies: {file: companies.csv}}
        records: {table: companies, id: id}
        outcome: {name: won, table: companies, where: {end: won}}
        """
    )
    assert found.outcomes == [True, False]
    assert found.notes == ["won has no date: it is taken to come after the moment of evaluation"]
