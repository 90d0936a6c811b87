"""A chronicle as tables of steps for the engine, some records at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from leadpolicy.backends.sql.columns import orders_for
from leadpolicy.data.chronicle import MISSING, NEVER, Changes, Chronicle, Coded
from leadpolicy.data.coding import share
from leadpolicy.data.tables import Codes, Rows
from leadpolicy.history.columns import arrays, instants, lane_codes, shape_for, taken
from leadpolicy.history.happened import Book, log_of
from leadpolicy.history.horizon import Horizon
from leadpolicy.history.lanes import AT, RECORD, Lanes, word
from leadpolicy.history.logs import Log
from leadpolicy.history.stored import StoredShape
from leadpolicy.history.timeline import Absent, Fixed, Layout, Moving, Stored
from leadpolicy.history.triggers import PointQuestion
from leadpolicy.types import Type, Value

RECORDS: Final = "replayed records"
TURNS: Final = "replayed turns"
CODE: Final = "code"
BATCH: Final = 2_000_000
"""Steps that are worked on at once; a record is never cut."""
_MOST_KEPT: Final = 100_000
"""Longer lists of values are handed over in parts, with the steps that need them."""


@dataclass(frozen=True, slots=True, eq=False)
class Changing:
    """A fact that changes: the common values of its changes and of what was before them."""

    stored: Moving
    changes: Changes
    codes: Codes
    before: Codes
    values: Sequence[Value]
    lane_codes: Rows
    columns: Sequence[pa.Array]


@dataclass(frozen=True, slots=True, eq=False)
class Unchanging:
    """A fact without dates."""

    stored: Fixed
    codes: Codes
    values: Sequence[Value]
    columns: Sequence[pa.Array]


class Ledger:
    """What the engine needs: where everything is stored, and the tables of some records."""

    def __init__(self, chronicle: Chronicle, asked: PointQuestion, horizon: Horizon) -> None:
        self.chronicle = chronicle
        self.asked = asked
        self.horizon = horizon
        self.lanes = Lanes()
        self.changing: dict[str, Changing] = {}
        self.unchanging: dict[str, Unchanging] = {}
        self.facts: dict[str, Stored] = {}
        self.books: dict[str, Book] = {}
        roots = [term for logic in asked.logics.values() for term in logic.stages]
        orders = orders_for(asked.facts, roots)
        for name, kind in asked.facts.items():
            self.facts[name] = self._fact(name, kind, orders.get(name, kind.values))
        for kind_name, terms in asked.happenings.items():
            book = log_of(chronicle, kind_name, terms, self.lanes, len(self.books))
            if book is not None:
                self.books[kind_name] = book
        self.turns = {
            name: (instants(column.values, asked.facts[name].kind), asked.turning[name])
            for name, column in (self.changing | self.unchanging).items()
            if name in asked.turning
        }

    @property
    def logs(self) -> dict[str, Log | None]:
        """How the events of each kind are stored that is asked for; None: not at all."""
        return {
            kind: self.books[kind].log if kind in self.books else None
            for kind in self.asked.happenings
        }

    @property
    def layout(self) -> Layout:
        """The tables of steps."""
        steps: dict[str, int | None] = {TURNS: None}
        steps |= {_table(one): one.stored.lane.word for one in self.changing.values()}
        return Layout(RECORDS, steps, self.lanes.words, self.horizon.until)

    # ------------------------------------------------------------------------------- facts

    def _fact(self, name: str, kind: Type, order: tuple[str, ...]) -> Stored:
        before = self.chronicle.facts.get(name)
        changes = self.chronicle.changes.get(name)
        called = f"replayed fact {len(self.facts)}"
        if changes is not None and len(changes.records):
            return self._changing(name, called, kind, order, before, changes)
        if before is None or not (before.codes != MISSING).any():
            return Absent(kind)
        shape = shape_for(name, kind, order, before)
        stored = Fixed(called, shape)
        columns = arrays(shape, before.values)
        self.unchanging[name] = Unchanging(stored, before.codes, before.values, columns)
        return stored

    def _changing(
        self,
        name: str,
        called: str,
        kind: Type,
        order: tuple[str, ...],
        before: Coded | None,
        changes: Changes,
    ) -> Stored:
        values, codes = changes.value.values, changes.value.codes
        first = np.full(len(self.chronicle), MISSING, np.int32)
        if before is not None and before.values is values:
            first = before.codes
        elif before is not None:
            (codes, first), values = share([(codes, values), (before.codes, before.values)])
        shape = shape_for(name, kind, order, Coded(changes.value.type, codes, values))
        moved = lane_codes(shape, values)
        stored = Moving(called, shape, self.lanes.lane(int(moved.max())))
        columns = arrays(shape, values) if stored.listed else []
        self.changing[name] = Changing(stored, changes, codes, first, values, moved, columns)
        return stored

    # ------------------------------------------------------------------------------ tables

    def batches(self, most: int = BATCH) -> Iterator[slice]:
        """Records that make about so many steps together."""
        cost = np.ones(len(self.chronicle), np.int64)
        for one in self.changing.values():
            cost += np.bincount(one.changes.records, minlength=len(cost))
        for book in self.books.values():
            cost += book.cost(len(cost))
        ends = np.flatnonzero(np.diff(np.cumsum(cost) // most, append=-1)) + 1
        start = 0
        for end in ends.tolist():
            yield slice(start, end)
            start = end

    def kept(self) -> dict[str, pa.Table]:
        """The tables of values that stay the same."""
        return {
            one.stored.name: _listed(one, np.arange(len(one.values)))
            for one in self.changing.values()
            if one.stored.listed and len(one.values) <= _MOST_KEPT
        }

    def tables(self, part: slice) -> dict[str, pa.Table]:
        """The tables of some records."""
        turns: list[tuple[Rows, Rows]] = []
        found: dict[str, pa.Table] = {}
        words = np.zeros((self.lanes.words, part.stop - part.start), np.int64)
        for name, one in self.changing.items():
            found |= self._changed(name, one, part, words, turns)
        numbers = np.arange(part.start, part.stop, dtype=np.int64)
        starts = self.horizon.starts[part]
        there = starts != NEVER
        columns: dict[str, object] = {RECORD: numbers[there], AT: starts[there]}
        columns |= {word(n): words[n][there] for n in range(len(words))}
        for name, fixed in self.unchanging.items():
            codes = fixed.codes[part]
            columns |= _named(fixed.stored.name, fixed.stored.shape, fixed.columns, codes[there])
            if name in self.turns:
                ends = np.full(len(codes), NEVER, np.int64)
                self._turned(name, numbers, codes, (starts, ends), turns)
        for book in self.books.values():
            columns |= book.flags(part, there)
            found[book.log.table] = book.table(part, self.horizon)
            turns += book.turns(part, self.horizon)
        found[RECORDS] = pa.table(columns)
        found[TURNS] = pa.table(
            {
                RECORD: np.concatenate([np.zeros(0, np.int64), *(r for r, _ in turns)]),
                AT: np.concatenate([np.zeros(0, np.int64), *(at for _, at in turns)]),
            }
        )
        return found

    def _changed(
        self, name: str, one: Changing, part: slice, words: Rows, turns: list[tuple[Rows, Rows]]
    ) -> dict[str, pa.Table]:
        """The changes of a fact as steps. What was before the first is added to the words with
        which the records begin.
        """
        lane = one.stored.lane
        low, high = np.searchsorted(one.changes.records, [part.start, part.stop])
        records, codes = one.changes.records[low:high], one.codes[low:high]
        at = np.maximum(one.changes.at[low:high], self.horizon.starts[records])
        before = one.before[part]
        words[lane.word] += one.lane_codes[before] << lane.shift
        is_first = np.append(True, records[1:] != records[:-1])[: len(records)]
        previous = np.append(np.int32(MISSING), codes[:-1])[: len(codes)]
        previous[is_first] = before[records[is_first] - part.start]
        added = (one.lane_codes[codes] - one.lane_codes[previous]) << lane.shift
        kept = (added != 0) & (at <= self.horizon.until)
        if name in self.turns:
            numbers = np.arange(part.start, part.stop, dtype=np.int64)
            until_first = np.full(len(before), NEVER, np.int64)
            until_first[records[is_first] - part.start] = at[is_first]
            self._turned(name, numbers, before, (self.horizon.starts[part], until_first), turns)
            following = np.where(np.append(is_first[1:], True), NEVER, np.append(at[1:], NEVER))
            self._turned(name, records, codes, (at, following[: len(at)]), turns)
        columns = {RECORD: records[kept], AT: at[kept], word(lane.word): added[kept]}
        found = {_table(one): pa.table(columns)}
        if one.stored.listed and len(one.values) > _MOST_KEPT:
            used = np.unique(np.concatenate([codes, before]))
            found[one.stored.name] = _listed(one, used[used != MISSING])
        return found

    def _turned(
        self,
        name: str,
        records: Rows,
        codes: Codes,
        while_: tuple[Rows, Rows],
        turns: list[tuple[Rows, Rows]],
    ) -> None:
        """The moments at which a comparison of a fact with now changes, while it has its value."""
        begin, end = while_
        moments, offsets = self.turns[name]
        known = codes != MISSING
        value, begin, end = moments[codes[known]], begin[known], end[known]
        for offset in offsets:
            at = value + offset
            # Also where it begins: the step that gave it the value it had already is none.
            kept = (at >= begin) & (at < end) & (at <= self.horizon.until)
            turns.append((records[known][kept], at[kept]))


def _table(one: Changing) -> str:
    """The table of the steps of a fact."""
    return f"{one.stored.name} changes"


def _named(
    name: str, shape: StoredShape, columns: Sequence[pa.Array], codes: Codes | Rows
) -> Mapping[str, pa.Array]:
    names = [name + suffix for suffix in shape.suffixes()]
    return dict(zip(names, taken(columns, codes), strict=True))


def _listed(one: Changing, codes: Rows) -> pa.Table:
    """Some values of a fact by their codes in the lane."""
    columns = {CODE: pa.array(codes.astype(np.int64) + 1)}
    return pa.table(columns | dict(_named(one.stored.name, one.stored.shape, one.columns, codes)))
