"""Cells of typed columns: numbers, dates and instants in arrays, as Parquet files and frames hold
them, made into Python objects only where somebody asks for one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final, overload

import numpy as np
import numpy.typing as npt

from leadpolicy.types import Kind

_DAY_ZERO: Final = date(1970, 1, 1)
_ZERO: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY: Final = 86_400_000_000
_SPELLED: Final = re.compile(r"[+-]?\.?\d|nan|-?inf|true\Z|false\Z")
FIRST: Final = (datetime(1, 1, 1, tzinfo=UTC) - _ZERO) // timedelta(microseconds=1)
LAST: Final = (datetime.max.replace(tzinfo=UTC) - _ZERO) // timedelta(microseconds=1)
"""The first and last microsecond of the years 1 to 9999."""


class TypedCells(Sequence[object]):
    """The cells of a typed column, and nothing (None) as the last of them.

    `array` holds booleans, whole numbers, floats, days since 1970 (dates) or microseconds since
    1970 (moments; `zone` is None where they are clock readings without a zone). Unless `distinct`,
    equal cells may stand at several places.
    """

    __slots__ = ("array", "distinct", "kind", "zone")

    def __init__(
        self, array: npt.NDArray[Any], kind: Kind, *, zone: tzinfo | None = None, distinct: bool
    ) -> None:
        self.array = array
        self.kind = kind
        self.zone = zone
        self.distinct = distinct

    def __len__(self) -> int:
        return len(self.array) + 1

    @overload
    def __getitem__(self, place: int) -> object: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[object]: ...
    def __getitem__(self, place: int | slice) -> object:
        if isinstance(place, slice):
            return list(self)[place]
        if place in (len(self.array), -1):
            return None
        return self._boxed(self.array[place].item())

    def __iter__(self) -> Iterator[object]:
        yield from map(self._boxed, self.array.tolist())
        yield None

    def _boxed(self, cell: Any) -> object:
        match self.kind:
            case Kind.DATE:
                if not FIRST <= cell * DAY <= LAST:
                    return f"{np.datetime64(cell, 'D')}"
                return _DAY_ZERO + timedelta(days=cell)
            case Kind.MOMENT:
                if not FIRST <= cell <= LAST:
                    return f"{np.datetime64(cell, 'us')}"  # no calendar of Python has that year
                moment = _ZERO + timedelta(microseconds=cell)
                return moment.astimezone(self.zone) if self.zone else moment.replace(tzinfo=None)
            case _:
                return cell

    def texts(self) -> list[str] | None:
        """The cells as texts where that is simple."""
        if self.kind is not Kind.INTEGER:
            return None
        return [*map(str, self.array.tolist()), ""]

    def places_of(self, others: TypedCells) -> npt.NDArray[np.int32] | None:
        """For each of the others its place here, or -1; None where cells are no whole numbers."""
        if self.kind is not Kind.INTEGER or not len(self.array):
            return None
        order = np.argsort(self.array, kind="stable")
        whole = self.array[order]
        near = np.minimum(np.searchsorted(whole, others.array), len(whole) - 1)
        found = np.where(whole[near] == others.array, order[near], -1)
        return np.append(found, -1).astype(np.int32)

    def may_say(self, texts: Collection[str]) -> bool:
        """Whether one of the texts could be the spelling of a cell that holds something."""
        return any(_SPELLED.match(text) for text in texts)
