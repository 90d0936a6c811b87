"""Event logs: everything that happened to each record, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from leadpolicy.data.chronicle import ALWAYS, MISSING, NEVER, UNDATED, Coded, Events
from leadpolicy.data.coding import Part, constant, in_order, share
from leadpolicy.data.contradictions import note_doubles, note_skew
from leadpolicy.data.dated import INTEGER, Dated, read_rows
from leadpolicy.data.model import Cell, EventSpec
from leadpolicy.data.record_rows import Numbered
from leadpolicy.data.tables import Mask, Rows
from leadpolicy.data.traces import Traced
from leadpolicy.data.workbench import Work
from leadpolicy.english import plural
from leadpolicy.times import microseconds
from leadpolicy.vocabulary.model import EventKind

MOST_COUNTED: Final = 100_000


def read_events(work: Work, records: Numbered) -> dict[str, Events]:
    """The events of every mapped kind. Several sources of one kind make one log."""
    sequences: dict[str, Rows] = {}
    by_kind: dict[str, list[EventSpec]] = {}
    for spec in work.spec.events:
        by_kind.setdefault(spec.kind.name, []).append(spec)
    events = {name: _read_kind(work, records, specs, sequences) for name, specs in by_kind.items()}
    note_doubles(work, events, sequences)
    return events


@dataclass(slots=True)
class _Log:
    """What the sources of one kind of event tell, one after the other.

    `doubt` marks records of which a row does not fit; `unnumbered` those of which a source should
    give the number of events and does not; `shown` those of which a source tells something else.
    """

    doubt: Mask
    unnumbered: Mask
    shown: Mask
    sources: list[tuple[Dated, dict[str, Part]]] = field(default_factory=list)


def _read_kind(
    work: Work, records: Numbered, specs: Sequence[EventSpec], sequences: dict[str, Rows]
) -> Events:
    doubt, unnumbered, shown = (np.zeros(len(records), np.bool_) for _ in range(3))
    log = _Log(doubt, unnumbered, shown)
    for spec in specs:
        dated = read_rows(work, records, spec.rows, spec.kind.name)
        note_skew(work, dated, spec.kind.name)
        log.doubt[dated.doubt] = True
        if spec.count is None:
            _read_rows(work, spec, dated, log)
        else:
            _read_counts(work, spec, dated, log)
    partial = not all(spec.complete for spec in specs)
    if partial:
        name = specs[0].kind.name
        work.note(f"{name} holds some of the events only: what it does not show is unknown")
    sinces = [spec.recorded_since for spec in specs if spec.recorded_since is not None]
    begin = microseconds(max(sinces)) if sinces else ALWAYS
    since = np.full(len(records), NEVER if partial else begin, np.int64)
    since[log.doubt | (log.unnumbered & log.shown)] = NEVER
    unrecorded = log.unnumbered & ~log.shown & ~log.doubt
    return _sorted(
        specs[0].kind,
        log,
        sequences,
        since if (since != ALWAYS).any() else None,
        ~unrecorded if unrecorded.any() and not partial else None,
    )


def _read_rows(work: Work, spec: EventSpec, dated: Dated, log: _Log) -> None:
    """Events with a row each."""
    bad = np.zeros(len(dated.rows), np.bool_)
    converted = {}
    for name, cell in spec.attributes.items():
        found = work.convert(cell, spec.kind.attributes[name].type, dated.rows)
        bad |= work.reject(cell, found, dated.rows, spec.rows.record)
        converted[name] = found
    log.doubt[dated.records[bad]] = True
    log.shown[:] = True
    dated = dated.only(~bad)
    everywhere = np.ones(len(dated.rows), np.bool_)
    parts = {name: constant(value, everywhere) for name, value in spec.constants.items()}
    parts |= {name: found.part(dated.rows) for name, found in converted.items()}
    log.sources.append((dated, parts))
    if count := int((dated.at == UNDATED).sum()):
        work.note(f"{plural(count, 'event')} {spec.kind.name} without a date: taken to be past")


def _read_counts(work: Work, spec: EventSpec, dated: Dated, log: _Log) -> None:
    """A number of events without dates; no number means that nobody kept a log."""
    assert spec.count is not None
    cell = Cell(spec.count)
    converted = work.convert(cell, INTEGER, dated.rows)
    work.reject(cell, converted, dated.rows, spec.rows.record)
    codes, _ = converted.part(dated.rows)
    numbers = converted.whole_numbers()[converted.codes[dated.rows]]
    known = codes != MISSING
    for place in np.flatnonzero(known & ((numbers < 0) | (numbers > MOST_COUNTED))).tolist():
        reason = f"is not between 0 and {MOST_COUNTED:,}"
        row, number = int(dated.rows[place]), str(numbers[place])
        work.set_aside(dated.table, row, spec.rows.record, spec.count.column, number, reason)
        known[place] = False
    missing = np.ones(len(log.unnumbered), np.bool_)
    missing[dated.records[known]] = False
    log.unnumbered |= missing
    log.shown |= ~missing
    times = np.where(known, numbers, 0)
    events = dated.only(np.repeat(np.arange(len(times)), times))
    events.at = np.full(len(events.rows), UNDATED, np.int64)
    everywhere = np.ones(len(events.rows), np.bool_)
    parts = {name: constant(value, everywhere) for name, value in spec.constants.items()}
    log.sources.append((events, parts))
    work.note(
        f"{spec.kind.name} is known as a number only ({spec.count}): without dates no window "
        "can be decided by it"
    )


def _sorted(
    kind: EventKind,
    log: _Log,
    sequences: dict[str, Rows],
    since: Rows | None,
    recorded: Mask | None,
) -> Events:
    """All events by (record, moment, sequence, order of the rows)."""
    traced = Traced([(dated, None) for dated, _ in log.sources])
    whole = traced.rows
    ties = [whole.sequence] if whole.sequence.any() else []
    order = in_order(whole.records, whole.at, ties)
    sequences[kind.name] = whole.sequence[order]
    named = dict.fromkeys(name for _, parts in log.sources for name in parts)
    attributes = {}
    for name in named:
        columns = [
            parts.get(name) or (np.full(len(dated.rows), MISSING, np.int32), [])
            for dated, parts in log.sources
        ]
        codes, values = share(columns)
        attributes[name] = Coded(kind.attributes[name].type, np.concatenate(codes)[order], values)
    return Events(
        whole.records[order],
        whole.at[order],
        attributes,
        None if whole.known is None else whole.known[order],
        since,
        recorded,
        traced.trace(order),
    )
