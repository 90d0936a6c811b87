"""Why a policy keeps a record off a rung: the smallest set of its criteria that would change it.

The answer depends on the record only through its pattern of criterion verdicts, so it is found
once per pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from leadpolicy.compare.codes import TRUE, Mask, Whole
from leadpolicy.compare.evaluation import PolicyVerdicts
from leadpolicy.decision.reasons import smallest_criteria
from leadpolicy.policy.model import Policy, Stage
from leadpolicy.truth import Truth


class Reason(StrEnum):
    """What kind of obstacle it is."""

    LACKS = "lacks"
    """Criteria would have to become true."""
    EXCLUDED = "excluded"
    """A criterion under `excludes` holds and would have to become false."""
    STAGE = "stage"
    """No set of criteria changes it: a condition written in the stage itself decides."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Criteria in file order; the first is the one on which the definitions part."""

    reason: Reason
    criteria: tuple[str, ...]
    says: str
    """What the first criterion says; for a stage's own condition, what the stage says."""

    @property
    def first(self) -> str:
        return self.criteria[0] if self.criteria else ""

    @property
    def size(self) -> int:
        """How many things would have to change, at least one."""
        return max(1, len(self.criteria))


@dataclass(slots=True)
class Causes:
    """The causes of one policy on one rung, found when first asked for."""

    of: PolicyVerdicts
    rung: str
    found: list[Cause] = field(default_factory=list)
    _by_pattern: dict[int, int] = field(default_factory=dict)
    _position: dict[Cause, int] = field(default_factory=dict)

    def codes(self, held_off: Mask) -> Whole:
        """For each record in the mask (in row order) the position of its cause in `found`."""
        distinct, inverse = np.unique(self.of.pattern_of[held_off], return_inverse=True)
        known = np.array([self._code(int(pattern)) for pattern in distinct], dtype=np.int64)
        return known[inverse.reshape(-1)]

    def at(self, row: int) -> Cause:
        """The cause for one record, by its row."""
        return self.found[self._code(int(self.of.pattern_of[row]))]

    def sizes(self) -> Whole:
        """For each cause found so far how many criteria would have to change."""
        return np.array([cause.size for cause in self.found], dtype=np.int64)

    def _code(self, pattern: int) -> int:
        if pattern not in self._by_pattern:
            given = tuple(Truth(int(code)) for code in self.of.patterns[pattern])
            cause = find_cause(self.of.policy, given, self.rung)
            if cause not in self._position:
                self._position[cause] = len(self.found)
                self.found.append(cause)
            self._by_pattern[pattern] = self._position[cause]
        return self._by_pattern[pattern]


def find_cause(policy: Policy, criteria: tuple[Truth, ...], rung: str) -> Cause:
    """What keeps records with these criterion verdicts off the rung."""
    stages = policy.rung(rung)
    lacking = smallest_criteria(policy, criteria, tuple(stage.name for stage in stages))
    if lacking:
        return Cause(Reason.LACKS, lacking, policy.criteria[lacking[0]].says)
    verdict = dict(zip(policy.criteria, criteria, strict=True))
    excluding = {name for stage in stages for name in _exclusions(policy, stage)}
    hit = tuple(n for n in policy.criteria if n in excluding and verdict[n] == TRUE)
    if hit:
        return Cause(Reason.EXCLUDED, hit, policy.criteria[hit[0]].says)
    stage = stages[0]
    return Cause(Reason.STAGE, (), stage.says or stage.title or stage.name)


def _exclusions(policy: Policy, stage: Stage) -> Iterator[str]:
    """What keeps records off a stage: its exclusions and those of the stages that it requires."""
    yield from stage.excludes
    if stage.requires is not None:
        yield from _exclusions(policy, policy.stage(stage.requires))
