"""The meaning of a policy, written down once: short, slow, no tricks.

Every part of a term is evaluated, also where the result is already decided, so that an explanation
can show them all. What was found stays in `Evaluation.truths`, the record of the whole evaluation.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Context, Decimal
from typing import TypeAlias

import re2

from leadpolicy.backends import Limit, Logics, Spans
from leadpolicy.diagnostics import Diagnostic
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
    Logic,
    Member,
    Not,
    Operand,
    Other,
    Relation,
    Subject,
    SumAtLeast,
    Term,
    TextMatch,
    TextTest,
)
from leadpolicy.logic.walk import facts, walk
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth, at_least, every, some, truth
from leadpolicy.types import Kind, Range, Value
from leadpolicy.vocabulary.record import EventLog, Happening, Record

Number: TypeAlias = int | float | Decimal
_EXACT = Context(prec=60)  # a value has at most 19 digits, a factor at most 15


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A verdict for every criterion and every stage, in the order of the policy's file."""

    criteria: tuple[Truth, ...]
    stages: tuple[Truth, ...]


def verdicts(logic: Logic, record: Record, as_of: datetime) -> Verdicts:
    """What a policy says of a record, given what is known of it at a moment."""
    evaluation = Evaluation(record.facts, record.events, as_of)
    return Verdicts(
        tuple([evaluation.truth(term) for term in logic.criteria]),
        tuple([evaluation.truth(term) for term in logic.stages]),
    )


class Interpreter:
    """The definition of the meaning, record by record."""

    about = "the definition of the meaning, one record after the other"
    limits: tuple[Limit, ...] = ()

    def refusals(self, logics: Logics, spans: Spans) -> list[Diagnostic]:
        return []

    def verdicts(self, logic: Logic, record: Record, as_of: datetime) -> Verdicts:
        return verdicts(logic, record, as_of)


@dataclass(slots=True)
class Evaluation:
    """One record at one moment. `truths` remembers the verdict of every term met."""

    facts: Mapping[str, Value]
    events: Mapping[str, EventLog]
    now: datetime
    truths: dict[Term, Truth] = field(default_factory=dict)

    def truth(self, term: Term) -> Truth:
        """The verdict of a term."""
        if term not in self.truths:
            for part in walk((term,), self.truths):
                self.truths[part] = self._evaluate(part)
        return self.truths[term]

    def _evaluate(self, term: Term) -> Truth:
        match term:
            case Compare():
                return self._compare(term)
            case All():
                return every([self.truth(part) for part in term.terms])
            case Any():
                return some([self.truth(part) for part in term.terms])
            case Not():
                return ~self.truth(term.term)
            case Member():
                value = self.facts.get(term.subject.name)
                return UNKNOWN if value is None else member(value, term)
            case Has():
                value = self.facts.get(term.subject.name)
                return truth(None if not isinstance(value, frozenset) else term.element in value)
            case Known():
                return truth(self.facts.get(term.subject.name) is not None)
            case Happened():
                return self._happened(term)
            case CountAtLeast():
                truths = [self.truth(part) for part in term.terms]
                certain = sum(t is TRUE for t in truths)
                return at_least(term.least, certain, certain + sum(t is UNKNOWN for t in truths))
            case SumAtLeast():
                return self._sum(term)
            case TextTest():
                value = self.facts.get(term.subject.name)
                return truth(None if not isinstance(value, str) else text_test(term, value))
            case Const():
                return term.value

    def _sum(self, term: SumAtLeast) -> Truth:
        """The score lies between all that is certain and all that is possible."""
        low = high = 0
        for weight, part in zip(term.weights, term.terms, strict=True):
            found = self.truth(part)
            if found is TRUE:
                low, high = low + weight, high + weight
            elif found is UNKNOWN:
                low, high = low + min(weight, 0), high + max(weight, 0)
        return at_least(term.least, low, high)

    # ------------------------------------------------------------------------- comparisons

    def _compare(self, term: Compare) -> Truth:
        left = self.facts.get(term.left.name)
        right = self._operand(term.right, term.left)
        if left is not None and right is None and isinstance(term.right, FromNow):
            ahead = term.right.offset > timedelta()  # a moment that no calendar reaches
            return truth((term.op in (Relation.LT, Relation.LE)) == ahead)
        if left is None or right is None:
            return UNKNOWN
        times = term.right.times if isinstance(term.right, Other) else None
        if not isinstance(left, Range) and not isinstance(right, Range) and times is None:
            if term.left.type.kind is Kind.LEVEL:
                rank = term.left.type.rank
                return truth(ordered(term.op, rank(str(left)), rank(str(right))))
            return truth(ordered(term.op, left, right))
        return compare_ranges(term.op, bounds(left, exact=times is not None), bounds(right, times))

    def _operand(self, operand: Operand, subject: Subject) -> Value | None:
        match operand:
            case Literal():
                return operand.value
            case Other():
                return self.facts.get(operand.subject.name)
            case FromNow():
                moment = moved(self.now, operand.offset)
                return moment.date() if moment and subject.type.kind is Kind.DATE else moment

    # ------------------------------------------------------------------------------ events

    def _happened(self, term: Happened) -> Truth:
        log = self.events.get(term.event)
        if log is None:
            return UNKNOWN
        counts = matches(log.happenings, term, self.now)
        certain = counts.count(TRUE)
        possible = certain + counts.count(UNKNOWN)
        begin = None if term.within is None else moved(self.now, -term.within)
        if log.since is not None and (begin is None or begin < log.since):
            return TRUE if certain >= term.least else UNKNOWN
        return at_least(term.least, certain, possible)


def matches(happenings: Iterable[Happening], term: Happened, now: datetime) -> list[Truth]:
    """Of each happening whether it counts: it lies in the window, and its details satisfy `where`.

    Details that are alike are looked at once.
    """
    names = tuple(facts([term.where]))
    fits: dict[tuple[Value | None, ...], Truth] = {}
    found: list[Truth] = []
    for happening in happenings:
        inside = in_window(happening, now, term.within)
        if inside is FALSE:
            found.append(FALSE)
            continue
        details = happening.details
        seen = tuple([details.get(name) for name in names])
        if seen not in fits:
            fits[seen] = Evaluation(details, {}, now).truth(term.where)
        found.append(fits[seen] if inside is TRUE else every([inside, fits[seen]]))
    return found


def in_window(happening: Happening, now: datetime, within: timedelta | None) -> Truth:
    """Whether a happening lies in `now - within < at <= now`; an undated one may, or surely
    does where the window is `ever`.
    """
    if happening.at is None:
        return TRUE if within is None else UNKNOWN
    if happening.at > now:
        return FALSE
    begin = None if within is None else moved(now, -within)
    return truth(begin is None or happening.at > begin)


def moved(now: datetime, offset: timedelta) -> datetime | None:
    """A moment before or after now; None where it lies outside the calendar."""
    try:
        return now + offset
    except OverflowError:
        return None


def ordered(op: Relation, left: Value, right: Value) -> bool:
    """Compares two values of one type."""
    match op:
        case Relation.EQ:
            return left == right
        case Relation.LT:
            return left < right  # type: ignore[operator]
        case Relation.LE:
            return left <= right  # type: ignore[operator]
        case Relation.GT:
            return left > right  # type: ignore[operator]
        case Relation.GE:
            return left >= right  # type: ignore[operator]


def bounds(
    value: Value, times: Decimal | None = None, *, exact: bool = False
) -> tuple[Number, Number]:
    """The lowest and the highest number a value may be.

    With a factor (or `exact`) the numbers are decimals: a float means its shortest decimal.
    """
    if isinstance(value, Range):
        low: Number = -math.inf if value.low is None else value.low
        high: Number = math.inf if value.high is None else value.high
    elif isinstance(value, int | float):
        low = high = value
    else:
        raise TypeError(f"{value!r} is not a number")
    if times is not None or exact:
        factor = Decimal(1) if times is None else times
        return _EXACT.multiply(Decimal(repr(low)), factor), _EXACT.multiply(
            Decimal(repr(high)), factor
        )
    return low, high


def compare_ranges(
    op: Relation, left: tuple[Number, Number], right: tuple[Number, Number]
) -> Truth:
    """TRUE or FALSE where every value of both ranges gives that answer, else UNKNOWN."""
    (low, high), (least, most) = left, right
    match op:
        case Relation.EQ:
            if low == high == least == most:
                return TRUE
            return FALSE if high < least or most < low else UNKNOWN
        case Relation.LT:
            return TRUE if high < least else FALSE if low >= most else UNKNOWN
        case Relation.LE:
            return TRUE if high <= least else FALSE if low > most else UNKNOWN
        case Relation.GT:
            return TRUE if low > most else FALSE if high <= least else UNKNOWN
        case Relation.GE:
            return TRUE if low >= most else FALSE if high < least else UNKNOWN


def member(value: Value, term: Member) -> Truth:
    """Whether a value, or all or none of the numbers in a range, are listed."""
    if not isinstance(value, Range):
        return truth(value in term.values)
    low, high = bounds(value)
    inside = [v for v in term.values if isinstance(v, int | float) and low <= v <= high]
    if not inside:
        return FALSE
    if term.subject.type.kind is not Kind.INTEGER or value.low is None or value.high is None:
        return UNKNOWN
    return TRUE if len(inside) == value.high - value.low + 1 else UNKNOWN


def text_test(term: TextTest, value: str) -> bool:
    """Searches a text."""
    match term.test:
        case TextMatch.CONTAINS:
            return term.text in value
        case TextMatch.STARTS:
            return value.startswith(term.text)
        case TextMatch.ENDS:
            return value.endswith(term.text)
        case TextMatch.MATCHES:
            return re2.search(term.text, value) is not None


__all__ = [
    "Evaluation",
    "Interpreter",
    "Verdicts",
    "compare_ranges",
    "in_window",
    "matches",
    "ordered",
    "verdicts",
]
