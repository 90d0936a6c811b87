"""Why a stage is not reached, or not decided: criteria in its way, facts that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.decision.criteria import smallest_criteria
from leadpolicy.logic.terms import Term
from leadpolicy.logic.walk import looked_at, parts, upwards
from leadpolicy.policy.model import Policy
from leadpolicy.truth import UNKNOWN
from leadpolicy.types import Range, Value
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

    def is_open(part: Term) -> bool:
        return evaluation.truth(part) is UNKNOWN

    roots = filter(is_open, [term])
    for one in upwards(roots, lambda whole: filter(is_open, parts(whole))):
        yield from unknown_in(one, evaluation.facts)


def unknown_in(atom: Term, facts: Mapping[str, Value]) -> Iterator[str]:
    """What an UNKNOWN atom lacks: missing or imprecise facts, or an event log."""
    for name in looked_at(atom):
        value = facts.get(name)
        if value is None or isinstance(value, Range):
            yield name


__all__ = ["causes", "missing_facts", "smallest_criteria", "unknown_in"]
