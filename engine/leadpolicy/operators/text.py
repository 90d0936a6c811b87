"""Texts and sets."""

from __future__ import annotations

from typing import Final

from leadpolicy.logic import build
from leadpolicy.logic.terms import Operand, Subject, Term, TextMatch
from leadpolicy.operators.equality import literals
from leadpolicy.operators.model import Example, Lowering, Operator, Shape
from leadpolicy.truth import FALSE, TRUE, UNKNOWN
from leadpolicy.types import Kind

_TEXT: Final = frozenset({Kind.TEXT})
_SET: Final = frozenset({Kind.CHOICES})


def _elements(operands: tuple[Operand, ...]) -> list[str]:
    """Set literals are read as sets of one element each."""
    return sorted(
        {e for value in literals(operands) if isinstance(value, frozenset) for e in value}
    )


def _contains(subject: Subject, operands: tuple[Operand, ...]) -> Term:
    if subject.type.kind is Kind.CHOICES:
        return _contains_all(subject, operands)
    return build.text_test(TextMatch.CONTAINS, subject, str(literals(operands)[0]))


def _contains_any(subject: Subject, operands: tuple[Operand, ...]) -> Term:
    return build.some(build.has(subject, element) for element in _elements(operands))


def _contains_all(subject: Subject, operands: tuple[Operand, ...]) -> Term:
    return build.every(build.has(subject, element) for element in _elements(operands))


def _searching(test: TextMatch) -> Lowering:
    def lower(subject: Subject, operands: tuple[Operand, ...]) -> Term:
        return build.text_test(test, subject, str(literals(operands)[0]))

    return lower


OPERATORS: Final = (
    Operator(
        "contains",
        "The text contains this piece (case matters); the set contains this element.",
        "contains {}",
        _TEXT | _SET,
        Shape.ONE,
        _contains,
        (
            Example("text", "{contains: head}", "ahead", TRUE),
            Example("text", "{contains: head}", "Head", FALSE),
            Example("text", "{contains: head}", None, UNKNOWN),
            Example("choices", "{contains: a}", "a;b", TRUE),
            Example("choices", "{contains: a}", "b", FALSE),
            Example("choices", "{contains: a}", "", FALSE),
            Example("choices", "{contains: a}", None, UNKNOWN),
        ),
        also=("like", "includes"),
    ),
    Operator(
        "contains_any",
        "The set contains at least one of the list.",
        "contains any of {}",
        _SET,
        Shape.MANY,
        _contains_any,
        (
            Example("choices", "{contains_any: [a, b]}", "b;c", TRUE),
            Example("choices", "{contains_any: [a, b]}", "c", FALSE),
            Example("choices", "{contains_any: [a, b]}", None, UNKNOWN),
        ),
        single="contains {}",
        several="contains {}",
        joiner="or",
        also=("in", "any_of"),
    ),
    Operator(
        "contains_all",
        "The set contains everything in the list.",
        "contains all of {}",
        _SET,
        Shape.MANY,
        _contains_all,
        (
            Example("choices", "{contains_all: [a, b]}", "a;b;c", TRUE),
            Example("choices", "{contains_all: [a, b]}", "a;c", FALSE),
            Example("choices", "{contains_all: [a, b]}", None, UNKNOWN),
        ),
        single="contains {}",
        several="contains {}",
        joiner="and",
    ),
    Operator(
        "starts_with",
        "The text begins with this piece.",
        "starts with {}",
        _TEXT,
        Shape.ONE,
        _searching(TextMatch.STARTS),
        (
            Example("text", "{starts_with: VP}", "VP Sales", TRUE),
            Example("text", "{starts_with: VP}", "EVP", FALSE),
            Example("text", "{starts_with: VP}", None, UNKNOWN),
        ),
    ),
    Operator(
        "ends_with",
        "The text ends with this piece.",
        "ends with {}",
        _TEXT,
        Shape.ONE,
        _searching(TextMatch.ENDS),
        (
            Example("text", "{ends_with: .edu}", "mail.uni.edu", TRUE),
            Example("text", "{ends_with: .edu}", "edu.com", FALSE),
            Example("text", "{ends_with: .edu}", None, UNKNOWN),
        ),
    ),
    Operator(
        "matches",
        "The text contains a match of this regular expression (RE2: always linear time).",
        "matches {}",
        _TEXT,
        Shape.PATTERN,
        _searching(TextMatch.MATCHES),
        (
            Example("text", "{matches: '^(VP|Head)'}", "Head of IT", TRUE),
            Example("text", "{matches: '^(VP|Head)'}", "Ahead", FALSE),
            Example("text", "{matches: '^(VP|Head)'}", None, UNKNOWN),
            Example("text", "{matches: '(a*)*b'}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", FALSE),
        ),
        also=("regex",),
    ),
)
