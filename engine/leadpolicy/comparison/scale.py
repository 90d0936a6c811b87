"""The scale on which people and policies are compared: common rungs, or one ladder's own stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.policy.model import RUNGS, Policy
from leadpolicy.truth import FALSE, TRUE, Truth, some
from leadpolicy.vocabulary.record import Record

NONE: Final = "none"
"""Below the lowest step: what a vote for no stage says."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands on a scale: 0 is `none`, i + 1 is the step i.

    `at` is the last step that holds, `possible` the last that may; `open` are the steps that are
    neither certain nor ruled out.
    """

    at: int
    possible: int
    open: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Scale:
    """Steps from low to high. `common`: they are rungs, and stages count as them."""

    steps: tuple[str, ...]
    common: bool = True

    @property
    def answers(self) -> tuple[str, ...]:
        """What may be voted: `none`, and the steps."""
        return (NONE, *self.steps)

    def defined(self, policy: Policy) -> tuple[str, ...]:
        """The steps that a policy speaks of."""
        having = policy.rungs if self.common else [stage.name for stage in policy.stages]
        return tuple(step for step in self.steps if step in having)

    def place(self, policy: Policy, record: Record, as_of: datetime) -> Place:
        """Where a policy puts a record."""
        found = verdicts(policy.logic, record, as_of).stages
        return self.placed(policy, dict(zip((s.name for s in policy.stages), found, strict=True)))

    def placed(self, policy: Policy, stages: Mapping[str, Truth]) -> Place:
        """The place of a record of which a policy says this of its stages."""
        said = [self._verdict(policy, step, stages) for step in self.steps]
        return Place(
            max((i + 1 for i, truth in enumerate(said) if truth is TRUE), default=0),
            max((i + 1 for i, truth in enumerate(said) if truth is not FALSE), default=0),
            frozenset(i + 1 for i, t in enumerate(said) if t is not TRUE and t is not FALSE),
        )

    def _verdict(self, policy: Policy, step: str, stages: Mapping[str, Truth]) -> Truth:
        if not self.common:
            return stages.get(step, FALSE)
        return some(stages[stage.name] for stage in policy.rung(step))


def scale_of(policies: Sequence[Policy]) -> Scale:
    """The stages where all policies have the same ladder, else the common rungs that they define.

    Raises `LeadpolicyError` where there is no policy, or no rung.
    """
    if not policies:
        raise LeadpolicyError.of("LP509", "there is no policy to compare with")
    ladders = {tuple(stage.name for stage in policy.stages) for policy in policies}
    if len(ladders) == 1:
        return Scale(ladders.pop(), common=False)
    defined = {rung for policy in policies for rung in policy.rungs}
    if not defined:
        raise LeadpolicyError.of(
            "LP506",
            "the policies have different ladders, and no stage counts as a common rung",
            help=f"say `counts_as:` in their stages: {', '.join(RUNGS)}",
        )
    return Scale(tuple(rung for rung in RUNGS if rung in defined))


def step_told(step: str) -> str:
    """A step in words."""
    return step.replace("_", " ")


def undefined_steps(scale: Scale, policies: Iterable[Policy]) -> dict[str, tuple[str, ...]]:
    """The steps of which a policy does not speak, by the policy's identity."""
    missing = {
        policy.identity: tuple(s for s in scale.steps if s not in scale.defined(policy))
        for policy in policies
    }
    return {identity: steps for identity, steps in missing.items() if steps}
