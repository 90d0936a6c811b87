"""Equality, membership and knowledge."""

from __future__ import annotations

from typing import Final

from leadpolicy.logic import build
from leadpolicy.logic.terms import Literal, Operand, Relation, Subject, Term
from leadpolicy.operators.model import Example, Operator, Shape
from leadpolicy.truth import FALSE, TRUE, UNKNOWN
from leadpolicy.types import TEMPORAL, Kind, Value

_SINGLE: Final = frozenset(Kind) - {Kind.CHOICES}
_LISTED: Final = _SINGLE - {Kind.BOOLEAN} - TEMPORAL


def literals(operands: tuple[Operand, ...]) -> list[Value]:
    """The values of operands that can only be literals."""
    return [operand.value for operand in operands if isinstance(operand, Literal)]


def _is(subject: Subject, operands: tuple[Operand, ...]) -> Term:
    return build.compare(Relation.EQ, subject, operands[0])


def _is_not(subject: Subject, operands: tuple[Operand, ...]) -> Term:
    return build.negate(_is(subject, operands))


def _one_of(subject: Subject, operands: tuple[Operand, ...]) -> Term:
    return build.member(subject, literals(operands))


def _none_of(subject: Subject, operands: tuple[Operand, ...]) -> Term:
    return build.negate(_one_of(subject, operands))


def _known(subject: Subject, operands: tuple[Operand, ...]) -> Term:
    known = build.known(subject)
    return known if operands == (Literal(True),) else build.negate(known)


OPERATORS: Final = (
    Operator(
        "is",
        "The value is exactly this one. `fact: value` is short for it.",
        "is {}",
        _SINGLE,
        Shape.ONE,
        _is,
        (
            Example("choice", "{is: a}", "a", TRUE),
            Example("choice", "{is: a}", "b", FALSE),
            Example("choice", "{is: a}", None, UNKNOWN),
            Example("integer", "{is: 20}", "20", TRUE),
            Example("integer", "{is: 20}", "11-50", UNKNOWN),
            Example("integer", "{is: 20}", "21-50", FALSE),
            Example("text", "{is: 0123}", "0123", TRUE),
            Example("text", "{is: 0123}", "123", FALSE),
            Example("text", "{is: NO}", "NO", TRUE),
            Example("boolean", "{is: true}", "false", FALSE),
        ),
        facts=True,
        picks=True,
        also=("=", "==", "equals", "eq", "equal"),
    ),
    Operator(
        "is_not",
        "The value is another one; a missing value is neither.",
        "is not {}",
        _SINGLE,
        Shape.ONE,
        _is_not,
        (
            Example("choice", "{is_not: a}", "b", TRUE),
            Example("choice", "{is_not: a}", "a", FALSE),
            Example("choice", "{is_not: a}", None, UNKNOWN),
        ),
        facts=True,
        picks=False,
        also=("!=", "<>", "not", "not_equals"),
    ),
    Operator(
        "one_of",
        "The value is in the list. `fact: [v1, v2]` is short for it.",
        "is one of {}",
        _LISTED,
        Shape.MANY,
        _one_of,
        (
            Example("choice", "{one_of: [a, b]}", "b", TRUE),
            Example("choice", "{one_of: [a, b]}", "c", FALSE),
            Example("choice", "{one_of: [a, b]}", None, UNKNOWN),
            Example("integer", "{one_of: [1, 2, 3]}", "2-3", TRUE),
            Example("integer", "{one_of: [1, 2, 3]}", "3-4", UNKNOWN),
            Example("integer", "{one_of: [1, 2, 3]}", "4-9", FALSE),
        ),
        single="is {}",
        several="is {}",
        joiner="or",
        picks=True,
        also=("in", "any_of"),
    ),
    Operator(
        "none_of",
        "The value is known and not in the list.",
        "is none of {}",
        _LISTED,
        Shape.MANY,
        _none_of,
        (
            Example("choice", "{none_of: [a, b]}", "c", TRUE),
            Example("choice", "{none_of: [a, b]}", "b", FALSE),
            Example("choice", "{none_of: [a, b]}", None, UNKNOWN),
        ),
        single="is not {}",
        several="is neither {}",
        joiner="nor",
        picks=False,
        also=("not_in",),
    ),
    Operator(
        "known",
        "Whether there is a value. The one test that is never UNKNOWN.",
        "is known",
        frozenset(Kind),
        Shape.FLAG,
        _known,
        (
            Example("integer", "{known: true}", "20", TRUE),
            Example("integer", "{known: true}", None, FALSE),
            Example("integer", "{known: false}", None, TRUE),
            Example("integer", "{known: true}", "11-50", TRUE),
            Example("boolean", "{known: true}", "false", TRUE),
        ),
        also=("exists", "is_known", "is_null"),
    ),
)
