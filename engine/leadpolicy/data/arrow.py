"""Arrow columns to columns of cells: typed ones stay arrays, texts are told apart once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any, Final

import numpy as np

from leadpolicy.data.tables import Codes, Column, column_of_objects
from leadpolicy.data.texts import texts_of
from leadpolicy.data.typed import TypedCells
from leadpolicy.types import Kind

_SMALL: Final = 2**31 - 1
"""So many bytes of text fit into an Arrow array of strings."""
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
        dictionary = packed.dictionary.cast(pa.large_string())
        if whole.null_count:
            nothing = pa.array([None], pa.large_string())
            dictionary = pa.concat_arrays([dictionary, nothing])
        return _texts(codes, dictionary)
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


def coded(texts: Sequence[str]) -> Any:
    """Texts as an Arrow array that holds each of them once."""
    import pyarrow as pa

    return pa.array(texts, pa.string()).dictionary_encode()


def column_of_chunks(chunks: Sequence[Any]) -> Column:
    """A column out of parts of it, each with its own texts."""
    import pyarrow as pa

    if not chunks:
        return _texts(np.zeros(0, np.int32), pa.array([], pa.string()))
    if sum(chunk.dictionary.nbytes for chunk in chunks) > _SMALL:
        wide = pa.dictionary(pa.int32(), pa.large_string())
        chunks = [chunk.cast(wide) for chunk in chunks]
    whole = pa.chunked_array(chunks).unify_dictionaries()
    codes = np.concatenate([c.indices.to_numpy(zero_copy_only=False) for c in whole.chunks])
    return _texts(codes, whole.chunk(0).dictionary)


def _texts(codes: Codes, dictionary: Any) -> Column:
    """Texts that differ only in the white space around them are the same."""
    texts, moved = texts_of(dictionary)
    return Column(codes if moved is None else moved[codes], texts)
