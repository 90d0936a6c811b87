"""What became of a record within the maturity window after a moment, and when nothing can be said.

A record is mature when its whole window has been observed. Nothing else makes its fate known: a
record won early and one lost early would else be known sooner than the rest, and the newest
records would look better or worse than they are.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from leadpolicy.backtest.arrays import NEVER, Codes, Mask, Whole, later


class Fate(IntEnum):
    """What became of a record. Only the first two enter a rate; the others are counted apart."""

    REACHED = 1
    NOT_REACHED = 0
    IMMATURE = -1
    """The window reaches beyond what has been observed."""
    OVER = -2
    """The outcome, or another end, had come before the window began."""
    UNTOLD = -3
    """The source does not tell the outcome of this record."""
    OUT = -4
    """The window never began: the record did not enter."""


def fates(start: Whole, target: Whole, closed: Whole, told: Mask, within: int, until: int) -> Codes:
    """The `Fate` of each record; all moments and `within` in microseconds.

    `start` is when the window begins, `target` when the outcome came, `closed` any end. What came
    after `until` has not been observed. A target at the very moment of `start` is over already.
    """
    seen = target <= until
    due = later(start, within)
    codes = np.full(len(start), int(Fate.NOT_REACHED), np.int8)
    codes[seen & (target <= due)] = Fate.REACHED
    codes[due > until] = Fate.IMMATURE
    codes[(target <= start) | (closed <= start)] = Fate.OVER
    codes[~told] = Fate.UNTOLD
    codes[(start == NEVER) | (start > until)] = Fate.OUT
    return codes


def steps(start: Whole, target: Whole, closed: Whole, within: int, until: int) -> Codes:
    """The `Fate` of each record on its way to another rung, which may be entered at once.

    OVER are records that were on the other rung before, or had ended.
    """
    together = target == start
    told = np.ones(len(start), np.bool_)
    codes = fates(start, target, closed, told, within, until)
    codes[together & (codes == Fate.OVER) & (closed > start)] = Fate.REACHED
    codes[together & (later(start, within) > until) & (codes == Fate.REACHED)] = Fate.IMMATURE
    return codes
