"""What one criterion, or one value of a parameter, does to a definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadpolicy.backtest import frames
from leadpolicy.backtest.arrays import Mask
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.fates import Fate
from leadpolicy.backtest.frames import Row, frame
from leadpolicy.backtest.paired import false_discovery
from leadpolicy.backtest.pairs import compare_held, judged
from leadpolicy.backtest.rates import share
from leadpolicy.backtest.study import Sweep
from leadpolicy.backtest.view import PolicyView
from leadpolicy.policy.model import RUNGS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Removed:
    """A view of a policy that no longer asks one criterion."""

    policy: str
    criterion: str
    says: str
    view: PolicyView


@dataclass(frozen=True, slots=True)
class Tried:
    """A view of a policy with another value of a parameter."""

    policy: str
    sweep: Sweep
    value: str
    current: bool
    view: PolicyView


def criteria_frame(
    cohort: Cohort, seen: Sequence[PolicyView], removed: Sequence[Removed]
) -> pd.DataFrame:
    """Each criterion left out: records more, and the precision with it against without.

    `difference` is precision with the criterion minus precision without it, on the records of which
    both are certain: what it is worth. `unknown_change` are records more that are UNKNOWN.
    """
    whole = {(one.rung, one.policy): one for one in seen}
    fate = cohort.fate
    known, won = fate >= Fate.NOT_REACHED, fate == Fate.REACHED
    rows: list[Row] = []
    for one in removed:
        full, less = whole[one.view.rung, one.policy], one.view
        gap = compare_held(less.verdict, full.verdict, cohort, fate).gap
        rate = share(int((less.held & won).sum()), int((less.held & known).sum()))
        before = share(int((full.held & won).sum()), int((full.held & known).sum()))
        rows.append(
            {
                "rung": less.rung, "policy": one.policy, "without": one.criterion,
                "says": one.says, "held": int(less.held.sum()),
                "change": int(less.held.sum()) - int(full.held.sum()), "known": rate.of,
                "won": rate.part, "rate": rate.value, "low": rate.low, "high": rate.high,
                "precision": before.value, "difference": gap.value, "difference_low": gap.low,
                "difference_high": gap.high, "p": gap.p, "unknown": int(less.unknown.sum()),
                "unknown_change": int(less.unknown.sum()) - int(full.unknown.sum()),
            }
        )  # fmt: skip
    adjusted = false_discovery([row["p"] for row in rows])
    told = [row | {"q": q} for row, q in zip(rows, adjusted, strict=True)]
    return frame(_ordered(told, "policy"), frames.CRITERIA)


def _ordered(rows: Sequence[Row], *names: str) -> list[Row]:
    """Rung by rung, and within a rung in the order in which the names first stand."""
    place: dict[tuple[str, ...], int] = {}
    for row in rows:
        place.setdefault(tuple(row[name] for name in names), len(place))
    return sorted(
        rows, key=lambda r: (RUNGS.index(r["rung"]), place[tuple(r[name] for name in names)])
    )


def held_out(cohort: Cohort, length: int | None) -> Mask:
    """The records that entered in the last `length` microseconds of those with a known fate.

    Later records have no outcome yet, so that holding them out would test nothing.
    """
    if length is None or not len(cohort):
        return np.zeros(len(cohort), np.bool_)
    known = cohort.fate >= Fate.NOT_REACHED
    last = int(cohort.entered[known].max()) if known.any() else int(cohort.entered.max())
    later: Mask = cohort.entered > last - length
    return later


def sweeps_frame(
    cohort: Cohort, seen: Sequence[PolicyView], tried: Sequence[Tried], hold_out: int | None,
    smallest: float,
) -> pd.DataFrame:  # fmt: skip
    """Volume and precision per value, on earlier records and on the last, which are held out.

    `verdict` is that of the value (b) against the policy as written (a), by the rule of all
    verdicts. `best` marks the most precise of those that are better on the earlier records, if
    there is one; whether it keeps that is for the records held out to say.
    """
    last = held_out(cohort, hold_out)
    parts = {"all": np.ones(len(cohort), np.bool_)}
    if hold_out is not None:
        parts = {"earlier": ~last, "held out": last}
    written = {(one.rung, one.policy): one for one in seen}
    couples = [(written[one.view.rung, one.policy], one.view) for one in tried]
    fate = cohort.fate
    verdicts = {
        part: judged(cohort, couples, smallest, np.where(here, fate, Fate.OUT).astype(np.int8))
        for part, here in parts.items()
    }
    known, won = fate >= Fate.NOT_REACHED, fate == Fate.REACHED
    rows: list[Row] = []
    for place, one in enumerate(tried):
        for part, here in parts.items():
            held = one.view.held & here
            rate = share(int((held & won).sum()), int((held & known).sum()))
            found = share(int((held & won).sum()), int((here & won).sum()))
            rows.append(
                {
                    "rung": one.view.rung, "policy": one.policy,
                    "parameter": one.sweep.parameter, "value": one.value,
                    "current": one.current, "part": part, "records": int(here.sum()),
                    "held": int(held.sum()), "unknown": int((one.view.unknown & here).sum()),
                    "known": rate.of, "won": rate.part, "rate": rate.value, "low": rate.low,
                    "high": rate.high, "recall": found.value,
                    "verdict": verdicts[part][place].verdict.kind, "best": False,
                }
            )  # fmt: skip
    _mark_best(rows)
    return frame(_ordered(rows, "policy", "parameter"), frames.SWEEPS)


def _mark_best(rows: Sequence[Row]) -> None:
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["rung"], row["policy"], row["parameter"]), []).append(row)
    for own in groups.values():
        better = [r for r in own if r["part"] in ("all", "earlier") and r["verdict"] == "b"]
        if better:
            value = max(better, key=lambda r: r["rate"] or 0.0)["value"]
            for row in own:
                row["best"] = row["value"] == value


def by_label(found: Sequence[PolicyView]) -> Mapping[str, list[PolicyView]]:
    """Views by the label of their policy."""
    groups: dict[str, list[PolicyView]] = {}
    for one in found:
        groups.setdefault(one.policy, []).append(one)
    return groups
