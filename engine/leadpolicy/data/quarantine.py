"""Rows that do not fit: set aside with their reason, counted, and written to a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from leadpolicy.files import write_whole
from leadpolicy.sheets import csv_text

HEADER: Final = ("table", "file", "line", "record", "column", "value", "reason")


@dataclass(frozen=True, slots=True)
class SetAside:
    """One cell, or one row as a whole, that does not fit. `reason` goes on from the value."""

    table: str
    file: str
    line: int
    record: str
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        what = self.column or "the row"
        if self.value or not self.column:
            what += f" `{self.value}`"
        return f"{self.file}:{self.line}: {what} {self.reason}"


@dataclass(frozen=True, slots=True)
class TableRead:
    """One table: how many rows it has, and how many of them do not fit."""

    name: str
    file: str
    rows: int
    set_aside: int


@dataclass(slots=True)
class Quarantine:
    """Collects what is set aside."""

    rows: list[SetAside] = field(default_factory=list)
    _seen: set[SetAside] = field(default_factory=set, repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[SetAside]:
        return iter(self.rows)

    def add(self, row: SetAside) -> None:
        """Set a cell or row aside; what two facts are read from is set aside once."""
        if row not in self._seen:
            self._seen.add(row)
            self.rows.append(row)

    def copy(self) -> Quarantine:
        """One that can grow without this one."""
        return Quarantine(list(self.rows), set(self._seen))

    def told(self, tables: Iterable[TableRead]) -> list[TableRead]:
        """The tables with how many of their rows are set aside."""
        lines: dict[str, set[int]] = {}
        for row in self.rows:
            lines.setdefault(row.table, set()).add(row.line)
        return [replace(t, set_aside=len(lines.get(t.name, ()))) for t in tables]

    def of_table(self, table: str) -> int:
        """How many rows of a table are set aside; a row with two bad cells counts once."""
        return len({row.line for row in self.rows if row.table == table})

    def counts(self) -> dict[str, int]:
        """How often each reason occurs, the most frequent first."""
        found = Counter(
            f"{row.table}.{row.column} {row.reason}" if row.column else f"{row.table} {row.reason}"
            for row in self.rows
        )
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def to_dict(self, tables: Iterable[TableRead]) -> dict[str, Any]:
        """What was read of each table, and how often each reason occurs, as plain data."""
        return {"tables": [asdict(t) for t in self.told(tables)], "set_aside": self.counts()}

    def write(self, path: str | Path) -> Path:
        """A CSV file of everything set aside: the whole new file, or the old one untouched."""
        rows = ([getattr(row, name) for name in HEADER] for row in self.rows)
        return write_whole(Path(path), csv_text(HEADER, rows))
