"""Terms to gates: for every term one plane where it is TRUE and one where it is not FALSE.

Where an atom holds a value is there and fits; where it does not fail, it holds or its value is
missing. Connectives are those of the planes: NOT swaps and negates them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Protocol

from leadpolicy.backends.interpreter import moved
from leadpolicy.backends.kernels.circuit import (
    NO,
    YES,
    Ahead,
    Bounded,
    Chosen,
    Circuit,
    Compared,
    Contains,
    Same,
)
from leadpolicy.backends.kernels.columns import (
    HIGH,
    LOW,
    THERE,
    Column,
    Flags,
    Interval,
    Nothing,
    NumberColumn,
    RangeColumn,
    Sets,
    Slot,
    TextColumn,
    number_of,
)
from leadpolicy.backends.kernels.leaves import OPERATORS
from leadpolicy.logic.terms import (
    All,
    Any,
    Compare,
    Const,
    CountAtLeast,
    FromNow,
    Happened,
    Has,
    Known,
    Literal,
    Member,
    Not,
    Other,
    Relation,
    SumAtLeast,
    Term,
    TextTest,
)
from leadpolicy.logic.walk import walk
from leadpolicy.truth import FALSE, TRUE
from leadpolicy.types import Kind, Range, Type, Value

DAY: Final = 86_400_000_000
NOW: Final[Slot] = ("now",)
"""The slot of the moments of evaluation, in microseconds, where each record has its own."""
_FAR: Final = 2**62
_MICROSECOND: Final = timedelta(microseconds=1)


class _Apart(Protocol):
    """Where one side lies wholly beyond the other, or touches it."""

    def __call__(self, *, equal: bool) -> int: ...


@dataclass(frozen=True, slots=True)
class Planes:
    """Where a term is TRUE, and where it is not FALSE."""

    holds: int
    possible: int


UNKNOWN: Final = Planes(NO, YES)


@dataclass(slots=True)
class Translator:
    """Makes the gates of terms over columns of the shape of these.

    `now` is the moment of evaluation, None where each record has its own. `happened` are the
    planes of conditions on events.
    """

    circuit: Circuit
    columns: Mapping[str, Column]
    now: datetime | None
    happened: Mapping[Happened, Planes] = field(default_factory=dict)
    _done: dict[Term, Planes] = field(default_factory=dict)

    def planes(self, term: Term) -> Planes:
        """The planes of a term."""
        if term not in self._done:
            for part in walk((term,), self._done):
                self._done[part] = self._make(part)
        return self._done[term]

    def _make(self, term: Term) -> Planes:
        circuit = self.circuit
        match term:
            case Const():
                return Planes(YES if term.value is TRUE else NO, NO if term.value is FALSE else YES)
            case Not():
                return self._opposite(self.planes(term.term))
            case All():
                holds, possible = self._parts(term.terms)
                return Planes(circuit.every(holds), circuit.every(possible))
            case Any():
                holds, possible = self._parts(term.terms)
                return Planes(circuit.some(holds), circuit.some(possible))
            case CountAtLeast():
                return self._sum(term.least, [1] * len(term.terms), term.terms)
            case SumAtLeast():
                return self._sum(term.least, term.weights, term.terms)
            case Compare():
                return self._compare(term)
            case Member():
                return self._member(term, self.columns[term.subject.name])
            case Known():
                column = self.columns[term.subject.name]
                known = NO if isinstance(column, Nothing) else self.known((term.subject.name,))
                return Planes(known, known)
            case TextTest():
                return self._text(term, self.columns[term.subject.name])
            case Has():
                return self._has(term, self.columns[term.subject.name])
            case Happened():
                return self.happened[term]

    def _parts(self, terms: Iterable[Term]) -> tuple[list[int], list[int]]:
        found = [self.planes(term) for term in terms]
        return [planes.holds for planes in found], [planes.possible for planes in found]

    def _opposite(self, planes: Planes) -> Planes:
        negate = self.circuit.negate
        return Planes(negate(planes.possible), negate(planes.holds))

    def _sum(self, least: int, weights: Iterable[int], terms: Iterable[Term]) -> Planes:
        """Negative points are positive ones for the opposite, with a higher threshold."""
        surely, maybe = [], []
        for weight, term in zip(weights, terms, strict=True):
            planes = self.planes(term)
            if weight < 0:
                planes, least = self._opposite(planes), least - weight
            surely.append((abs(weight), planes.holds))
            maybe.append((abs(weight), planes.possible))
        reach = self.circuit.total_at_least
        return Planes(reach(least, surely), reach(least, maybe))

    # ------------------------------------------------------------------------------ columns

    def known(self, slot: Slot) -> int:
        """Where a column, or an end of a range, has a value."""
        return self.circuit.plane((*slot, THERE))

    def inside(self, numbers: Operand, span: Interval) -> int:
        """Where a number is there and lies in a span."""
        least, most = span.whole() if numbers.whole else span.doubles()
        known = self.known(numbers.slot)
        if least is None and most is None:
            return known
        if least is not None and most is not None and least > most:
            return NO
        slot = self.circuit.slot(numbers.slot)
        return self.circuit.every([known, self.circuit.add(Bounded(slot, least, most))])

    def _flagged(self, slot: Slot, wanted: Callable[[bool], bool]) -> int:
        """Where a boolean is there and wanted."""
        bit = self.circuit.plane(slot)
        parts = ((wanted(True), bit), (wanted(False), self.circuit.negate(bit)))
        return self.circuit.every(
            [self.known(slot), self.circuit.some(gate for want, gate in parts if want)]
        )

    def _or_missing(self, holds: int, *slots: Slot) -> Planes:
        """A comparison that is UNKNOWN exactly where a value is missing."""
        missing = (self.circuit.negate(self.known(slot)) for slot in slots)
        return Planes(holds, self.circuit.some([holds, *missing]))

    def flag(self, slot: Slot) -> int:
        """Where a boolean is there and TRUE."""
        return self._flagged(slot, bool)

    # -------------------------------------------------------------------------- comparisons

    def _compare(self, term: Compare) -> Planes:
        slot, column = (term.left.name,), self.columns[term.left.name]
        match term.right:
            case Literal(value=value):
                return self._with_literal(term.op, slot, column, term.left.type, value)
            case FromNow(offset=offset):
                return self._with_now(term, column, offset)
            case Other(subject=subject):
                return self._with_fact(term, column, self.columns[subject.name])

    def _with_literal(
        self, op: Relation, slot: Slot, column: Column, kind: Type, value: Value
    ) -> Planes:
        match column:
            case Nothing():
                return UNKNOWN
            case Flags():
                test = OPERATORS[op]
                return self._or_missing(self._flagged(slot, lambda one: test(one, value)), slot)
            case TextColumn():
                assert isinstance(value, str)
                return self._chosen(slot, frozenset({value}))
            case NumberColumn() | RangeColumn():
                ends = _ends(slot, column)
                if isinstance(value, Range):
                    return self._between(op, ends, value, self.known(slot))
                number = number_of(kind, value)
                if isinstance(column, RangeColumn):
                    return self._between(op, ends, Range(number, number), self.known(slot))
                return self._or_missing(self.inside(ends[0], _span(op, number)), slot)
            case Sets():
                raise TypeError(f"{kind} is not compared with a value")

    def _between(
        self, op: Relation, ends: tuple[Operand, Operand], value: Range, known: int
    ) -> Planes:
        """A range against a range: decided by the ends that are nearest or farthest."""
        (low, high), least, most = ends, value.low, value.high

        def same() -> int:
            if least is None or least != most:
                return NO
            return self.circuit.every(self.inside(end, Interval(least, least)) for end in ends)

        def below(*, equal: bool) -> int:
            return NO if least is None else self.inside(high, Interval(most=least, below=not equal))

        def above(*, equal: bool) -> int:
            return NO if most is None else self.inside(low, Interval(most, above=not equal))

        holds, fails = self._decided(op, same, below, above)
        every, negate = self.circuit.every, self.circuit.negate
        return Planes(every([known, holds]), negate(every([known, fails])))

    def _decided(
        self,
        op: Relation,
        same: Callable[[], int],
        below: _Apart,
        above: _Apart,
    ) -> tuple[int, int]:
        """Where a comparison holds, and where it fails: where both sides are the same number, and
        where all of the left lies below (or at) all of the right, or above.
        """
        match op:
            case Relation.EQ:
                return same(), self.circuit.some([below(equal=False), above(equal=False)])
            case Relation.LT:
                return below(equal=False), above(equal=True)
            case Relation.LE:
                return below(equal=True), above(equal=False)
            case Relation.GT:
                return above(equal=False), below(equal=True)
            case Relation.GE:
                return above(equal=True), below(equal=False)

    def _with_now(self, term: Compare, column: Column, offset: timedelta) -> Planes:
        if isinstance(column, Nothing):
            return UNKNOWN
        if not isinstance(column, NumberColumn):
            raise TypeError(f"{term.left.type} is not compared with now")
        slot, days = (term.left.name,), term.left.type.kind is Kind.DATE
        if self.now is None:
            ahead = self.ahead(term.op, slot, offset, days=days)
            return self._or_missing(self.circuit.every([self.known(slot), ahead]), slot)
        moment = moved(self.now, offset)
        if moment is None:
            later = offset > timedelta()
            holds = (term.op in (Relation.LT, Relation.LE)) == later
            return self._or_missing(self.known(slot) if holds else NO, slot)
        number = number_of(term.left.type, moment.date() if days else moment)
        return self._or_missing(self.inside(Operand(slot), _span(term.op, number)), slot)

    def ahead(self, op: Relation, column: Slot, offset: timedelta, *, days: bool) -> int:
        """A column against the moment of each record, moved."""
        slot = self.circuit.slot
        ahead = max(min(offset // _MICROSECOND, _FAR), -_FAR)
        return self.circuit.add(Ahead(op, slot(column), slot(NOW), ahead, DAY if days else 1))

    def _with_fact(self, term: Compare, left: Column, right: Column) -> Planes:
        assert isinstance(term.right, Other)
        slots = ((term.left.name,), (term.right.subject.name,))
        match left, right:
            case (Nothing(), _) | (_, Nothing()):
                return UNKNOWN
            case TextColumn(), TextColumn():
                same = self.circuit.add(Same(*(self.circuit.slot(slot) for slot in slots)))
                return self._or_missing(self._where(slots, same), *slots)
            case Flags(), Flags():
                differ = self.circuit.differ(*(self.circuit.plane(slot) for slot in slots))
                return self._or_missing(self._where(slots, self.circuit.negate(differ)), *slots)
            case (NumberColumn() | RangeColumn(), NumberColumn() | RangeColumn()):
                holds, fails = self._with_numbers(
                    term.op, _ends(slots[0], left), _ends(slots[1], right), term.right.times
                )
                if isinstance(left, NumberColumn) and isinstance(right, NumberColumn):
                    return self._or_missing(holds, *slots)
                known = (self.known(slot) for slot in slots)
                return Planes(holds, self.circuit.negate(self.circuit.every([*known, fails])))
            case _:
                raise TypeError(
                    f"{term.left.type} cannot be compared with {term.right.subject.type}"
                )

    def _where(self, slots: Iterable[Slot], gate: int) -> int:
        return self.circuit.every([*(self.known(slot) for slot in slots), gate])

    def _with_numbers(
        self,
        op: Relation,
        left: tuple[Operand, Operand],
        right: tuple[Operand, Operand],
        times: Decimal | None,
    ) -> tuple[int, int]:
        (low, high), (least, most) = left, right

        def compared(op: Relation, one: Operand, other: Operand, by: Decimal | None) -> int:
            slot = self.circuit.slot
            numbers = (slot(one.slot), slot(other.slot))
            there = tuple(slot((*end.slot, THERE)) for end in (one, other))
            gate = self.circuit.add(Compared(op, *numbers, by, there))
            return self._where((one.slot, other.slot), gate)

        def same() -> int:
            pairs = [pair for pair in (left, right) if pair[0] != pair[1]]
            alone = [compared(Relation.EQ, *pair, None) for pair in pairs]
            return self.circuit.every([*alone, compared(Relation.EQ, low, least, times)])

        def below(*, equal: bool) -> int:
            return compared(Relation.LE if equal else Relation.LT, high, least, times)

        def above(*, equal: bool) -> int:
            return compared(Relation.GE if equal else Relation.GT, low, most, times)

        return self._decided(op, same, below, above)

    # ------------------------------------------------------------------------ lists and texts

    def _member(self, term: Member, column: Column) -> Planes:
        slot = (term.subject.name,)
        match column:
            case Nothing():
                return UNKNOWN
            case TextColumn():
                return self._chosen(slot, frozenset(map(str, term.values)))
            case Flags():
                return self._or_missing(self._flagged(slot, lambda one: one in term.values), slot)
            case NumberColumn():
                numbers = sorted({number_of(term.subject.type, value) for value in term.values})
                inside = (
                    self.inside(Operand(slot, column.whole), Interval(*span))
                    for span in _spans(numbers, whole=column.whole)
                )
                return self._or_missing(self.circuit.some(inside), slot)
            case RangeColumn():
                return self._ends_listed(term, _ends(slot, column))
            case Sets():
                raise TypeError("a set is no member of a list")

    def _ends_listed(self, term: Member, ends: tuple[Operand, Operand]) -> Planes:
        """All numbers of a range are listed where both ends lie in one run of listed numbers."""
        circuit, (low, high) = self.circuit, ends
        numbers = sorted({v for v in term.values if isinstance(v, int | float)})
        holds = circuit.some(
            circuit.every(self.inside(end, Interval(*span)) for end in ends)
            for span in _spans(numbers, whole=term.subject.type.kind is Kind.INTEGER)
        )
        outside = circuit.every(
            circuit.some(
                [
                    self.inside(low, Interval(number, above=True)),
                    self.inside(high, Interval(most=number, below=True)),
                ]
            )
            for number in numbers
        )
        known = self.known((term.subject.name,))
        return Planes(holds, circuit.negate(circuit.every([known, outside])))

    def _text(self, term: TextTest, column: Column) -> Planes:
        if isinstance(column, Nothing):
            return UNKNOWN
        if not isinstance(column, TextColumn):
            raise TypeError(f"{term.subject.type} is not searched")
        return self._chosen((term.subject.name,), term)

    def _chosen(self, slot: Slot, which: frozenset[str] | TextTest) -> Planes:
        chosen = self.circuit.add(Chosen(self.circuit.slot(slot), which))
        return self._or_missing(self._where([slot], chosen), slot)

    def _has(self, term: Has, column: Column) -> Planes:
        slot = (term.subject.name,)
        match column:
            case Nothing():
                return UNKNOWN
            case Sets():
                gate = self.circuit.add(Contains(self.circuit.slot(slot), term.element))
                return self._or_missing(self._where([slot], gate), slot)
            case _:
                raise TypeError(f"{term.subject.type} has no elements")


@dataclass(frozen=True, slots=True)
class Operand:
    """A column of numbers, or an end of a range: its slot, and whether its numbers are whole."""

    slot: Slot
    whole: bool = True


def _ends(slot: Slot, column: NumberColumn | RangeColumn) -> tuple[Operand, Operand]:
    if isinstance(column, RangeColumn):
        low, high = column.low.whole, column.high.whole
        return Operand((*slot, LOW), low), Operand((*slot, HIGH), high)
    alone = Operand(slot, column.whole)
    return alone, alone


def _spans(numbers: Sequence[int | float], *, whole: bool) -> Iterable[tuple[float, float]]:
    """Ascending numbers as spans; where all are `whole`, of consecutive ones."""
    if not whole:
        return [(number, number) for number in numbers]
    runs: list[tuple[float, float]] = []
    there = enumerate(number for number in numbers if number == int(number))
    for _, group in itertools.groupby(there, lambda pair: pair[1] - pair[0]):
        members = [number for _, number in group]
        runs.append((members[0], members[-1]))
    return runs


def _span(op: Relation, number: int | float) -> Interval:
    """The numbers for which a comparison with a literal holds."""
    match op:
        case Relation.EQ:
            return Interval(number, number)
        case Relation.LT:
            return Interval(most=number, below=True)
        case Relation.LE:
            return Interval(most=number)
        case Relation.GT:
            return Interval(number, above=True)
        case Relation.GE:
            return Interval(number)


__all__ = ["DAY", "NOW", "UNKNOWN", "Operand", "Planes", "Translator"]
