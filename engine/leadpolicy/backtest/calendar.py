"""Calendar periods in UTC."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadpolicy.backtest.arrays import Whole
from leadpolicy.backtest.study import Unit


@dataclass(frozen=True, slots=True, eq=False)
class Periods:
    """Neighbouring periods: period i is from `edges[i]` up to, and without, `edges[i + 1]`."""

    labels: tuple[str, ...]
    edges: Whole

    def __len__(self) -> int:
        return len(self.labels)

    def of(self, moments: Whole) -> Whole:
        """The number of the period of each moment; -1 for those in none."""
        found = np.searchsorted(self.edges, moments, side="right") - 1
        outside = (moments < self.edges[0]) | (moments >= self.edges[-1])
        return np.where(outside, -1, found)

    def ends(self, until: int) -> Whole:
        """The last moment of each period, or of observation where that came first."""
        return np.minimum(self.edges[1:] - 1, until)


def periods(first: int, last: int, unit: Unit) -> Periods:
    """All periods from the one that holds `first` to the one that holds `last` (microseconds)."""
    span = np.array([first, last], np.int64).astype("datetime64[us]")
    if unit == "week":
        # Weeks begin on Monday; 1970-01-01 was a Thursday.
        weeks = (span.astype("datetime64[D]").astype(np.int64) + 3) // 7
        starts = (np.arange(weeks[0], weeks[1] + 2) * 7 - 3).astype("datetime64[D]")
    else:
        size = {"month": 1, "quarter": 3, "year": 12}[unit]
        months = span.astype("datetime64[M]").astype(np.int64) // size
        starts = (np.arange(months[0], months[1] + 2) * size).astype("datetime64[M]")
    labels = tuple(_label(str(start), unit) for start in starts[:-1].astype("datetime64[D]"))
    return Periods(labels, starts.astype("datetime64[us]").astype(np.int64))


def _label(day: str, unit: Unit) -> str:
    year, month, _ = day.split("-")
    match unit:
        case "week":
            return day
        case "month":
            return f"{year}-{month}"
        case "quarter":
            return f"{year} Q{(int(month) + 2) // 3}"
        case "year":
            return year
