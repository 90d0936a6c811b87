"""Values of the vocabulary's types as Arrow columns that need no check, and their forms.

Who has typed values already hands them over as they are: nothing is read, nothing can fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.forms import (
    CodedForm,
    EndsForm,
    Form,
    Number,
    Plain,
    Single,
    Store,
)
from leadpolicy.backends.sql.texts import is_coded
from leadpolicy.times import microseconds
from leadpolicy.types import NUMERIC, Kind, Range, Type, Value

if TYPE_CHECKING:
    import pyarrow as pa

HIGH: Final = " high"
KNOWN: Final = " known"
"""What the names of the two columns more end in, where numbers may be ranges."""


@dataclass(frozen=True, slots=True)
class StoredShape:
    """How values of one type are stored: their codes' order, and whether some are ranges."""

    type: Type
    order: tuple[str, ...] = ()
    ranged: bool = False

    def suffixes(self) -> tuple[str, ...]:
        """What is put behind the name of the value for each of its columns."""
        return ("", HIGH, KNOWN) if self.ranged else ("",)

    def arrays(self, values: Iterable[Value | None]) -> list[pa.Array]:
        """One array per suffix; None is missing."""
        import pyarrow as pa

        stored = _stored(self.type.kind)
        if self.ranged:
            ends = [_ends(value) for value in values]
            return [
                pa.array([low for low, _, _ in ends], stored),
                pa.array([high for _, high, _ in ends], stored),
                pa.array([known for _, _, known in ends], pa.bool_()),
            ]
        if is_coded(self.type.kind):
            places = {value: place for place, value in enumerate(self.order, 1)}
            return [pa.array([None if v is None else places[str(v)] for v in values], stored)]
        return [pa.array([_plain(value) for value in values], stored)]

    def form(self, name: str) -> Form:
        """The form over the columns of this name."""
        kind = self.type.kind
        sql = tree.column(name)
        if kind in NUMERIC:
            store = Store.LONG if kind is Kind.INTEGER else Store.FLOAT
            if not self.ranged:
                return Single(self.type, Number(sql, store))
            high = Number(tree.column(name + HIGH), store)
            known = tree.call("coalesce", tree.column(name + KNOWN), tree.no())
            return EndsForm(self.type, Number(sql, store), high, known)
        if is_coded(kind):
            return CodedForm(self.type, sql, self.order)
        return Plain(self.type, sql)


def shape_of(kind: Type, order: Sequence[str], *, ranged: bool) -> StoredShape:
    """The shape of values of a type; `ranged` where some numbers are ranges."""
    if is_coded(kind.kind):
        return StoredShape(kind, tuple(order))
    return StoredShape(kind, (), ranged and kind.kind in NUMERIC)


def _stored(kind: Kind) -> pa.DataType:
    import pyarrow as pa

    match kind:
        case Kind.BOOLEAN:
            return pa.bool_()
        case Kind.INTEGER | Kind.MOMENT:
            return pa.int64()
        case Kind.NUMBER | Kind.MONEY:
            return pa.float64()
        case Kind.TEXT:
            return pa.string()
        case Kind.CHOICE | Kind.LEVEL:
            return pa.int32()
        case Kind.CHOICES:
            return pa.list_(pa.string())
        case Kind.DATE:
            return pa.date32()


def _ends(value: Value | None) -> tuple[Any, Any, bool]:
    if isinstance(value, Range):
        return value.low, value.high, True
    return value, value, value is not None


def _plain(value: Value | None) -> Any:
    match value:
        case frozenset():
            return sorted(value)
        case datetime():
            return microseconds(value)
        case _:
            return value
