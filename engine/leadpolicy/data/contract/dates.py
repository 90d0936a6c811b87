"""Promises about dates: in order, within the time of the data, and recent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np

from leadpolicy.data.chronicle import NEVER, UNDATED
from leadpolicy.data.contract.model import (
    FRESH_DAYS,
    Expectation,
    Level,
    Moments,
    NotBefore,
    Reaches,
    Sheet,
    mostly,
)
from leadpolicy.data.contract.uses import Ground
from leadpolicy.data.model import Cell, ColumnRef, DatedFact
from leadpolicy.data.model import Rows as RowsSpec
from leadpolicy.data.moments import AtMoment
from leadpolicy.data.outcomes import read_ends
from leadpolicy.data.record_rows import MOMENT
from leadpolicy.data.tables import Mask, Rows
from leadpolicy.data.typed import DAY
from leadpolicy.times import microseconds
from leadpolicy.types import show

BEGAN = "entry of its record"
END = "end of the data"


def date_promises(
    on: Ground, sheets: Mapping[str, Sheet], records: str, *, critical_only: bool
) -> Iterator[Expectation]:
    """What is promised of dates."""
    entered = _entries(on)
    yield from _ends(on, sheets[records], entered)
    if critical_only:
        return
    happened = [e.rows for e in on.spec.events if e.rows.at is not None and e.count is None]
    if entered is not None and len(entered):
        for cell, mask, record in _by_owner(on, happened):
            yield from _after_entry(on, sheets[cell.column.table], cell, mask, entered, record)
    others = [*(f.rows for f in on.spec.facts if isinstance(f, DatedFact)), *on.spec.closed]
    others += [on.spec.assessments.rows] if on.spec.assessments else []
    others += [on.spec.outcome.rows] if on.spec.outcome else []
    until = _until(on)
    for cell, mask in _cells(on, [*happened, *others]):
        yield from _in_time(on, sheets[cell.column.table], cell, mask, until)
    seen: dict[str, tuple[Cell, Cell, Mask]] = {}
    for rows in [*happened, *others]:
        if rows.at is not None and rows.known is not None:
            key, mask = f"{rows.at.column} {rows.known.column}", on.rows(rows)
            seen[key] = (rows.at, rows.known, seen[key][2] | mask if key in seen else mask)
    for at, known, mask in seen.values():
        yield from _known_later(on, sheets[at.column.table], at, known, mask)


def _by_owner(
    on: Ground, rows: Sequence[RowsSpec]
) -> Iterator[tuple[Cell, Mask, ColumnRef | None]]:
    """Columns with dates, with the column that names the record."""
    owners = dict.fromkeys(spec.record for spec in rows)
    for owner in owners:
        own = [spec for spec in rows if spec.record == owner]
        yield from ((cell, mask, owner) for cell, mask in _cells(on, own))


def _until(on: Ground) -> datetime | None:
    if on.spec.observed_until is not None:
        return on.spec.observed_until
    return on.spec.as_of.moment if isinstance(on.spec.as_of, AtMoment) else None


def _entries(on: Ground) -> Rows | None:
    cell = on.spec.records.entered_at
    if cell is None or cell.column.table != on.main.name:
        return None
    converted = on.work.convert(cell, MOMENT, on.fits)
    found: Rows = converted.instants[converted.codes[on.records.rows]]
    return found


def _ends(on: Ground, sheet: Sheet, entered: Rows | None) -> Iterator[Expectation]:
    """No record is won or closed before it entered."""
    if entered is None or (on.spec.outcome is None and not on.spec.closed):
        return
    ends = read_ends(on.work, on.records)
    sheet.columns["entered"] = Moments(entered)
    won = on.spec.outcome.name if on.spec.outcome is not None else "won"
    for what, moments in ((won, ends.won), ("closed", ends.closed)):
        if (moments == NEVER).all():
            continue
        sheet.columns[what] = Moments(np.where(moments == NEVER, UNDATED, moments))
        count = int(((moments != NEVER) & (entered != UNDATED)).sum())
        for level, check, least in (
            (Level.WARNING, "order", 1.0),
            (Level.CRITICAL, "fits", mostly(count)),
        ):
            share = "no record is" if level is Level.WARNING else "at most 5 % of those records are"
            yield Expectation(
                f"{sheet.name}.{what}.{check}",
                sheet.name,
                NotBefore(what, "entered"),
                level,
                f"{share} {what} before entering",
                least,
                reason=f"is {what} before it entered",
            )


def _cells(on: Ground, rows: Sequence[RowsSpec]) -> list[tuple[Cell, Mask]]:
    """The columns with dates, each with all its rows."""
    found: dict[str, tuple[Cell, Mask]] = {}
    for spec in rows:
        if spec.at is not None:
            mask, key = on.rows(spec), repr((str(spec.at.column), spec.at.reading))
            found[key] = (spec.at, found[key][1] | mask if key in found else mask)
    return list(found.values())


def _moments(on: Ground, cell: Cell, mask: Mask) -> Rows:
    converted = on.work.convert(cell, MOMENT, mask)
    found: Rows = np.where(mask, converted.instants[converted.codes], UNDATED)
    return found


def _after_entry(
    on: Ground, sheet: Sheet, cell: Cell, mask: Mask, entered: Rows, record: ColumnRef | None
) -> Iterator[Expectation]:
    """No event happened before its record entered; days without a time go by the day."""
    numbers = on.records.number_of_row
    if record is not None:
        column = on.table(record.table).columns[record.column]
        numbers = on.records.of_rows(column)
    at = _moments(on, cell, mask)
    began = np.where(numbers >= 0, entered[np.maximum(numbers, 0)], UNDATED)
    day = (began != UNDATED) & (at % DAY == 0)
    began = np.where(day, began - began % DAY, began)
    name = f"{cell.column.column} (of an event)"
    sheet.columns[name] = Moments(at)
    sheet.columns[BEGAN] = Moments(np.where(mask, began, UNDATED))
    yield Expectation(
        f"{sheet.name}.{cell.column.column}.order",
        sheet.name,
        NotBefore(name, BEGAN),
        Level.WARNING,
        "no event is dated before its record entered",
        source=cell.column.column,
        reason="is before the entry of its record",
    )


def _in_time(
    on: Ground, sheet: Sheet, cell: Cell, mask: Mask, until: datetime | None
) -> Iterator[Expectation]:
    """No date after the end of the data, and some date shortly before it."""
    if until is None or not mask.any():
        return
    name = f"{cell.column.column} (moment)"
    sheet.columns[name] = Moments(_moments(on, cell, mask))
    sheet.columns[END] = Moments(np.full(sheet.rows, microseconds(until), np.int64))
    yield Expectation(
        f"{sheet.name}.{cell.column.column}.end",
        sheet.name,
        NotBefore(END, name),
        Level.WARNING,
        f"no row is dated after the end of the data ({show(until)})",
        source=cell.column.column,
        reason=f"is after the end of the data ({show(until)})",
    )
    start = until - timedelta(days=FRESH_DAYS)
    yield Expectation(
        f"{sheet.name}.{cell.column.column}.recent",
        sheet.name,
        Reaches(name, start),
        Level.WARNING,
        f"the last row is dated {start.date()} or later, {FRESH_DAYS} days before the end of the "
        "data",
        source=cell.column.column,
    )


def _known_later(
    on: Ground, sheet: Sheet, at: Cell, known: Cell, mask: Mask
) -> Iterator[Expectation]:
    """Nothing is known before it is so."""
    name, later = f"{at.column.column} (so)", f"{known.column.column} (known)"
    sheet.columns[name] = Moments(_moments(on, at, mask))
    sheet.columns[later] = Moments(_moments(on, known, mask))
    yield Expectation(
        f"{sheet.name}.{known.column.column}.order",
        sheet.name,
        NotBefore(later, name),
        Level.WARNING,
        f"{known.column.column} is not before {at.column.column}",
        source=known.column.column,
        reason=f"is before {at.column.column}",
    )
