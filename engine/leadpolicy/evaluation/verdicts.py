"""Every record under every policy, as arrays of verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import numpy as np

from leadpolicy.backends import AUTO, CountedRecords, automatic, engine_name, grouping, only_groups
from leadpolicy.evaluation.codes import Codes, Mask, Whole, any_of, outcome_codes
from leadpolicy.evaluation.engines import Progress, columns_of, logics_of, of_records, opened
from leadpolicy.policy.labels import labels
from leadpolicy.policy.model import Policy
from leadpolicy.vocabulary.model import EVENT

if TYPE_CHECKING:
    from leadpolicy.backends import Answers
    from leadpolicy.data.recordset import RecordSet

VALUES: Final = 3
"""Verdicts that there are."""
_COUNTED: Final = (
    "Records were counted by the engine `{}`, which says nothing of single ones; what is said of "
    "single records and their criteria is from `{}`."
)
_MOST: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, eq=False)
class StageVerdicts:
    """What one policy says of every record, or of every group of records: a row for each.

    `stages` has a column per stage of the ladder. `rungs` holds the common rungs that the policy
    defines: Kleene OR of the stages that count.
    """

    label: str
    policy: Policy
    _stages: Callable[[], Codes] = field(repr=False)

    @cached_property
    def stages(self) -> Codes:
        """Looked at when they are asked for: an engine may have counted them only."""
        return self._stages()

    @cached_property
    def rungs(self) -> Mapping[str, Codes]:
        ladder = self.policy.stages
        return {
            rung: any_of(self.stages[:, [one.counts_as == rung for one in ladder]])
            for rung in self.policy.rungs
        }

    def of(self, rows: Whole | Mask) -> StageVerdicts:
        """The same of some of the rows."""
        return StageVerdicts(self.label, self.policy, lambda: self.stages[rows])


@dataclass(frozen=True, eq=False)
class PolicyVerdicts(StageVerdicts):
    """What one policy says of every record.

    `criteria` has a column per criterion in file order; equal rows share a pattern:
    `patterns[pattern_of[i]]` is row i.
    """

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


Of_co = TypeVar("Of_co", bound=StageVerdicts, covariant=True)


class Ladders(Generic[Of_co]):
    """Several policies of which verdicts are there."""

    policies: tuple[Of_co, ...]

    def defining(self, rung: str) -> list[Of_co]:
        """The policies that define a rung, in the order in which they were given."""
        return [one for one in self.policies if rung in one.policy.rungs]


@dataclass(frozen=True, eq=False)
class RecordVerdicts(Ladders[PolicyVerdicts]):
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
    grouped: Callable[[Whole], CountedRecords] | None = None
    """How the engine counts records itself, given the kind of each: see `Grouping`."""
    notes: tuple[str, ...] = ()
    """What to know of whoever said it."""

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


def verdicts_of(
    policies: Iterable[Policy],
    data: RecordSet,
    progress: Progress | None = None,
    *,
    engine: str = AUTO,
) -> RecordVerdicts:
    """Evaluate every policy on every record at the record's moment.

    `engine` is one of `backends.ENGINES`; they all say the same. An engine that only counts
    records is asked when groups are wanted, and another one when single records are.
    Raises `LeadpolicyError`.
    """
    given = list(policies)
    named = dict(zip(labels(given), given, strict=True))
    name = engine_name(engine)
    running = opened(named, name)
    counting = grouping(running) if named and len(data) else None
    only = only_groups(running)

    @cache
    def answers() -> Answers:
        return of_records(named, data, AUTO if only else name, None if only else progress)[0]

    if not only:
        answers()
    if progress is not None:
        progress("evaluating", 1, 1)
    grouped = None
    if counting is not None:
        grouped = partial(counting.groups, logics_of(named), columns_of(data))
    return RecordVerdicts(
        data,
        tuple(_lazily(label, policy, answers) for label, policy in named.items()),
        tuple(data.ids),
        outcome_codes(data.outcomes),
        frozenset(data.dataset.facts) | {EVENT + name for name in data.dataset.events},
        ranked(data.ids),
        name,
        grouped,
        (_COUNTED.format(name, automatic()),) if only else (),
    )


def _lazily(label: str, policy: Policy, answers: Callable[[], Answers]) -> PolicyVerdicts:
    return PolicyVerdicts(
        label, policy, lambda: answers().stages(label), lambda: answers().criteria(label)
    )


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
