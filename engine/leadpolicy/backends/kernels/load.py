"""Reading a table once: the SQL room opens, types and checks it, and its columns become codes.

So the same tables are read, and refused with the same words, whichever way a policy runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np

from leadpolicy.backends import EventTable, Place
from leadpolicy.backends.kernels.columns import Array, Codes, Column, Nothing, size
from leadpolicy.backends.kernels.derived import Memo
from leadpolicy.backends.kernels.encode import Collector, values_of
from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.columns import Binder, Bound, Part
from leadpolicy.backends.sql.events import WHOLE
from leadpolicy.backends.sql.forms import Coded as CodedForm
from leadpolicy.backends.sql.forms import microseconds
from leadpolicy.backends.sql.program import refuse_mixed, typed
from leadpolicy.backends.sql.session import Opened, Session, Unfit, diagnose
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.times import in_utc
from leadpolicy.types import Kind, Type

BATCH: Final = 1 << 20
"""Rows that are coded at a time."""
_MOMENT: Final = Type(Kind.MOMENT)
_FLAG: Final = Type(Kind.BOOLEAN)
_KEY, _ROW, _AT = "key", "row", "at"


@dataclass(frozen=True, slots=True)
class Log:
    """The events of one kind. `rows` are the places of their records; `at` is in microseconds,
    missing where an event is not dated. `since`: when each log began, or all of them.
    """

    rows: Array = field(compare=False)
    at: Column
    attributes: Mapping[str, Column]
    recorded: Codes | None
    since: Codes | int | None
    memo: Memo = field(default_factory=Memo, compare=False)


@dataclass(frozen=True, slots=True)
class Coded:
    """A table in memory, coded, for any number of programs.

    `ids` are the records' keys in the table's order, `moments` columns that hold moments of
    evaluation, `events` the logs by kind of event (None: nobody recorded them).
    """

    rows: int
    columns: Mapping[str, Column]
    ids: Array | None = field(default=None, compare=False)
    moments: Mapping[str, Codes] = field(default_factory=dict)
    events: Mapping[str, Log | None] = field(default_factory=dict)
    where: str = "the table"
    memo: Memo = field(default_factory=Memo, compare=False)

    @property
    def nbytes(self) -> int:
        """The memory that the columns take."""
        return sum(size(column) for column in self.columns.values())


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
) -> Coded:
    """Reads, checks and codes the columns of `facts`. Raises `LeadpolicyError`.

    `source` is a path, or a table of Arrow, pandas, Polars or DuckDB. `id` is the column of the
    records' keys, which finds the `events`; `attributes` are those that are read, by kind of
    event. `moments` are columns that runs may use as moments of evaluation.
    """
    reader = _Reader(session or Session(), source, id)
    return reader.table(
        facts, columns or {}, events or {}, attributes or {}, tuple(dict.fromkeys(moments))
    )


class _Reader:
    """One call of `load`."""

    def __init__(self, session: Session, source: object, id: str | None) -> None:
        self.session = session
        self.source = source
        self.id = id
        self.problems = Problems()
        self.opened = session.open(source, "the table")

    def table(
        self,
        facts: Mapping[str, Type],
        columns: Mapping[str, Place],
        events: Mapping[str, EventTable | None],
        attributes: Mapping[str, Mapping[str, Type]],
        moments: tuple[str, ...],
    ) -> Coded:
        """The whole table with its logs."""
        header = self.opened.header
        tables = [table for table in events.values() if table is not None]
        if tables and self.id is None:
            self.problems.error("LP502", "events need the column of the records' keys: `id`")
        wanted = dict.fromkeys(moments, _MOMENT)
        wanted |= {t.since: _MOMENT for t in tables if isinstance(t.since, str)}
        wanted |= {t.recorded: _FLAG for t in tables if t.recorded is not None}
        bound = Binder(header, self.problems).facts(facts, columns, {})
        extra = Binder(header, self.problems, "x").facts(wanted, {}, {})
        key_type = ""
        if self.id is not None:
            found = Binder(header, self.problems).column_type(self.id, "the records' keys")
            key_type = found or ""
        refuse_mixed(self.source, bound, header.where, self.problems)
        self.problems.stop_on_errors()
        kept = {} if self.id is None else {self.id: _KEY}
        types = {**facts, **{f"extra {name}": kind for name, kind in wanted.items()}}
        named = {**bound, **{f"extra {name}": one for name, one in extra.items()}}
        made, ids, rows = self._read(self.opened, types, named, kept)
        of_records = {name: made.pop(f"extra {name}") for name in wanted}
        logs = {
            kind: None
            if table is None
            else self._log(kind, table, attributes.get(kind, {}), key_type, of_records)
            for kind, table in events.items()
        }
        flags = {name: _codes(of_records[name]) for name in moments}
        keys = ids.get(_KEY)
        return Coded(rows, made, keys, flags, logs, header.where)

    # ------------------------------------------------------------------------------ reading

    def _read(
        self,
        opened: Opened,
        types: Mapping[str, Type],
        bound: Mapping[str, Bound],
        keep: Mapping[str, str],
    ) -> tuple[dict[str, Column], dict[str, Array], int]:
        """The columns of facts, those to keep as they are, and the number of rows."""
        parts = [_narrow(part, one) for one in bound.values() for part in one.parts]
        names = [*(part.name for part in parts), *keep.values()]
        base = typed(opened.sql, parts, keep, numbered=False)
        chosen = [tree.column(name) for name in names] or [tree.yes()]
        query = tree.render(tree.select(chosen, base))
        return self._collected(query, opened, types, bound, parts, tuple(keep.values()))

    def _collected(
        self,
        query: str,
        opened: Opened,
        types: Mapping[str, Type],
        bound: Mapping[str, Bound],
        parts: Sequence[Part],
        keep: tuple[str, ...],
    ) -> tuple[dict[str, Column], dict[str, Array], int]:
        where = opened.header.where
        collectors = {
            part.name: Collector(_part_kind(part, types[name], one), _before(one))
            for name, one in bound.items()
            for part in one.parts
        }
        kept: dict[str, list[Array]] = {name: [] for name in keep}
        rows = 0
        try:
            with self.session.errors(where):
                for batch in self.session.connection.sql(query).to_arrow_reader(BATCH):
                    rows += batch.num_rows
                    for name, collector in collectors.items():
                        collector.take(batch.column(name))
                    for name, arrays in kept.items():
                        arrays.append(np.array(batch.column(name).to_numpy(zero_copy_only=False)))
        except Unfit:
            found = diagnose(self.session, opened.sql, parts, where)
            raise LeadpolicyError(found) from None
        made: dict[str, Column] = {}
        for name, one in bound.items():
            own = [collectors.pop(part.name) for part in one.parts]
            made[name] = values_of(types[name], own) if own else Nothing()
        joined = {name: np.concatenate(arrays) if arrays else np.zeros(0, np.int64)
                  for name, arrays in kept.items()}  # fmt: skip
        return made, joined, rows

    # ------------------------------------------------------------------------------- events

    def _log(
        self,
        kind: str,
        table: EventTable,
        attributes: Mapping[str, Type],
        key_type: str,
        of_records: Mapping[str, Column],
    ) -> Log:
        named = isinstance(table.source, str) or hasattr(table.source, "__fspath__")
        where = str(table.source) if named else f"the events `{kind}`"
        opened = self.session.open(table.source, where)
        binder = Binder(opened.header, self.problems, "e")
        what = f"the events `{kind}`"
        bound = binder.facts(attributes, {a: table.attributes.get(a) for a in attributes}, {})
        dated = binder.fact(_AT, _MOMENT, table.at, ())
        columns = [table.record, *(table.kind[:1] if table.kind else ())]
        found = [binder.column_type(column, what) for column in columns]
        if found[0] is not None and not _alike(found[0], key_type):
            self.problems.error(
                "LP503", f"{what}: the column `{table.record}` is {found[0]}, the records' keys are"
                f" {key_type}", where=opened.header.where,
                help="convert one to the type of the other",
            )  # fmt: skip
        self.problems.stop_on_errors()
        assert dated is not None
        # Names of attributes are identifiers, so that none is called like this.
        types = {**attributes, " at": _MOMENT}
        named_parts = {**bound, " at": dated}
        made, rows = self._joined(table, opened, types, named_parts)
        at = made.pop(" at")
        recorded = None if table.recorded is None else _codes(of_records[table.recorded])
        return Log(rows, at, made, recorded, _since(table, of_records))

    def _joined(
        self,
        table: EventTable,
        opened: Opened,
        types: Mapping[str, Type],
        bound: Mapping[str, Bound],
    ) -> tuple[dict[str, Column], Array]:
        """The events of records that are there, with the places of these."""
        assert self.id is not None
        source = opened.sql
        if table.kind is not None:
            names = [tree.column(name) for name in opened.header.types]
            only = tree.eq(tree.column(table.kind[0]), tree.text(table.kind[1]))
            source = tree.nested(tree.select(names, source.copy(), where=only), "of a kind")
        parts = [_narrow(part, one) for one in bound.values() for part in one.parts]
        base = typed(source, parts, {table.record: _KEY}, numbered=False)
        chosen = [tree.column(name) for name in (*(part.name for part in parts), _KEY)]
        events = tree.render(tree.select(chosen, base))
        ids: list[Sql] = [tree.alias(tree.column(self.id), _KEY)]
        records = tree.render(tree.select(ids, self.opened.sql.copy()))
        query = (
            f'SELECT e.* EXCLUDE ("{_KEY}"), r."{_ROW}" FROM ({events}) AS e JOIN '
            f'(SELECT "{_KEY}", row_number() OVER () - 1 AS "{_ROW}" FROM ({records})) AS r '
            f'ON e."{_KEY}" = r."{_KEY}"'
        )
        checked = Opened(source, opened.header)
        made, kept, _ = self._collected(query, checked, types, bound, parts, (_ROW,))
        return made, kept[_ROW]


def _since(table: EventTable, of_records: Mapping[str, Column]) -> Codes | int | None:
    if isinstance(table.since, str):
        return _codes(of_records[table.since])
    return microseconds(in_utc(table.since)) if isinstance(table.since, datetime) else None


def _codes(column: Column) -> Codes:
    assert isinstance(column, Codes)
    return column


def _alike(one: str, other: str) -> bool:
    """Whether keys of these types can be equal without conversion."""
    return one == other or (one in WHOLE and other in WHOLE)


def _part_kind(part: Part, kind: Type, bound: Bound) -> Kind:
    """The third part of a range is the flag that tells whether it is known."""
    return Kind.BOOLEAN if len(bound.parts) == 3 and part is bound.parts[2] else kind.kind


def _before(bound: Bound) -> int:
    return bound.form.first - 1 if isinstance(bound.form, CodedForm) else 0


def _narrow(part: Part, bound: Bound) -> Part:
    """Codes in one byte, or two."""
    from dataclasses import replace

    if not isinstance(bound.form, CodedForm):
        return part
    width = tree.TINY if bound.form.last < 2**8 else tree.BITS
    return replace(part, value=tree.cast(part.value.copy(), width))


__all__ = ["Coded", "Log", "load"]
