"""When verdicts change, worked out by hand; the engine and the interpreter must both say so."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, TypeAlias

import pytest

from leadpolicy.data.chronicle import ALWAYS, NEVER, Chronicle
from leadpolicy.history.definition import replay_record
from leadpolicy.history.run import replay
from leadpolicy.policy import Policy
from leadpolicy.vocabulary import Vocabulary
from tests.history.agreement import by_engine
from tests.history.conftest import Write
from tests.history.worlds import DAY, HOUR, Life, chronicle, us

Log: TypeAlias = "dict[str, list[tuple[Any, ...]]]"
ASKED_IN_10_DAYS = {"happened": "asked", "within": "10 days"}
TWO_IN_10_DAYS = {"happened": "asked", "within": "10 days", "at_least": 2}


def states(policy: Policy, history: Chronicle, number: int = 0) -> list[tuple[int, str]]:
    """When the first stage begins to be TRUE, FALSE or UNKNOWN; the same from both engines."""
    found = by_engine(replay({"p": policy}, history, accept_snapshot="all"))
    spans = found.get(("p", number), [])
    assert spans == replay_record({"p": policy}, history, number)["p"]
    assert all(one.end == other.begin for one, other in pairwise(spans))
    assert not spans or spans[-1].end == NEVER
    words = {(1, 1): "TRUE", (0, 0): "FALSE", (0, 1): "UNKNOWN"}
    return [(span.begin, words[span.held & 1, span.open & 1]) for span in spans]


def test_an_event_counts_until_the_window_has_passed_to_the_microsecond(
    policy: Write, words: Vocabulary
) -> None:
    life = Life("2025-01-01", events={"asked": [("2025-01-05T08:00", {})]})
    history = chronicle(words, [life], until="2025-03-01")
    asked = us("2025-01-05T08:00")
    assert states(policy(ASKED_IN_10_DAYS), history) == [
        (us("2025-01-01"), "FALSE"),
        (asked, "TRUE"),
        (asked + 10 * DAY, "FALSE"),
    ]


def test_two_in_a_window_overlap_only_while_both_are_in_it(
    policy: Write, words: Vocabulary
) -> None:
    days = ("2025-01-03", "2025-01-10", "2025-01-12")
    life = Life("2025-01-01", events={"asked": [(day, {}) for day in days]})
    history = chronicle(words, [life], until="2025-03-01")
    # 3rd and 10th until the 13th, when the 3rd leaves; the 10th and 12th stay until the 20th
    assert states(policy(TWO_IN_10_DAYS), history) == [
        (us("2025-01-01"), "FALSE"),
        (us("2025-01-10"), "TRUE"),
        (us("2025-01-20"), "FALSE"),
    ]


def test_events_at_the_same_moment_count_each(policy: Write, words: Vocabulary) -> None:
    life = Life("2025-01-01", events={"asked": [("2025-01-03", {}), ("2025-01-03", {})]})
    history = chronicle(words, [life], until="2025-01-04")
    assert states(policy(TWO_IN_10_DAYS), history) == [
        (us("2025-01-01"), "FALSE"),
        (us("2025-01-03"), "TRUE"),
    ]


def test_one_that_arrives_as_another_leaves_closes_the_gap(
    policy: Write, words: Vocabulary
) -> None:
    life = Life("2025-01-01", events={"asked": [("2025-01-03", {}), ("2025-01-13", {})]})
    history = chronicle(words, [life], until="2025-01-20")
    assert states(policy(ASKED_IN_10_DAYS), history) == [
        (us("2025-01-01"), "FALSE"),
        (us("2025-01-03"), "TRUE"),
    ]


def test_a_leap_day_is_a_day(policy: Write, words: Vocabulary) -> None:
    ten_days = policy(ASKED_IN_10_DAYS)
    life = Life("2024-02-01", events={"asked": [("2024-02-25T12:00", {})]})
    found = states(ten_days, chronicle(words, [life], until="2024-04-01"))
    assert found[-1] == (us("2024-03-06T12:00"), "FALSE")
    life = Life("2023-02-01", events={"asked": [("2023-02-25T12:00", {})]})
    found = states(ten_days, chronicle(words, [life], until="2023-04-01"))
    assert found[-1] == (us("2023-03-07T12:00"), "FALSE")


def test_a_date_is_a_calendar_day(policy: Write, words: Vocabulary) -> None:
    """`within_last: 7 days` means that day and the six that follow."""
    life = Life("2024-02-20T09:30", facts={"deal.decision_date": "2024-02-26"})
    history = chronicle(words, [life], until="2024-04-01")
    assert states(policy({"deal.decision_date": {"within_last": "7 days"}}), history) == [
        (us("2024-02-20T09:30"), "FALSE"),
        (us("2024-02-26"), "TRUE"),
        (us("2024-03-04"), "FALSE"),
    ]


def test_a_date_ahead_comes_into_reach_and_passes(policy: Write, words: Vocabulary) -> None:
    """`now <= value < now + 7 days` in calendar days: from the 7th day before it on, that day
    excluded, to its own end.
    """
    life = Life("2025-01-01", facts={"deal.decision_date": "2025-02-10"})
    history = chronicle(words, [life], until="2025-04-01")
    assert states(policy({"deal.decision_date": {"within_next": "7 days"}}), history) == [
        (us("2025-01-01"), "FALSE"),
        (us("2025-02-04"), "TRUE"),
        (us("2025-02-11"), "FALSE"),
    ]


def test_a_moment_passes_to_the_microsecond(policy: Write, words: Vocabulary) -> None:
    life = Life("2025-01-01", facts={"deal.called_at": "2025-01-10T10:00+02:00"})
    history = chronicle(words, [life], until="2025-04-01")
    called = us("2025-01-10T08:00")
    assert states(policy({"deal.called_at": {"within_last": "36 hours"}}), history) == [
        (us("2025-01-01"), "FALSE"),
        (called, "TRUE"),
        (called + 36 * HOUR, "FALSE"),
    ]


def test_a_moment_that_was_replaced_in_time_does_not_pass(policy: Write, words: Vocabulary) -> None:
    changes = [("2025-01-02", "2025-01-20T00:00"), ("2025-01-10", "2025-01-30T00:00")]
    life = Life("2025-01-01", changes={"deal.called_at": changes})
    history = chronicle(words, [life], until="2025-04-01")
    assert states(policy({"deal.called_at": {"within_next": "14 days"}}), history) == [
        (us("2025-01-01"), "UNKNOWN"),
        (us("2025-01-02"), "FALSE"),
        (us("2025-01-06") + 1, "TRUE"),
        (us("2025-01-10"), "FALSE"),
        (us("2025-01-16") + 1, "TRUE"),
        (us("2025-01-30") + 1, "FALSE"),
    ]


def test_a_day_that_comes_as_its_date_is_confirmed(policy: Write, words: Vocabulary) -> None:
    """The same value anew is no change, but the day comes all the same."""
    changes = [("2025-01-02", "2025-01-10"), ("2025-01-10", "2025-01-10")]
    life = Life("2025-01-01", changes={"deal.decision_date": changes})
    history = chronicle(words, [life], until="2025-04-01")
    assert states(policy({"deal.decision_date": {"within_last": "2 days"}}), history) == [
        (us("2025-01-01"), "UNKNOWN"),
        (us("2025-01-02"), "FALSE"),
        (us("2025-01-10"), "TRUE"),
        (us("2025-01-12"), "FALSE"),
    ]


def test_of_changes_at_one_moment_the_last_counts(policy: Write, words: Vocabulary) -> None:
    changes = [("2025-01-05", "agreed"), ("2025-01-05", "open"), ("2025-01-07", "agreed")]
    life = Life("2025-01-01", {"deal.status": "new"}, {"deal.status": changes})
    history = chronicle(words, [life], until="2025-02-01")
    assert states(policy({"deal.status": {"at_least": "agreed"}}), history) == [
        (us("2025-01-01"), "FALSE"),
        (us("2025-01-07"), "TRUE"),
    ]


def test_a_value_may_become_unknown_again(policy: Write, words: Vocabulary) -> None:
    changes = [("2025-01-05", "agreed"), ("2025-01-09", None)]
    life = Life("2025-01-01", {}, {"deal.status": changes})
    history = chronicle(words, [life], until="2025-02-01")
    assert [word for _, word in states(policy({"deal.status": "agreed"}), history)] == [
        "UNKNOWN",
        "TRUE",
        "UNKNOWN",
    ]


def test_what_is_learnt_late_counts_from_then_on(policy: Write, words: Vocabulary) -> None:
    """Two clocks: it happened on the 3rd, was known on the 6th, and its window ends on the 13th."""
    life = Life("2025-01-01", events={"asked": [("2025-01-03", {}, "2025-01-06")]})
    history = chronicle(words, [life], until="2025-02-01")
    assert states(policy(ASKED_IN_10_DAYS), history) == [
        (us("2025-01-01"), "FALSE"),
        (us("2025-01-06"), "TRUE"),
        (us("2025-01-13"), "FALSE"),
    ]


def test_what_is_learnt_after_its_window_never_counts(policy: Write, words: Vocabulary) -> None:
    life = Life("2025-01-01", events={"asked": [("2025-01-03", {}, "2025-01-13")]})
    history = chronicle(words, [life], until="2025-02-01")
    assert states(policy(ASKED_IN_10_DAYS), history) == [(us("2025-01-01"), "FALSE")]


def test_an_announced_event_counts_when_it_happens(policy: Write, words: Vocabulary) -> None:
    life = Life("2025-01-01", events={"asked": [("2025-01-10", {}, "2025-01-03")]})
    history = chronicle(words, [life], until="2025-01-15")
    assert states(policy(ASKED_IN_10_DAYS), history) == [
        (us("2025-01-01"), "FALSE"),
        (us("2025-01-10"), "TRUE"),
    ]


def test_an_undated_event_may_lie_in_any_window_and_surely_lies_in_ever(
    policy: Write, words: Vocabulary
) -> None:
    life = Life("2025-01-01", events={"asked": [(None, {})]})
    history = chronicle(words, [life], until="2025-02-01")
    begin = us("2025-01-01")
    assert states(policy(ASKED_IN_10_DAYS), history) == [(begin, "UNKNOWN")]
    assert states(policy({"happened": "asked", "within": "ever"}), history) == [(begin, "TRUE")]


def test_a_detail_that_is_missing_leaves_open_whether_an_event_counts(
    policy: Write, words: Vocabulary
) -> None:
    events: list[tuple[Any, ...]] = [("2025-01-03", {}), ("2025-01-05", {"kind": "demo"})]
    life = Life("2025-01-01", events={"asked": events})
    history = chronicle(words, [life], until="2025-02-01")
    assert states(policy({**ASKED_IN_10_DAYS, "where": {"kind": "demo"}}), history) == [
        (us("2025-01-01"), "FALSE"),
        (us("2025-01-03"), "UNKNOWN"),
        (us("2025-01-05"), "TRUE"),
        (us("2025-01-15"), "FALSE"),
    ]


def test_a_late_log_decides_windows_that_lie_within_it(policy: Write, words: Vocabulary) -> None:
    life = Life("2025-01-01", since={"asked": "2025-01-04"})
    history = chronicle(words, [life], until="2025-02-01")
    assert states(policy(ASKED_IN_10_DAYS), history) == [
        (us("2025-01-01"), "UNKNOWN"),
        (us("2025-01-14"), "FALSE"),
    ]
    ever = policy({"happened": "asked", "within": "ever"})
    assert states(ever, history) == [(us("2025-01-01"), "UNKNOWN")]


def test_logs_that_show_only_some_and_logs_that_nobody_kept(
    policy: Write, words: Vocabulary
) -> None:
    event: Log = {"asked": [("2025-01-03", {})]}
    some = Life("2025-01-01", events=event, since={"asked": NEVER})
    none = Life("2025-01-01", events=event, unrecorded=["asked"])
    always = Life("2025-01-01", events=event, since={"asked": ALWAYS})
    history = chronicle(words, [some, none, always], until="2025-02-01")
    found = [states(policy(ASKED_IN_10_DAYS), history, number) for number in range(3)]
    assert [[word for _, word in one] for one in found] == [
        ["UNKNOWN", "TRUE", "UNKNOWN"],
        ["UNKNOWN"],
        ["FALSE", "TRUE", "FALSE"],
    ]


def test_nothing_before_the_entry_is_a_point(policy: Write, words: Vocabulary) -> None:
    """What was so at the entry is found there, as a baseline; what ended before is not seen."""
    events: Log = {"asked": [("2024-12-01", {}), ("2024-12-30", {})]}
    life = Life("2025-01-01T06:00", {}, {"deal.status": [("2024-06-01", "agreed")]}, events)
    history = chronicle(words, [life], until="2025-02-01")
    assert states(policy(ASKED_IN_10_DAYS), history) == [
        (us("2025-01-01T06:00"), "TRUE"),
        (us("2025-01-09"), "FALSE"),
    ]
    known = states(policy({"deal.status": "agreed"}), history)
    assert known == [(us("2025-01-01T06:00"), "TRUE")]


def test_without_an_entry_the_first_thing_known_is_the_beginning(
    policy: Write, words: Vocabulary
) -> None:
    late: Log = {"asked": [("2025-01-03", {}, "2025-01-06"), (None, {})]}
    life = Life(None, {}, {"deal.status": [("2025-01-08", "open")]}, late)
    still = Life(None, {"deal.status": "open"})
    history = chronicle(words, [life, still], until="2025-02-01")
    opened = policy({"deal.status": "open"})
    assert states(opened, history)[0] == (us("2025-01-06"), "UNKNOWN")
    # where nothing has a date, it is known at the end only
    assert states(opened, history, 1) == [(us("2025-02-01"), "TRUE")]


@pytest.mark.parametrize("until", ["2025-01-04", "2025-01-05"])
def test_nothing_after_the_end_is_looked_at(policy: Write, words: Vocabulary, until: str) -> None:
    lives = [
        Life("2025-01-01", events={"asked": [("2025-01-05", {})]}),
        Life("2025-01-06", events={"asked": [("2025-01-05", {})]}),
    ]
    history = chronicle(words, lives, until=until)
    ever = policy({"happened": "asked", "within": "ever"})
    found = [word for _, word in states(ever, history)]
    assert found == (["FALSE"] if until == "2025-01-04" else ["FALSE", "TRUE"])
    assert states(ever, history, 1) == []


def test_a_detail_may_be_compared_with_the_moment_of_evaluation(words: Vocabulary) -> None:
    """A meeting for the 20th, agreed on the 3rd, is ahead from the 13th (a week before) on."""
    from leadpolicy.policy import parse_policy
    from tests.history.worlds import with_dates
    from tests.strategies import dump

    dated = with_dates(words)
    when = {"happened": "visited", "within": "ever", "where": {"due": {"within_next": "7 days"}}}
    stage = {"stage": "ahead", "requires": "nothing", "when": when}
    document = {"policy": "p", "version": "1.0.0", "title": "P", "vocabulary": 1,
                "grain": "company", "stages": [stage]}  # fmt: skip
    life = Life("2025-01-01", events={"visited": [("2025-01-03", {"due": "2025-01-20"})]})
    history = chronicle(dated, [life], until="2025-03-01")
    assert states(parse_policy(dump(document), dated), history) == [
        (us("2025-01-01"), "FALSE"),
        (us("2025-01-14"), "TRUE"),
        (us("2025-01-21"), "FALSE"),
    ]
