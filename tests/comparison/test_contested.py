"""Which records are worth arguing about, on verdicts made up for the purpose."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadpolicy.comparison.contested import Contested, contested
from leadpolicy.comparison.disagreements import cause_table
from leadpolicy.evaluation.codes import FALSE, OPEN, TRUE, UNKNOWN, Codes
from leadpolicy.evaluation.verdicts import PolicyVerdicts, RecordVerdicts
from tests.comparison.world import World

T, F, U = TRUE, FALSE, UNKNOWN
LETTERS = "pqrs"
Row = tuple[int, ...]
rows = st.integers(2, 4).flatmap(
    lambda k: st.lists(st.tuples(*[st.sampled_from((T, F, U))] * k), min_size=1, max_size=25)
)


def simple() -> list[str]:
    """Policies of one criterion each: whoever is urgent is a lead."""
    return [
        f"""\
policy: {letter}
version: 1.0.0
title: Urgent
organization: {letter}
vocabulary: 1
grain: company
criteria:
  urgent: {{says: It is urgent, need.urgent: true}}
stages:
  - {{stage: lead, counts_as: lead, requires: nothing, when: urgent}}
"""
        for letter in LETTERS
    ]


def _column(columns: Codes, at: int) -> Codes:
    return columns[:, [at]]


def evaluation(world: World, table: Sequence[Row]) -> RecordVerdicts:
    """One policy per column, one record per row; ids in the order of rows."""
    columns = np.array(table, dtype=np.int8)
    policies = [world.policy(text) for text in simple()[: columns.shape[1]]]
    verdicts = tuple(
        PolicyVerdicts(p.id, p, partial(_column, columns, at), partial(_column, columns, at))
        for at, p in enumerate(policies)
    )
    n = len(table)
    return RecordVerdicts(
        world.records(),
        verdicts,
        tuple(f"{number:03}" for number in range(n)),
        np.full(n, OPEN, dtype=np.int8),
        frozenset(),
        np.arange(n),
    )


def find(world: World, table: Sequence[Row], top: int = 100) -> list[Contested]:
    found = evaluation(world, table)
    return contested(found, ["lead"], cause_table(found), top)


def test_the_most_even_split_comes_first(world: World) -> None:
    table = [(T, F, F, F), (T, T, F, F), (T, T, T, F), (T, T, T, T), (T, F, U, U)]
    assert [c.record for c in find(world, table)] == ["001", "004", "000", "002"]


def test_a_split_is_certain_on_both_sides(world: World) -> None:
    assert find(world, [(T, U), (U, F), (T, T), (F, F)]) == []


def test_each_pattern_is_shown_before_any_is_shown_again(world: World) -> None:
    table = [(T, F)] * 3 + [(F, T)] * 2
    assert [c.record for c in find(world, table)] == ["000", "003", "001", "004", "002"]


def test_who_says_what(world: World) -> None:
    (found,) = find(world, [(T, F, U)])
    assert (found.claims, found.denies, found.undecided) == (("p",), ("q",), ("r",))
    assert (found.nearest, found.cause.first) == ("q", "urgent")


def test_one_policy_has_nobody_to_argue_with(world: World) -> None:
    assert find(world, [(T,), (F,)]) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(rows, st.integers(0, 30))
def test_laws(world: World, table: list[Row], top: int) -> None:
    found = find(world, table, top)
    disputed = {f"{n:03}" for n, row in enumerate(table) if T in row and F in row}
    assert len(found) == min(top, len(disputed))
    shown = [c.record for c in found]
    assert len(set(shown)) == len(shown)
    assert set(shown) <= disputed
    patterns = [table[int(c.record)] for c in found]
    distinct = {table[int(id)] for id in disputed}
    first_round = patterns[: min(len(distinct), len(patterns))]
    assert len(set(first_round)) == len(first_round)
    evenness = [min(p.count(T), p.count(F)) for p in first_round]
    assert evenness == sorted(evenness, reverse=True)
