"""Stops before figures are drawn from data that break a critical promise."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TypeVar

from leadpolicy.data.chronicle import Chronicle
from leadpolicy.data.contract.draw import promised
from leadpolicy.data.contract.judgement import judge_one
from leadpolicy.data.contract.model import Among, Contract, Finding, Level
from leadpolicy.data.dataset import Dataset
from leadpolicy.data.recordset import Progress, RecordSet
from leadpolicy.data.workbench import without_collection
from leadpolicy.diagnostics import Diagnostic, LeadpolicyError, suggest

Read = TypeVar("Read", RecordSet, Chronicle)


def admitted(
    read: Read,
    accepted: Collection[str] | None = None,
    quarantine: Path | None = None,
    progress: Progress | None = None,
) -> Read:
    """What was read of a data set, for whoever draws figures from it: every command's door.

    Writes the rows set aside, if a file is named for them, also where the data are refused: they
    are what has to be looked at then. Raises `LeadpolicyError` as `stop_on_failures` does.
    """
    if quarantine is not None:
        read.quarantine.write(quarantine)
    stop_on_failures(read.dataset, accepted or (), progress)
    return read


def stop_on_failures(
    dataset: Dataset, accepted: Collection[str] = (), progress: Progress | None = None
) -> list[Finding]:
    """The broken critical promises that were accepted by name.

    Raises `LeadpolicyError` (LP508) with every other one, or where an accepted name is none.
    """
    work = dataset.work(progress)
    if progress is not None:
        progress("looking at what the data promise", 0, 1)
    sheets, promises = promised(work, critical_only=True)
    drawn, broken = [], []
    with without_collection():
        for one in promises:
            found = judge_one(one, sheets[one.sheet])
            drawn.append(one)
            broken += [found] if found.critical else []
            if isinstance(one.check, Among):
                del sheets[one.sheet].columns[one.check.column]  # as long as the table itself
    check_names(Contract(work.spec.name, dataset.title, tuple(drawn), sheets), accepted)
    stop = [found for found in broken if found.expectation.name not in accepted]
    if stop:
        raise LeadpolicyError([_diagnostic(dataset, found) for found in stop])
    return broken


def check_names(drawn: Contract, accepted: Collection[str]) -> None:
    """Raises `LeadpolicyError` where an accepted name is that of no critical promise."""
    critical = [e.name for e in drawn.expectations if e.level is Level.CRITICAL]
    for name in accepted:
        if name not in critical:
            raise LeadpolicyError.of(
                "LP506",
                f"`--accept {name}` names no critical expectation of {drawn.dataset}",
                help=suggest(name, critical)
                or f"`leadpolicy validate {drawn.dataset}` lists what is broken",
            )


def _diagnostic(dataset: Dataset, found: Finding) -> Diagnostic:
    one = found.expectation
    return Diagnostic(
        "LP508",
        f"the data break a critical expectation: {one.name} ({found.observed} fail)"
        if found.rows.size
        else f"the data break a critical expectation: {one.name} ({found.observed})",
        where=str(dataset.path),
        expected=one.says,
        help=f"`leadpolicy validate {dataset.path.parent}` lists the rows; to go on nevertheless: "
        f"--accept '{one.name}'",
    )
