"""Data frames to records, for notebooks and scripts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from leadpolicy.data.arrow import column_of_arrow
from leadpolicy.data.as_of import cut
from leadpolicy.data.dataset import Dataset
from leadpolicy.data.dates import DAY
from leadpolicy.data.given import as_arrow, as_table, is_rows, kinds_of_events
from leadpolicy.data.model import (
    Cell,
    ColumnFact,
    ColumnRef,
    Condition,
    DatasetSpec,
    EventSpec,
    Format,
    OutcomeSpec,
    RecordsSpec,
    Rows,
    TableSpec,
)
from leadpolicy.data.moments import AsOf, parse_as_of
from leadpolicy.data.readers import check_header
from leadpolicy.data.recordset import Progress, RecordSet
from leadpolicy.data.tables import Column, Fault, Table, column_of_objects
from leadpolicy.data.workbench import wanted_columns
from leadpolicy.diagnostics import LeadpolicyError, Problems, suggest, unfit
from leadpolicy.vocabulary.model import Vocabulary

if TYPE_CHECKING:
    import pandas as pd

RECORDS: Final = "frame"
EVENTS: Final = "events"
EVENT: Final = "event"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Which column of a frame says what became of a record, and which one says when."""

    column: str
    at: str | None = None
    name: str = "won"


def from_frame(  # noqa: PLR0913 - each argument is a part of a dataset.yaml, all by name
    frame: object,
    vocabulary: Vocabulary,
    *,
    id: str | None = None,
    as_of: AsOf | str | date | datetime | None = None,
    facts: Mapping[str, str] | None = None,
    events: object | None = None,
    recorded: Collection[str] | None = None,
    entered_at: str | None = None,
    outcome: Outcome | str | None = None,
    name: str = "frame",
    grain: str = "company",
    progress: Progress | None = None,
) -> RecordSet:
    """Records out of a frame with one row each: of pandas, Polars, Arrow or DuckDB, or a list of
    dictionaries. `id` is the column with their names; without it they are numbered from 1.

    `facts` maps facts to columns; without it, columns named like facts are taken. `events` is a
    frame with the columns `id`, `event`, `at` and attributes; it is taken to be complete for the
    kinds in `recorded` (default: those that occur in it). What pandas counts as missing is
    missing; texts are read as in a CSV file. `outcome` names a column that
    is true for records that were won and false for those that were not (empty: nobody knows), or
    that holds the day on which they were won (empty: not yet).

    Raises `LeadpolicyError` with everything that is wrong with the names; rows whose values do not
    fit are set aside in the result's `quarantine`.
    """
    _check(vocabulary, outcome, id, facts, progress)
    problems = Problems()
    if as_of is None:
        raise LeadpolicyError.of(
            "LP513", "the moment of evaluation is missing: `as_of`",
            expected="a date such as 2026-03-01",
        )  # fmt: skip
    if events is not None and id is None:
        raise LeadpolicyError.of("LP502", "events need the column of the records' keys: `id`")
    frames = {RECORDS: _Frame.of(frame, "the frame")}
    if is_rows(events) and not events:
        frames[EVENTS] = _Frame.of([dict.fromkeys((str(id), EVENT, "at"))], "the events").nothing()
    elif events is not None:
        frames[EVENTS] = _Frame.of(events, "the events")
    if id is None:
        id, frames[RECORDS] = frames[RECORDS].numbered()
    spec = DatasetSpec(
        name=name,
        title=name,
        about="",
        source={},
        grain=grain,
        path=Path(name),
        vocabulary=vocabulary,
        tables={key: TableSpec(key, Path(key), key, Format.FRAME) for key in frames},
        records=RecordsSpec(
            RECORDS,
            ColumnRef(RECORDS, id),
            entered_at=Cell(ColumnRef(RECORDS, entered_at)) if entered_at else None,
        ),
        facts=_facts(frames[RECORDS], vocabulary, facts, problems),
        events=()
        if events is None
        else _events(frames[EVENTS], id, vocabulary, recorded, problems),
        outcome=_outcome(frames[RECORDS], outcome),
    )
    tables = {}
    for key, wanted in wanted_columns(spec).items():
        header = frames[key].header
        check_header(spec.tables[key], header, wanted, problems)
        if all(header.count(column) == 1 for column in wanted):
            table = frames[key].table(key, wanted)
            tables[key] = _named(table) if key == EVENTS else table
    if facts is None and RECORDS in tables:
        strange = _misspelt(frames[RECORDS].header, wanted_columns(spec)[RECORDS], vocabulary)
        tables[RECORDS] = replace(tables[RECORDS], notes=strange)
    problems.stop_on_errors()
    moment = parse_as_of(as_of)
    return cut(Dataset(spec, tables).chronicle(progress), moment)


def _check(
    vocabulary: object, outcome: object, id: object, facts: object, progress: object
) -> None:
    """Raises `LeadpolicyError` for an argument of another kind."""
    if not isinstance(vocabulary, Vocabulary):
        raise unfit("`vocabulary`", vocabulary, "what `load_vocabulary` returns")
    if not isinstance(outcome, str | Outcome | None):
        raise unfit("`outcome`", outcome, "the name of a column, or an `Outcome`")
    if not isinstance(id, str | None):
        raise unfit("`id`", id, "the name of a column")
    if not isinstance(facts, Mapping | None):
        raise unfit("`facts`", facts, "a mapping of facts to the columns that hold them")
    if progress is not None and not callable(progress):
        raise unfit("`progress`", progress, "a function of three arguments, or None")


NUMBER: Final = "row"


@dataclass(frozen=True, slots=True)
class _Frame:
    """A frame of pandas, or an Arrow table: what every other kind becomes."""

    data: Any

    @staticmethod
    def of(given: object, what: str) -> _Frame:
        """Raises `LeadpolicyError` for what is no frame."""
        try:
            found = as_table(given, what)
        except LeadpolicyError:
            if not is_rows(given) or not any(given):
                raise
            import pandas as pd  # whose objects may differ from row to row

            found = pd.DataFrame(list(given), dtype=object)
        if isinstance(found, str | Path) or type(found).__module__.startswith("polars"):
            return _Frame(as_arrow(found, what))
        return _Frame(found)

    @property
    def pandas(self) -> bool:
        return hasattr(self.data, "iloc")

    @property
    def header(self) -> list[str]:
        names = self.data.columns if self.pandas else self.data.column_names
        return [str(name) for name in names]

    def numbered(self) -> tuple[str, _Frame]:
        """The same with numbers for ids, and the column that holds them."""
        name = NUMBER
        while name in self.header:
            name += "_"
        numbers = [str(number) for number in range(1, len(self.data) + 1)]
        if self.pandas:
            return name, _Frame(self.data.assign(**{name: numbers}))
        return name, _Frame(self.data.append_column(name, [numbers]))

    def distinct(self, column: str) -> list[str]:
        """The different texts of a column, in the order in which they come."""
        if self.pandas:
            return [str(value) for value in self.data[column].dropna().unique()]
        return [str(v) for v in self.data.column(column).unique().to_pylist() if v is not None]

    def nothing(self) -> _Frame:
        """The same columns without a row."""
        return _Frame(self.data[:0])

    def dates(self, column: str) -> bool:
        """Whether a column holds dates and nothing else."""
        cells = list(_cells(self.table(column, [column]).columns[column]))
        filled = [cell for cell in cells if cell is not None and cell != ""]
        return bool(filled) and all(map(_is_date, filled))

    def table(self, name: str, wanted: Iterable[str]) -> Table:
        """The wanted columns."""
        if self.pandas:
            return table_of_frame(name, self.data, wanted)
        columns = {column: column_of_arrow(self.data.column(column)) for column in wanted}
        rows = np.arange(1, self.data.num_rows + 1, dtype=np.int64)
        return Table(name, name, columns, rows, "row")


def _facts(
    frame: _Frame,
    vocabulary: Vocabulary,
    facts: Mapping[str, str] | None,
    problems: Problems,
) -> tuple[ColumnFact, ...]:
    named = facts
    if named is None:
        named = {name: name for name in frame.header if name in vocabulary.facts}
    found = []
    for fact, column in named.items():
        if fact in vocabulary.facts:
            found.append(ColumnFact(vocabulary.facts[fact], Cell(ColumnRef(RECORDS, column))))
        else:
            hint = suggest(fact, vocabulary.facts)
            problems.error("LP203", f"the fact `{fact}` is not in the vocabulary", help=hint)
    return tuple(found)


def _misspelt(
    header: Iterable[str], used: Collection[str], vocabulary: Vocabulary
) -> tuple[str, ...]:
    """What to say of columns that are called nearly like a fact, and that nothing reads."""
    unread = [name for name in header if name not in used and "." in name]
    hints = {name: suggest(name, vocabulary.facts) for name in unread}
    return tuple(
        f"the column `{name}` is not read: the vocabulary has no such fact ({hint})"
        for name, hint in hints.items()
        if hint
    )


def _events(
    events: _Frame,
    id: str,
    vocabulary: Vocabulary,
    recorded: Collection[str] | None,
    problems: Problems,
) -> tuple[EventSpec, ...]:
    header = set(events.header)
    if EVENT not in header:
        hint = suggest(EVENT, header)
        problems.error("LP502", f"there is no column `{EVENT}`", where="the events", help=hint)
        return ()
    found = [name for name in events.distinct(EVENT) if name]
    specs = []
    for name in kinds_of_events(found, recorded, vocabulary.events, "the events", problems):
        kind = vocabulary.events[name]
        rows = Rows(
            EVENTS,
            ColumnRef(EVENTS, id),
            Cell(ColumnRef(EVENTS, "at")),
            None,
            (Condition(ColumnRef(EVENTS, EVENT), (name,)),),
        )
        cells = {a: Cell(ColumnRef(EVENTS, a)) for a in kind.attributes if a in header}
        specs.append(EventSpec(kind, rows, None, cells, {}))
    return tuple(specs)


def _named(events: Table) -> Table:
    """The events without the rows that name none, which are faults."""
    nameless = events.empty(EVENT) if EVENT in events.columns else np.zeros(len(events), np.bool_)
    if not nameless.any():
        return events
    lines = events.lines[nameless].tolist()
    return replace(
        events,
        columns={n: Column(c.codes[~nameless], c.cells) for n, c in events.columns.items()},
        lines=events.lines[~nameless],
        faults=tuple(Fault(line, "names no event", "") for line in lines),
    )


def _outcome(frame: _Frame, outcome: Outcome | str | None) -> OutcomeSpec | None:
    """A column of yes and no; or one of dates, in which a date means won on that day."""
    if outcome is None:
        return None
    given = Outcome(outcome) if isinstance(outcome, str) else outcome
    told = Cell(ColumnRef(RECORDS, given.column))
    if given.at is None and frame.header.count(given.column) == 1 and frame.dates(given.column):
        there = Condition(told.column, known=True)
        return OutcomeSpec(given.name, Rows(RECORDS, None, told, None, (there,)))
    at = Cell(ColumnRef(RECORDS, given.at)) if given.at is not None else None
    return OutcomeSpec(given.name, Rows(RECORDS, None, at, None, ()), told=told)


def _cells(column: Column) -> Iterable[object]:
    """What stands in a column, each text once."""
    return map(column.cells.__getitem__, np.unique(column.codes).tolist())


def _is_date(cell: object) -> bool:
    return isinstance(cell, date) or (isinstance(cell, str) and DAY.match(cell[:10]) is not None)


def table_of_frame(name: str, frame: pd.DataFrame, wanted: Iterable[str]) -> Table:
    """The wanted columns of a frame; rows are counted from 1."""
    columns = {column: _column(frame[column]) for column in wanted}
    return Table(name, name, columns, np.arange(1, len(frame) + 1, dtype=np.int64), "row")


def _column(series: pd.Series[Any]) -> Column:
    import pandas as pd
    import pyarrow as pa
    from pandas.api import types

    if types.is_numeric_dtype(series) or types.is_datetime64_any_dtype(series):
        try:
            return column_of_arrow(pa.array(series, from_pandas=True))
        except (pa.ArrowException, TypeError):
            pass  # complex numbers and the like, which are told cell by cell
    if series.dtype == object:
        filled = series.where(series.notna(), None)
        return column_of_objects(_plain(cell) for cell in filled.tolist())
    codes, distinct = pd.factorize(series, use_na_sentinel=True)
    cells = [_plain(cell) for cell in pd.Series(distinct).astype(object).tolist()]
    places = np.where(codes < 0, len(cells), codes).astype(np.int32)
    stripped = [cell.strip() if isinstance(cell, str) else cell for cell in cells]
    return Column(places, [*stripped, None])


def _plain(cell: object) -> object:
    """Python's own object for a scalar of pandas or numpy; None for what pandas calls missing."""
    import pandas as pd

    if cell is pd.NaT or cell is pd.NA:
        return None
    if isinstance(cell, pd.Timestamp):
        return cell.to_pydatetime(warn=False)
    if isinstance(cell, np.generic):
        return cell.item()
    return cell
