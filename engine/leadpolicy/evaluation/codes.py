"""Verdicts as arrays of small integers: FALSE 0, UNKNOWN 1, TRUE 2, ordered as in `Truth`.

With this order Kleene's AND and OR of whole columns are the minimum and the maximum.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Codes: TypeAlias = npt.NDArray[np.int8]
Mask: TypeAlias = npt.NDArray[np.bool_]
Whole: TypeAlias = npt.NDArray[np.int64]

FALSE: Final = 0
UNKNOWN: Final = 1
TRUE: Final = 2

CHANGED: Final = {
    (FALSE, TRUE): "gained",
    (TRUE, FALSE): "lost",
    (UNKNOWN, TRUE): "now certain",
    (TRUE, UNKNOWN): "now open",
    (FALSE, UNKNOWN): "now possible",
    (UNKNOWN, FALSE): "ruled out",
}
"""What to call a verdict before and another after. UNKNOWN is neither held nor not held."""

_SHORT: Final = 2**16
"""Numbers below this are sorted by their digits."""

WON: Final = 1
NOT_WON: Final = 0
OPEN: Final = -1
"""No outcome is known: there is no outcome table, or the record had closed before the moment."""


def any_of(columns: Codes) -> Codes:
    """Kleene OR along the last axis; FALSE where there is no column."""
    reached: Codes = columns.max(axis=-1, initial=FALSE)
    return reached


def last_reaching(stages: Codes, least: int) -> Whole:
    """Per record the position of the last stage whose verdict is at least `least`, else -1."""
    records, ladder = stages.shape
    if not ladder:
        return np.full(records, -1, dtype=np.int64)
    reached = stages[:, ::-1] >= least
    return np.where(reached.any(axis=1), ladder - 1 - reached.argmax(axis=1), -1)


def outcome_codes(outcomes: Sequence[bool | None]) -> Codes:
    """WON, NOT_WON or OPEN for each record."""
    codes = (OPEN if known is None else WON if known else NOT_WON for known in outcomes)
    return np.fromiter(codes, dtype=np.int8, count=len(outcomes))


def stable(numbers: Whole) -> Whole:
    """Places by number, equal ones in the order in which they stand; fast for small numbers."""
    if len(numbers) and int(numbers.min()) >= 0 and int(numbers.max()) < _SHORT:
        return np.argsort(numbers.astype(np.uint16), kind="stable")
    return np.argsort(numbers, kind="stable")


def tally(codes: Codes | Whole, size: int, counts: Whole | None = None) -> list[int]:
    """How many records have each code below `size`: a row is a record, or a group of so many.

    Sums of whole numbers below 2 ** 53 are exact.
    """
    found: list[int] = np.bincount(codes, weights=counts, minlength=size).astype(np.int64).tolist()
    return found


def crossed(a: Codes, b: Codes, counts: Whole | None = None) -> list[list[int]]:
    """How many records have each verdict of `a` (rows) with each of `b` (columns)."""
    table = np.array(tally(a * np.int8(3) + b, 9, counts)).reshape(3, 3)
    found: list[list[int]] = table.tolist()
    return found


def crossed_pairs(columns: Codes, counts: Whole) -> Whole:
    """How many records have each verdict of a column with each of another: `found[v, w, a, b]`.

    A product of matrices of doubles, which are exact for whole numbers below 2 ** 53.
    """
    planes = [(columns == verdict).astype(np.float64) for verdict in (FALSE, UNKNOWN, TRUE)]
    found = np.array([[one.T @ (other * counts[:, None]) for other in planes] for one in planes])
    return found.astype(np.int64)


def share(part: int, whole: int) -> float | None:
    """`part / whole`, or None where there is nothing to take a share of."""
    return int(part) / int(whole) if whole else None
