"""Which facts and events a condition looks at."""

from __future__ import annotations

from leadpolicy.logic.terms import (
    All,
    Any,
    Compare,
    Const,
    CountAtLeast,
    Happened,
    Has,
    Known,
    Member,
    Not,
    Other,
    SumAtLeast,
    Term,
    TextTest,
)
from leadpolicy.vocabulary.model import EVENT


def needs(term: Term) -> frozenset[str]:
    """Names of facts, and of events as `event:NAME`. What parameters switch off is not needed."""
    match term:
        case Const():
            return frozenset()
        case Compare(left=left, right=Other(subject=other)):
            return frozenset({left.name, other.name})
        case Compare(left=subject):
            return frozenset({subject.name})
        case Member() | Known() | TextTest() | Has():
            return frozenset({term.subject.name})
        case All() | Any() | CountAtLeast() | SumAtLeast():
            return frozenset().union(*(needs(part) for part in term.terms))
        case Not():
            return needs(term.term)
        case Happened():
            return frozenset({EVENT + term.event})
