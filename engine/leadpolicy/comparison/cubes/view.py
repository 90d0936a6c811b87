"""A policy at one choice of settings: what it holds, what became of it, who came and who went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd

from leadpolicy.comparison.agreement import cohens
from leadpolicy.comparison.cubes.groups import Groups
from leadpolicy.comparison.frames import AGREEMENT, STAGES
from leadpolicy.comparison.outcomes import FEW, wilson
from leadpolicy.comparison.tidy import Columns, Row, frame
from leadpolicy.diagnostics import LeadpolicyError, listing, suggest
from leadpolicy.evaluation.codes import CHANGED, FALSE, TRUE, UNKNOWN, Codes, Whole, share
from leadpolicy.policy.model import Policy

if TYPE_CHECKING:
    from leadpolicy.comparison.cubes.cube import Cube

STAGE: Final = "stage"
RUNG: Final = "rung"
CODES: Final = 3
"""Different verdicts, and different outcomes: OPEN, NOT_WON, WON."""
LARGE: Final = 3**9
"""Patterns of stages up to which all of them are counted at once."""
Table: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

VOLUME: Final[Columns] = {
    "policy": "str", "kind": "str", "name": "str", "records": "int64", "certain": "int64",
    "unknown": "int64", "refused": "int64", "possible": "int64", "share_certain": "float64",
    "share_possible": "float64",
}  # fmt: skip
OUTCOME: Final[Columns] = {
    "policy": "str", "kind": "str", "name": "str", "certain": "int64", "known": "int64",
    "won": "int64", "open": "int64", "rate": "float64", "low": "float64", "high": "float64",
    "base_rate": "float64", "lift": "float64", "recall": "float64",
    "recall_possible": "float64", "few": "bool",
    "unknown": "int64", "unknown_known": "int64", "unknown_won": "int64",
}  # fmt: skip
CHANGES: Final[Columns] = {
    "policy": "str", "kind": "str", "name": "str", "change": "str", "before": "str",
    "after": "str", "records": "int64", "known": "int64", "won": "int64", "examples": "object",
}  # fmt: skip
_WORDS: Final = {FALSE: "FALSE", UNKNOWN: "UNKNOWN", TRUE: "TRUE"}


@dataclass(frozen=True, slots=True)
class CubeLevel:
    """A stage or a common rung of a policy, with the places of the stages that make it."""

    kind: str
    name: str
    stages: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CubeView:
    """One policy at one choice of settings, on all records of a cube.

    Every figure is the number that evaluating all records anew would give, as of the moments of
    the data. Shares are of all records; rates of the records whose outcome is known, with Wilson's
    interval; recall of all won records. `policy` is the definition that was counted.
    """

    cube: Cube = field(repr=False)
    label: str
    policy: Policy
    verdicts: tuple[Codes, ...] = field(repr=False)
    """For each stage a verdict per group."""
    _counted: dict[str, tuple[Codes, Table]] = field(default_factory=dict, repr=False)

    def levels(self, *, stage: str | None = None, rung: str | None = None) -> list[CubeLevel]:
        """The stages and the rungs, or the one that is named. Raises `LeadpolicyError`."""
        stages = [CubeLevel(STAGE, s.name, (i,)) for i, s in enumerate(self.policy.stages)]
        rungs = [
            CubeLevel(
                RUNG, name, tuple(i for i, s in enumerate(self.policy.stages) if s in counted)
            )
            for name in self.policy.rungs
            if (counted := self.policy.rung(name))
        ]
        if stage is None and rung is None:
            return [*stages, *rungs]
        named = [level for level in stages if level.name == stage]
        named += [level for level in rungs if level.name == rung]
        if len(named) < (stage is not None) + (rung is not None):
            names = [level.name for level in (rungs if stage is None else stages)]
            wanted = rung if stage is None else stage
            raise LeadpolicyError.of(
                "LP208", f"`{self.label}` has no {RUNG if stage is None else STAGE} `{wanted}`",
                help=suggest(str(wanted), names) or f"it has {listing(names) or 'none'}",
            )  # fmt: skip
        return named

    def level(self, level: CubeLevel) -> Codes:
        """A verdict per group: Kleene OR of the stages that make it."""
        return reduce(np.maximum, [self.verdicts[place] for place in level.stages])

    # ------------------------------------------------------------------------------ frames

    def volumes(self, *, stage: str | None = None, rung: str | None = None) -> pd.DataFrame:
        """How many records each stage and rung holds, UNKNOWN counted apart."""
        rows = (
            {"policy": self.label, "kind": level.kind, "name": level.name} | _volume(table)
            for level, table in self._tables(self.levels(stage=stage, rung=rung))
        )
        return frame(rows, VOLUME)

    def outcomes(self, *, stage: str | None = None, rung: str | None = None) -> pd.DataFrame:
        """What became of the records that each stage and rung holds."""
        rows = (
            {"policy": self.label, "kind": level.kind, "name": level.name} | _outcome(table)
            for level, table in self._tables(self.levels(stage=stage, rung=rung))
        )
        return frame(rows, OUTCOME)

    def segments(
        self, segment: str, *, stage: str | None = None, rung: str | None = None
    ) -> pd.DataFrame:
        """Volumes and outcomes for each value of a segment; they add up to those of the whole."""
        found = self.cube.segment(segment)
        rows: list[Row] = []
        for place, name in enumerate(found.labels):
            for level, table in self._tables(self.levels(stage=stage, rung=rung), segment, place):
                row = {"segment": name, "policy": self.label, "kind": level.kind}
                rows.append(row | {"name": level.name} | _volume(table) | _outcome(table))
        return frame(rows, {"segment": "str", **VOLUME, **OUTCOME})

    def stages(self) -> pd.DataFrame:
        """Where on the ladder the records stand; position -1 is "no stage"."""
        patterns, table = self._patterns("")
        counts = table.sum(axis=(1, 2))
        last = {
            least: np.where(patterns >= least, np.arange(1, patterns.shape[1] + 1), 0).max(
                axis=1, initial=0
            )
            for least in (TRUE, UNKNOWN)
        }
        volumes = [_volume(t) for _, t in self._tables(self.levels()[: len(self.policy.stages)])]
        none: Row = {"certain": None, "unknown": None, "refused": None}
        rows = [
            {
                "policy": self.label,
                "position": place - 1,
                "stage": stage.name if stage else "",
                "title": stage.title if stage else "no stage",
                "counts_as": (stage.counts_as or "") if stage else "",
                "current": int(counts[last[TRUE] == place].sum()),
                "possible": int(counts[last[UNKNOWN] == place].sum()),
            }
            | {name: volume[name] for name in none}
            for place, (stage, volume) in enumerate(
                zip((None, *self.policy.stages), (none, *volumes), strict=True)
            )
        ]
        return frame(rows, STAGES)

    def joint(
        self, other: CubeView, *, stage: str | None = None, rung: str | None = None,
        other_stage: str | None = None,
    ) -> pd.DataFrame:  # fmt: skip
        """Records by this view's verdict (rows) and another's (columns) on a stage or rung.

        `other_stage` names the other's stage where it has another name.
        """
        self._same_cube(other)
        (mine,) = self.levels(stage=stage, rung=rung)
        theirs = (
            other.levels(stage=stage, rung=rung)
            if other_stage is None
            else other.levels(stage=other_stage)
        )
        counts = _crossed(self.cube.groups, self.level(mine), other.level(theirs[0])).sum(axis=2)
        words = list(_WORDS.values())
        return pd.DataFrame(
            counts, pd.Index(words, name=self.label), pd.Index(words, name=other.label)
        )

    def agreement(self, other: CubeView, *, rung: str | None = None) -> pd.DataFrame:
        """Raw agreement and Cohen's kappa on every rung that both define (or on the one that is
        named), among the records that both decide; the others are counted as undecided.
        """
        self._same_cube(other)
        shared = [level for level in self.levels(rung=rung) if level.kind == RUNG]
        rows = []
        for level in shared:
            if level.name not in other.policy.rungs:
                continue
            (theirs,) = other.levels(rung=level.name)
            counts = _crossed(self.cube.groups, self.level(level), other.level(theirs)).sum(axis=2)
            rows.append(
                {"rung": level.name, "a": self.label, "b": other.label} | _agreement(counts)
            )
        return frame(rows, AGREEMENT)

    def gained_lost(
        self, before: CubeView | None = None, *, stage: str | None = None, rung: str | None = None
    ) -> pd.DataFrame:
        """The records whose verdict is another than before (by default: at the policy's own
        settings), with the smallest ids among them that the cube kept.
        """
        before = self.cube.view(self.label) if before is None else before
        self._same_cube(before)
        rows: list[Row] = []
        for level in self.levels(stage=stage, rung=rung):
            (old,) = before.levels(**{level.kind: level.name})
            was, now = before.level(old), self.level(level)
            table = _crossed(self.cube.groups, was, now)
            for a, b in [(a, b) for b in (TRUE, UNKNOWN, FALSE) for a in _WORDS if a != b]:
                if table[a, b].any():
                    groups = np.flatnonzero((was == a) & (now == b))
                    rows.append(
                        {
                            "policy": self.label,
                            "kind": level.kind,
                            "name": level.name,
                            "change": CHANGED[a, b],
                            "before": _WORDS[a],
                            "after": _WORDS[b],
                            "records": int(table[a, b].sum()),
                            "known": int(table[a, b, 1:].sum()),
                            "won": int(table[a, b, 2]),
                            "examples": self.cube.groups.smallest(groups),
                        }
                    )
        return frame(rows, CHANGES)

    # ------------------------------------------------------------------------------ counts

    def _same_cube(self, other: CubeView) -> None:
        if other.cube is not self.cube:
            raise LeadpolicyError.of(
                "LP506", "the two views are of different cubes",
                help="name both policies when the cube is made",
            )  # fmt: skip

    def _patterns(self, segment: str) -> tuple[Codes, Table]:
        """The distinct rows of stage verdicts, and records by row, segment and outcome."""
        if segment not in self._counted:
            self._counted[segment] = self._count_patterns(segment)
        return self._counted[segment]

    def _count_patterns(self, segment: str) -> tuple[Codes, Table]:
        groups = self.cube.groups
        pattern = np.zeros(len(groups), np.int64)
        for verdicts in reversed(self.verdicts):
            pattern *= CODES
            pattern += verdicts
        number = CODES ** len(self.verdicts)
        values: Whole = np.arange(number)
        if number > LARGE:
            pattern, values = pd.factorize(pattern)
            number = len(values)
        patterns = np.stack(
            [values // CODES**place % CODES for place in range(len(self.verdicts))], axis=1
        ).astype(np.int8)
        found = self.cube.segment(segment) if segment else None
        width = len(found.labels) if found else 1
        if found is not None:
            pattern = pattern * width + found.codes
        return patterns, _tally(groups, pattern, number * width).reshape(number, width, CODES)

    def _tables(
        self, levels: Sequence[CubeLevel], segment: str = "", place: int = 0
    ) -> Iterator[tuple[CubeLevel, Table]]:
        """For each level records by verdict and outcome."""
        patterns, counts = self._patterns(segment)
        for level in levels:
            verdicts = patterns[:, list(level.stages)].max(axis=1, initial=FALSE)
            table = np.zeros((CODES, CODES), np.int64)
            np.add.at(table, verdicts, counts[:, place])
            yield level, table


def _tally(groups: Groups, codes: Whole, number: int) -> Table:
    """Records by code and outcome. Sums of whole numbers below 2 ** 53 are exact."""
    joint = codes * CODES
    joint += groups.outcomes
    joint += 1
    counts = np.bincount(joint, weights=groups.counts, minlength=number * CODES)
    return counts.astype(np.int64).reshape(number, CODES)


def _crossed(groups: Groups, first: Codes, second: Codes) -> Table:
    """Records by two verdicts and the outcome."""
    codes = first.astype(np.int64) * CODES + second
    return _tally(groups, codes, CODES * CODES).reshape(CODES, CODES, CODES)


def _volume(table: Table) -> Row:
    refused, unknown, certain = (int(n) for n in table.sum(axis=1))
    records = refused + unknown + certain
    return {
        "records": records,
        "certain": certain,
        "unknown": unknown,
        "refused": refused,
        "possible": certain + unknown,
        "share_certain": share(certain, records),
        "share_possible": share(certain + unknown, records),
    }


def _outcome(table: Table) -> Row:
    open_, lost, won = (int(n) for n in table[TRUE])
    all_known, all_won = int(table[:, 1:].sum()), int(table[:, 2].sum())
    rate, base = share(won, won + lost), share(all_won, all_known)
    interval = wilson(won, won + lost) or (None, None)
    return {
        "certain": open_ + lost + won,
        "known": won + lost,
        "won": won,
        "open": open_,
        "rate": rate,
        "low": interval[0],
        "high": interval[1],
        "base_rate": base,
        "lift": rate / base if rate is not None and base else None,
        "recall": share(won, all_won),
        "recall_possible": share(won + int(table[UNKNOWN, 2]), all_won),
        "few": won + lost < FEW,
        "unknown": int(table[UNKNOWN].sum()),
        "unknown_known": int(table[UNKNOWN, 1:].sum()),
        "unknown_won": int(table[UNKNOWN, 2]),
    }


def _agreement(counts: Table) -> Row:
    both, only_a = int(counts[TRUE, TRUE]), int(counts[TRUE, FALSE])
    only_b, neither = int(counts[FALSE, TRUE]), int(counts[FALSE, FALSE])
    records, decided = int(counts.sum()), both + only_a + only_b + neither
    kappa, note = cohens(both, only_a, only_b, neither)
    return {
        "records": records,
        "decided": decided,
        "undecided": records - decided,
        "both": both,
        "only_a": only_a,
        "only_b": only_b,
        "neither": neither,
        "raw": share(both + neither, decided),
        "kappa": kappa,
        "note": str(note),
    }
