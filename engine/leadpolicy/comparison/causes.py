"""Why a policy keeps a record off a rung: the smallest set of its criteria that would change it.

The answer depends on the record only through its pattern of criterion verdicts, so it is found
once per pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from leadpolicy.comparison.codes import Mask, Whole
from leadpolicy.comparison.evaluation import PolicyVerdicts
from leadpolicy.decision.reasons import smallest_criteria
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
