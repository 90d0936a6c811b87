"""The result of a study, as data frames with captions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

import pandas as pd

from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.frames import plain_rows
from leadpolicy.backtest.study import Study
from leadpolicy.backtest.view import PolicyView
from leadpolicy.characters import json_text
from leadpolicy.shown import Shown

FORMAT: Final = 1


@dataclass(frozen=True, slots=True, eq=False)
class Backtest(Shown):
    """What a study found. Every frame is tidy; `captions` says of each by which reading, on which
    records, over which denominator. What is not defined is missing, never zero.

    ==========  ================================================================================
    frame       a row is
    ==========  ================================================================================
    policies    a policy: identity, title, rungs, and facts known only as they are today
    leaks       a fact that knows the future, with the evidence and who uses it
    flow        a rung, policy and period: first entries
    stock       a rung, policy and period: on it at the end of the period, and UNKNOWN
    conversion  a rung, policy and goal: reached within the window of the mature, immature apart
    precision   a rung and policy: won of held, lift, recall, never worked
    revenue     a rung and policy: the same by amount
    capacity    a rung and policy: load per rep and week
    segments    a segment, rung and policy
    pairs       two policies on a rung: discordant records, tests, difference, verdict
    discordant  a record that only one of a pair holds, and what became of it
    velocity    a rung, policy and goal: median wait
    curves      a day of such a curve: share arrived, interval, at risk
    ends        a rung, policy, way of ending and day
    log_rank    two policies on a rung: does the outcome come sooner
    agreement   two policies on a rung at the end of a period
    decay       a rung, policy and period of entry: precision
    trends      a rung and policy: does precision rise or fall
    criteria    a rung and policy without one criterion
    sweeps      a rung, policy and value of a parameter, on earlier and on held-out records
    ==========  ================================================================================
    """

    study: Study
    title: str
    outcome: str
    as_of: str
    facts: Mapping[str, Any]
    notes: tuple[str, ...]
    captions: Mapping[str, str]
    policies: pd.DataFrame
    leaks: pd.DataFrame
    flow: pd.DataFrame
    stock: pd.DataFrame
    conversion: pd.DataFrame
    precision: pd.DataFrame
    revenue: pd.DataFrame
    capacity: pd.DataFrame
    segments: pd.DataFrame
    pairs: pd.DataFrame
    discordant: pd.DataFrame
    velocity: pd.DataFrame
    curves: pd.DataFrame
    ends: pd.DataFrame
    log_rank: pd.DataFrame
    agreement: pd.DataFrame
    decay: pd.DataFrame
    trends: pd.DataFrame
    criteria: pd.DataFrame
    sweeps: pd.DataFrame
    cohort: Cohort = field(repr=False)
    views: tuple[PolicyView, ...] = field(repr=False)

    @property
    def verdicts(self) -> list[str]:
        """One sentence or more for each pair."""
        return list(self.pairs["says"])

    @property
    def badged(self) -> frozenset[str]:
        """Labels of the policies that look at facts known only as they are today."""
        table = self.policies
        return frozenset(table.loc[table["snapshot"].map(bool), "policy"])

    def frames(self) -> dict[str, pd.DataFrame]:
        """All frames by name."""
        found = ((one.name, getattr(self, one.name)) for one in fields(self))
        return {name: value for name, value in found if isinstance(value, pd.DataFrame)}

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: the study, the captions and the rows of every frame."""
        return {
            "leadpolicy_backtest": FORMAT,
            "title": self.title,
            "study": self.study.to_dict(),
            "outcome": self.outcome,
            "as_of": self.as_of,
            "cohort": dict(self.facts),
            "notes": list(self.notes),
            "verdicts": self.verdicts,
            "captions": dict(self.captions),
            **{name: plain_rows(table) for name, table in self.frames().items()},
        }

    def to_json(self) -> str:
        """`to_dict` as text."""
        return json_text(self.to_dict(), indent=1, allow_nan=False)

    def __repr__(self) -> str:
        return f"<Backtest {self.study.name}: {', '.join(self.policies['identity'])}>"
