"""How many accounts it takes to tell two definitions apart."""

from __future__ import annotations

import math
from typing import Final

from leadpolicy.backtest.rates import LEVEL

POWER: Final = 0.8
MOST: Final = 10_000_000


def accounts_needed(effect: float, error: float, accounts: int) -> int | None:
    """Accounts in all for a difference of `effect` to be found with a power of 80 % at 5 %.

    `error` is the standard error of the difference on `accounts` accounts. Assumed is that further
    accounts resemble those at hand, so that the error shrinks with the root of their number. None
    where there is no effect to look for, or more than ten million would be needed.
    """
    from statsmodels.stats.power import NormalIndPower

    spread = error * math.sqrt(accounts)
    if not effect or not spread:
        return None
    needed = NormalIndPower().solve_power(
        effect_size=abs(effect) / spread, nobs1=None, alpha=LEVEL, power=POWER, ratio=0
    )
    number = math.ceil(float(needed))
    return number if number <= MOST else None


def power_of(effect: float, error: float) -> float:
    """The chance to find a difference of `effect` where its standard error is `error`."""
    from statsmodels.stats.power import NormalIndPower

    found = NormalIndPower().power(effect_size=abs(effect) / error, nobs1=1, alpha=LEVEL, ratio=0)
    return float(found)
