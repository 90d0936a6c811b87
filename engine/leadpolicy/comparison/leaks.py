"""Facts that know the future: what is filled, changed or counted only after the outcome.

A column of an export holds what was known when it was exported. Where that is after the outcome,
the column may tell the outcome, and a definition that uses it looks better than it can ever be. The
detector looks at all records of a data set with everything that became of them, and names

- `won only`: a fact, or one value of it, that (almost) only won records have;
- `never won`: a fact, or one value of it, or its lack, with which (almost) no record is won where
  many would be, such as a reason for losing;
- `after the outcome`: a fact that is first filled, dated or changed when all is over;
- `running total`: a count without dates that is larger the longer a record is known;
- `foretells`: a fact of any type whose values, and whether there is one, rank won records above
  others as no single fact of the time before does.

A fact with dates is `guarded` if they keep it out of everything that is evaluated before the
outcome; dates that do not are no guard, so its values at the moment of evaluation are looked at,
too, on the records that are still open then. The worst come first: those that rank the won records
best (see `foretelling`). The thresholds are conventions; the evidence is stated with each leak, so
that a reader can disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from leadpolicy.comparison.foretelling import (
    DAY,
    LEAST,
    Group,
    Numbers,
    foretold,
    groups,
    interval_of,
    numbers,
    pooled,
)
from leadpolicy.evaluation.codes import Mask, Whole
from leadpolicy.logic.walk import needs
from leadpolicy.types import NUMERIC, TEMPORAL, Kind

if TYPE_CHECKING:
    import pandas as pd

    from leadpolicy.data.chronicle import Changes, Chronicle, Coded
    from leadpolicy.data.recordset import RecordSet
    from leadpolicy.policy.model import Policy

ALMOST: Final = 0.95
"""Almost only, almost always."""
COVERS: Final = 0.05
"""A value that fewer of the won records have says little."""
NEVER_OF: Final = 10
"""Won records that would have to be expected where none is, for that to be no chance."""
RANKS: Final = 0.80
"""Area under the curve from which a fact is beyond what the time before the outcome could tell."""
RANKS_WELL: Final = 0.75
"""What the interval of that area has to lie above; enough for a number with a dead end."""
TOO_WELL: Final = 0.95
"""The same for facts whose dates say that they were known before."""
DEAD: Final = 0.10
"""With a fair AUC: the fifth at one end wins less than this share of what is usual."""
GROWS: Final = 0.30
"""Spearman's correlation of a count with the age of the record."""
MORE: Final = 1.5
"""The mean of the oldest fifth over that of the newest."""

LEAKS: Final = {
    "fact": "str", "sort": "str", "evidence": "str", "figure": "float64", "low": "float64",
    "high": "float64", "records": "int64", "guarded": "bool", "policies": "object",
}  # fmt: skip


class Sort(StrEnum):
    """How a fact knows the future."""

    WON_ONLY = "won only"
    NEVER = "never won"
    AFTER = "after the outcome"
    TOTAL = "running total"
    FORETELLS = "foretells"


@dataclass(frozen=True, slots=True)
class Leak:
    """A fact (or log, as `event:NAME`) that knows the future, and the evidence in words.

    `guarded`: its own dates keep it out of what is evaluated before the outcome. `records` is how
    many the evidence rests on, `figure` its number: the area under the curve with its interval
    from `low` to `high`, or a share or a correlation, which have none.
    """

    fact: str
    sort: Sort
    evidence: str
    figure: float
    records: int
    guarded: bool = False
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        return f"{self.fact} ({self.sort}): {self.evidence}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "fact": self.fact,
            "sort": str(self.sort),
            "evidence": self.evidence,
            "figure": self.figure,
            "low": self.low,
            "high": self.high,
            "records": self.records,
            "guarded": self.guarded,
        }


@dataclass(frozen=True, slots=True, eq=False)
class KnownEnds:
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
    """The facts of a data set that know the future: first those that nothing guards, and of these
    those that foretell best.
    """
    chronicle = _chronicle(data)
    fates = _fates(chronicle)
    columns = _columns(chronicle)
    found: list[Leak] = []
    for name in columns:
        if name in chronicle.facts and name not in chronicle.changes:
            found += in_column(name, chronicle.facts[name], fates)
    found += _at_moment(chronicle, fates)
    for name, changes in chronicle.changes.items():
        found += _dated(name, chronicle.facts[name], changes, fates)
    found += _counts(chronicle, fates, {leak.fact for leak in found})
    return sorted(found, key=lambda leak: (leak.guarded, -leak.figure, leak.fact, leak.sort))


def _at_moment(chronicle: Chronicle, fates: KnownEnds) -> Iterator[Leak]:
    """Facts whose dates say that they were known when records are evaluated, and that tell too
    much for it; on the records that are still open then.
    """
    from leadpolicy.data.as_of import columns_at
    from leadpolicy.data.chronicle import UNDATED
    from leadpolicy.data.moments import MICROSECOND, AfterEntry
    from leadpolicy.times import microseconds

    as_of = chronicle.dataset.default_as_of
    if as_of is None or not chronicle.changes:
        return
    moments = (
        chronicle.entered + as_of.delay // MICROSECOND
        if isinstance(as_of, AfterEntry)
        else np.full(len(chronicle), microseconds(as_of.moment), np.int64)
    )
    still = (chronicle.entered != UNDATED) & (fates.ended > moments) & fates.known
    rows = np.flatnonzero(still)
    if not len(rows):
        return
    dated = replace(chronicle, facts={name: chronicle.facts[name] for name in chronicle.changes})
    then = replace(
        fates, won=fates.won[rows], known=fates.known[rows], ended=fates.ended[rows],
        age=fates.age[rows],
    )  # fmt: skip
    for name, column in columns_at(dated, rows, moments[rows]).items():
        leak = _telling(name, column, then, TOO_WELL)
        if leak is not None:
            yield replace(leak, evidence=f"as known at the moment of evaluation, {leak.evidence}")


def _chronicle(data: Chronicle | RecordSet) -> Chronicle:
    from leadpolicy.data.recordset import RecordSet

    return data.dataset.chronicle() if isinstance(data, RecordSet) else data


def _columns(chronicle: Chronicle) -> list[str]:
    """Facts that stand in a column without dates."""
    from leadpolicy.data.model import ColumnFact

    return [spec.fact.name for spec in chronicle.dataset.spec.facts if isinstance(spec, ColumnFact)]


def _fates(chronicle: Chronicle) -> KnownEnds:
    from leadpolicy.data.chronicle import NEVER, UNDATED

    won, known = chronicle.won != NEVER, chronicle.outcome_known.copy()
    if chronicle.won_undated is not None:
        won, known = won | chronicle.won_undated, known | chronicle.won_undated
    ended = np.minimum(chronicle.won, chronicle.closed)
    # An end on a day without a time counts at the end of that day: the day is what is known.
    whole_day = (ended != NEVER) & (ended % DAY == DAY - 1)
    ended = np.where(whole_day, ended - DAY + 1, ended)
    age = np.where(chronicle.entered == UNDATED, np.nan, -chronicle.entered.astype(np.float64))
    return KnownEnds(won, known, ended, age, chronicle.outcome_name or "won")


def users(leak: Leak, policies: Mapping[str, Policy]) -> tuple[str, ...]:
    """The labels of the policies that look at a leaking fact."""
    return tuple(
        label
        for label, policy in policies.items()
        if leak.fact in needs((*policy.logic.stages, *policy.logic.criteria))
    )


def leaks_frame(
    found: Iterable[Leak], policies: Mapping[str, Policy], direct: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """One row per fact that knows the future, with the policies that look at it.

    `direct` are facts that figures are made of as they are, with what these are called: "the
    amounts of this study".
    """
    from leadpolicy.comparison.tidy import frame

    named = direct or {}
    rows = (
        leak.to_dict()
        | {"policies": users(leak, policies) + tuple(filter(None, [named.get(leak.fact)]))}
        for leak in found
    )
    return frame(rows, LEAKS)


# --------------------------------------------------------------------------- without dates


def in_column(name: str, column: Coded, fates: KnownEnds) -> Iterator[Leak]:
    """What a column without dates gives away; the plainest sign only."""
    filled = (column.codes >= 0) & fates.known
    leak = (
        _telling(name, column, fates, 0.0)
        or _later_dates(name, column, filled, fates)
        or _telling(name, column, fates, RANKS)
        or _dead(name, column, filled, fates)
        or _total(name, column, filled, fates)
    )
    if leak is not None:
        yield leak


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _telling(name: str, column: Coded, fates: KnownEnds, ranks: float) -> Leak | None:
    """What the values of a fact give away, or that there is one: of a single value (or of its
    lack), or by ranking the records, where `ranks` is how well that may be.
    """
    base = fates.base
    if not 0 < base < ALMOST:
        return None
    found = groups(column, fates.known, fates.won)
    ranked = foretold(*pooled(found))
    if ranked is None:
        return None
    for sort, group, evidence in _plain(found, fates):
        rest = sum(one.records for one in found) - group.records
        won = sum(one.won for one in found) - group.won
        alone = foretold(np.array([group.won, won]), np.array([group.records, rest]))
        best = max(ranked, alone or ranked, key=lambda one: one.area)
        return Leak(
            name, sort, f"{evidence}; {best}", best.area, group.records,
            low=best.low, high=best.high,
        )  # fmt: skip
    if not ranks or ranked.area < ranks or ranked.low < min(RANKS_WELL, ranks):
        return None
    records = sum(one.records for one in found)
    evidence = f"by its values, and by whether there is one, {ranked}"
    return Leak(
        name, Sort.FORETELLS, evidence, ranked.area, records, low=ranked.low, high=ranked.high
    )


def _plain(found: Sequence[Group], fates: KnownEnds) -> Iterator[tuple[Sort, Group, str]]:
    """Groups that (almost) only won records belong to, then those that (almost) none does."""
    silent, *others = found
    records, won = sum(one.records for one in others), sum(one.won for one in others)
    filled = Group("", records, won)
    all_won = won + silent.won
    base = all_won / max(records + silent.records, 1)
    rest = f"{silent.won:,} of the {silent.records:,} others"
    if silent.records and records >= LEAST and won >= ALMOST * records:
        yield Sort.WON_ONLY, filled, (
            f"filled for {records:,} records, {won:,} of them {fates.name} "
            f"({_percent(won / records)}), and {rest}"
        )  # fmt: skip
    values = [one for one in others if one.whole]
    for one in sorted(values, key=lambda one: (-one.won, one.value or "")):
        if one.records >= LEAST and one.won >= max(ALMOST * one.records, COVERS * all_won):
            yield Sort.WON_ONLY, one, _value(one, base, fates.name)
    if silent.records and _never(filled, base):
        yield Sort.NEVER, filled, (
            f"filled for {records:,} records, {won:,} of them {fates.name} where "
            f"{records * base:,.0f} would be expected, and {rest}"
        )  # fmt: skip
    if _never(silent, base):
        yield Sort.NEVER, silent, (
            f"empty for {silent.records:,} records, {silent.won:,} of them {fates.name} where "
            f"{silent.records * base:,.0f} would be expected, and {won:,} of the {records:,} that "
            "have it"
        )  # fmt: skip
    for one in sorted(values, key=lambda one: (-one.records, one.value or "")):
        if _never(one, base):
            yield Sort.NEVER, one, _value(one, base, fates.name)


def _never(group: Group, base: float) -> bool:
    expected = group.records * base
    return expected >= NEVER_OF and group.won <= (1 - ALMOST) * expected


def _value(group: Group, base: float, name: str) -> str:
    return (
        f"the value {group.value} stands for {group.records:,} records, {group.won:,} of them "
        f"{name} ({_percent(group.won / group.records)}); of all records {_percent(base)} are"
    )


def _later_dates(name: str, column: Coded, filled: Mask, fates: KnownEnds) -> Leak | None:
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


def _dead(name: str, column: Coded, filled: Mask, fates: KnownEnds) -> Leak | None:
    """A number that ranks the won records well, and (almost) none of whose fifth at the other end
    is won. Dates are left out: they follow the course of a campaign.
    """
    if column.type.kind not in NUMERIC:
        return None
    value = numbers(column)
    rows = filled & ~np.isnan(value)
    won = fates.won[rows]
    if min(int(won.sum()), int((~won).sum())) < LEAST:
        return None
    area = _area(_ranks(value[rows]), won)
    direction, strength = ("high", area) if area >= 0.5 else ("low", 1 - area)
    dead, share = _dead_end(value[rows], won, direction)
    if strength < RANKS and not (strength >= RANKS_WELL and dead):
        return None
    word = "above" if direction == "high" else "below"
    low, high = interval_of(strength, int(won.sum()), int((~won).sum()))
    evidence = (
        f"in {_percent(strength)} of all pairs of a record that is {fates.name} and one that is "
        f"not, the number of the first lies {word} that of the second (95 % {_percent(low)} to "
        f"{_percent(high)}; 50 % is chance)"
    )
    if dead:
        usual = _percent(float(won.mean()))
        evidence += f"; of the fifth at the other end {_percent(share)} are {fates.name}, "
        evidence += f"of all {usual}"
    return Leak(
        name, Sort.FORETELLS, evidence, float(strength), int(rows.sum()), low=low, high=high
    )


def _area(ranks: Numbers, won: Mask) -> float:
    positive, negative = int(won.sum()), int((~won).sum())
    return float((ranks[won].sum() - positive * (positive + 1) / 2) / (positive * negative))


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


def _total(name: str, column: Coded, filled: Mask, fates: KnownEnds) -> Leak | None:
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


def _counts(chronicle: Chronicle, fates: KnownEnds, named: set[str]) -> Iterator[Leak]:
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


# ------------------------------------------------------------------------------ with dates


def _dated(name: str, base: Coded, changes: Changes, fates: KnownEnds) -> Iterator[Leak]:
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
