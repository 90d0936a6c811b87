"""Records that stand in columns as a table of Arrow, with their events beside it: what has been
read once goes the same way into every engine as what stands in a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from leadpolicy.backends import Between, EngineTable, EventTable, Place
from leadpolicy.backends.columns import (
    ALWAYS,
    MISSING,
    UNDATED,
    Array,
    CodedValues,
    Columns,
    EventsOfKind,
    PackedValues,
)
from leadpolicy.times import from_microseconds
from leadpolicy.types import NUMERIC, Kind, Range, Type, Value

KEY: Final = "record"
"""The column of the records' numbers."""
NOW: Final = "now"
"""The column of the records' moments."""
_MOMENT: Final = pa.timestamp("us", tz="UTC")
_STORED: Final = {
    Kind.BOOLEAN: pa.bool_(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.MONEY: pa.float64(),
    Kind.TEXT: pa.string(),
    Kind.CHOICE: pa.string(),
    Kind.LEVEL: pa.string(),
    Kind.CHOICES: pa.list_(pa.string()),
    Kind.DATE: pa.date32(),
    Kind.MOMENT: _MOMENT,
}
_TEXTS: Final = (Kind.TEXT, Kind.CHOICE, Kind.LEVEL)


def table_of(
    columns: Columns, facts: Mapping[str, Type], attributes: Mapping[str, Mapping[str, Type]]
) -> EngineTable:
    """The columns of these facts, and the events with these attributes by kind."""
    made: dict[str, Any] = {
        KEY: np.arange(len(columns), dtype=np.int64),
        NOW: pa.array(columns.moments).cast(_MOMENT),
    }
    places = {name: _put(made, name, columns.facts.get(name), kind) for name, kind in facts.items()}
    events: dict[str, EventTable | None] = {}
    for kind, wanted in attributes.items():
        log = columns.logs.get(kind)
        events[kind] = None if log is None else _events(made, kind, log, wanted, columns.moments)
    as_of = one_moment(columns.moments)
    return EngineTable(
        pa.table(made), NOW if as_of is None else from_microseconds(as_of), places, KEY, events
    )


def one_moment(moments: Array) -> int | None:
    """The moment of all records, if it is the same."""
    alike = len(moments) > 0 and bool((moments == moments[0]).all())
    return int(moments[0]) if alike else None


def log_begins(since: Array, moments: Array) -> Array:
    """Since when logs are kept; one that begins after every moment begins late enough for all."""
    latest = int(moments.max()) if len(moments) else 0
    found: Array = np.minimum(since, latest + 1)
    return found


def _events(
    made: dict[str, Any],
    kind: str,
    log: EventsOfKind,
    attributes: Mapping[str, Type],
    moments: Array,
) -> EventTable:
    """The events of one kind; what is known of the records' logs goes to the records."""
    since = recorded = None
    if log.since is not None:
        since = _add(made, f"{kind} since", dated(log_begins(log.since, moments), ALWAYS))
    if log.recorded is not None:
        recorded = _add(made, f"{kind} kept", pa.array(log.recorded))
    own: dict[str, Any] = {
        KEY: log.records.astype(np.int64, copy=False), NOW: dated(log.at, UNDATED)
    }  # fmt: skip
    places = {
        name: _put(own, name, log.attributes.get(name), of) for name, of in attributes.items()
    }
    return EventTable(pa.table(own), KEY, NOW, places, since=since, recorded=recorded)


def dated(at: Array, missing: int) -> pa.Array:
    """Moments out of microseconds, of which one stands for a missing moment."""
    return pa.array(at, mask=at == missing).cast(_MOMENT)


def _put(made: dict[str, Any], name: str, column: CodedValues | None, kind: Type) -> Place:
    match [_add(made, name, one) for one in arrays(column, kind)]:
        case []:
            return None
        case [alone]:
            return alone
        case names:
            return Between(*names)


def _add(made: dict[str, Any], name: str, column: pa.Array) -> str:
    """Under a name that people know, or one like it: engines do not tell cases apart."""
    if name.casefold() in map(str.casefold, made):
        name = f"{name} {len(made)}"
    made[name] = column
    return name


# ------------------------------------------------------------------------------------- values


def arrays(column: CodedValues | None, kind: Type) -> list[pa.Array]:
    """A column of Arrow; where some values are ranges their ends, and which values are known. None
    where nobody recorded anything. Texts keep each distinct one once.
    """
    if column is None or not len(column.values):
        return []
    codes = pa.array(column.codes, mask=column.codes == MISSING)
    if kind.kind in _TEXTS:
        distinct = pa.array([str(value) for value in column.values], pa.string())
        return [pa.DictionaryArray.from_arrays(codes, distinct)]
    return [one.take(codes) for one in stored(column.values, kind)]


def stored(values: Sequence[Value], kind: Type) -> list[pa.Array]:
    """Values as Arrow has them: one array, or the ends of ranges and which values are known."""
    of = _STORED[kind.kind]
    if isinstance(values, PackedValues):
        whole = pa.array(values.array)
        return [(whole.cast(pa.int32()) if kind.kind is Kind.DATE else whole).cast(of)]
    if kind.kind in NUMERIC and any(isinstance(value, Range) for value in values):
        pairs = [(v.low, v.high) if isinstance(v, Range) else (v, v) for v in values]
        ends = [pa.array(side, of) for side in zip(*pairs, strict=True)]
        return [*ends, pa.array(np.ones(len(pairs), np.bool_))]
    return [pa.array([sorted(v) if isinstance(v, frozenset) else v for v in values], of)]


__all__ = ["KEY", "NOW", "arrays", "dated", "log_begins", "one_moment", "stored", "table_of"]
