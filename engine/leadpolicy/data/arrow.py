"""Arrow columns to columns of cells: typed ones stay arrays, texts are told apart once."""

from __future__ import annotations

from datetime import UTC
from typing import Any, Final

import numpy as np

from leadpolicy.data.tables import Codes, Column, column_of_objects, column_of_texts
from leadpolicy.data.typed import TypedCells
from leadpolicy.types import Kind

_UTC: Final = frozenset({"UTC", "Etc/UTC", "Z", "+00:00"})


def column_of_arrow(data: Any) -> Column:
    """A column out of an Arrow array or a chunked one."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_nested(data.type):
        return column_of_objects(data.to_pylist())
    if types.is_dictionary(data.type):
        data = data.cast(data.type.value_type)
    whole = data.combine_chunks() if isinstance(data, pa.ChunkedArray) else data
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    if types.is_timestamp(whole.type):
        return _moments(whole)
    packed = whole.dictionary_encode()
    codes = packed.indices.fill_null(len(packed.dictionary)).to_numpy(zero_copy_only=False)
    codes = codes.astype(np.int32, copy=False)
    cells = _typed(packed.dictionary)
    if cells is not None:
        return Column(codes, cells)
    if types.is_string(whole.type) or types.is_large_string(whole.type):
        return _texts(codes, packed.dictionary.to_pylist())
    return Column(codes, [*packed.dictionary.to_pylist(), None])


def _moments(whole: Any) -> Column:
    """Instants one per row: most are different anyway."""
    import pyarrow as pa

    name = whole.type.tz
    zone = None if name is None else UTC if name in _UTC else pa.lib.string_to_tzinfo(name)
    instants = whole.cast(pa.timestamp("us", whole.type.tz), safe=whole.type.unit != "ns")
    numbers = instants.cast(pa.int64())
    rows = np.arange(len(whole), dtype=np.int32)
    if numbers.null_count:
        nothing = numbers.is_null().to_numpy(zero_copy_only=False)
        rows[nothing] = len(whole)
        numbers = numbers.fill_null(0)
    array = numbers.to_numpy(zero_copy_only=False)
    return Column(rows, TypedCells(array, Kind.MOMENT, zone=zone, distinct=False))


def _typed(dictionary: Any) -> TypedCells | None:
    """The different cells of a typed column; None for texts and rarer types."""
    import pyarrow as pa
    from pyarrow import types

    kind = dictionary.type
    if types.is_boolean(kind):
        array = dictionary.to_numpy(zero_copy_only=False).astype(np.bool_)
        return TypedCells(array, Kind.BOOLEAN, distinct=True)
    if types.is_integer(kind) and not types.is_uint64(kind):
        array = dictionary.to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
        return TypedCells(array, Kind.INTEGER, distinct=True)
    if types.is_float32(kind) or types.is_float64(kind):
        array = dictionary.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
        return TypedCells(array, Kind.NUMBER, distinct=True)
    if types.is_date32(kind):
        days = dictionary.cast(pa.int32()).to_numpy(zero_copy_only=False).astype(np.int64)
        return TypedCells(days, Kind.DATE, distinct=True)
    return None


def _texts(codes: Codes, texts: list[str]) -> Column:
    """Texts that differ only in the white space around them are the same."""
    column = column_of_texts(codes[codes < len(texts)], texts)
    if not (codes == len(texts)).any():
        return Column(column.codes, column.cells)
    whole = np.full(len(codes), len(column.cells), np.int32)
    whole[codes < len(texts)] = column.codes
    return Column(whole, [*column.cells, None])
