"""Dates that contradict each other: kept, because nobody knows which of them is wrong, and told.

What each of them means for the figures stands in the note.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np

from leadpolicy.data.chronicle import NEVER, UNDATED, Changes, Events
from leadpolicy.data.dated import Dated
from leadpolicy.data.outcomes import Ends
from leadpolicy.data.tables import Rows
from leadpolicy.data.typed import DAY
from leadpolicy.data.workbench import Work
from leadpolicy.english import plural
from leadpolicy.times import microseconds
from leadpolicy.types import show


def note_ends(work: Work, entered: Rows, ends: Ends, name: str) -> None:
    """Records that ended before they began."""
    for what, moments in ((name, ends.won), ("closed", ends.closed)):
        early = (entered != UNDATED) & (moments != NEVER) & (moments < entered)
        if what == "closed":
            early &= ends.closed != ends.won
        if count := int(early.sum()):
            work.note(
                f"{plural(count, 'record')} {what} before entry: there is no outcome to wait for"
            )


def note_late(
    work: Work, changes: Mapping[str, Changes], events: Mapping[str, Events], until: datetime | None
) -> None:
    """Rows that are dated after the end of the data."""
    if until is None:
        return
    end = microseconds(until)
    dated = {name: found.at for name, found in changes.items()}
    dated |= {name: found.at for name, found in events.items()}
    for name, at in dated.items():
        if count := int((at > end).sum()):
            work.note(
                f"{plural(count, 'row')} of {name} dated after the end of the data "
                f"({show(until)}): no record is evaluated so late"
            )


def note_doubles(work: Work, events: Mapping[str, Events], sequences: Mapping[str, Rows]) -> None:
    """Events that stand twice: the same record, moment, order and attributes.

    Days without a time are left out: a record may be visited twice a day.
    """
    for kind, found in events.items():
        timed = (found.at != UNDATED) & (found.at % DAY != 0)
        columns = [found.records, found.at, sequences[kind]]
        near = timed & _has_twin(columns[0], columns[1])
        if not near.any():
            continue
        columns += [column.codes.astype(np.int64) for column in found.attributes.values()]
        rows = np.stack([column[near] for column in columns])
        count = rows.shape[1] - np.unique(rows, axis=1).shape[1]
        if count:
            work.note(
                f"{plural(count, 'event')} {kind} stand twice (same record, moment and "
                "attributes): they are counted as often as they stand"
            )


def _has_twin(records: Rows, at: Rows) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which of the sorted events share record and moment with a neighbour."""
    twin = np.zeros(len(records), np.bool_)
    same = (records[1:] == records[:-1]) & (at[1:] == at[:-1])
    twin[1:] |= same
    twin[:-1] |= same
    return twin


def note_skew(work: Work, dated: Dated, what: str) -> None:
    """Rows that were known before they were so: clocks of two sources differ, or a plan."""
    if dated.known is None:
        return
    early = (dated.at != UNDATED) & (dated.known < dated.at)
    if count := int(early.sum()):
        work.note(
            f"{plural(count, 'row')} of {dated.table.name} ({what}) known before their date: "
            "they count from their date on"
        )
