"""Records that one policy puts on a rung and another does not, grouped by what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from leadpolicy.comparison.causes import Causes
from leadpolicy.comparison.obstacles import Cause
from leadpolicy.evaluation.codes import FALSE, TRUE, UNKNOWN, Mask, Whole, stable
from leadpolicy.evaluation.verdicts import PolicyVerdicts, RecordVerdicts

Kind = Literal["denied", "undecided"]
KINDS: Final[tuple[tuple[Kind, int], ...]] = (("denied", FALSE), ("undecided", UNKNOWN))
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


@dataclass(frozen=True, slots=True)
class Refusal:
    """Records that at least one policy holds while `policy` says FALSE or UNKNOWN, for one cause.

    `claims` are the policies that hold at least one of them.
    """

    rung: str
    policy: str
    kind: Kind
    records: int
    of: int
    cause: Cause
    claims: tuple[str, ...]
    samples: tuple[str, ...]


Table = Mapping[tuple[str, str], Causes]
"""Causes by label of the policy and rung."""


def cause_table(evaluation: RecordVerdicts) -> Table:
    """An empty table of causes for every policy and the rungs that it defines."""
    return {
        (one.label, rung): Causes(one, rung) for one in evaluation.policies for rung in one.rungs
    }


def disagreements(evaluation: RecordVerdicts, rung: str, table: Table) -> list[Disagreement]:
    """For every ordered pair of policies that define the rung, the largest group first."""
    defining = evaluation.defining(rung)
    return [
        one
        for claims in defining
        for other in defining
        if claims is not other
        for kind, code in KINDS
        for one in _between(evaluation, claims, other, (rung, kind, code), table)
    ]


def _between(
    evaluation: RecordVerdicts,
    claims: PolicyVerdicts,
    other: PolicyVerdicts,
    of: tuple[str, Kind, int],
    table: Table,
) -> Iterator[Disagreement]:
    rung, kind, code = of
    mask = (claims.rungs[rung] == TRUE) & (other.rungs[rung] == code)
    total = int(mask.sum())
    for cause, rows in _grouped(evaluation, mask, table[other.label, rung]):
        yield Disagreement(
            rung,
            claims.label,
            other.label,
            kind,
            len(rows),
            total,
            cause,
            _samples(evaluation, rows),
        )


def refusals(evaluation: RecordVerdicts, rung: str, table: Table) -> list[Refusal]:
    """For every policy that defines the rung, the largest group first."""
    defining = evaluation.defining(rung)
    found: list[Refusal] = []
    for one in defining:
        others = [other for other in defining if other is not one]
        if not others:
            continue
        held = np.column_stack([other.rungs[rung] == TRUE for other in others])
        some = held.any(axis=1)
        for kind, code in KINDS:
            mask = (one.rungs[rung] == code) & some
            total = int(mask.sum())
            for cause, rows in _grouped(evaluation, mask, table[one.label, rung]):
                found.append(
                    Refusal(
                        rung,
                        one.label,
                        kind,
                        len(rows),
                        total,
                        cause,
                        tuple(o.label for at, o in enumerate(others) if held[rows, at].any()),
                        _samples(evaluation, rows),
                    )
                )
    return found


def _grouped(evaluation: RecordVerdicts, mask: Mask, causes: Causes) -> list[tuple[Cause, Whole]]:
    """The rows of a mask by cause, the largest group first, each in the order of ids."""
    rows = evaluation.order[mask[evaluation.order]]
    if not len(rows):
        return []
    codes = causes.codes(rows)
    order = stable(codes)
    rows, codes = rows[order], codes[order]
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    groups = [
        (causes.found[int(codes[start])], group)
        for start, group in zip(starts.tolist(), np.split(rows, starts[1:]), strict=True)
    ]
    return sorted(groups, key=lambda group: (-len(group[1]), group[0].criteria, group[0].says))


def _samples(evaluation: RecordVerdicts, rows: Whole) -> tuple[str, ...]:
    return tuple(evaluation.ids[row] for row in rows[:SAMPLES].tolist())
