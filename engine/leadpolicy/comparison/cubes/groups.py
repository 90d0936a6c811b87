"""Records that no move can tell apart, counted together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from leadpolicy.evaluation.codes import Codes, Whole
from leadpolicy.logic.terms import Term

PACKED: Final = 39
"""Verdicts that fit into one number of 64 bits: 3 ** 39 < 2 ** 63."""


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Columns that belong together: `table[place[column], pattern]` is a verdict, and group g has
    the pattern `index[g]`.
    """

    place: Mapping[Term, int]
    table: Codes
    index: np.ndarray[tuple[int], np.dtype[np.unsignedinteger]]

    def column(self, term: Term) -> Codes:
        """The verdicts of a term on all groups."""
        found: Codes = self.table[self.place[term]].take(self.index)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """What a segment is called in each group: `labels[codes[g]]`."""

    labels: tuple[str, ...]
    codes: Whole


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """`counts` says how many records each group holds, `outcomes` which outcome they have.

    `examples[n][g]` is the id at place n of group g when its ids are sorted; None where it has
    fewer. `rank` orders the groups by their first ids.
    """

    counts: Whole
    outcomes: Codes
    segments: Mapping[str, Segment]
    families: Mapping[Term, Family]
    examples: Sequence[Sequence[object]] = field(repr=False)
    rank: Whole = field(repr=False)

    def __len__(self) -> int:
        return len(self.counts)

    def smallest(self, groups: Whole) -> tuple[str, ...]:
        """The smallest ids in these groups, as many as each group keeps."""
        most = len(self.examples)
        if not most:
            return ()
        if len(groups) > most:
            groups = groups[np.argpartition(self.rank[groups], most - 1)[:most]]
        found: list[Any] = [ids[group] for group in groups.tolist() for ids in self.examples]
        return tuple(map(str, sorted(one for one in found if one is not None)[:most]))


def families(
    wanted: Iterable[tuple[Term, ...]], columns: Mapping[Term, Codes]
) -> dict[Term, Family]:
    """Each column in its family; a column that stands in several belongs to the largest."""
    found: dict[Term, Family] = {}
    for terms in sorted(wanted, key=len, reverse=True):
        fresh = [term for term in terms if term not in found]
        if fresh:
            family = _family(fresh, columns)
            found |= dict.fromkeys(fresh, family)
    return found


def _family(terms: Sequence[Term], columns: Mapping[Term, Codes]) -> Family:
    index, first = distinct([columns[term] for term in terms])
    table = np.stack([columns[term][first] for term in terms])
    small = np.uint8 if len(first) <= 256 else np.uint16 if len(first) <= 65_536 else np.uint32
    place = {term: number for number, term in enumerate(terms)}
    return Family(place, table, index.astype(small))


def distinct(columns: Sequence[Codes]) -> tuple[Whole, Whole]:
    """The number of each row's pattern, and a row of each pattern."""
    import pandas as pd

    index: Whole | None = None
    for start in range(0, len(columns), PACKED):
        packed = np.zeros(len(columns[0]), np.int64)
        for column in columns[start : start + PACKED]:
            packed *= 3
            packed += column
        codes = pd.factorize(packed)[0].astype(np.int64)
        if index is not None:
            codes = pd.factorize(index * (codes.max(initial=0) + 1) + codes)[0].astype(np.int64)
        index = codes
    assert index is not None
    first = np.zeros(int(index.max(initial=-1)) + 1, np.int64)
    first[index[::-1]] = np.arange(len(index))[::-1]
    return index, first
