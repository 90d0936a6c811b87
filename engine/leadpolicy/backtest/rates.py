"""Shares with their 95 % intervals.

The interval of a share is Wilson's (E. B. Wilson, 1927): it stays within 0 and 1 and stays honest
for few records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from leadpolicy.backtest.arrays import Codes, Mask, Numbers
from leadpolicy.backtest.fates import Fate
from leadpolicy.comparison.outcomes import wilson

LEVEL: Final = 0.05
"""Intervals cover with 1 − LEVEL; differences are called at LEVEL."""


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `of`. Value and interval are None where there is nothing to take a share of."""

    part: int
    of: int
    value: float | None
    low: float | None
    high: float | None


def share(part: int, of: int) -> Share:
    """A share with its Wilson interval."""
    ends = wilson(part, of)
    if ends is None:
        return Share(part, of, None, None, None)
    return Share(part, of, part / of, *ends)


@dataclass(frozen=True, slots=True)
class Precision:
    """A definition read as a guess: of the records it holds, how many were won within the window.

    `picked` are all that it holds; `of.of` those among them whose fate is known. `recall` is the
    share of the won records that it holds, `lift` its rate over the rate of all records.
    """

    picked: int
    of: Share
    immature: int
    over: int
    untold: int
    base: Share
    recall: Share
    lift: float | None


def precision(held: Mask, fate: Codes) -> Precision:
    """Rates of the records in `held` against all; `fate` has one `Fate` per record."""
    known = fate >= Fate.NOT_REACHED
    won = fate == Fate.REACHED
    base = share(int(won.sum()), int(known.sum()))
    of = share(int((held & won).sum()), int((held & known).sum()))
    lift = of.value / base.value if of.value is not None and base.value else None
    return Precision(
        picked=int(held.sum()),
        of=of,
        immature=int((held & (fate == Fate.IMMATURE)).sum()),
        over=int((held & (fate == Fate.OVER)).sum()),
        untold=int((held & (fate == Fate.UNTOLD)).sum()),
        base=base,
        recall=share(int((held & won).sum()), int(won.sum())),
        lift=lift,
    )


@dataclass(frozen=True, slots=True)
class Revenue:
    """The same weighted by amount. Records without an amount are left out and counted."""

    won: float
    known: float
    all_won: float
    without_amount: int

    @property
    def precision(self) -> float | None:
        """The amount won over the amount of all records held with a known fate."""
        return self.won / self.known if self.known else None

    @property
    def recall(self) -> float | None:
        """The share of the amount won that the definition holds."""
        return self.won / self.all_won if self.all_won else None


def revenue(held: Mask, fate: Codes, amount: Numbers) -> Revenue:
    """Amounts of the records in `held`; an amount that nobody knows is NaN."""
    known = fate >= Fate.NOT_REACHED
    won = fate == Fate.REACHED
    told = ~np.isnan(amount)
    return Revenue(
        won=float(amount[held & won & told].sum()),
        known=float(amount[held & known & told].sum()),
        all_won=float(amount[won & told].sum()),
        without_amount=int((held & known & ~told).sum()),
    )
