"""One record under several policies: where they part, over what, and what would bring them on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leadpolicy.comparison.obstacles import Cause, find_cause
from leadpolicy.comparison.scale import Place, Scale, scale_of
from leadpolicy.decision import Decision
from leadpolicy.decision.criteria import smallest_criteria
from leadpolicy.policy.model import Policy
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth, some
from leadpolicy.types import plain


@dataclass(frozen=True, slots=True)
class PolicyReading:
    """What one policy says of the record, and of the step on which the policies part.

    `verdict` is None where it does not speak of the step; `cause` is what keeps the record off it,
    None where the verdict is TRUE.
    """

    decision: Decision
    place: Place
    verdict: Truth | None
    cause: Cause | None

    @property
    def missing(self) -> tuple[str, ...]:
        """The questions whose answers are missing for what is open."""
        vocabulary = self.decision.policy.vocabulary
        return tuple(vocabulary.ask(name) for name in self.decision.missing)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        flip = self.decision.flip
        cause = self.cause
        return {
            "policy": self.decision.policy.identity,
            "stage": self.decision.stage,
            "possible_stage": self.decision.possible_stage,
            "verdict": None if self.verdict is None else str(self.verdict),
            "first_criterion": None if cause is None or not cause.criteria else cause.first,
            "says": None if cause is None else cause.says,
            "criteria": [] if cause is None else list(cause.criteria),
            "missing": list(self.decision.missing),
            "flip": None if flip is None else flip.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Parting:
    """The readings of one record. `step` is the lowest on which one policy says yes and another
    does not; None where there is no such step.
    """

    scale: Scale
    step: str | None
    readings: tuple[PolicyReading, ...]

    @property
    def record(self) -> str:
        """The record's id, which may be an invented name."""
        return self.readings[0].decision.record.id

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "record": self.record,
            "as_of": plain(self.readings[0].decision.as_of),
            "parts_at": self.step,
            "readings": [reading.to_dict() for reading in self.readings],
        }


def parting(decisions: Sequence[Decision]) -> Parting:
    """Where decisions on the same record part. Raises `LeadpolicyError` without a common scale."""
    scale = scale_of([decision.policy for decision in decisions])
    said = {step: [_verdict(scale, d, step) for d in decisions] for step in scale.steps}
    step = next((s for s in scale.steps if TRUE in said[s] and FALSE in said[s]), None) or next(
        (s for s in scale.steps if TRUE in said[s] and UNKNOWN in said[s]), None
    )
    verdicts = said[step] if step is not None else [None] * len(decisions)
    return Parting(
        scale,
        step,
        tuple(
            PolicyReading(
                d, scale.placed(d.policy, d.stages), verdict, _cause(scale, d, step, verdict)
            )
            for d, verdict in zip(decisions, verdicts, strict=True)
        ),
    )


def _verdict(scale: Scale, decision: Decision, step: str) -> Truth | None:
    stages = _stages(scale, decision.policy, step)
    return some(decision.stages[name] for name in stages) if stages else None


def _stages(scale: Scale, policy: Policy, step: str) -> tuple[str, ...]:
    """The policy's stages that stand for a step."""
    if scale.common:
        return tuple(stage.name for stage in policy.rung(step))
    return (step,)


def _cause(
    scale: Scale, decision: Decision, step: str | None, verdict: Truth | None
) -> Cause | None:
    if step is None or verdict is None or verdict is TRUE:
        return None
    policy, criteria = decision.policy, tuple(decision.criteria.values())
    if scale.common:
        return find_cause(policy, criteria, step)
    needed = smallest_criteria(policy, criteria, (step,))
    if not needed:
        stage = policy.stage(step)
        return Cause((), (), stage.says or stage.title)
    against = tuple(name for name in needed if decision.criteria[name] is TRUE)
    return Cause(needed, against, policy.criteria[needed[0]].says)
