"""The records themselves: which rows they are, what is joined to them, what their columns say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from leadpolicy.data.chronicle import UNDATED
from leadpolicy.data.model import Cell, ColumnFact, ColumnRef, Condition, DatedFact, JoinSpec
from leadpolicy.data.model import Rows as RowsSpec
from leadpolicy.data.tables import Column, Mask, Rows, Table
from leadpolicy.data.values import Converted
from leadpolicy.data.workbench import Work
from leadpolicy.diagnostics import listing
from leadpolicy.english import plural
from leadpolicy.types import Kind, Type, show

MOMENT = Type(Kind.MOMENT)
BOOLEAN = Type(Kind.BOOLEAN)
NO_RECORD, UNKNOWN_ID = -1, -2
NO_KEY, STRANGE = -1, -2
NAMELESS = "is empty: the row belongs to no record"


@dataclass(slots=True)
class Base:
    """The rows that are records, before any moment is chosen.

    `partner[table]` gives, per row of the records' table, the row it finds in a joined table, or
    -1. `fits` marks rows that can be records.
    """

    main: Table
    fits: Mask
    partner: dict[str, Rows] = field(default_factory=dict)
    joined: dict[str, Table] = field(default_factory=dict)
    columns: dict[str, tuple[ColumnFact, Converted]] = field(default_factory=dict)
    entered: Converted | None = None

    def rows_in(self, table: str, rows: Rows) -> Rows:
        """The rows of a joined table (or of the records' own) that belong to the records' rows."""
        return rows if table == self.main.name else self.partner[table][rows]


@dataclass(slots=True)
class Numbered:
    """The rows that are records, counted in the order of the file.

    `number_of_row` has the number of each row of the records' table, `NO_RECORD` for the others.
    `named` is the column with the ids, and `number_of_code` the number of the record that each of
    its cells names.
    """

    rows: Rows
    ids: list[str]
    number_of_row: Rows
    named: Column | None = None
    number_of_code: Rows = field(default_factory=lambda: np.zeros(0, np.int64))
    _found: dict[int, tuple[Column, Rows]] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def of_rows(self, column: Column) -> Rows:
        """The number of the record that each cell of a column names, row by row.

        `NO_RECORD` where the id is that of a row that is no record, `UNKNOWN_ID` where it is none.
        """
        found = self._found.get(id(column))
        if found is None:
            numbers = np.full(len(column.cells), UNKNOWN_ID, np.int64)
            if self.named is not None:
                numbers = np.append(self.number_of_code, UNKNOWN_ID)[self.named.codes_of(column)]
            found = self._found[id(column)] = (column, numbers[column.codes])
        return found[1]


def read_base(work: Work) -> Base:
    """Ids, joins and columns of the records; rows that do not fit are set aside."""
    records = work.spec.records
    main = work.tables[records.table]
    chosen = main.where(records.where)
    logged = any(event.rows.table == main.name for event in work.spec.events if event.rows.record)
    if not logged and (skipped := int((~chosen).sum())):
        work.note(f"{plural(skipped, 'row')} of {main.name} no record: `where` is not met")
    base = Base(main, chosen & _unique_ids(work, main, chosen))
    for join in records.join:
        base.joined[join.table] = work.tables[join.table]
        base.partner[join.table] = _join(work, base, join)
    for spec in work.spec.facts:
        if isinstance(spec, ColumnFact):
            base.columns[spec.fact.name] = (spec, _column(work, base, spec))
    for cell, kind, conditions in _own_cells(work):
        rows = np.flatnonzero(base.fits & main.where(conditions))
        bad = work.reject(cell, work.convert(cell, kind, rows), rows, records.id)
        base.fits[rows[bad]] = False
    if records.entered_at is not None:
        cell = records.entered_at
        base.entered = work.convert(
            cell, MOMENT, base.fits if cell.column.table == main.name else None
        )
        _reject(work, base, cell.column.table, base.entered, cell)
    return base


def _own_cells(work: Work) -> Iterator[tuple[Cell, Type, tuple[Condition, ...]]]:
    """Cells of the records' own rows that dated facts, events and outcomes read."""
    spec = work.spec
    uses: list[tuple[RowsSpec, list[tuple[Cell, Type]]]] = []
    for fact in spec.facts:
        if isinstance(fact, DatedFact):
            own = [(fact.value, fact.fact.type)] if fact.value is not None else []
            uses.append((fact.rows, own))
    for event in spec.events:
        types = {name: a.type for name, a in event.kind.attributes.items()}
        own = [(cell, types[name]) for name, cell in event.attributes.items()]
        if event.count is not None:
            own.append((Cell(event.count), Type(Kind.INTEGER)))
        uses.append((event.rows, own))
    uses += [(rows, []) for rows in spec.closed]
    if spec.outcome is not None:
        told = spec.outcome.told
        uses.append((spec.outcome.rows, [(told, BOOLEAN)] if told is not None else []))
    for rows, cells in uses:
        if rows.record is None:
            for moment in (rows.at, rows.known):
                if moment is not None:
                    yield moment, MOMENT, rows.where
            for cell, kind in cells:
                yield cell, kind, rows.where


def _unique_ids(work: Work, main: Table, chosen: Mask) -> Mask:
    """Which rows have an id that no earlier row has; the others are set aside."""
    ref = work.spec.records.id
    if ref is None:
        return np.ones(len(main), np.bool_)
    column = main.columns[ref.column].distinct()
    nameless = main.empty(ref.column) & chosen
    for row in np.flatnonzero(nameless).tolist():
        work.set_aside(main, row, ref, ref.column, "", NAMELESS)
    rows = np.flatnonzero(chosen & ~nameless)
    codes = column.codes[rows]
    first = np.full(len(column.cells), -1, np.int64)
    first[codes[::-1]] = rows[::-1]
    later = rows[first[codes] != rows]
    for row in later.tolist():
        line = int(main.lines[first[column.codes[row]]])
        reason = f"is the id of an earlier record, on {main.unit} {line}; the first is kept"
        work.set_aside(main, row, ref, ref.column, column.text(row), reason)
    unique = chosen & ~nameless
    unique[later] = False
    return unique


def _column(work: Work, base: Base, spec: ColumnFact) -> Converted:
    table = spec.cell.column.table
    rows = base.fits if table == base.main.name else None
    converted = work.convert(spec.cell, spec.fact.type, rows)
    _reject(work, base, table, converted, spec.cell)
    if spec.absent_means is not None:
        shown = show(spec.absent_means, spec.fact.type)
        work.note(f"an empty {spec.cell.column} is taken to mean {shown} for {spec.fact.name}")
    money = spec.cell.reading.money
    for code, rate in (money.rates if money is not None else {}).items():
        work.note(f"{spec.fact.name}: {code} is converted at {rate}, to the cent")
    return converted


def _reject(work: Work, base: Base, table: str, converted: Converted, cell: Cell) -> None:
    """Rows with a bad cell are no records; bad rows of a joined table are nobody's partner."""
    if table == base.main.name:
        rows = np.flatnonzero(base.fits)
        bad = work.reject(cell, converted, rows, work.spec.records.id)
        base.fits[rows[bad]] = False
        return
    key = next((j.on[0][1] for j in work.spec.records.join if j.table == table), None)
    bad = work.reject(cell, converted, np.arange(len(work.tables[table])), key)
    if bad.any():
        partner = base.partner[table]
        lost = (partner >= 0) & bad[np.maximum(partner, 0)]
        base.partner[table] = np.where(lost, -1, partner)


# --------------------------------------------------------------------------------------- joins


def _join(work: Work, base: Base, join: JoinSpec) -> Rows:
    """For each row of the records' table the row of the joined table with the same key, or -1."""
    right = work.tables[join.table]
    keys, sought = _keys(work, base, join)
    order = np.argsort(keys, kind="stable")
    order = order[keys[order] >= 0]
    whole = keys[order]
    if (whole[1:] == whole[:-1]).any():
        _refuse_doubles(work, join, right, keys)
    partner = np.full(len(base.main), -1, np.int64)
    if len(whole):
        near = np.minimum(np.searchsorted(whole, sought), len(whole) - 1)
        partner = np.where((whole[near] == sought) & (sought >= 0), order[near], -1)
    missing = int(((sought != NO_KEY) & (partner < 0) & base.fits).sum())
    if missing:
        work.note(f"{plural(missing, 'record')} without the partner they name in {join.table}")
    return partner


def _keys(work: Work, base: Base, join: JoinSpec) -> tuple[Rows, Rows]:
    """A number for the key of each row of the joined table, and of each that is sought there.

    `NO_KEY` where a part of the key is empty, `STRANGE` where no row has the part.
    """
    right = work.tables[join.table]
    keys, sought = np.zeros(len(right), np.int64), np.zeros(len(base.main), np.int64)
    for ref, own in join.on:
        table = work.tables[ref.table]
        rows = base.rows_in(ref.table, np.arange(len(base.main), dtype=np.int64))
        column, other = right.columns[own.column].distinct(), table.columns[ref.column]
        places = column.codes_of(other).astype(np.int64)
        found = np.append(np.where(places < 0, STRANGE, places)[other.codes], NO_KEY)[rows]
        found[np.append(table.empty(ref.column), True)[rows]] = NO_KEY
        there = np.where(right.empty(own.column), NO_KEY, column.codes)
        both = _numbered(np.append(keys, sought), np.append(there, found))
        keys, sought = both[: len(keys)], both[len(keys) :]
    return keys, sought


def _numbered(first: Rows, second: Rows) -> Rows:
    """A number from 0 on for each different pair; `NO_KEY` and `STRANGE` stay what they are."""
    lacking = (first < 0) | (second < 0)
    pairs = np.where(lacking, -1, first * (second.max(initial=0) + 1) + second)
    _, numbers = np.unique(pairs, return_inverse=True)
    nothing = (first == NO_KEY) | (second == NO_KEY)
    return np.where(lacking, np.where(nothing, NO_KEY, STRANGE), numbers - int(lacking.any()))


def _refuse_doubles(work: Work, join: JoinSpec, right: Table, keys: Rows) -> None:
    """Says which keys stand in several rows, in the order in which that shows."""
    _, first, number = np.unique(keys, return_index=True, return_inverse=True)
    later = np.flatnonzero((first[number] != np.arange(len(keys))) & (keys >= 0))
    doubled = list(dict.fromkeys(keys[later].tolist()))
    names = listing([ref.column for _, ref in join.on])
    shown = []
    for key in doubled[:5]:
        rows = np.flatnonzero(keys == key).tolist()
        texts = ", ".join(right.columns[ref.column].text(rows[0]) for _, ref in join.on)
        shown.append(f"`{texts}` ({right.unit}s {listing([str(right.lines[r]) for r in rows], 3)})")
    more = f" and {len(doubled) - 5:,} more" if len(doubled) > 5 else ""
    work.problems.error(
        "LP503",
        f"the table {join.table} ({right.file}) is joined by {names}, but some keys stand in "
        f"more than one row: {', '.join(shown)}{more}",
        join.span,
        expected="one row per key",
        help="remove the duplicates, or map the table's rows as dated facts or events",
    )


# ------------------------------------------------------------------------------- the records


def number(base: Base, ref: ColumnRef | None) -> Numbered:
    """The records by number. `ref` is the column with their ids; without it lines are the ids."""
    rows = np.flatnonzero(base.fits)
    number_of_row = np.full(len(base.main), NO_RECORD, np.int64)
    number_of_row[rows] = np.arange(len(rows))
    if ref is None:
        ids = [str(line) for line in base.main.lines[rows].tolist()]
        return Numbered(rows, ids, number_of_row)
    column = base.main.columns[ref.column].distinct()
    texts = column.texts()
    ids = [texts[code] for code in column.codes[rows].tolist()]
    number_of_code = np.full(len(texts), NO_RECORD, np.int64)
    number_of_code[column.codes[rows]] = np.arange(len(rows))
    return Numbered(rows, ids, number_of_row, column, number_of_code)


def entries(base: Base, cell: Cell | None, rows: Rows) -> Rows:
    """When each record entered, `UNDATED` where nobody knows."""
    if base.entered is None or cell is None:
        return np.full(len(rows), UNDATED, np.int64)
    own = base.rows_in(cell.column.table, rows)
    if not len(base.entered.codes):
        return np.full(len(rows), UNDATED, np.int64)
    found = base.entered.instants[base.entered.codes[np.maximum(own, 0)]]
    return np.where(own >= 0, found, UNDATED)
