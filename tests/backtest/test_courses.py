"""Waits, ends, agreement and decay on cohorts written by hand."""

from __future__ import annotations

from typing import Any

import pytest

from leadpolicy.backtest import courses, tables
from leadpolicy.backtest.arrays import DAY
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.spans import VerdictSpans, of_records
from leadpolicy.backtest.view import PolicyView, view
from leadpolicy.present.wording import rows_of
from tests.backtest.worlds import START, cohort, moments, spans_of


def seen(
    spans: VerdictSpans, of: Cohort, label: str = "a", reading: Any = "furthest"
) -> PolicyView:
    return view(spans, of, label, "lead", 1, reading)


LADDER = spans_of(
    [
        (0, 0, 10, 0, 0), (0, 10, 30, 1, 1), (0, 30, None, 0, 1),
        (1, 0, None, 0, 1),
        (2, 5, 20, 1, 1), (2, 20, 25, 0, 0), (2, 25, None, 1, 1),
    ],
    3,
)  # fmt: skip


def test_entries_and_exits() -> None:
    assert LADDER.first_entry(1).tolist() == moments([10, None, 5]).tolist()
    assert LADDER.first_exit(1).tolist() == moments([30, None, 20]).tolist()


def test_the_three_readings_differ() -> None:
    """On day 40 the first had been a lead and may be one, the second may be one, the third is."""
    at = moments([40, 40, 40])
    assert LADDER.at(1, at).tolist() == [1, 1, 2]
    assert LADDER.furthest(1, at).tolist() == [2, 1, 2]
    assert LADDER.at(1, moments([9, 0, 4])).tolist() == [0, 1, 0]
    assert LADDER.furthest(1, moments([9, 0, 4])).tolist() == [0, 1, 0]


def test_some_records_are_numbered_anew() -> None:
    one = of_records(LADDER, moments([None, None])[:0])
    assert one.records == 0
    swapped = of_records(LADDER, LADDER.record[[6, 0]])
    assert swapped.first_entry(1).tolist() == moments([5, 10]).tolist()


def test_a_record_without_a_moment_holds_nothing() -> None:
    of = cohort(entered=[0, 0, 5], won=[None] * 3, moment=[20, 20, None])
    assert seen(LADDER, of).verdict.tolist() == [2, 1, 0]


def test_who_was_on_the_rung_before_observation_began_enters_late() -> None:
    spans = spans_of([(0, 0, None, 1, 1), (1, 0, 20, 0, 0), (1, 20, None, 1, 1)], 2)
    of = cohort(
        entered=[0, 0], won=[40, None], closed=[40, None], within=60, since=START + 10 * DAY
    )
    velocity, curves = courses.velocity_frames(of, [seen(spans, of)], "won")
    (row,) = rows_of(velocity)
    assert (row.records, row.arrived, row.late) == (2, 1, 1)
    share = {point.day: (point.share, point.at_risk) for point in rows_of(curves)}
    assert share[5.0] == (0.0, 1)  # only the second was watched on its fifth day
    assert share[40.0] == (0.5, 2)
    (step,) = rows_of(tables.conversion_frame(of, [seen(spans, of)], "won"))
    assert (step.entered, step.late, step.mature, step.reached) == (2, 1, 1, 0)


def test_who_ends_otherwise_is_counted_as_not_arrived() -> None:
    """Four enter on day 0: won on day 10, lost on day 5, two wait on."""
    spans = spans_of([(n, 0, None, 1, 1) for n in range(4)], 4)
    of = cohort(entered=[0] * 4, won=[10, None, None, None], closed=[10, 5, None, None], within=30)
    _, curves = courses.velocity_frames(of, [seen(spans, of)], "won")
    assert rows_of(curves)[-1].share == pytest.approx(1 / 4)
    found = {
        end.way: end.share for end in rows_of(courses.ends_frame(of, [seen(spans, of)]))
        if end.day == 10
    }  # fmt: skip
    assert found == {"won": pytest.approx(0.25), "ended otherwise": pytest.approx(0.25)}


def test_leaving_the_rung_because_it_is_won_is_winning() -> None:
    spans = spans_of([(0, 0, 10, 1, 1), (0, 10, None, 0, 0), (1, 0, 7, 1, 1),
                      (1, 7, None, 0, 0)], 2)  # fmt: skip
    of = cohort(entered=[0, 0], won=[10, None], closed=[10, None], within=30)
    found = rows_of(courses.ends_frame(of, [seen(spans, of)]))
    assert {(e.way, e.share) for e in found if e.day == 10} == {
        ("won", 0.5), ("ended otherwise", 0.0), ("left the rung", 0.5),
    }  # fmt: skip


def test_the_log_rank_test_leaves_out_what_both_held() -> None:
    a = spans_of([(n, 0, None, int(n < 30), int(n < 30)) for n in range(50)], 50)
    b = spans_of([(n, 0, None, int(n >= 20), int(n >= 20)) for n in range(50)], 50)
    won = [10 if n < 20 else None for n in range(50)]
    of = cohort(entered=[0] * 50, won=won, closed=list(won), within=30)
    (row,) = rows_of(courses.log_rank_frame(of, [seen(a, of, "a"), seen(b, of, "b")]))
    assert (row.only_a, row.only_b) == (20, 20)
    assert row.p < 0.001


def test_agreement_counts_records_from_their_entry_on() -> None:
    """On 31 January one record is there and alike; on 29 February two, one of them alike."""
    a = spans_of([(0, 0, None, 1, 1), (1, 40, None, 1, 1)], 2)
    b = spans_of([(0, 0, None, 1, 1), (1, 40, None, 0, 0)], 2)
    of = cohort(entered=[0, 40], won=[None, None], until=59)
    calendar = tables.study_periods(of, "month")
    found = rows_of(courses.agreement_frame(of, [seen(a, of, "a"), seen(b, of, "b")], calendar))
    assert [(row.period, row.records, row.raw) for row in found] == [
        ("2024-01", 1, 1.0), ("2024-02", 2, 0.5),
    ]  # fmt: skip


def test_load_counts_whole_weeks_only() -> None:
    """2024-01-01 is a Monday; three enter in the first week, one in the third, which is cut off."""
    from leadpolicy.backtest.study import Capacity

    spans = spans_of([(n, day, None, 1, 1) for n, day in enumerate([0, 1, 6, 15])], 4)
    of = cohort(entered=[0, 1, 6, 15], won=[None] * 4, until=17)
    (row,) = rows_of(tables.capacity_frame(of, [seen(spans, of)], Capacity(2, 1)))
    assert (row.weeks, row.entries, row.per_rep_and_week) == (2, 3, 0.75)
    assert (row.busiest, row.busiest_week, row.weeks_over, row.beyond) == (1.5, "2024-01-01", 1, 1)
