"""Circuits over planes of bits, one bit per record: AND, OR, NOT, XOR, and numbers made of planes.

Equal gates are one gate, whichever policy asked for them. What does not depend on any record is
decided when the circuit is made.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, TypeAlias

from leadpolicy.backends.kernels.columns import Slot
from leadpolicy.logic.terms import Relation, TextTest

NO: Final = 0
YES: Final = 1


@dataclass(frozen=True, slots=True)
class Constant:
    """The same bit for every record."""

    value: bool


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane of the table."""

    slot: int


@dataclass(frozen=True, slots=True)
class Bounded:
    """Whether a number lies between two others, both included; None is no end."""

    slot: int
    least: float | None
    most: float | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whether a text is one of these, or is found by a search."""

    slot: int
    which: frozenset[str] | TextTest


@dataclass(frozen=True, slots=True)
class Compared:
    """`left op right × times`; `there` are the planes of the values that count."""

    op: Relation
    left: int
    right: int
    times: Decimal | None = None
    there: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Ahead:
    """`left op now + offset`, where each record has a moment of its own: in microseconds, or in
    days if the length of a day is `unit`.
    """

    op: Relation
    left: int
    now: int
    offset: int
    unit: int = 1


@dataclass(frozen=True, slots=True)
class Same:
    """Whether two columns hold one text."""

    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Contains:
    """Whether a set contains an element."""

    slot: int
    element: str


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more planes, in ascending order."""

    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more planes, in ascending order."""

    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Xor:
    """One of two planes and not the other."""

    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Negated:
    """The opposite of a plane."""

    part: int


Leaf: TypeAlias = Constant | Plane | Bounded | Chosen | Compared | Ahead | Same | Contains
Gate: TypeAlias = Leaf | And | Or | Xor | Negated


@dataclass(slots=True)
class Circuit:
    """Gates by number, each made of those before it, and what they look at: slots, which a table
    fills.
    """

    gates: list[Gate] = field(default_factory=lambda: [Constant(False), Constant(True)])
    slots: dict[Slot, int] = field(default_factory=dict)
    _numbers: dict[Gate, int] = field(default_factory=dict)

    def add(self, gate: Gate) -> int:
        """The number of a gate."""
        number = self._numbers.get(gate)
        if number is None:
            number = self._numbers[gate] = len(self.gates)
            self.gates.append(gate)
        return number

    def slot(self, name: Slot) -> int:
        """The number of a slot."""
        return self.slots.setdefault(name, len(self.slots))

    def plane(self, name: Slot) -> int:
        """The gate of a plane in a slot."""
        return self.add(Plane(self.slot(name)))

    # ------------------------------------------------------------------------- connectives

    def negate(self, part: int) -> int:
        """NOT."""
        if part in (NO, YES):
            return YES - part
        gate = self.gates[part]
        return gate.part if isinstance(gate, Negated) else self.add(Negated(part))

    def every(self, parts: Iterable[int]) -> int:
        """AND."""
        distinct = set(parts) - {YES}
        if NO in distinct:
            return NO
        if len(distinct) < 2:
            return distinct.pop() if distinct else YES
        return self.add(And(tuple(sorted(distinct))))

    def some(self, parts: Iterable[int]) -> int:
        """OR."""
        distinct = set(parts) - {NO}
        if YES in distinct:
            return YES
        if len(distinct) < 2:
            return distinct.pop() if distinct else NO
        return self.add(Or(tuple(sorted(distinct))))

    def differ(self, left: int, right: int) -> int:
        """XOR."""
        if left in (NO, YES):
            return right if left == NO else self.negate(right)
        if right in (NO, YES):
            return self.differ(right, left)
        return NO if left == right else self.add(Xor(min(left, right), max(left, right)))

    # ----------------------------------------------------------------------------- numbers

    def total_at_least(self, least: int, weighted: Iterable[tuple[int, int]]) -> int:
        """Whether the positive weights of the planes that are set reach a threshold."""
        pairs = [(weight, plane) for weight, plane in weighted if plane != NO]
        least -= sum(weight for weight, plane in pairs if plane == YES)
        pairs = [(weight, plane) for weight, plane in pairs if plane != YES]
        if least <= 0:
            return YES
        if least > sum(weight for weight, _ in pairs):
            return NO
        unit = math.gcd(*(weight for weight, _ in pairs))
        pairs = [(weight // unit, plane) for weight, plane in pairs]
        return self._reaches(self._added(pairs), -(-least // unit))

    def _added(self, weighted: Sequence[tuple[int, int]]) -> list[int]:
        """The bits of a sum, lowest first: three planes of one place make one of it and one of
        the next (a carry-save adder).
        """
        places: list[list[int]] = [[] for _ in range(sum(w for w, _ in weighted).bit_length() + 1)]
        for weight, plane in weighted:
            for place in range(weight.bit_length()):
                if weight >> place & 1:
                    places[place].append(plane)
        for place, planes in enumerate(places):
            while len(planes) > 1:
                first, second = planes.pop(0), planes.pop(0)
                third = planes.pop(0) if planes else NO
                half = self.differ(first, second)
                planes.append(self.differ(half, third))
                carry = self.some([self.every([first, second]), self.every([half, third])])
                if carry != NO:
                    places[place + 1].append(carry)
        return [planes[0] if planes else NO for planes in places]

    def _reaches(self, bits: Sequence[int], least: int) -> int:
        """Whether a number is at least so high: decided by its highest bit that differs."""
        found = YES
        for place, bit in enumerate(bits):
            join = self.every if least >> place & 1 else self.some
            found = join([bit, found])
        return found if least < 1 << len(bits) else NO

    def last_of(self, stages: Sequence[int]) -> list[int]:
        """The bits, lowest first, of the place (from 1) of the last plane that is set."""
        bits: list[list[int]] = [[] for _ in range(len(stages).bit_length())]
        above = NO
        for place in range(len(stages), 0, -1):
            stage = stages[place - 1]
            last = self.every([stage, self.negate(above)])
            above = self.some([above, stage])
            for bit, planes in enumerate(bits):
                if place >> bit & 1:
                    planes.append(last)
        return [self.some(planes) for planes in bits]


__all__ = [
    "NO",
    "YES",
    "Ahead",
    "And",
    "Bounded",
    "Chosen",
    "Circuit",
    "Compared",
    "Constant",
    "Contains",
    "Gate",
    "Leaf",
    "Negated",
    "Or",
    "Plane",
    "Same",
    "Xor",
]
