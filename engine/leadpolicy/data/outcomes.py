"""What became of each record: won, closed, or not to be said; and whether it counts at a moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadpolicy.data.chronicle import MISSING, NEVER, UNDATED, Chronicle
from leadpolicy.data.dated import Dated, read_rows
from leadpolicy.data.model import Cell, OutcomeSpec
from leadpolicy.data.moments import MICROSECOND
from leadpolicy.data.record_rows import BOOLEAN, Numbered
from leadpolicy.data.tables import Mask, Rows
from leadpolicy.data.workbench import Work
from leadpolicy.english import plural
from leadpolicy.times import microseconds, show_duration


@dataclass(slots=True)
class Ends:
    """The first moments of the outcome and of any other end, or `NEVER`, per record.

    `undated` marks records that were won without anybody knowing when; None where all have dates.
    `known` is False where the outcome cannot be told.
    """

    won: Rows
    closed: Rows
    known: Mask
    undated: Mask | None = None


def read_ends(work: Work, records: Numbered) -> Ends:
    """How the records ended. An end on a day without a time counts at the end of that day."""
    spec = work.spec.outcome
    count = len(records)
    if spec is None:
        never = np.full(count, NEVER, np.int64)
        closed, _ = _closed(work, records)
        return Ends(never, closed, np.zeros(count, np.bool_))
    dated = read_rows(work, records, spec.rows, spec.name, day_ends=True)
    unsaid = np.zeros(count, np.bool_)
    if spec.told is not None:
        dated, unsaid = _told_so(work, spec.told, dated, unsaid)
        if lacking := int(unsaid.sum()):
            work.note(
                f"{plural(lacking, 'record')} with nothing in {spec.told.column.column}: nobody "
                f"knows whether {spec.name}"
            )
    won, some_day, doubt = _first(dated, count)
    closed, doubtful = _closed(work, records)
    known = ~(doubt | doubtful | unsaid)
    undated = some_day & (won == NEVER) & known
    if spec.rows.at is None:
        work.note(f"{spec.name} has no date: it is taken to come after the moment of evaluation")
    elif lacking := int(undated.sum()):
        work.note(f"{plural(lacking, 'record')} {spec.name} without a date: nobody knows when")
    if not undated.any() and spec.rows.at is not None:
        return Ends(won, closed, known)
    return Ends(won, closed, known & ~undated, undated)


def _told_so(work: Work, told: Cell, dated: Dated, unsaid: Mask) -> tuple[Dated, Mask]:
    """The rows that say yes, and the records of which a row says nothing."""
    codes, values = work.convert(told, BOOLEAN, dated.rows).part(dated.rows)
    yes = np.fromiter((value is True for value in values), np.bool_, len(values))
    unsaid[dated.records[codes == MISSING]] = True
    return dated.only((codes != MISSING) & yes[codes]), unsaid


def _first(dated: Dated, count: int) -> tuple[Rows, Mask, Mask]:
    """The first moment of each record, which records have a row without a date, and which a row
    that does not fit.
    """
    first = np.full(count, NEVER, np.int64)
    known = dated.at != UNDATED
    np.minimum.at(first, dated.records[known], dated.at[known])
    some_day, doubt = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    some_day[dated.records[~known]] = True
    doubt[dated.doubt] = True
    return first, some_day, doubt


def _closed(work: Work, records: Numbered) -> tuple[Rows, Mask]:
    over = np.full(len(records), NEVER, np.int64)
    unsure = np.zeros(len(records), np.bool_)
    for rows in work.spec.closed:
        first, some_day, doubt = _first(
            read_rows(work, records, rows, "closed", day_ends=True), len(records)
        )
        if lacking := int(some_day.sum()):
            work.note(
                f"{plural(lacking, 'record')} closed without a date: it may have been over by any "
                "moment, so no outcome is told of it"
            )
        over = np.minimum(over, first)
        unsure |= some_day | doubt
    return over, unsure


def outcomes_at(
    chronicle: Chronicle, numbers: Rows, moments: Rows, notes: list[str]
) -> list[bool | None]:
    """True where the outcome came after the moment and within the time that is observed.

    None where there is nothing to say: the record was won or closed by the moment already, it has
    not been observed for as long as `within` asks, or a row that decides does not fit. What was won
    without a date is taken to come after the moment; where it has to come `within` some time, that
    cannot be said. What should be told about it is added to `notes`.
    """
    spec = chronicle.dataset.spec.outcome
    if spec is None:
        return [None] * len(numbers)
    won, over = chronicle.won[numbers], chronicle.closed[numbers]
    silent = ~chronicle.outcome_known[numbers]
    some_day = np.zeros(len(numbers), np.bool_)
    if chronicle.won_undated is not None:
        some_day = chronicle.won_undated[numbers]
    if spec.rows.at is None:
        return _told((silent & ~some_day) | (over <= moments), some_day)
    some_day = some_day & (over > moments)
    if count := int(some_day.sum()):
        told = (
            f"in no rate, because it has to come within {show_duration(spec.within)}"
            if spec.within is not None
            else "counted as later than the moment of evaluation"
        )
        notes.append(f"{plural(count, 'record')} {spec.name} without a date: {told}")
    already = (won <= moments) | (over <= moments)
    if count := int(already.sum()):
        notes.append(
            f"{plural(count, 'record')} {spec.name} or closed by the moment of evaluation: no "
            "outcome to wait for"
        )
    last, immature = _deadline(chronicle, spec, moments, already, notes)
    dated = (won <= last) & (won != NEVER)
    if spec.within is not None:
        return _told(silent | already | immature, dated)
    return _told((silent & ~some_day) | already, dated | some_day)


def _told(silent: Mask, won: Mask) -> list[bool | None]:
    return [
        None if nothing else yes for nothing, yes in zip(silent.tolist(), won.tolist(), strict=True)
    ]


def _deadline(
    chronicle: Chronicle, spec: OutcomeSpec, moments: Rows, already: Mask, notes: list[str]
) -> tuple[Rows, Mask]:
    """By when the outcome has to come, and which records are not observed for so long."""
    until = chronicle.observed_until
    end = NEVER if until is None else microseconds(until)
    last = np.full(len(moments), end, np.int64)
    if spec.within is None:
        return last, np.zeros(len(moments), np.bool_)
    due = moments + spec.within // MICROSECOND
    immature: Mask = due > end
    notes.append(f"{spec.name} counts within {show_duration(spec.within)} after the moment")
    if count := int((immature & ~already).sum()):
        notes.append(
            f"{plural(count, 'record')} not observed for {show_duration(spec.within)} after the "
            "moment: outcome open"
        )
    return np.minimum(last, due), immature
