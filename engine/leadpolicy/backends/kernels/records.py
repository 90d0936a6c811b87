"""Records that stand in columns, coded for kernels; and coded tables as columns again."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from leadpolicy.backends import columns as given
from leadpolicy.backends.columns import ALWAYS, MISSING, UNDATED, Columns, Packed, moment_of
from leadpolicy.backends.kernels import columns as kept
from leadpolicy.backends.kernels.columns import Array, Codes, Ends, Floats, Nothing, Sets, Texts
from leadpolicy.backends.kernels.encode import Batch, Collector, ends_of
from leadpolicy.backends.kernels.load import Coded, Log
from leadpolicy.types import NUMERIC, Kind, Range, Type, Value

NOW: Final = "now"
_ZERO: Final = date(1970, 1, 1)
_STORED: Final = {Kind.NUMBER: np.float64, Kind.MONEY: np.float64}


def coded(
    columns: Columns,
    facts: Mapping[str, Type],
    attributes: Mapping[str, Mapping[str, Type]],
    *,
    own_moments: bool,
) -> Coded:
    """The columns that a program looks at; with `own_moments` those of the records, too."""
    rows = len(columns)
    moments = {}
    if own_moments:
        moments[NOW] = _whole(columns.moments, Kind.MOMENT)
    latest = int(columns.moments.max()) if rows else 0
    return Coded(
        rows,
        {name: _column(columns.facts.get(name), kind) for name, kind in facts.items()},
        np.arange(rows),
        moments,
        {
            kind: None if kind not in columns.logs else _log(columns.logs[kind], wanted, latest)
            for kind, wanted in attributes.items()
        },
        "the records",
    )


def _log(log: given.Log, attributes: Mapping[str, Type], latest: int) -> Log:
    """The events of one kind. A log that begins after every moment begins late enough for all."""
    since = None
    if log.since is not None:
        since = _whole(np.minimum(log.since, latest + 1), Kind.MOMENT, log.since != ALWAYS)
    recorded = None if log.recorded is None else kept.booleans(log.recorded.astype(np.uint8) + 1)
    return Log(
        log.records.astype(np.int64, copy=False),
        _whole(log.at, Kind.MOMENT, log.at != UNDATED),
        {name: _column(log.attributes.get(name), kind) for name, kind in attributes.items()},
        recorded,
        since,
    )


def _whole(values: Array, kind: Kind, there: Array | None = None) -> Codes:
    """Whole numbers as codes."""
    missing = 0 if there is None else int(len(there) - there.sum())
    flags = None if there is None or not missing else there.astype(np.uint8)
    found = Collector(kind, batches=[Batch(values, flags)], length=len(values), missing=missing)
    column = found.numbers()
    assert isinstance(column, Codes)
    return column


def _column(column: given.Coded | None, kind: Type) -> kept.Column:
    """Every distinct value is looked at once."""
    if column is None or not len(column.values):
        return Nothing()
    if kind.kind is Kind.CHOICES:
        return _sets(column)
    return _spread(_distinct(column.values, kind), column.codes)


def _distinct(values: Sequence[Value], kind: Type) -> kept.Column:
    """The distinct values as a column."""
    if kind.kind is Kind.TEXT:
        texts = [unicodedata.normalize("NFC", str(value)) for value in values]
        names = sorted(set(texts))
        place = {name: number for number, name in enumerate(names, 1)}
        array = np.array([place[t] for t in texts], kept.narrowest(len(names)))
        return Texts(array, tuple(names), True)
    if kind.kind in (Kind.CHOICE, Kind.LEVEL):
        place = {name: number for number, name in enumerate(kind.values, 1)}
        return _listed([place[str(value)] for value in values], range(len(kind.values)))
    if kind.kind is Kind.BOOLEAN:
        return _listed([int(bool(value)) + 1 for value in values], range(2))
    if isinstance(values, Packed):
        stored = values.array
        return _numbers(stored.astype(_STORED.get(kind.kind, np.int64)), kind.kind)
    if kind.kind not in NUMERIC:
        return _numbers(np.array([kept.number_of(kind, v) for v in values], np.int64), kind.kind)
    if not any(isinstance(value, Range) for value in values):
        return _numbers(np.array(values, _STORED.get(kind.kind, np.int64)), kind.kind)
    pairs = [(v.low, v.high) if isinstance(v, Range) else (v, v) for v in values]
    flag = Collector(Kind.BOOLEAN, batches=[Batch(np.full(len(pairs), 2, np.uint8), None)])
    low, high = (_end([pair[side] for pair in pairs], kind.kind) for side in (0, 1))
    return ends_of(kind.kind, low, high, flag)


def _listed(codes: Sequence[int], values: range) -> Codes:
    return Codes(np.array(codes, kept.narrowest(len(values))), values, 1, True)


def _numbers(values: Array, kind: Kind) -> kept.Numbers:
    if values.dtype == np.float64:
        return Floats(values, True)
    return _whole(values, kind)


def _end(values: Sequence[Any], kind: Kind) -> Collector:
    """Ends of ranges; None is open."""
    stored = _STORED.get(kind, np.int64)
    open_end = np.array([value is None for value in values], np.bool_)
    numbers = np.array([0 if value is None else value for value in values], stored)
    if stored is np.float64:
        numbers[open_end] = np.nan
    there = (~open_end).astype(np.uint8)
    missing = int(open_end.sum())
    batch = Batch(numbers, there if missing else None)
    return Collector(kind, batches=[batch], length=len(values), missing=missing)


def _spread(column: kept.Column, codes: Array) -> kept.Column:
    """The column of all records out of that of the distinct values."""
    full = bool((codes != MISSING).all())
    match column:
        case Codes() | Texts():
            nothing = column.array.dtype.type(0)
            return replace(column, array=np.append(column.array, nothing)[codes], full=full)
        case Floats():
            return Floats(np.append(column.array, np.nan)[codes], full)
        case Ends():
            low, high, known = (
                _spread(part, codes) for part in (column.low, column.high, column.known)
            )
            assert isinstance(low, Codes | Floats)
            assert isinstance(high, Codes | Floats)
            assert isinstance(known, Codes)
            ends = (replace(low, full=False), replace(high, full=False))
            return Ends(*ends, replace(known, full=False))
        case Sets() | Nothing():
            raise TypeError(column)


def _sets(column: given.Coded) -> Sets:
    elements = sorted(
        {unicodedata.normalize("NFC", e) for v in column.values for e in _elements(v)}
    )
    place = {element: number for number, element in enumerate(elements, 1)}
    lists = [
        [place[unicodedata.normalize("NFC", e)] for e in _elements(value)]
        for value in column.values
    ]
    known = column.codes != MISSING
    rows, found = [], []
    for code, own in enumerate(lists):
        at = np.flatnonzero(column.codes == code)
        for element in own:
            rows.append(at)
            found.append(np.full(len(at), element, np.uint32))
    return Sets(
        Codes(known.astype(np.uint8), range(1), 1, bool(known.all())),
        np.concatenate(rows) if rows else np.zeros(0, np.int64),
        np.concatenate(found) if found else np.zeros(0, np.uint32),
        tuple(elements),
    )


def _elements(value: Value) -> frozenset[str]:
    assert isinstance(value, frozenset)
    return value


# ------------------------------------------------------------------------- columns again


def uncoded(
    table: Coded,
    facts: Mapping[str, Type],
    attributes: Mapping[str, Mapping[str, Type]],
    moments: Array,
) -> Columns:
    """A coded table as columns of values, each record at its moment."""
    logs = {}
    for kind, wanted in attributes.items():
        log = table.events.get(kind)
        if log is None:
            continue
        logs[kind] = given.Happened(
            log.rows,
            np.full(len(log.rows), UNDATED, np.int64)
            if isinstance(log.at, Nothing)
            else _moments(log.at, UNDATED),
            {name: _values(log.attributes[name], of, len(log.rows)) for name, of in wanted.items()},
            _since(log, table.rows),
            None if log.recorded is None else log.recorded.array == kept.ALWAYS,
        )
    found = {name: _values(table.columns[name], of, table.rows) for name, of in facts.items()}
    return Columns(found, logs, moments)


def _since(log: Log, rows: int) -> Array | None:
    if isinstance(log.since, Codes):
        return _moments(log.since, ALWAYS)
    return None if log.since is None else np.full(rows, log.since, np.int64)


def _moments(column: kept.Column, missing: int) -> Array:
    """Microseconds."""
    assert isinstance(column, Codes)
    exact = kept.exact(column, np.arange(len(column.array)))
    return np.array([missing if at is None else int(at) for at in exact], np.int64)


def _values(column: kept.Column, kind: Type, rows: int) -> given.Column:
    """Values as Python has them."""
    if isinstance(column, Nothing):
        return given.Column(kind, np.full(rows, MISSING, np.int32), [])
    per_row = _python(column, kind, rows)
    place: dict[Any, int] = {}
    codes = [MISSING if v is None else place.setdefault(v, len(place)) for v in per_row]
    return given.Column(kind, np.array(codes, np.int32), list(place))


def _python(column: kept.Column, kind: Type, rows: int) -> list[Value | None]:
    every = np.arange(rows)
    match column:
        case Texts():
            return [column.distinct[c - 1] if c else None for c in column.array.tolist()]
        case Sets():
            sets: list[set[str]] = [set() for _ in range(rows)]
            for row, element in zip(column.rows.tolist(), column.elements.tolist(), strict=True):
                sets[row].add(column.distinct[element - 1])
            known = column.known.array.tolist()
            return [frozenset(s) if there else None for s, there in zip(sets, known, strict=True)]
        case Ends():
            low, high = (kept.exact(end, every) for end in (column.low, column.high))
            known = column.known.array.tolist()
            return [
                _range(a, b) if there else None
                for a, b, there in zip(low, high, known, strict=True)
            ]
        case Codes() | Floats():
            return [None if v is None else _value(v, kind) for v in kept.exact(column, every)]
        case Nothing():
            return [None] * rows


def _range(low: int | float | None, high: int | float | None) -> Value:
    first = None if low is None or abs(low) == float("inf") else low
    last = None if high is None or abs(high) == float("inf") else high
    return first if first == last and first is not None else Range(first, last)


def _value(number: int | float, kind: Type) -> Value:
    match kind.kind:
        case Kind.BOOLEAN:
            return bool(number)
        case Kind.CHOICE | Kind.LEVEL:
            return kind.values[int(number)]
        case Kind.DATE:
            return _ZERO + timedelta(days=int(number))
        case Kind.MOMENT:
            return moment_of(int(number))
        case Kind.NUMBER | Kind.MONEY:
            return float(number)
        case _:
            return number


__all__ = ["NOW", "coded", "uncoded"]
