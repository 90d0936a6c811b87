"""Reading a table, and the logs of its records, into memory once, for any number of programs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from leadpolicy.backends.kernels import tables
from leadpolicy.backends.kernels.columns import Array, Column, Flags, NumberColumn, size
from leadpolicy.backends.kernels.tables import FLAG, Typed, Wanted
from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.times import in_utc, microseconds
from leadpolicy.types import Kind, Type

if TYPE_CHECKING:
    from leadpolicy.backends import EventTable, Place
    from leadpolicy.backends.sql.session import Session

_MOMENT: Final = Type(Kind.MOMENT)
_AT: Final = ("at",)
_KEY, _ROW = "leadpolicy key", "leadpolicy row"


@dataclass(frozen=True, slots=True, eq=False)
class CodedLog:
    """The events of one kind. `rows` are the places of their records; `at` is in microseconds,
    missing where an event is not dated. `since`: when each log began, or all of them; `recorded`:
    for which records one was kept.
    """

    rows: Array
    at: Column
    attributes: Mapping[str, Column]
    recorded: Flags | None = None
    since: NumberColumn | int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CodedTable:
    """A table in memory.

    `ids` are the records' keys in the table's order; `moments` columns that
    hold moments of evaluation; `events` the logs by kind of event (None: nobody recorded them).
    """

    rows: int
    columns: Mapping[str, Column]
    ids: Array | None = None
    moments: Mapping[str, NumberColumn] = field(default_factory=dict)
    events: Mapping[str, CodedLog | None] = field(default_factory=dict)
    where: str = "the table"

    @property
    def nbytes(self) -> int:
        """The memory that the columns take."""
        return sum(size(one) for one in self.columns.values())


def load(
    source: object,
    facts: Mapping[str, Type],
    columns: Mapping[str, Place] | None = None,
    *,
    id: str | None = None,
    events: Mapping[str, EventTable | None] | None = None,
    attributes: Mapping[str, Mapping[str, Type]] | None = None,
    moments: Iterable[str] = (),
    session: Session | None = None,
) -> CodedTable:
    """Reads and checks the columns of `facts`. Raises `LeadpolicyError`.

    `source` is a path, or a table of Arrow, pandas, Polars or DuckDB. `id` is the column of the
    records' keys, which finds the `events`; `attributes` are those that are read, by kind of
    event. `moments` are columns that runs may use as moments of evaluation.
    """
    logs = {kind: table for kind, table in (events or {}).items() if table is not None}
    if logs and id is None:
        raise LeadpolicyError.of("LP502", "events need the column of the records' keys: `id`")
    if logs and session is None:
        from leadpolicy.backends.sql.session import Session

        session = Session()
    times = dict.fromkeys(moments)
    times |= {t.since: None for t in logs.values() if isinstance(t.since, str)}
    flags = [table.recorded for table in logs.values() if table.recorded is not None]
    wanted = wanted_facts(facts, columns or {}, times, flags)
    given = session
    room = None if given is None else lambda: given
    table = tables.opened(source, wanted, keys(id), room, "the table")
    found = table.read(table.whole())
    names = {one.name: one for one in wanted if isinstance(one.name, str)}
    joined = _Joined(session, source, id) if session is not None and id is not None else None
    return CodedTable(
        found.rows,
        {name: found.columns[name] for name in names},
        None if id is None else found.kept[id].to_numpy(zero_copy_only=False),
        {name: _numbers(found.columns["moment", name]) for name in times},
        {
            kind: None
            if given is None or joined is None
            else joined.log(kind, given, (attributes or {}).get(kind, {}), found.columns)
            for kind, given in (events or {}).items()
        },
        table.where,
    )


def wanted_facts(
    facts: Mapping[str, Type],
    places: Mapping[str, Place],
    moments: Iterable[str] = (),
    flags: Iterable[str] = (),
) -> list[Wanted]:
    """Facts under their names; moments and flags under ("moment", NAME) and ("flag", NAME)."""
    wanted = [Wanted(name, name, kind, places.get(name, name)) for name, kind in facts.items()]
    wanted += [Wanted(("moment", name), name, _MOMENT, name) for name in moments]
    return wanted + [Wanted(("flag", name), name, FLAG, name) for name in flags]


def keys(id: str | None) -> dict[str, str]:
    """The column of the records' keys, to be kept."""
    return {} if id is None else {id: "the records' keys"}


def _numbers(column: Column) -> NumberColumn:
    assert isinstance(column, NumberColumn)
    return column


@dataclass(frozen=True, slots=True)
class _Joined:
    """Events find their records by keys: the SQL room joins them."""

    session: Session
    source: object
    key: str

    def log(
        self,
        kind: str,
        table: EventTable,
        attributes: Mapping[str, Type],
        of_records: Mapping[Hashable, Column],
    ) -> CodedLog:
        """The events of records that are there. Raises `LeadpolicyError`."""
        from leadpolicy.backends.sql.columns import Binder

        named = isinstance(table.source, str) or hasattr(table.source, "__fspath__")
        what = f"the events `{kind}`"
        opened = self.session.open(table.source, str(table.source) if named else what)
        problems = Problems()
        binder = Binder(opened.header, problems, "e")
        places = {name: table.attributes.get(name) for name in attributes}
        bound: dict[Any, Any] = dict(binder.facts(attributes, places, {}))
        bound[_AT] = binder.fact("at", _MOMENT, table.at, ())
        columns = [table.record, *(table.kind[:1] if table.kind else ())]
        given = [binder.column_type(column, what) for column in columns]
        records = self.session.open(self.source, "the table")
        self._comparable(what, table, given[0], records.header.types[self.key], opened, problems)
        problems.stop_on_errors()
        types: dict[Any, Type] = {**attributes, _AT: _MOMENT}
        found = self._events(table, opened, records, bound, types)
        made = {name: one for name, one in found.columns.items() if isinstance(name, str)}
        recorded = None if table.recorded is None else of_records["flag", table.recorded]
        since: NumberColumn | int | None = None
        if isinstance(table.since, str):
            since = _numbers(of_records["moment", table.since])
        elif isinstance(table.since, datetime):
            since = microseconds(in_utc(table.since))
        assert recorded is None or isinstance(recorded, Flags)
        return CodedLog(np.asarray(found.kept[_ROW]), found.columns[_AT], made, recorded, since)

    def _comparable(
        self,
        what: str,
        table: EventTable,
        given: str | None,
        keys: str,
        opened: Any,
        problems: Problems,
    ) -> None:
        from leadpolicy.backends.sql.events import alike

        if given is not None and not alike(given, keys):
            problems.error(
                "LP503", f"{what}: the column `{table.record}` is {given}, the records' keys are"
                f" {keys}", where=opened.header.where,
                help="convert one to the type of the other",
            )  # fmt: skip

    def _events(
        self,
        table: EventTable,
        opened: Any,
        records: Any,
        bound: Mapping[Hashable, Any],
        types: Mapping[Hashable, Type],
    ) -> tables.TableSlice:
        from leadpolicy.backends.sql import tree
        from leadpolicy.backends.sql.session import Opened

        if table.kind is not None:
            names = [tree.column(name) for name in opened.header.types]
            only = tree.eq(tree.column(table.kind[0]), tree.text(table.kind[1]))
            source = tree.nested(tree.select(names, opened.sql.copy(), where=only), "of a kind")
            opened = Opened(source, opened.header)
        found = Typed(self.session, opened, bound, types, {table.record: _KEY})
        found.keep = {_ROW: _ROW}
        keys = tree.render(
            tree.select([tree.alias(tree.column(self.key), _KEY)], records.sql.copy())
        )
        found.query = (
            f'SELECT e.* EXCLUDE ("{_KEY}"), r."{_ROW}" FROM ({found.query}) AS e JOIN '
            f'(SELECT "{_KEY}", row_number() OVER () - 1 AS "{_ROW}" FROM ({keys})) AS r '
            f'ON e."{_KEY}" = r."{_KEY}"'
        )
        return found.read(found.whole())


__all__ = ["CodedLog", "CodedTable", "keys", "load", "wanted_facts"]
