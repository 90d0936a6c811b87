"""Records that are alike, counted together: what every measure of a comparison follows from.

An engine that can group can be compared on, however many records it has: measures need how many
records share a pattern of stage verdicts, an outcome and a segment, and which record comes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from leadpolicy.evaluation.codes import OPEN, Codes, Whole
from leadpolicy.evaluation.verdicts import PolicyVerdicts, RecordVerdicts
from leadpolicy.policy.model import Policy


@dataclass(frozen=True, slots=True, eq=False)
class GroupVerdicts:
    """What one policy says of the records of every group: a row per group, as `PolicyVerdicts`."""

    label: str
    policy: Policy
    stages: Codes
    rungs: Mapping[str, Codes]


@dataclass(frozen=True, slots=True, eq=False)
class RecordGroups:
    """Groups of records with equal stage verdicts under every policy, equal outcome and segment.

    `counts` says how many records each group has, `segments` the place of its segment.
    """

    counts: Whole
    outcomes: Codes
    segments: Whole
    policies: tuple[GroupVerdicts, ...] = field(repr=False)

    @property
    def records(self) -> int:
        """All records."""
        return int(self.counts.sum())

    def __len__(self) -> int:
        """How many groups there are."""
        return len(self.counts)

    def defining(self, rung: str) -> list[GroupVerdicts]:
        """The policies that define a rung, in the order in which they were given."""
        return [one for one in self.policies if rung in one.rungs]

    def of_segment(self, place: int) -> RecordGroups:
        """The groups of one segment."""
        here = self.segments == place
        policies = tuple(
            GroupVerdicts(
                one.label, one.policy, one.stages[here],
                {rung: codes[here] for rung, codes in one.rungs.items()},
            )
            for one in self.policies
        )  # fmt: skip
        return RecordGroups(self.counts[here], self.outcomes[here], self.segments[here], policies)


def groups_of(evaluation: RecordVerdicts, segments: Whole | None = None) -> RecordGroups:
    """The groups of records that have been evaluated; `segments` is the place of each one's."""
    rows = len(evaluation)
    placed = np.zeros(rows, np.int64) if segments is None else segments
    numbers = placed * 3 + (evaluation.outcomes.astype(np.int64) - OPEN)
    numbers = alike([column for one in evaluation.policies for column in one.stages.T], numbers)
    found, first, index = np.unique(numbers, return_index=True, return_inverse=True)
    return RecordGroups(
        np.bincount(index, minlength=len(found)).astype(np.int64),
        evaluation.outcomes[first],
        placed[first],
        tuple(_first(one, first) for one in evaluation.policies),
    )


def _first(one: PolicyVerdicts, rows: Whole) -> GroupVerdicts:
    rungs = {rung: codes[rows] for rung, codes in one.rungs.items()}
    return GroupVerdicts(one.label, one.policy, one.stages[rows], rungs)


def alike(columns: Sequence[Codes], numbers: Whole) -> Whole:
    """A number for each row, equal where the rows of verdicts and the numbers given are."""
    import pandas as pd

    most = int(np.iinfo(np.int64).max)
    size = int(numbers.max(initial=0)) + 1
    for column in columns:
        if size > most // 3:
            numbers, found = pd.factorize(numbers)
            size = len(found)
        numbers = numbers * 3 + column
        size *= 3
    return numbers


__all__ = ["GroupVerdicts", "RecordGroups", "alike", "groups_of"]
