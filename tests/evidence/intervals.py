"""Intervals that have to cover the truth as often as they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leadpolicy.backtest.arrays import DAY, NEVER
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.courses import velocity_frames
from leadpolicy.backtest.fates import Fate, fates
from leadpolicy.backtest.paired import by_account, difference, lift, sides
from leadpolicy.backtest.rates import share
from leadpolicy.backtest.velocity import competing_ends, kaplan_meier
from tests.evidence.finding import COVERED, Finding, covering, drawn
from tests.evidence.worlds import RATES, START, Numbers, truth_of, two_definitions, views_of

SPREAD = 0.6
"""Of the logarithm of waits, whose median is 75 days."""


def conversion(studies: int, seed: int) -> list[Finding]:
    """Wilson intervals of mature conversions; sizes and true rates differ from study to study."""
    told = []
    for rng in drawn(2 * studies, seed):
        count, rate = int(rng.integers(60, 400)), float(rng.uniform(0.05, 0.5))
        start = START + rng.integers(0, 180, count) * DAY
        won = np.where(rng.random(count) < rate, start + rng.integers(1, 60, count) * DAY, NEVER)
        never = np.full(count, NEVER)
        codes = fates(start, won, never, np.ones(count, np.bool_), 60 * DAY, START + 200 * DAY)
        of = share(int((codes == Fate.REACHED).sum()), int((codes >= Fate.NOT_REACHED).sum()))
        told.append(_holds(of.low, of.high, rate))
    promise = "Wilson intervals of conversions within the window cover the true rate"
    return [covering(promise, 2 * studies, told)]


def differences(studies: int, seed: int) -> list[Finding]:
    """Differences of precision on records of accounts that share their luck, few and many."""
    found = []
    for accounts in (40, 100, 250):
        told = []
        for rng in drawn(studies, seed + accounts):
            held = two_definitions(rng, accounts, RATES, clustered=True)
            of = difference(by_account(held.a, held.b, held.won, held.account))
            if of.low is not None:
                told.append(_holds(of.low, of.high, held.truth))
        promise = f"intervals of the difference of two precisions on {accounts} accounts"
        found.append(covering(promise, studies, told))
        promise = f"on {accounts} accounts an interval is given at all"
        found.append(Finding(promise, studies, len(told) / studies, 0.8, 1.0))
    return found


def lifts(studies: int, seed: int) -> list[Finding]:
    """The lift of a definition on records of accounts that share their luck."""
    found = []
    truth = truth_of(RATES)[0] / truth_of(RATES)[2]
    for accounts in (60, 250):
        told = []
        for rng in drawn(studies, seed + accounts):
            held = two_definitions(rng, accounts, RATES, clustered=True)
            table = by_account(held.a, held.b, held.won, held.account)
            of_a, won_a, _, _ = sides(table)
            of = lift(of_a, won_a, table[:, 0::2].sum(axis=1), table[:, 1::2].sum(axis=1))
            if of.low is not None:
                told.append(_holds(of.low, of.high, truth))
        found.append(covering(f"intervals of lift on {accounts} accounts", studies, told))
    return found


def survival(studies: int, seed: int) -> list[Finding]:
    """Kaplan-Meier at 120 days: three in ten ever arrive, the newest were watched for 10 days."""
    found = []
    horizon = 120.0
    truth = 0.3 * _lognormal_by(horizon)
    for late in (False, True):
        told = []
        for rng in drawn(studies, seed + late):
            wait, watched = _waits(rng, 600)
            entry = rng.uniform(0, 40, len(wait)) * (rng.random(len(wait)) < 0.3) if late else None
            days, arrived = np.minimum(wait, watched), wait <= watched
            (point,) = kaplan_meier(days, arrived, [horizon], entry).points
            told.append(_holds(point.low, point.high, truth))
        what = "with records that came late under observation " if late else ""
        promise = f"Kaplan-Meier intervals {what}cover the true share that arrives by day 120"
        found.append(covering(promise, studies, told))
    return found


def truncated(studies: int, seed: int) -> list[Finding]:
    """Records that can be won or lost, of which the older are in the data only if they had not
    ended when observation began.
    """
    told = []
    won_by, lost_by, horizon = 1 / 300, 1 / 150, 90
    truth = won_by / (won_by + lost_by) * (1 - np.exp(-(won_by + lost_by) * horizon))
    for rng in drawn(studies, seed):
        count = 900
        entered = START + rng.integers(-300, 300, count) * DAY
        won = entered + (rng.exponential(1 / won_by, count) * DAY).astype(np.int64)
        lost = entered + (rng.exponential(1 / lost_by, count) * DAY).astype(np.int64)
        seen = np.minimum(won, lost) > START
        entered, won, lost = entered[seen], won[seen], lost[seen]
        first = np.minimum(won, lost)
        number = len(entered)
        cohort = Cohort(
            ids=tuple(map(str, range(number))), entered=entered,
            won=np.where(won == first, won, NEVER), closed=first,
            told=np.ones(number, np.bool_), moment=entered,
            account=np.arange(number, dtype=np.int64), until=START + 420 * DAY,
            within=horizon * DAY, since=START,
        )  # fmt: skip
        view = replace(views_of(all=np.ones(number, np.bool_))[0], entered=entered)
        curve = velocity_frames(cohort, [view], "won")[1].iloc[-1]
        told.append(_holds(float(curve["low"]), float(curve["high"]), truth))
    promise = "with left truncation and other ends the curve covers the true share won by day 90"
    return [covering(promise, studies, told)]


def ends(studies: int, seed: int) -> list[Finding]:
    """Aalen-Johansen at 120 days, where records are won, lost or cut off."""
    told = []
    # Two constant hazards: the share won by t is h1 / h * (1 - exp(-h t)).
    won_by, lost_by = 1 / 300, 1 / 150
    truth = won_by / (won_by + lost_by) * (1 - np.exp(-(won_by + lost_by) * 120))
    for rng in drawn(studies, seed):
        count = 400
        first = np.column_stack([
            rng.uniform(20, 300, count), rng.exponential(1 / won_by, count),
            rng.exponential(1 / lost_by, count),
        ])  # fmt: skip
        won, _ = competing_ends(
            first.min(axis=1), first.argmin(axis=1).astype(np.int64), ("won", "lost"), [120.0]
        )
        told.append(_holds(won.low, won.high, truth))
    promise = "Aalen-Johansen intervals cover the true share won by day 120"
    return [covering(promise, studies, told)]


def censored(studies: int, seed: int) -> list[Finding]:
    """True conversion 30 %, half of the lags over 75 days, records arriving over 180 days.

    By day 170 27.4 % have truly converted; dividing by all who entered shows about half of 30 %.
    """
    truth, told, naive = 0.3 * _lognormal_by(170), [], 0.0
    for rng in drawn(studies, seed):
        wait, watched = _waits(rng, 1_000, least=0.0)
        (point,) = kaplan_meier(np.minimum(wait, watched), wait <= watched, [170.0]).points
        told.append(_holds(point.low, point.high, truth))
        naive += float((wait <= watched).mean())
    promise = f"of censored records the interval holds the true {100 * truth:.1f} % by day 170"
    halved = "dividing by all who entered instead shows, of a true 30 %, on average"
    return [
        Finding(promise, studies, float(np.mean(told)), *COVERED),
        Finding(halved, studies, naive / studies, 0.14, 0.175),
    ]


def _holds(low: float | None, high: float | None, truth: float) -> bool:
    return low is not None and high is not None and low <= truth <= high


def _lognormal_by(day: float) -> float:
    from scipy.stats import lognorm

    return float(lognorm.cdf(day, s=SPREAD, scale=75))


def _waits(rng: np.random.Generator, count: int, least: float = 10.0) -> tuple[Numbers, Numbers]:
    """Waits of which three in ten ever end, and for how long each record could be watched."""
    ever = rng.random(count) < 0.3
    wait = np.where(ever, rng.lognormal(np.log(75), SPREAD, count), np.inf)
    return wait, rng.uniform(least, 180, count)
