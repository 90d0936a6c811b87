"""Which atoms test a fact or count an event, and which terms have to be evaluated again when one
of them changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from leadpolicy.backends.interpreter import Evaluation
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
    Subject,
    SumAtLeast,
    Term,
    TextTest,
)
from leadpolicy.policy.model import Policy
from leadpolicy.truth import Truth
from leadpolicy.vocabulary.model import EVENT
from leadpolicy.vocabulary.record import Record

Names: TypeAlias = frozenset[str]


@dataclass(frozen=True, slots=True)
class Dependence:
    """What hangs on what, for the stages of one policy. Events stand as `event:KIND`."""

    order: tuple[Term, ...]
    """All atoms, in the order in which they stand."""
    atoms: Mapping[str, tuple[Term, ...]]
    """By fact or event: the atoms that look at it, in the order in which they stand."""
    above: Mapping[str, tuple[Term, ...]]
    """By fact or event: every term whose verdict may change with it."""

    def forget(self, name: str, evaluation: Evaluation, record: Record) -> Evaluation:
        """The evaluation of a record that differs from the evaluated one in `name` only.

        Verdicts that do not hang on it are kept; the others are found again when asked for.
        """
        truths = dict(evaluation.truths)
        for term in self.above[name]:
            truths.pop(term, None)
        return Evaluation(record.facts, record.events, evaluation.now, truths)


@lru_cache(maxsize=512)
def dependence(policy: Policy) -> Dependence:
    """What the stages of a policy hang on."""
    names = _names_in(policy.logic.stages)
    atoms: dict[str, list[Term]] = {}
    above: dict[str, list[Term]] = {}
    for term, found in names.items():
        for name in sorted(found):
            above.setdefault(name, []).append(term)
            if is_atom(term):
                atoms.setdefault(name, []).append(term)
    order = tuple(term for term in names if is_atom(term))
    return Dependence(order, _frozen(atoms), _frozen(above))


def _frozen(lists: Mapping[str, list[Term]]) -> dict[str, tuple[Term, ...]]:
    return {name: tuple(terms) for name, terms in lists.items()}


def _names_in(terms: Iterable[Term]) -> dict[Term, Names]:
    """For every term in these terms, itself included, what it looks at; parts before wholes."""
    found: dict[Term, Names] = {}

    def visit(term: Term) -> Names:
        if term not in found:
            found[term] = names_of(term, visit)
        return found[term]

    for term in terms:
        visit(term)
    return found


def atoms_in(terms: Iterable[Term]) -> list[Term]:
    """The atoms in terms, each once, in the order in which they stand."""
    return [term for term in _names_in(terms) if is_atom(term)]


def names_of(term: Term, of_part: Callable[[Term], Names]) -> Names:
    """What a term looks at, given what its parts look at."""
    match term:
        case All() | Any() | CountAtLeast() | SumAtLeast():
            return frozenset().union(*map(of_part, term.terms))
        case Not():
            return of_part(term.term)
        case Const():
            return frozenset()
        case Compare(_, left, Other(right, _)):
            return frozenset((left.name, right.name))
        case Compare():
            return frozenset((term.left.name,))
        case Member() | Known() | TextTest() | Has():
            return frozenset((term.subject.name,))
        case Happened():
            return frozenset((EVENT + term.event,))


def is_atom(term: Term) -> bool:
    """Whether a term looks at a record itself, and not only at the verdicts of its parts."""
    return isinstance(term, Compare | Member | Known | TextTest | Has | Happened)


def subject_of(atom: Term) -> Subject | None:
    """The fact that an atom tests (for a comparison, its left side)."""
    match atom:
        case Compare():
            return atom.left
        case Member() | Known() | TextTest() | Has():
            return atom.subject
        case _:
            return None


def agree(evaluation: Evaluation, wishes: Iterable[tuple[Term, Truth]]) -> bool:
    """Whether every wish comes true."""
    return all(evaluation.truth(atom) is want for atom, want in wishes)


__all__ = ["Dependence", "agree", "atoms_in", "dependence", "is_atom", "names_of", "subject_of"]
