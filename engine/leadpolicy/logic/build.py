"""Makes terms: one object per distinct term, with the simplifications that keep all three values.

Simplified are constants, repeated parts and double negation only. Nothing that would turn an
UNKNOWN into an answer: `a or not a` stays UNKNOWN while `a` is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar
from weakref import WeakValueDictionary

from leadpolicy.logic.terms import (
    All,
    Any,
    Compare,
    Const,
    CountAtLeast,
    Happened,
    Has,
    Known,
    Literal,
    Member,
    Not,
    Operand,
    Relation,
    Subject,
    SumAtLeast,
    Term,
    TextMatch,
    TextTest,
)
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth
from leadpolicy.types import Value

T = TypeVar("T", bound=Term)
_interned: WeakValueDictionary[tuple[object, ...], Term] = WeakValueDictionary()


def _intern(make: Callable[..., T], *parts: object) -> T:
    """The one term made of these parts. Literals are told apart by type: 1, 1.0 and True differ."""
    key = (make, *(_key(part) for part in parts))
    found = _interned.get(key)
    if found is None:
        found = make(*parts)
        _interned[key] = found
    return found  # type: ignore[return-value]


def _key(part: object) -> object:
    if isinstance(part, Literal):
        return (Literal, type(part.value), part.value)
    if isinstance(part, tuple):
        return tuple((type(item), item) for item in part)
    return part


def const(value: Truth) -> Const:
    """A decided term."""
    return _intern(Const, value)


YES = const(TRUE)
NO = const(FALSE)
OPEN = const(UNKNOWN)


def compare(op: Relation, left: Subject, right: Operand) -> Compare:
    """A comparison."""
    return _intern(Compare, op, left, right)


def member(subject: Subject, values: Iterable[Value]) -> Term:
    """Membership in a list; an empty list has no members, not even unknown ones."""
    distinct = tuple(sorted(set(values), key=lambda v: (str(type(v)), v)))
    return _intern(Member, subject, distinct) if distinct else NO


def known(subject: Subject) -> Known:
    """Whether a value is there."""
    return _intern(Known, subject)


def text_test(test: TextMatch, subject: Subject, text: str) -> TextTest:
    """A search in a text."""
    return _intern(TextTest, test, subject, text)


def has(subject: Subject, element: str) -> Has:
    """Whether a set contains an element."""
    return _intern(Has, subject, element)


def negate(term: Term) -> Term:
    """Kleene negation."""
    match term:
        case Const():
            return const(~term.value)
        case Not():
            return term.term
        case _:
            return _intern(Not, term)


def every(terms: Iterable[Term]) -> Term:
    """Kleene AND."""
    parts = tuple(dict.fromkeys(t for t in terms if t is not YES))
    if NO in parts:
        return NO
    if len(parts) == 1:
        return parts[0]
    return _intern(All, parts) if parts else YES


def some(terms: Iterable[Term]) -> Term:
    """Kleene OR."""
    parts = tuple(dict.fromkeys(t for t in terms if t is not NO))
    if YES in parts:
        return YES
    if len(parts) == 1:
        return parts[0]
    return _intern(Any, parts) if parts else NO


def at_least(least: int, terms: Iterable[Term]) -> Term:
    """At least so many of the terms; a term that stands twice counts twice."""
    parts = tuple(terms)
    decided = sum(part is YES for part in parts)
    parts = tuple(part for part in parts if part not in (YES, NO))
    least -= decided
    if least <= 0:
        return YES
    if least > len(parts):
        return NO
    if least == len(parts):
        return every(parts)
    if least == 1:
        return some(parts)
    return _intern(CountAtLeast, least, parts)


def sum_at_least(least: int, rules: Iterable[tuple[int, Term]]) -> Term:
    """The weights of the terms that hold reach a threshold."""
    pairs = [(weight, term) for weight, term in rules if weight and term is not NO]
    least -= sum(weight for weight, term in pairs if term is YES)
    pairs = [(weight, term) for weight, term in pairs if term is not YES]
    if sum(min(weight, 0) for weight, _ in pairs) >= least:
        return YES
    if sum(max(weight, 0) for weight, _ in pairs) < least:
        return NO
    weights, terms = zip(*pairs, strict=True)
    return _intern(SumAtLeast, least, tuple(weights), tuple(terms))


def happened(event: str, where: Term, within: timedelta | None, least: int) -> Term:
    """A count of events; at least none is always true."""
    return _intern(Happened, event, where, within, least) if least > 0 else YES
