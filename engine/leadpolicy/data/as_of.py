"""A chronicle cut at a moment: what was known about each record by then, and nothing later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from leadpolicy.data.chronicle import MISSING, UNDATED, Changes, Chronicle, Coded, Events
from leadpolicy.data.model import DatasetSpec
from leadpolicy.data.moments import MICROSECOND, AfterEntry, AsOf
from leadpolicy.data.outcomes import outcomes_at
from leadpolicy.data.quarantine import Quarantine, SetAside
from leadpolicy.data.recordset import Records, RecordSet
from leadpolicy.data.tables import Mask, Rows
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.english import plural
from leadpolicy.times import from_microseconds, microseconds
from leadpolicy.vocabulary.record import Origin, Record


def cut(chronicle: Chronicle, as_of: AsOf) -> RecordSet:
    """The records that had entered at the moment, as they were known then.

    Raises `LeadpolicyError` where none is left.
    """
    notes: list[str] = []
    chosen = _choose(chronicle, as_of, notes)
    if not len(chosen.numbers):
        raise _nobody(chronicle, as_of, [*chronicle.notes[: chronicle.early_notes], *notes])
    columns = columns_at(chronicle, chosen.numbers, chosen.moments)
    logs = logs_at(chronicle, chosen.numbers, chosen.moments)
    late: list[str] = []
    outcomes = outcomes_at(chronicle, chosen.numbers, chosen.moments, late)
    moments = _as_datetimes(chosen.moments)
    ids = [chronicle.ids[number] for number in chosen.numbers.tolist()]
    origins = _Origins(chronicle, chosen.numbers, chosen.moments)
    return RecordSet(
        chronicle.dataset,
        ids,
        moments,
        Records(ids, chosen.moments, columns, logs, origins.of),
        outcomes,
        chronicle.outcome_name,
        chronicle.observed_until,
        chosen.quarantine.told(chronicle.tables),
        chosen.quarantine,
        [
            *chronicle.notes[: chronicle.early_notes],
            *notes,
            *chronicle.notes[chronicle.early_notes :],
            *late,
        ],
        columns,
        logs,
        chosen.moments,
    )


def record_at(chronicle: Chronicle, number: int, moment: datetime | int) -> Record:
    """One record as it was known at a moment (a datetime, or microseconds since 1970).

    Whether it had entered by then does not matter.
    """
    at = moment if isinstance(moment, int) else microseconds(moment)
    moments = np.array([at], np.int64)
    one = np.zeros(1, np.int64)
    alone = only(chronicle, number)
    origins = _Origins(alone, one, moments)
    return Records(
        alone.ids,
        moments,
        columns_at(alone, one, moments),
        logs_at(alone, one, moments),
        origins.of,
    )[0]


def only(chronicle: Chronicle, number: int) -> Chronicle:
    """The chronicle of a single record."""
    one = slice(number, number + 1)
    origination = chronicle.origination
    return replace(
        chronicle,
        ids=chronicle.ids[one],
        entered=chronicle.entered[one],
        facts={name: _coded(column, one) for name, column in chronicle.facts.items()},
        changes={name: _changes_of(c, number) for name, c in chronicle.changes.items()},
        events={name: _events_of(e, number) for name, e in chronicle.events.items()},
        won=chronicle.won[one],
        closed=chronicle.closed[one],
        outcome_known=chronicle.outcome_known[one],
        won_undated=None if chronicle.won_undated is None else chronicle.won_undated[one],
        origination=None if origination is None else origination.only(one),
    )


def _coded(column: Coded, places: Rows | Mask | slice) -> Coded:
    return Coded(column.type, column.codes[places], column.values)


def _slice(records: Rows, number: int) -> slice:
    start, end = np.searchsorted(records, [number, number + 1]).tolist()
    return slice(start, end)


def _changes_of(changes: Changes, number: int) -> Changes:
    part = _slice(changes.records, number)
    return Changes(
        np.zeros(part.stop - part.start, np.int64),
        changes.at[part],
        _coded(changes.value, part),
        None if changes.trace is None else changes.trace.only(part),
    )


def _events_of(events: Events, number: int) -> Events:
    part, one = _slice(events.records, number), slice(number, number + 1)
    return Events(
        np.zeros(part.stop - part.start, np.int64),
        events.at[part],
        {name: _coded(column, part) for name, column in events.attributes.items()},
        None if events.known is None else events.known[part],
        None if events.since is None else events.since[one],
        None if events.recorded is None else events.recorded[one],
        None if events.trace is None else events.trace.only(part),
    )


# ----------------------------------------------------------------------------------- who is there


@dataclass(slots=True)
class _Chosen:
    """The records that are evaluated, each at its moment (microseconds since 1970)."""

    numbers: Rows
    moments: Rows
    quarantine: Quarantine


def _choose(chronicle: Chronicle, as_of: AsOf, notes: list[str]) -> _Chosen:
    spec = chronicle.dataset.spec
    if isinstance(as_of, AfterEntry) and spec.records.entered_at is None:
        raise LeadpolicyError.of(
            "LP513",
            f"{spec.name} does not say when its records enter, so that there is no moment {as_of}",
            where=str(spec.path),
            help="add `entered_at: COLUMN` under `records`, or name a date",
        )
    entered, quarantine = chronicle.entered, chronicle.quarantine
    keep = np.ones(len(chronicle), np.bool_)
    if isinstance(as_of, AfterEntry):
        keep = entered != UNDATED
        moments = np.where(keep, entered, 0) + as_of.delay // MICROSECOND
        if not keep.all():
            quarantine = _without_entry(chronicle, spec, ~keep, as_of)
    else:
        moments = np.full(len(chronicle), microseconds(as_of.moment), np.int64)
    early = keep & (entered != UNDATED) & (entered > moments)
    if count := int(early.sum()):
        notes.append(f"{plural(count, 'record')} left out: entry after the moment of evaluation")
    keep &= ~early
    if (until := chronicle.observed_until) is not None:
        beyond = keep & (moments > microseconds(until))
        if count := int(beyond.sum()):
            notes.append(f"{plural(count, 'record')} left out: moment after the end of the data")
        keep &= ~beyond
    numbers = np.flatnonzero(keep)
    return _Chosen(numbers, moments[numbers], quarantine)


def _without_entry(
    chronicle: Chronicle, spec: DatasetSpec, silent: Mask, as_of: AsOf
) -> Quarantine:
    """Without its entry a record has no `7 days after entry`: such rows are set aside."""
    quarantine = chronicle.quarantine.copy()
    cell, origination = spec.records.entered_at, chronicle.origination
    if cell is None or origination is None:
        return quarantine
    table, rows = origination.tables[spec.records.table]
    reason = f"is empty, so that there is no moment {as_of}"
    for number in np.flatnonzero(silent).tolist():
        line = int(table.lines[rows[number]])
        id = chronicle.ids[number] if spec.records.id is not None else ""
        quarantine.add(SetAside(table.name, table.file, line, id, cell.column.column, "", reason))
    return quarantine


def _nobody(chronicle: Chronicle, as_of: AsOf, notes: list[str]) -> LeadpolicyError:
    """A data set without a single record is a mistake, and the reason is worth a message."""
    spec = chronicle.dataset.spec
    where = str(spec.tables[spec.records.table].path)
    reason = "; ".join(note for note in notes if " left out: " in note)
    reason = reason or "nobody knows when its records entered"
    return LeadpolicyError.of(
        "LP505",
        f"no record of {spec.name} can be evaluated as of {as_of}: {reason}",
        where=where,
        help="choose another moment",
    )


def _as_datetimes(moments: Rows) -> list[datetime]:
    distinct, inverse = np.unique(moments, return_inverse=True)
    found = [from_microseconds(moment) for moment in distinct.tolist()]
    return [found[place] for place in inverse.tolist()]


# --------------------------------------------------------------------------------- what is known


def columns_at(chronicle: Chronicle, numbers: Rows, moments: Rows) -> dict[str, Coded]:
    """The facts of some records (in order of their number), each at its moment."""
    found = {}
    for name, column in chronicle.facts.items():
        codes = column.codes[numbers]
        changes = chronicle.changes.get(name)
        if changes is not None:
            last = last_changes(changes, len(chronicle), numbers, moments)
            changed = last >= 0
            codes[changed] = changes.value.codes[last[changed]]
        found[name] = Coded(column.type, codes, column.values)
    return found


def last_changes(changes: Changes, count: int, numbers: Rows, moments: Rows) -> Rows:
    """For each of some records the place of its last change at or before its moment, or -1."""
    by_then = np.flatnonzero(_by_then(changes.records, changes.at, count, numbers, moments))
    records = changes.records[by_then]
    final = np.append(records[1:] != records[:-1], True)[: len(records)]
    last = np.full(count, MISSING, np.int64)
    last[records[final]] = by_then[final]
    return last[numbers]


def _by_then(records: Rows, at: Rows, count: int, numbers: Rows, moments: Rows) -> Mask:
    """Which dated rows belong to some records and lie at or before their moments."""
    first = int(moments[0]) if len(moments) else 0
    if len(numbers) == count and (moments == first).all():
        return at <= first
    chosen = np.zeros(count, np.bool_)
    chosen[numbers] = True
    limits = np.zeros(count, np.int64)
    limits[numbers] = moments
    return chosen[records] & (at <= limits[records])


def logs_at(chronicle: Chronicle, numbers: Rows, moments: Rows) -> dict[str, Events]:
    """The events of some records (in order of their number) up to the moment of each.

    `records` in them count from 0 in the order of `numbers`.
    """
    place = np.full(len(chronicle), MISSING, np.int64)
    place[numbers] = np.arange(len(numbers))
    found = {}
    for kind, events in chronicle.events.items():
        mask = _by_then(events.records, events.at, len(chronicle), numbers, moments)
        if events.known is not None:
            mask &= _by_then(events.records, events.known, len(chronicle), numbers, moments)
        found[kind] = Events(
            place[events.records[mask]],
            events.at[mask],
            {name: _coded(column, mask) for name, column in events.attributes.items()},
            None if events.known is None else events.known[mask],
            None if events.since is None else events.since[numbers],
            None if events.recorded is None else events.recorded[numbers],
            None if events.trace is None else events.trace.only(mask),
        )
    return found


@dataclass(frozen=True, slots=True)
class _Origins:
    """Where the facts of records came from."""

    chronicle: Chronicle
    numbers: Rows
    moments: Rows

    def of(self, place: int, name: str) -> Origin:
        """Where a fact of the record at a place came from."""
        number, moment = int(self.numbers[place]), int(self.moments[place])
        changes: Mapping[str, Changes] = self.chronicle.changes
        if name in changes:
            changed = changes[name]
            part = _slice(changed.records, number)
            last = part.start + int(np.searchsorted(changed.at[part], moment, side="right")) - 1
            if last >= part.start:
                at = from_microseconds(int(changed.at[last]))
                if changed.trace is None:
                    return Origin("", at)
                return Origin(changed.trace.place(last), at, changed.trace.person(last))
        origination = self.chronicle.origination
        return Origin("") if origination is None else origination.origin(number, name)
