"""Which records two policies put on a rung: overlap, containment, and what only one holds.

Sets are the records that are certainly on the rung (TRUE). A record that one policy holds and the
other cannot decide is outside the other's set; such records are counted apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadpolicy.evaluation.codes import FALSE, TRUE, UNKNOWN, Codes, Mask, crossed, share


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two sets. Shares are None where the set they are taken of is empty."""

    size_a: int
    size_b: int
    both: int
    a_denied_by_b: int
    a_undecided_by_b: int
    b_denied_by_a: int
    b_undecided_by_a: int
    jaccard: float | None
    a_in_b: float | None
    b_in_a: float | None

    @property
    def only_a(self) -> int:
        return self.size_a - self.both

    @property
    def only_b(self) -> int:
        return self.size_b - self.both


def overlap(a: Codes, b: Codes) -> Overlap:
    """The overlap of two columns of verdicts on the same records."""
    return overlap_of(crossed(a, b))


def overlap_of(counts: Sequence[Sequence[int]]) -> Overlap:
    """Overlap, of how many records have each verdict of one with each of the other."""
    both = counts[TRUE][TRUE]
    size_a, size_b = sum(counts[TRUE]), sum(row[TRUE] for row in counts)
    return Overlap(
        size_a=size_a,
        size_b=size_b,
        both=both,
        a_denied_by_b=counts[TRUE][FALSE],
        a_undecided_by_b=counts[TRUE][UNKNOWN],
        b_denied_by_a=counts[FALSE][TRUE],
        b_undecided_by_a=counts[UNKNOWN][TRUE],
        jaccard=share(both, size_a + size_b - both),
        a_in_b=share(both, size_a),
        b_in_a=share(both, size_b),
    )


def exclusive(columns: Codes) -> Mask:
    """Per record and policy whether this policy alone says TRUE; one column per policy."""
    held = columns == TRUE
    alone: Mask = held & (held.sum(axis=1, keepdims=True) == 1)
    return alone
