"""Why a stage is not reached, or not decided: criteria in its way, facts that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.decision.criteria import smallest_criteria
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
from leadpolicy.truth import UNKNOWN
from leadpolicy.types import Range, Value
from leadpolicy.vocabulary.model import EVENT
from leadpolicy.vocabulary.record import Record


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
