"""A study: which definitions, on which records, against which outcome, and how sure is sure enough.

Everything that decides a figure stands here, so that the same study gives the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args

from leadpolicy.data.moments import AsOf
from leadpolicy.policy.load import POLICIES
from leadpolicy.policy.model import RUNGS
from leadpolicy.source import Span
from leadpolicy.times import show_duration
from leadpolicy.types import show

Reading: TypeAlias = Literal["furthest", "current"]
READINGS: Final[tuple[Reading, ...]] = get_args(Reading)
Unit: TypeAlias = Literal["week", "month", "quarter", "year"]
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)


@dataclass(frozen=True, slots=True)
class StudyCondition:
    """Records whose fact has one of these values at their moment, written as in a policy."""

    fact: str
    values: tuple[str, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many leads the sales team can take on."""

    reps: int
    leads_per_rep_and_week: float

    @property
    def per_week(self) -> float:
        """Leads that the whole team takes on in a week."""
        return self.reps * self.leads_per_rep_and_week


@dataclass(frozen=True, slots=True)
class Sweep:
    """A parameter of a policy, and the values to try."""

    policy: str
    parameter: str
    values: tuple[str, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Study:
    """What `leadpolicy backtest` is asked to find out.

    `as_of` is when definitions are compared on a record (None: as the data set says), `reading`
    whether it counts where the record stands then or how far it had come. `within` is the maturity
    window: the time given to reach the outcome. `entered_from` is included, `entered_until` not.
    `account` names the fact that tells whose record it is (None: every record is its own).
    `worked` names the events that show that somebody worked on a record. A difference of two
    rates of `smallest_difference` is worth knowing (None: a quarter of the share won of all, five
    points at most).
    """

    name: str
    dataset: str
    policies: tuple[str, ...]
    within: timedelta
    title: str = ""
    about: str = ""
    grain: str | None = None
    folder: Path = POLICIES
    entered_from: datetime | None = None
    entered_until: datetime | None = None
    since: datetime | None = None
    rungs: tuple[str, ...] = RUNGS
    outcome: str | None = None
    as_of: AsOf | None = None
    reading: Reading = "furthest"
    period: Unit = "quarter"
    exclude_records: tuple[str, ...] = ()
    exclude_where: tuple[StudyCondition, ...] = ()
    segments: tuple[str, ...] = ()
    account: str | None = None
    amount: str | None = None
    worked: tuple[str, ...] = ()
    capacity: Capacity | None = None
    hold_out: timedelta | None = None
    accept_snapshot: tuple[str, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    leave_one_out: bool = False
    smallest_difference: float | None = None
    path: Path | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "study": self.name,
            "title": self.title,
            "about": self.about,
            "dataset": self.dataset,
            "grain": self.grain,
            "policies": list(self.policies),
            "entered": [_day(self.entered_from), _day(self.entered_until)],
            "observed_since": _day(self.since),
            "rungs": list(self.rungs),
            "outcome": self.outcome,
            "within": show_duration(self.within),
            "as_of": str(self.as_of) if self.as_of is not None else None,
            "reading": self.reading,
            "period": self.period,
            "excluded_records": list(self.exclude_records),
            "excluded_where": [{c.fact: list(c.values)} for c in self.exclude_where],
            "segments": list(self.segments),
            "account": self.account,
            "amount": self.amount,
            "worked": list(self.worked),
            "capacity": _capacity(self.capacity),
            "hold_out": show_duration(self.hold_out) if self.hold_out else None,
            "accept_snapshot": list(self.accept_snapshot),
            "sweeps": [
                {"policy": s.policy, "parameter": s.parameter, "values": list(s.values)}
                for s in self.sweeps
            ],
            "leave_one_out": self.leave_one_out,
            "smallest_difference": self.smallest_difference,
        }


def _day(moment: datetime | None) -> str | None:
    return None if moment is None else show(moment)


def _capacity(capacity: Capacity | None) -> Mapping[str, float] | None:
    if capacity is None:
        return None
    return {"reps": capacity.reps, "leads_per_rep_and_week": capacity.leads_per_rep_and_week}
