"""Arrow's columns into ours, each value checked against its type. Numbers, days and planes stay
where they are; texts of closed lists become places in these.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from leadpolicy.backends.kernels.columns import (
    Array,
    Column,
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
from leadpolicy.types import Kind, Type

if TYPE_CHECKING:
    import pyarrow as pa

FLAG: Final = Type(Kind.BOOLEAN)
_EXACT: Final = 2**53
_DAYS: Final = (-719_162, 2_932_896)
_MOMENTS: Final = (-62_135_596_800_000_000, 253_402_300_799_999_999)
"""The first and the last day, and microsecond, of the calendar."""
_INTEGERS: Final = frozenset({"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"})
_NUMBERS: Final = _INTEGERS | {"float", "double"}
_TEXTS: Final = frozenset({"string", "large_string"})
_TAKEN: Final = {
    Kind.BOOLEAN: frozenset({"bool"}),
    Kind.INTEGER: _INTEGERS,
    Kind.NUMBER: _NUMBERS,
    Kind.MONEY: _NUMBERS,
    Kind.TEXT: _TEXTS,
    Kind.CHOICE: _TEXTS,
    Kind.LEVEL: _TEXTS,
    Kind.CHOICES: frozenset({"list<string>", "list<item: string>", "list<element: string>"}),
    Kind.DATE: frozenset({"date32[day]"}),
    Kind.MOMENT: frozenset({"timestamp[us]", "timestamp[us, tz=UTC]", "int64"}),
}


class Misfit(Exception):
    """A value that does not fit was met; the diagnosis is up to whoever knows the columns."""


def taken(kind: Type, stored: Any) -> bool:
    """Whether columns of an Arrow type can be read as they are."""
    import pyarrow as pa

    if pa.types.is_dictionary(stored):
        return (
            kind.kind in (Kind.TEXT, Kind.CHOICE, Kind.LEVEL) and str(stored.value_type) in _TEXTS
        )
    if kind.kind is Kind.MOMENT and str(stored) == "int64":
        return False
    return str(stored) in _TAKEN[kind.kind]


def column(kind: Type, values: pa.Array) -> NumberColumn | Flags | TextColumn | Sets:
    """One column. Raises `Misfit`."""
    if hasattr(values, "dictionary") and values.dictionary.null_count:
        values = values.dictionary_decode()
    there = _there(values)
    match kind.kind:
        case Kind.BOOLEAN:
            return Flags(_plane(values.buffers()[1], values.offset, len(values)), there)
        case Kind.TEXT:
            return _texts(values, there)
        case Kind.CHOICE | Kind.LEVEL:
            return _listed(kind.values, values, there)
        case Kind.CHOICES:
            return _sets(kind, values, there)
        case Kind.NUMBER | Kind.MONEY if str(values.type) in ("float", "double"):
            found = _array(values).astype(np.float64, copy=False)
            _check(np.isfinite, found, there)
        case _:
            found = _array(values)
            _within(kind.kind, found, there)
    if kind.limits is not None:
        low, high = kind.limits
        _check(lambda array: (array >= low) & (array <= high), found, there)
    return NumberColumn(found, there)


def assembled(kind: Type, made: Sequence[pa.Array]) -> Column:
    """A fact out of the columns that hold it: none, one, or the ends of a range and perhaps a
    flag. Raises `Misfit`.
    """
    kinds = (kind, kind, FLAG)
    match [column(of, values) for of, values in zip(kinds, made, strict=False)]:
        case []:
            return Nothing()
        case [alone]:
            return alone
        case found:
            return _ends(*found)


def _ends(low: Column, high: Column, flag: Column | None = None) -> RangeColumn:
    """A range out of two columns, and one that tells a wholly open range from a missing value."""
    assert isinstance(low, NumberColumn)
    assert isinstance(high, NumberColumn)
    there: Array | None = None
    if flag is not None:
        assert isinstance(flag, Flags)
        there = both(flag.array, flag.there)
    elif low.there is not None and high.there is not None:
        there = low.there | high.there
    return RangeColumn(
        NumberColumn(low.array, both(low.there, there)),
        NumberColumn(high.array, both(high.there, there)),
        there,
    )


# -------------------------------------------------------------------------------- out of Arrow


def _plane(buffer: Any, offset: int, rows: int) -> Array:
    plane = np.frombuffer(buffer, np.uint8)
    if offset % 8:
        return packed(np.unpackbits(plane, bitorder="little")[offset : offset + rows])
    return plane[offset // 8 : -(-(offset + rows) // 8)]


def _there(values: pa.Array) -> Array | None:
    if not values.null_count:
        return None
    return _plane(values.buffers()[0], values.offset, len(values))


def _array(values: pa.Array) -> Array:
    kind = str(values.type)
    stored: Any = {"date32[day]": "int32", "double": "float64", "float": "float32"}.get(kind)
    stored = stored or ("int64" if kind.startswith("timestamp") else kind)
    array = np.frombuffer(values.buffers()[1], stored)
    return array[values.offset : values.offset + len(values)]


def _check(fits: Callable[[Array], Array], array: Array, there: Array | None) -> None:
    """What is not there need not fit; it is looked at only where something does not."""
    found = fits(array)
    if not found.all() and not (
        there is not None and (found | ~unpacked(there, len(array)).view(np.bool_)).all()
    ):
        raise Misfit


def _within(kind: Kind, array: Array, there: Array | None) -> None:
    """Days and moments of the calendar, and whole numbers that a double carries."""
    low, high = {Kind.DATE: _DAYS, Kind.MOMENT: _MOMENTS}.get(kind, (-_EXACT, _EXACT))
    if kind is Kind.INTEGER or (array.dtype.itemsize < 8 and kind is not Kind.DATE):
        return
    _check(lambda found: (found >= low) & (found <= high), array, there)


def _coded(values: pa.Array) -> tuple[Array, tuple[str, ...]]:
    """Places in a dictionary, 0 where a value is missing, and the dictionary in normal form C."""
    import pyarrow as pa

    coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    places, there = _array(coded.indices), _there(coded.indices)
    if there is not None:
        places = places * unpacked(there, len(values)).astype(places.dtype)
    texts = coded.dictionary.to_pylist()
    return places, tuple(unicodedata.normalize("NFC", text) for text in texts)


def _texts(values: pa.Array, there: Array | None) -> TextColumn:
    places, distinct = _coded(values)
    return TextColumn(places, distinct, there)


def _listed(order: Sequence[str], values: pa.Array, there: Array | None) -> NumberColumn:
    places, distinct = _coded(values)
    known = {value: place for place, value in enumerate(order)}
    table = np.zeros(max(len(distinct), 1), np.uint8 if len(order) < 2**8 else np.uint16)
    for place, text in enumerate(distinct):
        if text in known:
            table[place] = known[text]
        else:  # a dictionary may hold what no record has
            _check(partial(np.not_equal, place), places, there)
    return NumberColumn(np.take(table, places), there)


def _sets(kind: Type, values: pa.Array, there: Array | None) -> Sets:
    starts = np.frombuffer(values.buffers()[1], np.int32)
    starts = starts[values.offset : values.offset + len(values) + 1]
    if values.values.null_count:
        raise Misfit
    places, distinct = _coded(values.values)
    if kind.values and not set(distinct) <= set(kind.values):
        raise Misfit
    return Sets(starts, places, distinct, there)


__all__ = ["FLAG", "Misfit", "assembled", "column", "taken"]
