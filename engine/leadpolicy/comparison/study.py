"""What was compared: the records, the moment, the outcome, and what to know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from leadpolicy.comparison.outcomes import CONFIDENCE, OutcomeRate, outcome
from leadpolicy.data.quarantine import TableRead
from leadpolicy.evaluation.codes import OPEN
from leadpolicy.evaluation.verdicts import RecordVerdicts
from leadpolicy.types import show
from leadpolicy.vocabulary.model import PointInTime

READING = (
    "Each record is looked at once, at one moment, with what was known by then. "
    "This is not a backtest: stages reached or left at other times do not count."
)


@dataclass(frozen=True, slots=True)
class ComparedRecords:
    """The cohort and its reading; `base` is the outcome of all its records.

    `snapshot_facts` decide stages here and are known as they are today only: at the moment of
    evaluation they may have been empty or different.
    """

    dataset: str
    title: str
    about: str
    grain: str
    records: int
    first_moment: datetime | None
    last_moment: datetime | None
    observed_until: datetime | None
    outcome_name: str
    base: OutcomeRate
    tables: tuple[TableRead, ...]
    reasons: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]
    snapshot_facts: tuple[str, ...]
    other_grain: tuple[str, ...]
    rungs: tuple[str, ...]
    by: str | None = None

    @property
    def as_of(self) -> str:
        """The moment of evaluation, or the first and the last where records have their own."""
        if self.first_moment is None or self.last_moment is None:
            return "no moment"
        if self.first_moment == self.last_moment:
            return _day(self.first_moment)
        return f"{_day(self.first_moment)} to {_day(self.last_moment)}, each record at its own"

    @property
    def cohort(self) -> str:
        """One line for captions: data, number of records, moment."""
        return f"{self.title}, {self.records:,} records, as of {self.as_of}"

    @property
    def denominator(self) -> str:
        """Of whom outcome rates are taken, and how long they were watched."""
        if not self.base.known:
            return "no outcome is known for these records"
        until = f", observed until {_day(self.observed_until)}" if self.observed_until else ""
        left_out = self.records - self.base.known
        out = f"; {left_out:,} without a known outcome are left out" if left_out else ""
        return f"{self.base.known:,} records with a known outcome{until}{out}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "dataset": self.dataset,
            "title": self.title,
            "about": self.about,
            "grain": self.grain,
            "records": self.records,
            "first_moment": self.first_moment.isoformat() if self.first_moment else None,
            "last_moment": self.last_moment.isoformat() if self.last_moment else None,
            "reading": READING,
            "outcome": {
                "name": self.outcome_name,
                "observed_until": self.observed_until.isoformat() if self.observed_until else None,
                "confidence": CONFIDENCE,
                "known": self.base.known,
                "won": self.base.won,
                "rate": self.base.rate,
                "low": self.base.low,
                "high": self.base.high,
            },
            "tables": [
                {"name": t.name, "file": t.file, "rows": t.rows, "set_aside": t.set_aside}
                for t in self.tables
            ],
            "set_aside": dict(self.reasons),
            "notes": list(self.notes),
            "snapshot_facts": list(self.snapshot_facts),
            "other_grain": list(self.other_grain),
            "rungs": list(self.rungs),
            "by": self.by,
        }


def _day(moment: datetime) -> str:
    """The end of a day, or its beginning, is shown as the day."""
    end = moment.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return moment.date().isoformat() if moment == end else show(moment)


def describe(evaluation: RecordVerdicts, rungs: Sequence[str], by: str | None) -> ComparedRecords:
    """The study behind an evaluation."""
    data = evaluation.data
    moments = data.moments
    everyone = np.ones(len(evaluation), dtype=np.bool_)
    used = {fact for one in evaluation.policies for fact in one.policy.facts}
    facts = data.dataset.vocabulary.facts
    snapshot = (
        name
        for name in sorted(used & evaluation.available)
        if name in facts and facts[name].point_in_time is PointInTime.SNAPSHOT
    )
    return ComparedRecords(
        dataset=data.dataset.name,
        title=data.dataset.title or data.dataset.name,
        about=data.dataset.about,
        grain=data.dataset.grain,
        records=len(evaluation),
        first_moment=min(moments, default=None),
        last_moment=max(moments, default=None),
        observed_until=data.observed_until if (evaluation.outcomes != OPEN).any() else None,
        outcome_name=data.outcome_name or "won",
        base=outcome(everyone, evaluation.outcomes),
        tables=tuple(data.tables),
        reasons=tuple(data.quarantine.counts().items()),
        notes=(*evaluation.notes, *data.notes),
        snapshot_facts=tuple(snapshot),
        other_grain=tuple(
            one.label for one in evaluation.policies if one.policy.grain != data.dataset.grain
        ),
        rungs=tuple(rungs),
        by=by,
    )
