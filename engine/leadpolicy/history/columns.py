"""Coded columns of a chronicle as Arrow columns for the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadpolicy.backends.sql.texts import is_coded
from leadpolicy.data.chronicle import MISSING, Coded
from leadpolicy.data.coding import Packed
from leadpolicy.data.tables import Codes, Rows
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.history.stored import StoredShape, shape_of
from leadpolicy.types import Kind, Range, Type, Value


def shape_for(name: str, kind: Type, order: Sequence[str], column: Coded) -> StoredShape:
    """The shape that carries the values of a column. Raises `LeadpolicyError` where the data mean
    another type than the policies.
    """
    declared = column.type
    listed = kind.kind in (Kind.CHOICE, Kind.LEVEL)
    same = declared.kind is kind.kind and declared.currency == kind.currency
    if kind.kind is Kind.LEVEL and declared.values != kind.values:
        same = False
    if not same or (listed and not {str(value) for value in column.values} <= set(kind.values)):
        raise LeadpolicyError.of(
            "LP503",
            f"`{name}` is {declared} in the data and {kind} in the policies, or their values "
            "differ",
            help="let the data set and the policies use the same vocabulary",
        )
    values = column.values
    ranged = not isinstance(values, Packed) and any(isinstance(v, Range) for v in values)
    return shape_of(kind, order, ranged=ranged)


def arrays(shape: StoredShape, values: Sequence[Value]) -> list[pa.Array]:
    """The distinct values of a column, one array per suffix of the shape."""
    if isinstance(values, Packed):
        match shape.type.kind:
            case Kind.DATE:
                days = pa.array(values.array.astype(np.int32))
                return [days.cast(pa.date32())]
            case Kind.INTEGER | Kind.MOMENT:
                return [pa.array(values.array.astype(np.int64, copy=False))]
            case Kind.NUMBER | Kind.MONEY if not shape.ranged:
                return [pa.array(values.array.astype(np.float64, copy=False))]
            case Kind.BOOLEAN:
                return [pa.array(values.array.astype(np.bool_, copy=False))]
            case _:
                pass
    return shape.arrays(values)


def taken(made: Sequence[pa.Array], codes: Codes | Rows) -> list[pa.Array]:
    """The values at every place, NULL where the code is `MISSING`."""
    places = pa.array(codes, mask=codes == MISSING)
    return [array.take(places) for array in made]


def lane_codes(shape: StoredShape, values: Sequence[Value]) -> Rows:
    """For each code of a column that of its lane; 0, for what is missing, is the last.

    See `timeline.Moving`: 1 and 2 for FALSE and TRUE, the place in a closed list, else one more
    than the code.
    """
    if shape.type.kind is Kind.BOOLEAN:
        found = [2 if value else 1 for value in values]
    elif is_coded(shape.type.kind):
        places = {value: place for place, value in enumerate(shape.order, 1)}
        found = [places[str(value)] for value in values]
    else:
        return np.append(np.arange(1, len(values) + 1, dtype=np.int64), np.int64(0))
    return np.array([*found, 0], np.int64)


def instants(values: Sequence[Value], kind: Kind) -> Rows:
    """Moments in microseconds; for days, their first."""
    day = 86_400_000_000
    if isinstance(values, Packed):
        array: npt.NDArray[Any] = values.array.astype(np.int64)
        return array * day if kind is Kind.DATE else array
    (column,) = StoredShape(Type(kind)).arrays(values)
    numbers = column.cast(pa.int32()).cast(pa.int64()) if kind is Kind.DATE else column
    found: Rows = numbers.to_numpy(zero_copy_only=False).astype(np.int64)
    return found * day if kind is Kind.DATE else found
