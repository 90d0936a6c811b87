"""Volumes, overlap and outcomes of small columns, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpolicy.comparison.outcomes import FEW, outcome, wilson
from leadpolicy.comparison.overlap import exclusive, overlap
from leadpolicy.comparison.volumes import stage_volumes, volume
from leadpolicy.evaluation.codes import (
    FALSE,
    NOT_WON,
    OPEN,
    TRUE,
    UNKNOWN,
    WON,
    Codes,
    any_of,
    last_reaching,
    outcome_codes,
    share,
)

T, F, U = TRUE, FALSE, UNKNOWN
column = st.lists(st.sampled_from((T, F, U)), max_size=20)
ladder = st.integers(0, 4).flatmap(
    lambda k: st.lists(st.lists(st.sampled_from((T, F, U)), min_size=k, max_size=k), max_size=15)
)


def codes(*values: int) -> Codes:
    return np.array(values, dtype=np.int8)


def table(*rows: tuple[int, ...]) -> Codes:
    return np.array(rows, dtype=np.int8)


def test_or_is_the_greatest_and_nothing_is_false() -> None:
    assert any_of(table((F, U), (U, T), (F, F))).tolist() == [U, T, F]
    assert any_of(np.zeros((2, 0), dtype=np.int8)).tolist() == [F, F]


def test_the_last_stage_that_is_true_or_possible() -> None:
    stages = table((T, F, T), (T, U, F), (U, F, F), (F, F, F))
    assert last_reaching(stages, TRUE).tolist() == [2, 0, -1, -1]
    assert last_reaching(stages, UNKNOWN).tolist() == [2, 1, 0, -1]
    assert last_reaching(np.zeros((2, 0), dtype=np.int8), TRUE).tolist() == [-1, -1]


def test_a_share_of_nothing_is_not_zero() -> None:
    assert share(0, 0) is None
    assert share(1, 4) == 0.25


def test_volumes_keep_unknown_apart() -> None:
    found = volume(codes(T, T, U, F, F))
    assert (found.records, found.certain, found.unknown, found.refused) == (5, 2, 1, 2)
    assert (found.possible, found.share_certain, found.share_possible) == (3, 0.4, 0.6)
    assert volume(codes()).share_certain is None


@given(column)
def test_every_record_has_one_verdict(values: list[int]) -> None:
    found = volume(codes(*values))
    assert found.certain + found.unknown + found.refused == found.records == len(values)


def test_where_records_stand_on_a_ladder() -> None:
    found = stage_volumes(table((T, T), (T, U), (U, F), (F, F)))
    assert [(s.position, s.current, s.possible) for s in found] == [
        (-1, 2, 1),
        (0, 1, 1),
        (1, 1, 2),
    ]
    assert found[0].verdicts is None
    assert found[1].verdicts == volume(codes(T, T, U, F))


@given(ladder)
def test_every_record_stands_somewhere(rows: list[list[int]]) -> None:
    stages = np.array(rows, dtype=np.int8).reshape(len(rows), len(rows[0]) if rows else 0)
    found = stage_volumes(stages)
    assert sum(s.current for s in found) == sum(s.possible for s in found) == len(rows)


def test_overlap_by_hand() -> None:
    found = overlap(codes(T, T, T, F, U, T), codes(T, F, U, T, T, T))
    assert (found.size_a, found.size_b, found.both) == (4, 4, 2)
    assert (found.a_denied_by_b, found.a_undecided_by_b) == (1, 1)
    assert (found.b_denied_by_a, found.b_undecided_by_a) == (1, 1)
    assert found.jaccard == pytest.approx(2 / 6)
    assert (found.a_in_b, found.b_in_a) == (0.5, 0.5)


def test_a_set_within_another() -> None:
    found = overlap(codes(T, F, F), codes(T, T, F))
    assert (found.a_in_b, found.b_in_a, found.only_a, found.only_b) == (1, 0.5, 0, 1)


def test_empty_sets_have_no_shares() -> None:
    found = overlap(codes(F, U), codes(F, F))
    assert (found.jaccard, found.a_in_b, found.b_in_a) == (None, None, None)


@given(column)
def test_overlap_with_itself_is_complete(values: list[int]) -> None:
    found = overlap(codes(*values), codes(*values))
    assert (found.only_a, found.only_b, found.size_a - found.size_b) == (0, 0, 0)
    assert found.jaccard == (1 if TRUE in values else None)


@given(st.lists(st.tuples(st.sampled_from((T, F, U)), st.sampled_from((T, F, U))), max_size=20))
def test_swapping_sides_of_an_overlap(rows: list[tuple[int, int]]) -> None:
    a, b = codes(*(r[0] for r in rows)), codes(*(r[1] for r in rows))
    there, back = overlap(a, b), overlap(b, a)
    assert there.size_a - there.size_b == -(back.size_a - back.size_b)
    assert (there.a_in_b, there.a_denied_by_b) == (back.b_in_a, back.b_denied_by_a)
    assert there.jaccard == back.jaccard
    assert there.only_a == there.a_denied_by_b + there.a_undecided_by_b


def test_held_by_one_policy_only() -> None:
    found = exclusive(table((T, F, U), (T, T, F), (F, F, F), (F, U, T)))
    assert found.tolist() == [[True, False, False], [False] * 3, [False] * 3, [False, False, True]]


def test_outcomes_are_won_not_won_or_open() -> None:
    assert outcome_codes([True, False, None]).tolist() == [WON, NOT_WON, OPEN]


@pytest.mark.parametrize(
    ("won", "known", "low", "high"),
    [
        (0, 12, 0.0, 0.2425),  # z²/(n+z²) = 3.8415 / 15.8415
        (12, 12, 0.7575, 1.0),
        (5, 10, 0.2366, 0.7634),
        (1, 1, 0.2065, 1.0),  # 1 / (1 + z²)
    ],
)
def test_wilson_intervals(won: int, known: int, low: float, high: float) -> None:
    assert wilson(won, known) == pytest.approx((low, high), abs=5e-5)


def test_no_interval_without_records() -> None:
    assert wilson(0, 0) is None


def test_outcome_by_hand() -> None:
    # Known: 5 records, 2 won. Held: 3, of which 2 are known and 1 is won.
    outcomes = outcome_codes([True, None, False, True, False, False])
    found = outcome(np.array([True, True, True, False, False, False]), outcomes)
    assert (found.records, found.known, found.won) == (3, 2, 1)
    assert found.rate == 0.5
    assert found.lift == pytest.approx(0.5 / 0.4)
    assert found.recall == 0.5
    assert found.few


def test_few_hides_nothing() -> None:
    outcomes = outcome_codes([True] * FEW + [False])
    below = outcome(np.array([True] * (FEW - 1) + [False, False]), outcomes)
    enough = outcome(np.array([True] * FEW + [False]), outcomes)
    assert (below.few, enough.few) == (True, False)
    assert below.low is not None


def test_an_empty_set_has_no_rate_and_holds_none_of_the_won() -> None:
    found = outcome(np.array([False, False]), outcome_codes([True, False]))
    assert (found.rate, found.low, found.high, found.lift) == (None, None, None, None)
    assert found.recall == 0


def test_nothing_won_anywhere() -> None:
    found = outcome(np.array([True, True]), outcome_codes([False, False]))
    assert (found.rate, found.lift, found.recall) == (0, None, None)
