"""Values at which verdicts change: the ends of comparisons, their neighbours, what lies between."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal, DivisionByZero, InvalidOperation
from itertools import chain, combinations, pairwise
from typing import Final

from leadpolicy.backends.interpreter import moved
from leadpolicy.decision.dependence import subject_of
from leadpolicy.logic.terms import (
    Compare,
    FromNow,
    Has,
    Literal,
    Member,
    Other,
    Subject,
    Term,
    TextMatch,
    TextTest,
)
from leadpolicy.types import INT64, Kind, Range, Value
from leadpolicy.vocabulary.record import Record

_DAY: Final = timedelta(days=1)
_ELEMENTS: Final = 4
"""So many elements of a set are tried in every combination; more only one by one and together."""


def values_around(
    subject: Subject, atoms: Sequence[Term], record: Record, as_of: datetime
) -> list[Value]:
    """Values of a fact that together give its atoms every combination of verdicts they can take.

    Numbers are looked at in steps of one (of a tenth below ten), moments in steps of a day, and in
    the middle where two ends are closer. For a regular expression no value is made up.
    """
    own = [atom for atom in atoms if _looks_at(atom, subject)]
    found = dict.fromkeys(_around(subject, own, record, as_of))
    return [value for value in found if allowed(subject, value)]


def _around(
    subject: Subject, atoms: Sequence[Term], record: Record, as_of: datetime
) -> Iterable[Value]:
    old = record.facts.get(subject.name)
    ends = list(pivots(subject, atoms, record, as_of))
    match subject.type.kind:
        case Kind.BOOLEAN:
            return (True, False)
        case Kind.LEVEL:
            return subject.type.values
        case Kind.CHOICE:
            return [*ends, *[v for v in subject.type.values if v not in ends][:1]]
        case Kind.CHOICES:
            return _sets(atoms, old if isinstance(old, frozenset) else frozenset())
        case Kind.TEXT:
            return _texts(atoms, ends)
        case Kind.INTEGER | Kind.NUMBER | Kind.MONEY:
            return _numbers(subject, ends, old)
        case Kind.DATE:
            return _times(ends or [as_of.date()])
        case Kind.MOMENT:
            return _times(ends or [as_of])


def _looks_at(atom: Term, subject: Subject) -> bool:
    match atom:
        case Compare(left=left, right=Other(subject=right)):
            return subject.name in {left.name, right.name}
        case _:
            return subject_of(atom) == subject


def allowed(subject: Subject, value: Value) -> bool:
    """Whether a value lies within the fact's declared limits."""
    limits = subject.type.limits
    if limits is None or isinstance(value, bool | Range) or not isinstance(value, int | float):
        return True
    return limits[0] <= value <= limits[1]


def within(value: Value, known: Value | None) -> bool:
    """Whether a value is possible where a number is known to lie in a range, or not known."""
    if not isinstance(known, Range) or not isinstance(value, int | float):
        return known is None
    low = -math.inf if known.low is None else known.low
    high = math.inf if known.high is None else known.high
    return low <= value <= high


# ----------------------------------------------------------------------------------- the ends


def pivots(
    subject: Subject, atoms: Iterable[Term], record: Record, as_of: datetime
) -> Iterator[Value]:
    """What the fact is compared with, each value once."""
    found = chain.from_iterable(_pivots(subject, atom, record, as_of) for atom in atoms)
    yield from dict.fromkeys(found)


def _pivots(subject: Subject, atom: Term, record: Record, as_of: datetime) -> Iterator[Value]:
    match atom:
        case Member():
            yield from atom.values
        case Compare() if atom.left.name == subject.name:
            yield from _right(atom, record, as_of)
        case Compare(right=Other(times=times)):
            for end in _ends(record.facts.get(atom.left.name)):
                yield from _scaled(subject, end, times, back=True)
        case _:
            return


def _right(atom: Compare, record: Record, as_of: datetime) -> Iterator[Value]:
    match atom.right:
        case Literal():
            yield atom.right.value
        case FromNow():
            moment = moved(as_of, atom.right.offset)
            if moment is not None:
                yield moment.date() if atom.left.type.kind is Kind.DATE else moment
        case Other():
            for end in _ends(record.facts.get(atom.right.subject.name)):
                yield from _scaled(atom.left, end, atom.right.times, back=False)


def _ends(value: Value | None) -> list[Value]:
    if isinstance(value, Range):
        return [end for end in (value.low, value.high) if end is not None]
    return [] if value is None else [value]


def _scaled(subject: Subject, end: Value, times: Decimal | None, *, back: bool) -> Iterator[Value]:
    """The other fact's value as this fact would have to reach it."""
    if isinstance(end, bool) or not isinstance(end, int | float):
        yield end
        return
    exact = Decimal(repr(end))
    if times is not None:
        try:
            exact = exact / times if back else exact * times
        except (DivisionByZero, InvalidOperation):
            return
    yield int(exact.to_integral_value(ROUND_FLOOR)) if _whole(subject) else float(exact)


def _whole(subject: Subject) -> bool:
    return subject.type.kind is Kind.INTEGER


# ------------------------------------------------------------------------------- by the type


def _numbers(subject: Subject, ends: Sequence[Value], old: Value | None) -> Iterator[Value]:
    numbers = sorted(n for n in [*ends, *_ends(old)] if isinstance(n, int | float))
    if not numbers:
        least = 0.0 if subject.type.limits is None else subject.type.limits[0]
        yield int(least) if _whole(subject) else float(least)
    for number in numbers:
        yield number
        yield from _neighbours(subject, number)
    if not _whole(subject):
        for low, high in pairwise(numbers):
            yield low + (high - low) / 2


def _neighbours(subject: Subject, number: float) -> Iterator[Value]:
    if _whole(subject):
        whole = int(number)
        yield from (near for near in (whole - 1, whole + 1) if INT64[0] <= near <= INT64[1])
        return
    exact = Decimal(repr(number))
    step = Decimal(1) if abs(number) >= 10 else Decimal("0.1")
    step = max(step, Decimal(math.ulp(number)))
    for near in (float(exact - step), float(exact + step)):
        if math.isfinite(near):
            yield near


def _times(ends: Sequence[Value]) -> Iterator[Value]:
    times = sorted(end for end in ends if isinstance(end, date))
    for time in times:
        yield time
        for step in (-_DAY, _DAY):
            try:
                yield time + step
            except OverflowError:
                continue
    for low, high in pairwise(times):
        yield low + (high - low) / 2


def _sets(atoms: Iterable[Term], old: frozenset[str]) -> Iterator[Value]:
    elements = list(dict.fromkeys(atom.element for atom in atoms if isinstance(atom, Has)))
    sizes = range(len(elements) + 1) if len(elements) <= _ELEMENTS else (0, 1, len(elements))
    for size in sizes:
        for chosen in combinations(elements, size):
            yield old.symmetric_difference(chosen)
    yield old | frozenset(elements)
    yield old - frozenset(elements)


def _texts(atoms: Iterable[Term], listed: Sequence[Value]) -> Iterator[Value]:
    yield from listed
    tests = [a for a in atoms if isinstance(a, TextTest) and a.test is not TextMatch.MATCHES]
    yield from dict.fromkeys(test.text for test in tests)
    for size in range(2, min(len(tests), _ELEMENTS) + 1):
        for chosen in combinations(tests, size):
            yield _joined(chosen)
    yield "".join(str(value) for value in listed) + "…"


def _joined(tests: Iterable[TextTest]) -> str:
    """A text that starts, goes on and ends as it is tested for."""
    order = (TextMatch.STARTS, TextMatch.CONTAINS, TextMatch.ENDS)
    return " ".join(t.text for t in sorted(tests, key=lambda test: order.index(test.test)))


__all__ = ["allowed", "pivots", "values_around", "within"]
