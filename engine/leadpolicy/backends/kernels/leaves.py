"""What a gate without parts says of a block of records, out of the columns of a table."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from typing import Any, Final

import numpy as np

from leadpolicy.backends.interpreter import text_test
from leadpolicy.backends.kernels.circuit import (
    Ahead,
    Bounded,
    Chosen,
    Compared,
    Constant,
    Contains,
    Leaf,
    Plane,
    Same,
)
from leadpolicy.backends.kernels.columns import Array, Sets, TextColumn, packed, unpacked
from leadpolicy.logic.terms import Relation, TextTest

_EXACT: Final = Context(prec=80)
_SAFE: Final = 1e-14
"""Relative distance beyond which rounding cannot change a comparison of a with b × f: three
roundings of at most 2⁻⁵³ each, and then some."""
_TINY: Final = 1e-300
"""Below, doubles lose digits, so that relative distances say nothing."""
_WHOLE: Final = 2**53
"""Whole numbers up to this are doubles."""
OPERATORS: Final[dict[Relation, Callable[[Any, Any], Any]]] = {
    Relation.EQ: operator.eq,
    Relation.LT: operator.lt,
    Relation.LE: operator.le,
    Relation.GT: operator.gt,
    Relation.GE: operator.ge,
}


class BlockReader:
    """Evaluates blocks, one after the other, in memory of its own.

    `filled` is what the table has in each slot: an array, a plane (None: all set), or a column of
    texts or sets.
    """

    def __init__(self, filled: Sequence[Any], block: int) -> None:
        self.filled = filled
        self.flags = np.empty(block, np.bool_)
        self.spare = np.empty(block, np.bool_)

    def plane(self, gate: Leaf, begin: int, end: int) -> Array:
        """The plane of a gate for the records from `begin`, a multiple of 8, to `end`."""
        if isinstance(gate, Plane):
            return self._plane(gate.slot, begin, end)
        flags = self.flags[: end - begin]
        match gate:
            case Constant(value=value):
                flags[:] = value
            case Bounded():
                self._within(gate, begin, end, flags)
            case Chosen():
                texts: TextColumn = self.filled[gate.slot]
                np.take(chosen(texts, gate.which), texts.array[begin:end], out=flags, mode="clip")
            case Compared():
                flags = self._compared(gate, begin, end)
            case Ahead():
                left, now = (self.filled[slot][begin:end] for slot in (gate.left, gate.now))
                moment = (now + gate.offset) // gate.unit
                flags = OPERATORS[gate.op](left.astype(np.int64), moment)
            case Same():
                left, right = (self.filled[slot] for slot in (gate.left, gate.right))
                flags = same_text(left, right)[left.array[begin:end]] == right.array[begin:end]
            case Contains():
                contained(self.filled[gate.slot], gate.element, begin, end, flags)
        return packed(flags)

    def _plane(self, slot: int, begin: int, end: int) -> Array:
        plane = self.filled[slot]
        if plane is None:
            return np.full(-(-(end - begin) // 8), 255, np.uint8)
        found: Array = plane[begin // 8 : -(-end // 8)]
        return found

    def _within(self, gate: Bounded, begin: int, end: int, flags: Array) -> None:
        array: Any = self.filled[gate.slot][begin:end]
        least: Any = gate.least
        most: Any = gate.most
        if least == most:
            np.equal(array, least, out=flags)
        elif least is None:
            np.less_equal(array, most, out=flags)
        else:
            np.greater_equal(array, least, out=flags)
            if most is not None:
                flags &= np.less_equal(array, most, out=self.spare[: end - begin])

    def _compared(self, gate: Compared, begin: int, end: int) -> Array:
        left, right = (self.filled[slot][begin:end] for slot in (gate.left, gate.right))
        if gate.times is None and (left.dtype.kind == "f") == (right.dtype.kind == "f"):
            found: Array = OPERATORS[gate.op](left, right)
            return found
        there = np.ones(end - begin, np.bool_)
        for slot in gate.there:
            there &= unpacked(self._plane(slot, begin, end), end - begin).view(np.bool_)
        return compared(gate.op, left, right, gate.times, there)


# ------------------------------------------------------------------------------ texts and sets


def chosen(texts: TextColumn, which: frozenset[str] | TextTest) -> Array:
    """Which of the distinct texts are looked for."""
    found = texts.tables.get(which)
    if found is None:
        if isinstance(which, TextTest):
            test = which
            marks = [text_test(test, text) for text in texts.distinct]
        else:
            marks = [text in which for text in texts.distinct]
        found = texts.tables[which] = np.array([*marks, False], np.bool_)
    return found


def same_text(left: TextColumn, right: TextColumn) -> Array:
    """For each distinct text of one column its place in the other, -1 where it has none."""
    found = left.tables.get(id(right))
    if found is None:
        places = {text: place for place, text in enumerate(right.distinct)}
        made = [*(places.get(text, -1) for text in left.distinct), -1]
        found = left.tables[id(right)] = np.array(made, np.int64)
    return found


def contained(sets: Sets, element: str, begin: int, end: int, out: Array) -> None:
    """Which sets contain an element."""
    out[:] = False
    if element in sets.distinct:
        starts = sets.starts[begin : end + 1]
        here = sets.elements[starts[0] : starts[-1]] == sets.distinct.index(element)
        places = np.flatnonzero(here) + starts[0]
        out[np.searchsorted(starts, places, side="right") - 1] = True


# --------------------------------------------------------------------------- exact comparisons


def compared(op: Relation, left: Array, right: Array, times: Decimal | None, there: Array) -> Array:
    """`left op right × times`, doubles standing for their shortest decimals: by the machine where
    that is safely away from equality, else exactly.
    """
    one, other = left.astype(np.float64), right.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        product = other if times is None else other * float(times)
        found: Array = OPERATORS[op](one, product)
        limit = _SAFE * (np.abs(one) + np.abs(product)) + _TINY
        unsure = ~(np.abs(one - product) > limit) | np.isinf(limit)
    if times is None:
        unsure &= _large(left) | _large(right)
    rows = np.flatnonzero(unsure & there)
    seen: dict[tuple[float, float], bool] = {}
    pairs = zip(left[rows].tolist(), right[rows].tolist(), strict=True)
    for row, pair in zip(rows.tolist(), pairs, strict=True):
        if pair not in seen:
            seen[pair] = _exactly(op, *pair, times)
        found[row] = seen[pair]
    return found


def _large(array: Array) -> Array:
    """Whole numbers that may not be doubles."""
    if array.dtype.kind == "f":
        return np.zeros(len(array), np.bool_)
    found: Array = (array > _WHOLE) | (array < -_WHOLE)
    return found


def _exactly(op: Relation, left: float, right: float, times: Decimal | None) -> bool:
    if times is None:
        return bool(OPERATORS[op](left, right))
    one, other = Decimal(repr(left)), _EXACT.multiply(Decimal(repr(right)), times)
    return bool(OPERATORS[op](one, other))


__all__ = ["OPERATORS", "BlockReader", "chosen", "compared"]
