"""Which cells of which rows a mapping reads, and as what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from leadpolicy.data.dated import INTEGER, UNHEARD
from leadpolicy.data.happenings import MOST_COUNTED
from leadpolicy.data.model import (
    Cell,
    ColumnFact,
    ColumnRef,
    DatasetSpec,
    DatedFact,
)
from leadpolicy.data.model import Rows as RowsSpec
from leadpolicy.data.record_rows import MOMENT, UNKNOWN_ID, Base, Numbered, number
from leadpolicy.data.tables import Mask, Table
from leadpolicy.data.workbench import Work
from leadpolicy.types import Kind, Type

UNDATED_ROW = "is empty: nobody knows when"
COUNT = Type(Kind.INTEGER, limits=(0, MOST_COUNTED))


@dataclass(slots=True)
class Use:
    """A column read as one type in some rows. `needed` is what is wrong with an empty cell."""

    cell: Cell
    kind: Type
    label: str
    mask: Mask
    needed: str = ""
    fact: str = ""
    apart: bool = False
    """Judged by itself, whatever else reads the same column."""

    @property
    def table(self) -> str:
        return self.cell.column.table

    @property
    def column(self) -> str:
        return self.cell.column.column


@dataclass(slots=True)
class Ground:
    """The tables with what is asked of them again and again: which rows are records, and whose."""

    work: Work
    main: Table
    chosen: Mask
    fits: Mask
    records: Numbered
    _rows: dict[int, Mask] = field(default_factory=dict, repr=False)
    _belonging: dict[ColumnRef, Mask] = field(default_factory=dict, repr=False)

    @property
    def spec(self) -> DatasetSpec:
        return self.work.spec

    def table(self, name: str) -> Table:
        return self.work.tables[name]

    def rows(self, spec: RowsSpec) -> Mask:
        """The rows that a mapping names and that belong to a record of the file."""
        found = self._rows.get(id(spec))
        if found is None:
            found = self.table(spec.table).where(spec.where)
            found &= self.fits if spec.record is None else self.belonging(spec.record)
            self._rows[id(spec)] = found
        return found

    def belonging(self, record: ColumnRef) -> Mask:
        """The rows whose record stands in the file."""
        found = self._belonging.get(record)
        if found is None:
            table = self.table(record.table)
            column = table.columns[record.column]
            found = self.records.of_rows(column) != UNKNOWN_ID
            found &= ~table.empty(record.column)
            self._belonging[record] = found
        return found


def ground(work: Work) -> Ground:
    """The rows of the records' table that are records, by their ids."""
    main = work.tables[work.spec.records.table]
    chosen = main.where(work.spec.records.where)
    fits = chosen.copy()
    ref = work.spec.records.id
    if ref is not None:
        column = main.columns[ref.column].distinct()
        rows = np.flatnonzero(chosen & ~main.empty(ref.column))
        first = np.full(len(column.cells), -1, np.int64)
        first[column.codes[rows[::-1]]] = rows[::-1]
        fits = np.zeros(len(main), np.bool_)
        fits[first[first >= 0]] = True
    return Ground(work, main, chosen, fits, number(Base(main, fits), ref))


def uses(ground: Ground) -> list[Use]:
    """Every column read as one type, once, with all rows in which it is read so."""
    merged: dict[tuple[str, str, Type, str, str], Use] = {}
    for use in _all(ground):
        key = (
            use.table, use.column, use.kind, repr(use.cell.reading), use.label if use.apart else ""
        )  # fmt: skip
        if key in merged:
            known = merged[key]
            known.mask = known.mask | use.mask
            known.needed = known.needed or use.needed
            known.fact = known.fact or use.fact
        else:
            merged[key] = use
    return list(merged.values())


def _all(ground: Ground) -> Iterator[Use]:
    spec = ground.spec
    for fact in spec.facts:
        match fact:
            case ColumnFact():
                own = fact.cell.column.table == ground.main.name
                rows = len(ground.table(fact.cell.column.table))
                mask = ground.fits if own else np.ones(rows, np.bool_)
                name = fact.fact.name
                known = name if own and fact.absent_means is None else ""
                yield Use(fact.cell, fact.fact.type, name, mask, fact=known)
            case DatedFact():
                mask = ground.rows(fact.rows)
                yield from _dated(fact.rows, mask, UNDATED_ROW)
                if fact.value is not None:
                    yield Use(fact.value, fact.fact.type, fact.fact.name, mask)
            case _:
                pass
    if spec.records.entered_at is not None:
        cell = spec.records.entered_at
        own = cell.column.table == ground.main.name
        rows = len(ground.table(cell.column.table))
        yield Use(cell, MOMENT, "entered", ground.fits if own else np.ones(rows, np.bool_))
    yield from _of_events(ground)
    if spec.assessments is not None:
        yield from _dated(spec.assessments.rows, ground.rows(spec.assessments.rows), UNDATED_ROW)
    ends = [(spec.outcome.name, spec.outcome.rows)] if spec.outcome else []
    for name, chosen in [*ends, *(("closed", one) for one in spec.closed)]:
        # Few won among many lost: dates that are missing among the won would not be noticed.
        for use in _dated(chosen, ground.rows(chosen), UNDATED_ROW):
            yield replace(use, label=f"{use.label} {name}", apart=True)


def _of_events(ground: Ground) -> Iterator[Use]:
    for event in ground.spec.events:
        mask = ground.rows(event.rows)
        yield from _dated(event.rows, mask, "")
        if event.count is not None:
            yield Use(Cell(event.count), COUNT, f"number of {event.kind.name}", mask)
        for name, cell in event.attributes.items():
            kind = event.kind.attributes[name].type
            yield Use(cell, kind, f"{event.kind.name} {name}", mask)


def _dated(rows: RowsSpec, mask: Mask, needed: str) -> Iterator[Use]:
    if rows.at is not None:
        yield Use(rows.at, MOMENT, "when", mask, needed)
    if rows.known is not None:
        yield Use(rows.known, MOMENT, "when known", mask, UNHEARD)
    if rows.sequence is not None:
        yield Use(Cell(rows.sequence), INTEGER, "order", mask)
