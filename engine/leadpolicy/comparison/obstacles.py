"""Why a policy keeps a record off a rung: the smallest set of its criteria that would change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from leadpolicy.decision.criteria import smallest_criteria
from leadpolicy.policy.model import Policy, Stage
from leadpolicy.truth import Truth


class Reason(StrEnum):
    """What kind of obstacle the first criterion is."""

    LACKS = "lacks"
    """It would have to become true."""
    EXCLUDED = "excluded"
    """It would have to become false."""
    STAGE = "stage"
    """There is none: a condition written in the stage itself decides."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Criteria in file order; the first is the one on which the definitions part.

    Those in `against` would have to become false, the others true. `says` is what the first one
    says; for a stage's own condition, what the stage says.
    """

    criteria: tuple[str, ...]
    against: tuple[str, ...]
    says: str

    @property
    def reason(self) -> Reason:
        if not self.criteria:
            return Reason.STAGE
        return Reason.EXCLUDED if self.first in self.against else Reason.LACKS

    @property
    def first(self) -> str:
        return self.criteria[0] if self.criteria else ""

    @property
    def size(self) -> int:
        """How many things would have to change, at least one."""
        return max(1, len(self.criteria))


def find_cause(policy: Policy, criteria: tuple[Truth, ...], rung: str) -> Cause:
    """What keeps records with these criterion verdicts off the rung."""
    stages = policy.rung(rung)
    needed = smallest_criteria(policy, criteria, tuple(stage.name for stage in stages))
    if not needed:
        return Cause((), (), stages[0].says or stages[0].title or stages[0].name)
    verdict = dict(zip(policy.criteria, criteria, strict=True))
    excluding = {name for stage in stages for name in _exclusions(policy, stage)}
    against = tuple(n for n in needed if verdict[n] is Truth.TRUE or n in excluding)
    return Cause(needed, against, policy.criteria[needed[0]].says)


def _exclusions(policy: Policy, stage: Stage) -> Iterator[str]:
    """What rules a stage out: its exclusions and those of the stages that it requires."""
    yield from stage.excludes
    if stage.requires is not None:
        yield from _exclusions(policy, policy.stage(stage.requires))
