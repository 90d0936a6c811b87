"""Records as they were known at a moment, with what became of them and where it all came from."""

from __future__ import annotations

import difflib
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias, overload

import numpy as np

from leadpolicy.data.chronicle import ALWAYS, MISSING, NEVER, Coded, Events
from leadpolicy.data.quarantine import Quarantine, TableRead
from leadpolicy.data.tables import Rows
from leadpolicy.diagnostics import LeadpolicyError, listing
from leadpolicy.english import plural
from leadpolicy.times import from_microseconds
from leadpolicy.types import Value, show
from leadpolicy.vocabulary.model import Vocabulary
from leadpolicy.vocabulary.record import EventLog, Happening, Origin, Record

if TYPE_CHECKING:
    from leadpolicy.data.dataset import Dataset

BLOCK: Final = 1_000
"""So many records are made together when all are asked for."""

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is in all."""


@dataclass(frozen=True, slots=True)
class Origins(Mapping[str, Origin]):
    """Where each fact of one record came from; looked up when somebody asks."""

    names: Mapping[str, object]
    number: int
    look_up: Callable[[int, str], Origin] = field(repr=False)

    def __getitem__(self, name: str) -> Origin:
        if name not in self.names:
            raise KeyError(name)
        return self.look_up(self.number, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


class Records(Sequence[Record]):
    """Records out of columns, each made when somebody asks for it and kept from then on."""

    def __init__(
        self,
        ids: Sequence[str],
        moments: Rows,
        columns: Mapping[str, Coded],
        logs: Mapping[str, Events],
        origin: Callable[[int, str], Origin],
    ) -> None:
        self._made: dict[int, Record] = {}
        self._ids = ids
        self._moments = moments
        self._columns = {name: _Values(column) for name, column in columns.items()}
        self._logs = {kind: _Log(events, len(ids)) for kind, events in logs.items()}
        self._origin = origin

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> list[Record]: ...
    def __getitem__(self, place: int | slice) -> Record | list[Record]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        number = operator.index(place)
        number += len(self) if number < 0 else 0
        if not 0 <= number < len(self):
            raise IndexError(f"there are {len(self):,} records")
        return self.some([number])[0]

    def __iter__(self) -> Iterator[Record]:
        for start in range(0, len(self), BLOCK):
            yield from self.some(range(start, min(start + BLOCK, len(self))))

    def some(self, numbers: Sequence[int]) -> list[Record]:
        """Some of the records, those that are not there yet made together."""
        new = [number for number in numbers if number not in self._made]
        if new:
            self._make(new)
        return [self._made[number] for number in numbers]

    def _make(self, new: Sequence[int]) -> None:
        rows = np.array(new, np.int64)
        names = list(self._columns)
        columns = [column.values(rows) for column in self._columns.values()]
        facts = zip(*columns, strict=True) if columns else (() for _ in new)
        moments = self._moments[rows].tolist()
        logs = [(kind, log.logs(rows, moments)) for kind, log in self._logs.items()]
        for i, (number, row) in enumerate(zip(new, facts, strict=True)):
            known = {n: value for n, value in zip(names, row, strict=True) if value is not None}
            events = {kind: log for kind, of_kind in logs if (log := of_kind[i]) is not None}
            origins = Origins(known, number, self._origin)
            self._made[number] = Record(known, events, self._ids[number], origins)


class _Values:
    """A column of values as Python objects; each distinct one is made once."""

    def __init__(self, column: Coded) -> None:
        self._codes = column.codes
        self._values = column.values

    def values(self, rows: Rows | slice) -> list[Value | None]:
        values = self._values
        return [None if code == MISSING else values[code] for code in self._codes[rows].tolist()]


class _Log:
    """The logs of one kind of event."""

    def __init__(self, events: Events, count: int) -> None:
        self._events = events
        self._starts = np.searchsorted(events.records, np.arange(count + 1))
        self._attributes = {name: _Values(column) for name, column in events.attributes.items()}
        self._empty: dict[int, EventLog] = {}

    def logs(self, rows: Rows, moments: Sequence[int]) -> list[EventLog | None]:
        """The logs of some records; None where nobody kept one."""
        lows = self._starts[rows]
        counts = self._starts[rows + 1] - lows
        ends = np.cumsum(counts)
        happenings: list[Happening] = []
        if len(ends) and ends[-1]:
            places = np.arange(ends[-1]) + np.repeat(lows - ends + counts, counts)
            happenings = self._happenings(places)
        since, recorded = self._events.since, self._events.recorded
        begins = [ALWAYS] * len(rows) if since is None else since[rows].tolist()
        kept = [True] * len(rows) if recorded is None else recorded[rows].tolist()
        found: list[EventLog | None] = []
        for i, (count, end) in enumerate(zip(counts.tolist(), ends.tolist(), strict=True)):
            # A log that settles only what it shows is as good as one that began right now.
            since_then = moments[i] if begins[i] == NEVER else begins[i]
            if not kept[i]:
                found.append(None)
            elif not count:
                found.append(self._nothing(since_then))
            else:
                own = tuple(happenings[end - count : end])
                found.append(EventLog(own, _moment(since_then)))
        return found

    def _nothing(self, since: int) -> EventLog:
        log = self._empty.get(since)
        if log is None:
            log = self._empty[since] = EventLog((), _moment(since))
        return log

    def _happenings(self, places: Rows) -> list[Happening]:
        trace = self._events.trace
        sources = [""] * len(places) if trace is None else trace.names(places)
        details = self._details(places)
        moments = self._events.at[places].tolist()
        return [
            Happening(_moment(at), detail, source)
            for at, detail, source in zip(moments, details, sources, strict=True)
        ]

    def _details(self, places: Rows) -> list[dict[str, Value]]:
        if not self._attributes:
            return [{} for _ in range(len(places))]
        names = list(self._attributes)
        columns = [column.values(places) for column in self._attributes.values()]
        return [
            {name: value for name, value in zip(names, row, strict=True) if value is not None}
            for row in zip(*columns, strict=True)
        ]


def _moment(at: int) -> datetime | None:
    """A moment, None for `UNDATED` and `ALWAYS`."""
    return None if at == ALWAYS else from_microseconds(at)


@dataclass(slots=True, repr=False)
class RecordSet:
    """Records evaluated at a moment; everything has one entry per record, in the order of the file.

    `outcomes`: True, False, or None where nothing can be said (see `outcomes.outcomes_at`).
    `columns` are the facts and `logs` the events as of each record's moment; `at` are the moments
    in microseconds since 1970. `records` are made out of them one by one, when asked for.
    """

    dataset: Dataset
    ids: list[str]
    moments: list[datetime]
    records: Sequence[Record]
    outcomes: list[bool | None]
    outcome_name: str = ""
    observed_until: datetime | None = None
    tables: list[TableRead] = field(default_factory=list)
    quarantine: Quarantine = field(default_factory=Quarantine)
    notes: list[str] = field(default_factory=list)
    columns: Mapping[str, Coded] = field(default_factory=dict)
    logs: Mapping[str, Events] = field(default_factory=dict)
    at: Rows = field(default_factory=lambda: np.zeros(0, np.int64))
    _numbers: dict[str, int] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.records)

    def __repr__(self) -> str:
        count = plural(len(self), "record")
        return f"<RecordSet {self.dataset.name}: {count}{self._as_of()}>"

    def _as_of(self) -> str:
        if not self.moments:
            return ""
        first, last = min(self.moments), max(self.moments)
        if first == last:
            return f" as of {show(first)}"
        return f" as of {first.date()} to {last.date()}"

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that the records are told in."""
        return self.dataset.vocabulary

    def some(self, numbers: Sequence[int]) -> list[Record]:
        """Some of the records; to ask for many at once takes less than to ask one by one."""
        if isinstance(self.records, Records):
            return self.records.some(numbers)
        return [self.records[number] for number in numbers]

    def find(self, id: str) -> tuple[Record, datetime]:
        """A record and its moment of evaluation. Raises `LeadpolicyError` (LP504)."""
        if not self._numbers:
            self._numbers.update({name: number for number, name in enumerate(self.ids)})
        number = self._numbers.get(id)
        if number is None:
            raise self._not_found(id)
        return self.records[number], self.moments[number]

    def _not_found(self, id: str) -> LeadpolicyError:
        near = difflib.get_close_matches(id, self.ids[:20_000], n=3, cutoff=0.6)
        near += [other for other in self.ids if id and other.startswith(id)][:3]
        aside = [row for row in self.quarantine if row.record == id]
        if aside:
            help = f"its row was set aside: {aside[0]}"
        elif near:
            help = f"did you mean {listing(dict.fromkeys(f'`{n}`' for n in near), 3)}?"
        else:
            help = f"ids look like {listing([f'`{n}`' for n in self.ids[:3]])}"
        return LeadpolicyError.of(
            "LP504",
            f"there is no record `{id}` among the {len(self.ids):,} of {self.dataset.name}",
            help=help,
        )

    def segment(self, fact: str) -> list[str]:
        """The shown value of a fact per record; numbers and dates by ranges, and `(unknown)`."""
        from leadpolicy.data.segments import labels

        declared = self.vocabulary.facts.get(fact)
        if declared is None:
            from leadpolicy.diagnostics import suggest

            raise LeadpolicyError.of(
                "LP203",
                f"the fact `{fact}` is not in the vocabulary",
                help=suggest(fact, self.vocabulary.facts),
            )
        column = self.columns.get(fact)
        if column is None:
            return labels([None] * len(self), declared.type)
        return labels(_Values(column).values(slice(None)), declared.type)

    def segments(self, fact: str) -> list[str]:
        """The labels that `segment` uses, in their natural order; `(unknown)` last."""
        from leadpolicy.data.segments import in_order

        return in_order(self.segment(fact), self.vocabulary.facts[fact].type)
