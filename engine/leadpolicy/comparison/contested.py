"""The records most worth arguing about: those on which the policies split most evenly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadpolicy.comparison.disagreements import Table
from leadpolicy.comparison.obstacles import Cause
from leadpolicy.evaluation.codes import FALSE, TRUE, UNKNOWN, Mask, Whole, stable
from leadpolicy.evaluation.verdicts import PolicyVerdicts, RecordVerdicts, distinct_rows


@dataclass(frozen=True, slots=True)
class Contested:
    """A record on which the policies split: some say TRUE, others FALSE.

    `nearest` is the denying policy that lacks the fewest criteria, and `cause` what it lacks.
    """

    rung: str
    row: int
    record: str
    claims: tuple[str, ...]
    denies: tuple[str, ...]
    undecided: tuple[str, ...]
    nearest: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A disputed row. `again` counts how often its like stands before it: the same pattern of
    verdicts with the same cause, then the same pattern.
    """

    row: int
    again: tuple[int, int]


def contested(
    evaluation: RecordVerdicts, rungs: Sequence[str], table: Table, top: int
) -> list[Contested]:
    """The most even split first, then the nearest miss, chosen for variety.

    Every distinct pattern of verdicts on a rung is shown once before any is shown again, and then
    with another cause before the same one; between equals the rungs take turns. No record comes
    twice.
    """
    most = (top + 1) * len(rungs)
    queues = {rung: _ranked(evaluation, rung, table, most) for rung in rungs}
    turns = dict.fromkeys(rungs, 0)
    chosen: list[Contested] = []
    seen: set[int] = set()
    while len(chosen) < top:
        for queue in queues.values():
            while queue and queue[-1].row in seen:
                queue.pop()
        waiting = [rung for rung, queue in queues.items() if queue]
        if not waiting:
            break
        rung = min(waiting, key=lambda rung: (queues[rung][-1].again, turns[rung]))
        turns[rung] += 1
        row = queues[rung].pop().row
        seen.add(row)
        chosen.append(_contested(evaluation, rung, row, table))
    return chosen


def _ranked(evaluation: RecordVerdicts, rung: str, table: Table, most: int) -> list[_Candidate]:
    """Rows that are disputed on the rung, the one to show first at the end.

    Of rows that are alike only the first `most` in the order of ids are kept: the others come
    after so many rows that they are never shown.
    """
    defining = evaluation.defining(rung)
    if len(defining) < 2:
        return []
    columns = np.column_stack([one.rungs[rung] for one in defining])
    yes, no = (columns == TRUE).sum(axis=1), (columns == FALSE).sum(axis=1)
    rows = evaluation.order[(np.minimum(yes, no) > 0)[evaluation.order]]
    if not len(rows):
        return []
    pattern = distinct_rows(columns[rows])[1]
    even = _even(yes[rows], no[rows], pattern, most)
    rows, pattern = rows[even], pattern[even]
    distance, cause = _nearest(defining, rung, table, rows)
    alike = pattern * (int(cause.max()) + 1) + cause
    few = _occurrence(alike) < most
    rows, distance, cause, pattern = rows[few], distance[few], cause[few], pattern[few]
    yes, no = yes[rows], no[rows]
    order = np.lexsort((distance, np.abs(yes - no), -np.minimum(yes, no)))
    rows, cause, pattern = rows[order], cause[order], pattern[order]
    repeated = _occurrence(pattern * (int(cause.max()) + 1) + cause)
    within = _occurrence(pattern * (int(repeated.max()) + 1) + repeated)
    again = list(zip(repeated.tolist(), within.tolist(), strict=True))
    order = np.lexsort((within, repeated))[::-1]
    return [_Candidate(int(rows[at]), again[at]) for at in order.tolist()]


def _even(yes: Whole, no: Whole, pattern: Whole, most: int) -> Mask:
    """The rows of the patterns that split most evenly: at least `most` patterns, and all that split
    as evenly. Each is shown once before any is shown again, so that the others are never reached,
    and nobody asks for their causes.
    """
    split = np.minimum(yes, no) * (int((yes + no).max()) + 1) - np.abs(yes - no)
    of_pattern = np.zeros(int(pattern.max()) + 1, dtype=np.int64)
    of_pattern[pattern] = split
    if len(of_pattern) <= most:
        return np.ones(len(split), dtype=np.bool_)
    least = np.partition(of_pattern, -most)[-most]
    found: Mask = split >= least
    return found


def _nearest(
    defining: list[PolicyVerdicts], rung: str, table: Table, rows: Whole
) -> tuple[Whole, Whole]:
    """For each row the fewest criteria that a denying policy lacks, and a number for its cause."""
    distance = np.full(len(rows), np.iinfo(np.int64).max, dtype=np.int64)
    cause = np.zeros(len(rows), dtype=np.int64)
    offset = 0
    for one in defining:
        denied = one.rungs[rung][rows] == FALSE
        causes = table[one.label, rung]
        codes = np.zeros(len(rows), dtype=np.int64)
        sizes = np.full(len(rows), np.iinfo(np.int64).max, dtype=np.int64)
        if denied.any():
            codes[denied] = causes.codes(rows[denied])
            sizes[denied] = causes.sizes()[codes[denied]]
        closer = sizes < distance
        distance[closer], cause[closer] = sizes[closer], codes[closer] + offset
        offset += len(causes.found)
    return distance, cause


def _occurrence(values: Whole) -> Whole:
    """For each value how many equal ones stand before it."""
    order = stable(values)
    starts = np.flatnonzero(np.diff(values[order], prepend=-1))
    first = np.repeat(starts, np.diff([*starts.tolist(), len(values)]))
    occurrence = np.empty(len(values), dtype=np.int64)
    occurrence[order] = np.arange(len(values)) - first
    return occurrence


def _contested(evaluation: RecordVerdicts, rung: str, row: int, table: Table) -> Contested:
    said = {one.label: int(one.rungs[rung][row]) for one in evaluation.defining(rung)}
    denies = tuple(label for label, code in said.items() if code == FALSE)
    causes = {label: table[label, rung].at(row) for label in denies}
    nearest = min(denies, key=lambda label: causes[label].size)
    return Contested(
        rung=rung,
        row=row,
        record=evaluation.ids[row],
        claims=tuple(label for label, code in said.items() if code == TRUE),
        denies=denies,
        undecided=tuple(label for label, code in said.items() if code == UNKNOWN),
        nearest=nearest,
        cause=causes[nearest],
    )
