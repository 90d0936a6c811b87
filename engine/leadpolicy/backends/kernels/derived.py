"""Columns of truths (0 UNKNOWN, 1 FALSE, 2 TRUE) that are made once per table, value by value:
what no comparison of codes can say. Doubles stand for their shortest decimals, exactly.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Context, Decimal
from typing import Any, Final, TypeVar

import numpy as np

from leadpolicy.backends.kernels.columns import (
    Array,
    Codes,
    Numbers,
    Sets,
    Texts,
    booleans,
    doubles,
    exact,
)
from leadpolicy.logic.terms import Comparison

T = TypeVar("T")
DAY: Final = 86_400_000_000
_MICROSECOND: Final = timedelta(microseconds=1)
_EXACT: Final = Context(prec=80)
_SAFE: Final = 1e-14
"""Relative distance beyond which rounding cannot change a comparison of a with b × f: three
roundings of at most 2⁻⁵³ each, and then some."""
_TINY: Final = 1e-300
"""Below, doubles lose digits, so that relative distances say nothing."""
_OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(slots=True)
class Memo:
    """What was derived already."""

    kept: dict[Hashable, Any] = field(default_factory=dict)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What stands under a key, made where it is missing."""
        if key not in self.kept:
            self.kept[key] = make()
        found: T = self.kept[key]
        return found


def _truths(known: Array, holds: Array) -> Codes:
    return booleans(np.where(known, holds.astype(np.uint8) + np.uint8(1), np.uint8(0)))


def same_text(left: Texts, right: Texts) -> Codes:
    """Whether two columns hold one text."""
    places = {text: place for place, text in enumerate(right.distinct, 1)}
    table = np.array([0, *(places.get(text, -1) for text in left.distinct)], np.int64)
    known = (left.array != 0) & (right.array != 0)
    return _truths(known, table[left.array] == right.array)


def contains(column: Sets, element: str) -> Codes:
    """Whether a set contains an element."""
    truths = column.known.array.astype(np.uint8)
    if element in column.distinct:
        truths[column.rows[column.elements == column.distinct.index(element) + 1]] = 2
    return booleans(truths)


def with_now(op: Comparison, column: Codes, now: Array, offset: timedelta, *, days: bool) -> Codes:
    """A column of days or microseconds against now, which each record has of its own."""
    moment = now + offset // _MICROSECOND
    return compared_with(op.value, column, moment // DAY if days else moment)


def compared_with(op: str, column: Codes, numbers: Array) -> Codes:
    """A column of whole numbers against other numbers, row by row."""
    assert isinstance(column.values, range)
    values = column.array.astype(np.int64) + (column.values.start - column.first)
    return _truths(column.array != 0, _OPERATORS[op](values, numbers))


def compared(op: str, left: Numbers, right: Numbers, times: Decimal | None) -> Codes:
    """`left op right × times`: as doubles where that is safely away from equality, else exactly."""
    one, other = doubles(left), doubles(right)
    if one is None or other is None:
        truths = np.zeros(len(left.array), np.uint8)
        unsure = np.arange(len(truths))
    else:
        truths, close = _rounded(op, one, other, 1.0 if times is None else float(times))
        unsure = np.flatnonzero(close) if times is not None else np.zeros(0, np.int64)
    seen: dict[tuple[float | None, float | None], int] = {}
    pairs = zip(exact(left, unsure), exact(right, unsure), strict=True)
    for row, pair in zip(unsure.tolist(), pairs, strict=True):
        if pair not in seen:
            seen[pair] = _exactly(op, *pair, times)
        truths[row] = seen[pair]
    return booleans(truths)


def _rounded(op: str, one: Array, other: Array, times: float) -> tuple[Array, Array]:
    """Truths by rounded products, and where these may be wrong."""
    with np.errstate(over="ignore", invalid="ignore"):
        product = other * times
        known = ~(np.isnan(one) | np.isnan(other))
        truths = _truths(known, _OPERATORS[op](one, product)).array
        limit = _SAFE * (np.abs(one) + np.abs(product)) + _TINY
        close = ~(np.abs(one - product) > limit) | np.isinf(limit)
    return truths, close & known


def _exactly(op: str, one: float | None, other: float | None, times: Decimal | None) -> int:
    if one is None or other is None:
        return 0
    left: float | Decimal = one
    right: float | Decimal = other
    if times is not None:
        left, right = Decimal(repr(one)), _EXACT.multiply(Decimal(repr(other)), times)
    return 2 if _OPERATORS[op](left, right) else 1
