"""What the code calls: counting, scores, and comparisons that are rare."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import re2

from leadpolicy.backends.interpreter import bounds, compare_ranges, member, moved, ordered
from leadpolicy.logic.terms import Member, Relation
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth, at_least
from leadpolicy.types import Range, Value


def count_at_least(least: int, found: tuple[Truth, ...]) -> Truth:
    """The verdict of a quorum out of those of its parts."""
    certain = found.count(TRUE)
    return at_least(least, certain, certain + found.count(UNKNOWN))


def score_at_least(least: int, weights: tuple[int, ...], found: tuple[Truth, ...]) -> Truth:
    """The verdict of a score out of those of its rules."""
    low = high = 0
    for weight, verdict in zip(weights, found, strict=True):
        if verdict is TRUE:
            low, high = low + weight, high + weight
        elif verdict is UNKNOWN:
            low, high = low + min(weight, 0), high + max(weight, 0)
    return at_least(least, low, high)


def against_now(op: Relation, offset: timedelta, value: Value, edge: Value | None) -> bool:
    """Compares with a moment; None lies before or after the calendar."""
    if edge is None:
        return (op in (Relation.LT, Relation.LE)) == (offset > timedelta())
    return ordered(op, value, edge)


def scaled(op: Relation, times: Decimal, roughly: float, x: Value, y: Value) -> Truth:
    """Compares `x` with `times * y`, exactly.

    Floats decide where they are far apart: their error is below 1e-15 of the larger number.
    """
    if not isinstance(x, int | float) or not isinstance(y, int | float):
        return compare_ranges(op, bounds(x, exact=True), bounds(y, times))
    product = y * roughly
    if abs(x - product) > 1e-9 * (abs(x) + abs(product)):
        return TRUE if ordered(op, x, product) else FALSE
    return compare_ranges(op, bounds(x, exact=True), bounds(y, times))


def range_in(term: Member, value: Value) -> Truth:
    """Whether a range lies wholly within a list, or outside of it."""
    return member(value, term)


def searcher(pattern: str) -> Callable[[str], object]:
    """A function that gives None where a pattern is not found."""
    found: Callable[[str], object] = re2.compile(pattern).search
    return found


LETTER: Final = {TRUE: "T", FALSE: "F", UNKNOWN: "U"}
CONSTANTS: Final[Mapping[str, Any]] = {
    "T": TRUE,
    "F": FALSE,
    "U": UNKNOWN,
    "NOT": tuple(~verdict for verdict in Truth),
    "Range": Range,
    "moved": moved,
    "count": count_at_least,
    "score": score_at_least,
}
