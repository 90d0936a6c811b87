"""What the data can say about each policy: which criteria it can decide, and what is missing."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

import numpy as np

from leadpolicy.comparison.lacking import Lacking, counted
from leadpolicy.comparison.volumes import Volume, volume
from leadpolicy.data.chronicle import UNDATED
from leadpolicy.evaluation.codes import UNKNOWN, share
from leadpolicy.evaluation.verdicts import PolicyVerdicts, RecordVerdicts
from leadpolicy.logic.terms import Happened, Term
from leadpolicy.logic.walk import facts, looked_at, needs_of_each
from leadpolicy.vocabulary.model import EVENT

DATES: Final = " (dates)"
"""Behind an event: when each happened."""
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
    """For every criterion, then every stage, of every policy in file order.

    Of events it is asked for more than their kind: for the attributes that a condition looks at,
    and for dates where it looks at a finite window.
    """
    found: list[ConditionReadiness] = []
    has = evaluation.available | frozenset(_of_logs(evaluation))
    for one in evaluation.policies:
        policy = one.policy
        terms = (*policy.logic.criteria, *policy.logic.stages)
        wanted = needs_of_each(terms, lambda term: _looked_at(term, has))
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


def _of_logs(evaluation: RecordVerdicts) -> Iterator[str]:
    """The attributes that logs have, as `event:NAME.ATTRIBUTE`, and which logs have dates."""
    for kind, log in evaluation.data.logs.items():
        for name, column in log.attributes.items():
            if not len(column.codes) or (column.codes >= 0).any():
                yield f"{EVENT}{kind}.{name}"
        if not len(log.at) or (log.at != UNDATED).any():
            yield f"{EVENT}{kind}{DATES}"


def _looked_at(term: Term, has: frozenset[str]) -> Iterator[str]:
    """What a term itself looks at, and of events that there are what it looks at in them."""
    yield from looked_at(term)
    if isinstance(term, Happened) and EVENT + term.event in has:
        yield from (f"{EVENT}{term.event}.{name}" for name in facts([term.where]))
        if term.within is not None:
            yield f"{EVENT}{term.event}{DATES}"


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


def missing(evaluation: RecordVerdicts) -> list[MissingFact]:
    """What leaves stages UNKNOWN, for each policy the most frequent first.

    At most `SAMPLE` undecided records per policy are examined, drawn by a hash of their ids.
    """
    draw = np.array([zlib.crc32(id.encode()) for id in evaluation.ids], dtype=np.int64)
    drawn = evaluation.order[np.argsort(draw[evaluation.order], kind="stable")]
    open_rows = [(one.stages == UNKNOWN).any(axis=1) for one in evaluation.policies]
    examined = [drawn[rows[drawn]][:SAMPLE] for rows in open_rows]
    lacking = Lacking(evaluation, examined)
    found: list[MissingFact] = []
    for one, rows, undecided in zip(evaluation.policies, examined, open_rows, strict=True):
        vocabulary = one.policy.vocabulary
        of = counted(lacking.of(one, rows))
        for name, (open, alone) in sorted(of.items(), key=lambda item: (-item[1][0], item[0])):
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
                    alone=alone,
                    examined=len(rows),
                    undecided=int(undecided.sum()),
                    records=len(evaluation),
                    in_data=name in evaluation.available,
                    ask=entry.ask,
                    owner=entry.owner,
                )
            )
    return found
