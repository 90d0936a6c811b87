"""What must hold whatever the history."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from leadpolicy.backtest import courses, tables
from leadpolicy.backtest.arrays import DAY, NEVER
from leadpolicy.backtest.cohort import Cohort, Segments
from leadpolicy.backtest.pairs import compare_held, discordant_frame, pairs_frame
from leadpolicy.backtest.spans import VerdictSpans, of_records
from leadpolicy.present.wording import rows_of
from tests.backtest.worlds import World, worlds

SOME = settings(max_examples=20)


def pairs_of(world: World) -> pd.DataFrame:
    return pairs_frame(world.cohort, world.views, 0.05)


def figures(world: World) -> dict[str, pd.DataFrame]:
    cohort, views = world.cohort, world.views
    velocity, curves = courses.velocity_frames(cohort, views, "won")
    return {
        "flow": tables.flow_frame(cohort, views, world.calendar),
        "stock": tables.stock_frame(cohort, views, world.calendar),
        "conversion": tables.conversion_frame(cohort, views, "won"),
        "precision": tables.precision_frame(cohort, views),
        "revenue": tables.revenue_frame(cohort, views),
        "segments": tables.segments_frame(cohort, views),
        "pairs": pairs_of(world),
        "velocity": velocity,
        "curves": curves,
        "ends": courses.ends_frame(cohort, views),
        "agreement": courses.agreement_frame(cohort, views, world.calendar),
        "decay": courses.decay_frames(cohort, views, world.calendar)[0],
    }


@SOME
@given(worlds(labels=("a",)))
def test_a_against_a_is_zero(world: World) -> None:
    twin = World(world.cohort, {"a": world.spans["a"], "again": world.spans["a"]})
    (row,) = rows_of(pairs_of(twin))
    assert (row.gained, row.lost, row.won_for_a, row.won_for_b) == (0, 0, 0, 0)
    assert pd.isna(row.difference) or (row.difference, row.low, row.high) == (0, 0, 0)
    assert pd.isna(row.p)
    assert row.verdict == ("open" if row.unknown else "same")
    parted = discordant_frame(twin.cohort, twin.views)
    assert parted.empty


@SOME
@given(worlds())
def test_swapping_two_definitions_negates_their_difference(world: World) -> None:
    a, b = world.spans["a"], world.spans["b"]
    (one,) = rows_of(pairs_of(World(world.cohort, {"a": a, "b": b})))
    (other,) = rows_of(pairs_of(World(world.cohort, {"b": b, "a": a})))
    assert (one.gained, one.lost, one.gained_won, one.lost_won) == (
        other.lost, other.gained, other.lost_won, other.gained_won,
    )  # fmt: skip
    assert one.won_for_a == other.won_for_b
    assert one.won_p == other.won_p or (pd.isna(one.won_p) and pd.isna(other.won_p))
    if not pd.isna(one.difference):
        assert one.difference == -other.difference
    opposite = {"a": "b", "b": "a"}
    if pd.isna(one.low) and pd.isna(other.low):
        assert opposite.get(one.verdict, one.verdict) == other.verdict


@SOME
@given(worlds())
def test_periods_sum_to_the_total(world: World) -> None:
    flow = tables.flow_frame(world.cohort, world.views, world.calendar)
    for view in world.views:
        own = flow[flow["policy"] == view.policy]
        assert own["entries"].sum() == (view.entered <= world.cohort.until).sum()
    decay, _ = courses.decay_frames(world.cohort, world.views, world.calendar)
    precision = tables.precision_frame(world.cohort, world.views).set_index("policy")
    inside = world.calendar.of(world.cohort.entered) >= 0
    if inside.all():
        sums = decay.groupby("policy")[["held", "known", "won", "immature"]].sum()
        for column in sums:
            assert (sums[column] == precision[column]).all()


@SOME
@given(worlds())
def test_segments_sum_to_the_total(world: World) -> None:
    columns = ["records", "held", "unknown", "known", "won"]
    parts = tables.segments_frame(world.cohort, world.views)
    whole = tables.precision_frame(world.cohort, world.views).set_index("policy")
    assert (parts.groupby("policy")[columns].sum() == whole[columns]).all(axis=None)


@SOME
@given(worlds())
def test_every_record_is_counted_once(world: World) -> None:
    for row in rows_of(tables.conversion_frame(world.cohort, world.views, "won")):
        assert row.entered == row.over + row.untold + row.immature + row.mature
        assert 0 <= row.reached <= row.mature
    for row in rows_of(pairs_of(world)):
        assert row.both + row.gained + row.lost + row.neither == row.known
        told = int((world.cohort.fate >= 0).sum())
        assert row.known + row.unknown == told


@SOME
@given(worlds())
def test_the_order_of_rows_changes_nothing(world: World) -> None:
    rng = np.random.default_rng(5)
    order = rng.permutation(len(world.cohort))
    shuffled = World(
        reordered(world.cohort, order),
        {label: mixed(of_records(one, order), rng) for label, one in world.spans.items()},
    )
    before, after = figures(world), figures(shuffled)
    for name, table in before.items():
        pd.testing.assert_frame_equal(table, after[name], obj=name)
    one = discordant_frame(world.cohort, world.views)
    two = discordant_frame(shuffled.cohort, shuffled.views)
    key = ["change", "record"]
    pd.testing.assert_frame_equal(
        one.sort_values(key, ignore_index=True), two.sort_values(key, ignore_index=True)
    )


@SOME
@given(worlds())
def test_duplicated_data_change_no_rate_and_no_test(world: World) -> None:
    """Every record twice, in the account that it is in: no more is known than before."""
    twice = np.repeat(np.arange(len(world.cohort)), 2)
    doubled = World(
        reordered(world.cohort, twice),
        {label: repeated(one) for label, one in world.spans.items()},
    )
    before, after = figures(world), figures(doubled)
    for name in ("precision", "conversion", "decay"):
        pd.testing.assert_series_equal(before[name]["rate"], after[name]["rate"])
    same = ["precision_a", "precision_b", "difference", "low", "high", "p", "q", "won_p", "won_q",
            "not_won_p", "accounts"]  # fmt: skip
    pd.testing.assert_frame_equal(before["pairs"][same], after["pairs"][same])
    pd.testing.assert_series_equal(before["curves"]["share"], after["curves"]["share"])


@SOME
@given(worlds(), st.integers(0, 100))
def test_what_comes_later_changes_nothing_as_of_a_moment(world: World, days: int) -> None:
    """Outcomes after the end of observation, and stages after a record's moment."""
    cohort = world.cohort
    unseen = cohort.until + 1 + days * DAY
    later = replace(cohort, won=np.where(cohort.won > cohort.until, unseen, cohort.won))
    before, after = figures(world), figures(World(later, world.spans))
    for name, table in before.items():
        pd.testing.assert_frame_equal(table, after[name], obj=name)
    changed = World(cohort, {label: flipped(one, cohort) for label, one in world.spans.items()})
    for name in ("precision", "revenue", "segments", "pairs", "decay"):
        pd.testing.assert_frame_equal(before[name], figures(changed)[name], obj=name)


@SOME
@given(worlds(least=5))
def test_a_wider_definition_never_loses_a_record(world: World) -> None:
    cohort = world.cohort
    a, b = (view.verdict for view in world.views)
    pair = compare_held(a, np.maximum(a, b), cohort)
    assert pair.counts[2] == (0, 0)
    assert pair.won.for_a == 0


def reordered(cohort: Cohort, order: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Cohort:
    assert cohort.amount is not None
    assert cohort.worked is not None
    return replace(
        cohort,
        ids=tuple(cohort.ids[n] for n in order.tolist()),
        entered=cohort.entered[order],
        won=cohort.won[order],
        closed=cohort.closed[order],
        told=cohort.told[order],
        moment=cohort.moment[order],
        account=cohort.account[order],
        amount=cohort.amount[order],
        worked=cohort.worked[order],
        segments={n: Segments(s.labels, s.codes[order]) for n, s in cohort.segments.items()},
    )


def mixed(spans: VerdictSpans, rng: np.random.Generator) -> VerdictSpans:
    order = rng.permutation(len(spans.record))
    columns = (spans.record, spans.begin, spans.end, spans.held, spans.open)
    return VerdictSpans(spans.records, *(column[order] for column in columns))


def repeated(spans: VerdictSpans) -> VerdictSpans:
    """Record n becomes records 2n and 2n + 1."""
    record = np.concatenate([2 * spans.record, 2 * spans.record + 1])
    columns = (spans.begin, spans.end, spans.held, spans.open)
    return VerdictSpans(2 * spans.records, record, *(np.tile(column, 2) for column in columns))


def flipped(spans: VerdictSpans, cohort: Cohort) -> VerdictSpans:
    """Spans that begin after the record's moment say the opposite."""
    moment = cohort.moment[spans.record]
    after = (spans.begin > moment) & (moment != NEVER)
    held = np.where(after, 1 - spans.held, spans.held)
    return VerdictSpans(
        spans.records, spans.record, spans.begin, spans.end, held, spans.open | held
    )
