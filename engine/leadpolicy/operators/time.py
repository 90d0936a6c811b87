"""Dates and moments. "Now" is the moment of evaluation, never the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from leadpolicy.logic import build
from leadpolicy.logic.terms import FromNow, Operand, Relation, Subject, Term
from leadpolicy.operators.model import Example, Operator, Shape
from leadpolicy.operators.order import comparing
from leadpolicy.truth import FALSE, TRUE, UNKNOWN
from leadpolicy.types import TEMPORAL

_NOW: Final = FromNow(timedelta())


def _duration(operands: tuple[Operand, ...]) -> timedelta:
    """A length of time arrives as an offset from now."""
    (operand,) = operands
    assert isinstance(operand, FromNow)
    return operand.offset


def _within_last(subject: Subject, operands: tuple[Operand, ...]) -> Term:
    since = FromNow(-_duration(operands))
    return build.every(
        (
            build.compare(Relation.GT, subject, since),
            build.compare(Relation.LE, subject, _NOW),
        )
    )


def _within_next(subject: Subject, operands: tuple[Operand, ...]) -> Term:
    until = FromNow(_duration(operands))
    return build.every(
        (
            build.compare(Relation.GE, subject, _NOW),
            build.compare(Relation.LT, subject, until),
        )
    )


OPERATORS: Final = (
    Operator(
        "before",
        "The date or moment comes before this one.",
        "is before {}",
        TEMPORAL,
        Shape.ONE,
        comparing(Relation.LT),
        (
            Example("date", "{before: 2026-03-01}", "2026-02-28", TRUE),
            Example("date", "{before: 2026-03-01}", "2026-03-01", FALSE),
            Example("date", "{before: 2026-03-01}", None, UNKNOWN),
        ),
        facts=True,
        also=("<", "lt", "<=", "lte", "max", "until"),
    ),
    Operator(
        "after",
        "The date or moment comes after this one.",
        "is after {}",
        TEMPORAL,
        Shape.ONE,
        comparing(Relation.GT),
        (
            Example("moment", "{after: 2026-03-01}", "2026-03-01T00:00:01Z", TRUE),
            Example("moment", "{after: 2026-03-01}", "2026-03-01T01:00+01:00", FALSE),
            Example("moment", "{after: 2026-03-01}", None, UNKNOWN),
        ),
        facts=True,
        also=(">", "gt", ">=", "gte", "min", "since"),
    ),
    Operator(
        "within_last",
        "Not later than now and less than this long ago: now - window < value <= now. "
        "`7 days` on a date means today and the six days before.",
        "is within the last {}",
        TEMPORAL,
        Shape.DURATION,
        _within_last,
        (
            Example("date", "{within_last: 7 days}", "2026-03-01", TRUE),
            Example("date", "{within_last: 7 days}", "2026-02-23", TRUE),
            Example("date", "{within_last: 7 days}", "2026-02-22", FALSE),
            Example("date", "{within_last: 7 days}", "2026-03-02", FALSE),
            Example("date", "{within_last: 7 days}", None, UNKNOWN),
        ),
        also=("within",),
    ),
    Operator(
        "within_next",
        "Not earlier than now and less than this far ahead: now <= value < now + window.",
        "is within the next {}",
        TEMPORAL,
        Shape.DURATION,
        _within_next,
        (
            Example("date", "{within_next: 7 days}", "2026-03-01", TRUE),
            Example("date", "{within_next: 7 days}", "2026-03-07", TRUE),
            Example("date", "{within_next: 7 days}", "2026-03-08", FALSE),
            Example("date", "{within_next: 7 days}", "2026-02-28", FALSE),
            Example("date", "{within_next: 7 days}", None, UNKNOWN),
        ),
    ),
)

EXAMPLE_NOW: Final = "2026-03-01T00:00:00Z"
"""The moment at which the examples above are evaluated."""
