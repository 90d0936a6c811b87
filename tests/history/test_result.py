"""The three readings, the file, refusals, and input that is odd."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import leadpolicy
from leadpolicy.data.chronicle import NEVER, Chronicle
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.history.result import NOT_THERE, Replay
from leadpolicy.history.run import replay
from leadpolicy.history.summary import as_dict, rung_counts
from leadpolicy.vocabulary import Vocabulary
from tests.history.conftest import Write
from tests.history.worlds import Life, chronicle, us

RUNGS = ("lead", "qualified_lead")


@pytest.fixture
def history(words: Vocabulary) -> Chronicle:
    """Up and down again; there from the beginning; never; and too late to be seen."""
    up = [("2025-01-05", "open"), ("2025-01-10", "agreed"), ("2025-01-20", "new")]
    lives = [
        Life("2025-01-01", {"deal.status": "new"}, {"deal.status": up}),
        Life("2025-01-03", {"deal.status": "agreed"}),
        Life("2025-01-04", {"deal.status": "new"}),
        Life("2025-03-01", {"deal.status": "agreed"}),
    ]
    return chronicle(words, lives, until="2025-02-01")


@pytest.fixture
def result(policy: Write, history: Chronicle) -> Replay:
    """Two rungs: open or more, and agreed."""
    written = policy({"deal.status": {"at_least": "open"}}, {"deal.status": "agreed"}, rungs=RUNGS)
    return leadpolicy.replay({"w": written}, history)


def test_first_entry_is_the_first_moment_of_a_rung_or_stage(result: Replay) -> None:
    expected = [us("2025-01-05"), us("2025-01-03"), NEVER, NEVER]
    assert result.first_entry("lead")["w"].tolist() == expected
    assert result.first_entry("s0")["w"].tolist() == expected
    agreed = [us("2025-01-10"), us("2025-01-03"), NEVER, NEVER]
    assert result.first_entry("qualified_lead")["w"].tolist() == agreed
    assert result.first_entry("opportunity") == {}


def test_an_entry_at_the_first_look_is_a_baseline(result: Replay) -> None:
    assert result.baseline(result.first_entry("lead")["w"]).tolist() == [False, True, False, False]


@pytest.mark.parametrize(
    ("moment", "current", "furthest"),
    [
        ("2025-01-02", [0, NOT_THERE, NOT_THERE, NOT_THERE], [0, NOT_THERE, NOT_THERE, NOT_THERE]),
        ("2025-01-05", [1, 2, 0, NOT_THERE], [1, 2, 0, NOT_THERE]),
        ("2025-01-19", [2, 2, 0, NOT_THERE], [2, 2, 0, NOT_THERE]),
        ("2025-01-20", [0, 2, 0, NOT_THERE], [2, 2, 0, NOT_THERE]),
    ],
)
def test_current_and_furthest_are_readings_of_their_own(
    result: Replay, moment: str, current: list[int], furthest: list[int]
) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert result.current(at)["w"].tolist() == current
    assert result.furthest(at)["w"].tolist() == furthest
    assert result.holding("lead", at)["w"].tolist() == [stage >= 1 for stage in current]


def test_a_day_means_its_end_and_nothing_is_said_of_the_time_after(result: Replay) -> None:
    assert result.current(date(2025, 1, 10))["w"].tolist()[0] == 2
    assert result.current(date(2025, 2, 1))["w"].tolist()[0] == 0
    with pytest.raises(LeadpolicyError, match=r"LP513.*2025-02-02 .*after the end"):
        result.current(date(2025, 2, 2))


def test_a_rung_is_held_where_one_of_its_stages_is(policy: Write, history: Chronicle) -> None:
    both = policy({"deal.status": "open"}, {"deal.status": "agreed"}, rungs=("lead", "lead"))
    found = replay([both], history)
    assert found.bits("lead") == {"written": 3}
    assert found.holding("lead", date(2025, 1, 19))["written"].tolist() == [
        True,
        True,
        False,
        False,
    ]


def test_an_unknown_stage_is_told(result: Replay) -> None:
    with pytest.raises(LeadpolicyError, match=r"LP208.*`s9`"):
        result.first_entry("s9")


def test_the_summary_names_every_reading(result: Replay) -> None:
    lead, qualified = rung_counts(result)
    assert (lead.first_entries, lead.baseline, lead.current, lead.open, lead.furthest) == (
        *(2, 1, 1, 0),
        0,
    )
    assert (qualified.first_entries, qualified.current, qualified.furthest) == (2, 1, 2)
    told = as_dict(result)
    assert (told["records"], told["not_there_by_then"]) == (3, 1)
    # three changes of the first record, and one look at each of three
    assert told["evaluation_points"] == result.points == 6


def test_spans_are_sorted_and_differ_from_their_neighbours(result: Replay) -> None:
    rows = result.spans.to_pylist()
    assert [(row["record"], row["begin"]) for row in rows] == sorted(
        (row["record"], row["begin"]) for row in rows
    )
    assert [(row["stage"], row["held"]) for row in rows if row["record"] == 0] == [
        *((0, 0), (1, 1), (2, 3), (0, 0)),
    ]


def test_the_file_is_for_people_who_have_only_the_file(result: Replay, tmp_path: Path) -> None:
    path = tmp_path / "timelines.parquet"
    path.write_text("old")
    result.to_parquet(path)
    rows = pq.read_table(path).to_pylist()
    assert [(row["id"], row["stage"], row["baseline"]) for row in rows] == [
        *(("r0", None, True), ("r0", "s0", False), ("r0", "s1", False), ("r0", None, False)),
        *(("r1", "s1", True), ("r2", None, True)),
    ]
    assert [row["holding"] for row in rows[:4]] == [[], ["s0"], ["s0", "s1"], []]
    assert {name for name in rows[0] if isinstance(rows[0][name], int)} == {"baseline"}
    assert rows[0]["begin"] == datetime(2025, 1, 1, tzinfo=UTC)
    assert rows[3]["end"] is None
    assert b"written@1.0.0" in pq.read_schema(path).metadata[b"leadpolicy"]
    assert [file.name for file in tmp_path.iterdir()] == ["timelines.parquet"]


def test_a_file_that_cannot_be_written_is_told(result: Replay, tmp_path: Path) -> None:
    with pytest.raises(LeadpolicyError, match="LP510"):
        result.to_parquet(tmp_path)


# --------------------------------------------------------------------------- as they are today


def test_facts_without_a_past_are_refused_unless_they_are_accepted(
    policy: Write, words: Vocabulary
) -> None:
    life = Life("2025-01-01", {"company.employees": 40})
    large = {"large": policy({"company.employees": {"at_least": 20}})}
    asked = policy({"happened": "asked", "within": "ever"})
    today = chronicle(words, [life], until="2025-02-01", columns=["company.employees"])
    with pytest.raises(LeadpolicyError, match=r"LP507(?s:.)*company\.employees") as refused:
        replay(large, today)
    assert "--accept-snapshot company.employees" in str(refused.value)
    for accepted in ("all", ["company.employees"], "company.employees"):
        found = replay(large | {"asked": asked}, today, accept_snapshot=accepted)
        assert found.badges == {"large": ("company.employees",), "asked": ()}
    with pytest.raises(LeadpolicyError, match="LP203"):
        replay(large, today, accept_snapshot=["company.employes"])
    # a policy that does not look at it needs nobody's consent; nor does a value with a date
    assert replay({"asked": asked}, today).badges == {"asked": ()}
    dated = Life("2025-01-01", {}, {"company.employees": [("2025-01-01", 40)]})
    assert replay(large, chronicle(words, [dated], until="2025-02-01")).badges == {"large": ()}


# ---------------------------------------------------------------------------------- odd input


def test_no_records_one_record_and_no_events(policy: Write, words: Vocabulary) -> None:
    both = policy({"deal.wanted": True}, {"happened": "asked", "within": "1 day"})
    nobody = chronicle(words, [], until="2025-02-01")
    assert replay([both], nobody).spans.num_rows == 0
    assert len(replay([both], nobody)) == 0
    one = chronicle(
        words, [Life("2025-01-01", {"deal.wanted": True})], until="2025-02-01", kinds=[]
    )
    (row,) = replay([both], one).spans.to_pylist()
    assert (row["held"], row["open"], row["end"]) == (1, 3, NEVER)


def test_a_policy_that_looks_at_nothing_dated_has_one_point_per_record(
    policy: Write, history: Chronicle
) -> None:
    still = policy({"deal.wanted": True})
    found = replay([still], history)
    assert (found.points, found.spans.num_rows) == (3, 3)


def test_duplicated_events_count_twice_and_late_ones_are_told(
    policy: Write, words: Vocabulary
) -> None:
    twice: list[tuple[Any, ...]] = [("2025-01-05", {}), ("2025-01-05", {}), ("2025-03-01", {})]
    history = chronicle(words, [Life("2025-01-01", events={"asked": twice})], until="2025-02-01")
    two = policy({"happened": "asked", "within": "ever", "at_least": 2})
    three = policy({"happened": "asked", "within": "ever", "at_least": 3}, name="three")
    found = replay([two, three], history)
    assert found.first_entry("s0")["written"].tolist() == [us("2025-01-05")]
    assert found.first_entry("s0")["three"].tolist() == [NEVER]
    (note,) = found.notes
    assert "left out: 1 event and 0 changes" in note


def test_without_any_date_there_is_no_moment(policy: Write, words: Vocabulary) -> None:
    still = policy({"deal.wanted": True})
    timeless = chronicle(words, [Life(None, {"deal.wanted": True})])
    with pytest.raises(LeadpolicyError, match=r"LP513.*nothing in invented has a date"):
        replay([still], timeless)
    found = replay([still], timeless, until=date(2025, 1, 1))
    assert found.spans["begin"].to_pylist() == [us("2025-01-01T23:59:59.999999")]


def test_until_may_be_earlier_and_in_any_zone(policy: Write, history: Chronicle) -> None:
    opened = policy({"deal.status": {"at_least": "open"}})
    until = datetime.fromisoformat("2025-01-05T01:00+02:00")
    assert replay([opened], history, until=until).first_entry("s0")["written"][0] == NEVER
    found = replay([opened], history, until=date(2025, 1, 5))
    assert found.first_entry("s0")["written"][0] == us("2025-01-05")


def test_policies_and_data_may_be_named(
    repo: Path, monkeypatch: pytest.MonkeyPatch, history: Chronicle
) -> None:
    monkeypatch.chdir(repo)
    found = leadpolicy.replay(
        ["two-way-dialogue", "news-trigger"], "example", accept_snapshot="all"
    )
    assert list(found.policies) == ["two-way-dialogue", "news-trigger"]
    assert len(found) > 0
    assert "evaluation points" in repr(found)
    with pytest.raises(LeadpolicyError, match="LP509"):
        leadpolicy.replay([], history)


def test_a_policy_of_another_unit_is_told(policy: Write, history: Chronicle) -> None:
    deals = replace(policy({"deal.wanted": True}), grain="deal")
    assert replay({"d": deals}, history).notes == (
        "d speaks of one deal; its verdicts are read per company here",
    )


def test_types_that_differ_are_told(policy: Write, history: Chronicle) -> None:
    other = replace(history.facts["deal.status"], values=["lost"], codes=np.zeros(4, np.int32))
    strange = replace(history, facts={"deal.status": other}, changes={})
    with pytest.raises(LeadpolicyError, match="LP503"):
        replay([policy({"deal.status": "open"})], strange)
