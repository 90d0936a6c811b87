"""Event logs: what happened to each record up to its moment, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from leadpolicy.data.base import Chosen
from leadpolicy.data.dated import INTEGER, Dated, read_rows
from leadpolicy.data.model import Cell, EventSpec
from leadpolicy.data.moments import from_microseconds
from leadpolicy.data.tables import Mask, Rows
from leadpolicy.data.values import UNDATED
from leadpolicy.data.work import Work, counted
from leadpolicy.types import Value
from leadpolicy.vocabulary.record import EventLog, Happening

MOST_COUNTED: Final = 100_000


@dataclass(slots=True)
class Logs:
    """The logs of all records: `usual` for those to whom nothing happened, else their own."""

    usual: dict[str, EventLog] = field(default_factory=dict)
    own: dict[int, dict[str, EventLog]] = field(default_factory=dict)
    unkept: dict[int, set[str]] = field(default_factory=dict)

    def of(self, record: int) -> Mapping[str, EventLog]:
        """All logs of a record."""
        own, unkept = self.own.get(record), self.unkept.get(record)
        if own is None and unkept is None:
            return self.usual
        logs = self.usual | (own or {})
        for kind in unkept or ():
            if kind not in (own or {}):
                del logs[kind]
        return logs


def read_logs(work: Work, chosen: Chosen) -> Logs:
    """The logs of every mapped kind of event. Several sources of one kind make one log.

    Where the moment of evaluation is given as the beginning of a log, the log settles only what
    it shows: more may have happened.
    """
    logs = Logs()
    by_kind: dict[str, list[EventSpec]] = {}
    for spec in work.spec.events:
        by_kind.setdefault(spec.kind.name, []).append(spec)
    for kind, specs in by_kind.items():
        sinces = [spec.recorded_since for spec in specs if spec.recorded_since is not None]
        since = max(sinces) if sinces else None
        logs.usual[kind] = EventLog((), since)
        happened = _Happened(work, chosen)
        for spec in specs:
            happened.read(spec, logs)
        for record, own in happened.sorted():
            log = logs.own.setdefault(record, {})
            log[kind] = EventLog(tuple(own), since)
        partial = not all(spec.complete for spec in specs)
        if partial:
            work.note(f"{kind} holds some of the events only: what it does not show is unknown")
        for record in range(len(chosen.ids)) if partial else happened.doubt:
            log = logs.own.setdefault(record, {})
            moment = from_microseconds(int(chosen.moments[record]))
            log[kind] = EventLog(log[kind].happenings if kind in log else (), moment)
    return logs


@dataclass(slots=True)
class _Happened:
    """The events of one kind, from all its sources."""

    work: Work
    chosen: Chosen
    records: list[Rows] = field(default_factory=list)
    at: list[Rows] = field(default_factory=list)
    sequence: list[Rows] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    doubt: set[int] = field(default_factory=set)

    def read(self, spec: EventSpec, logs: Logs) -> None:
        dated = read_rows(self.work, self.chosen, spec.rows, spec.kind.name)
        self.doubt |= dated.doubt()
        if spec.count is not None:
            self.counted(spec, dated, logs)
            return
        bad, details = self.details(spec, dated)
        self.doubt |= set(dated.records[bad].tolist())
        known = ~bad & ((dated.at == UNDATED) | (dated.at <= self.chosen.moments[dated.records]))
        self.add(dated.only(known), [details[i] for i in np.flatnonzero(known).tolist()])
        if count := int((dated.at[known] == UNDATED).sum()):
            self.work.note(
                f"{counted(count, 'event')} {spec.kind.name} without a date: taken to be past"
            )

    def details(self, spec: EventSpec, dated: Dated) -> tuple[Mask, list[Mapping[str, Value]]]:
        """Which rows have an attribute that does not fit, and the attributes of each row."""
        bad = np.zeros(len(dated.rows), np.bool_)
        if not spec.attributes:
            return bad, [spec.constants] * len(dated.rows)
        mask = dated.mask()
        columns = []
        for name, cell in spec.attributes.items():
            converted = self.work.convert(cell, spec.kind.attributes[name].type, mask)
            bad |= self.work.reject(cell, converted, mask, spec.rows.record)[dated.rows]
            columns.append((name, converted.values, converted.codes[dated.rows].tolist()))
        made: dict[tuple[int, ...], dict[str, Value]] = {}
        details: list[Mapping[str, Value]] = []
        for key in zip(*(codes for _, _, codes in columns), strict=True):
            detail = made.get(key)
            if detail is None:
                detail = made[key] = dict(spec.constants)
                for (name, values, _), code in zip(columns, key, strict=True):
                    value = values[code]
                    if value is not None:
                        detail[name] = value
            details.append(detail)
        return bad, details

    def add(self, dated: Dated, details: Sequence[Mapping[str, Value]]) -> None:
        self.records.append(dated.records)
        self.at.append(dated.at)
        self.sequence.append(dated.sequence)
        file, unit = dated.table.file, dated.table.unit
        lines = dated.table.lines[dated.rows].tolist()
        for at, detail, line in zip(dated.at.tolist(), details, lines, strict=True):
            moment = None if at == UNDATED else from_microseconds(at)
            self.happenings.append(Happening(moment, detail, f"{file} {unit} {line}"))

    def counted(self, spec: EventSpec, dated: Dated, logs: Logs) -> None:
        """A number of events without dates; no number means that nobody kept a log."""
        assert spec.count is not None
        cell = Cell(spec.count)
        converted = self.work.convert(cell, INTEGER, dated.mask())
        self.work.reject(cell, converted, dated.mask(), spec.rows.record)
        kept: set[int] = set()
        numbers = converted.pick(dated.rows)
        for record, row, number in zip(
            dated.records.tolist(), dated.rows.tolist(), numbers, strict=True
        ):
            if not isinstance(number, int):
                continue
            if not 0 <= number <= MOST_COUNTED:
                reason = f"is not between 0 and {MOST_COUNTED:,}"
                self.work.set_aside(dated.table, row, spec.rows.record, spec.count.column,
                                    str(number), reason)  # fmt: skip
                continue
            kept.add(record)
            times = np.full(number, record, np.int64)
            self.records.append(times)
            self.at.append(np.full(number, UNDATED, np.int64))
            self.sequence.append(np.zeros(number, np.int64))
            happening = Happening(None, spec.constants, dated.table.place(row))
            self.happenings.extend([happening] * number)
        for record in set(range(len(self.chosen.ids))) - kept:
            logs.unkept.setdefault(record, set()).add(spec.kind.name)
        self.work.note(
            f"{spec.kind.name} is known as a number only ({spec.count}): without dates no window "
            "can be decided by it"
        )

    def sorted(self) -> list[tuple[int, list[Happening]]]:
        """Per record its happenings by (moment, sequence, order of the rows)."""
        if not self.happenings:
            return []
        records = np.concatenate(self.records)
        order = np.lexsort((np.concatenate(self.sequence), np.concatenate(self.at), records))
        ordered = records[order]
        starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])).tolist()
        places = order.tolist()
        ends = [*starts[1:], len(places)]
        return [
            (int(ordered[start]), [self.happenings[i] for i in places[start:end]])
            for start, end in zip(starts, ends, strict=True)
        ]
