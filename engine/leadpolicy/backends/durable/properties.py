"""Properties of messages: what is known of a record or an event, as plain JSON values.

A value that is not known has no property, so that no rule can match on it. A number has two, its
lowest and its highest value; dates and moments are counted, levels are their places in the order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final, TypeAlias

from leadpolicy.backends.durable.limits import INT64, MOST_EXACT, refuse
from leadpolicy.backends.durable.wire import LONGEST_TEXT, Scalar, encode
from leadpolicy.backends.interpreter import Evaluation, moved
from leadpolicy.logic.terms import Subject, Term
from leadpolicy.truth import TRUE, UNKNOWN
from leadpolicy.types import NUMERIC, Kind, Range, Type, Value

Values: TypeAlias = Mapping[str, Value]
Reading: TypeAlias = Callable[[Values, datetime], Scalar | None]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Property:
    """A name of our own and how its value is read; None where it is not known."""

    name: str
    read: Reading


def plain(kind: Type, value: Value) -> Scalar:
    """A single value as the engine compares it. Raises `LeadpolicyError` beyond a limit."""
    match value:
        case bool():
            return value
        case int() | float() if kind.kind in NUMERIC:
            return _number(kind, value)
        case datetime():
            return (value - _EPOCH) // _TICK
        case date():
            return value.toordinal()
        case str() if kind.kind is Kind.LEVEL:
            return kind.rank(value)
        case str():
            if len(value) * 12 > LONGEST_TEXT and len(encode(value)) > LONGEST_TEXT:
                raise refuse("long text", f"the text `{value[:40]}…`")
            return value
        case _:
            raise TypeError(f"{value!r} is not a single value of {kind}")


def _number(kind: Type, value: float) -> int | float:
    if kind.kind is Kind.INTEGER:
        if not -INT64 <= value < INT64:
            raise refuse("large number", f"the number {value}")
        return value
    if isinstance(value, int) and abs(value) > MOST_EXACT and int(float(value)) != value:
        raise refuse("large number", f"the number {value}")
    return float(value)


# --------------------------------------------------------------------------------- readings


def exact(subject: Subject) -> Reading:
    """The value itself; a number never comes this way."""
    return partial(_exact, subject)


def _exact(subject: Subject, values: Values, now: datetime) -> Scalar | None:
    value = values.get(subject.name)
    return None if value is None else plain(subject.type, value)


def end(subject: Subject, *, low: bool) -> Reading:
    """The lowest or the highest number that a value may be; None where the range is open."""
    return partial(_end, subject, low)


def _end(subject: Subject, low: bool, values: Values, now: datetime) -> Scalar | None:
    value = values.get(subject.name)
    if isinstance(value, Range):
        value = value.low if low else value.high
    return None if value is None else plain(subject.type, value)


def is_known(subject: Subject) -> Reading:
    """Whether there is a value; always known itself."""
    return partial(_is_known, subject.name)


def _is_known(name: str, values: Values, now: datetime) -> Scalar | None:
    return values.get(name) is not None


def contains(subject: Subject, element: str) -> Reading:
    """Whether a set has an element."""
    return partial(_contains, subject.name, element)


def _contains(name: str, element: str, values: Values, now: datetime) -> Scalar | None:
    value = values.get(name)
    return element in value if isinstance(value, frozenset) else None


def after(subject: Subject, offset: timedelta) -> Reading:
    """How far a date lies after now and an offset: days, or microseconds for a moment.

    Where the calendar does not reach, any value lies before the far future and after the far past.
    """
    return partial(_after, subject, offset)


def _after(subject: Subject, offset: timedelta, values: Values, now: datetime) -> Scalar | None:
    value = values.get(subject.name)
    if value is None:
        return None
    edge = moved(now, offset)
    if edge is None:
        return -1 if offset > timedelta() else 1
    if isinstance(value, datetime):
        return (value - edge) // _TICK
    assert isinstance(value, date)
    return value.toordinal() - edge.date().toordinal()


def decided(term: Term) -> Reading:
    """The verdict of a condition that is computed outside of the engine."""
    return partial(_decided, term)


def _decided(term: Term, values: Values, now: datetime) -> Scalar | None:
    verdict = Evaluation(values, {}, now).truth(term)
    return None if verdict is UNKNOWN else verdict is TRUE
