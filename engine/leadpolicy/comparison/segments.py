"""Volumes and outcomes within each segment; over the segments they add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadpolicy.comparison.outcomes import OutcomeRate, outcome
from leadpolicy.comparison.volumes import Volume, volume
from leadpolicy.evaluation.codes import TRUE
from leadpolicy.evaluation.groups import RecordGroups


@dataclass(frozen=True, slots=True)
class SegmentVolume:
    """One rung of one policy within a segment. `lift` and `recall` are within the segment, too."""

    segment: str
    policy: str
    rung: str
    volume: Volume
    outcome: OutcomeRate


def segments(
    groups: RecordGroups, order: Sequence[str], rungs: Sequence[str]
) -> list[SegmentVolume]:
    """For every segment, rung and policy that defines it; `order` names the groups' segments."""
    found: list[SegmentVolume] = []
    for place, segment in enumerate(order):
        here = groups.of_segment(place)
        for rung in rungs:
            for one in here.defining(rung):
                verdicts = one.rungs[rung]
                of = outcome(verdicts == TRUE, here.outcomes, here.counts)
                found.append(
                    SegmentVolume(segment, one.label, rung, volume(verdicts, here.counts), of)
                )
    return found
