"""How long it takes from one rung to the next, or to the outcome, with the wait of those not there.

Kaplan and Meier (1958), "by day t" and never beyond what was observed; records that were on the
rung before observation began enter late (left truncation). Where a record can end in other ways,
shares per way are Aalen and Johansen's (1978): Kaplan-Meier would count on the ended to go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from leadpolicy.backtest.arrays import Mask, Numbers, Whole
from leadpolicy.backtest.rates import LEVEL

THIN: Final = 10
"""Below this many records at risk a figure is marked as resting on few."""


@dataclass(frozen=True, slots=True)
class ByDay:
    """The share that has arrived by a day, and how many were still waiting then."""

    day: float
    share: float
    low: float | None
    high: float | None
    at_risk: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A Kaplan-Meier estimate. `median` is None where fewer than half have arrived."""

    records: int
    arrived: int
    late: int
    """Records that came under observation after their wait had begun."""
    points: tuple[ByDay, ...]
    median: float | None
    median_low: float | None
    median_high: float | None
    followed: float
    """The longest wait that was observed, in days."""


def kaplan_meier(
    days: Numbers, arrived: Mask, at: Sequence[float], entry: Numbers | None = None
) -> Curve:
    """The curve of waits of so many `days`, ended by arrival or by the end of observation.

    `entry` is the day of the wait on which each record came under observation, 0 where from the
    start. `at` are the days to report; those beyond the longest observed wait are left out.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    entry = np.zeros(len(days)) if entry is None else entry
    watched = entry < days
    instant = (days == 0) & (entry == 0)
    kept = watched | instant
    days, arrived, entry = days[kept], arrived[kept], entry[kept]
    late = entry > 0
    followed = float(days.max(initial=0.0))
    if not len(days):
        return Curve(0, 0, 0, (), None, None, None, 0.0)
    begun = np.where(late, entry, -1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        fit = SurvfuncRight(days, arrived.astype(int), entry=begun if late.any() else None)
    points = tuple(_by(fit, days, begun, day) for day in at if day <= followed)
    median = low = high = None
    if len(fit.surv_prob) and fit.surv_prob[-1] <= 0.5:
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = fit.quantile_ci(0.5)
        median, low, high = float(fit.quantile(0.5)), _finite(ends[0]), _finite(ends[1])
    counts = len(days), int(arrived.sum()), int(late.sum())
    return Curve(*counts, points, median, low, high, followed)


def _by(fit: object, days: Numbers, begun: Numbers, day: float) -> ByDay:
    """The curve on one day; before the first arrival the bound is the exact binomial one."""
    from scipy.stats import norm
    from statsmodels.stats.proportion import proportion_confint

    times: Numbers = fit.surv_times  # type: ignore[attr-defined]
    at_risk = int(((begun < day) & (days >= day)).sum())
    last = int(np.searchsorted(times, day, side="right")) - 1
    if last < 0:
        high = float(proportion_confint(0, at_risk, alpha=LEVEL, method="beta")[1])
        return ByDay(day, 0.0, 0.0, high if at_risk else None, at_risk)
    alive = float(fit.surv_prob[last])  # type: ignore[attr-defined]
    error = float(fit.surv_prob_se[last])  # type: ignore[attr-defined]
    if alive <= 0 or alive >= 1 or not np.isfinite(error):
        return ByDay(day, 1 - alive, None, None, at_risk)
    # Log-log limits stay within 0 and 1 (Kalbfleisch and Prentice, 1980, section 1.4).
    reach = float(norm.ppf(1 - LEVEL / 2)) * error / (alive * np.log(alive))
    return ByDay(
        day, 1 - alive, 1 - alive ** float(np.exp(reach)), 1 - alive ** float(np.exp(-reach)),
        at_risk,
    )  # fmt: skip


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class End:
    """The share that has ended in one of several ways by a day."""

    way: str
    day: float
    share: float
    low: float | None
    high: float | None


def competing_ends(
    days: Numbers, way: Whole, names: Sequence[str], at: Sequence[float]
) -> tuple[End, ...]:
    """Shares per way of ending by each day; `way` is 0 for still waiting, else 1 + a name's place.

    All records must have been observed from the start of their wait.
    """
    from scipy.stats import norm
    from statsmodels.duration.survfunc import CumIncidenceRight

    if not len(days) or not way.any():
        return ()
    with np.errstate(divide="ignore", invalid="ignore"):
        fit = CumIncidenceRight(days, way)
    reach = float(norm.ppf(1 - LEVEL / 2))
    found: list[End] = []
    for number, name in enumerate(names[: len(fit.cinc)]):
        for day in at:
            last = int(np.searchsorted(fit.times, day, side="right")) - 1
            if last < 0 or day > days.max():
                continue
            share = float(fit.cinc[number][last])
            error = float(fit.cinc_se[number][last])
            low = high = None
            if 0 < share < 1 and np.isfinite(error):
                # Limits on the scale log(-log(1 - share)), as for the survival curve.
                wide = reach * error / ((1 - share) * np.log(1 - share))
                low = 1 - (1 - share) ** float(np.exp(wide))
                high = 1 - (1 - share) ** float(np.exp(-wide))
            found.append(End(name, day, share, low, high))
    return tuple(found)


def log_rank(
    days: Sequence[Numbers], arrived: Sequence[Mask], accounts: Sequence[Whole]
) -> float | None:
    """The p of the log-rank test between two groups of records; None without arrivals.

    Records of one account are taken together: the variance is that of the accounts' own sums
    (E. W. Lee, L. J. Wei, D. A. Amato, "Cox-type regression analysis for large numbers of small
    groups of correlated failure time observations", 1992). Where every record is an account of its
    own, it is no less than the usual one.
    """
    from scipy.stats import t

    group = np.repeat([0.0, 1.0], [len(one) for one in days])
    time, status = np.concatenate(days), np.concatenate(arrived)
    if not all(len(one) for one in days) or not status.any():
        return None
    order = np.argsort(time, kind="stable")
    time, status, group = time[order], status[order], group[order]
    _, account = np.unique(np.concatenate(accounts)[order], return_inverse=True)
    first, last = np.searchsorted(time, time, "left"), np.searchsorted(time, time, "right") - 1
    at_risk = (len(time) - first).astype(np.float64)
    second = np.append(np.cumsum(group[::-1])[::-1], 0.0)[first]
    share = second / at_risk
    hazard, weighted = np.cumsum(status / at_risk)[last], np.cumsum(status * share / at_risk)[last]
    # What each record adds: its own arrival, less what was to be expected while it waited.
    parts = status * (group - share) - (group * hazard - weighted)
    sums = np.bincount(account.reshape(-1), weights=parts)
    if len(sums) < 2:
        return None
    alone = float((status * share * (1 - share)).sum()) if len(sums) == len(parts) else 0.0
    spread = max(float((sums**2).sum()) * len(sums) / (len(sums) - 1), alone)
    if not spread:
        return None
    statistic = float(parts.sum()) / np.sqrt(spread)
    return float(2 * t.sf(abs(statistic), len(sums) - 1))
