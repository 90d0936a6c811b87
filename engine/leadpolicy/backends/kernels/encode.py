"""Arrow's columns into ours. Batches come one after the other; a column's codes are as narrow as
all its values allow, which is known when the last batch is there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from leadpolicy.backends.kernels.columns import (
    Array,
    Codes,
    Column,
    Ends,
    Floats,
    Numbers,
    Sets,
    Texts,
    narrowest,
)
from leadpolicy.types import Kind, Type

_MOST: Final = 2**63
"""Numbers that lie farther apart are coded by their rank."""
_DATES: Final = "date32[day]"


@dataclass(frozen=True, slots=True)
class Batch:
    """Values of one batch, anything where missing, and where they are not (None: nowhere)."""

    values: Array
    there: Array | None

    @property
    def rows(self) -> int:
        return len(self.values)


def _bits(buffer: Any, offset: int, rows: int) -> Array:
    packed = np.frombuffer(buffer, np.uint8)
    begin = offset // 8
    bits = np.unpackbits(packed[begin : (offset + rows + 7) // 8], bitorder="little")
    return bits[offset - begin * 8 :][:rows]


def _there(array: Any) -> Array | None:
    if not array.null_count:
        return None
    return _bits(array.buffers()[0], array.offset, len(array))


def batch_of(array: Any) -> Batch:
    """A batch of numbers, dates or booleans; copied, so that the source can be freed."""
    kind = str(array.type)
    rows = len(array)
    if kind == "null":
        return Batch(np.zeros(rows, np.uint8), np.zeros(rows, np.uint8))
    data = array.buffers()[1]
    if kind == "bool":
        return Batch(_bits(data, array.offset, rows), _there(array))
    stored = np.int32 if kind == _DATES else np.dtype(kind)
    values = np.frombuffer(data, stored)[array.offset : array.offset + rows]
    return Batch(values.copy(), _there(array))


@dataclass(slots=True)
class Collector:
    """The batches of one typed column. `before`: how many codes stand before that of the first
    value of a closed list, the last of them for a missing one.
    """

    kind: Kind
    before: int = 0
    batches: list[Batch] = field(default_factory=list)
    distinct: dict[str, int] = field(default_factory=dict)
    rows: list[Array] = field(default_factory=list)
    elements: list[Array] = field(default_factory=list)
    length: int = 0
    missing: int = 0

    def take(self, array: Any) -> None:
        """One more batch."""
        match self.kind:
            case Kind.TEXT:
                batch = self._texts(array)
            case Kind.CHOICES:
                batch = self._lists(array)
            case Kind.NUMBER | Kind.MONEY if str(array.type) == "double":
                batch = _with_nan(batch_of(array))
            case Kind.BOOLEAN:
                batch = _codes(batch_of(array), 1)
            case Kind.CHOICE | Kind.LEVEL:
                batch = _codes(batch_of(array), -self.before)
            case _:
                batch = batch_of(array)
        self.batches.append(batch)
        self.length += len(array)
        self.missing += array.null_count

    def _texts(self, array: Any) -> Batch:
        """Codes; each distinct text is looked at once per batch, in its normal form."""
        coded = array.dictionary_encode()
        texts = coded.dictionary.to_pylist()
        codes = [
            self.distinct.setdefault(unicodedata.normalize("NFC", text), len(self.distinct) + 1)
            for text in texts
        ]
        places = batch_of(coded.indices)
        table = np.array([*codes, 0], np.uint32)
        there = places.there
        indices = places.values if there is None else np.where(there, places.values, len(codes))
        return Batch(table[indices], there)

    def _lists(self, array: Any) -> Batch:
        there = _there(array)
        known = np.ones(len(array), np.uint8) if there is None else there
        starts = np.frombuffer(array.buffers()[1], np.int32)
        starts = starts[array.offset : array.offset + len(array) + 1]
        counts = np.where(known, np.diff(starts), 0)
        found = self._texts(array.flatten())
        self.rows.append(np.repeat(np.arange(len(array)) + self.length, counts))
        self.elements.append(found.values)
        return Batch(known, None)

    # ---------------------------------------------------------------------------- columns

    def column(self, values: int = 0) -> Column:
        """All batches as one column; `values`: how long a closed list is."""
        match self.kind:
            case Kind.BOOLEAN:
                return self._listed(range(2))
            case Kind.CHOICE | Kind.LEVEL:
                return self._listed(range(values))
            case Kind.TEXT:
                return self._named()
            case Kind.CHOICES:
                rows, elements = _joined(self.rows, np.int64), _joined(self.elements, np.uint32)
                return Sets(self._listed(range(1)), rows, elements, tuple(self.distinct))
            case _:
                return self.numbers()

    def _listed(self, values: range) -> Codes:
        codes = _joined([batch.values for batch in self.batches], np.uint8)
        return Codes(codes, values, 1, bool(codes.all()))

    def numbers(self) -> Numbers:
        """As doubles, or as codes of whole numbers."""
        full = not self.missing
        parts = [batch.values for batch in self.batches]
        if self.kind in (Kind.NUMBER, Kind.MONEY) and all(p.dtype == np.float64 for p in parts):
            return Floats(_joined(parts, np.float64), full)
        lowest, highest = self._limits()
        if highest - lowest >= _MOST:
            return self._ranked()
        return self._plain(range(lowest, highest + 1))

    def _limits(self) -> tuple[int, int]:
        ends: list[int] = []
        for batch in self.batches:
            values = batch.values
            if batch.there is not None:
                values = values[batch.there.view(np.bool_)]
            if len(values):
                ends += [int(values.min()), int(values.max())]
        return (min(ends), max(ends)) if ends else (0, -1)

    def _plain(self, values: range) -> Codes:
        """Whole numbers: code 1 is the first of `values`."""
        out = np.empty(self.length, narrowest(values.stop - values.start))
        begin = 0
        for batch in self.batches:
            _shifted(batch, values.start - 1, out[begin : begin + batch.rows])
            begin += batch.rows
        return Codes(out, values, 1, not self.missing)

    def _ranked(self) -> Codes:
        values = _joined([batch.values for batch in self.batches], np.int64)
        there = self.known()
        distinct = np.unique(values[there])
        codes = np.searchsorted(distinct, values).astype(np.uint32) + np.uint32(1)
        codes[~there] = 0
        return Codes(codes, tuple(distinct.tolist()), 1, bool(there.all()))

    def _named(self) -> Texts:
        """Codes in the order of their texts, so that few spans are needed for what begins alike."""
        names = sorted(self.distinct)
        table = np.zeros(len(names) + 1, narrowest(len(names)))
        for code, name in enumerate(names, 1):
            table[self.distinct[name]] = code
        codes = [table[batch.values] for batch in self.batches]
        return Texts(_joined(codes, table.dtype), tuple(names), not self.missing)

    def known(self) -> Array:
        """Whether there is a value, as booleans."""
        return _joined([_known(batch) for batch in self.batches], np.bool_)


def _known(batch: Batch) -> Array:
    if batch.there is not None:
        return batch.there.view(np.bool_)
    return np.ones(batch.rows, np.bool_)


def _with_nan(batch: Batch) -> Batch:
    if batch.there is not None and batch.values.dtype == np.float64:
        np.copyto(batch.values, np.nan, where=~batch.there.view(np.bool_))
    return batch


def _codes(batch: Batch, shift: int) -> Batch:
    """Codes from 1, 0 where missing."""
    codes = batch.values + batch.values.dtype.type(shift) if shift >= 0 else (
        batch.values - batch.values.dtype.type(-shift))  # fmt: skip
    if batch.there is not None:
        codes *= batch.there
    return Batch(codes, None)


def _shifted(batch: Batch, shift: int, out: Array) -> None:
    """`values - shift`, 0 where missing; numbers wrap around where these are wider than codes."""
    values = batch.values
    width = max(values.dtype.itemsize, out.dtype.itemsize)
    wide = values.astype(f"{values.dtype.kind}{width}", copy=False).view(f"u{width}")
    out[:] = wide - wide.dtype.type(shift % 2 ** (8 * width))
    if batch.there is not None:
        np.multiply(out, batch.there, out=out)


def _joined(parts: Sequence[Array], kind: Any) -> Array:
    return np.concatenate(parts) if parts else np.zeros(0, kind)


def ends_of(kind: Kind, low: Collector, high: Collector, flag: Collector | None) -> Ends:
    """A range out of two columns, and one that tells a wholly open range from a missing value."""
    there = low.known() | high.known()
    if flag is not None:
        column = flag.column()
        assert isinstance(column, Codes)
        there = column.array == 2
    known = Codes(there.astype(np.uint8), range(1))
    return Ends(
        _end(low.numbers(), there, lower=True),
        _end(high.numbers(), there, lower=False),
        known,
    )


def _end(column: Numbers, there: Array, *, lower: bool) -> Numbers:
    """An end of a range, with open ends where the range is there and the end is not."""
    if isinstance(column, Floats):
        missing = np.isnan(column.array)
        values = np.where(missing & there, -np.inf if lower else np.inf, column.array)
        values[~there] = np.nan
        return Floats(values)
    missing = column.array == 0
    kind = narrowest(column.last + 1)
    codes = column.array.astype(kind)
    first = 1
    if lower:
        first = 2
        codes[~missing] += kind(1)
        codes[missing & there] = 1
    else:
        codes[missing & there] = column.last + 1
    codes[~there] = 0
    return Codes(codes, column.values, first, open=True)


def values_of(kind: Type, collectors: Sequence[Collector]) -> Column:
    """The column of a fact out of its parts: one, or the ends of a range and their flag."""
    if len(collectors) == 1:
        return collectors[0].column(len(kind.values))
    low, high, *flag = collectors
    return ends_of(kind.kind, low, high, flag[0] if flag else None)
