"""Records that are alike, counted together: what every measure of a comparison follows from.

An engine that can group can be compared on, however many records it has: measures need how many
records share a pattern of stage verdicts, an outcome and a segment, and which record comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from leadpolicy.backends import CountedRecords
from leadpolicy.evaluation.codes import OPEN, Codes, Whole
from leadpolicy.evaluation.verdicts import Ladders, RecordVerdicts, StageVerdicts


@dataclass(frozen=True, slots=True, eq=False)
class RecordGroups(Ladders[StageVerdicts]):
    """Groups of records with equal stage verdicts under every policy, equal outcome and segment.

    `counts` says how many records each group has, `first` the place of its first record,
    `segments` the place of its segment; the policies have a row per group.
    """

    counts: Whole
    first: Whole
    outcomes: Codes
    segments: Whole
    policies: tuple[StageVerdicts, ...] = field(repr=False)

    @property
    def records(self) -> int:
        """All records."""
        return int(self.counts.sum())

    def __len__(self) -> int:
        """How many groups there are."""
        return len(self.counts)

    def of_segment(self, place: int) -> RecordGroups:
        """The groups of one segment."""
        here = self.segments == place
        return RecordGroups(
            self.counts[here], self.first[here], self.outcomes[here], self.segments[here],
            tuple(one.of(here) for one in self.policies),
        )  # fmt: skip


def groups_of(evaluation: RecordVerdicts, segments: Whole | None = None) -> RecordGroups:
    """The groups of records that have been evaluated; `segments` is the place of each one's.

    The engine is asked for them where it counts itself.
    """
    placed = np.zeros(len(evaluation), np.int64) if segments is None else segments
    kinds = placed * 3 + (evaluation.outcomes.astype(np.int64) - OPEN)
    count = evaluation.grouped or partial(counted, evaluation)
    found = count(kinds)
    return RecordGroups(
        found.counts,
        found.first,
        evaluation.outcomes[found.first],
        placed[found.first],
        tuple(
            StageVerdicts(one.label, one.policy, partial(found.stages.__getitem__, one.label))
            for one in evaluation.policies
        ),
    )


def counted(evaluation: RecordVerdicts, kinds: Whole) -> CountedRecords:
    """Groups out of the verdicts on every record; see `backends.Grouping`."""
    numbers = alike([column for one in evaluation.policies for column in one.stages.T], kinds)
    found, first, index = np.unique(numbers, return_index=True, return_inverse=True)
    counts = np.bincount(index, minlength=len(found)).astype(np.int64)
    return CountedRecords(
        first, counts, {one.label: one.stages[first] for one in evaluation.policies}
    )


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


__all__ = ["RecordGroups", "alike", "counted", "groups_of"]
