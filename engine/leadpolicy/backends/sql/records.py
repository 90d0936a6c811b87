"""What is known of records, as columns of the table engine: typed, coded, and already checked.

The records' own reader has read every value by the vocabulary's type, so that nothing has to be
looked at again: columns come as numbers, codes and texts, and a program runs on them at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from leadpolicy.backends import Between, EventTable, Place
from leadpolicy.backends.columns import (
    ALWAYS,
    MISSING,
    UNDATED,
    CodedValues,
    Columns,
    EventsOfKind,
    PackedValues,
)
from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.columns import Bound, missing
from leadpolicy.backends.sql.forms import CodedForm, EndsForm, Number, Plain, Single, Store
from leadpolicy.backends.sql.program import Loaded, TableProgram
from leadpolicy.backends.sql.session import Session
from leadpolicy.backends.sql.texts import is_coded
from leadpolicy.times import from_microseconds
from leadpolicy.types import NUMERIC, Kind, Range, Type

if TYPE_CHECKING:
    from datetime import datetime

    from leadpolicy.backends.columns import Array

KEY: Final = "record"
NOW: Final = "now"
WHERE: Final = "the records"
MOMENT: Final = pa.timestamp("us", tz="UTC")
_FEW: Final = 255
_STORED: Final = {
    Kind.BOOLEAN: pa.bool_(),
    Kind.TEXT: pa.string(),
    Kind.CHOICE: pa.string(),
    Kind.LEVEL: pa.string(),
    Kind.CHOICES: pa.list_(pa.string()),
    Kind.DATE: pa.date32(),
    Kind.MOMENT: MOMENT,
}


def one_moment(moments: Array) -> datetime | None:
    """The moment of all records, if it is the same."""
    if len(moments) and bool((moments == moments[0]).all()):
        return from_microseconds(int(moments[0]))
    return None


@dataclass(slots=True)
class _Made:
    """Arrow columns under short names, and what they are called outside."""

    made: dict[str, pa.Array] = field(default_factory=dict)

    def add(self, column: pa.Array) -> str:
        name = f"c{len(self.made)}"
        self.made[name] = column
        return name


def load(
    program: TableProgram, given: Columns, session: Session
) -> tuple[Loaded, dict[str, EventTable | None]]:
    """The columns that a program looks at, in the session, and its tables of events.

    The column `NOW` holds the records' moments in microseconds, the column `KEY` their numbers.
    """
    columns = _Made()
    facts, logs, moments = given.facts, given.logs, given.moments
    records = len(moments)
    bound = {
        name: _bound(columns, facts.get(name), kind, program.orders.get(name, kind.values))
        for name, kind in program.facts.items()
    }
    extra = {
        KEY: columns.add(pa.array(np.arange(records, dtype=np.int64))),
        NOW: columns.add(pa.array(moments)),
    }
    events: dict[str, EventTable | None] = {}
    for kind, attributes in program.attributes().items():
        log = logs.get(kind)
        events[kind] = None if log is None else _event_table(kind, log, attributes)
        if log is None:
            continue
        if log.recorded is not None:
            extra[_recorded(kind)] = columns.add(pa.array(log.recorded))
        if log.since is not None:
            always = log.since == ALWAYS
            extra[_since(kind)] = columns.add(pa.array(log.since, mask=always))
    name = f"records {id(columns)}"
    with session.errors(WHERE):
        session.connection.register(name, pa.table(columns.made))
    return Loaded(session, name, WHERE, bound, extra, {KEY: "BIGINT"}), events


def _recorded(kind: str) -> str:
    return f"log {kind}"


def _since(kind: str) -> str:
    return f"since {kind}"


# ------------------------------------------------------------------------------------- facts


def _bound(columns: _Made, given: CodedValues | None, kind: Type, order: tuple[str, ...]) -> Bound:
    """Where a fact stands in the table."""
    if given is None or not len(given.values):
        return missing(kind, order)
    if is_coded(kind.kind):
        name = columns.add(_codes(given, order))
        return Bound(CodedForm(kind, tree.column(name), order), ())
    if kind.kind not in NUMERIC:
        name = columns.add(_plain(given, kind))
        return Bound(Plain(kind, tree.column(name)), ())
    if not _has_ranges(given):
        store = _store(kind)
        name = columns.add(_numbers(given, given.values, store))
        return Bound(Single(kind, Number(tree.column(name), store)), ())
    low, high, store = _ends(given, kind)
    names = [columns.add(_numbers(given, ends, store)) for ends in (low, high)]
    known = tree.column(columns.add(pa.array(given.codes != MISSING)))
    first, last = (Number(tree.column(name), store) for name in names)
    return Bound(EndsForm(kind, first, last, known), ())


def _codes(given: CodedValues, order: tuple[str, ...]) -> pa.Array:
    """The places of the values in the order, from 1; one byte, or two."""
    kind = np.uint8 if len(order) <= _FEW else np.uint16
    place = {value: number for number, value in enumerate(order, 1)}
    places = np.array([place[str(value)] for value in given.values], dtype=kind)
    return pa.array(places[_filled(given.codes)], mask=given.codes == MISSING)


def _plain(given: CodedValues, kind: Type) -> pa.Array:
    """One value each; moments as the microseconds that the engine compares."""
    column = _typed(given, kind)
    return column.cast(pa.int64()) if kind.kind is Kind.MOMENT else column


def _typed(given: CodedValues, kind: Type) -> pa.Array:
    """A value per place, in the type that a column of this kind has."""
    values = given.values
    if isinstance(values, PackedValues):
        whole = pa.array(values.array)
        distinct = (whole.cast(pa.int32()) if kind.kind is Kind.DATE else whole).cast(
            _STORED[kind.kind]
        )
    else:
        plain = [sorted(v) if isinstance(v, frozenset) else v for v in values]
        distinct = pa.array(plain, _STORED[kind.kind])
    return distinct.take(pa.array(given.codes, mask=given.codes == MISSING))


def _has_ranges(given: CodedValues) -> bool:
    return not isinstance(given.values, PackedValues) and any(
        isinstance(v, Range) for v in given.values
    )


def _numbers(given: CodedValues, values: Sequence[Any], store: Store) -> pa.Array:
    """Numbers of one store; None is an open end."""
    kind = np.float64 if store is Store.FLOAT else np.int64
    at = _filled(given.codes)
    lost = given.codes == MISSING
    if isinstance(values, PackedValues):
        return pa.array(values.array.astype(kind, copy=False)[at], mask=lost)
    distinct = np.array([0 if v is None else v for v in values], kind)
    open_end = np.array([v is None for v in values], dtype=np.bool_)
    return pa.array(distinct[at], mask=lost | open_end[at])


def _filled(codes: Any) -> Any:
    return np.where(codes == MISSING, 0, codes)


def _store(kind: Type) -> Store:
    return Store.LONG if kind.kind is Kind.INTEGER else Store.FLOAT


def _ends(given: CodedValues, kind: Type) -> tuple[list[float | None], list[float | None], Store]:
    """The lowest and the highest number of each value."""
    pairs = [(v.low, v.high) if isinstance(v, Range) else (v, v) for v in given.values]
    low: list[Any] = [pair[0] for pair in pairs]
    high: list[Any] = [pair[1] for pair in pairs]
    return low, high, _store(kind)


# ------------------------------------------------------------------------------------ events


def _event_table(kind: str, log: EventsOfKind, attributes: Mapping[str, Type]) -> EventTable:
    """The events of one kind, with the attributes that conditions look at."""
    columns: dict[str, pa.Array] = {}
    places: dict[str, Place] = {}
    for name, of in attributes.items():
        given = log.attributes.get(name)
        places[name] = None
        if given is not None and len(given.values):
            places[name] = _attribute(columns, f"a {name}", given, of)
    columns[KEY] = pa.array(log.records.astype(np.int64, copy=False))
    columns["at"] = pa.array(log.at, mask=log.at == UNDATED).cast(MOMENT)
    return EventTable(
        pa.table(columns),
        KEY,
        "at",
        places,
        since=None if log.since is None else _since(kind),
        recorded=None if log.recorded is None else _recorded(kind),
    )


def _attribute(columns: dict[str, pa.Array], name: str, given: CodedValues, kind: Type) -> Place:
    """The column, or columns, of an attribute."""
    if kind.kind not in NUMERIC:
        columns[name] = _typed(given, kind)
        return name
    if not _has_ranges(given):
        columns[name] = _numbers(given, given.values, _store(kind))
        return name
    low, high, store = _ends(given, kind)
    columns[f"{name} low"] = _numbers(given, low, store)
    columns[f"{name} high"] = _numbers(given, high, store)
    columns[f"{name} known"] = pa.array(given.codes != MISSING)
    return Between(f"{name} low", f"{name} high", f"{name} known")
