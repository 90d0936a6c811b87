"""Why a policy keeps a record off a rung: the smallest set of its criteria that would change it.

The answer depends on the record only through its pattern of criterion verdicts, so it is found
once per pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np

from leadpolicy.decision.criteria import asked_of, smallest_criteria
from leadpolicy.evaluation.codes import Mask, Whole
from leadpolicy.evaluation.verdicts import PolicyVerdicts, distinct_rows
from leadpolicy.policy.model import Policy, Stage
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth

TRUTHS: Final = (FALSE, UNKNOWN, TRUE)
"""Verdicts by their codes."""


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
    """The causes of one policy on one rung, found when first asked for.

    Patterns that differ only in criteria of which the rung does not ask have the same cause.
    """

    of: PolicyVerdicts
    rung: str
    found: list[Cause] = field(default_factory=list)
    _kinds: list[int] = field(init=False)
    _kind_of: Whole = field(init=False)
    _known: Whole = field(init=False)
    _position: dict[Cause, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Patterns of one kind are alike in everything that the rung asks for."""
        names = tuple(stage.name for stage in self.of.policy.rung(self.rung))
        asked = np.array(asked_of(self.of.policy, names), dtype=np.bool_)
        kinds, self._kind_of = distinct_rows(self.of.patterns[:, asked])
        examples = np.zeros(max(1, len(kinds)), dtype=np.int64)
        examples[self._kind_of] = np.arange(len(self._kind_of))
        self._kinds = examples.tolist()
        self._known = np.full(len(self._kinds), -1, dtype=np.int64)

    def codes(self, held_off: Mask | Whole) -> Whole:
        """For each record in the mask, or each row, the position of its cause in `found`."""
        kinds = self._kind_of[self.of.pattern_of[held_off]]
        met = np.zeros(len(self._known), dtype=np.bool_)
        met[kinds] = True
        for kind in np.flatnonzero(met & (self._known < 0)).tolist():
            self._find(kind)
        return self._known[kinds]

    def at(self, row: int) -> Cause:
        """The cause for one record, by its row."""
        return self.found[int(self.codes(np.array([row]))[0])]

    def sizes(self) -> Whole:
        """For each cause found so far how many criteria would have to change."""
        return np.array([cause.size for cause in self.found], dtype=np.int64)

    def _find(self, kind: int) -> None:
        given = tuple(TRUTHS[code] for code in self.of.patterns[self._kinds[kind]].tolist())
        cause = find_cause(self.of.policy, given, self.rung)
        place = self._position.setdefault(cause, len(self.found))
        if place == len(self.found):
            self.found.append(cause)
        self._known[kind] = place


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
