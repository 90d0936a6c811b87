"""Why policies keep many records off a rung.

The answer depends on the record only through its pattern of criterion verdicts, so it is found
once per pattern.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from leadpolicy.comparison.obstacles import Cause, find_cause
from leadpolicy.decision.criteria import asked_of
from leadpolicy.evaluation.codes import Mask, Whole
from leadpolicy.evaluation.verdicts import PolicyVerdicts, distinct_rows
from leadpolicy.truth import FALSE, TRUE, UNKNOWN

TRUTHS: Final = (FALSE, UNKNOWN, TRUE)
"""Verdicts by their codes."""


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
