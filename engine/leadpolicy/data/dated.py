"""Rows with dates that belong to records: which record, when it was so, since when it is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np

from leadpolicy.data.chronicle import UNDATED
from leadpolicy.data.dates import DAY
from leadpolicy.data.model import Cell
from leadpolicy.data.model import Rows as RowsSpec
from leadpolicy.data.record_rows import MOMENT, UNKNOWN_ID, Numbered
from leadpolicy.data.tables import Mask, Rows, Table
from leadpolicy.data.texts import Texts
from leadpolicy.data.typed import TypedCells
from leadpolicy.data.values import Converted
from leadpolicy.data.workbench import Work
from leadpolicy.diagnostics import listing, suggest
from leadpolicy.english import plural
from leadpolicy.types import TEMPORAL, Kind, Type

INTEGER: Final = Type(Kind.INTEGER)
UNHEARD: Final = "is empty: nobody knows when it became known"
_DAY: Final = 86_400_000_000


@dataclass(slots=True)
class Dated:
    """Rows of a table with the record, moment (microseconds since 1970) and order of each.

    `rows` holds only rows of records. `known` is when each became known, where the mapping says.
    `doubt` are the records with a row whose date or order does not fit, so that nobody knows when
    it belongs; `lost` are those rows.
    """

    table: Table
    rows: Rows
    records: Rows
    at: Rows
    sequence: Rows
    known: Rows | None
    doubt: Rows
    lost: Rows

    def only(self, mask: Mask | Rows) -> Dated:
        """Some of the rows."""
        if mask.dtype == np.bool_ and mask.all():
            return self
        return Dated(
            self.table,
            self.rows[mask],
            self.records[mask],
            self.at[mask],
            self.sequence[mask],
            None if self.known is None else self.known[mask],
            self.doubt,
            self.lost,
        )


def read_rows(
    work: Work, records: Numbered, spec: RowsSpec, what: str, *, day_ends: bool = False
) -> Dated:
    """The rows that a mapping names. `what` is what they are called in notes.

    With `day_ends` a date without a time means the end of that day, not its beginning.
    """
    table = work.tables[spec.table]
    mask = table.where(spec.where)
    if not mask.any() and len(table) and spec.where:
        _note_nothing(work, table, spec, what)
    rows, numbers = _records(work, records, spec, np.flatnonzero(mask), what)
    bad = np.zeros(len(rows), np.bool_)
    at = np.full(len(rows), UNDATED, np.int64)
    if spec.at is not None:
        converted = work.convert(spec.at, MOMENT, rows)
        bad |= work.reject(spec.at, converted, rows, spec.record)
        at = _instants(spec.at, converted, rows, day_ends)
    known = None
    if spec.known is not None:
        known, unfit = _known(work, spec, spec.known, rows)
        bad |= unfit
    sequence = np.zeros(len(rows), np.int64)
    if spec.sequence is not None:
        cell = Cell(spec.sequence)
        order = work.convert(cell, INTEGER, rows)
        bad |= work.reject(cell, order, rows, spec.record)
        sequence = order.whole_numbers()[order.codes[rows]]
    lost = bad & (numbers >= 0)
    whole = Dated(table, rows, numbers, at, sequence, known, numbers[lost], rows[lost])
    return whole.only(~bad & (numbers >= 0))


def _known(work: Work, spec: RowsSpec, cell: Cell, rows: Rows) -> tuple[Rows, Mask]:
    """When each of the rows became known, and those of which nobody can say."""
    converted = work.convert(cell, MOMENT, rows)
    bad = work.reject(cell, converted, rows, spec.record)
    known = _instants(cell, converted, rows, day_ends=False)
    silent = ~bad & (known == UNDATED)
    table = work.tables[spec.table]
    for row in rows[silent].tolist():
        work.set_aside(table, row, spec.record, cell.column.column, "", UNHEARD)
    return known, bad | silent


def _records(
    work: Work, records: Numbered, spec: RowsSpec, rows: Rows, what: str
) -> tuple[Rows, Rows]:
    """The rows that name a row of the records' table, and the number of each one's record."""
    if spec.record is None:
        numbers = records.number_of_row[rows]
        return rows[numbers >= 0], numbers[numbers >= 0]
    table = work.tables[spec.table]
    column = table.columns[spec.record.column]
    nameless = table.empty(spec.record.column)[rows]
    for row in rows[nameless].tolist():
        work.set_aside(
            table, row, None, spec.record.column, "", "is empty: the row belongs to no record"
        )
    numbers = records.of_rows(column)[rows]
    strange = ~nameless & (numbers == UNKNOWN_ID)
    if count := int(strange.sum()):
        some = sorted({column.text(row) for row in rows[strange][:1000].tolist()})
        work.note(
            f"{plural(count, 'row')} of {table.name} ({what}) for records that are not there: "
            f"{listing(some, 3)}"
        )
    named = ~nameless & ~strange
    if named.all():
        return rows, numbers
    return rows[named], numbers[named]


def _note_nothing(work: Work, table: Table, spec: RowsSpec, what: str) -> None:
    """A condition that no row meets is more often a slip than the truth."""
    hints = []
    for condition in spec.where:
        texts = table.columns[condition.column.column].texts()
        for value in condition.values:
            if value not in texts:
                hint = suggest(value, texts)
                hints.append(f"`{value}` never stands in {condition.column.column}"
                             + (f" ({hint})" if hint else ""))  # fmt: skip
    work.note(f"no row of {table.name} is {what}" + (f": {'; '.join(hints)}" if hints else ""))


def _instants(cell: Cell, converted: Converted, rows: Rows, day_ends: bool) -> Rows:
    """The moments of rows in microseconds, `UNDATED` where there is none."""
    instants = converted.instants
    if day_ends:
        instants = instants.copy()
        instants[_days(converted, cell.reading.format)] += _DAY - 1
    return instants[converted.codes[rows]]


def _days(converted: Converted, declared: str | None) -> Mask:
    """Which cells name a day and no time."""
    cells = converted.cells
    if isinstance(cells, TypedCells) and cells.kind in TEMPORAL:
        return converted.filled & (cells.kind is Kind.DATE)
    if isinstance(cells, Texts) and declared in (None, "iso"):
        return converted.filled & cells.days()
    return converted.filled & np.fromiter(
        (_is_day(cell, declared) for cell in cells), np.bool_, len(cells)
    )


def _is_day(cell: object, declared: str | None) -> bool:
    """Whether a cell names a day and no time."""
    if isinstance(cell, str):
        if declared in (None, "iso"):
            return bool(DAY.match(cell))
        return "%" in str(declared) and "%H" not in str(declared) and "%I" not in str(declared)
    return isinstance(cell, date) and not isinstance(cell, datetime)
