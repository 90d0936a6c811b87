"""The stretches of time in which a policy says the same of a record, asked as whole columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadpolicy.backtest.arrays import NEVER, Codes, Mask, Whole
from leadpolicy.evaluation.codes import TRUE, UNKNOWN


@dataclass(frozen=True, slots=True, eq=False)
class VerdictSpans:
    """One policy's spans on `records` records; `end` is exclusive, `NEVER` for the last.

    Bit i of `held` says that stage i is TRUE, of `open` that it is not FALSE. In any order; the
    spans of one record do not overlap.
    """

    records: int
    record: Whole
    begin: Whole
    end: Whole
    held: Whole
    open: Whole

    def first_entry(self, bits: int) -> Whole:
        """The first moment at which any of the stages is TRUE, for each record."""
        return self._first(self.record, self.begin, (self.held & bits) != 0)

    def first_exit(self, bits: int) -> Whole:
        """The first moment after the first entry at which none of the stages is TRUE any more."""
        entered = self.first_entry(bits)
        off = ((self.held & bits) == 0) & (self.begin > entered[self.record])
        return self._first(self.record, self.begin, off)

    def at(self, bits: int, moments: Whole) -> Codes:
        """The verdict at each record's moment: TRUE, UNKNOWN, or FALSE (also before the first)."""
        own = moments[self.record]
        now = (self.begin <= own) & (own < self.end)
        codes = np.zeros(self.records, np.int8)
        codes[self.record[now & ((self.open & bits) != 0)]] = UNKNOWN
        codes[self.record[now & ((self.held & bits) != 0)]] = TRUE
        return codes

    def furthest(self, bits: int, moments: Whole) -> Codes:
        """TRUE where any of the stages was TRUE by the moment; UNKNOWN where one may have been."""
        past = self.begin <= moments[self.record]
        codes = np.zeros(self.records, np.int8)
        codes[self.record[past & ((self.open & bits) != 0)]] = UNKNOWN
        codes[self.record[past & ((self.held & bits) != 0)]] = TRUE
        return codes

    def _first(self, record: Whole, at: Whole, where: Mask) -> Whole:
        first = np.full(self.records, NEVER, np.int64)
        np.minimum.at(first, record[where], at[where])
        return first


def of_records(spans: VerdictSpans, numbers: Whole) -> VerdictSpans:
    """The spans of some records, which are numbered anew in the order given."""
    place = np.full(spans.records, -1, np.int64)
    place[numbers] = np.arange(len(numbers))
    kept = place[spans.record] >= 0
    return VerdictSpans(
        records=len(numbers),
        record=place[spans.record[kept]],
        begin=spans.begin[kept],
        end=spans.end[kept],
        held=spans.held[kept],
        open=spans.open[kept],
    )
