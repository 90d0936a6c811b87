"""How many accounts it takes to tell two definitions apart, or to see that they hardly differ."""

from __future__ import annotations

import math
from typing import Final

from leadpolicy.backtest.rates import LEVEL

POWER: Final = 0.8
MOST: Final = 10_000_000


def settled(effect: float, error: float, smallest: float, level: float = LEVEL) -> float:
    """The chance that a study settles a difference: shown to be one, or to be below `smallest`.

    The estimate is taken to be normal around `effect` with so large an `error`. A difference is
    shown at `level`; that it is below the smallest, where its 95 % interval lies within.
    """
    from scipy.special import ndtr, ndtri

    shown = -float(ndtri(level / 2)) * error
    within = max(smallest + float(ndtri(LEVEL / 2)) * error, 0.0)

    def above(edge: float) -> float:
        return float(ndtr((effect - edge) / error))

    if within >= shown:
        return 1.0
    return above(shown) + (1 - above(-shown)) + above(-within) - above(within)


def accounts_needed(
    effect: float, error: float, accounts: int, smallest: float = 0.0, level: float = LEVEL
) -> int | None:
    """Accounts in all with which four of five such studies are settled (see `settled`).

    `error` is the standard error of the difference on `accounts` accounts. Assumed is that further
    accounts resemble those at hand, so that the error shrinks with the root of their number. None
    where there is nothing to look for, or more than ten million would be needed.
    """
    if not error or not (effect or smallest):
        return None
    few, many = 1.0, float(MOST)

    def chance(number: float) -> float:
        return settled(abs(effect), error * math.sqrt(accounts / number), smallest, level)

    if chance(many) < POWER:
        return None
    while many / few > 1 + 1e-9:
        middle = math.sqrt(few * many)
        few, many = (few, middle) if chance(middle) >= POWER else (middle, many)
    return math.ceil(many)
