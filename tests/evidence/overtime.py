"""What is told over time: load, moments of comparison, agreement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leadpolicy.backtest.arrays import DAY, NEVER, Whole
from leadpolicy.backtest.calendar import periods
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.courses import agreement_frame
from leadpolicy.backtest.pairs import pairs_frame
from leadpolicy.backtest.run import at_other_moments
from leadpolicy.backtest.spans import VerdictSpans
from leadpolicy.backtest.study import Capacity
from leadpolicy.backtest.tables import capacity_frame, precision_frame
from leadpolicy.backtest.view import PolicyView, view
from tests.evidence.finding import Finding, covering, drawn
from tests.evidence.worlds import START, Mask, cohort_of, views_of

MONDAY = START - START % (7 * DAY) + 4 * DAY
"""1970-01-01 was a Thursday."""


def load(studies: int, seed: int) -> list[Finding]:
    """Half a year of intake, watched for another year; 4 of 14 a week are not in the cohort."""
    weeks, inside, beside = 26, 10.0, 4.0
    per_week, outside = [], []
    for rng in drawn(studies, seed):
        own, other = (
            MONDAY + rng.integers(0, weeks * 7 * DAY, rng.poisson(rate * weeks))
            for rate in (inside, beside)
        )
        count = len(own)
        cohort = replace(
            cohort_of(np.zeros(count, np.bool_)), entered=own, until=MONDAY + 78 * 7 * DAY
        )
        (one,) = views_of(all=np.ones(count, np.bool_))
        seen = replace(one, entered=own)
        everyone = {(one.rung, one.policy): np.concatenate([own, other])}
        row = capacity_frame(cohort, [seen], Capacity(1, 10), everyone).iloc[0]
        per_week.append(_near(row["per_rep_and_week"], inside, inside / row["weeks"]))
        outside.append(_near(row["outside"] / row["weeks"], beside, beside / row["weeks"]))
    return [
        covering("load lies within its error of what came in a week", studies, per_week),
        covering("and so does what comes from outside the cohort", studies, outside),
    ]


def moments(studies: int, seed: int) -> list[Finding]:
    """Definitions of which one is won before the moment, so that only the other seems to win."""
    found, comers = [], []
    for name, first, turns in (("turns", (16, 29), True), ("does not turn", (65, 75), False)):
        told = 0
        for rng in drawn(studies, seed + first[0]):
            count = 800
            a, b = rng.random((2, count)) < 0.4
            entered = START + rng.integers(0, 100, count) * DAY
            rate = np.where(a & turns, 0.4, np.where(b, 0.4, 0.03))
            day = np.where(a & turns, rng.integers(*first, count), rng.integers(65, 75, count))
            won = np.where(rng.random(count) < rate, entered + day * DAY, NEVER)
            cohort = Cohort(
                ids=tuple(map(str, range(count))), entered=entered, won=won, closed=won,
                told=np.ones(count, np.bool_), moment=entered + 30 * DAY,
                account=np.arange(count, dtype=np.int64), until=START + 400 * DAY,
                within=90 * DAY,
            )  # fmt: skip
            seen = [_from_entry(cohort, "a", a), _from_entry(cohort, "b", b)]
            says = str(
                pairs_frame(cohort, seen, 0.05, at_other_moments(cohort, seen))["says"].iloc[0]
            )
            told += ("It turns with the moment" in says) == turns
            if turns:
                rates = precision_frame(cohort, seen).iloc[0]
                of = int(rates["comers_known"])
                comers.append(_near(rates["comers_rate"], 0.4, 0.4 * 0.6 / of))
        promise = f"a verdict that {name} with the moment is told so"
        found.append(Finding(promise, studies, told / studies, 0.95, 1.0))
    return [
        *found,
        covering("the rate of all comers is that of who entered", studies, comers),
    ]


def agreement(studies: int, seed: int) -> list[Finding]:
    """Two definitions of few records: they "agree" on 93 % of all, and hold 40 % of theirs both."""
    truth, count, near = 0.4, 1_500, []
    for rng in drawn(studies, seed):
        either = rng.random(count) < 0.12
        kind = rng.choice(3, count, p=(truth, (1 - truth) / 2, (1 - truth) / 2))
        cohort = cohort_of(np.zeros(count, np.bool_))
        seen = [
            _from_entry(cohort, "a", either & (kind != 1)),
            _from_entry(cohort, "b", either & (kind != 2)),
        ]
        calendar = periods(START - DAY, cohort.until, "year")
        row = agreement_frame(cohort, seen, calendar).iloc[-1]
        near.append(_near(row["overlap"], truth, truth * (1 - truth) / int(row["either"])))
    return [covering("agreement over time is of those that either holds", studies, near)]


def _near(found: float, truth: float, variance: float) -> bool:
    return bool(abs(found - truth) <= 1.96 * np.sqrt(variance))


def _from_entry(cohort: Cohort, label: str, held: Mask) -> PolicyView:
    """A definition that holds these records from their entry on, and never any other."""
    count = len(cohort)
    bits: Whole = held.astype(np.int64)
    spans = VerdictSpans(
        count, np.arange(count, dtype=np.int64), cohort.entered, np.full(count, NEVER), bits, bits
    )
    return view(spans, cohort, label, "lead", 1, "furthest")
