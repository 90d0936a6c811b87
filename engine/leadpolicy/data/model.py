"""What a dataset.yaml says, typed: which column of which table means what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from leadpolicy.data.moments import AsOf
from leadpolicy.source import Span
from leadpolicy.types import Value
from leadpolicy.vocabulary.model import EventKind, Fact, Vocabulary


class Format(StrEnum):
    """How a table is stored."""

    CSV = "csv"
    PARQUET = "parquet"
    EXCEL = "excel"
    JSON_LINES = "json_lines"
    FRAME = "frame"


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: where it is, and how to read it where that has to be said."""

    name: str
    path: Path
    shown: str
    format: Format = Format.CSV
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    nulls: frozenset[str] = frozenset()
    footer: str | None = None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ColumnRef:
    """A column of a table."""

    table: str
    column: str
    span: Span | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


@dataclass(frozen=True, slots=True)
class Condition:
    """Which rows of a table count: those whose cell is one of `values` (or none, if `negated`).

    With `known` set instead, those whose cell is filled (or empty).
    """

    column: ColumnRef
    values: tuple[str, ...] = ()
    negated: bool = False
    known: bool | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """In which currency amounts are, and what others are worth in the fact's currency."""

    currency: str | None = None
    column: ColumnRef | None = None
    rates: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the text of a cell becomes a value. What is not declared is not guessed."""

    values: Mapping[str, str | None] = field(default_factory=dict)
    otherwise: str | None = None
    has_otherwise: bool = False
    nulls: frozenset[str] = frozenset()
    separator: str | None = None
    number_format: str | None = None
    times: Decimal | None = None
    format: str | None = None
    timezone: str | None = None
    true: frozenset[str] | None = None
    false: frozenset[str] | None = None
    money: Money | None = None
    present_means: Value | None = None


PLAIN = Reading()


@dataclass(frozen=True, slots=True)
class Cell:
    """A column and how it is read."""

    column: ColumnRef
    reading: Reading = PLAIN


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table that belong to records.

    `record` holds the id of the record; without it the table is the records' own. `known` says
    when a row became known; without it, when it was so.
    """

    table: str
    record: ColumnRef | None
    at: Cell | None
    sequence: ColumnRef | None
    where: tuple[Condition, ...]
    known: Cell | None = None


@dataclass(frozen=True, slots=True)
class ColumnFact:
    """A fact that stands in a column: as of the export, not as of a date."""

    fact: Fact
    cell: Cell
    absent_means: Value | None = None


@dataclass(frozen=True, slots=True)
class ConstantFact:
    """A fact that is the same for every record."""

    fact: Fact
    value: Value


@dataclass(frozen=True, slots=True)
class DatedFact:
    """A fact whose value changes with dated rows: the last one at or before the moment counts."""

    fact: Fact
    rows: Rows
    value: Cell | None
    constant: Value | None
    absent_means: Value | None = None


FactSpec: TypeAlias = ColumnFact | ConstantFact | DatedFact


@dataclass(frozen=True, slots=True)
class EventSpec:
    """Events of one kind: a row each, or `count` of them without dates in one row.

    Not `complete`: there may be more events than the rows tell.
    """

    kind: EventKind
    rows: Rows
    count: ColumnRef | None
    attributes: Mapping[str, Cell]
    constants: Mapping[str, Value]
    recorded_since: datetime | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class AssessmentsSpec:
    """Dated judgements: a row names the record, the fact, the value, the date and the person."""

    rows: Rows
    fact: ColumnRef
    value: Cell
    by: ColumnRef | None


@dataclass(frozen=True, slots=True)
class OutcomeSpec:
    """What the record came to: rows that say so, and by when it has to happen to count.

    With `told`, a row says it in this cell, yes or no; where the cell is empty nobody knows.
    """

    name: str
    rows: Rows
    within: timedelta | None = None
    told: Cell | None = None


@dataclass(frozen=True, slots=True)
class JoinSpec:
    """A look-up: each row on the left finds at most one row of `table` on the right."""

    table: str
    on: tuple[tuple[ColumnRef, ColumnRef], ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RecordsSpec:
    """The table with one row per record; without `id` rows go by their line number."""

    table: str
    id: ColumnRef | None
    join: tuple[JoinSpec, ...] = ()
    entered_at: Cell | None = None
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """A whole dataset.yaml."""

    name: str
    title: str
    about: str
    source: Mapping[str, str]
    grain: str
    path: Path
    vocabulary: Vocabulary
    tables: Mapping[str, TableSpec]
    records: RecordsSpec
    facts: tuple[FactSpec, ...]
    events: tuple[EventSpec, ...]
    assessments: AssessmentsSpec | None = None
    outcome: OutcomeSpec | None = None
    closed: tuple[Rows, ...] = ()
    as_of: AsOf | None = None
    observed_until: datetime | None = None
