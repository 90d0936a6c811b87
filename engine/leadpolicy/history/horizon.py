"""From when to when each record is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np

from leadpolicy.data.chronicle import NEVER, UNDATED, Chronicle, Events
from leadpolicy.data.dates import DAY
from leadpolicy.data.moments import end_of_day
from leadpolicy.data.tables import Rows
from leadpolicy.diagnostics import LeadpolicyError, ValueProblem
from leadpolicy.english import plural
from leadpolicy.times import in_utc, microseconds, read_date, read_moment

_DAY: Final = "a date such as 2026-03-01, or a moment"


@dataclass(frozen=True, slots=True, eq=False)
class Horizon:
    """`starts` has the first moment at which each record is looked at (`NEVER` for those that were
    not there yet), `until` is the last moment for all, in microseconds.
    """

    starts: Rows
    until: int


def horizon(chronicle: Chronicle, until: datetime | date | str | None = None) -> Horizon:
    """A record is looked at from its entry on; where that is not known, from when the first thing
    was known of it; where nothing has a date, at the end only.

    The end is `until` (a day: its last moment), else the end of the observation, else the last
    thing known. Raises `LeadpolicyError` where there is none of these.
    """
    last = _last(chronicle, until)
    starts = chronicle.entered.copy()
    nameless = starts == UNDATED
    if nameless.any():
        starts[nameless] = _first_known(chronicle)[nameless]
        starts[starts == NEVER] = np.where(nameless, last, NEVER)[starts == NEVER]
    starts[starts > last] = NEVER
    return Horizon(starts, last)


def known_since(events: Events) -> Rows:
    """From when on each event counts: it has happened and is known. `UNDATED`: always."""
    return events.at if events.known is None else np.maximum(events.at, events.known)


def _last(chronicle: Chronicle, until: datetime | date | str | None) -> int:
    match until:
        case str():
            return microseconds(_named(until))
        case datetime():
            return microseconds(in_utc(until))
        case date():
            return microseconds(end_of_day(until))
        case None if chronicle.observed_until is not None:
            return microseconds(chronicle.observed_until)
        case None:
            pass
    dated = [moments[(moments != UNDATED) & (moments != NEVER)] for moments in _all(chronicle)]
    ends = [int(moments.max()) for moments in dated if len(moments)]
    if not ends:
        raise LeadpolicyError.of(
            "LP513",
            f"nothing in {chronicle.dataset.name} has a date, so that there is no moment at which "
            "to look at its records",
            help="name the moment of the export: until",
        )
    return max(ends)


def _named(until: str) -> datetime:
    try:
        return end_of_day(read_date(until)) if DAY.match(until) else read_moment(until)
    except ValueProblem as problem:
        raise LeadpolicyError.of(
            "LP513", f"`until`: {problem.message}", expected=_DAY, help=problem.help
        ) from None


def _all(chronicle: Chronicle) -> Iterator[Rows]:
    yield from (chronicle.entered, chronicle.won, chronicle.closed)
    for changes in chronicle.changes.values():
        yield changes.at
    for events in chronicle.events.values():
        yield known_since(events)


def _first_known(chronicle: Chronicle) -> Rows:
    """Per record the moment at which the first dated thing was known; `NEVER` where there is none.

    Nothing is known before it happened, and outcomes are no knowledge that policies have.
    """
    first = np.full(len(chronicle), NEVER, np.int64)
    for changes in chronicle.changes.values():
        dated = changes.at != UNDATED
        np.minimum.at(first, changes.records[dated], changes.at[dated])
    for events in chronicle.events.values():
        known = known_since(events)
        dated = known != UNDATED
        np.minimum.at(first, events.records[dated], known[dated])
    return first


def left_out(chronicle: Chronicle, end: int) -> tuple[str, ...]:
    """What is dated after the end, in words."""
    changes = sum(int((changes.at > end).sum()) for changes in chronicle.changes.values())
    events = sum(int((known_since(events) > end).sum()) for events in chronicle.events.values())
    if not changes and not events:
        return ()
    told = (
        f"left out: {plural(events, 'event')} and {plural(changes, 'change')} of facts, dated or "
        "known only after the end of the replay"
    )
    return (told,)
