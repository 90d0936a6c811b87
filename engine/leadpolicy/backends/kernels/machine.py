"""Running a circuit: block by block, each gate on the whole block, in several threads.

Planes are packed, eight records to a byte. A block is large enough for the time of a gate to lie
in numpy, which lets other threads work, and small enough for its planes to stay in the cache.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np

from leadpolicy.backends.kernels.circuit import (
    And,
    Circuit,
    Leaf,
    Negated,
    Or,
    Xor,
)
from leadpolicy.backends.kernels.columns import Array, unpacked
from leadpolicy.backends.kernels.leaves import BlockReader

BLOCK: Final = 1 << 18
"""Records in a block."""
LEAST: Final = 1 << 15
"""Records that are worth a thread."""


@dataclass(frozen=True, slots=True)
class Join:
    """Two planes into one."""

    join: Any = field(compare=False)
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Invert:
    """The opposite of a plane."""

    part: int


@dataclass(frozen=True, slots=True)
class GateWork:
    """One gate's work: what to do, and which planes nobody needs afterwards."""

    work: Leaf | Join | Invert
    slot: int
    done: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """The steps of a circuit for some outputs, and the slots where these stand in the end."""

    steps: tuple[GateWork, ...]
    outputs: tuple[int, ...]
    slots: int


def recipe(circuit: Circuit, outputs: Sequence[int]) -> Recipe:
    """Only what the outputs need, in an order that reads an array for all its gates at once."""
    return _Planner(circuit, tuple(outputs)).recipe()


class _Planner:
    def __init__(self, circuit: Circuit, outputs: tuple[int, ...]) -> None:
        self.circuit = circuit
        self.outputs = outputs
        self.needed = self._reached()
        self.works: list[Leaf | Join | Invert] = []
        self.slots: dict[int, int] = {}
        self.joined: dict[tuple[str, int, int], int] = {}

    def _reached(self) -> list[int]:
        seen: set[int] = set()
        pending = list(self.outputs)
        while pending:
            number = pending.pop()
            if number not in seen:
                seen.add(number)
                pending.extend(self._parts(number))
        return sorted(seen)

    def _parts(self, number: int) -> tuple[int, ...]:
        match self.circuit.gates[number]:
            case And(parts=parts) | Or(parts=parts):
                return parts
            case Xor(left=left, right=right):
                return left, right
            case Negated(part=part):
                return (part,)
            case _:
                return ()

    def recipe(self) -> Recipe:
        leaves = [n for n in self.needed if not self._parts(n)]
        for number in sorted(leaves, key=self._array):
            gate = self.circuit.gates[number]
            assert isinstance(gate, Leaf)
            self.slots[number] = self._do(gate)
        common = {kind: self._uses(kind) for kind in (And, Or)}
        for number in self.needed:
            match self.circuit.gates[number]:
                case And(parts=parts):
                    made = self._fold("and", parts, common[And])
                case Or(parts=parts):
                    made = self._fold("or", parts, common[Or])
                case Xor(left=left, right=right):
                    made = self._join("xor", self.slots[left], self.slots[right])
                case Negated(part=part):
                    made = self._do(Invert(self.slots[part]))
                case _:
                    continue
            self.slots[number] = made
        return self._finished()

    def _array(self, number: int) -> int:
        gate = self.circuit.gates[number]
        found: int = getattr(gate, "slot", getattr(gate, "left", -1))
        return found

    def _uses(self, kind: type[And | Or]) -> dict[int, int]:
        uses: dict[int, int] = {}
        for number in self.needed:
            gate = self.circuit.gates[number]
            if isinstance(gate, kind):
                for part in gate.parts:
                    uses[part] = uses.get(part, 0) + 1
        return uses

    def _fold(self, join: str, parts: Iterable[int], uses: dict[int, int]) -> int:
        """What most gates have in common is joined first, and so only once."""
        first, *rest = sorted(parts, key=lambda part: (-uses[part], part))
        slot = self.slots[first]
        for part in rest:
            slot = self._join(join, slot, self.slots[part])
        return slot

    def _join(self, join: str, left: int, right: int) -> int:
        key = (join, left, right)
        found = self.joined.get(key)
        if found is None:
            found = self.joined[key] = self._do(Join(_JOINS[join], left, right))
        return found

    def _do(self, work: Leaf | Join | Invert) -> int:
        self.works.append(work)
        return len(self.works) - 1

    def _finished(self) -> Recipe:
        outputs = tuple(self.slots[number] for number in self.outputs)
        kept = set(outputs)
        done: list[list[int]] = [[] for _ in self.works]
        for slot in range(len(self.works) - 1, -1, -1):
            for part in _inputs(self.works[slot]):
                if part not in kept:
                    kept.add(part)
                    done[slot].append(part)
        steps = (GateWork(work, slot, tuple(done[slot])) for slot, work in enumerate(self.works))
        return Recipe(tuple(steps), outputs, len(self.works))


_JOINS: Final = {"and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor}


def _inputs(work: Leaf | Join | Invert) -> tuple[int, ...]:
    match work:
        case Join(left=left, right=right):
            return left, right
        case Invert(part=part):
            return (part,)
        case _:
            return ()


def planes(steps: Recipe, reader: BlockReader, begin: int, end: int) -> list[Array]:
    """The output planes of the records from `begin` to `end`."""
    made: list[Any] = [None] * steps.slots
    for step in steps.steps:
        match step.work:
            case Join(join=join, left=left, right=right):
                made[step.slot] = join(made[left], made[right])
            case Invert(part=part):
                made[step.slot] = np.invert(made[part])
            case _:
                made[step.slot] = reader.plane(step.work, begin, end)
        for slot in step.done:
            made[slot] = None
    return [made[slot] for slot in steps.outputs]


Sink: TypeAlias = Callable[[int, int, Sequence[Array]], None]


def run(
    steps: Recipe,
    filled: Sequence[Any],
    rows: int,
    sink: Sink,
    *,
    threads: int | None = None,
    block: int = BLOCK,
) -> None:
    """Gives `sink(begin, end, planes)` the outputs of every block, each in some thread.

    `filled` is what the table has in the slots of the circuit.
    """
    workers = max(1, min(threads or processors(), rows // LEAST))
    block = min(block, -(-rows // workers // 64) * 64 or 64)
    blocks = iter(range(0, rows, block))

    def work() -> None:
        reader = BlockReader(filled, block)
        for begin in blocks:
            end = min(begin + block, rows)
            sink(begin, end, planes(steps, reader, begin, end))

    if workers == 1:
        work()
        return
    with ThreadPoolExecutor(workers) as pool:
        for future in [pool.submit(work) for _ in range(workers)]:
            future.result()


def processors() -> int:
    """Those that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def number(bits: Sequence[Array], out: Array) -> None:
    """Numbers out of the planes of their bits, lowest first."""
    first, *others = bits
    found = unpacked(first, len(out))
    for place, plane in enumerate(others, 1):
        higher = unpacked(plane, len(out))
        np.left_shift(higher, place, out=higher)
        np.bitwise_or(found, higher, out=found)
    out[:] = found
