"""Codes for values: equal values of several columns get the same code.

Numbers and instants stay packed in arrays and become Python objects only when somebody looks at
one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from leadpolicy.data.chronicle import MISSING
from leadpolicy.data.tables import Codes, Mask, Rows
from leadpolicy.types import Kind, Range, Value

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_ZERO: Final = date(1970, 1, 1)


class Packed(Sequence[Value]):
    """Values of one kind as an array.

    `array` holds booleans, whole numbers, floats, days since 1970 (dates) or microseconds since
    1970 (moments). With `distinct`, the first so many are all different, and no other is in use.
    """

    __slots__ = ("array", "distinct", "kind")

    def __init__(self, array: npt.NDArray[Any], kind: Kind, distinct: int = 0) -> None:
        self.array = array
        self.kind = kind
        self.distinct = distinct

    def __len__(self) -> int:
        return len(self.array)

    @overload
    def __getitem__(self, place: int) -> Value: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Value]: ...
    def __getitem__(self, place: int | slice) -> Value | Sequence[Value]:
        if isinstance(place, slice):
            return Packed(self.array[place], self.kind)
        return self._boxed(self.array[place].item())

    def __iter__(self) -> Iterator[Value]:
        return map(self._boxed, self.array.tolist())

    def put(self, place: int, value: Value) -> None:
        """Sets one of the values."""
        if isinstance(value, datetime):
            self.array[place] = (value - EPOCH) // timedelta(microseconds=1)
        elif isinstance(value, date):
            self.array[place] = (value - _DAY_ZERO).days
        else:
            self.array[place] = value

    def _boxed(self, value: Any) -> Value:
        match self.kind:
            case Kind.MOMENT:
                return EPOCH + timedelta(microseconds=value)
            case Kind.DATE:
                return _DAY_ZERO + timedelta(days=value)
            case _:
                boxed: Value = value
                return boxed


Part: TypeAlias = "tuple[Codes, Sequence[Value | None]]"
"""A column: the value of a place is `values[codes[place]]`, none where the code is `MISSING`."""


def share(parts: Sequence[Part]) -> tuple[list[Codes], Sequence[Value]]:
    """The same columns with one list of distinct values for all of them."""
    packed = [values for _, values in parts if isinstance(values, Packed)]
    if len(packed) == len(parts) and len({values.kind for values in packed}) == 1:
        return _share_packed([codes for codes, _ in parts], packed)
    seen: dict[object, int] = {}
    distinct: list[Value] = []
    return [_moved(codes, values, seen, distinct) for codes, values in parts], distinct


def _moved(
    codes: Codes, values: Sequence[Value | None], seen: dict[object, int], distinct: list[Value]
) -> Codes:
    """The codes in the common list, which grows by the values that are new."""
    moved = np.full(len(values) + 1, MISSING, np.int32)
    for code in used_codes(codes, len(values)):
        value = values[code]
        if value is None:
            continue
        # Ranges compare without what the source called them, which people want to see.
        key = (value, value.text) if isinstance(value, Range) else value
        place = seen.get(key)
        if place is None:
            place = seen[key] = len(distinct)
            distinct.append(value)
        moved[code] = place
    return moved[codes]


def used_codes(codes: Codes, count: int) -> list[int]:
    """The different codes below `count` that occur, in order."""
    used = np.zeros(count + 1, np.bool_)
    used[codes] = True
    return np.flatnonzero(used[:count]).tolist()


def _share_packed(
    codes: Sequence[Codes], packed: Sequence[Packed]
) -> tuple[list[Codes], Sequence[Value]]:
    kind = packed[0].kind
    if len(packed) == 1 and packed[0].distinct:
        return list(codes), Packed(packed[0].array[: packed[0].distinct], kind)
    whole = np.concatenate([values.array for values in packed])
    distinct, inverse = np.unique(whole, return_inverse=True)
    moved = np.append(inverse.astype(np.int32), np.int32(MISSING))
    offsets = np.cumsum([0, *(len(values) for values in packed)])
    found = [
        moved[np.where(part == MISSING, len(whole), part + offset)]
        for part, offset in zip(codes, offsets.tolist(), strict=False)
    ]
    return found, Packed(distinct, kind)


def layered(under: Codes, over: Codes) -> Codes:
    """What the upper column says, and the lower one where the upper says nothing."""
    return np.where(over == MISSING, under, over).astype(np.int32, copy=False)


def constant(value: Value, where: Mask) -> Part:
    """One value at the places of a mask."""
    return np.where(where, 0, MISSING).astype(np.int32), [value]


def at_rows(codes: Codes, filled: Mask, rows: Rows) -> Codes:
    """The codes of some rows, `MISSING` for row -1 and for codes that are not filled."""
    lookup = np.append(
        np.where(filled, np.arange(len(filled), dtype=np.int32), np.int32(MISSING)),
        np.int32(MISSING),
    ).astype(np.int32, copy=False)
    if not len(codes):
        return np.full(len(rows), MISSING, np.int32)
    picked = lookup[codes[np.maximum(rows, 0)]]
    picked[rows < 0] = MISSING
    return picked


def in_order(records: Rows, at: Rows, ties: Sequence[Rows] = ()) -> Rows:
    """The places sorted by record, moment and `ties`, the first before the second.

    Exports are mostly in order already, and to see that takes less than to sort them.
    """
    same = records[1:] == records[:-1]
    later = (at[1:] > at[:-1]) if ties else (at[1:] >= at[:-1])
    if ((records[1:] > records[:-1]) | (same & later)).all():
        return np.arange(len(records))
    order: Rows = np.lexsort((*reversed(ties), at, records))
    return order
