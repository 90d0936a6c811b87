"""Tables in memory: each column as its distinct cells and, per row, the number of the cell.

Whatever is said about a cell is then worked out once for each distinct text, however many rows
hold it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from leadpolicy.data.model import Condition
from leadpolicy.data.texts import Texts
from leadpolicy.data.typed import TypedCells

Codes: TypeAlias = npt.NDArray[np.int32]
Rows: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Column:
    """`cells[codes[row]]` is the cell of a row: a text without white space around it, an object
    of a typed file, or None where there is nothing. Cells are distinct, but for the instants of
    typed files (see `distinct`).
    """

    codes: Codes
    cells: Sequence[object]
    _hits: dict[frozenset[str], Mask] = field(default_factory=dict, repr=False, compare=False)
    _codes_of: dict[int, tuple[Column, Codes]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def text(self, row: int) -> str:
        """The cell of a row as text."""
        return cell_text(self.cells[self.codes[row]])

    def texts(self) -> list[str]:
        """The distinct cells as texts."""
        if isinstance(self.cells, TypedCells) and (texts := self.cells.texts()) is not None:
            return texts
        if isinstance(self.cells, Texts):
            return self.cells.texts()
        return [cell_text(cell) for cell in self.cells]

    def having(self, wanted: Collection[str]) -> Mask:
        """Which rows hold one of the texts."""
        if isinstance(self.cells, TypedCells) and not self.cells.may_say(wanted):
            empty: Mask = self.codes == len(self.cells) - 1
            return empty if "" in wanted else np.zeros(len(empty), np.bool_)
        texts = frozenset(wanted)
        hits = self._hits.get(texts)
        if hits is None:
            hits = self._hits[texts] = self._among(texts)
        if not hits.any():
            return np.zeros(len(self.codes), np.bool_)
        return hits[self.codes]

    def _among(self, wanted: frozenset[str]) -> Mask:
        """Which of the cells are one of the texts."""
        if isinstance(self.cells, Texts):
            return self.cells.among(wanted)
        found = (cell_text(cell) in wanted for cell in self.cells)
        return np.fromiter(found, np.bool_, len(self.cells))

    def codes_of(self, other: Column) -> Codes:
        """For each cell of another column the code of the cell here with the same text, or -1."""
        if id(other) not in self._codes_of:
            self._codes_of[id(other)] = (other, self._find(other))
        return self._codes_of[id(other)][1]

    def _find(self, other: Column) -> Codes:
        match self.cells, other.cells:
            case Texts() as ours, Texts() as theirs:
                return ours.places_of(theirs)
            case TypedCells() as ours, TypedCells() as theirs if ours.kind is theirs.kind:
                found = ours.places_of(theirs)
                if found is not None:
                    return found
            case _:
                pass
        places = {text: code for code, text in enumerate(self.texts())}
        return np.array([places.get(text, -1) for text in other.texts()], np.int32)

    def distinct(self) -> Column:
        """The same column with each cell once."""
        if not isinstance(self.cells, TypedCells) or self.cells.distinct:
            return self
        array, codes = np.unique(self.cells.array, return_inverse=True)
        cells = TypedCells(array, self.cells.kind, zone=self.cells.zone, distinct=True)
        return Column(np.append(codes, len(array)).astype(np.int32)[self.codes], cells)


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that is no row of the table: where it is, why, and what stands there."""

    line: int
    reason: str
    text: str
    values: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """The columns that are used, the place of each row in the file, and the rows that do not fit.

    `unit` says what `lines` count: lines of a text, rows of a sheet or a frame.
    """

    name: str
    file: str
    columns: Mapping[str, Column]
    lines: Rows
    unit: str = "line"
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    nulls: frozenset[str] = field(default=frozenset())

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def rows_read(self) -> int:
        """All rows of the file, those that do not fit included."""
        return len(self.lines) + len(self.faults)

    def place(self, row: int) -> str:
        """`companies.csv line 12`."""
        return f"{self.file} {self.unit} {self.lines[row]}"

    def empty(self, column: str) -> Mask:
        """Which rows hold nothing in a column: an empty cell or a text declared to mean that."""
        return self.columns[column].having(self.nulls | {""})

    def where(self, conditions: Iterable[Condition]) -> Mask:
        """Which rows meet all conditions."""
        mask = np.ones(len(self), np.bool_)
        for condition in conditions:
            name = condition.column.column
            if condition.known is not None:
                mask &= ~self.empty(name) if condition.known else self.empty(name)
            else:
                hit = self.columns[name].having(frozenset(condition.values))
                mask &= ~hit if condition.negated else hit
        return mask


def cell_text(cell: object) -> str:
    """The cell as the text that a CSV file would hold."""
    match cell:
        case str():
            return cell
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime() | date():
            return cell.isoformat()
        case Decimal():
            return f"{cell.normalize():f}" if cell.is_finite() else str(cell)
        case list() | tuple() | dict():
            return json.dumps(cell, ensure_ascii=False, default=str)
        case _:
            return str(cell)


def column_of_objects(cells: Iterable[object]) -> Column:
    """A column out of one object per row; equal objects of different types stay apart."""
    seen: dict[tuple[type, object], int] = {}
    distinct: list[object] = []
    codes: list[int] = []
    for given in cells:
        cell = given.strip() if isinstance(given, str) else given
        key = (cell.__class__, cell_text(cell) if isinstance(cell, list | dict | set) else cell)
        code = seen.get(key)
        if code is None:
            code = seen[key] = len(distinct)
            distinct.append(cell)
        codes.append(code)
    return Column(np.array(codes, np.int32), distinct)
