"""The questions to ask next: the smallest sets of missing facts that could decide a stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from leadpolicy.decision.candidates import can_be
from leadpolicy.decision.model import Question
from leadpolicy.decision.reasons import unknown_in
from leadpolicy.decision.ways import Way, ways
from leadpolicy.logic.terms import Term
from leadpolicy.truth import FALSE, TRUE, Truth

if TYPE_CHECKING:
    from leadpolicy.decision.model import Decision

MOST: Final = 6
"""Sets shown in each direction, smallest first."""


def questions(decision: Decision) -> tuple[Question, ...]:
    """For the next open stage: sets that could bring it about, then sets that could rule it out.

    No set contains another of its direction. A set counts only if some values of its facts really
    give what is wished of each of them.
    """
    stage = decision.next_open
    if stage is None:
        return ()
    terms = dict(zip(decision.stages, decision.policy.logic.stages, strict=True))
    found: list[Question] = []
    for want in (TRUE, FALSE):
        for facts in fact_sets(decision, terms[stage.name], want):
            asks = tuple(decision.policy.vocabulary.ask(name) for name in facts)
            found.append(Question(stage.name, want is TRUE, facts, asks))
    return tuple(found)


def fact_sets(decision: Decision, term: Term, want: Truth) -> list[tuple[str, ...]]:
    """The smallest sets of missing facts with which the term could take the wanted truth."""
    evaluation = decision.evaluation
    sets: dict[frozenset[str], tuple[str, ...]] = {}
    for way in ways(term, want, evaluation.truth, only_unknown=True):
        names = dict.fromkeys(
            name for atom, _ in _ordered(way, decision) for name in unknown_in(atom, evaluation.facts)
        )
        if _possible(way, decision):
            sets.setdefault(frozenset(names), tuple(names))
    smallest: list[frozenset[str]] = []
    for names_set in sorted(sets, key=len):
        if not any(other <= names_set for other in smallest):
            smallest.append(names_set)
    return [sets[names_set] for names_set in smallest[:MOST]]


def _ordered(way: Way, decision: Decision) -> Iterable[tuple[Term, Truth]]:
    """In the order in which the policy was evaluated, so that questions come in a sensible order."""
    order = {term: place for place, term in enumerate(decision.evaluation.truths)}
    return sorted(way, key=lambda wish: order.get(wish[0], 0))


def _possible(way: Way, decision: Decision) -> bool:
    """Whether each fact has a value that grants all wishes about it at once."""
    return can_be(way, decision.record, decision.as_of)
