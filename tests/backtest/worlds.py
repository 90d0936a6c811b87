"""Small cohorts and spans, drawn at random or written by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from leadpolicy.backtest.arrays import DAY, NEVER
from leadpolicy.backtest.calendar import Periods, periods
from leadpolicy.backtest.cohort import Cohort, Segments
from leadpolicy.backtest.spans import VerdictSpans
from leadpolicy.backtest.view import PolicyView, view

START = 1_704_067_200_000_000
"""2024-01-01."""
RUNG = "lead"


@dataclass(frozen=True)
class World:
    cohort: Cohort
    spans: dict[str, VerdictSpans]

    @property
    def views(self) -> list[PolicyView]:
        return [
            view(one, self.cohort, label, RUNG, 1, "furthest") for label, one in self.spans.items()
        ]

    @property
    def calendar(self) -> Periods:
        return periods(START, self.cohort.until, "month")


def cohort(
    *, entered: list[int], won: list[int | None], closed: list[int | None] | None = None,
    within: int = 30, until: int = 100, moment: list[int | None] | None = None,
    account: list[int] | None = None, **more: object,
) -> Cohort:  # fmt: skip
    """Moments in days since the start; None for never."""
    count = len(entered)
    return Cohort(
        ids=tuple(f"r{n}" for n in range(count)),
        entered=moments(list(entered)),
        won=moments(won),
        closed=moments(closed if closed is not None else [None] * count),
        told=np.ones(count, np.bool_),
        moment=moments(moment if moment is not None else list(entered)),
        account=np.array(account if account is not None else range(count), np.int64),
        until=START + until * DAY,
        within=within * DAY,
        **more,  # type: ignore[arg-type]
    )


def moments(days: list[int | None]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([NEVER if d is None else START + d * DAY for d in days], np.int64)


def spans_of(rows: list[tuple[int, int, int | None, int, int]], records: int) -> VerdictSpans:
    """Rows of record, begin and end in days, held, open."""
    record, begin, end, held, opened = zip(*rows, strict=True)
    return VerdictSpans(
        records, np.array(record, np.int64), moments(list(begin)), moments(list(end)),
        np.array(held, np.int64), np.array(opened, np.int64),
    )  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn, labels: tuple[str, ...] = ("a", "b"), least: int = 1) -> World:
    """Up to 40 records with up to four spans each, from one seed."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(least, 40))
    until = START + draw(st.integers(40, 300)) * DAY
    entered = START + rng.integers(0, 200, count) * DAY
    won = np.where(rng.random(count) < 0.4, entered + rng.integers(1, 120, count) * DAY, NEVER)
    closed = np.where(rng.random(count) < 0.3, entered + rng.integers(1, 120, count) * DAY, NEVER)
    moment = entered + draw(st.integers(0, 60)) * DAY
    codes = rng.integers(0, 3, count)
    made = Cohort(
        ids=tuple(f"r{n}" for n in range(count)),
        entered=entered,
        won=won,
        closed=np.where(won < closed, won, closed),
        told=rng.random(count) < 0.95,
        moment=np.where(moment > until, NEVER, moment),
        account=rng.integers(0, max(count // 2, 1), count),
        until=until,
        within=draw(st.integers(5, 90)) * DAY,
        amount=np.where(rng.random(count) < 0.8, rng.integers(1, 100, count) * 1.0, np.nan),
        worked=np.where(rng.random(count) < 0.7, entered, NEVER),
        segments={"part": Segments(("x", "y", "z"), codes)},
    )
    return World(made, {label: _spans(rng, entered) for label in labels})


def _spans(
    rng: np.random.Generator, entered: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> VerdictSpans:
    rows = []
    for record, first in enumerate(entered.tolist()):
        cuts = np.unique(first + rng.integers(1, 200, rng.integers(0, 4)) * DAY)
        begins = [first, *cuts.tolist()]
        for begin, end in zip(begins, [*begins[1:], NEVER], strict=True):
            held = int(rng.random() < 0.4)
            rows.append((record, begin, end, held, held | int(rng.random() < 0.2)))
    columns = [np.array(column, np.int64) for column in zip(*rows, strict=True)]
    return VerdictSpans(len(entered), *columns)
