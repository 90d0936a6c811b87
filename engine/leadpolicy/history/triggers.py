"""What policies look at, so that nothing else makes an evaluation point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.logic.terms import Happened, Logic, Term
from leadpolicy.logic.walk import facts, happenings, turning, walk
from leadpolicy.policy.model import Policy
from leadpolicy.types import Type

MOST_STAGES = 62


@dataclass(frozen=True, slots=True)
class PointQuestion:
    """The stages of all policies with what decides them: facts, conditions on events by kind, and
    the facts that are compared with the moment of evaluation, with how long after their values
    (in microseconds) such a comparison changes.
    """

    logics: Mapping[str, Logic]
    facts: Mapping[str, Type]
    happenings: Mapping[str, Sequence[Happened]]
    turning: Mapping[str, tuple[int, ...]]


def asked_by(policies: Mapping[str, Policy]) -> PointQuestion:
    """What decides the stages of these policies; criteria that only advise are left out.

    Raises `LeadpolicyError` where two policies mean different types by one fact.
    """
    logics = {label: _stages_of(label, policy.logic) for label, policy in policies.items()}
    roots = [term for logic in logics.values() for term in logic.stages]
    _same_types(logics)
    return PointQuestion(logics, facts(roots), happenings(roots), turning(roots))


def _stages_of(label: str, logic: Logic) -> Logic:
    if len(logic.stages) > MOST_STAGES:
        raise LeadpolicyError.of(
            "LP512", f"{label} has {len(logic.stages)} stages", expected=f"at most {MOST_STAGES}"
        )
    inside: set[Term] = set(walk(logic.stages))
    return Logic(tuple(term for term in logic.criteria if term in inside), logic.stages)


def _same_types(logics: Mapping[str, Logic]) -> None:
    known: dict[str, tuple[str, Type]] = {}
    for label, logic in logics.items():
        for name, kind in _types(logic.stages):
            other, declared = known.setdefault(name, (label, kind))
            if declared != kind:
                raise LeadpolicyError.of(
                    "LP503",
                    f"`{name}` is {declared} in {other} and {kind} in {label}, or their values "
                    "differ",
                    help="let both policies use the same vocabulary",
                )


def _types(stages: Iterable[Term]) -> Iterable[tuple[str, Type]]:
    return facts(stages).items()
