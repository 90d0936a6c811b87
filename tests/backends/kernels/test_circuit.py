"""Circuits compute what is said of them, on every combination of inputs, in blocks and threads."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from leadpolicy.backends.kernels import machine
from leadpolicy.backends.kernels.circuit import NO, YES, Bounded, Chosen, Circuit, Compared
from leadpolicy.backends.kernels.columns import TextColumn, packed, unpacked
from leadpolicy.backends.kernels.machine import Join
from leadpolicy.logic.terms import Relation


def inputs(circuit: Circuit, count: int) -> tuple[list[int], np.ndarray[Any, Any]]:
    """As many planes, with every combination of bits, one a row."""
    rows = np.array(list(itertools.product((0, 1), repeat=count)), np.uint8)
    return [circuit.plane((n,)) for n in range(count)], rows


def evaluated(
    circuit: Circuit, outputs: Sequence[int], given: Any, rows: int, **how: int
) -> list[np.ndarray[Any, Any]]:
    """A byte per row for every output. `given`: the bits of `inputs`, or what fills the slots."""
    filled: list[Any] = (
        [given[slot] for slot in circuit.slots]
        if isinstance(given, dict)
        else [packed(given[:, n]) for (n,) in circuit.slots]
    )
    found = np.full((len(outputs), rows), 9, np.uint8)

    def sink(begin: int, end: int, planes: Sequence[np.ndarray[Any, Any]]) -> None:
        for row, plane in zip(found, planes, strict=True):
            row[begin:end] = unpacked(plane, end - begin)

    machine.run(machine.recipe(circuit, outputs), filled, rows, sink, **how)
    return list(found)


@pytest.mark.parametrize(
    "weights",
    [(1,), (1, 1, 1), (1,) * 8, (10, 15, 5, 20, 20), (7, 1, 3), (1, 2, 4, 8), (10**30, 10**30, 1)],
)
def test_weights_are_added_exactly(weights: tuple[int, ...]) -> None:
    circuit = Circuit()
    planes, rows = inputs(circuit, len(weights))
    totals = [sum(w for w, bit in zip(weights, row, strict=True) if bit) for row in rows]
    thresholds = sorted({t + d for t in totals for d in (-1, 0, 1)})
    gates = [
        circuit.total_at_least(least, list(zip(weights, planes, strict=True)))
        for least in thresholds
    ]
    for least, found in zip(thresholds, evaluated(circuit, gates, rows, len(rows)), strict=True):
        assert found.tolist() == [int(total >= least) for total in totals], least


def test_what_is_certain_counts_before_anything_is_evaluated() -> None:
    circuit = Circuit()
    (one, two), _ = inputs(circuit, 2)
    assert circuit.total_at_least(5, [(5, YES), (3, one)]) == YES
    assert circuit.total_at_least(9, [(5, NO), (3, one), (5, two)]) == NO
    assert circuit.total_at_least(8, [(5, YES), (3, one)]) == one


@pytest.mark.parametrize("stages", [1, 2, 3, 4, 7])
def test_the_last_stage_that_is_set_is_told(stages: int) -> None:
    circuit = Circuit()
    planes, rows = inputs(circuit, stages)
    bits = evaluated(circuit, circuit.last_of(planes), rows, len(rows))
    found = sum(bit.astype(int) << place for place, bit in enumerate(bits))
    expected = [max((n for n, bit in enumerate(row, 1) if bit), default=0) for row in rows]
    assert np.asarray(found).tolist() == expected


def test_connectives_with_what_is_decided_need_no_gate() -> None:
    circuit = Circuit()
    (one, two), _ = inputs(circuit, 2)
    made = len(circuit.gates)
    assert circuit.every([one, YES]) == one
    assert circuit.every([one, NO]) == NO
    assert circuit.some([one, NO]) == one
    assert circuit.some([one, YES]) == YES
    assert circuit.every([]) == YES
    assert circuit.some([]) == NO
    assert circuit.differ(one, one) == NO
    assert circuit.differ(NO, one) == one
    assert circuit.negate(NO) == YES
    assert len(circuit.gates) == made
    assert circuit.negate(circuit.negate(one)) == one
    assert circuit.every([two, one]) == circuit.every([one, two, one])


def test_connectives_are_those_of_logic() -> None:
    circuit = Circuit()
    (one, two, three), rows = inputs(circuit, 3)
    gates = [
        circuit.every([one, two, three]),
        circuit.some([one, two, three]),
        circuit.differ(one, two),
        circuit.differ(one, YES),
        circuit.negate(three),
    ]
    for row, bits in zip(
        rows, zip(*evaluated(circuit, gates, rows, len(rows)), strict=True), strict=True
    ):
        a, b, c = (bool(bit) for bit in row)
        assert bits == (a and b and c, a or b or c, a != b, not a, not c)


def test_what_many_ask_for_together_is_joined_once() -> None:
    circuit = Circuit()
    planes, _ = inputs(circuit, 6)
    shared, own = planes[:3], planes[3:]
    steps = machine.recipe(circuit, [circuit.every([*shared, one]) for one in own])
    assert sum(isinstance(step.work, Join) for step in steps.steps) == 2 + 3


def test_planes_are_dropped_when_nobody_needs_them() -> None:
    circuit = Circuit()
    planes, _ = inputs(circuit, 4)
    steps = machine.recipe(circuit, [circuit.every(planes), planes[0]])
    dropped = [slot for step in steps.steps for slot in step.done]
    assert len(dropped) == len(set(dropped))
    assert not set(dropped) & set(steps.outputs)
    assert len(dropped) == steps.slots - len(steps.outputs)


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 63, 64, 65, 100_003])
def test_blocks_and_threads_change_nothing(rows: int) -> None:
    rng = np.random.default_rng(rows)
    small = rng.integers(0, 5, rows).astype(np.uint8)
    wide = rng.integers(0, 2**40, rows)
    numbers = np.where(rng.random(rows) < 0.3, np.nan, rng.normal(size=rows))
    others = np.where(rng.random(rows) < 0.3, np.nan, numbers)
    circuit = Circuit()
    texts = TextColumn(small, tuple("abcde"))
    flags = rng.random(rows) < 0.5
    filled = {
        ("s",): small, ("w",): wide, ("n",): numbers, ("o",): others, ("t",): texts,
        ("p",): packed(flags), ("all",): None,
    }  # fmt: skip
    s, w, n, o, t = (circuit.slot((name,)) for name in "swnot")
    gates = {
        circuit.plane(("p",)): flags,
        circuit.plane(("all",)): np.ones(rows, bool),
        circuit.add(Bounded(s, 1, 3)): (small >= 1) & (small <= 3),
        circuit.add(Bounded(w, 2**39, 2**40)): (wide >= 2**39) & (wide <= 2**40),
        circuit.add(Bounded(w, 2**70, None)): np.zeros(rows, bool),
        circuit.add(Bounded(n, -1.0, 0.5)): (numbers >= -1) & (numbers <= 0.5),
        circuit.add(Bounded(n, None, 0.5)): numbers <= 0.5,
        circuit.add(Chosen(t, frozenset("bde"))): np.isin(small, (1, 3, 4)),
        circuit.add(Compared(Relation.LE, n, o)): numbers <= others,
        circuit.add(Compared(Relation.GT, s, w)): small > wide,
    }
    for how in ({}, {"threads": 1}, {"threads": 3, "block": 4096}):
        found = evaluated(circuit, list(gates), filled, rows, **how)
        for got, expected in zip(found, gates.values(), strict=True):
            assert got.tolist() == expected.tolist()


def test_random_circuits() -> None:
    rng = random.Random(3)
    for _ in range(40):
        circuit = Circuit()
        planes, rows = inputs(circuit, 4)
        truths = [rows[:, n].astype(bool) for n in range(4)]
        for _ in range(15):
            one, two = rng.randrange(len(planes)), rng.randrange(len(planes))
            join = rng.randrange(4)
            a, b, x, y = planes[one], planes[two], truths[one], truths[two]
            made, meant = (
                (circuit.every([a, b]), x & y),
                (circuit.some([a, b]), x | y),
                (circuit.differ(a, b), x ^ y),
                (circuit.negate(a), ~x),
            )[join]
            planes.append(made)
            truths.append(meant)
        for got, expected in zip(evaluated(circuit, planes, rows, len(rows)), truths, strict=True):
            assert got.tolist() == expected.tolist()
