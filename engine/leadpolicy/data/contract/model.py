"""What a contract is made of: promises about columns, and the columns they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np

from leadpolicy.data.tables import Codes, Mask, Rows, Table

MOST_FAILING: Final = 0.05
"""A column, key or date order in which more than this share of the rows fails stops the work."""
FEW_FAILING: Final = 2
"""So many rows never do, however small the table."""
FRESH_DAYS: Final = 30
"""The last row of a dated table should not be older than this, at the end of the data."""
LEAST_FILLED: Final = 0.05
"""A fact that is known for a smaller share of the records is hardly known."""
OK: Final = "fits"


class Level(StrEnum):
    """A failed critical promise stops the work; a failed warning is told."""

    CRITICAL = "critical"
    WARNING = "warning"


# ------------------------------------------------------------------------------- the columns


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A text for each row: `words[codes[row]]`, none where the code is -1."""

    codes: Codes
    words: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A number for each row, NaN where there is none."""

    array: np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """A moment for each row in microseconds since 1970, `UNDATED` where there is none."""

    array: Rows


Series: TypeAlias = Words | Numbers | Moments


@dataclass(slots=True, eq=False)
class Sheet:
    """The rows of one table, or the records, with the columns that promises speak of."""

    name: str
    rows: int
    columns: dict[str, Series] = field(default_factory=dict)
    table: Table | None = None
    ids: Sequence[str] = ()
    file: str = ""
    lines: Rows | None = None


# ------------------------------------------------------------------------------- the promises


@dataclass(frozen=True, slots=True)
class Among:
    """Every text is one of these."""

    column: str
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """Every number lies between the two, both included; None: no limit on that side."""

    column: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Unique:
    """No text stands twice; of those that do, the first is kept."""

    column: str


@dataclass(frozen=True, slots=True)
class NotBefore:
    """The later moment is not before the earlier one, where both are known."""

    later: str
    earlier: str


@dataclass(frozen=True, slots=True)
class Filled:
    """At least this share of the rows holds something."""

    column: str
    share: float


@dataclass(frozen=True, slots=True)
class Reaches:
    """The last moment is not before this one."""

    column: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class RowsRead:
    """So many rows of the file are rows of the table."""

    least: int
    most: int


Check: TypeAlias = Among | Within | Unique | NotBefore | Filled | Reaches | RowsRead


@dataclass(frozen=True, slots=True)
class Expectation:
    """One promise: its name (`companies.employees.range`), what it says, and how grave it is.

    `mostly` is the share of the rows with something in the column that have to keep it. `source`
    is the column of the file that it is about, `reason` what is wrong with a row that breaks it;
    or the column `because` of the sheet says so for each row.
    """

    name: str
    sheet: str
    check: Check
    level: Level
    says: str
    mostly: float = 1.0
    source: str = ""
    reason: str = ""
    because: str = ""


def mostly(rows: int) -> float:
    """The share of so many rows that has to keep a critical promise: all but 5 %, or but two.

    Half a row less than that, so that no rounding decides.
    """
    if not rows:
        return 1.0
    return max((rows - spared(rows) - 0.5) / rows, 0.0)


def critical(sheet: Sheet, name: str, column: str, says: str, source: str) -> Expectation:
    """Nearly all rows fit."""
    words = sheet.columns[column]
    least = mostly(int(mask_of(words).sum()))
    check = Among(column, (OK,))
    return Expectation(name, sheet.name, check, Level.CRITICAL, says, least, source)


def spared(rows: int) -> int:
    """How many of so many rows may fail."""
    return max(int(MOST_FAILING * rows), FEW_FAILING)


@dataclass(frozen=True, slots=True, eq=False)
class Contract:
    """All promises of a data set with the columns they are about."""

    dataset: str
    title: str
    expectations: tuple[Expectation, ...]
    sheets: Mapping[str, Sheet]

    def __len__(self) -> int:
        return len(self.expectations)


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """What became of a promise: kept or not; of how many rows how many break it, and which."""

    expectation: Expectation
    kept: bool
    looked_at: int
    failing: int
    observed: str = ""
    rows: Rows = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def critical(self) -> bool:
        """Whether this stops the work."""
        return not self.kept and self.expectation.level is Level.CRITICAL


def mask_of(series: Series) -> Mask:
    """Which rows hold something."""
    from leadpolicy.data.chronicle import UNDATED

    filled: Mask
    match series:
        case Words(codes=codes):
            filled = codes >= 0
        case Numbers(array=numbers):
            filled = ~np.isnan(numbers)
        case Moments(array=moments):
            filled = moments != UNDATED
    return filled
