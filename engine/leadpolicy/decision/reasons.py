"""Why a stage is not reached: the criteria in its way, and the facts that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.decision.dependence import atoms_in
from leadpolicy.decision.ways import Search
from leadpolicy.logic import build
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
from leadpolicy.policy.lower import Lowering
from leadpolicy.policy.model import Condition, Policy, Ref
from leadpolicy.truth import TRUE, UNKNOWN, Truth
from leadpolicy.types import Kind, Range, Type, Value
from leadpolicy.vocabulary.model import EVENT
from leadpolicy.vocabulary.record import Record

_CRITERION: Final = Type(Kind.BOOLEAN)


class _ByCriteria(Lowering):
    """Lowers stages with every criterion as an atom of its own."""

    __slots__ = ()

    def _make(self, condition: Condition) -> Term:
        if isinstance(condition, Ref) and condition.name in self.criteria:
            return criterion_atom(condition.name)
        return Lowering._make(self, condition)


def criterion_atom(name: str) -> Known:
    """A criterion as an atom: its verdict is looked up, not evaluated."""
    return build.known(Subject(name, _CRITERION))


@dataclass(frozen=True, slots=True)
class _Ladder:
    """A policy's stages as terms over its criteria; what stages test directly stays as it is."""

    stages: Mapping[str, Term]
    criteria: tuple[Term, ...]
    direct: tuple[Term, ...]
    """Atoms that stand in stages without a criterion's name."""


@lru_cache(maxsize=512)
def _ladder(policy: Policy) -> _Ladder:
    stages = {stage.name: stage for stage in policy.stages}
    lowering = _ByCriteria(policy.vocabulary, policy.parameters, policy.criteria, stages)
    terms = {name: lowering.stage(stage) for name, stage in stages.items()}
    criteria = tuple(map(criterion_atom, policy.criteria))
    direct = tuple(atom for atom in atoms_in(terms.values()) if atom not in criteria)
    return _Ladder(terms, criteria, direct)


def smallest_criteria(
    policy: Policy, criteria: tuple[Truth, ...], stage_names: tuple[str, ...]
) -> tuple[str, ...]:
    """The smallest set of criteria that would have to change for one of the stages to be TRUE.

    `criteria` are the verdicts in the policy's order; the answer is in that order, too. Among sets
    of one size the one whose criteria come first. Empty where a stage is TRUE already, or where
    criteria alone cannot do it. Conditions that a stage tests directly count as open to change.
    """
    ladder = _ladder(policy)
    given = dict(zip(ladder.criteria, criteria, strict=True))
    given.update(dict.fromkeys(ladder.direct, UNKNOWN))
    truth = Evaluation({}, {}, datetime.min, given).truth
    search = Search(truth, (*ladder.criteria, *ladder.direct), ladder.direct)
    ways = (way for name in stage_names for way in search.ways(ladder.stages[name], TRUE)[:1])
    best = min(ways, key=search.rank, default=0)
    changed = {atom for atom, _ in search.wishes(best)}
    return tuple(
        name for name, atom in zip(policy.criteria, ladder.criteria, strict=True) if atom in changed
    )


# -------------------------------------------------------------------------------- missing facts


def missing_facts(
    policy: Policy, record: Record, as_of: datetime, stage_names: Iterable[str]
) -> tuple[str, ...]:
    """Facts (and `event:KIND` for logs) that make these stages UNKNOWN, in the order they stand."""
    evaluation = Evaluation(record.facts, record.events, as_of)
    names: dict[str, None] = {}
    for name, term in zip((s.name for s in policy.stages), policy.logic.stages, strict=True):
        if name in stage_names:
            names.update(dict.fromkeys(causes(term, evaluation)))
    return tuple(names)


def causes(term: Term, evaluation: Evaluation) -> Iterator[str]:
    """The facts and logs that keep a term UNKNOWN; nothing where it is decided."""
    if evaluation.truth(term) is not UNKNOWN:
        return
    match term:
        case All() | Any() | CountAtLeast() | SumAtLeast():
            for part in term.terms:
                yield from causes(part, evaluation)
        case Not():
            yield from causes(term.term, evaluation)
        case Const():
            return
        case Compare() | Member() | Known() | TextTest() | Has() | Happened():
            yield from unknown_in(term, evaluation.facts)


def unknown_in(atom: Term, facts: Mapping[str, Value]) -> Iterator[str]:
    """What an UNKNOWN atom lacks: missing or imprecise facts, or an event log."""
    match atom:
        case Happened():
            yield EVENT + atom.event
        case Compare():
            yield from _imprecise(atom.left, facts)
            if isinstance(atom.right, Other):
                yield from _imprecise(atom.right.subject, facts)
        case Member() | Known() | TextTest() | Has():
            yield from _imprecise(atom.subject, facts)
        case _:
            return


def _imprecise(subject: Subject, facts: Mapping[str, Value]) -> Iterator[str]:
    value = facts.get(subject.name)
    if value is None or isinstance(value, Range):
        yield subject.name


__all__ = ["causes", "missing_facts", "smallest_criteria", "unknown_in"]
