"""Volumes and outcomes within each segment; over the segments they add up to the whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from leadpolicy.compare.codes import TRUE
from leadpolicy.compare.evaluation import Evaluation
from leadpolicy.compare.outcomes import Outcome, outcome
from leadpolicy.compare.volumes import Volume, volume
from leadpolicy.types import NUMERIC, Kind
from leadpolicy.vocabulary.model import Fact

UNKNOWN_SEGMENT: Final = "(unknown)"


@dataclass(frozen=True, slots=True)
class SegmentVolume:
    """One rung of one policy within a segment. `lift` and `recall` are within the segment, too."""

    segment: str
    policy: str
    rung: str
    volume: Volume
    outcome: Outcome


def segments(
    evaluation: Evaluation, values: Sequence[str], order: Sequence[str], rungs: Sequence[str]
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


def segment_order(values: Sequence[str], fact: Fact | None) -> list[str]:
    """Levels in their order, numbers from small to large, anything else by size; unknown last."""
    counts = Counter(values)
    kind = fact.type.kind if fact is not None else Kind.TEXT
    declared = fact.type.values if fact is not None else ()

    def key(segment: str) -> tuple[bool, float, int, str]:
        unknown = segment == UNKNOWN_SEGMENT
        if kind is Kind.LEVEL and segment in declared:
            return (unknown, declared.index(segment), 0, segment)
        if kind in NUMERIC:
            return (unknown, _leading_number(segment), 0, segment)
        return (unknown, 0, -counts[segment], segment)

    return sorted(counts, key=key)


def _leading_number(text: str) -> float:
    found = re.search(r"-?\d[\d,. ]*", text)
    if found is None:
        return float("inf")
    digits = found[0].replace(",", "").replace(" ", "").rstrip(".")
    least = float(digits)
    return least - 0.5 if re.match(r"\s*(below|under|less|at most|up to|<|≤)", text) else least
