"""Every record under every policy, as arrays of verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

import numpy as np

from leadpolicy.backends import AUTO
from leadpolicy.evaluation.codes import Codes, Whole, any_of, outcome_codes
from leadpolicy.evaluation.engines import Progress, of_records
from leadpolicy.policy.labels import labels
from leadpolicy.policy.model import RUNGS, Policy
from leadpolicy.vocabulary.model import EVENT

if TYPE_CHECKING:
    from leadpolicy.data.recordset import RecordSet

VALUES: Final = 3
"""Verdicts that there are."""
_MOST: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, eq=False)
class PolicyVerdicts:
    """What one policy says of every record.

    `stages` has a column per stage of the ladder, `criteria` one per criterion in file order.
    `rungs` holds the common rungs that the policy defines: Kleene OR of the stages that count.
    Equal rows of `criteria` share a pattern: `patterns[pattern_of[i]]` is row i.
    """

    label: str
    policy: Policy
    stages: Codes
    rungs: Mapping[str, Codes]
    _criteria: Callable[[], Codes] = field(repr=False)

    @cached_property
    def criteria(self) -> Codes:
        """Looked at when they are asked for: most measures need stages only."""
        return self._criteria()

    @property
    def patterns(self) -> Codes:
        return self._patterns[0]

    @property
    def pattern_of(self) -> Whole:
        return self._patterns[1]

    @cached_property
    def _patterns(self) -> tuple[Codes, Whole]:
        return distinct_rows(self.criteria)


@dataclass(frozen=True, slots=True, eq=False)
class RecordVerdicts:
    """The verdicts of all policies on the same records, in the order of the data."""

    data: RecordSet
    policies: tuple[PolicyVerdicts, ...]
    ids: tuple[str, ...]
    outcomes: Codes
    available: frozenset[str]
    """Facts, and events as `event:NAME`, that the data set maps."""
    order: Whole
    """The rows sorted by id: samples do not depend on the order of the data."""
    engine: str = ""
    """The engine that said it."""

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, label: str) -> PolicyVerdicts:
        """The verdicts of a policy by its label; raises KeyError."""
        for one in self.policies:
            if one.label == label:
                return one
        raise KeyError(label)

    def rung(self, label: str, rung: str) -> Codes | None:
        """A policy's verdicts on a common rung, or None where it does not define it."""
        return self[label].rungs.get(rung)

    def defining(self, rung: str) -> list[PolicyVerdicts]:
        """The policies that define a rung, in the order in which they were given."""
        return [one for one in self.policies if rung in one.rungs]


def verdicts_of(
    policies: Iterable[Policy],
    data: RecordSet,
    progress: Progress | None = None,
    *,
    engine: str = AUTO,
) -> RecordVerdicts:
    """Evaluate every policy on every record at the record's moment.

    `engine` is one of `backends.ENGINES`; they all say the same. Raises `LeadpolicyError`.
    """
    given = list(policies)
    named = dict(zip(labels(given), given, strict=True))
    answers, engine = of_records(named, data, engine, progress)
    if progress is not None:
        progress("evaluating", 1, 1)
    return RecordVerdicts(
        data,
        tuple(
            policy_verdicts(label, policy, answers.stages(label), partial(answers.criteria, label))
            for label, policy in named.items()
        ),
        tuple(data.ids),
        outcome_codes(data.outcomes),
        frozenset(data.dataset.facts) | {EVENT + name for name in data.dataset.events},
        ranked(data.ids),
        engine,
    )


def policy_verdicts(
    label: str, policy: Policy, stages: Codes, criteria: Callable[[], Codes]
) -> PolicyVerdicts:
    """Verdicts with what follows from them: the common rungs."""
    positions = {
        rung: [i for i, stage in enumerate(policy.stages) if stage.counts_as == rung]
        for rung in RUNGS
    }
    rungs = {rung: any_of(stages[:, at]) for rung, at in positions.items() if at}
    return PolicyVerdicts(label, policy, stages, rungs, criteria)


def distinct_rows(rows: Codes) -> tuple[Codes, Whole]:
    """The distinct rows in lexical order, and for each row the position of its equal."""
    import pandas as pd

    if not rows.size:
        return rows[:1], np.zeros(len(rows), dtype=np.int64)
    numbers = np.zeros(len(rows), dtype=np.int64)
    size = 1
    for column in rows.T:
        if size > _MOST // VALUES:
            numbers, found = pd.factorize(numbers, sort=True)
            size = len(found)
        numbers = numbers * VALUES + column
        size *= VALUES
    inverse, found = pd.factorize(numbers, sort=True)
    first = np.empty(len(found), dtype=np.int64)
    first[inverse[::-1]] = np.arange(len(rows) - 1, -1, -1)
    return rows[first], inverse.astype(np.int64, copy=False)


def ranked(ids: Sequence[str]) -> Whole:
    """The rows in the order of their ids."""
    return np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
