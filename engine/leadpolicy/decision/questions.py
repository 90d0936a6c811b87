"""The questions to ask next: the smallest sets of missing facts that could decide a stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.decision.dependence import Dependence, dependence
from leadpolicy.decision.model import Question
from leadpolicy.decision.reasons import unknown_in
from leadpolicy.decision.ways import Search, Wish
from leadpolicy.decision.witness import Witnesses
from leadpolicy.logic.terms import Known, Term
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth

if TYPE_CHECKING:
    from leadpolicy.decision.model import Decision

MOST: Final = 6
"""Sets shown in each direction, smallest first."""


def questions(decision: Decision) -> tuple[Question, ...]:
    """For the next open stage: sets that could bring it about, then sets that could rule it out.

    Every set was tried: some answers to just these questions bring the stage about (rule it out),
    and no smaller part of the set is known to do so.
    """
    stage = decision.next_open
    if stage is None:
        return ()
    asking = _Asking(decision)
    terms = dict(zip(decision.stages, decision.policy.logic.stages, strict=True))
    ask = decision.policy.vocabulary.ask
    return tuple(
        Question(stage.name, want is TRUE, facts, tuple(map(ask, facts)))
        for want in (TRUE, FALSE)
        for facts in asking.sets(terms[stage.name], want)
    )


class _Asking:
    """Finds sets of facts for one record."""

    def __init__(self, decision: Decision) -> None:
        self.record = decision.record
        self.evaluation: Evaluation = decision.evaluation
        self.hanging: Dependence = dependence(decision.policy)
        truth = self.evaluation.truth
        self.search = Search(truth, [a for a in self.hanging.order if _open(a, truth(a))])
        self.witnesses = Witnesses(decision.record, decision.as_of)

    def sets(self, term: Term, want: Truth) -> list[tuple[str, ...]]:
        """The smallest sets of facts with which the term could take the wanted truth.

        A set counts only if some values of its facts really give all that is wished of them.
        """
        ways = [self.search.wishes(way) for way in self.search.ways(term, want)]
        named = [(self._names(wishes), wishes) for wishes in ways]
        shown: dict[frozenset[str], tuple[str, ...]] = {}
        for names, wishes in sorted(named, key=lambda pair: len(pair[0])):
            if any(other <= frozenset(names) for other in shown):
                continue
            if self._works(names, wishes, term, want):
                shown[frozenset(names)] = names
                if len(shown) == MOST:
                    break
        return list(shown.values())

    def _names(self, wishes: Iterable[Wish]) -> tuple[str, ...]:
        missing = (name for atom, _ in wishes for name in unknown_in(atom, self.record.facts))
        return tuple(dict.fromkeys(missing))

    def _works(self, names: Iterable[str], wishes: list[Wish], term: Term, want: Truth) -> bool:
        """Whether there are answers that grant the wishes, and the term follows from them.

        It follows by itself, because an answer changes no verdict that is decided, except where a
        policy asks whether one of the facts is known.
        """
        answered = self.witnesses.find(wishes)
        if answered is None:
            return False
        if not any(self._asks_whether_known(names)):
            return True
        truths = dict(wishes)
        for atom in self._asks_whether_known(names):
            truths[atom] = TRUE
        now = self.evaluation.now
        return Evaluation(answered.facts, answered.events, now, truths).truth(term) is want

    def _asks_whether_known(self, names: Iterable[str]) -> Iterator[Term]:
        for name in names:
            yield from (a for a in self.hanging.atoms.get(name, ()) if isinstance(a, Known))


def _open(atom: Term, verdict: Truth) -> bool:
    """Whether an answer may change an atom: it is UNKNOWN, or asks whether a fact is known."""
    return verdict is UNKNOWN or (isinstance(atom, Known) and verdict is FALSE)
