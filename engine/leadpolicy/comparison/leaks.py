"""Facts that know the future: what is filled, changed or counted only after the outcome.

A column of an export holds what was known when it was exported. Where that is after the outcome,
the column may tell the outcome, and a definition that uses it looks better than it can ever be. The
detector looks at all records of a data set with everything that became of them, and names

- `won only`: a fact, or one value of it, that (almost) only won records have;
- `after the outcome`: a fact that is first filled, dated or changed when all is over;
- `running total`: a count without dates that is larger the longer a record is known;
- `foretells`: a number that ranks won records above others as no single fact of the time before
  does.

A fact with dates is `guarded` if they keep it out of everything that is evaluated before the
outcome. The thresholds are conventions; the evidence is stated with each leak, so that a reader can
disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from leadpolicy.evaluation.codes import Mask, Whole
from leadpolicy.logic.walk import needs
from leadpolicy.types import NUMERIC, TEMPORAL, Kind, Range, show

if TYPE_CHECKING:
    import pandas as pd

    from leadpolicy.data.chronicle import Changes, Chronicle, Coded
    from leadpolicy.data.recordset import RecordSet
    from leadpolicy.evaluation.verdicts import RecordVerdicts
    from leadpolicy.policy.model import Policy

LEAST: Final = 20
"""Records below which nothing is concluded."""
ALMOST: Final = 0.95
"""Almost only, almost always."""
COVERS: Final = 0.05
"""A value that fewer of the won records have says little."""
RANKS: Final = 0.80
"""AUC from which a single number is beyond what the time before the outcome could tell."""
RANKS_WELL: Final = 0.75
DEAD: Final = 0.10
"""With a fair AUC: the fifth at one end wins less than this share of what is usual."""
GROWS: Final = 0.30
"""Spearman's correlation of a count with the age of the record."""
MORE: Final = 1.5
"""The mean of the oldest fifth over that of the newest."""
DAY: Final = 86_400_000_000

LEAKS: Final = {
    "fact": "str", "sort": "str", "evidence": "str", "figure": "float64", "records": "int64",
    "guarded": "bool", "policies": "object",
}  # fmt: skip

Numbers = npt.NDArray[np.float64]


class Sort(StrEnum):
    """How a fact knows the future."""

    WON_ONLY = "won only"
    AFTER = "after the outcome"
    TOTAL = "running total"
    FORETELLS = "foretells"


@dataclass(frozen=True, slots=True)
class Leak:
    """A fact (or log, as `event:NAME`) that knows the future, and the evidence in words.

    `guarded`: its own dates keep it out of what is evaluated before the outcome. `records` is how
    many the evidence rests on, `figure` its number: a share, an AUC or a correlation.
    """

    fact: str
    sort: Sort
    evidence: str
    figure: float
    records: int
    guarded: bool = False

    def __str__(self) -> str:
        return f"{self.fact} ({self.sort}): {self.evidence}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "fact": self.fact,
            "sort": str(self.sort),
            "evidence": self.evidence,
            "figure": self.figure,
            "records": self.records,
            "guarded": self.guarded,
        }


@dataclass(frozen=True, slots=True, eq=False)
class _Fates:
    """What became of the records: `known` marks those of which it can be told."""

    won: Mask
    known: Mask
    ended: Whole
    age: Numbers
    name: str

    @property
    def base(self) -> float:
        return float(self.won[self.known].mean()) if self.known.any() else 0.0


def leaks(data: Chronicle | RecordSet) -> list[Leak]:
    """The facts of a data set that know the future: first those that nothing guards."""
    chronicle = _chronicle(data)
    fates = _fates(chronicle)
    columns = _columns(chronicle)
    found: list[Leak] = []
    for name in columns:
        if name in chronicle.facts and name not in chronicle.changes:
            found += _in_column(name, chronicle.facts[name], fates)
    for name, changes in chronicle.changes.items():
        found += _dated(name, chronicle.facts[name], changes, fates)
    found += _counts(chronicle, fates, {leak.fact for leak in found})
    return sorted(found, key=lambda leak: (leak.guarded, leak.fact, leak.sort))


def _chronicle(data: Chronicle | RecordSet) -> Chronicle:
    from leadpolicy.data.recordset import RecordSet

    return data.dataset.chronicle() if isinstance(data, RecordSet) else data


def _columns(chronicle: Chronicle) -> list[str]:
    """Facts that stand in a column without dates."""
    from leadpolicy.data.model import ColumnFact

    return [spec.fact.name for spec in chronicle.dataset.spec.facts if isinstance(spec, ColumnFact)]


def _fates(chronicle: Chronicle) -> _Fates:
    from leadpolicy.data.chronicle import NEVER, UNDATED

    won, known = chronicle.won != NEVER, chronicle.outcome_known.copy()
    if chronicle.won_undated is not None:
        won, known = won | chronicle.won_undated, known | chronicle.won_undated
    ended = np.minimum(chronicle.won, chronicle.closed)
    # An end on a day without a time counts at the end of that day: the day is what is known.
    whole_day = (ended != NEVER) & (ended % DAY == DAY - 1)
    ended = np.where(whole_day, ended - DAY + 1, ended)
    age = np.where(chronicle.entered == UNDATED, np.nan, -chronicle.entered.astype(np.float64))
    return _Fates(won, known, ended, age, chronicle.outcome_name or "won")


def users(leak: Leak, policies: Mapping[str, Policy]) -> tuple[str, ...]:
    """The labels of the policies that look at a leaking fact."""
    return tuple(
        label
        for label, policy in policies.items()
        if leak.fact in needs((*policy.logic.stages, *policy.logic.criteria))
    )


def leaks_frame(evaluation: RecordVerdicts, found: Iterable[Leak]) -> pd.DataFrame:
    """One row per fact that knows the future, with the policies that look at it."""
    from leadpolicy.comparison.frames import frame

    policies = {one.label: one.policy for one in evaluation.policies}
    rows = ({**leak.to_dict(), "policies": users(leak, policies)} for leak in found)
    return frame(rows, LEAKS)


# --------------------------------------------------------------------------- without dates


def _in_column(name: str, column: Coded, fates: _Fates) -> Iterator[Leak]:
    """What a column without dates gives away; the plainest sign only."""
    filled = column.codes >= 0
    for sign in (_won_only, _later_dates, _foretells, _total):
        leak = sign(name, column, filled & fates.known, fates)
        if leak is not None:
            yield leak
            return


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _won_only(name: str, column: Coded, filled: Mask, fates: _Fates) -> Leak | None:
    others = fates.known & ~filled
    count, winners = int(filled.sum()), int((filled & fates.won).sum())
    base, all_won = fates.base, int((fates.won & fates.known).sum())
    if not 0 < base < ALMOST:
        return None
    if count >= LEAST and winners >= ALMOST * count:
        rest = f"{int((others & fates.won).sum()):,} of the {int(others.sum()):,} others"
        evidence = (
            f"filled for {count:,} records, {winners:,} of them {fates.name} "
            f"({_percent(winners / count)}), and {rest}"
        )
        return Leak(name, Sort.WON_ONLY, evidence, winners / count, count)
    if column.type.kind in NUMERIC or column.type.kind in TEMPORAL or not len(column.values):
        return None
    codes = column.codes[filled]
    counts = np.bincount(codes, minlength=len(column.values))
    wins = np.bincount(codes[fates.won[filled]], minlength=len(column.values))
    telling = (counts >= LEAST) & (wins >= ALMOST * counts) & (wins >= COVERS * all_won)
    for code in np.flatnonzero(telling).tolist()[:1]:
        value = show(column.values[code], column.type)
        evidence = (
            f"the value {value} stands for {counts[code]:,} records, {wins[code]:,} of them "
            f"{fates.name} ({_percent(wins[code] / counts[code])}); of all records "
            f"{_percent(base)} are"
        )
        share = float(wins[code] / counts[code])
        return Leak(name, Sort.WON_ONLY, evidence, share, int(counts[code]))
    return None


def _later_dates(name: str, column: Coded, filled: Mask, fates: _Fates) -> Leak | None:
    """A date that lies after the outcome, record by record."""
    from leadpolicy.data.chronicle import NEVER

    if column.type.kind not in TEMPORAL:
        return None
    ended = filled & (fates.ended != NEVER)
    if int(ended.sum()) < LEAST:
        return None
    dates = numbers(column)[ended]
    over = fates.ended[ended].astype(np.float64) + DAY
    later = float((dates >= over).mean())
    if later < ALMOST:
        return None
    evidence = (
        f"its date lies after the end of the record for {_percent(later)} of the "
        f"{int(ended.sum()):,} records that ended"
    )
    return Leak(name, Sort.AFTER, evidence, later, int(ended.sum()))


def _foretells(name: str, column: Coded, filled: Mask, fates: _Fates) -> Leak | None:
    """A number that ranks the won records too well.

    AUC is the share of pairs of a won and another record in which the won one has the higher
    number (Mann and Whitney, 1947). Dates are left out: they follow the course of a campaign.
    """
    if column.type.kind not in NUMERIC:
        return None
    value = numbers(column)
    rows = filled & ~np.isnan(value)
    won = fates.won[rows]
    positive, negative = int(won.sum()), int((~won).sum())
    if min(positive, negative) < LEAST:
        return None
    ranks = _ranks(value[rows])
    auc = (ranks[won].sum() - positive * (positive + 1) / 2) / (positive * negative)
    direction, strength = ("high", auc) if auc >= 0.5 else ("low", 1 - auc)
    dead, share = _dead_end(value[rows], won, direction)
    if strength < RANKS and not (strength >= RANKS_WELL and dead):
        return None
    word = "above" if direction == "high" else "below"
    evidence = (
        f"in {_percent(strength)} of all pairs of a record that is {fates.name} and one that is "
        f"not, the number of the first lies {word} that of the second (50 % is chance)"
    )
    if dead:
        usual = _percent(float(won.mean()))
        evidence += f"; of the fifth at the other end {_percent(share)} are {fates.name}, "
        evidence += f"of all {usual}"
    return Leak(name, Sort.FORETELLS, evidence, float(strength), int(rows.sum()))


def _ranks(value: Numbers) -> Numbers:
    """The place of each number in their order; of equal ones the mean place."""
    import pandas as pd

    return np.array(pd.Series(value).rank(), np.float64)


def _dead_end(value: Numbers, won: Mask, direction: str) -> tuple[bool, float]:
    """Whether the fifth of the records at the losing end (almost) never wins."""
    edge = np.quantile(value, 0.2 if direction == "high" else 0.8)
    end = value <= edge if direction == "high" else value >= edge
    share, usual = float(won[end].mean()), float(won.mean())
    return bool(end.sum() * usual >= LEAST and share < DEAD * usual), share


def _total(name: str, column: Coded, filled: Mask, fates: _Fates) -> Leak | None:
    if column.type.kind not in (Kind.INTEGER, Kind.NUMBER):
        return None
    value = numbers(column)
    return grown(name, np.where(filled, value, np.nan), fates.age)


def grown(name: str, count: Numbers, age: Numbers) -> Leak | None:
    """A running total: the count grows with the age of the record (Spearman, 1904)."""
    rows = ~np.isnan(count) & ~np.isnan(age)
    if int(rows.sum()) < 5 * LEAST:
        return None
    value, old = count[rows], age[rows]
    if (value < 0).any() or value.min() == value.max() or old.min() == old.max():
        return None
    rho = float(np.corrcoef(_ranks(value), _ranks(old))[0, 1])
    low, high = np.quantile(old, [0.2, 0.8])
    newest, oldest = float(value[old <= low].mean()), float(value[old >= high].mean())
    if not (rho >= GROWS and oldest >= MORE * newest):
        return None
    evidence = (
        f"it grows with the time since the record entered: on average {oldest:.3g} for the oldest "
        f"fifth and {newest:.3g} for the newest (Spearman's correlation with age {rho:.2f}, "
        f"{int(rows.sum()):,} records)"
    )
    return Leak(name, Sort.TOTAL, evidence, rho, int(rows.sum()))


def _counts(chronicle: Chronicle, fates: _Fates, named: set[str]) -> Iterator[Leak]:
    """Logs that are numbers without dates."""
    from leadpolicy.data.chronicle import UNDATED

    for spec in chronicle.dataset.spec.events:
        kind = spec.kind.name
        events = chronicle.events.get(kind)
        if spec.count is None or events is None or f"event:{kind}" in named:
            continue
        undated = events.at == UNDATED
        count = np.bincount(events.records[undated], minlength=len(chronicle)).astype(np.float64)
        if events.recorded is not None:
            count[~events.recorded] = np.nan
        leak = grown(f"event:{kind}", count, fates.age)
        if leak is not None:
            named.add(leak.fact)
            yield leak


def numbers(column: Coded) -> Numbers:
    """The values as numbers, of a range its lower end, of a date its microseconds; NaN for none."""
    from leadpolicy.data.coding import Packed

    values = column.values
    if isinstance(values, Packed):
        found = values.array.astype(np.float64)
        if values.kind is Kind.DATE:
            found *= DAY
    else:
        found = np.array([_number(value) for value in values], np.float64)
    return np.append(found, np.nan)[column.codes]


def _number(value: Any) -> float:
    from datetime import date, datetime

    from leadpolicy.data.moments import end_of_day, microseconds

    match value:
        case Range(low=low, high=high):
            end = low if low is not None else high
            return float("nan") if end is None else float(end)
        case datetime():
            return float(microseconds(value))
        case date():
            return float(microseconds(end_of_day(value)) + 1 - DAY)
        case bool() | int() | float():
            return float(value)
        case _:
            return float("nan")


# ------------------------------------------------------------------------------ with dates


def _dated(name: str, base: Coded, changes: Changes, fates: _Fates) -> Iterator[Leak]:
    """A fact that nobody knew before the end: its dates guard it, but no policy can use it."""
    from leadpolicy.data.chronicle import NEVER

    over = fates.ended[changes.records]
    settled = over != NEVER
    if int(settled.sum()) >= LEAST:
        after = int((changes.at[settled] >= over[settled] + DAY).sum())
        if after > 0.5 * int(settled.sum()):
            evidence = (
                f"{after:,} of its {int(settled.sum()):,} changes on records that ended come a day "
                "or more after the end"
            )
            share = after / int(settled.sum())
            yield Leak(name, Sort.AFTER, evidence, share, int(settled.sum()), guarded=True)
            return
    said = (changes.value.codes >= 0) & (base.codes[changes.records] < 0)
    first = np.full(len(base), NEVER, np.int64)
    np.minimum.at(first, changes.records[said], changes.at[said])
    both = (first != NEVER) & (fates.ended != NEVER)
    count = int(both.sum())
    filled = (first != NEVER) & fates.known
    if count < LEAST or count < ALMOST * int((first != NEVER).sum()):
        return
    late = int((first[both] >= fates.ended[both]).sum())
    if late < ALMOST * count:
        return
    share = float(fates.won[filled].mean()) if filled.any() else 0.0
    sort = Sort.WON_ONLY if share >= ALMOST and fates.base < ALMOST else Sort.AFTER
    evidence = (
        f"first known at or after the end of the record for {late:,} of {count:,} records; "
        f"{_percent(share)} of the records that have it are {fates.name}"
    )
    yield Leak(name, sort, evidence, late / count, count, guarded=True)
