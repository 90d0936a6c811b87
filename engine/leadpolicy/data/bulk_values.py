"""Typed columns to values without a look at each cell, where nothing is declared about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from leadpolicy.data import iso
from leadpolicy.data.chronicle import UNDATED
from leadpolicy.data.coding import Packed
from leadpolicy.data.model import PLAIN, Money, Reading
from leadpolicy.data.tables import Mask, Rows
from leadpolicy.data.texts import Texts
from leadpolicy.data.typed import DAY, FIRST, LAST, TypedCells
from leadpolicy.types import NUMERIC, Kind, Type

EXACT: Final = 2**53
"""Up to here every whole number is a float."""


@dataclass(slots=True)
class Direct:
    """The values of all cells. `open` marks those that have to be looked at one by one."""

    values: Packed
    filled: Mask
    open: Mask


def convert_directly(
    cells: object, kind: Type, reading: Reading, nulls: frozenset[str]
) -> Direct | None:
    """The values of a column of cells as a whole; None where each has to be looked at."""
    if isinstance(cells, TypedCells):
        if cells.may_say(nulls) or not _is_plain(reading, kind, cells):
            return None
        direct = _typed(cells, kind)
        if direct is not None and cells.distinct and not direct.open.any():
            _keep_distinct(direct.values, cells)
        return direct
    if isinstance(cells, Texts):
        bare = replace(reading, nulls=frozenset(), money=_other_money(reading, kind))
        if kind.kind in NUMERIC and bare == PLAIN:
            return _whole_numbers(cells, kind, nulls)
        declared = replace(bare, format=None)
        if kind.kind is Kind.MOMENT and reading.format in (None, "iso") and declared == PLAIN:
            return None if _dated(nulls) else _texts(cells)
    return None


def _other_money(reading: Reading, kind: Type) -> Money | None:
    """What is said of money, but that it is what the fact is in anyway."""
    money = reading.money
    if money is not None and money.column is None and money.currency in (None, kind.currency):
        return None
    return money


def _keep_distinct(values: Packed, cells: TypedCells) -> None:
    """Different cells are different values, but for the two zeros of floats."""
    numbers = values.kind in NUMERIC and values.kind is not Kind.INTEGER
    same = cells.kind is values.kind or (numbers and cells.kind in (Kind.NUMBER, Kind.INTEGER))
    if same and not (numbers and (values.array[:-1] == 0).sum() > 1):
        values.distinct = len(cells.array)


def _dated(nulls: frozenset[str]) -> bool:
    """Whether a text that stands for nothing begins like a date."""
    return any(text[:1].isdigit() for text in nulls)


def _is_plain(reading: Reading, kind: Type, cells: TypedCells) -> bool:
    """Whether nothing is declared that changes what typed cells mean."""
    timezone = reading.timezone
    if cells.kind is Kind.MOMENT and cells.zone is not None:
        timezone = None
    bare = replace(
        reading,
        nulls=frozenset(),
        format=None,
        number_format=None,
        money=_other_money(reading, kind),
        timezone=timezone,
    )
    return bare == PLAIN


def _typed(cells: TypedCells, kind: Type) -> Direct | None:
    array = cells.array
    match cells.kind, kind.kind:
        case Kind.BOOLEAN, Kind.BOOLEAN:
            return _direct(array, kind, np.zeros(len(array), np.bool_))
        case Kind.INTEGER, Kind.INTEGER:
            return _direct(array, kind, _outside(array, kind))
        case Kind.INTEGER, (Kind.NUMBER | Kind.MONEY):
            large = (array > EXACT) | (array < -EXACT)
            return _direct(array.astype(np.float64), kind, large | _outside(array, kind))
        case Kind.NUMBER, Kind.INTEGER:
            whole = (np.abs(array) <= EXACT) & (array == np.floor(array))
            numbers = np.where(whole, array, 0).astype(np.int64)
            return _direct(numbers, kind, ~whole | _outside(numbers, kind))
        case Kind.NUMBER, (Kind.NUMBER | Kind.MONEY):
            return _direct(array + 0.0, kind, ~np.isfinite(array) | _outside(array, kind))
        case Kind.DATE, Kind.DATE:
            return _direct(array, kind, _beyond(array * DAY))
        case Kind.DATE, Kind.MOMENT:
            return _direct(array * DAY, kind, _beyond(array * DAY))
        case Kind.MOMENT, Kind.MOMENT:
            return _direct(array, kind, _beyond(array))
        case Kind.MOMENT, Kind.DATE if cells.zone in (None, UTC):
            return _direct(array // DAY, kind, _beyond(array))
        case _:
            return None


def _outside(array: npt.NDArray[Any], kind: Type) -> Mask:
    if kind.limits is None:
        return np.zeros(len(array), np.bool_)
    low, high = kind.limits
    outside: Mask = ~((array >= low) & (array <= high))
    return outside


def _beyond(moments: Rows) -> Mask:
    """Which moments no calendar of Python has."""
    beyond: Mask = (moments < FIRST) | (moments > LAST)
    return beyond


def _direct(array: npt.NDArray[Any], kind: Type, unsettled: Mask) -> Direct:
    """One place more, for the cell that holds nothing."""
    whole = np.append(array, array.dtype.type(0))
    settled = np.append(~unsettled, False)
    return Direct(Packed(whole, kind.kind), settled, np.append(unsettled, False))


def _texts(cells: Texts) -> Direct:
    instants, found = iso.instants(cells)
    return Direct(Packed(instants, Kind.MOMENT), found, ~found)


def _whole_numbers(cells: Texts, kind: Type, nulls: frozenset[str]) -> Direct | None:
    """Plain whole numbers such as 0 and 120; None where a cell is anything else."""
    filled = ~cells.among(nulls)
    numbers = cells.whole_numbers(filled)
    if numbers is None:
        return None
    array = numbers if kind.kind is Kind.INTEGER else numbers.astype(np.float64)
    outside = filled & _outside(array, kind)
    return Direct(Packed(array, kind.kind), filled & ~outside, outside)


def moments_of(direct: Direct) -> Rows:
    """The instants of moments, `UNDATED` where there is none."""
    return np.where(direct.filled, direct.values.array, UNDATED)
