"""Terms to gates: for every term one plane where it is TRUE and one where it is not FALSE.

A plane where an atom holds is a comparison of codes; where it does not fail is the same or where
its value is missing. Connectives are those of the planes: NOT swaps and negates them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeAlias

from leadpolicy.backends.interpreter import moved, text_test
from leadpolicy.backends.kernels import derived
from leadpolicy.backends.kernels.circuit import (
    NO,
    YES,
    AtLeast,
    AtMost,
    Circuit,
    Compared,
    Listed,
    Within,
)
from leadpolicy.backends.kernels.columns import (
    Array,
    Codes,
    Column,
    Ends,
    Floats,
    Nothing,
    Numbers,
    Sets,
    Span,
    Texts,
    number_of,
    span_of_codes,
    span_of_floats,
)
from leadpolicy.logic.terms import (
    All,
    Any,
    Compare,
    Comparison,
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
    SumAtLeast,
    Term,
    TextTest,
)
from leadpolicy.truth import FALSE, TRUE
from leadpolicy.types import Kind, Range, Type, Value

Now: TypeAlias = datetime | Array
"""The moment of evaluation: one for all records, or microseconds since 1970 for each."""


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
    """Makes the gates of terms over the columns of one table.

    `memo` keeps what was derived from columns value by value, for the next program on the table.
    `happened` are the planes of conditions on events.
    """

    circuit: Circuit
    columns: Mapping[str, Column]
    now: Now
    memo: derived.Memo
    happened: Mapping[Happened, Planes] = field(default_factory=dict)
    _done: dict[Term, Planes] = field(default_factory=dict)

    def planes(self, term: Term) -> Planes:
        """The planes of a term."""
        found = self._done.get(term)
        if found is None:
            found = self._done[term] = self._make(term)
        return found

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
                known = self.known(self.columns[term.subject.name])
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

    def known(self, column: Column) -> int:
        match column:
            case Codes() | Texts():
                if column.full:
                    return YES
                return self.circuit.add(AtLeast(self.circuit.array(column.array), 1))
            case Floats():
                return YES if column.full else self.inside(column, Span())
            case Sets() | Ends():
                return self.known(column.known)
            case Nothing():
                return NO

    def inside(self, column: Numbers, span: Span) -> int:
        """Where a value lies in a span. An open end of a range lies in none that ends there."""
        number = self.circuit.array(column.array)
        if isinstance(column, Codes):
            return self._codes(number, column, *span_of_codes(column, span))
        low, high = span_of_floats(span)
        if span.most is None and span.least is not None:
            return self.circuit.add(AtLeast(number, low))
        if span.least is None and span.most is not None:
            return self.circuit.add(AtMost(number, high))
        return self.circuit.add(Within(number, low, high))

    def _codes(self, number: int, column: Codes, low: int, high: int) -> int:
        if low > high:
            return NO
        if not column.open and high == column.last:
            return self.circuit.add(AtLeast(number, low))
        if not column.open and column.full and low == column.first:
            return self.circuit.add(AtMost(number, high))
        return self.circuit.add(Within(number, low, high))

    def _or_missing(self, holds: int, column: Column) -> Planes:
        """A comparison that is UNKNOWN exactly where its one value is missing."""
        missing = self.circuit.negate(self.known(column))
        return Planes(holds, self.circuit.some([holds, missing]))

    def ternary(self, column: Codes) -> Planes:
        """A column of truths: 0 UNKNOWN, 1 FALSE, 2 TRUE."""
        number = self.circuit.array(column.array)
        holds, fails = (self.circuit.add(Within(number, code, code)) for code in (2, 1))
        return Planes(holds, self.circuit.negate(fails))

    # -------------------------------------------------------------------------- comparisons

    def _compare(self, term: Compare) -> Planes:
        column = self.columns[term.left.name]
        match term.right:
            case Literal(value=value):
                return self._with_literal(term.op, column, term.left.type, value)
            case FromNow(offset=offset):
                return self._with_now(term, column, offset)
            case Other(subject=subject):
                return self._with_fact(term, column, self.columns[subject.name])

    def _with_literal(self, op: Comparison, column: Column, kind: Type, value: Value) -> Planes:
        match column:
            case Nothing():
                return UNKNOWN
            case Texts():
                return self._texts(column, [text == value for text in column.distinct])
            case Codes() | Floats():
                if isinstance(value, Range):
                    return self._between(op, (column, column), value, self.known(column))
                holds = self.inside(column, _span(op, number_of(kind, value)))
                return self._or_missing(holds, column)
            case Ends():
                known = self.known(column)
                if not isinstance(value, Range):
                    number = number_of(kind, value)
                    value = Range(number, number)
                return self._between(op, (column.low, column.high), value, known)
            case Sets():
                raise TypeError(f"{kind} is not compared with a value")

    def _between(
        self, op: Comparison, ends: tuple[Numbers, Numbers], value: Range, known: int
    ) -> Planes:
        """A range against a range: decided by the ends that are nearest or farthest."""
        (low, high), least, most = ends, value.low, value.high

        def same() -> int:
            if least is None or least != most:
                return NO
            return self.circuit.every(self.inside(end, Span(least, least)) for end in ends)

        def below(*, equal: bool) -> int:
            return NO if least is None else self.inside(high, Span(most=least, below=not equal))

        def above(*, equal: bool) -> int:
            return NO if most is None else self.inside(low, Span(most, above=not equal))

        holds, fails = self._decided(op, same, below, above)
        every, negate = self.circuit.every, self.circuit.negate
        return Planes(every([known, holds]), negate(every([known, fails])))

    def _decided(
        self,
        op: Comparison,
        same: Callable[[], int],
        below: _Apart,
        above: _Apart,
    ) -> tuple[int, int]:
        """Where a comparison holds, and where it fails: where both sides are the same number, and
        where all of the left lies below (or at) all of the right, or above.
        """
        match op:
            case Comparison.EQ:
                return same(), self.circuit.some([below(equal=False), above(equal=False)])
            case Comparison.LT:
                return below(equal=False), above(equal=True)
            case Comparison.LE:
                return below(equal=True), above(equal=False)
            case Comparison.GT:
                return above(equal=False), below(equal=True)
            case Comparison.GE:
                return above(equal=True), below(equal=False)

    def _with_now(self, term: Compare, column: Column, offset: timedelta) -> Planes:
        if isinstance(column, Nothing):
            return UNKNOWN
        if not isinstance(column, Codes):
            raise TypeError(f"{term.left.type} is not compared with now")
        kind = term.left.type
        now = self.now
        if not isinstance(now, datetime):
            days = kind.kind is Kind.DATE
            made = self.memo.get(
                (term, id(now)),
                lambda: derived.with_now(term.op, column, now, offset, days=days),
            )
            return self.ternary(made)
        moment = moved(now, offset)
        if moment is None:
            ahead = offset > timedelta()
            if (term.op in (Comparison.LT, Comparison.LE)) == ahead:
                return self._or_missing(self.known(column), column)
            return self._or_missing(NO, column)
        right = moment.date() if kind.kind is Kind.DATE else moment
        return self._or_missing(self.inside(column, _span(term.op, number_of(kind, right))), column)

    def _with_fact(self, term: Compare, left: Column, right: Column) -> Planes:
        assert isinstance(term.right, Other)
        if isinstance(left, Nothing) or isinstance(right, Nothing):
            return UNKNOWN
        if isinstance(left, Texts) and isinstance(right, Texts):
            return self.ternary(self.memo.get(term, lambda: derived.same_text(left, right)))
        if not isinstance(left, _NUMBERS) or not isinstance(right, _NUMBERS):
            raise TypeError(f"{term.left.type} cannot be compared with {term.right.subject.type}")
        (low, high), (least, most) = _ends(left), _ends(right)
        times = term.right.times

        def compared(op: str, one: Numbers, other: Numbers) -> int:
            gate = None if times is not None else self._gate(op, one, other)
            if gate is not None:
                return gate
            key = (op, id(one), id(other), times)
            made = self.memo.get(key, lambda: derived.compared(op, one, other, times))
            return self.circuit.add(AtLeast(self.circuit.array(made.array), 2))

        def same() -> int:
            pairs = [pair for pair in ((low, high), (least, most)) if pair[0] is not pair[1]]
            alone = [self._same(*pair) for pair in pairs]
            return self.circuit.every([*alone, compared("=", low, least)])

        def below(*, equal: bool) -> int:
            return compared("<=" if equal else "<", high, least)

        def above(*, equal: bool) -> int:
            return compared(">=" if equal else ">", low, most)

        holds, fails = self._decided(term.op, same, below, above)
        if isinstance(left, Ends) or isinstance(right, Ends):
            return Planes(holds, self.circuit.negate(fails))
        known = self.circuit.every([self.known(left), self.known(right)])
        return Planes(holds, self.circuit.some([holds, self.circuit.negate(known)]))

    def _gate(self, op: str, left: Numbers, right: Numbers) -> int | None:
        """A comparison of two columns of one kind where the machine's own is exact."""
        circuit = self.circuit
        one, other = circuit.array(left.array), circuit.array(right.array)
        if isinstance(left, Floats) and isinstance(right, Floats):
            return circuit.add(Compared(op, one, other, 0))
        if not isinstance(left, Codes) or not isinstance(right, Codes):
            return None
        if not isinstance(left.values, range) or not isinstance(right.values, range):
            return None
        shift = left.values.start - left.first - right.values.start + right.first
        if max(left.last, right.last, abs(shift)) >= 2**62:
            return None
        numbers = (self._codes(circuit.array(c.array), c, c.first, c.last) for c in (left, right))
        return circuit.every([*numbers, circuit.add(Compared(op, one, other, shift))])

    def _same(self, low: Numbers, high: Numbers) -> int:
        """Where the ends of a range are one number."""
        gate = self._gate("=", low, high)
        if gate is not None:
            return gate
        key = ("=", id(low), id(high), None)
        made = self.memo.get(key, lambda: derived.compared("=", low, high, None))
        return self.circuit.add(AtLeast(self.circuit.array(made.array), 2))

    # ------------------------------------------------------------------------ lists and texts

    def _member(self, term: Member, column: Column) -> Planes:
        match column:
            case Nothing():
                return UNKNOWN
            case Texts():
                chosen = frozenset(term.values)
                return self._texts(column, [text in chosen for text in column.distinct])
            case Codes() | Floats():
                numbers = sorted({number_of(term.subject.type, value) for value in term.values})
                spans = _runs(numbers) if isinstance(column, Codes) else [(n, n) for n in numbers]
                inside = (self.inside(column, Span(*span)) for span in spans)
                return self._or_missing(self.circuit.some(inside), column)
            case Ends():
                return self._ends_listed(term, column)
            case Sets():
                raise TypeError("a set is no member of a list")

    def _ends_listed(self, term: Member, column: Ends) -> Planes:
        """All numbers of a range are listed where both ends lie in one run of listed numbers."""
        circuit, known = self.circuit, self.known(column)
        numbers = sorted({v for v in term.values if isinstance(v, int | float)})
        whole = term.subject.type.kind is Kind.INTEGER
        spans = _runs(numbers) if whole else [(n, n) for n in numbers]
        holds = circuit.some(
            circuit.every(self.inside(end, Span(*span)) for end in (column.low, column.high))
            for span in spans
        )
        outside = circuit.every(
            circuit.some(
                [
                    self.inside(column.low, Span(number, above=True)),
                    self.inside(column.high, Span(most=number, below=True)),
                ]
            )
            for number in numbers
        )
        return Planes(holds, circuit.negate(circuit.every([known, outside])))

    def _text(self, term: TextTest, column: Column) -> Planes:
        if isinstance(column, Nothing):
            return UNKNOWN
        if not isinstance(column, Texts):
            raise TypeError(f"{term.subject.type} is not searched")
        found = self.memo.get(
            (term, id(column)), lambda: [text_test(term, text) for text in column.distinct]
        )
        return self._texts(column, found)

    def _texts(self, column: Texts, chosen: list[bool]) -> Planes:
        """The texts that are chosen, by spans of codes if these are few, else by a table."""
        number = self.circuit.array(column.array)
        places = [place for place, one in enumerate(chosen, 1) if one]
        spans = _runs(places)
        if len(spans) <= _FEW:
            holds = self.circuit.some(self.circuit.add(Within(number, *span)) for span in spans)
        else:
            holds = self.circuit.add(Listed(number, bytes([False, *chosen])))
        return self._or_missing(holds, column)

    def _has(self, term: Has, column: Column) -> Planes:
        match column:
            case Nothing():
                return UNKNOWN
            case Sets():
                made = self.memo.get(
                    (term, id(column)), lambda: derived.contains(column, term.element)
                )
                return self.ternary(made)
            case _:
                raise TypeError(f"{term.subject.type} has no elements")


_NUMBERS: Final = (Codes, Floats, Ends)
_FEW: Final = 6
"""Spans that are compared faster than a table is looked up."""


def _ends(column: Codes | Floats | Ends) -> tuple[Numbers, Numbers]:
    return (column.low, column.high) if isinstance(column, Ends) else (column, column)


def _span(op: Comparison, number: int | float) -> Span:
    """The numbers for which a comparison with a literal holds."""
    match op:
        case Comparison.EQ:
            return Span(number, number)
        case Comparison.LT:
            return Span(most=number, below=True)
        case Comparison.LE:
            return Span(most=number)
        case Comparison.GT:
            return Span(number, above=True)
        case Comparison.GE:
            return Span(number)


def _runs(numbers: Iterable[int | float]) -> list[tuple[float, float]]:
    """Ascending numbers as spans of consecutive whole ones."""
    runs: list[tuple[float, float]] = []
    for _, group in itertools.groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        members = [number for _, number in group]
        runs.append((members[0], members[-1]))
    return runs


__all__ = ["UNKNOWN", "Now", "Planes", "Translator"]
