"""Two definitions on the same records.

They share most of their records, so what tells them apart is the records that only one of them
holds. Records of one account stand or fall together; accounts are what is resampled and counted.

Sources: Q. McNemar, "Note on the sampling error of the difference between correlated proportions",
1947; B. Efron, "Better bootstrap confidence intervals", 1987 (bias-corrected, accelerated).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from leadpolicy.backtest.arrays import Mask, Numbers, Whole
from leadpolicy.backtest.rates import LEVEL

DRAWS: Final = 4_000
"""Bootstrap samples: enough for two digits of a 95 % interval."""
LEAST_ACCOUNTS: Final = 10
"""With fewer accounts on either side no interval is given."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Precision of b minus precision of a. None where it cannot be told."""

    value: float | None
    low: float | None
    high: float | None
    error: float | None
    """The standard error, from the bootstrap."""
    p: float | None
    accounts: int


def by_account(a: Mask, b: Mask, won: Mask, account: Whole) -> Whole:
    """Per account: records that a holds, won among them, records that b holds, won among them.

    All records given must have a known fate.
    """
    codes, place = np.unique(account, return_inverse=True)
    columns = [a, a & won, b, b & won]
    sums = [np.bincount(place.reshape(-1), weights=c, minlength=len(codes)) for c in columns]
    return np.column_stack(sums).astype(np.int64).reshape(len(codes), 4)


def difference(table: Whole, draws: int = DRAWS, seed: int = 0) -> Difference:
    """The difference of two precisions with an interval from resampled accounts.

    `table` is what `by_account` gives. Accounts with the same four numbers are drawn together,
    which changes nothing but the time it takes.
    """
    total = table.sum(axis=0)
    found = _difference(total[None, :].astype(np.float64))[0]
    accounts = len(table)
    if np.isnan(found):
        return Difference(None, None, None, None, None, accounts)
    sides = (table[:, 0] > 0).sum(), (table[:, 2] > 0).sum()
    kinds, counts = np.unique(table, axis=0, return_counts=True)
    if (kinds[:, :2] == kinds[:, 2:]).all():
        return Difference(0.0, 0.0, 0.0, 0.0, 1.0, accounts)
    if min(sides) < LEAST_ACCOUNTS:
        return Difference(float(found), None, None, None, None, accounts)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(accounts, counts / accounts, size=draws).astype(np.float64)
    values = _difference(drawn @ kinds)
    values = np.sort(values[~np.isnan(values)])
    if len(values) < draws * 0.9 or values[0] == values[-1]:
        return Difference(float(found), None, None, None, None, accounts)
    left_out = _difference((total - kinds).astype(np.float64))
    low, high, p = _accelerated(values, float(found), left_out, counts)
    return Difference(float(found), low, high, float(values.std(ddof=1)), p, accounts)


def _difference(sums: Numbers) -> Numbers:
    """b's precision minus a's for each row of sums; NaN where either holds nothing."""
    held_a, held_b = sums[:, 0], sums[:, 2]
    empty = (held_a == 0) | (held_b == 0)
    a = sums[:, 1] / np.where(held_a == 0, 1, held_a)
    b = sums[:, 3] / np.where(held_b == 0, 1, held_b)
    return np.where(empty, np.nan, b - a)


def _accelerated(
    values: Numbers, found: float, left_out: Numbers, counts: Whole
) -> tuple[float, float, float]:
    """The BCa interval, and the level at which it would just touch zero."""
    from scipy.stats import norm

    size = len(values)
    below, upto = np.searchsorted(values, [found - 1e-12, found + 1e-12])
    bias = float(norm.ppf(np.clip((below + upto) / (2 * size), 1 / size, 1 - 1 / size)))
    usable = ~np.isnan(left_out)
    weight = counts[usable]
    away = np.average(left_out[usable], weights=weight) - left_out[usable]
    spread = float((weight * away**2).sum())
    skew = float((weight * away**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0
    ends = []
    for tail in (LEVEL / 2, 1 - LEVEL / 2):
        z = bias + float(norm.ppf(tail))
        ends.append(float(np.quantile(values, norm.cdf(bias + z / (1 - skew * z)))))
    under, over = np.searchsorted(values, [-1e-12, 1e-12])
    at_zero = np.clip((under + over) / (2 * size), 0.5 / size, 1 - 0.5 / size)
    u = float(norm.ppf(at_zero)) - bias
    tail = float(norm.cdf(u / (1 + skew * u) - bias))
    return ends[0], ends[1], min(1.0, 2 * min(tail, 1 - tail))


@dataclass(frozen=True, slots=True)
class Discordance:
    """Accounts on which exactly one of two definitions is right, and the exact p of so uneven a
    split if both were right equally often.
    """

    for_a: int
    for_b: int
    p: float


def mcnemar(right_a: Mask, right_b: Mask, account: Whole) -> Discordance:
    """McNemar's exact test on accounts: each counts once, for the side that is right more often.

    With one record per account this is McNemar's test on records.
    """
    from statsmodels.stats.contingency_tables import mcnemar as exact

    _, place = np.unique(account, return_inverse=True)
    balance = right_b.astype(np.int64) - right_a.astype(np.int64)
    net = np.bincount(place.reshape(-1), weights=balance, minlength=1)
    for_a, for_b = int((net < 0).sum()), int((net > 0).sum())
    if not for_a + for_b:
        return Discordance(0, 0, 1.0)
    p = float(exact([[0, for_a], [for_b, 0]], exact=True).pvalue)
    return Discordance(for_a, for_b, min(p, 1.0))


def false_discovery(p: Sequence[float | None]) -> list[float | None]:
    """p-values adjusted for their number (Benjamini and Hochberg, 1995); None stays None."""
    from statsmodels.stats.multitest import multipletests

    given = [value for value in p if value is not None]
    if not given:
        return list(p)
    adjusted = iter(multipletests(given, alpha=LEVEL, method="fdr_bh")[1].tolist())
    return [None if value is None else float(next(adjusted)) for value in p]
