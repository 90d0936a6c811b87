"""Records that stand in columns, as kernels keep them; and their tables as columns again."""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

import numpy as np

from leadpolicy.backends import columns as given
from leadpolicy.backends.columns import ALWAYS, MISSING, UNDATED, Columns, PackedValues
from leadpolicy.backends.kernels import columns as kept
from leadpolicy.backends.kernels.columns import (
    Array,
    Flags,
    Nothing,
    NumberColumn,
    RangeColumn,
    Sets,
    TextColumn,
    both,
    packed,
    unpacked,
)
from leadpolicy.backends.kernels.read import CodedLog, CodedTable
from leadpolicy.times import from_microseconds
from leadpolicy.types import NUMERIC, Kind, Range, Type, Value

NOW: Final = "now"
_ZERO: Final = date(1970, 1, 1)
_STORED: Final = {Kind.NUMBER: np.float64, Kind.MONEY: np.float64}


def coded(
    columns: Columns, facts: Mapping[str, Type], attributes: Mapping[str, Mapping[str, Type]]
) -> CodedTable:
    """The columns that a program looks at, and the moments of the records under `NOW`."""
    rows = len(columns)
    latest = int(columns.moments.max()) if rows else 0
    return CodedTable(
        rows,
        {name: _column(columns.facts.get(name), kind) for name, kind in facts.items()},
        np.arange(rows),
        {NOW: NumberColumn(columns.moments)},
        {
            kind: None if kind not in columns.logs else _log(columns.logs[kind], wanted, latest)
            for kind, wanted in attributes.items()
        },
        "the records",
    )


def _log(log: given.EventsOfKind, attributes: Mapping[str, Type], latest: int) -> CodedLog:
    """The events of one kind. A log that begins after every moment begins late enough for all."""
    since = None
    if log.since is not None:
        since = _whole(np.minimum(log.since, latest + 1), log.since != ALWAYS)
    return CodedLog(
        log.records.astype(np.int64, copy=False),
        _whole(log.at, log.at != UNDATED),
        {name: _column(log.attributes.get(name), kind) for name, kind in attributes.items()},
        None if log.recorded is None else Flags(packed(log.recorded)),
        since,
    )


def _whole(values: Array, there: Array) -> NumberColumn:
    return NumberColumn(np.where(there, values, 0), _plane(there))


def _plane(there: Array) -> Array | None:
    return None if bool(there.all()) else packed(there)


def _column(column: given.CodedValues | None, kind: Type) -> kept.Column:
    """Every distinct value is looked at once."""
    if column is None or not len(column.values):
        return Nothing()
    known = column.codes != MISSING
    there, places = _plane(known), np.where(known, column.codes, 0)
    values = column.values
    match kind.kind:
        case Kind.TEXT:
            texts = tuple(unicodedata.normalize("NFC", str(value)) for value in values)
            distinct = tuple(dict.fromkeys(texts))
            return TextColumn(_placed(texts, distinct, np.uint32)[places], distinct, there)
        case Kind.CHOICE | Kind.LEVEL:
            small = np.uint8 if len(kind.values) < 2**8 else np.uint16
            return NumberColumn(_placed(list(map(str, values)), kind.values, small)[places], there)
        case Kind.BOOLEAN:
            flags = np.array([bool(value) for value in values], np.bool_)
            return Flags(packed(flags[places]), there)
        case Kind.CHOICES:
            return _sets(values, column.codes, there)
        case _ if kind.kind in NUMERIC and _ranged(values):
            return _ends(values, kind.kind, places, there)
        case _:
            return NumberColumn(_numbers(values, kind)[places], there)


def _ranged(values: Sequence[Value]) -> bool:
    """Values that stand in an array are no ranges."""
    return not isinstance(values, PackedValues) and any(
        isinstance(value, Range) for value in values
    )


def _placed(values: Sequence[str], order: Sequence[str], stored: Any) -> Array:
    place = {value: number for number, value in enumerate(order)}
    return np.array([place[value] for value in values], stored)


def _numbers(values: Sequence[Value], kind: Type) -> Array:
    """Numbers, days or microseconds."""
    stored = _STORED.get(kind.kind, np.int64)
    if isinstance(values, PackedValues):
        return values.array.astype(stored, copy=False)
    return np.array([kept.number_of(kind, value) for value in values], stored)


def _ends(values: Sequence[Any], kind: Kind, places: Array, there: Array | None) -> RangeColumn:
    pairs = [(v.low, v.high) if isinstance(v, Range) else (v, v) for v in values]
    ends = []
    for side in (0, 1):
        open_end = np.array([pair[side] is None for pair in pairs], np.bool_)
        numbers = [0 if pair[side] is None else pair[side] for pair in pairs]
        array = np.array(numbers, _STORED.get(kind, np.int64))[places]
        ends.append(NumberColumn(array, both(_plane(~open_end[places]), there)))
    return RangeColumn(ends[0], ends[1], there)


def _sets(values: Sequence[Any], codes: Array, there: Array | None) -> Sets:
    lists = [[unicodedata.normalize("NFC", e) for e in sorted(value)] for value in values]
    distinct = tuple(sorted({element for own in lists for element in own}))
    place = {element: number for number, element in enumerate(distinct)}
    own = [np.array([place[e] for e in one], np.uint32) for one in lists]
    own.append(np.zeros(0, np.uint32))  # of a record without a set, whose code is the last
    found = [own[code] for code in codes.tolist()]
    starts = np.cumsum([0, *(len(one) for one in found)]).astype(np.int32)
    return Sets(starts, np.concatenate([*found, own[-1]]), distinct, there)


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


__all__ = ["NOW", "coded", "uncoded"]
