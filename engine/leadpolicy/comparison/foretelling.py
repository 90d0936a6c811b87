"""How well the values of a fact foretell the outcome.

The records fall into kinds by what a fact says of them: no value, each value that enough of them
have, tenths of the numbers. Kinds are ranked by the share won, and the area under the curve is the
share of all pairs of a won record and another in which the won one stands higher (H. B. Mann,
D. R. Whitney, 1947); ties count half. Its interval is R. G. Newcombe's ("Confidence intervals for
an effect size measure based on the Mann-Whitney statistic", 2006, method 5), which is sensible also
where not one pair stands the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import sqrt
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from leadpolicy.comparison.outcomes import NORMAL
from leadpolicy.data.chronicle import Coded
from leadpolicy.data.coding import Packed
from leadpolicy.data.moments import end_of_day
from leadpolicy.evaluation.codes import Mask, Whole
from leadpolicy.times import microseconds
from leadpolicy.types import NUMERIC, TEMPORAL, Kind, Range, show

Numbers: TypeAlias = npt.NDArray[np.float64]

LEAST: Final = 20
"""Records below which nothing is concluded."""
MOST_VALUES: Final = 40
"""Different values up to which each stands for itself."""
TENTHS: Final = 10
EXPECTED: Final = 5
"""Won records, and others, that a group has to lead one to expect to be ranked by itself."""
DAY: Final = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Foretold:
    """How well something ranks the won above the others: 1 always, one half by chance."""

    area: float
    low: float
    high: float

    def __str__(self) -> str:
        return (
            f"of all pairs of a won record and another, it ranks the won one above in "
            f"{100 * self.area:.1f} % (95 % {100 * self.low:.1f} to {100 * self.high:.1f}; 50 is "
            "chance)"
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Records of which a fact says the same: how many, and how many of them won.

    `value` is what it says, in words; None where it says nothing. `whole` groups stand for one
    value (or for none), the others for a part of the numbers or for all rare values together.
    """

    value: str | None
    records: int
    won: int
    whole: bool = True


def foretold(won: Whole, records: Whole) -> Foretold | None:
    """From the won and all records of each kind; None where all or none are won."""
    lost = records - won
    winners, losers = int(won.sum()), int(lost.sum())
    if not winners or not losers:
        return None
    order = np.argsort(won / np.maximum(records, 1), kind="stable")
    won, lost = won[order], lost[order]
    below = np.cumsum(lost) - lost
    area = float((won * (below + lost / 2)).sum()) / (winners * losers)
    return Foretold(area, *interval_of(area, winners, losers))


def interval_of(area: float, winners: int, losers: int) -> tuple[float, float]:
    """The 95 % interval of an area under the curve."""
    return _limit(area, winners, losers, -1), _limit(area, winners, losers, 1)


def _limit(area: float, winners: int, losers: int, side: int) -> float:
    """The area that lies just as far away as its own error reaches."""
    near, far = area, 0.0 if side < 0 else 1.0
    for _ in range(50):
        middle = (near + far) / 2
        if abs(middle - area) < NORMAL * _error(middle, winners, losers):
            near = middle
        else:
            far = middle
    return near


def _error(area: float, winners: int, losers: int) -> float:
    others = (winners + losers) / 2 - 1
    spread = 1 + others * (1 - area) / (2 - area) + others * area / (1 + area)
    return sqrt(area * (1 - area) * spread / (winners * losers))


def groups(column: Coded, known: Mask, won: Mask) -> list[Group]:
    """The records with a known outcome by what the fact says of them, those it is silent on first.

    Of dates, and of texts with very many values, it only counts that there is one.
    """
    filled = column.codes[known] >= 0
    wins, codes = won[known], column.codes[known]
    silent = Group(None, int((~filled).sum()), int((wins & ~filled).sum()))
    own = Coded(column.type, codes[filled], column.values)
    return [silent, *_by_value(own, wins[filled])]


def pooled(found: Sequence[Group]) -> tuple[Whole, Whole]:
    """Won and all records of each group that says enough; those that do not stand together.

    Many small groups would seem to foretell by chance.
    """
    records = np.array([group.records for group in found], np.int64)
    won = np.array([group.won for group in found], np.int64)
    base = float(won.sum()) / max(float(records.sum()), 1.0)
    enough = records * min(base, 1 - base) >= EXPECTED
    rest = ~enough
    return (
        np.append(won[enough], won[rest].sum()), np.append(records[enough], records[rest].sum())
    )  # fmt: skip


def _by_value(column: Coded, wins: Mask) -> Iterator[Group]:
    if not len(column.codes):
        return
    used, place, counts = np.unique(column.codes, return_inverse=True, return_counts=True)
    frequent = counts >= LEAST
    numeric = column.type.kind in NUMERIC
    if numeric and (len(used) > MOST_VALUES or counts[frequent].sum() < len(column.codes) / 2):
        yield from _tenths(numbers(column), wins)
        return
    if column.type.kind in TEMPORAL or int(frequent.sum()) > MOST_VALUES:
        frequent = np.zeros(len(used), np.bool_)
    won = np.bincount(place.reshape(-1), weights=wins, minlength=len(used)).astype(np.int64)
    for at in np.flatnonzero(frequent).tolist():
        value = show(column.values[int(used[at])], column.type)
        yield Group(value, int(counts[at]), int(won[at]))
    if not frequent.all():
        yield Group("", int(counts[~frequent].sum()), int(won[~frequent].sum()), whole=False)


def _tenths(value: Numbers, wins: Mask) -> Iterator[Group]:
    value = np.where(np.isnan(value), -np.inf, value)
    edges = np.unique(np.quantile(value, np.linspace(0, 1, TENTHS + 1)[1:-1]))
    place = np.searchsorted(edges, value, side="left")
    for part in range(len(edges) + 1):
        here = place == part
        if here.any():
            yield Group("", int(here.sum()), int(wins[here].sum()), whole=False)


def numbers(column: Coded) -> Numbers:
    """The values as numbers, of a range its lower end, of a date its microseconds; NaN for none."""
    values = column.values
    if isinstance(values, Packed):
        found = values.array.astype(np.float64)
        if values.kind is Kind.DATE:
            found *= DAY
    else:
        found = np.array([_number(value) for value in values], np.float64)
    return np.append(found, np.nan)[column.codes]


def _number(value: Any) -> float:
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
