"""What is compared: policies and records, out of everything that a caller may give."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from leadpolicy.data.given import EXPECTED, as_arrow, is_frame, is_table
from leadpolicy.diagnostics import LeadpolicyError, unfit
from leadpolicy.policy.model import Policy

if TYPE_CHECKING:
    from datetime import date

    from leadpolicy.data.frames import Outcome
    from leadpolicy.data.moments import AsOf
    from leadpolicy.data.recordset import RecordSet
    from leadpolicy.evaluation.engines import Progress

Chosen: TypeAlias = "Mapping[str, Policy] | Iterable[Policy | str | Path] | Policy | str | Path"


@dataclass(frozen=True, slots=True)
class FrameMeaning:
    """What the columns of a frame mean; see `data.from_frame`."""

    id: str | None = None
    facts: Mapping[str, str] | None = None
    events: object | None = None
    recorded: Collection[str] | None = None
    outcome: Outcome | str | None = None
    entered_at: str | None = None

    def said(self) -> list[str]:
        """What has been said, by name."""
        return [one.name for one in fields(self) if getattr(self, one.name) is not None]


def records_for(
    policies: Mapping[str, Policy],
    data: object,
    as_of: AsOf | date | str | None,
    meaning: FrameMeaning,
    progress: Progress | None,
) -> RecordSet:
    """The records of a data set, or of a frame, which is read in the words of the policies.

    Raises `LeadpolicyError`.
    """
    from leadpolicy.data.dataset import Dataset, open_dataset
    from leadpolicy.data.frames import from_frame
    from leadpolicy.data.moments import parse_as_of
    from leadpolicy.data.recordset import RecordSet

    if is_table(data) if isinstance(data, str | Path) else is_frame(data):
        words = next(iter(policies.values())).vocabulary
        frame = as_arrow(data) if isinstance(data, str | Path) else data
        return from_frame(
            frame, words, as_of=as_of, id=meaning.id, facts=meaning.facts, events=meaning.events,
            recorded=meaning.recorded, outcome=meaning.outcome, entered_at=meaning.entered_at,
            progress=progress,
        )  # fmt: skip
    if isinstance(data, str | Path):
        data = open_dataset(data)
    if not isinstance(data, Dataset | RecordSet):
        raise unfit("`data`", data, EXPECTED)
    for name in meaning.said():
        raise LeadpolicyError.of(
            "LP506", f"`{name}` describes a frame, and this is a data set",
            help="what its columns mean stands in its dataset.yaml",
        )  # fmt: skip
    moment = parse_as_of(as_of) if as_of is not None else None
    if isinstance(data, Dataset):
        return data.records(moment, progress=progress)
    if moment is not None:
        raise LeadpolicyError.of(
            "LP513",
            "`as_of` is given, but these records have been read as of their own moments already",
            help="pass the data set instead: compare(policies, data.dataset, as_of=…)",
        )
    return data


__all__ = ["Chosen", "FrameMeaning", "records_for"]
