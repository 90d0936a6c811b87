"""Volumes and outcomes within each segment; over the segments they add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadpolicy.comparison.outcomes import OutcomeRate, outcome
from leadpolicy.comparison.volumes import Volume, volume
from leadpolicy.evaluation.codes import TRUE
from leadpolicy.evaluation.verdicts import RecordVerdicts


@dataclass(frozen=True, slots=True)
class SegmentVolume:
    """One rung of one policy within a segment. `lift` and `recall` are within the segment, too."""

    segment: str
    policy: str
    rung: str
    volume: Volume
    outcome: OutcomeRate


def segments(
    evaluation: RecordVerdicts, values: Sequence[str], order: Sequence[str], rungs: Sequence[str]
) -> list[SegmentVolume]:
    """For every segment, rung and policy that defines it. `values` holds each record's segment."""
    column = np.array(values, dtype=object)
    found: list[SegmentVolume] = []
    for segment in order:
        here = column == segment
        for rung in rungs:
            for one in evaluation.defining(rung):
                verdicts = one.rungs[rung][here]
                of = outcome(verdicts == TRUE, evaluation.outcomes[here])
                found.append(SegmentVolume(segment, one.label, rung, volume(verdicts), of))
    return found
