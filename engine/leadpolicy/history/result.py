"""Timelines: what was replayed, and the three ways to read it.

Reports over time choose one of three readings and name it: *current as of t*, *furthest reached by
t*, *first entry*. They are never mixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadpolicy.data.chronicle import NEVER, Chronicle
from leadpolicy.data.moments import end_of_day
from leadpolicy.data.tables import Mask, Rows
from leadpolicy.diagnostics import LeadpolicyError, suggest
from leadpolicy.policy.model import RUNGS, Policy
from leadpolicy.shown import Shown
from leadpolicy.times import from_microseconds, in_utc, microseconds
from leadpolicy.types import show

if TYPE_CHECKING:
    Stages = npt.NDArray[np.int8]

_DAY: Final = 86_400_000_000
NOT_THERE: Final = -1
"""The stage of a record that was not there yet: it had not entered."""
READINGS: Final = {
    "first entry": "first entry",
    "current": "current as of",
    "furthest": "furthest reached by",
}
"""What titles call the readings."""


class Spans:
    """Collects the spans of all policies, some records at a time."""

    def __init__(self, stages: Mapping[str, int]) -> None:
        self.stages = dict(stages)
        self.found: dict[str, list[pa.RecordBatch]] = {label: [] for label in stages}

    def add(self, label: str, records: Rows, at: Rows, held: Rows, open_: Rows) -> None:
        """Points in the order of records and moments; neighbours that are alike become one."""
        same = (records[1:] == records[:-1]) & (held[1:] == held[:-1]) & (open_[1:] == open_[:-1])
        kept = np.append(True, ~same)[: len(records)]
        records, begin = records[kept], at[kept]
        held, open_ = held[kept], open_[kept]
        end = np.append(begin[1:], NEVER)[: len(begin)]
        end[np.append(records[1:] != records[:-1], True)[: len(records)]] = NEVER
        columns = {
            "record": records,
            "begin": begin,
            "end": end,
            "stage": _last(held, self.stages[label]),
            "possible": _last(open_, self.stages[label]),
            "held": held,
            "open": open_,
        }
        self.found[label].append(pa.record_batch(columns))

    def table(self) -> tuple[pa.Table, dict[str, tuple[int, int]]]:
        """All spans by policy, record and moment; and for each policy its first row and how many
        it has.
        """
        chunks: list[pa.RecordBatch] = []
        bounds: dict[str, tuple[int, int]] = {}
        rows = 0
        labels = pa.array(list(self.found), pa.string())
        for code, (label, parts) in enumerate(self.found.items()):
            count = sum(part.num_rows for part in parts)
            bounds[label], rows = (rows, count), rows + count
            for part in parts:
                codes = pa.array(np.full(part.num_rows, code, np.int32))
                policy = pa.DictionaryArray.from_arrays(codes, labels)
                chunks.append(pa.RecordBatch.from_arrays([policy, *part.columns], schema=_SCHEMA))
        return pa.Table.from_batches(chunks, _SCHEMA), bounds


_SCHEMA: Final = pa.schema(
    {
        "policy": pa.dictionary(pa.int32(), pa.string()),
        "record": pa.int64(),
        "begin": pa.int64(),
        "end": pa.int64(),
        "stage": pa.int8(),
        "possible": pa.int8(),
        "held": pa.int64(),
        "open": pa.int64(),
    }
)


def _last(bits: Rows, stages: int) -> Stages:
    """The place of the highest bit, from 1; 0 where none is set."""
    found = np.zeros(len(bits), np.int8)
    for place in range(stages):
        found[(bits >> place & 1) == 1] = place + 1
    return found


def _microseconds(at: datetime | date) -> int:
    """A day means its end."""
    return microseconds(in_utc(at) if isinstance(at, datetime) else end_of_day(at))


@dataclass(frozen=True, slots=True, eq=False)
class Timelines:
    """The spans of one policy as columns, by record and moment."""

    record: Rows
    begin: Rows
    end: Rows
    stage: Stages
    possible: Stages
    held: Rows
    open: Rows

    def __len__(self) -> int:
        return len(self.record)


@dataclass(frozen=True, slots=True, eq=False)
class Replay(Shown):
    """The exact stages of every record under every policy, from its entry to `until`.

    `spans` has a row for each stretch of time in which nothing changes: `policy` (label), `record`
    (number in the chronicle), `begin` and `end` (microseconds; `end` is exclusive, and `NEVER` for
    the last), `stage` and `possible` (0 none, i + 1 the stage at place i: the last that is TRUE,
    the last that is not FALSE), `held` and `open` (bit i: stage i is TRUE, is not FALSE).

    `starts` is when each record was first looked at, `NEVER` for those that came too late.
    `points` counts the moments of evaluation, at each of which all policies were evaluated.
    `badges` names for each policy the facts that it takes as they are today; `bounds` its first
    row in `spans`, and how many it has there. `remarks` tell what was left out.
    """

    policies: Mapping[str, Policy]
    chronicle: Chronicle
    spans: pa.Table
    points: int
    until: int
    starts: Rows
    bounds: Mapping[str, tuple[int, int]]
    badges: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    engine: str = "sql"

    @property
    def ends(self) -> str:
        """The last moment, for titles."""
        return show(from_microseconds(self.until))

    @property
    def notes(self) -> Sequence[str]:
        """What is to be said of the data, and of what was left out."""
        return (*self.chronicle.notes, *self.remarks)

    def __len__(self) -> int:
        """How many records were looked at."""
        return int((self.starts != NEVER).sum())

    def __repr__(self) -> str:
        return (
            f"<Replay of {len(self):,} records under {', '.join(self.policies)}: "
            f"{self.spans.num_rows:,} spans, {self.points:,} evaluation points, "
            f"until {self.ends}>"
        )

    # ---------------------------------------------------------------------------- readings

    def timelines(self, label: str) -> Timelines:
        """The spans of one policy; raises KeyError."""
        own = self.spans.slice(*self.bounds[label])
        names = _SCHEMA.names[1:]
        return Timelines(*(own[name].to_numpy() for name in names))

    def first_entry(self, what: str) -> dict[str, Rows]:
        """*First entry*: for each policy that has it, per record the first moment of a stage or
        rung; `NEVER` where it was not reached.

        `what` is a common rung, which is held where one of its stages is, or the name of a stage.
        """
        found = {}
        for label, bits in self.bits(what).items():
            lines = self.timelines(label)
            found[label] = self._first(lines.record, lines.begin, (lines.held & bits) != 0)
        return found

    def current(self, at: datetime | date | int) -> dict[str, Stages]:
        """*Current as of t*: per policy and record the stage at a moment; `NOT_THERE` for records
        that had not entered.
        """
        moment = self.moment(at)
        found = {}
        for label in self.policies:
            lines = self.timelines(label)
            there = (lines.begin <= moment) & (moment < lines.end)
            stages = np.full(len(self.starts), NOT_THERE, np.int8)
            stages[lines.record[there]] = lines.stage[there]
            found[label] = stages
        return found

    def furthest(self, at: datetime | date | int) -> dict[str, Stages]:
        """*Furthest reached by t*: per policy and record the highest stage up to a moment;
        `NOT_THERE` for records that had not entered.
        """
        moment = self.moment(at)
        found = {}
        for label in self.policies:
            lines = self.timelines(label)
            past = lines.begin <= moment
            stages = np.full(len(self.starts), NOT_THERE, np.int8)
            np.maximum.at(stages, lines.record[past], lines.stage[past])
            found[label] = stages
        return found

    def holding(self, what: str, at: datetime | date | int) -> dict[str, Mask]:
        """*Current as of t*: per policy that has this rung or stage the records in it."""
        moment = self.moment(at)
        found = {}
        for label, bits in self.bits(what).items():
            lines = self.timelines(label)
            there = (lines.begin <= moment) & (moment < lines.end) & ((lines.held & bits) != 0)
            holding = np.zeros(len(self.starts), np.bool_)
            holding[lines.record[there]] = True
            found[label] = holding
        return found

    def baseline(self, entries: Rows) -> Mask:
        """Which first entries lie at the record's first evaluation point: they were found, not
        seen to happen, and nobody knows for how long they had been so (left truncation).
        """
        baseline: Mask = (entries == self.starts) & (entries != NEVER)
        return baseline

    def bits(self, what: str) -> dict[str, int]:
        """For each policy that has this rung or stage, the bits of `held` that mean it.

        Raises `LeadpolicyError` where no policy has it.
        """
        found: dict[str, int] = {}
        for label, policy in self.policies.items():
            bits = [
                1 << place
                for place, stage in enumerate(policy.stages)
                if (stage.counts_as if what in RUNGS else stage.name) == what
            ]
            if bits:
                found[label] = sum(bits)
        if not found and what not in RUNGS:
            names = dict.fromkeys(s.name for p in self.policies.values() for s in p.stages)
            raise LeadpolicyError.of(
                "LP208",
                f"no policy has a stage or rung `{what}`",
                help=suggest(what, [*RUNGS, *names]),
            )
        return found

    def moment(self, at: datetime | date | int) -> int:
        """A moment in microseconds; a day means its end. Raises `LeadpolicyError` after the end."""
        found = at if isinstance(at, int) else _microseconds(at)
        if isinstance(at, date) and not isinstance(at, datetime) and found - _DAY < self.until:
            return min(found, self.until)
        if found > self.until:
            raise LeadpolicyError.of(
                "LP513",
                f"{show(from_microseconds(found))} is after the end of the replay",
                expected=f"a moment up to {self.ends}",
            )
        return found

    def _first(self, records: Rows, moments: Rows, hits: Mask) -> Rows:
        first = np.full(len(self.starts), NEVER, np.int64)
        own, at = records[hits], moments[hits]
        leading = np.append(True, own[1:] != own[:-1])[: len(own)]
        first[own[leading]] = at[leading]
        return first

    # ------------------------------------------------------------------------------- files

    def to_parquet(self, path: str | Path) -> None:
        """Writes all spans, whole or not at all. Raises `LeadpolicyError`."""
        from leadpolicy.history.files import write_timelines

        write_timelines(self, Path(path))
