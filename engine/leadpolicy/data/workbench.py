"""What the steps of an assembly share: the mapping, the tables, and what they found to say."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from leadpolicy.data.model import (
    Cell,
    ColumnFact,
    ColumnRef,
    Condition,
    DatasetSpec,
    DatedFact,
)
from leadpolicy.data.model import Rows as RowsSpec
from leadpolicy.data.quarantine import Quarantine, SetAside
from leadpolicy.data.tables import Mask, Rows, Table
from leadpolicy.data.values import Conversion, Converted
from leadpolicy.diagnostics import Problems
from leadpolicy.source import Span
from leadpolicy.types import Type

Conversions: TypeAlias = dict[tuple[str, Type, str], Conversion]
"""Columns read as a type, by column, type and reading."""


@dataclass(slots=True)
class Work:
    """One assembly of records out of tables; `conversions` may be shared with another."""

    spec: DatasetSpec
    tables: Mapping[str, Table]
    conversions: Conversions = field(default_factory=dict)
    problems: Problems = field(default_factory=Problems)
    quarantine: Quarantine = field(default_factory=Quarantine)
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Something a reader of the results should know."""
        if text not in self.notes:
            self.notes.append(text)

    def convert(self, cell: Cell, kind: Type, rows: Mask | Rows | None = None) -> Converted:
        """The values of a column."""
        key = (str(cell.column), kind, repr(cell.reading))
        conversion = self.conversions.get(key)
        if conversion is None:
            table = self.tables[cell.column.table]
            money = cell.reading.money
            currency = None
            if money is not None and money.column is not None:
                currency = table.columns[money.column.column]
            column = table.columns[cell.column.column]
            conversion = Conversion(column, kind, cell.reading, table.nulls, currency)
            self.conversions[key] = conversion
        if conversion.mixes_zones:
            where = cell.reading.timezone or "UTC"
            self.note(
                f"{cell.column}: some times name their zone and some do not; those are read as "
                f"times in {where}"
            )
        converted = conversion.of(rows)
        if converted.happened_twice(rows):
            self.note(f"{cell.column}: of two readings when clocks go back, the first is taken")
        return converted

    def reject(
        self, cell: Cell, converted: Converted, rows: Rows, id_column: ColumnRef | None
    ) -> Mask:
        """Sets those of the rows aside whose cell does not fit, and says which they are."""
        bad = converted.bad_rows(rows)
        table = self.tables[cell.column.table]
        column = table.columns[cell.column.column]
        for row in rows[bad].tolist():
            reason = converted.bad[int(converted.codes[row])]
            self.set_aside(table, row, id_column, cell.column.column, column.text(row), reason)
        return bad

    def set_aside(
        self,
        table: Table,
        row: int,
        id_column: ColumnRef | None,
        column: str,
        value: str,
        reason: str,
    ) -> None:
        """Sets one row aside. `id_column` names the record it belongs to."""
        record = ""
        if id_column is not None and id_column.table == table.name:
            record = table.columns[id_column.column].text(row)
        line = int(table.lines[row])
        self.quarantine.add(
            SetAside(table.name, table.file, line, record, column, value[:200], reason)
        )


@contextmanager
def without_collection() -> Iterator[None]:
    """Holds Python's cycle collector back while millions of small objects without cycles are made.

    It would walk all of them over and over, for a third of the time.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def wanted_columns(spec: DatasetSpec) -> dict[str, dict[str, Span | None]]:
    """The columns of each table that the mapping asks for, with the place that asks first."""
    wanted: dict[str, dict[str, Span | None]] = {name: {} for name in spec.tables}
    for column in _columns(spec):
        wanted[column.table].setdefault(column.column, column.span)
    return {
        name: columns for name, columns in wanted.items() if columns or name == spec.records.table
    }


def _columns(spec: DatasetSpec) -> Iterator[ColumnRef]:
    records = spec.records
    if records.id is not None:
        yield records.id
    for join in records.join:
        for left, right in join.on:
            yield left
            yield right
    if records.entered_at is not None:
        yield from _of_cell(records.entered_at)
    yield from _of_conditions(records.where)
    for fact in spec.facts:
        match fact:
            case ColumnFact():
                yield from _of_cell(fact.cell)
            case DatedFact():
                yield from _of_rows(fact.rows)
                if fact.value is not None:
                    yield from _of_cell(fact.value)
            case _:
                pass
    for event in spec.events:
        yield from _of_rows(event.rows)
        if event.count is not None:
            yield event.count
        for cell in event.attributes.values():
            yield from _of_cell(cell)
    yield from _of_outcomes(spec)


def _of_outcomes(spec: DatasetSpec) -> Iterator[ColumnRef]:
    if spec.assessments is not None:
        yield from _of_rows(spec.assessments.rows)
        yield spec.assessments.fact
        yield from _of_cell(spec.assessments.value)
        if spec.assessments.by is not None:
            yield spec.assessments.by
    if spec.outcome is not None:
        yield from _of_rows(spec.outcome.rows)
        if spec.outcome.told is not None:
            yield from _of_cell(spec.outcome.told)
    for rows in spec.closed:
        yield from _of_rows(rows)


def _of_cell(cell: Cell) -> Iterator[ColumnRef]:
    yield cell.column
    if cell.reading.money is not None and cell.reading.money.column is not None:
        yield cell.reading.money.column


def _of_rows(rows: RowsSpec) -> Iterator[ColumnRef]:
    if rows.record is not None:
        yield rows.record
    if rows.at is not None:
        yield from _of_cell(rows.at)
    if rows.known is not None:
        yield from _of_cell(rows.known)
    if rows.sequence is not None:
        yield rows.sequence
    yield from _of_conditions(rows.where)


def _of_conditions(conditions: tuple[Condition, ...]) -> Iterator[ColumnRef]:
    for condition in conditions:
        yield condition.column
