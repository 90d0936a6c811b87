"""Records as columns, as engines that take many at once want them; there and back again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from leadpolicy.times import from_microseconds, microseconds
from leadpolicy.types import Type, Value
from leadpolicy.vocabulary.record import EventLog, Happening, Record

Codes: TypeAlias = npt.NDArray[np.int8]
Array: TypeAlias = npt.NDArray[Any]

ALWAYS: Final = int(np.iinfo(np.int64).min)
"""Before every moment: since when a log is kept that was always kept."""
NEVER: Final = int(np.iinfo(np.int64).max)
"""After every moment: since when a log is kept that settles only what it shows."""
UNDATED: Final = ALWAYS
"""The moment of an event whose date is not known."""
MISSING: Final = -1
"""The code of a place where nothing is known."""
FALSE, UNKNOWN, TRUE = 0, 1, 2
VERDICTS: Final = ("true", "false", "unknown")
"""How verdicts are called in results."""


class CodedValues(Protocol):
    """Values of one type: `values[codes[place]]`, nothing known where the code is `MISSING`."""

    @property
    def type(self) -> Type: ...
    @property
    def codes(self) -> Array: ...
    @property
    def values(self) -> Sequence[Value]: ...


@runtime_checkable
class PackedValues(Protocol):
    """Values that stand in an array: dates as days, moments as microseconds since 1970."""

    @property
    def array(self) -> Array: ...


class EventsOfKind(Protocol):
    """The events of one kind: whose each is, and when it happened (`UNDATED`: nobody knows).

    `since` tells for each record from when on its log was kept, None: always for all; `recorded`
    marks the records that have a log, None: all have.
    """

    @property
    def records(self) -> Array: ...
    @property
    def at(self) -> Array: ...
    @property
    def attributes(self) -> Mapping[str, CodedValues]: ...
    @property
    def since(self) -> Array | None: ...
    @property
    def recorded(self) -> Array | None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Records in columns, each at its moment (in microseconds since 1970).

    A fact without a column is missing for all; a kind of events without a log was not recorded.
    """

    facts: Mapping[str, CodedValues]
    logs: Mapping[str, EventsOfKind]
    moments: Array

    def __len__(self) -> int:
        return len(self.moments)

    def take(self, rows: Array) -> Columns:
        """Some of the records; `rows` are in order, each once."""
        place = np.full(len(self), -1, np.int64)
        place[rows] = np.arange(len(rows))

        def log(of: EventsOfKind) -> EventColumns:
            kept = place[of.records] >= 0
            return EventColumns(
                place[of.records[kept]],
                of.at[kept],
                {n: CodedColumn(c.type, c.codes[kept], c.values) for n, c in of.attributes.items()},
                None if of.since is None else of.since[rows],
                None if of.recorded is None else of.recorded[rows],
            )

        facts = {n: CodedColumn(c.type, c.codes[rows], c.values) for n, c in self.facts.items()}
        return Columns(facts, {kind: log(of) for kind, of in self.logs.items()}, self.moments[rows])


@dataclass(frozen=True, slots=True, eq=False)
class CodedColumn:
    """A `CodedValues` of our own."""

    type: Type
    codes: Array
    values: Sequence[Value]


@dataclass(frozen=True, slots=True, eq=False)
class EventColumns:
    """An `EventsOfKind` of our own."""

    records: Array
    at: Array
    attributes: Mapping[str, CodedColumn]
    since: Array | None = None
    recorded: Array | None = None


# ------------------------------------------------------------------------------ from records


def columns_of(
    records: Sequence[Record],
    moments: Sequence[datetime],
    facts: Mapping[str, Type],
    attributes: Mapping[str, Mapping[str, Type]],
) -> Columns:
    """Columns of these facts, and logs with these attributes by kind of event."""
    logs = {}
    for kind, wanted in attributes.items():
        kept = [record.events.get(kind) for record in records]
        if any(log is not None for log in kept):
            logs[kind] = _log(kept, wanted)
    return Columns(
        {name: _column([r.facts.get(name) for r in records], of) for name, of in facts.items()},
        logs,
        np.array([microseconds(moment) for moment in moments], np.int64),
    )


def _log(kept: Sequence[EventLog | None], attributes: Mapping[str, Type]) -> EventColumns:
    found = [
        (place, one) for place, log in enumerate(kept) if log is not None for one in log.happenings
    ]
    since = [ALWAYS if log is None or log.since is None else microseconds(log.since)
             for log in kept]  # fmt: skip
    return EventColumns(
        np.array([place for place, _ in found], np.int64),
        np.array([UNDATED if h.at is None else microseconds(h.at) for _, h in found], np.int64),
        {name: _column([h.details.get(name) for _, h in found], of)
         for name, of in attributes.items()},
        np.array(since, np.int64),
        np.array([log is not None for log in kept], np.bool_),
    )  # fmt: skip


def _column(values: Sequence[Value | None], of: Type) -> CodedColumn:
    distinct: dict[Value, int] = {}
    codes = [
        MISSING if value is None else distinct.setdefault(value, len(distinct)) for value in values
    ]
    return CodedColumn(of, np.array(codes, np.int32), list(distinct))


# -------------------------------------------------------------------------------- to records


def records_of(columns: Columns, ids: Iterable[object] | None = None) -> list[Record]:
    """The records that stand in columns, with their ids or their numbers."""
    rows: list[dict[str, Value]] = [{} for _ in range(len(columns))]
    for name, column in columns.facts.items():
        _spread(rows, name, column)
    logs: list[dict[str, EventLog]] = [{} for _ in rows]
    for kind, log in columns.logs.items():
        for place, made in enumerate(_logs(log, columns.moments.tolist())):
            if made is not None:
                logs[place][kind] = made
    names = range(1, len(rows) + 1) if ids is None else ids
    return [
        Record(facts, events, str(id)) for facts, events, id in zip(rows, logs, names, strict=True)
    ]


def _spread(rows: Sequence[dict[str, Value]], name: str, column: CodedValues) -> None:
    values = list(column.values)
    for row, code in zip(rows, column.codes.tolist(), strict=True):
        if code != MISSING:
            row[name] = values[code]


def _logs(log: EventsOfKind, moments: Sequence[int]) -> Iterable[EventLog | None]:
    records = len(moments)
    details: list[dict[str, Value]] = [{} for _ in range(len(log.at))]
    for name, column in log.attributes.items():
        _spread(details, name, column)
    own: list[list[Happening]] = [[] for _ in range(records)]
    for place, at, known in zip(log.records.tolist(), log.at.tolist(), details, strict=True):
        own[place].append(Happening(None if at == UNDATED else from_microseconds(at), known))
    since = [ALWAYS] * records if log.since is None else log.since.tolist()
    kept = [True] * records if log.recorded is None else log.recorded.tolist()
    for found, begin, there, now in zip(own, since, kept, moments, strict=True):
        # A log that settles only what it shows is as good as one that began right now.
        reach = None if begin == ALWAYS else from_microseconds(now if begin == NEVER else begin)
        yield EventLog(tuple(found), reach) if there else None


# ---------------------------------------------------------------------------------- answers


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """Answers as arrays of verdicts; see `backends.Answers`."""

    rows: int
    stage_verdicts: Mapping[str, Codes] = field(repr=False)
    criterion_verdicts: Mapping[str, Codes] = field(repr=False)

    def stage(self, label: str) -> Codes:
        return last(self.stage_verdicts[label], TRUE)

    def possible(self, label: str) -> Codes:
        return last(self.stage_verdicts[label], UNKNOWN)

    def stages(self, label: str) -> Codes:
        return self.stage_verdicts[label]

    def criteria(self, label: str) -> Codes:
        return self.criterion_verdicts[label]


def last(stages: Codes, least: int) -> Codes:
    """The code of the last stage that is at least so true."""
    rows, ladder = stages.shape
    if not ladder:
        return np.zeros(rows, np.int8)
    there = stages[:, ::-1] >= least
    found: Codes = np.where(there.any(axis=1), ladder - there.argmax(axis=1), 0).astype(np.int8)
    return found


def asked(
    records: Sequence[Record],
    moments: Iterable[datetime],
    labels: Mapping[str, tuple[int, int]],
    verdicts: Callable[[str, Record, datetime], tuple[Sequence[int], Sequence[int]]],
    told: Callable[[str, int], None],
) -> Listed:
    """Answers by asking of one record after the other. `labels` says how many stages and criteria
    each policy has; `told` is called with the policy and the number of every record.
    """
    stages = {label: np.zeros((len(records), n), np.int8) for label, (n, _) in labels.items()}
    criteria = {label: np.zeros((len(records), n), np.int8) for label, (_, n) in labels.items()}
    pairs = list(zip(records, moments, strict=True))
    for label in labels:
        of_stages, of_criteria = stages[label], criteria[label]
        for row, (record, moment) in enumerate(pairs):
            of_stages[row], of_criteria[row] = verdicts(label, record, moment)
            told(label, row)
    return Listed(len(records), stages, criteria)


__all__ = [
    "ALWAYS",
    "MISSING",
    "UNDATED",
    "CodedColumn",
    "CodedValues",
    "Codes",
    "Columns",
    "EventColumns",
    "EventsOfKind",
    "Listed",
    "PackedValues",
    "asked",
    "columns_of",
    "last",
    "records_of",
]
