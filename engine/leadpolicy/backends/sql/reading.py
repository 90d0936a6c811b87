"""How raw values become typed ones: out of typed columns, or out of a text file's texts.

An expression gives NULL for a value that does not fit; where that can happen the raw value is
kept beside it for the check.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp

from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.forms import Store
from leadpolicy.backends.sql.texts import plain_ascii
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.types import Kind, Type

STORED: Final = {
    Kind.BOOLEAN: tree.Word.BOOLEAN,
    Kind.INTEGER: tree.BIG,
    Kind.NUMBER: tree.DOUBLE,
    Kind.MONEY: tree.DOUBLE,
    Kind.TEXT: tree.TEXT,
    Kind.CHOICE: tree.TINY,
    Kind.LEVEL: tree.TINY,
    Kind.CHOICES: tree.TEXT,
    Kind.DATE: tree.DATE,
    Kind.MOMENT: tree.BIG,
}
LIST_OF_TEXTS: Final = exp.DataType(
    this=tree.Word.ARRAY,
    expressions=[exp.DataType(this=tree.TEXT)],
    nested=True,
)
SHORT: Final = frozenset({"TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT"})
LONG: Final = frozenset({"UINTEGER", "BIGINT"})
LONGER: Final = frozenset({"UBIGINT", "HUGEINT", "UHUGEINT"})
_FLOATS: Final = frozenset({"FLOAT", "DOUBLE"})
_MOMENTS: Final = frozenset(
    {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "DATE"}
)
_DECIMAL: Final = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)\Z")
_FIRST_DAY, _LAST_DAY = "0001-01-01", "9999-12-31"
FIRST_MOMENT, LAST_MOMENT = -62_135_596_800_000_000, 253_402_300_799_999_999
_EXACT: Final = 2**53
_ZONE: Final = r"(Z|[+-]\d\d:?\d\d)?"
_DAY: Final = r"\d{4}-\d\d-\d\d"


def nothing(kind: Type) -> Sql:
    """A missing value of the type that the kind is stored as."""
    if kind.kind is Kind.CHOICES:
        return exp.Cast(this=tree.nothing(), to=LIST_OF_TEXTS.copy())
    return tree.cast(tree.nothing(), STORED[kind.kind])


@dataclass(frozen=True, slots=True)
class Read:
    """A typed value. `checked`: it is NULL where the raw value does not fit."""

    value: Sql = field(compare=False)
    store: Store = Store.SHORT
    checked: bool = True
    total: bool = False
    """The value is there where the raw one is missing, too: it is a code."""


def of_typed(kind: Type, raw: Sql, stored: str, order: tuple[str, ...]) -> Read | None:
    """A value out of a column of the engine's type `stored`; None where that does not fit."""
    if stored.strip('"') in ("NULL", "SQLNULL"):
        return Read(nothing(kind), checked=False)
    match kind.kind:
        case Kind.BOOLEAN:
            return Read(raw, checked=False) if stored == "BOOLEAN" else None
        case Kind.INTEGER:
            return _integer(raw, stored)
        case Kind.NUMBER | Kind.MONEY:
            return _number(raw, stored)
        case Kind.TEXT:
            return Read(_text(raw, stored), checked=False) if _is_text(stored) else None
        case Kind.CHOICE | Kind.LEVEL:
            return _coded(_text(raw, stored), order) if _is_text(stored) else None
        case Kind.CHOICES:
            return _lists(kind, raw, stored)
        case Kind.DATE:
            return _date(raw) if stored == "DATE" else None
        case Kind.MOMENT:
            return _moment(raw) if stored in _MOMENTS else None


def of_text(kind: Type, raw: Sql, stored: str, order: tuple[str, ...]) -> Read | None:
    """A value out of a text of a text file, spelled as in a policy; ranges are not read."""
    assert stored == "VARCHAR"
    match kind.kind:
        case Kind.BOOLEAN:
            pairs = [(tree.eq(raw.copy(), tree.text(word)), value) for word, value in (
                ("true", tree.yes()), ("false", tree.no()))]  # fmt: skip
            return Read(tree.case(pairs, None))
        case Kind.INTEGER:
            integer = _spelled(raw, r"\s*[+-]?(0|[1-9]\d*)\s*", tree.BIG)
            return Read(integer, Store.LONG)
        case Kind.NUMBER | Kind.MONEY:
            return Read(_spelled_number(raw), Store.FLOAT)
        case Kind.TEXT:
            return Read(raw, checked=False)
        case Kind.CHOICE | Kind.LEVEL:
            return _coded(raw, order)
        case Kind.CHOICES:
            return None
        case Kind.DATE:
            return _date(_spelled(raw, _DAY, tree.DATE))
        case Kind.MOMENT:
            pattern = rf"{_DAY}([T ]\d\d:\d\d(:\d\d(\.\d{{1,6}})?)?{_ZONE})?"
            return _moment(_spelled(raw, pattern, tree.Word.TIMESTAMPTZ))


def limited(read: Read, kind: Type) -> Read:
    """A number within the limits that the vocabulary declares; one beyond them does not fit."""
    if kind.limits is None:
        return read
    low, high = kind.limits
    ends = (tree.double(low), tree.double(high))
    if kind.kind is Kind.INTEGER:
        first, last = max(math.ceil(low), -(2**63)), min(math.floor(high), 2**63 - 1)
        ends = (tree.whole(first), tree.whole(last))
    within = tree.between(read.value.copy(), *ends)
    return Read(_only_where(within, read.value.copy()), read.store)


def _is_text(stored: str) -> bool:
    return stored == "VARCHAR" or stored.startswith("ENUM(")


def _text(raw: Sql, stored: str) -> Sql:
    return raw if stored == "VARCHAR" else tree.cast(raw, tree.TEXT)


def _only_where(condition: Sql, value: Sql) -> Sql:
    return tree.case([(condition, value)], None)


def _spelled(raw: Sql, pattern: str, to: tree.Word) -> Sql:
    matches = tree.call("regexp_full_match", raw.copy(), tree.text(pattern))
    return _only_where(matches, tree.try_cast(tree.call("trim", raw.copy()), to))


def _spelled_number(raw: Sql) -> Sql:
    """At most 15 digits, so that the float's shortest spelling is this decimal."""
    pattern = r"\s*[+-]?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d{1,2})?\s*"
    bare = tree.call("regexp_replace", raw.copy(), tree.text(r"[eE].*"), tree.text(""))
    digits = tree.call("regexp_replace", bare, tree.text(r"\D"), tree.text(""), tree.text("g"))
    fits = tree.le(tree.call("length", digits), tree.whole(15))
    return _only_where(fits, _spelled(raw, pattern, tree.DOUBLE))


def _integer(raw: Sql, stored: str) -> Read | None:
    if stored in SHORT:
        return Read(raw, Store.SHORT, checked=False)
    if stored in LONG:
        value = raw if stored == "BIGINT" else tree.cast(raw, tree.BIG)
        return Read(value, Store.LONG, checked=False)
    if stored in LONGER:
        return Read(tree.try_cast(raw, tree.BIG), Store.LONG)
    if stored not in _FLOATS and not _DECIMAL.match(stored):
        return None
    same = tree.eq(raw.copy(), tree.call("trunc", raw.copy()))
    return Read(_only_where(same, tree.try_cast(raw, tree.BIG)), Store.LONG)


def _number(raw: Sql, stored: str) -> Read | None:
    if stored in SHORT or stored == "UINTEGER":
        return Read(tree.cast(raw, tree.DOUBLE), Store.FLOAT, checked=False)
    if stored in LONGER or stored == "BIGINT":
        exact = tree.between(raw.copy(), tree.whole(-_EXACT), tree.whole(_EXACT))
        return Read(_only_where(exact, tree.cast(raw.copy(), tree.DOUBLE)), Store.FLOAT)
    if stored in _FLOATS:
        value = raw if stored == "DOUBLE" else tree.cast(raw, tree.DOUBLE)
        finite = _only_where(tree.call("isfinite", value.copy()), value)
        return Read(finite, Store.FLOAT)
    found = _DECIMAL.match(stored)
    if found is None:
        return None
    width, scale = int(found[1]), int(found[2])
    if width <= 15:
        return Read(tree.cast(raw, tree.DOUBLE), Store.FLOAT, checked=False)
    value = tree.try_cast(tree.cast(raw.copy(), tree.TEXT), tree.DOUBLE)
    back = tree.try_decimal(tree.cast(value.copy(), tree.TEXT), width, scale)
    return Read(_only_where(tree.eq(back, raw.copy()), value), Store.FLOAT)


def _coded(text: Sql, order: tuple[str, ...]) -> Read:
    """The place in the order, after that of a missing value, so that no code is NULL; the
    engine finds each distinct value of a compressed block once. With plain ASCII values no other
    spelling normalizes to one of them but a few that are then refused.
    """
    subject = text.copy()
    if not all(plain_ascii(value) for value in order):
        subject = tree.call("nfc_normalize", subject)
    return Read(tree.call("list_position", tree.texts_and_null(order), subject), total=True)


def _lists(kind: Type, raw: Sql, stored: str) -> Read | None:
    if not stored.endswith("[]") or not _is_text(stored[:-2]):
        return None
    value = raw if stored == "VARCHAR[]" else exp.Cast(this=raw, to=LIST_OF_TEXTS.copy())
    if not all(plain_ascii(element) for element in kind.values):
        value = tree.each(value, "e", tree.call("nfc_normalize", tree.column("e")))
    fits = [tree.eq(tree.call("list_count", value.copy()), tree.call("len", value.copy()))]
    if kind.values:
        fits.append(tree.call("list_has_all", tree.texts(kind.values), value.copy()))
    return Read(_only_where(tree.every(fits), value.copy()))


def _date(raw: Sql) -> Read:
    first, last = (tree.cast(tree.text(day), tree.DATE) for day in (_FIRST_DAY, _LAST_DAY))
    return Read(_only_where(tree.between(raw.copy(), first, last), raw.copy()))


def _moment(raw: Sql) -> Read:
    value = tree.call("epoch_us", raw)
    fits = tree.between(value.copy(), tree.whole(FIRST_MOMENT), tree.whole(LAST_MOMENT))
    return Read(_only_where(fits, value))
