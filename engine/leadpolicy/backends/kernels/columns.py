"""Columns in memory: small unsigned codes that keep the order of the values, or plain doubles.

A code of 0, or a double that is no number, is a missing value. All comparisons of a column with
literals are spans of codes, which the narrowest type that carries them compares fastest.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leadpolicy.backends.sql.forms import microseconds
from leadpolicy.types import Type

Array: TypeAlias = NDArray[Any]
_UNSIGNED: Final = (np.uint8, np.uint16, np.uint32, np.uint64)
_DAY_ZERO: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Codes:
    """Values of a column as codes: `values[0]` is `first`, the next one is `first + 1`, …

    `values` are whole numbers, or numbers in ascending order. For an end of a range an open end is
    1 if it is a low end, and one above all values if it is a high one: known, but no number;
    `open` says that there may be such codes. `full`: nothing is missing.
    """

    array: Array = field(compare=False)
    values: range | Sequence[float]
    first: int = 1
    full: bool = False
    open: bool = False

    @property
    def last(self) -> int:
        """The code of the highest value."""
        return self.first + _length(self.values) - 1


@dataclass(frozen=True, slots=True)
class Floats:
    """Finite doubles; NaN is missing. In an end of a range infinite: open."""

    array: Array = field(compare=False)
    full: bool = False


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts by their place in `distinct`, from 1; these are in Unicode's normal form C."""

    array: Array = field(compare=False)
    distinct: tuple[str, ...]
    full: bool = False


@dataclass(frozen=True, slots=True)
class Sets:
    """Sets of texts: for every element of every set the row, and the place in `distinct` from 1."""

    known: Codes
    rows: Array = field(compare=False)
    elements: Array = field(compare=False)
    distinct: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ends:
    """Numbers known to lie between two ends. `known` holds 1 wherever there is a value."""

    low: Numbers
    high: Numbers
    known: Codes


@dataclass(frozen=True, slots=True)
class Nothing:
    """A fact that nobody recorded."""


Numbers: TypeAlias = Codes | Floats
Column: TypeAlias = Codes | Floats | Texts | Sets | Ends | Nothing
ALWAYS: Final = 2
"""The code of TRUE in a column of booleans."""


def _length(values: range | Sequence[float]) -> int:
    """Also of a range that is longer than a Python sequence may be."""
    return values.stop - values.start if isinstance(values, range) else len(values)


def narrowest(highest: int) -> type[np.unsignedinteger[Any]]:
    """The narrowest type for codes up to this one."""
    for kind in _UNSIGNED:
        if highest <= np.iinfo(kind).max:
            return kind
    raise OverflowError(highest)


def booleans(array: Array, *, full: bool = False) -> Codes:
    """A column of 0 missing, 1 FALSE, 2 TRUE."""
    return Codes(array, range(2), 1, full)


def size(column: Column) -> int:
    """The bytes that a column takes."""
    match column:
        case Codes() | Floats() | Texts():
            return int(column.array.nbytes)
        case Sets():
            return int(column.known.array.nbytes + column.rows.nbytes + column.elements.nbytes)
        case Ends():
            return sum(size(part) for part in (column.low, column.high, column.known))
        case Nothing():
            return 0


def number_of(kind: Type, value: object) -> int | float:
    """A literal as the number that its column is ordered by."""
    match value:
        case bool() | int() | float():
            return value
        case str():
            return kind.rank(value)
        case datetime():
            return microseconds(value)
        case date():
            return value.toordinal() - _DAY_ZERO
        case _:
            raise TypeError(f"{value!r} has no place in the order of {kind}")


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers between two ends; None is no end. `above`, `below`: the end is left out."""

    least: int | float | None = None
    most: int | float | None = None
    above: bool = False
    below: bool = False


def span_of_codes(column: Codes, span: Span) -> tuple[int, int]:
    """The codes of the values inside a span; the first is higher than the last where none is."""
    low = 0 if span.least is None else _place(column.values, span.least, after=span.above)
    high = _length(column.values)
    if span.most is not None:
        high = _place(column.values, span.most, after=not span.below)
    return column.first + low, column.first + high - 1


def _place(values: range | Sequence[float], number: int | float, *, after: bool) -> int:
    """How many values are smaller; with `after` also those that are equal."""
    if not isinstance(values, range):
        return (bisect_right if after else bisect_left)(values, number)
    below = math.floor(number) + 1 if after else math.ceil(number)
    return min(max(below - values.start, 0), values.stop - values.start)


def span_of_floats(span: Span) -> tuple[float, float]:
    """The same doubles as a span with both ends included. Infinite ends take in open ones."""
    low, high = -math.inf, math.inf
    if span.least is not None:
        low = float(span.least)
        if low < span.least or (span.above and low == span.least):
            low = math.nextafter(low, math.inf)
    if span.most is not None:
        high = float(span.most)
        if high > span.most or (span.below and high == span.most):
            high = math.nextafter(high, -math.inf)
    return low, high


def doubles(column: Numbers) -> Array | None:
    """The values as doubles, NaN where missing, infinite where open; None if some are none."""
    if isinstance(column, Floats):
        return column.array
    values = column.values
    if isinstance(values, range) and max(abs(values.start), abs(values.stop)) <= 2**53:
        found = column.array.astype(np.float64)
        found += values.start - column.first
        found[column.array == 0] = np.nan
        if column.first > 1:
            found[column.array == 1] = -np.inf
        found[column.array > column.last] = np.inf
        return found
    return None


def exact(column: Numbers, rows: Array) -> list[int | float | None]:
    """The values of some rows as Python numbers; None where missing."""
    found = column.array[rows].tolist()
    if isinstance(column, Floats):
        return [None if math.isnan(value) else value for value in found]
    return [_value(column, code) for code in found]


def _value(column: Codes, code: int) -> int | float | None:
    if code == 0:
        return None
    if code < column.first:
        return -math.inf
    return math.inf if code > column.last else column.values[code - column.first]


__all__ = [
    "ALWAYS",
    "Array",
    "Codes",
    "Column",
    "Ends",
    "Floats",
    "Nothing",
    "Numbers",
    "Sets",
    "Span",
    "Texts",
    "booleans",
    "doubles",
    "exact",
    "narrowest",
    "number_of",
    "size",
    "span_of_codes",
    "span_of_floats",
]
