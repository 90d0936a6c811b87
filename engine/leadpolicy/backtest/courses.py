"""How things went over time: waits, ends, agreement and decay, as frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from leadpolicy.backtest import frames
from leadpolicy.backtest.arrays import DAY, NEVER, Mask, Numbers, Whole, days_between
from leadpolicy.backtest.calendar import Periods
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.fates import Fate
from leadpolicy.backtest.frames import Row, frame
from leadpolicy.backtest.paired import false_discovery
from leadpolicy.backtest.rates import LEVEL, share
from leadpolicy.backtest.tables import pairs_of
from leadpolicy.backtest.velocity import THIN, competing_ends, kaplan_meier, log_rank
from leadpolicy.backtest.view import PolicyView
from leadpolicy.comparison.agreement import pair_agreement
from leadpolicy.policy.model import RUNGS

if TYPE_CHECKING:
    import pandas as pd

STEPS: Final = 24
"""Points of a curve that are reported, over the maturity window."""
CHANCE: Final = "no trend told from chance"
WAYS: Final = ("won", "ended otherwise", "left the rung")


def _waits(
    start: Whole, target: Whole, closed: Whole, cohort: Cohort, *, together: bool = False
) -> tuple[Mask, Numbers, Mask, Numbers]:
    """Which records wait, for how many days, whether they arrived, and from which day watched.

    Out are records that never began, and those that had arrived or ended by then. Arriving at the
    very beginning counts where `together`. Whoever ends otherwise waits on until observation does:
    so the curve is the share that arrives by a day, and not what it would be if nobody ended. That
    is right because how long each record could be watched is known, also for those that ended.
    Where records can end otherwise, those that came late under observation are left out: of their
    like only who had not ended by then was ever seen, and the curve would rise too high.
    """
    until = cohort.until
    ahead = target >= start if together else target > start
    waits = (start <= until) & ahead & (closed > start)
    days = days_between(start[waits], np.minimum(target[waits], until))
    arrived = target[waits] <= until
    if cohort.since is None:
        return waits, days, arrived, np.zeros(len(days))
    since = np.full(len(days), cohort.since)
    entry = np.maximum(days_between(start[waits], since), 0.0)
    if (closed <= until).any():
        seen = entry == 0
        waits[np.flatnonzero(waits)[~seen]] = False
        days, arrived, entry = days[seen], arrived[seen], entry[seen]
    return waits, days, arrived, entry


def velocity_frames(
    cohort: Cohort, seen: Sequence[PolicyView], outcome: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Kaplan-Meier per rung, policy and goal: one row each, and the points of the curves."""
    rows: list[Row] = []
    points: list[Row] = []
    days = np.linspace(0, cohort.within / DAY, STEPS + 1)[1:]
    for one in seen:
        higher = [
            (other.rung, other.entered)
            for other in seen
            if other.policy == one.policy and RUNGS.index(other.rung) > RUNGS.index(one.rung)
        ]
        for to, target in [*higher, (outcome, cohort.won)]:
            closed = _closed(cohort) if to == outcome else np.minimum(cohort.closed, cohort.won)
            waits, wait, arrived, entry = _waits(
                one.entered, target, closed, cohort, together=to != outcome
            )
            late = (
                np.zeros(len(cohort), np.bool_)
                if cohort.since is None
                else (one.entered < cohort.since)
            )
            curve = kaplan_meier(wait, arrived, days.tolist(), entry)
            named = {"rung": one.rung, "policy": one.policy, "to": to}
            rows.append(
                named
                | {
                    "records": curve.records, "arrived": curve.arrived,
                    "over": int(((one.entered <= cohort.until) & ~waits & ~late).sum()),
                    "late": int((late & (one.entered <= cohort.until)).sum()),
                    "median": curve.median,
                    "median_low": curve.median_low, "median_high": curve.median_high,
                    "followed": curve.followed,
                }
            )  # fmt: skip
            points += [
                named
                | {
                    "day": point.day, "share": point.share, "low": point.low,
                    "high": point.high, "at_risk": point.at_risk, "thin": point.at_risk < THIN,
                }
                for point in curve.points
            ]  # fmt: skip
    return frame(rows, frames.VELOCITY), frame(points, frames.CURVES)


def _closed(cohort: Cohort) -> Whole:
    """Ends other than the outcome; an end at the moment of the outcome is the outcome."""
    return np.where(cohort.closed >= cohort.won, NEVER, cohort.closed)


def ends_frame(cohort: Cohort, seen: Sequence[PolicyView]) -> pd.DataFrame:
    """Aalen-Johansen: by each day the share won, ended otherwise, or fallen from the rung."""
    rows: list[Row] = []
    days = np.linspace(0, cohort.within / DAY, 7)[1:].tolist()
    for one in seen:
        # Leaving the rung at the very moment of an end is that end.
        ways = np.column_stack([cohort.won, _closed(cohort), one.left])
        waits, _, _, entry = _waits(one.entered, cohort.won, _closed(cohort), cohort)
        waits[np.flatnonzero(waits)[entry > 0]] = False
        late = 0 if cohort.since is None else int((one.entered < cohort.since).sum())
        first = ways[waits].min(axis=1, initial=NEVER)
        which = np.where(first <= cohort.until, ways[waits].argmin(axis=1) + 1, 0)
        wait = days_between(one.entered[waits], np.minimum(first, cohort.until))
        rows += [
            {
                "rung": one.rung, "policy": one.policy, "way": end.way, "day": end.day,
                "share": end.share, "low": end.low, "high": end.high,
                "records": int(waits.sum()), "late": late,
            }
            for end in competing_ends(wait, which.astype(np.int64), WAYS, days)
        ]  # fmt: skip
    return frame(rows, frames.ENDS)


def log_rank_frame(cohort: Cohort, seen: Sequence[PolicyView]) -> pd.DataFrame:
    """Whether the outcome comes sooner: between records that only one of a pair holds at their
    moment, from that moment on.

    Who belongs where must not depend on what came later: who is won early stops changing, and a
    group of records that "never" met the other definition would be one of early ends.
    """
    rows: list[Row] = []
    for a, b in pairs_of(seen):
        days, arrived, accounts = [], [], []
        for only in (a.held & b.refused, b.held & a.refused):
            start = np.where(only, cohort.moment, NEVER)
            waits, wait, there, _ = _waits(start, cohort.won, _closed(cohort), cohort)
            days.append(wait)
            arrived.append(there)
            accounts.append(cohort.account[waits])
        rows.append(
            {
                "rung": a.rung, "a": a.policy, "b": b.policy, "only_a": len(days[0]),
                "only_b": len(days[1]), "p": log_rank(days, arrived, accounts),
            }
        )  # fmt: skip
    adjusted = false_discovery([row["p"] for row in rows])
    return frame([row | {"q": q} for row, q in zip(rows, adjusted, strict=True)], frames.LOG_RANK)


def agreement_frame(cohort: Cohort, seen: Sequence[PolicyView], calendar: Periods) -> pd.DataFrame:
    """Every pair at the end of each period, on the records that had entered by then.

    `overlap` is the share, of the records that either holds, that both hold: most records are on
    no rung, and two definitions "agree" on them whatever they say of the rest.
    """
    rows: list[Row] = []
    ends = calendar.ends(cohort.until)
    for a, b in pairs_of(seen):
        for label, end in zip(calendar.labels, ends, strict=True):
            there = cohort.entered <= end
            at = np.full(len(cohort), end)
            one, other = a.spans.at(a.bits, at)[there], b.spans.at(b.bits, at)[there]
            of = pair_agreement(one, other)
            either = of.both + of.only_a + of.only_b
            rows.append(
                {
                    "rung": a.rung, "a": a.policy, "b": b.policy, "period": label,
                    "records": of.records, "decided": of.decided, "undecided": of.undecided,
                    "either": either, "both": of.both,
                    "overlap": of.both / either if either else None,
                    "raw": of.raw, "kappa": of.kappa, "note": str(of.note),
                }
            )  # fmt: skip
    return frame(rows, frames.AGREEMENT)


def decay_frames(
    cohort: Cohort, seen: Sequence[PolicyView], calendar: Periods
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Precision by the period in which records entered, and whether it rises or falls."""
    rows: list[Row] = []
    trends: list[Row] = []
    fate = cohort.fate
    known, won = fate >= Fate.NOT_REACHED, fate == Fate.REACHED
    number = calendar.of(cohort.entered)
    used = [n for n in range(len(calendar)) if (number == n).any()]
    for one in seen:
        counts = []
        for n in used:
            here = number == n
            held = one.held & here
            rate = share(int((held & won).sum()), int((held & known).sum()))
            base = share(int((here & won).sum()), int((here & known).sum())).value
            lift = rate.value / base if rate.value is not None and base else None
            counts.append((rate.part, rate.of))
            rows.append(
                {
                    "rung": one.rung, "policy": one.policy, "period": calendar.labels[n],
                    "held": int(held.sum()), "immature": int((held & (fate == -1)).sum()),
                    "known": rate.of, "won": rate.part, "rate": rate.value, "low": rate.low,
                    "high": rate.high, "base_rate": base, "lift": lift,
                }
            )  # fmt: skip
        trends.append({"rung": one.rung, "policy": one.policy, **trend(counts)})
    adjusted = false_discovery([row["p"] for row in trends])
    told = [
        row | {"q": q, "direction": row["direction"] if q is None or q < LEVEL else CHANCE}
        for row, q in zip(trends, adjusted, strict=True)
    ]
    return frame(rows, frames.DECAY), frame(told, frames.TRENDS)


def trend(counts: Sequence[tuple[int, int]]) -> Row:
    """Cochran and Armitage's test for a trend in shares: `won` of `known` per period, in order."""
    from statsmodels.stats.contingency_tables import Table

    places = [at for at, (_, known) in enumerate(counts) if known]
    won = np.array([counts[at][0] for at in places], float)
    lost = np.array([counts[at][1] for at in places], float) - won
    nothing: Row = {"periods": len(places), "p": None, "direction": ""}
    if len(places) < 3 or not won.sum() or not lost.sum():
        return nothing
    table = Table(np.column_stack([lost, won]), shift_zeros=False)
    found = table.test_ordinal_association(np.array(places, float), np.array([0.0, 1.0]))
    p = float(found.pvalue)
    direction = "rising" if found.zscore > 0 else "falling"
    return {"periods": len(places), "p": p, "direction": direction}
