"""What was asked for and what was written, for the files that describe a history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadpolicy.simulate import labels
from leadpolicy.simulate.tables import Table


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for; `vocabulary` is the path that dataset.yaml names."""

    seed: int
    companies: int
    format: str
    suffix: str
    vocabulary: str


@dataclass(slots=True)
class Summary:
    """What was written: rows and empty cells per table and column, and the main counts.

    `talked` leaves out the scripted cases; the deals count them.
    """

    companies: int = 0
    talked: int = 0
    deals: int = 0
    won: int = 0
    lost: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    empty: dict[str, dict[str, int]] = field(default_factory=dict)
    cases: list[tuple[str, str, str]] = field(default_factory=list)

    def count(self, tables: Mapping[str, Table]) -> None:
        """Adds the rows of a block."""
        outcomes = tables["deals"]["outcome"]
        self.deals += len(outcomes)
        self.won += outcomes.count("Won")
        self.lost += outcomes.count("Lost")
        for name, table in tables.items():
            rows = len(next(iter(table.values())))
            self.rows[name] = self.rows.get(name, 0) + rows
            empty = self.empty.setdefault(name, dict.fromkeys(table, 0))
            for column, values in table.items():
                empty[column] += sum(values.count(text) for text in ("", *labels.NULLS))

    def share_missing(self) -> dict[str, dict[str, float]]:
        """The share of empty cells per table and column, where there are any."""
        return {
            name: {column: empty / self.rows[name] for column, empty in columns.items() if empty}
            for name, columns in self.empty.items()
        }
