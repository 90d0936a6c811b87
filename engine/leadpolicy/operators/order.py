"""Order: numbers, money and levels."""

from __future__ import annotations

from typing import Final

from leadpolicy.logic import build
from leadpolicy.logic.terms import Operand, Relation, Subject, Term
from leadpolicy.operators.model import Example, Lowering, Operator, Shape
from leadpolicy.truth import FALSE, TRUE, UNKNOWN
from leadpolicy.types import NUMERIC, TEMPORAL, Kind

_RANKED: Final = NUMERIC | {Kind.LEVEL}


def comparing(op: Relation) -> Lowering:
    """A lowering to one comparison."""

    def lower(subject: Subject, operands: tuple[Operand, ...]) -> Term:
        return build.compare(op, subject, operands[0])

    return lower


def _between(subject: Subject, operands: tuple[Operand, ...]) -> Term:
    return build.every(
        (
            build.compare(Relation.GE, subject, operands[0]),
            build.compare(Relation.LE, subject, operands[1]),
        )
    )


OPERATORS: Final = (
    Operator(
        "above",
        "The value is greater.",
        "is above {}",
        _RANKED,
        Shape.ONE,
        comparing(Relation.GT),
        (
            Example("integer", "{above: 20}", "21", TRUE),
            Example("integer", "{above: 20}", "20", FALSE),
            Example("integer", "{above: 20}", None, UNKNOWN),
            Example("integer", "{above: 20}", "11-50", UNKNOWN),
            Example("integer", "{above: 20}", "21-50", TRUE),
            Example("level", "{above: low}", "high", TRUE),
        ),
        facts=True,
        also=(">", "gt", "more_than"),
    ),
    Operator(
        "at_least",
        "The value is this or greater; for a level, this or a later one in its order.",
        "is at least {}",
        _RANKED,
        Shape.ONE,
        comparing(Relation.GE),
        (
            Example("integer", "{at_least: 20}", "20", TRUE),
            Example("integer", "{at_least: 20}", "19", FALSE),
            Example("integer", "{at_least: 20}", None, UNKNOWN),
            Example("integer", "{at_least: 20}", "10000+", TRUE),
            Example("money", "{at_least: 5_000_000}", "5000000", TRUE),
            Example("money", "{at_least: 5_000_000}", "USD 9_000_000", UNKNOWN),
            Example("level", "{at_least: middle}", "low", FALSE),
            Example("level", "{at_least: middle}", "middle", TRUE),
            Example("level", "{at_least: middle}", None, UNKNOWN),
        ),
        facts=True,
        also=(">=", "gte", "min"),
    ),
    Operator(
        "below",
        "The value is smaller.",
        "is below {}",
        _RANKED,
        Shape.ONE,
        comparing(Relation.LT),
        (
            Example("number", "{below: 0.5}", "0.49", TRUE),
            Example("number", "{below: 0.5}", "0.5", FALSE),
            Example("number", "{below: 0.5}", None, UNKNOWN),
            Example("integer", "{below: 50}", "11-50", UNKNOWN),
        ),
        facts=True,
        also=("<", "lt", "less_than"),
    ),
    Operator(
        "at_most",
        "The value is this or smaller.",
        "is at most {}",
        _RANKED,
        Shape.ONE,
        comparing(Relation.LE),
        (
            Example("integer", "{at_most: 50}", "50", TRUE),
            Example("integer", "{at_most: 50}", "51", FALSE),
            Example("integer", "{at_most: 50}", None, UNKNOWN),
            Example("integer", "{at_most: 50}", "11-50", TRUE),
        ),
        facts=True,
        also=("<=", "lte", "max"),
    ),
    Operator(
        "between",
        "The value lies between two ends, both included.",
        "is between {}",
        _RANKED | TEMPORAL,
        Shape.PAIR,
        _between,
        (
            Example("integer", "{between: [20, 50]}", "20", TRUE),
            Example("integer", "{between: [20, 50]}", "50", TRUE),
            Example("integer", "{between: [20, 50]}", "51", FALSE),
            Example("integer", "{between: [20, 50]}", None, UNKNOWN),
            Example("date", "{between: [2026-01-01, 2026-01-31]}", "2026-01-31", TRUE),
        ),
        joiner="and",
    ),
)
