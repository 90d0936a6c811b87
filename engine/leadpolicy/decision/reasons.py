"""Why a stage is not reached: the criteria that stand in the way, and the facts that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.decision.ways import ways
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


@lru_cache(maxsize=512)
def stages_by_criteria(policy: Policy) -> tuple[Term, ...]:
    """The stages as terms over criteria; what stages test directly stays as it is."""
    stages = {stage.name: stage for stage in policy.stages}
    lowering = _ByCriteria(policy.vocabulary, policy.parameters, policy.criteria, stages)
    return tuple(lowering.stage(stage) for stage in policy.stages)


def smallest_criteria(
    policy: Policy, criteria: tuple[Truth, ...], stage_names: tuple[str, ...]
) -> tuple[str, ...]:
    """The smallest set of criteria that would have to change for one of the stages to be TRUE.

    `criteria` are the verdicts in the policy's order; the answer is in that order, too. Among sets
    of one size the one whose criteria come first. Empty where a stage is TRUE already, or where
    criteria alone cannot do it. Conditions that a stage tests directly count as open to change.
    """
    verdicts = dict(zip(policy.criteria, criteria, strict=True))
    order = {name: place for place, name in enumerate(policy.criteria)}
    truth = _CriteriaEvaluation(verdicts).truth
    found: list[list[str]] = []
    for stage, term in zip(policy.stages, stages_by_criteria(policy), strict=True):
        if stage.name not in stage_names:
            continue
        for way in ways(term, TRUE, truth, only_unknown=False):
            names = {atom.subject.name for atom, _ in way if isinstance(atom, Known)} & set(order)
            found.append(sorted(names, key=order.__getitem__))
    return tuple(min(found, key=lambda names: (len(names), [order[n] for n in names]), default=()))


class _CriteriaEvaluation(Evaluation):
    """The interpreter with the verdicts of criteria given; what stages test directly is UNKNOWN."""

    __slots__ = ("verdicts",)

    def __init__(self, verdicts: Mapping[str, Truth]) -> None:
        super().__init__({}, {}, datetime.min)
        self.verdicts = verdicts

    def _evaluate(self, term: Term) -> Truth:
        if isinstance(term, Known) and term.subject.type is _CRITERION:
            return self.verdicts[term.subject.name]
        if isinstance(term, Compare | Member | Known | TextTest | Has | Happened):
            return UNKNOWN
        return Evaluation._evaluate(self, term)


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
