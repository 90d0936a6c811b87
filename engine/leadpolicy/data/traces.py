"""Where values and events came from: the row of a table for each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from leadpolicy.data.tables import Mask, Rows, Table
from leadpolicy.vocabulary.record import Origin

if TYPE_CHECKING:
    from leadpolicy.data.dated import Dated


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """For each place the table (a number in `tables`) and the row there, or -1.

    `by` names for each table the column with the person who said so.
    """

    tables: Sequence[Table]
    by: Sequence[str | None]
    table: npt.NDArray[np.int16]
    rows: Rows

    def only(self, places: Rows | Mask | slice) -> Trace:
        """Some of the places."""
        return Trace(self.tables, self.by, self.table[places], self.rows[places])

    def place(self, number: int) -> str:
        """`companies.csv line 12`."""
        row = int(self.rows[number])
        return "" if row < 0 else self.tables[int(self.table[number])].place(row)

    def person(self, number: int) -> str:
        """Who said so."""
        column, row = self.by[int(self.table[number])], int(self.rows[number])
        if column is None or row < 0:
            return ""
        return self.tables[int(self.table[number])].columns[column].text(row)

    def names(self, places: Rows) -> list[str]:
        """Some of the places, as `place` names them."""
        tables, rows = self.table[places].tolist(), self.rows[places]
        if not tables:
            return []
        if len(self.tables) == 1:
            table = self.tables[0]
            begin = f"{table.file} {table.unit} "
            return [f"{begin}{line}" for line in table.lines[rows].tolist()]
        return [
            self.tables[number].place(row)
            for number, row in zip(tables, rows.tolist(), strict=True)
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """The rows of several sources, one after the other."""

    records: Rows
    at: Rows
    sequence: Rows
    rows: Rows
    known: Rows | None
    sources: int

    def ties(self) -> list[Rows]:
        """What orders rows of the same moment: their sequence, then their place in the table.

        Left out where it says nothing: sorting takes most of the time of large logs.
        """
        found = [self.sequence] if self.sequence.any() else []
        return found if self.sources == 1 else [*found, self.rows]


class Traced:
    """The rows of several sources, and where each came from."""

    def __init__(self, sources: Sequence[tuple[Dated, str | None]]) -> None:
        self.sources = sources
        parts = [dated for dated, _ in sources]
        known = None
        if any(dated.known is not None for dated in parts):
            known = np.concatenate([d.at if d.known is None else d.known for d in parts])
        self.rows = Joined(
            np.concatenate([dated.records for dated in parts]),
            np.concatenate([dated.at for dated in parts]),
            np.concatenate([dated.sequence for dated in parts]),
            np.concatenate([dated.rows for dated in parts]),
            known,
            len(parts),
        )

    def trace(self, places: Rows) -> Trace:
        """The trace of some rows; -1 has none."""
        lengths = [len(dated.rows) for dated, _ in self.sources]
        table = np.repeat(np.arange(len(self.sources), dtype=np.int16), lengths)
        # One more at the end, which is what -1 finds.
        table = np.append(table, np.int16(0))
        rows = np.append(self.rows.rows, np.int64(-1))
        return Trace(
            [dated.table for dated, _ in self.sources],
            [by for _, by in self.sources],
            table[places],
            rows[places],
        )


@dataclass(frozen=True, slots=True)
class Origination:
    """Tells where the facts of records came from that no change gave them.

    `rows` has the row of each record in each of `tables`, -1 where it has none there. `columns`
    names the table and column of facts that stand in one; `absent` the table whose silence gave a
    fact its value.
    """

    tables: Mapping[str, tuple[Table, Rows]]
    columns: Mapping[str, tuple[str, str]]
    absent: Mapping[str, str]

    def only(self, places: slice) -> Origination:
        """The same for some of the records."""
        tables = {name: (table, rows[places]) for name, (table, rows) in self.tables.items()}
        return Origination(tables, self.columns, self.absent)

    def origin(self, number: int, name: str) -> Origin:
        """Where a fact of a record came from."""
        if name in self.columns:
            table_name, column = self.columns[name]
            table, rows = self.tables[table_name]
            row = int(rows[number])
            if row < 0:
                return Origin(f"no row of {table_name}")
            return Origin(f"{table.place(row)}, column {column}")
        if name in self.absent:
            return Origin(f"no row in {self.absent[name]} says otherwise")
        return Origin("the same for every record of the data set")
