"""Records that stand in columns, as kernels keep them; and their tables as columns again."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

import numpy as np

from leadpolicy.backends import columns as given
from leadpolicy.backends.columns import ALWAYS, MISSING, UNDATED, Columns
from leadpolicy.backends.kernels import columns as kept
from leadpolicy.backends.kernels import convert
from leadpolicy.backends.kernels.columns import (
    Array,
    Flags,
    Nothing,
    NumberColumn,
    RangeColumn,
    Sets,
    TextColumn,
    packed,
    unpacked,
)
from leadpolicy.backends.kernels.read import CodedLog, CodedTable
from leadpolicy.backends.tables import NOW, arrays, dated, log_begins
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.times import from_microseconds
from leadpolicy.types import Kind, Range, Type, Value

_ZERO: Final = date(1970, 1, 1)


def coded(
    columns: Columns, facts: Mapping[str, Type], attributes: Mapping[str, Mapping[str, Type]]
) -> CodedTable:
    """The columns that a program looks at, and the moments of the records under `NOW`."""
    rows = len(columns)
    return CodedTable(
        rows,
        {name: _column(name, columns.facts.get(name), kind) for name, kind in facts.items()},
        np.arange(rows),
        {NOW: NumberColumn(columns.moments)},
        {
            kind: None
            if kind not in columns.logs
            else _log(columns.logs[kind], wanted, columns.moments)
            for kind, wanted in attributes.items()
        },
        "the records",
    )


def _log(log: given.EventsOfKind, attributes: Mapping[str, Type], moments: Array) -> CodedLog:
    """The events of one kind; they know the places of their records already."""
    since = None
    if log.since is not None:
        since = _moment(dated(log_begins(log.since, moments), ALWAYS))
    return CodedLog(
        log.records.astype(np.int64, copy=False),
        _moment(dated(log.at, UNDATED)),
        {name: _column(name, log.attributes.get(name), kind) for name, kind in attributes.items()},
        None if log.recorded is None else Flags(packed(log.recorded)),
        since,
    )


def _moment(column: Any) -> NumberColumn:
    found = convert.column(Type(Kind.MOMENT), column)
    assert isinstance(found, NumberColumn)
    return found


def _column(name: str, column: given.CodedValues | None, kind: Type) -> kept.Column:
    """What the records' own reader let pass may be beyond the limits of the policies."""
    try:
        return convert.assembled(replace(kind, limits=None), arrays(column, kind))
    except convert.Misfit:
        raise LeadpolicyError.of(
            "LP503",
            f"`{name}` has values in the data that the policies do not know",
            help="let the data set and the policies use the same vocabulary",
        ) from None


# ------------------------------------------------------------------------- columns again


def uncoded(
    table: CodedTable,
    facts: Mapping[str, Type],
    attributes: Mapping[str, Mapping[str, Type]],
    moments: Array,
) -> Columns:
    """A table as columns of values, each record at its moment."""
    logs = {}
    for kind, wanted in attributes.items():
        log = table.events.get(kind)
        if log is None:
            continue
        events = len(log.rows)
        logs[kind] = given.EventColumns(
            log.rows,
            _moments(log.at, events, UNDATED),
            {name: _values(log.attributes[name], of, events) for name, of in wanted.items()},
            None if log.since is None else _moments(log.since, table.rows, ALWAYS),
            None if log.recorded is None else _flags(log.recorded, table.rows),
        )
    found = {name: _values(table.columns[name], of, table.rows) for name, of in facts.items()}
    return Columns(found, logs, moments)


def _moments(column: kept.Column | int, rows: int, missing: int) -> Array:
    """Microseconds."""
    if isinstance(column, int):
        return np.full(rows, column, np.int64)
    if isinstance(column, Nothing):
        return np.full(rows, missing, np.int64)
    assert isinstance(column, NumberColumn)
    return np.where(_there(column.there, rows), column.array, missing)


def _there(plane: Array | None, rows: int) -> Array:
    return np.ones(rows, np.bool_) if plane is None else unpacked(plane, rows).view(np.bool_)


def _flags(column: Flags, rows: int) -> Array:
    """Where a flag is set."""
    return unpacked(column.array, rows).view(np.bool_) & _there(column.there, rows)


def _values(column: kept.Column, kind: Type, rows: int) -> given.CodedColumn:
    """Values as Python has them."""
    place: dict[Hashable, int] = {}
    found = _python(column, kind, rows)
    codes = [MISSING if v is None else place.setdefault(v, len(place)) for v in found]
    return given.CodedColumn(kind, np.array(codes, np.int32), list(place))  # type: ignore[arg-type]


def _python(column: kept.Column, kind: Type, rows: int) -> list[Value | None]:
    if isinstance(column, Nothing):
        return [None] * rows
    known = _there(column.there, rows).tolist()
    found: list[Any] = []
    match column:
        case RangeColumn():
            pairs = zip(_known(column.low, rows), _known(column.high, rows), strict=True)
            found = [_range(low, high) for low, high in pairs]
        case Sets():
            places = column.elements.tolist()
            found = [
                frozenset(column.distinct[place] for place in places[begin:end])
                for begin, end in pairwise(column.starts.tolist())
            ]
        case TextColumn():
            found = [
                column.distinct[place] if there else None
                for place, there in zip(column.array.tolist(), known, strict=True)
            ]
        case Flags():
            found = [bool(flag) for flag in unpacked(column.array, rows).tolist()]
        case NumberColumn():
            found = [None if n is None else _value(n, kind) for n in _known(column, rows)]
    return [value if there else None for value, there in zip(found, known, strict=True)]


def _known(column: NumberColumn, rows: int) -> list[int | float | None]:
    there = _there(column.there, rows).tolist()
    return [n if known else None for n, known in zip(column.array.tolist(), there, strict=True)]


def _range(low: int | float | None, high: int | float | None) -> Value:
    return low if low == high and low is not None else Range(low, high)


def _value(number: int | float, kind: Type) -> Value:
    match kind.kind:
        case Kind.CHOICE | Kind.LEVEL:
            return kind.values[int(number)]
        case Kind.DATE:
            return _ZERO + timedelta(days=int(number))
        case Kind.MOMENT:
            return from_microseconds(int(number))
        case Kind.NUMBER | Kind.MONEY:
            return float(number)
        case _:
            return number


__all__ = ["coded", "uncoded"]
