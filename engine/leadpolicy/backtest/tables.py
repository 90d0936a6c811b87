"""What happened: entries, stocks, conversions, rates, amounts and load, as frames."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from leadpolicy.backtest import frames
from leadpolicy.backtest.arrays import DAY, Codes, Whole
from leadpolicy.backtest.calendar import Periods, periods
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.fates import Fate, steps
from leadpolicy.backtest.frames import Row, frame
from leadpolicy.backtest.rates import precision, revenue, share
from leadpolicy.backtest.study import Capacity, Unit
from leadpolicy.backtest.view import View
from leadpolicy.evaluation.codes import TRUE, UNKNOWN
from leadpolicy.policy.model import RUNGS

if TYPE_CHECKING:
    import pandas as pd


def study_periods(cohort: Cohort, unit: Unit) -> Periods:
    """From the first entry of a record to the end of observation."""
    return periods(min(int(cohort.entered.min()), cohort.until), cohort.until, unit)


def flow_frame(cohort: Cohort, seen: Sequence[View], calendar: Periods) -> pd.DataFrame:
    """First entries to each rung per period; over the periods they add up to all first entries."""
    complete = calendar.edges[1:] - 1 <= cohort.until
    ends = calendar.ends(cohort.until)
    rows: list[Row] = []
    for one in seen:
        arrived = one.entered[one.entered <= cohort.until]
        # Whoever was on the rung before the first period was first seen in it.
        numbers = calendar.of(np.maximum(arrived, calendar.edges[0]))
        counts = np.bincount(numbers, minlength=len(calendar))
        unknown = [_maybe(one, cohort, int(end)) for end in ends]
        rows += [
            {
                "rung": one.rung, "policy": one.policy, "period": label, "entries": count,
                "unknown": maybe, "records": len(cohort), "complete": whole,
            }
            for label, count, maybe, whole in zip(
                calendar.labels, counts, unknown, complete, strict=True
            )
        ]  # fmt: skip
    return frame(rows, frames.FLOW)


def _maybe(one: View, cohort: Cohort, moment: int) -> int:
    """Records that had not certainly entered by a moment, and may have."""
    return int((one.spans.furthest(one.bits, np.full(len(cohort), moment)) == UNKNOWN).sum())


def stock_frame(cohort: Cohort, seen: Sequence[View], calendar: Periods) -> pd.DataFrame:
    """Who is on each rung at the end of each period, of the records that had entered by then."""
    rows: list[Row] = []
    for one in seen:
        for label, end in zip(calendar.labels, calendar.ends(cohort.until), strict=True):
            there = cohort.entered <= end
            verdict = one.spans.at(one.bits, np.full(len(cohort), end))
            rows.append(
                {
                    "rung": one.rung, "policy": one.policy, "period": label,
                    "at": str(np.datetime64(int(end), "us").astype("datetime64[D]")),
                    "records": int(there.sum()),
                    "current": int((there & (verdict == TRUE)).sum()),
                    "unknown": int((there & (verdict == UNKNOWN)).sum()),
                }
            )  # fmt: skip
    return frame(rows, frames.STOCK)


def conversion_frame(cohort: Cohort, seen: Sequence[View], outcome: str) -> pd.DataFrame:
    """From the first entry to a rung to each higher rung, and to the outcome."""
    rows: list[Row] = []
    for one in seen:
        higher = [
            other
            for other in seen
            if other.policy == one.policy and RUNGS.index(other.rung) > RUNGS.index(one.rung)
        ]
        for other in higher:
            codes = steps(one.entered, other.entered, cohort.closed, cohort.within, cohort.until)
            rows.append(_conversion(one, other.rung, codes, other.entered, cohort))
        codes = cohort.fate_from(one.entered)
        rows.append(_conversion(one, outcome, codes, cohort.won, cohort))
    return frame(rows, frames.CONVERSION)


def _conversion(one: View, to: str, codes: Codes, target: Whole, cohort: Cohort) -> Row:
    # Of records on the rung before observation began only those are known that were still there.
    late = np.zeros(len(cohort), np.bool_) if cohort.since is None else one.entered < cohort.since
    entered = int((codes != Fate.OUT).sum())
    codes = np.where(late, Fate.OUT, codes)
    counts = {fate: int((codes == fate).sum()) for fate in Fate}
    mature = counts[Fate.REACHED] + counts[Fate.NOT_REACHED]
    rate = share(counts[Fate.REACHED], mature)
    waiting = codes >= Fate.IMMATURE
    so_far = int((waiting & (target <= cohort.until)).sum())
    return {
        "rung": one.rung, "policy": one.policy, "to": to,
        "entered": entered, "unknown": _maybe(one, cohort, cohort.until),
        "late": int(late.sum()), "over": counts[Fate.OVER],
        "untold": counts[Fate.UNTOLD], "immature": counts[Fate.IMMATURE], "mature": mature,
        "reached": rate.part, "rate": rate.value, "low": rate.low, "high": rate.high,
        "reached_so_far": so_far, "naive": so_far / waiting.sum() if waiting.any() else None,
    }  # fmt: skip


def precision_frame(cohort: Cohort, seen: Sequence[View]) -> pd.DataFrame:
    """Each rung as a guess at the outcome, with the share never worked beside it."""
    rows: list[Row] = []
    fate = cohort.fate
    known, won = fate >= Fate.NOT_REACHED, fate == Fate.REACHED
    worked = None if cohort.worked is None else cohort.worked <= cohort.until
    for one in seen:
        of = precision(one.held, fate)
        rest = known & ~one.held
        row: Row = {
            "rung": one.rung, "policy": one.policy, "records": len(cohort), "held": of.picked,
            "unknown": int(one.unknown.sum()), "over": of.over, "untold": of.untold,
            "immature": of.immature, "known": of.of.of, "won": of.of.part, "rate": of.of.value,
            "low": of.of.low, "high": of.of.high, "base_rate": of.base.value, "lift": of.lift,
            "recall": of.recall.value, "recall_low": of.recall.low,
            "recall_high": of.recall.high, "unknown_known": int((one.unknown & known).sum()),
            "unknown_won": int((one.unknown & won).sum()), "not_held_known": int(rest.sum()),
            "never_worked": None, "worked_known": None, "worked_won": None,
            "not_held_never_worked": None,
        }  # fmt: skip
        if worked is not None:
            touched = share(
                int((one.held & won & worked).sum()), int((one.held & known & worked).sum())
            )
            row |= {
                "never_worked": int((one.held & known & ~worked).sum()),
                "worked_known": touched.of, "worked_won": touched.part,
                "worked_rate": touched.value, "worked_low": touched.low,
                "worked_high": touched.high,
                "not_held_never_worked": int((rest & ~worked).sum()),
            }  # fmt: skip
        rows.append(row)
    return frame(rows, frames.PRECISION)


def revenue_frame(cohort: Cohort, seen: Sequence[View]) -> pd.DataFrame:
    """Precision and recall weighted by amount; empty where the study names no amount."""
    if cohort.amount is None:
        return frame([], frames.REVENUE)
    rows: list[Row] = []
    fate = cohort.fate
    for one in seen:
        of = revenue(one.held, fate, cohort.amount)
        rows.append(
            {
                "rung": one.rung, "policy": one.policy,
                "known": int((one.held & (fate >= Fate.NOT_REACHED)).sum()),
                "without_amount": of.without_amount, "amount_held": of.known,
                "amount_won": of.won, "precision": of.precision, "recall": of.recall,
            }
        )  # fmt: skip
    return frame(rows, frames.REVENUE)


def capacity_frame(cohort: Cohort, seen: Sequence[View], capacity: Capacity | None) -> pd.DataFrame:
    """First entries per rep and week against what a rep takes on; whole observed weeks only."""
    if capacity is None or not len(cohort):
        return frame([], frames.CAPACITY)
    start = int(cohort.entered.min())
    weeks = periods(start, cohort.until, "week")
    whole = (weeks.edges[:-1] >= start - DAY) & (weeks.edges[1:] - 1 <= cohort.until)
    rows: list[Row] = []
    for one in seen:
        numbers = weeks.of(one.entered[one.entered <= cohort.until])
        counts = np.bincount(numbers[numbers >= 0], minlength=len(weeks))[whole]
        labels = np.array(weeks.labels)[whole]
        beyond = np.maximum(counts - capacity.per_week, 0)
        top = int(counts.argmax()) if len(counts) else -1
        rows.append(
            {
                "rung": one.rung, "policy": one.policy, "weeks": len(counts),
                "entries": int(counts.sum()),
                "per_rep_and_week": counts.mean() / capacity.reps if len(counts) else None,
                "busiest": counts[top] / capacity.reps if len(counts) else None,
                "busiest_week": str(labels[top]) if len(counts) else "",
                "weeks_over": int((counts > capacity.per_week).sum()),
                "beyond": int(np.ceil(beyond).sum()),
                "capacity": capacity.leads_per_rep_and_week,
            }
        )  # fmt: skip
    return frame(rows, frames.CAPACITY)


def segments_frame(cohort: Cohort, seen: Sequence[View]) -> pd.DataFrame:
    """The same rates within each segment; over the segments of a fact the counts add up."""
    rows: list[Row] = []
    fate = cohort.fate
    known, won = fate >= Fate.NOT_REACHED, fate == Fate.REACHED
    for fact, parts in cohort.segments.items():
        for number, label in enumerate(parts.labels):
            here = parts.codes == number
            for one in seen:
                held = one.held & here
                rate = share(int((held & won).sum()), int((held & known).sum()))
                rows.append(
                    {
                        "fact": fact, "segment": label, "rung": one.rung, "policy": one.policy,
                        "records": int(here.sum()), "held": int(held.sum()),
                        "unknown": int((one.unknown & here).sum()), "known": rate.of,
                        "won": rate.part, "rate": rate.value, "low": rate.low,
                        "high": rate.high, "all_known": int((here & known).sum()),
                        "all_won": int((here & won).sum()),
                    }
                )  # fmt: skip
    return frame(rows, frames.SEGMENTS)


def pairs_of(seen: Sequence[View]) -> list[tuple[View, View]]:
    """Every two views of the same rung."""
    return [(a, b) for a, b in combinations(seen, 2) if a.rung == b.rung]
