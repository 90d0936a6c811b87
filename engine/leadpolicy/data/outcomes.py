"""What became of each record after its moment: won, not won, or not to be said."""

from __future__ import annotations

import numpy as np

from leadpolicy.data.base import Chosen
from leadpolicy.data.dated import NEVER, Dated, read_rows
from leadpolicy.data.model import OutcomeSpec
from leadpolicy.data.moments import MICROSECOND, microseconds
from leadpolicy.data.tables import Mask, Rows
from leadpolicy.data.values import UNDATED
from leadpolicy.data.work import Work, counted
from leadpolicy.times import show_duration


def read_outcomes(work: Work, chosen: Chosen) -> list[bool | None]:
    """True where the outcome came after the moment and within the time that is observed.

    None where there is nothing to say: the record was won or closed by the moment already, it has
    not been observed for as long as `within` asks, or a row that decides does not fit. An outcome
    on a day without a time counts at the end of that day.
    """
    spec = work.spec.outcome
    if spec is None:
        return [None] * len(chosen.ids)
    dated = read_rows(work, chosen, spec.rows, spec.name, day_ends=True)
    if spec.rows.at is None:
        return _undated(work, chosen, spec, dated)
    won, unsure = _first(chosen, dated)
    over = _closed(work, chosen, unsure)
    already = (won <= chosen.moments) | (over <= chosen.moments)
    if count := int(already.sum()):
        work.note(
            f"{counted(count, 'record')} {spec.name} or closed by the moment of evaluation: no "
            "outcome to wait for"
        )
    last, immature = _deadline(work, chosen, spec, already)
    silent = already | immature | unsure
    return [
        None if nothing else bool(at <= end and at != NEVER)
        for nothing, at, end in zip(silent.tolist(), won.tolist(), last.tolist(), strict=True)
    ]


def _first(chosen: Chosen, dated: Dated) -> tuple[Rows, Mask]:
    """The first moment of each record, and which records have a row of unknown date."""
    first = np.full(len(chosen.ids), NEVER, np.int64)
    known = dated.at != UNDATED
    np.minimum.at(first, dated.records[known], dated.at[known])
    unsure = np.zeros(len(chosen.ids), np.bool_)
    unsure[dated.records[~known]] = True
    unsure[list(dated.doubt())] = True
    return first, unsure


def _closed(work: Work, chosen: Chosen, unsure: Mask) -> Rows:
    over = np.full(len(chosen.ids), NEVER, np.int64)
    for rows in work.spec.closed:
        dated = read_rows(work, chosen, rows, "closed", day_ends=True)
        first, doubtful = _first(chosen, dated)
        over = np.minimum(over, first)
        unsure |= doubtful
    return over


def _deadline(work: Work, chosen: Chosen, spec: OutcomeSpec, already: Mask) -> tuple[Rows, Mask]:
    """By when the outcome has to come, and which records are not observed for so long."""
    until = work.spec.observed_until
    end = NEVER if until is None else microseconds(until)
    last = np.full(len(chosen.ids), end, np.int64)
    if spec.within is None:
        return last, np.zeros(len(chosen.ids), np.bool_)
    due = chosen.moments + spec.within // MICROSECOND
    immature: Mask = due > end
    work.note(f"{spec.name} counts within {show_duration(spec.within)} after the moment")
    if count := int((immature & ~already).sum()):
        work.note(
            f"{counted(count, 'record')} not observed for {show_duration(spec.within)} after the "
            "moment: outcome open"
        )
    return np.minimum(last, due), immature


def _undated(work: Work, chosen: Chosen, spec: OutcomeSpec, dated: Dated) -> list[bool | None]:
    work.note(f"{spec.name} has no date: it is taken to come after the moment of evaluation")
    won = np.zeros(len(chosen.ids), np.bool_)
    won[dated.records] = True
    _, unsure = _first(chosen, dated.only(np.zeros(len(dated.rows), np.bool_)))
    over = _closed(work, chosen, unsure)
    silent = unsure | (over <= chosen.moments)
    return [
        None if nothing else yes for nothing, yes in zip(silent.tolist(), won.tolist(), strict=True)
    ]
