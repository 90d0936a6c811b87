"""The events of a chronicle as tables for the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
import pyarrow as pa

from leadpolicy.data.chronicle import ALWAYS, MISSING, NEVER, UNDATED, Chronicle, Coded, Events
from leadpolicy.data.tables import Mask, Rows
from leadpolicy.history.columns import arrays, shape_for, taken
from leadpolicy.history.horizon import Horizon, known_since
from leadpolicy.history.lanes import RECORD, Lanes
from leadpolicy.history.logs import BEGIN, HAPPENED, Counts, Log, attribute
from leadpolicy.history.stored import StoredShape
from leadpolicy.logic.terms import Happened, Term
from leadpolicy.logic.walk import facts
from leadpolicy.types import Range

_ONE: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """The events of one kind, and how the engine sees them."""

    log: Log
    events: Events
    columns: dict[str, Sequence[pa.Array]]

    def cost(self, records: int) -> Rows:
        """How many steps the events of each record make at most."""
        most = 1 + len(self.log.windows())
        counted: Rows = np.bincount(self.events.records, minlength=records).astype(np.int64)
        return counted * most

    def flags(self, part: slice, there: Mask) -> dict[str, pa.Array]:
        """The columns of the records' table: who has a log, and from when on it was kept."""
        found: dict[str, pa.Array] = {}
        if self.log.recorded is not None:
            assert self.events.recorded is not None
            found[self.log.recorded] = pa.array(self.events.recorded[part][there])
        if self.log.since is not None:
            assert self.events.since is not None
            since = self.events.since[part][there]
            found[self.log.since] = pa.array(since, mask=since == ALWAYS)
        return found

    def table(self, part: slice, horizon: Horizon) -> pa.Table:
        """The events of some records that are known before the end."""
        events = self.events
        low, high = np.searchsorted(events.records, [part.start, part.stop])
        records, at = events.records[low:high], events.at[low:high]
        known = known_since(events)[low:high] if events.known is None else np.maximum(
            at, events.known[low:high]
        )  # fmt: skip
        begin = np.maximum(known, horizon.starts[records])
        kept = begin <= horizon.until
        if events.recorded is not None:
            kept &= events.recorded[records]
        columns: dict[str, object] = {
            RECORD: records[kept],
            HAPPENED: pa.array(at[kept], mask=at[kept] == UNDATED),
            BEGIN: begin[kept],
        }
        for name, shape in self.log.attributes.items():
            if shape is not None:
                codes = events.attributes[name].codes[low:high][kept]
                names = [attribute(name) + suffix for suffix in shape.suffixes()]
                columns |= zip(names, taken(self.columns[name], codes), strict=True)
        return pa.table(columns)

    def turns(self, part: slice, horizon: Horizon) -> list[tuple[Rows, Rows]]:
        """Where windows come to lie within the time of the log: records and moments."""
        if self.log.since is None:
            return []
        assert self.events.since is not None
        since, starts = self.events.since[part], horizon.starts[part]
        dated = (since != ALWAYS) & (since != NEVER)
        if self.events.recorded is not None:
            dated &= self.events.recorded[part]
        records = np.flatnonzero(dated) + part.start
        found: list[tuple[Rows, Rows]] = []
        for within in {term.within for term in self.log.counts}:
            if within is not None:
                at = since[dated] + within // _ONE
                kept = (at > starts[dated]) & (at <= horizon.until)
                found.append((records[kept], at[kept]))
        return found


def log_of(
    chronicle: Chronicle, kind: str, terms: Sequence[Happened], lanes: Lanes, number: int
) -> Book | None:
    """The book of one kind of events; None where nobody kept a log."""
    events = chronicle.events.get(kind)
    if events is None:
        return None
    wanted = facts(term.where for term in terms)
    shapes: dict[str, StoredShape | None] = {}
    columns: dict[str, Sequence[pa.Array]] = {}
    for name, declared in wanted.items():
        coded = events.attributes.get(name)
        shapes[name] = None
        if coded is not None:
            shape = shape_for(f"{kind}.{name}", declared, declared.values, coded)
            shapes[name], columns[name] = shape, arrays(shape, coded.values)
    undated = bool((events.at == UNDATED).any())
    most = int(np.bincount(events.records).max()) if len(events.records) else 1
    counted: dict[tuple[Term, timedelta | None], Counts] = {}
    counts: dict[Happened, Counts] = {}
    for term in terms:
        key = (term.where, term.within)
        if key not in counted:
            doubtful = (undated and term.within is not None) or _open(term.where, events)
            certain = lanes.lane(most)
            counted[key] = Counts(certain, lanes.lane(most) if doubtful else None)
        counts[term] = counted[key]
    log = Log(
        f"replayed events {number}",
        counts,
        shapes,
        undated,
        None if events.recorded is None else f"replayed log {number}",
        None if events.since is None else f"replayed since {number}",
    )
    return Book(log, events, columns)


def _open(where: Term, events: Events) -> bool:
    """Whether the attributes of some event may leave open whether it matches."""
    return any(_partly(events.attributes.get(name)) for name in facts([where]))


def _partly(column: Coded | None) -> bool:
    if column is None or bool((column.codes == MISSING).any()):
        return True
    return any(isinstance(value, Range) for value in column.values)
