"""The records of a study as columns, all in the same order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np

from leadpolicy.backtest.arrays import NEVER, Codes, Mask, Numbers, Whole
from leadpolicy.backtest.fates import fates


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Which part of the cohort each record belongs to: `labels[codes[i]]`."""

    labels: tuple[str, ...]
    codes: Whole


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Who is studied, what became of them, and when each is looked at.

    `moment` is when definitions are compared on a record. `worked` is the first sign that somebody
    worked on it, `NEVER` where there is none, and None where the data cannot tell. `amount` is NaN
    where nobody knows it.
    """

    ids: tuple[str, ...]
    entered: Whole
    won: Whole
    closed: Whole
    told: Mask
    moment: Whole
    account: Whole
    until: int
    within: int
    amount: Numbers | None = None
    worked: Whole | None = None
    segments: Mapping[str, Segments] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    undated: int = 0
    """Records of which it is known that they were won, and not when: they are not `told`."""
    since: int | None = None
    """When observation began; rungs held before were first seen then."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def fate(self) -> Codes:
        """What became of each record within the window after its moment (see `Fate`)."""
        return self.fate_from(self.moment)

    def fate_from(self, start: Whole) -> Codes:
        """What became of each record within the window after `start`."""
        return fates(start, self.won, self.closed, self.told, self.within, self.until)

    def at_moment(self, times: float) -> Cohort:
        """The same records, looked at so many times as long after they entered."""
        after = np.where(self.moment == NEVER, 0, self.moment - self.entered)
        moment = self.entered + (after * times).astype(np.int64)
        out = (self.moment == NEVER) | (moment > self.until)
        if self.since is not None:
            out |= moment < self.since
        return replace(self, moment=np.where(out, NEVER, moment))

    @property
    def days(self) -> int:
        """The maturity window in whole days, rounded up."""
        return -(-timedelta(microseconds=self.within) // timedelta(days=1))

    @property
    def early(self) -> Mask:
        """Records whose outcome is dated before they entered."""
        early: Mask = (self.won < self.entered) & (self.won != NEVER)
        return early

    @property
    def several(self) -> bool:
        """Whether some account has more than one record."""
        return len(np.unique(self.account)) < len(self)
