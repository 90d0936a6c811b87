"""Which atoms test a fact or count an event, and which terms have to be evaluated again when one
of them changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.logic.terms import Atom, Subject, Term
from leadpolicy.logic.walk import is_atom, looked_at, parts, subjects, upwards, walk
from leadpolicy.policy.model import Policy
from leadpolicy.truth import Truth
from leadpolicy.vocabulary.record import Record


@dataclass(frozen=True, slots=True)
class Dependence:
    """What hangs on what, for the stages of one policy. Events stand as `event:KIND`."""

    order: tuple[Atom, ...]
    """All atoms, in the order in which they stand."""
    atoms: Mapping[str, tuple[Atom, ...]]
    """By fact or event: the atoms that look at it, in the order in which they stand."""
    wholes: Mapping[Term, tuple[Term, ...]]
    """The terms that a term is directly inside of."""

    def above(self, name: str) -> frozenset[Term]:
        """Every term whose verdict may change with a fact or event."""
        found: list[Term] = [*self.atoms[name]]
        return frozenset(upwards(found, lambda term: self.wholes.get(term, ())))

    def forget(self, above: Iterable[Term], evaluation: Evaluation, record: Record) -> Evaluation:
        """The evaluation of a record that differs from the evaluated one in what stands below some
        terms. Their verdicts are found again when asked for, all others are kept.
        """
        truths = dict(evaluation.truths)
        for term in above:
            truths.pop(term, None)
        return Evaluation(record.facts, record.events, evaluation.now, truths)


@lru_cache(maxsize=512)
def dependence(policy: Policy) -> Dependence:
    """What the stages of a policy hang on."""
    order: list[Atom] = []
    atoms: dict[str, list[Atom]] = {}
    wholes: dict[Term, list[Term]] = {}
    for term in walk(policy.logic.stages):
        for part in parts(term):
            wholes.setdefault(part, []).append(term)
        if is_atom(term):
            order.append(term)
            for name in sorted(set(looked_at(term))):
                atoms.setdefault(name, []).append(term)
    return Dependence(
        tuple(order),
        {name: tuple(found) for name, found in atoms.items()},
        {term: tuple(found) for term, found in wholes.items()},
    )


def subject_of(atom: Term) -> Subject | None:
    """The fact that an atom tests (for a comparison, its left side)."""
    return next(iter(subjects(atom)), None)


def agree(evaluation: Evaluation, wishes: Iterable[tuple[Term, Truth]]) -> bool:
    """Whether every wish comes true."""
    return all(evaluation.truth(atom) is want for atom, want in wishes)


__all__ = ["Dependence", "agree", "dependence", "subject_of"]
