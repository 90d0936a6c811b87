"""What the data can say about each policy: which criteria it can decide, and what is missing."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

import numpy as np

from leadpolicy.comparison.volumes import Volume, volume
from leadpolicy.decision.reasons import missing_facts
from leadpolicy.evaluation.codes import UNKNOWN, Whole, share
from leadpolicy.evaluation.engines import Progress
from leadpolicy.evaluation.verdicts import PolicyVerdicts, RecordVerdicts
from leadpolicy.logic.walk import needs, needs_of_each
from leadpolicy.vocabulary.model import EVENT

SAMPLE: Final = 2_000
"""Undecided records looked at per policy to find the missing facts; the same ones every time."""


class Ready(StrEnum):
    """Whether the data set has what a condition looks at, filled or not."""

    FULLY = "fully"
    PARTLY = "partly"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class ConditionReadiness:
    """One criterion or stage on this data. `absent` is needed, but not in the data set."""

    policy: str
    kind: Literal["criterion", "stage"]
    name: str
    says: str
    ready: Ready
    needs: tuple[str, ...]
    absent: tuple[str, ...]
    verdicts: Volume

    @property
    def decided(self) -> float | None:
        """The share of records for which the verdict is TRUE or FALSE."""
        return share(self.verdicts.certain + self.verdicts.refused, self.verdicts.records)


@dataclass(frozen=True, slots=True)
class PolicyReadiness:
    """All criteria of a policy; its stages where it names no criteria.

    `decided` is the mean over criteria of the share of records decided, `open_records` the number
    of records for which at least one stage is UNKNOWN.
    """

    policy: str
    criteria: int
    fully: int
    partly: int
    not_ready: int
    decided: float | None
    open_records: int
    records: int


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact, or the log of an event, that leaves stages of a policy UNKNOWN.

    `open` of the `examined` records that have an UNKNOWN stage lack it; `alone` of them lack
    nothing else, so that this one answer, whatever it is, decides all their stages; `undecided` is
    the number of all such records.
    """

    policy: str
    fact: str
    open: int
    alone: int
    examined: int
    undecided: int
    records: int
    in_data: bool
    ask: str
    owner: str

    @property
    def share(self) -> float:
        """Of all records, the share that stays open for want of this; extrapolated from those
        examined where not all were.
        """
        return self.open / self.examined * self.undecided / self.records

    @property
    def share_alone(self) -> float:
        """Of all records, the share that this answer alone would decide."""
        return self.alone / self.examined * self.undecided / self.records


def condition_readiness(evaluation: RecordVerdicts) -> list[ConditionReadiness]:
    """For every criterion, then every stage, of every policy in file order."""
    found: list[ConditionReadiness] = []
    for one in evaluation.policies:
        policy, has = one.policy, evaluation.available
        wanted = needs_of_each((*policy.logic.criteria, *policy.logic.stages))
        for at, (criterion, term) in enumerate(
            zip(policy.criteria.values(), policy.logic.criteria, strict=True)
        ):
            named = criterion.name, criterion.says
            of = volume(one.criteria[:, at])
            found.append(_ready(one, "criterion", named, wanted[term], has, of))
        for at, (stage, term) in enumerate(zip(policy.stages, policy.logic.stages, strict=True)):
            named = stage.name, stage.says or stage.title
            of = volume(one.stages[:, at])
            found.append(_ready(one, "stage", named, wanted[term], has, of))
    return found


def _ready(
    one: PolicyVerdicts,
    kind: Literal["criterion", "stage"],
    named: tuple[str, str],
    wanted: frozenset[str],
    has: frozenset[str],
    verdicts: Volume,
) -> ConditionReadiness:
    absent = wanted - has
    ready = Ready.FULLY if not absent else Ready.NOT if absent == wanted else Ready.PARTLY
    return ConditionReadiness(
        one.label, kind, *named, ready, tuple(sorted(wanted)), tuple(sorted(absent)), verdicts
    )


def policy_readiness(
    evaluation: RecordVerdicts, conditions: Sequence[ConditionReadiness]
) -> list[PolicyReadiness]:
    """The conditions of each policy summed up."""
    found: list[PolicyReadiness] = []
    for one in evaluation.policies:
        own = [c for c in conditions if c.policy == one.label]
        units = [c for c in own if c.kind == "criterion"] or own
        count = Counter(c.ready for c in units)
        shares = [c.decided for c in units if c.decided is not None]
        found.append(
            PolicyReadiness(
                policy=one.label,
                criteria=len(units),
                fully=count[Ready.FULLY],
                partly=count[Ready.PARTLY],
                not_ready=count[Ready.NOT],
                decided=sum(shares) / len(shares) if shares else None,
                open_records=int((one.stages == UNKNOWN).any(axis=1).sum()),
                records=len(evaluation),
            )
        )
    return found


def missing(evaluation: RecordVerdicts, progress: Progress | None = None) -> list[MissingFact]:
    """What leaves stages UNKNOWN, for each policy the most frequent first.

    At most `SAMPLE` undecided records per policy are examined, drawn by a hash of their ids.
    """
    draw = np.array([zlib.crc32(id.encode()) for id in evaluation.ids], dtype=np.int64)
    drawn = evaluation.order[np.argsort(draw[evaluation.order], kind="stable")]
    found: list[MissingFact] = []
    for number, one in enumerate(evaluation.policies):
        if progress is not None:
            progress("finding what is missing", number, len(evaluation.policies))
        undecided = (one.stages == UNKNOWN).any(axis=1)
        examined = drawn[undecided[drawn]][:SAMPLE]
        counts, alone = _count_missing(evaluation, one, examined)
        vocabulary = one.policy.vocabulary
        for name, open in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            entry = (
                vocabulary.events[name.removeprefix(EVENT)]
                if name.startswith(EVENT)
                else vocabulary.facts[name]
            )
            found.append(
                MissingFact(
                    policy=one.label,
                    fact=name,
                    open=open,
                    alone=alone[name],
                    examined=len(examined),
                    undecided=int(undecided.sum()),
                    records=len(evaluation),
                    in_data=name in evaluation.available,
                    ask=entry.ask,
                    owner=entry.owner,
                )
            )
    return found


def _count_missing(
    evaluation: RecordVerdicts, one: PolicyVerdicts, rows: Whole
) -> tuple[Counter[str], Counter[str]]:
    """How many of the rows lack each fact or log, and how many nothing else.

    What is alike is looked at once.
    """
    counts: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    names = [stage.name for stage in one.policy.stages]
    alike = list(_alike(evaluation, one, rows))
    often = Counter(alike)
    first = dict(zip(reversed(alike), reversed(rows.tolist()), strict=True))
    examples = [first[pattern] for pattern in often]
    records = evaluation.data.some(examples)
    for record, row, count in zip(records, examples, often.values(), strict=True):
        stages = tuple(n for n, v in zip(names, one.stages[row], strict=True) if v == UNKNOWN)
        lacking = missing_facts(one.policy, record, evaluation.data.moments[row], stages)
        found = dict.fromkeys(lacking, count)
        counts.update(found)
        alone.update(found if len(found) == 1 else {})
    return counts, alone


def _alike(
    evaluation: RecordVerdicts, one: PolicyVerdicts, rows: Whole
) -> Iterator[tuple[int, ...]]:
    """Numbers that are equal where a policy sees the same: moment, facts, and no event."""
    data = evaluation.data
    asked = sorted(needs(one.policy.logic.stages))
    columns: list[Whole] = [data.at[rows]]
    for name in asked:
        if name in data.columns:
            columns.append(data.columns[name].codes[rows].astype(np.int64))
        log = data.logs.get(name.removeprefix(EVENT)) if name.startswith(EVENT) else None
        if log is not None:
            columns.append(np.where(np.isin(rows, log.records), rows, -1))
            for kept in (log.recorded, log.since):
                columns += [] if kept is None else [kept[rows].astype(np.int64)]
    seen = np.column_stack(columns)
    return map(tuple, seen.tolist())
