"""What happened: entries, stocks, conversions, rates, amounts and load, as frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from leadpolicy.backtest import frames
from leadpolicy.backtest.arrays import DAY, Codes, Mask, Whole, later
from leadpolicy.backtest.calendar import Periods, periods
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.fates import Fate, steps
from leadpolicy.backtest.frames import Row, frame
from leadpolicy.backtest.paired import lifts
from leadpolicy.backtest.rates import precision, revenue, share
from leadpolicy.backtest.study import Capacity, Unit
from leadpolicy.backtest.view import PolicyView
from leadpolicy.evaluation.codes import TRUE, UNKNOWN
from leadpolicy.policy.model import RUNGS

if TYPE_CHECKING:
    import pandas as pd


def study_periods(cohort: Cohort, unit: Unit) -> Periods:
    """From the first entry of a record to the end of observation."""
    return periods(min(int(cohort.entered.min()), cohort.until), cohort.until, unit)


def flow_frame(cohort: Cohort, seen: Sequence[PolicyView], calendar: Periods) -> pd.DataFrame:
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


def _maybe(one: PolicyView, cohort: Cohort, moment: int) -> int:
    """Records that had not certainly entered by a moment, and may have."""
    return int((one.spans.furthest(one.bits, np.full(len(cohort), moment)) == UNKNOWN).sum())


def stock_frame(cohort: Cohort, seen: Sequence[PolicyView], calendar: Periods) -> pd.DataFrame:
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


def conversion_frame(cohort: Cohort, seen: Sequence[PolicyView], outcome: str) -> pd.DataFrame:
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


def _conversion(one: PolicyView, to: str, codes: Codes, target: Whole, cohort: Cohort) -> Row:
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


def precision_frame(cohort: Cohort, seen: Sequence[PolicyView]) -> pd.DataFrame:
    """Each rung as a guess at the outcome, with the share never worked beside it."""
    rows: list[Row] = []
    fate = cohort.fate
    known, won = fate >= Fate.NOT_REACHED, fate == Fate.REACHED
    worked = None if cohort.worked is None else cohort.worked <= cohort.until
    lifted = lifts(seen, cohort.account, fate)
    came, came_won = _comers(cohort)
    for one in seen:
        of, factor = precision(one.held, fate), lifted[id(one)]
        all_comers = share(int((one.held & came_won).sum()), int((one.held & came).sum()))
        rest = known & ~one.held
        row: Row = {
            "rung": one.rung, "policy": one.policy, "records": len(cohort), "held": of.picked,
            "unknown": int(one.unknown.sum()), "over": of.over, "untold": of.untold,
            "immature": of.immature, "known": of.of.of, "won": of.of.part, "rate": of.of.value,
            "low": of.of.low, "high": of.of.high, "base_rate": of.base.value, "lift": of.lift,
            "recall": of.recall.value, "recall_low": of.recall.low,
            "recall_high": of.recall.high,
            "recall_possible": share(int((won & ~one.refused).sum()), int(won.sum())).value,
            "lift_low": factor.low, "lift_high": factor.high, "comers_known": all_comers.of,
            "comers_won": all_comers.part, "comers_rate": all_comers.value,
            "unknown_known": int((one.unknown & known).sum()),
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


def _comers(cohort: Cohort) -> tuple[Mask, Mask]:
    """Who was followed for the whole window, also where all was over by the moment; and who had
    been won by the end of it.
    """
    fate = cohort.fate
    over = (fate == Fate.OVER) & (later(cohort.moment, cohort.within) <= cohort.until)
    came: Mask = (fate >= Fate.NOT_REACHED) | over
    return came, (fate == Fate.REACHED) | (over & (cohort.won <= cohort.moment))


def revenue_frame(cohort: Cohort, seen: Sequence[PolicyView]) -> pd.DataFrame:
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


def capacity_frame(
    cohort: Cohort, seen: Sequence[PolicyView], capacity: Capacity | None,
    everyone: Mapping[tuple[str, str], Whole] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """First entries per rep and week against what a rep takes on.

    Counted are the whole weeks in which records of the cohort came in: what comes later adds to no
    week that would stand for the usual load. `everyone` are first entries of all records of the
    data by rung and policy: `outside` are those of records that are not in the cohort.
    """
    if capacity is None or not len(cohort):
        return frame([], frames.CAPACITY)
    first, last = int(cohort.entered.min()), int(cohort.entered.max())
    weeks = periods(first, min(last, cohort.until), "week")
    whole = (weeks.edges[:-1] >= first - DAY) & (
        weeks.edges[1:] - 1 <= min(last + DAY, cohort.until)
    )
    if not whole.any():
        whole = np.ones(len(weeks), np.bool_)
    labels = np.array(weeks.labels)[whole]
    rows: list[Row] = []
    for one in seen:
        counts = _weekly(one.entered, weeks)[whole]
        every = (everyone or {}).get((one.rung, one.policy), one.entered)
        beyond = np.maximum(counts - capacity.per_week, 0)
        top = int(counts.argmax())
        rows.append(
            {
                "rung": one.rung, "policy": one.policy, "weeks": len(counts),
                "entries": int(counts.sum()),
                "outside": int((_weekly(every, weeks)[whole] - counts).sum()),
                "per_rep_and_week": counts.mean() / capacity.reps,
                "busiest": counts[top] / capacity.reps,
                "busiest_week": str(labels[top]),
                "weeks_over": int((counts > capacity.per_week).sum()),
                "beyond": int(np.ceil(beyond).sum()),
                "capacity": capacity.leads_per_rep_and_week,
            }
        )  # fmt: skip
    return frame(rows, frames.CAPACITY)


def _weekly(entered: Whole, weeks: Periods) -> Whole:
    numbers = weeks.of(entered)
    return np.bincount(numbers[numbers >= 0], minlength=len(weeks))


def segments_frame(cohort: Cohort, seen: Sequence[PolicyView]) -> pd.DataFrame:
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


def pairs_of(seen: Sequence[PolicyView]) -> list[tuple[PolicyView, PolicyView]]:
    """Every two views of the same rung."""
    return [(a, b) for a, b in combinations(seen, 2) if a.rung == b.rung]
