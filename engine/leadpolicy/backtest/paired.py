"""Two definitions on the same records.

They share most of their records, so what tells them apart is the records that only one of them
holds. Records of one account stand or fall together: accounts are what varies and is counted.

The difference of two precisions is one of ratio estimates. Its error is linearized by account
(W. G. Cochran, "Sampling techniques", 1977, section 6.10), its limits are Student's with as many
degrees of freedom as there are accounts that carry weight, less one (A. V. Carter, K. T. Schnepel,
D. G. Steigerwald, "Asymptotic behavior of a t-test robust to cluster heterogeneity", 2017): one
account with half of the records is no crowd. The test of no difference takes the larger of the
error as seen and the error if both were won equally often, since a side without any won record
seems to have no error at all. Q. McNemar, "Note on the sampling error of the difference between
correlated proportions", 1947.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from leadpolicy.backtest.arrays import Codes, Mask, Numbers, Whole
from leadpolicy.backtest.fates import Fate
from leadpolicy.backtest.rates import LEVEL
from leadpolicy.backtest.view import PolicyView
from leadpolicy.comparison.outcomes import wilson

LEAST_ACCOUNTS: Final = 10
"""With fewer accounts that carry weight on either side no interval is given."""
LEAST_EXPECTED: Final = 5
"""Nor where fewer accounts with won records, or with others, would be expected on a side (Cochran's
rule for tests of shares)."""


@dataclass(frozen=True, slots=True)
class RateDifference:
    """Precision of b minus precision of a. None where it cannot be told; `why` then says why."""

    value: float | None
    low: float | None
    high: float | None
    error: float | None
    """The standard error as seen; under no difference where that is larger and a side has none."""
    p: float | None
    accounts: int
    """All accounts with a known outcome, also of records that neither holds."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Lift:
    """A definition's rate over that of all records, with its 95 % interval."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def tells(self) -> bool:
        """Whether the outcome has surely to do with the definition."""
        return self.low is not None and self.high is not None and not self.low <= 1 <= self.high


def by_account(a: Mask, b: Mask, won: Mask, account: Whole) -> Whole:
    """Per account records and won among them: held by both, by b only, by a only, by neither.

    All records given must have a known fate, and both definitions be certain of them.
    """
    codes, place = np.unique(account, return_inverse=True)
    columns = [part for held in (a & b, b & ~a, a & ~b, ~a & ~b) for part in (held, held & won)]
    sums = [np.bincount(place.reshape(-1), weights=c, minlength=len(codes)) for c in columns]
    return np.column_stack(sums).astype(np.int64).reshape(len(codes), 8)


def effective(records: Whole | Numbers) -> float:
    """How many accounts of one size would vary as much as accounts of these sizes."""
    squares = float((records.astype(np.float64) ** 2).sum())
    return float(records.sum()) ** 2 / squares if squares else 0.0


def sides(table: Whole) -> tuple[Whole, Whole, Whole, Whole]:
    """Per account: records that a holds, won among them, the same for b."""
    both, only_b, only_a = table[:, 0:2], table[:, 2:4], table[:, 4:6]
    a, b = both + only_a, both + only_b
    return a[:, 0], a[:, 1], b[:, 0], b[:, 1]


def difference(table: Whole) -> RateDifference:
    """The difference of two precisions with interval and test; `table` as of `by_account`."""
    held_a, won_a, held_b, won_b = sides(table)
    accounts, holding = len(table), int(((held_a > 0) | (held_b > 0)).sum())
    if not held_a.any() or not held_b.any():
        return RateDifference(None, None, None, None, None, accounts)
    if not table[:, 2:6].any():
        return RateDifference(0.0, 0.0, 0.0, 0.0, None, accounts)
    size_a, size_b = float(held_a.sum()), float(held_b.sum())
    rate_a, rate_b = float(won_a.sum()) / size_a, float(won_b.sum()) / size_b
    found = rate_b - rate_a
    union, winners = table[:, 0:6:2].sum(axis=1), table[:, 1:6:2].sum(axis=1)
    common = float(winners.sum()) / float(union.sum())
    if min(effective(held_a), effective(held_b)) < LEAST_ACCOUNTS:
        return RateDifference(found, None, None, None, None, accounts, "accounts")
    telling = min(effective(winners), effective(union - winners))
    if telling * min(size_a, size_b) / float(union.sum()) < LEAST_EXPECTED:
        return RateDifference(found, None, None, None, None, accounts, "won")

    def error(one: float, other: float) -> float:
        parts = (won_b - other * held_b) / size_b - (won_a - one * held_a) / size_a
        return float(np.sqrt((parts**2).sum() * holding / (holding - 1)))

    seen, alike = error(rate_a, rate_b), error(common, common)
    free = effective(union) - 1
    reach = _student(free) * seen
    largest = max(seen, alike)
    p = _two_sided(found / largest, free) if largest else 1.0
    one_sided = not (0 < rate_a < 1 and 0 < rate_b < 1)
    kept = largest if one_sided else seen
    return RateDifference(found, found - reach, found + reach, kept, p, accounts)


def lift(held: Whole, won: Whole, records: Whole, all_won: Whole) -> Lift:
    """Per account: records held, won among them, all records, all won. Limits on the log scale.

    Where nothing that is held was won, the upper limit is Wilson's of that rate.
    """
    size, total, winners = float(held.sum()), float(records.sum()), float(all_won.sum())
    if not size or not winners:
        return Lift(None)
    base, rate = winners / total, float(won.sum()) / size
    if size == total:
        return Lift(1.0, 1.0, 1.0)
    weight = effective(held)
    if weight < LEAST_ACCOUNTS:
        return Lift(rate / base)
    if not rate:
        # As many records as they are worth where accounts share their luck.
        ends = wilson(0, int(weight))
        return Lift(0.0, 0.0, (ends[1] if ends else 1.0) / base)
    accounts = int((records > 0).sum())
    parts = (won - rate * held) / (size * rate) - (all_won - base * records) / winners
    error = float(np.sqrt((parts**2).sum() * accounts / (accounts - 1)))
    factor = float(np.exp(_student(weight - 1) * error))
    return Lift(rate / base, rate / base / factor, rate / base * factor)


def lifts(views: Iterable[PolicyView], account: Whole, fate: Codes) -> dict[int, Lift]:
    """The lift of each view among all records with a known fate, by `id`."""
    known, won = fate >= Fate.NOT_REACHED, fate == Fate.REACHED
    _, place = np.unique(account, return_inverse=True)

    def sums(mask: Mask) -> Whole:
        return np.bincount(place.reshape(-1), weights=mask).astype(np.int64)

    everyone, winners = sums(known), sums(won)
    return {
        id(one): lift(sums(one.held & known), sums(one.held & won), everyone, winners)
        for one in views
    }


def _student(free: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(max(free, 1.0), 1 - LEVEL / 2))


def _two_sided(statistic: float, free: float) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(max(free, 1.0), -abs(statistic)))


@dataclass(frozen=True, slots=True)
class Discordance:
    """Accounts on which exactly one of two definitions is right, and the exact p of so uneven a
    split if both were right equally often; None where there is no such account.
    """

    for_a: int
    for_b: int
    p: float | None


def mcnemar(right_a: Mask, right_b: Mask, account: Whole) -> Discordance:
    """McNemar's exact test on accounts: each counts once, for the side that is right more often.

    With one record per account this is McNemar's test on records.
    """
    from scipy.stats import binomtest

    _, place = np.unique(account, return_inverse=True)
    balance = right_b.astype(np.int64) - right_a.astype(np.int64)
    net = np.bincount(place.reshape(-1), weights=balance, minlength=1)
    for_a, for_b = int((net < 0).sum()), int((net > 0).sum())
    if not for_a + for_b:
        return Discordance(0, 0, None)
    return Discordance(for_a, for_b, float(binomtest(for_a, for_a + for_b).pvalue))


def false_discovery(p: Sequence[float | None]) -> list[float | None]:
    """p-values adjusted for their number (Benjamini and Hochberg, 1995); None stays None."""
    from statsmodels.stats.multitest import multipletests

    given = [value for value in p if value is not None]
    if not given:
        return list(p)
    adjusted = iter(multipletests(given, alpha=LEVEL, method="fdr_bh")[1].tolist())
    return [None if value is None else float(next(adjusted)) for value in p]


def level_for_one_more(q: Sequence[float | None]) -> float:
    """The level at which one more of these tests would be called, the others staying as they are.

    By Benjamini and Hochberg's rule the test that ranks r of k is held against r/k of the level.
    """
    tests = [value for value in q if value is not None]
    called = sum(value < LEVEL for value in tests)
    return LEVEL * min(called + 1, len(tests)) / len(tests) if tests else LEVEL
