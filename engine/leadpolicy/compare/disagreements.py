"""Records that one policy puts on a rung and another does not, grouped by what makes the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from leadpolicy.compare.causes import Cause, Causes
from leadpolicy.compare.codes import FALSE, TRUE, UNKNOWN, Codes, Mask
from leadpolicy.compare.evaluation import Evaluation

Kind = Literal["denied", "undecided"]
SAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Records on which `claims` says TRUE and `other` says FALSE (denied) or UNKNOWN (undecided),
    all for the same cause in `other`.

    `of` counts all records of this pair, rung and kind; `samples` are the first ids in order.
    """

    rung: str
    claims: str
    other: str
    kind: Kind
    records: int
    of: int
    cause: Cause
    samples: tuple[str, ...]


Table = Mapping[tuple[str, str], Causes]
"""Causes by label of the policy and rung."""


def cause_table(evaluation: Evaluation) -> Table:
    """An empty table of causes for every policy and the rungs that it defines."""
    return {
        (one.label, rung): Causes(one, rung) for one in evaluation.policies for rung in one.rungs
    }


def disagreements(evaluation: Evaluation, rung: str, table: Table) -> list[Disagreement]:
    """For every ordered pair of policies that define the rung, the largest group first."""
    found: list[Disagreement] = []
    defining = evaluation.defining(rung)
    for claims in defining:
        for other in defining:
            if claims is other:
                continue
            for kind, code in (("denied", FALSE), ("undecided", UNKNOWN)):
                mask = (claims.rungs[rung] == TRUE) & (other.rungs[rung] == code)
                causes = table[other.label, rung]
                for cause, count, samples in _grouped(evaluation, mask, causes):
                    found.append(
                        Disagreement(
                            rung,
                            claims.label,
                            other.label,
                            "denied" if kind == "denied" else "undecided",
                            count,
                            int(mask.sum()),
                            cause,
                            samples,
                        )
                    )
    return found


def _grouped(
    evaluation: Evaluation, mask: Mask, causes: Causes
) -> list[tuple[Cause, int, tuple[str, ...]]]:
    rows = np.flatnonzero(mask)
    if not len(rows):
        return []
    codes = causes.codes(mask)
    order = np.lexsort((evaluation.rank[rows], codes))
    rows, codes = rows[order], codes[order]
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    ends = [*starts[1:].tolist(), len(rows)]
    groups = [
        (
            causes.found[int(codes[start])],
            end - start,
            tuple(evaluation.ids[row] for row in rows[start : min(end, start + SAMPLES)]),
        )
        for start, end in zip(starts.tolist(), ends, strict=True)
    ]
    return sorted(groups, key=lambda group: (-group[1], group[0].criteria, group[0].says))
