"""What became of the records on a rung: rates with 95 % intervals, lift and recall.

The interval is Wilson's (E. B. Wilson, 1927): it stays within 0 and 1 and stays honest for few
records, where 0 won of 12 may still be a rate of 24 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

import numpy as np

from leadpolicy.evaluation.codes import OPEN, Codes, Mask, Whole, share, tally

CONFIDENCE: Final = 0.95
NORMAL: Final = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
"""So many standard deviations reach as far as the interval."""
FEW: Final = 30
"""Below this many records with an outcome a rate is marked as resting on few."""


@dataclass(frozen=True, slots=True)
class OutcomeRate:
    """Records of a set with a known outcome. Rates are None where no outcome is known.

    `recall` is the share of all won records that the set holds; `lift` the set's rate over the
    rate of all records.
    """

    records: int
    known: int
    won: int
    rate: float | None
    low: float | None
    high: float | None
    lift: float | None
    recall: float | None

    @property
    def few(self) -> bool:
        return self.known < FEW


def wilson(won: int, known: int) -> tuple[float, float] | None:
    """The 95 % interval of a rate; None where there is no record."""
    if not known:
        return None
    rate, square = won / known, NORMAL**2
    scale = 1 + square / known
    center = (rate + square / (2 * known)) / scale
    reach = NORMAL * sqrt(rate * (1 - rate) / known + square / (4 * known**2)) / scale
    # None of any number may be none, and all of them all: exactly, whatever the rounding.
    return (center - reach if won else 0.0), (center + reach if won < known else 1.0)


def outcome(held: Mask, outcomes: Codes, counts: Whole | None = None) -> OutcomeRate:
    """The outcome of the records in `held`, set against all records; see `tally`."""
    codes = held.astype(np.int8) * np.int8(3) + (outcomes - np.int8(OPEN))
    _, lost_out, won_out, open_in, lost, won = tally(codes, 6, counts)
    n = won + lost
    all_known, all_won = n + lost_out + won_out, won + won_out
    rate, base = share(won, n), share(all_won, all_known)
    interval = wilson(won, n)
    return OutcomeRate(
        records=open_in + n,
        known=n,
        won=won,
        rate=rate,
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        lift=rate / base if rate is not None and base else None,
        recall=share(won, all_won),
    )
