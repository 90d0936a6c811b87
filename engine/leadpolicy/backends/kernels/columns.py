"""Columns in memory, as Arrow has them: numbers as they are, and planes of one bit per record.

`there` is the plane of the records that have a value, None where all have; what an array holds for
the others is nothing. The value of a closed list is its place in the list, from 0, so that levels
are in order; days and microseconds are counted from 1970.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leadpolicy.times import microseconds
from leadpolicy.types import Type

Array: TypeAlias = NDArray[Any]
Slot: TypeAlias = tuple[Hashable, ...]
"""What an array is called while nobody knows yet which table it belongs to."""
THERE, LOW, HIGH = "there", "low", "high"
_DAY_ZERO: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, eq=False)
class NumberColumn:
    """Whole numbers, or finite doubles."""

    array: Array
    there: Array | None = None

    @property
    def whole(self) -> bool:
        """Whether these are integers to the machine."""
        return self.array.dtype.kind != "f"


@dataclass(frozen=True, slots=True, eq=False)
class Flags:
    """Booleans, as a plane."""

    array: Array
    there: Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TextColumn:
    """Texts by their place in `distinct`, from 0; these are in Unicode's normal form C."""

    array: Array
    distinct: tuple[str, ...]
    there: Array | None = None
    tables: dict[Hashable, Array] = field(default_factory=dict)
    """What was found out of each distinct text."""


@dataclass(frozen=True, slots=True, eq=False)
class Sets:
    """Sets of texts: those of a record stand in `elements`, by their place in `distinct`, from its
    number in `starts` to the next one's.
    """

    starts: Array
    elements: Array
    distinct: tuple[str, ...]
    there: Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RangeColumn:
    """Numbers known to lie between two ends; where an end is not there, it is open."""

    low: NumberColumn
    high: NumberColumn
    there: Array | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """A fact that nobody recorded."""


Column: TypeAlias = NumberColumn | Flags | TextColumn | Sets | RangeColumn | Nothing


def parts(slot: Slot, column: Column) -> Iterator[tuple[Slot, Any]]:
    """The parts of a column by their slots. Of texts and sets the column itself is a part."""
    match column:
        case NumberColumn() | Flags():
            yield slot, column.array
        case TextColumn() | Sets():
            yield slot, column
        case RangeColumn():
            yield from parts((*slot, LOW), column.low)
            yield from parts((*slot, HIGH), column.high)
        case Nothing():
            return
    yield (*slot, THERE), column.there


def filled(columns: Mapping[str, Column]) -> dict[Slot, Any]:
    """The parts of all columns."""
    return {slot: part for name, one in columns.items() for slot, part in parts((name,), one)}


def shape(columns: Mapping[str, Column]) -> tuple[Hashable, ...]:
    """What has to be equal for tables to be asked in the same way."""
    return tuple((name, *_kind(column)) for name, column in columns.items())


def _kind(column: Column) -> tuple[Hashable, ...]:
    match column:
        case NumberColumn():
            return "numbers", column.whole
        case RangeColumn():
            return "ends", column.low.whole, column.high.whole
        case _:
            return (type(column).__name__,)


def size(column: Column) -> int:
    """The bytes that a column takes."""
    match column:
        case RangeColumn(low=low, high=high):
            return size(low) + size(high) + _bytes(column.there)
        case Sets():
            return _bytes(column.starts, column.elements, column.there)
        case NumberColumn() | Flags() | TextColumn():
            return _bytes(column.array, column.there)
        case Nothing():
            return 0


def _bytes(*arrays: Array | None) -> int:
    return sum(array.nbytes for array in arrays if array is not None)


# ---------------------------------------------------------------------------------- numbers


def number_of(kind: Type, value: object) -> int | float:
    """A literal as the number that stands for it in a column."""
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
class Interval:
    """The numbers between two ends; None is no end. `above`, `below`: the end is left out."""

    least: int | float | None = None
    most: int | float | None = None
    above: bool = False
    below: bool = False

    def whole(self) -> tuple[int | None, int | None]:
        """The lowest and the highest whole number inside."""
        least, most = self.least, self.most
        return (
            None if least is None else math.floor(least) + 1 if self.above else math.ceil(least),
            None if most is None else math.ceil(most) - 1 if self.below else math.floor(most),
        )

    def doubles(self) -> tuple[float | None, float | None]:
        """The lowest and the highest double inside."""
        low = high = None
        if self.least is not None:
            low = float(self.least)
            if low < self.least or (self.above and low == self.least):
                low = math.nextafter(low, math.inf)
        if self.most is not None:
            high = float(self.most)
            if high > self.most or (self.below and high == self.most):
                high = math.nextafter(high, -math.inf)
        return low, high


# ----------------------------------------------------------------------------------- planes


def packed(flags: Array) -> Array:
    """Booleans as a plane: eight records to a byte, the first in the lowest bit."""
    return np.packbits(flags, bitorder="little")


def unpacked(plane: Array, rows: int) -> Array:
    """A byte per record, 0 or 1."""
    return np.unpackbits(plane, count=rows, bitorder="little")


def both(one: Array | None, other: Array | None) -> Array | None:
    """Where both planes are set."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


__all__ = [
    "HIGH",
    "LOW",
    "THERE",
    "Array",
    "Column",
    "Flags",
    "Interval",
    "Nothing",
    "NumberColumn",
    "RangeColumn",
    "Sets",
    "Slot",
    "TextColumn",
    "both",
    "filled",
    "number_of",
    "packed",
    "shape",
    "size",
    "unpacked",
]
