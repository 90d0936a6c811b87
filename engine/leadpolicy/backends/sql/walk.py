"""What the terms of a policy look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leadpolicy.logic.terms import (
    All,
    Any,
    Compare,
    Comparison,
    CountAtLeast,
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
from leadpolicy.types import Kind, Type


def parts(term: Term) -> tuple[Term, ...]:
    """The terms directly inside a term; the conditions on an event's attributes are none."""
    match term:
        case All() | Any() | CountAtLeast() | SumAtLeast():
            return term.terms
        case Not():
            return (term.term,)
        case _:
            return ()


def walk(terms: Iterable[Term]) -> Iterator[Term]:
    """All terms and everything inside them, each once."""
    seen: set[Term] = set()
    pending = list(terms)
    while pending:
        term = pending.pop()
        if term not in seen:
            seen.add(term)
            yield term
            pending.extend(parts(term))


def subjects(terms: Iterable[Term]) -> dict[str, Type]:
    """The facts that terms look at, by name, sorted."""
    found: dict[str, Type] = {}
    for term in walk(terms):
        match term:
            case Compare():
                found[term.left.name] = term.left.type
                if isinstance(term.right, Other):
                    found[term.right.subject.name] = term.right.subject.type
            case Member() | Known() | TextTest() | Has():
                found[term.subject.name] = term.subject.type
            case _:
                pass
    return dict(sorted(found.items()))


def happenings(terms: Iterable[Term]) -> dict[str, list[Happened]]:
    """The conditions on events, by kind of event."""
    found: dict[str, list[Happened]] = {}
    for term in walk(terms):
        if isinstance(term, Happened):
            found.setdefault(term.event, []).append(term)
    return dict(sorted(found.items()))


def asked_lists(terms: Iterable[Term]) -> tuple[dict[str, list[tuple[str, ...]]], set[str]]:
    """For each choice the lists of values that are asked for, and the choices that are compared
    with one another.
    """
    lists: dict[str, list[tuple[str, ...]]] = {}
    compared: set[str] = set()
    for term in walk(terms):
        match term:
            case Member() if term.subject.type.kind is Kind.CHOICE:
                values = tuple(str(value) for value in term.values)
                lists.setdefault(term.subject.name, []).append(values)
            case Compare(op=Comparison.EQ, left=left, right=Literal(value=str() as value)):
                lists.setdefault(left.name, []).append((value,))
            case Compare(left=left, right=Other(subject=subject)):
                compared |= {left.name, subject.name}
            case _:
                pass
    return lists, compared
