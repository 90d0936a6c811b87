"""What became of the records on a rung: rates with 95 % intervals, lift and recall.

The interval is Wilson's (E. B. Wilson, 1927): it stays within 0 and 1 and stays honest for few
records, where 0 won of 12 may still be a rate of 24 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from leadpolicy.evaluation.codes import OPEN, WON, Codes, Mask, share

CONFIDENCE: Final = 0.95
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
    from statsmodels.stats.proportion import proportion_confint

    if not known:
        return None
    low, high = proportion_confint(won, known, alpha=1 - CONFIDENCE, method="wilson")
    return float(low), float(high)


def outcome(held: Mask, outcomes: Codes) -> OutcomeRate:
    """The outcome of the records in `held`, set against all records."""
    known = held & (outcomes != OPEN)
    n, won = int(known.sum()), int((held & (outcomes == WON)).sum())
    all_known, all_won = int((outcomes != OPEN).sum()), int((outcomes == WON).sum())
    rate, base = share(won, n), share(all_won, all_known)
    interval = wilson(won, n)
    return OutcomeRate(
        records=int(held.sum()),
        known=n,
        won=won,
        rate=rate,
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        lift=rate / base if rate is not None and base else None,
        recall=share(won, all_won),
    )
