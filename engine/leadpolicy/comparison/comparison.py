"""The comparison of policies on data, as data frames."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from leadpolicy.backends import AUTO, engine_name
from leadpolicy.characters import json_text
from leadpolicy.comparison import frames
from leadpolicy.comparison.contested import contested
from leadpolicy.comparison.disagreements import Table, cause_table, disagreements, refusals
from leadpolicy.comparison.leaks import leaks, leaks_frame
from leadpolicy.comparison.readiness import (
    ConditionReadiness,
    condition_readiness,
    missing,
    policy_readiness,
)
from leadpolicy.comparison.segments import segments
from leadpolicy.comparison.study import ComparedRecords, describe
from leadpolicy.comparison.tidy import plain_rows
from leadpolicy.data.given import check_form, in_form
from leadpolicy.diagnostics import LeadpolicyError, suggest
from leadpolicy.evaluation.arguments import check
from leadpolicy.evaluation.codes import Whole
from leadpolicy.evaluation.cohort import Chosen, FrameMeaning, records_for
from leadpolicy.evaluation.engines import Progress, opened
from leadpolicy.evaluation.groups import RecordGroups, groups_of
from leadpolicy.evaluation.names import identifiers
from leadpolicy.evaluation.verdicts import RecordVerdicts, verdicts_of
from leadpolicy.policy import RUNGS
from leadpolicy.policy.labels import labelled
from leadpolicy.shown import Shown

if TYPE_CHECKING:
    from datetime import date

    from leadpolicy.data.frames import Outcome
    from leadpolicy.data.moments import AsOf

FORMAT: Final = 1
TOP: Final = 10
FRAMES: Final = (
    "policies", "criteria", "missing", "volumes", "stages", "agreement", "overall", "overlap",
    "exclusive", "crossings", "disagreements", "refusals", "contested", "leaks", "outcomes",
    "segments",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Comparison(Shown):
    """What follows from several policies on the same records.

    Every frame is tidy: one row per thing named in its first columns. `policy`, `a`, `b`, `claims`
    and `other` hold labels (`policies` tells which identity each stands for). Counts that do not
    exist, because a policy does not define a rung, are missing, never zero.

    ==============  ============================================================================
    frame           a row is
    ==============  ============================================================================
    policies        a policy: identity, title, and how much of it the data can evaluate
    criteria        a criterion or stage: what it needs, what is absent, verdict counts
    missing         a fact or event that leaves stages of a policy UNKNOWN
    volumes         a rung of a policy: certain, unknown, refused, possible records
    stages          a stage of a policy: current (last TRUE) and possible (last not FALSE) records
    agreement       a pair on a rung: raw agreement and Cohen's kappa among records both decide
    overall         a rung: raw agreement and Fleiss' kappa among records that all decide
    overlap         a pair on a rung: Jaccard, containment, records that only one holds
    exclusive       a rung of a policy: records that no other policy holds
    crossings       a rung of a and the rung of b that holds most nearly the same records
    disagreements   a pair, rung and cause: records that `claims` holds and `other` does not
    refusals        a rung, policy and cause: records kept off it that some other policy holds
    contested       a record on which the policies split, the most even split first
    leaks           a fact that knows the future, with the evidence and who uses it
    outcomes        a rung of a policy: won of known, Wilson interval, lift, recall
    segments        a segment, rung and policy: volumes and outcomes within the segment
    ==============  ============================================================================
    """

    study: ComparedRecords
    evaluation: RecordVerdicts = field(repr=False)
    rungs: tuple[str, ...]
    top: int = TOP

    def frames(self) -> dict[str, pd.DataFrame]:
        """All frames by name."""
        return {name: getattr(self, name) for name in FRAMES}

    # ------------------------------------------------------- frames, each made when asked for

    @cached_property
    def groups(self) -> RecordGroups:
        """The records by the stages of all policies, outcome and segment."""
        return groups_of(self.evaluation, self._segment[0])

    @cached_property
    def _segment(self) -> tuple[Whole | None, Sequence[str]]:
        """The place of each record's segment, and what these are called."""
        if self.study.by is None:
            return None, ()
        order = self.evaluation.data.segments(self.study.by)
        place = {name: number for number, name in enumerate(order)}
        labels = self.evaluation.data.segment(self.study.by)
        return np.array([place[label] for label in labels], np.int64), order

    @cached_property
    def _conditions(self) -> list[ConditionReadiness]:
        return condition_readiness(self.evaluation)

    @cached_property
    def _causes(self) -> Table:
        return cause_table(self.evaluation)

    @cached_property
    def policies(self) -> pd.DataFrame:
        ready = policy_readiness(self.evaluation, self._conditions)
        return frames.policies_frame(self.evaluation, ready)

    @cached_property
    def criteria(self) -> pd.DataFrame:
        return frames.criteria_frame(self._conditions)

    @cached_property
    def missing(self) -> pd.DataFrame:
        return frames.missing_frame(missing(self.evaluation))

    @cached_property
    def volumes(self) -> pd.DataFrame:
        return frames.volumes_frame(self.groups, self.rungs)

    @cached_property
    def stages(self) -> pd.DataFrame:
        return frames.stages_frame(self.groups)

    @cached_property
    def _agreement(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return frames.agreement_frames(self.groups, self.rungs)

    @property
    def agreement(self) -> pd.DataFrame:
        return self._agreement[0]

    @property
    def overall(self) -> pd.DataFrame:
        return self._agreement[1]

    @cached_property
    def _overlap(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return frames.overlap_frames(self.groups, self.rungs)

    @property
    def overlap(self) -> pd.DataFrame:
        return self._overlap[0]

    @property
    def exclusive(self) -> pd.DataFrame:
        return self._overlap[1]

    @cached_property
    def crossings(self) -> pd.DataFrame:
        return frames.crossings_frame(self.groups, self.rungs)

    @cached_property
    def disagreements(self) -> pd.DataFrame:
        found = (disagreements(self.evaluation, rung, self._causes) for rung in self.rungs)
        return frames.disagreements_frame(chain.from_iterable(found))

    @cached_property
    def refusals(self) -> pd.DataFrame:
        found = (refusals(self.evaluation, rung, self._causes) for rung in self.rungs)
        return frames.refusals_frame(chain.from_iterable(found))

    @cached_property
    def contested(self) -> pd.DataFrame:
        found = contested(self.evaluation, self.rungs, self._causes, self.top)
        return frames.contested_frame(self.evaluation, found)

    @cached_property
    def leaks(self) -> pd.DataFrame:
        policies = {one.label: one.policy for one in self.evaluation.policies}
        direct = {} if self.study.by is None else {self.study.by: "the segments"}
        return leaks_frame(leaks(self.evaluation.data), policies, direct)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        return frames.outcomes_frame(self.groups, self.rungs)

    @cached_property
    def segments(self) -> pd.DataFrame:
        return frames.segments_frame(segments(self.groups, self._segment[1], self.rungs))

    # -------------------------------------------------------------------------- other forms

    def verdicts(self, as_: str = "pandas") -> Any:
        """One row per record with the verdict (0 FALSE, 1 UNKNOWN, 2 TRUE) of each policy and rung.

        In pandas the columns have two levels, policy and rung; as "polars" or "arrow" they are
        `record` and `POLICY_RUNG`. Raises `LeadpolicyError` for another form.
        """
        if as_ != "pandas":
            import pyarrow as pa

            check_form(as_)
            plain = identifiers(one.label for one in self.evaluation.policies)
            made: dict[str, Any] = {"record": list(self.evaluation.ids)}
            for one in self.evaluation.policies:
                made |= {f"{plain[one.label]}_{rung}": own for rung, own in one.rungs.items()}
            return in_form(pa.table(made), as_)
        columns = {
            (one.label, rung): codes
            for one in self.evaluation.policies
            for rung, codes in one.rungs.items()
        }
        index = pd.Index(list(self.evaluation.ids), name="record")
        table = pd.DataFrame(columns, index=index)
        if columns:
            table.columns = pd.MultiIndex.from_tuples(list(columns), names=["policy", "rung"])
        return table

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: the study and the rows of every frame; undefined is None."""
        return {
            "leadpolicy_comparison": FORMAT,
            "engine": self.evaluation.engine,
            "study": self.study.to_dict(),
            **{name: plain_rows(table) for name, table in self.frames().items()},
        }

    def to_json(self) -> str:
        """`to_dict` as text."""
        return json_text(self.to_dict(), indent=1, allow_nan=False)

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(self.policies['identity'])} on {self.study.cohort}>"


def compare(  # noqa: PLR0913 - what describes a frame is named one by one
    policies: Chosen,
    data: object,
    *,
    as_of: AsOf | date | str | None = None,
    id: str | None = None,
    facts: Mapping[str, str] | None = None,
    events: object | None = None,
    recorded: Collection[str] | None = None,
    outcome: Outcome | str | None = None,
    entered_at: str | None = None,
    by: str | None = None,
    rungs: Sequence[str] = RUNGS,
    top: int = TOP,
    engine: str = AUTO,
    progress: Progress | None = None,
) -> Comparison:
    """Compare policies on the records of a data set, or of a frame.

    `policies` are policies, names (`heinz@1.0.0`) or folders; `data` is a record set, a data set,
    the path or name of one, or a frame: of pandas, Polars, Arrow or DuckDB, a list of dictionaries,
    or a Parquet or CSV file. `as_of` applies where the data has yet to be read; for a frame it is
    needed.

    What a frame's columns mean is said by `id` (the records' names; without it they are numbered),
    `facts` (the column of each fact; without it columns named like facts are taken), `events` (a
    frame with the columns `id`, `event`, `at` and attributes, complete for the kinds in
    `recorded`), `outcome` (a column that is true for what was won) and `entered_at`.

    `by` names the fact that cuts the records into segments; `top` is how many contested records to
    keep. `engine` is one of `backends.ENGINES`; they all give the same figures.

    Raises `LeadpolicyError`.
    """
    check(
        policies=policies, as_of=as_of, id=id, facts=facts, recorded=recorded, outcome=outcome,
        entered_at=entered_at, by=by, rungs=rungs, top=top, progress=progress,
    )  # fmt: skip
    chosen = labelled(policies)
    _check_rungs(rungs)
    opened(chosen, engine_name(engine))  # it refuses before data are read
    meaning = FrameMeaning(id, facts, events, recorded, outcome, entered_at)
    records = records_for(chosen, data, as_of, meaning, progress)
    if by is not None:
        records.segments(by)  # which refuses what is no fact
    evaluation = verdicts_of(chosen.values(), records, progress, engine=engine)
    return Comparison(describe(evaluation, rungs, by), evaluation, tuple(rungs), top)


def _check_rungs(rungs: Sequence[str]) -> None:
    for rung in rungs:
        if rung not in RUNGS:
            raise LeadpolicyError.of(
                "LP506",
                f"there is no rung `{rung}`",
                expected=f"one of {', '.join(RUNGS)}",
                help=suggest(rung, RUNGS),
            )
