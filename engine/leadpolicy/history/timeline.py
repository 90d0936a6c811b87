"""Policies over histories: where verdicts change, out of one query.

What is known of a record is a sum of steps. Every fact that changes and every count of events has
a lane, some bits of a few 64 bit words; a step adds to a lane at a moment (a new code less the old
one, one event more, one event less where a window ends). Running sums over the steps of a record,
in the order of time, give what is known after each of them, which is where policies are evaluated.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from sqlglot import exp

from leadpolicy.backends.sql import events as tallies
from leadpolicy.backends.sql import plan, tree
from leadpolicy.backends.sql.columns import missing
from leadpolicy.backends.sql.emit import WORD, CountedEvents, Emitter
from leadpolicy.backends.sql.forms import CodedForm, Form, Moment, Plain
from leadpolicy.backends.sql.session import Session
from leadpolicy.backends.sql.texts import is_coded
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.history.lanes import AT, RECORD, Lane, Lanes, step, word
from leadpolicy.history.logs import Log, rows_of_log
from leadpolicy.history.stored import StoredShape
from leadpolicy.logic.terms import Happened, Logic, Term
from leadpolicy.types import Kind, Type

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Whole: TypeAlias = npt.NDArray[np.int64]

POINTS: Final = "points"
_NEXT: Final = "next"
_HELD: Final = "held"
"""What the columns of packed verdicts begin with."""


@dataclass(frozen=True, slots=True)
class Absent:
    """A fact that nobody recorded."""

    type: Type


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fact without dates, in the columns `name` of the records' table."""

    name: str
    shape: StoredShape


@dataclass(frozen=True, slots=True)
class Moving:
    """A fact that changes: its code in a lane, 0 where it is missing.

    The code is 1 or 2 for FALSE and TRUE, the place in the order of a closed list, and else that
    of a row in the table `name`, whose columns are called by the same name.
    """

    name: str
    shape: StoredShape
    lane: Lane

    @property
    def listed(self) -> bool:
        """Whether the values stand in a table of their own."""
        return is_listed(self.shape.type)


Stored: TypeAlias = Absent | Fixed | Moving


def is_listed(kind: Type) -> bool:
    """Whether codes of this type are numbers of rows in a table of values."""
    return kind.kind is not Kind.BOOLEAN and not is_coded(kind.kind)


@dataclass(frozen=True, slots=True)
class Layout:
    """The tables of steps, and how the words are made.

    `records` has a row per record: when it is first looked at, the words as they then are, and
    the columns of `Fixed` facts and of logs. Every other table of `steps` has rows that add to one
    word, and none where they only mark a moment.
    """

    records: str
    steps: Mapping[str, int | None]
    words: int
    until: int


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the answers of one policy stand among the packed ones."""

    chain: tuple[Lane, Lane] | None
    bits: tuple[tuple[Lane, int], ...] = ()


class TimelineProgram:
    """Policies by label over the tables of a layout; `sql` is the whole query.

    Its rows are the points at which some verdict changes, in the order of records and moments:
    `record`, `at`, the packed verdicts, and `points`, how many points the record has in all.
    """

    def __init__(
        self,
        logics: Mapping[str, Logic],
        facts: Mapping[str, Stored],
        logs: Mapping[str, Log | None],
        happenings: Mapping[str, Sequence[Happened]],
        layout: Layout,
    ) -> None:
        self.logics = dict(logics)
        self.facts = facts
        self.logs = logs
        self.happenings = happenings
        self.layout = layout
        self.packed = Lanes()
        self.places: dict[str, _Places] = {}
        self.sql = tree.render(self._changes(self._verdicts()))

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns of packed verdicts."""
        return tuple(f"{_HELD} {n}" for n in range(self.packed.words))

    # ------------------------------------------------------------------------------- steps

    def _steps(self) -> Iterator[exp.Select]:
        layout, words = self.layout, self.layout.words
        record, at = tree.column(RECORD), tree.column(AT)
        begun = {n: tree.column(word(n)) for n in range(words)}
        yield tree.select(step(record, at, begun, words), tree.table(layout.records))
        for table, number in layout.steps.items():
            added = {} if number is None else {number: tree.column(word(number))}
            columns = step(record.copy(), at.copy(), added, words)
            yield tree.select(columns, tree.table(table))
        for log in self.logs.values():
            if log is not None:
                yield from rows_of_log(log, words, layout.until)

    def _points(self) -> Sql:
        """What is known after the last of the steps at each moment."""
        branches = self._steps()
        steps: Sql = next(branches)
        for branch in branches:
            steps = exp.Union(this=steps, expression=branch, distinct=False)
        columns: list[Sql] = [tree.column(RECORD), tree.column(AT)]
        for n in range(self.layout.words):
            total = _over(tree.call("sum", tree.column(word(n))), running=True)
            columns.append(tree.alias(tree.cast(total, tree.BIG), word(n)))
        columns.append(tree.alias(_over(tree.call("lead", tree.column(AT))), _NEXT))
        running = tree.select(columns, exp.Subquery(this=steps, alias=_alias("steps")))
        last = exp.NullSafeNEQ(this=tree.column(_NEXT), expression=tree.column(AT))
        return tree.nested(
            tree.select([exp.Star()], tree.nested(running, "running"), where=last), "sums"
        )

    # ------------------------------------------------------------------------------- facts

    def _known(self) -> tuple[Sql, dict[str, Form]]:
        """The points with typed columns, and the forms over them."""
        forms: dict[str, Form] = {}
        columns = [_of("sums", RECORD), _of("sums", AT)]
        joins: list[exp.Join] = []
        for fact, stored in self.facts.items():
            match stored:
                case Absent():
                    forms[fact] = missing(stored.type, stored.type.values).form
                case Fixed():
                    columns += [_of(self.layout.records, n) for n in _names(stored)]
                    forms[fact] = stored.shape.form(stored.name)
                case Moving() if stored.listed:
                    columns += [_of(stored.name, n) for n in _names(stored)]
                    forms[fact] = stored.shape.form(stored.name)
                    joins.append(_join(stored.name, "code", _lane(stored.lane), side="LEFT"))
                case Moving():
                    columns.append(tree.alias(_decoded(stored), stored.name))
                    form = stored.shape.form(stored.name)
                    assert isinstance(form, Plain | CodedForm)
                    forms[fact] = form
        for log in self.logs.values():
            if log is None:
                continue
            flags = [name for name in (log.recorded, log.since) if name is not None]
            columns += [_of(self.layout.records, name) for name in flags]
            columns += list(_counts(log))
        if any(column.find(exp.Column).table == self.layout.records for column in columns):  # type: ignore[union-attr]
            joins.append(_join(self.layout.records, RECORD, _of("sums", RECORD)))
        query = tree.select(columns, self._points())
        query.set("joins", joins)
        return tree.nested(query, "known"), forms

    def _counted(self, now: Moment) -> dict[Term, CountedEvents]:
        """What is known of each condition on events."""
        found: dict[Term, CountedEvents] = {}
        for kind, terms in self.happenings.items():
            log = self.logs[kind]
            for term in terms:
                if log is None:
                    found[term] = tallies.counted(term, None, now, tree.no(), None)
                    continue
                recorded = None if log.recorded is None else tree.column(log.recorded)
                since = None if log.since is None else tree.column(log.since)
                names = _names_of_counts(log, term)
                found[term] = tallies.counted(term, names, now, recorded, since)
        return found

    # ---------------------------------------------------------------------------- verdicts

    def _verdicts(self) -> exp.Select:
        """The verdicts at every point, packed into as few words as they need."""
        known, forms = self._known()
        now = Moment(None, tree.column(AT))
        emitter = Emitter(forms, now, self._counted(now))
        keep = {RECORD: RECORD, AT: AT}
        query = plan.everything(self.logics, emitter, known, keep)
        found = query.layout
        parts: dict[int, list[Sql]] = {}

        def put(lane: Lane, value: Sql) -> None:
            wide = tree.cast(value, tree.BIG)
            moved = tree.multiply(wide, tree.whole(1 << lane.shift))
            parts.setdefault(lane.word, []).append(moved)

        lanes: dict[int, Lane] = {}
        for label, logic in self.logics.items():
            bits = found.stages[label]
            if bits is None:
                most = len(logic.stages)
                both = self.packed.lane(most), self.packed.lane(most)
                put(both[0], tree.column(found.stage[label]))
                put(both[1], tree.column(found.possible[label]))
                self.places[label] = _Places(both)
                continue
            for bit in bits:
                if bit.word not in lanes:
                    lanes[bit.word] = self.packed.lane(2 ** (2 * WORD) - 1)
            self.places[label] = _Places(None, tuple((lanes[b.word], b.bit) for b in bits))
        for number, lane in lanes.items():
            asked = [b for bits in found.stages.values() for b in bits or () if b.word == number]
            mask = sum(1 << b.bit | 1 << b.bit + WORD for b in {b.bit: b for b in asked}.values())
            masked = tree.cast(tree.whole(mask), tree.BITS)
            put(lane, tree.bit_and(tree.column(found.words[number]), masked))
        columns = [tree.column(RECORD), tree.column(AT)]
        columns += [
            tree.alias(tree.total(parts.get(n, [tree.whole(0)])), name)
            for n, name in enumerate(self.keys)
        ]
        return tree.select(columns, tree.nested(query.select, "verdicts"))

    def _changes(self, verdicts: exp.Select) -> exp.Select:
        """The points where a verdict differs from the one before."""
        before = [f"before {n}" for n in range(self.packed.words)]
        columns = [tree.column(name) for name in (RECORD, AT, *self.keys)]
        columns += [
            tree.alias(_over(tree.call("lag", tree.column(key))), name)
            for key, name in zip(self.keys, before, strict=True)
        ]
        columns.append(tree.alias(_over(tree.call("count", exp.Star()), order=False), POINTS))
        looked = tree.nested(tree.select(columns, tree.nested(verdicts, "packed")), "looked")
        changed = tree.some(
            exp.NullSafeNEQ(this=tree.column(key), expression=tree.column(name))
            for key, name in zip(self.keys, before, strict=True)
        )
        kept = [tree.column(name) for name in (RECORD, AT, *self.keys, POINTS)]
        query = tree.select(kept, looked, where=changed)
        order = [exp.Ordered(this=tree.column(name), nulls_first=False) for name in (RECORD, AT)]
        query.set("order", exp.Order(expressions=order))
        return query

    def decoded(self, label: str, keys: Sequence[Whole]) -> tuple[Whole, Whole]:
        """For each row the stages that are TRUE, and those that are not FALSE, as bits."""
        import numpy as np

        places = self.places[label]

        def number(lane: Lane) -> Whole:
            found: Whole = keys[lane.word] >> lane.shift & (1 << lane.width) - 1
            return found

        if places.chain is not None:
            held, open_ = (np.left_shift(np.int64(1), number(lane)) - 1 for lane in places.chain)
            return held, open_
        held, open_ = (np.zeros(len(keys[0]), np.int64) for _ in range(2))
        for place, (lane, bit) in enumerate(places.bits):
            verdicts = number(lane)
            held |= (verdicts >> bit & 1) << place
            open_ |= (1 - (verdicts >> bit + WORD & 1)) << place
        return held, open_


@contextlib.contextmanager
def registered(session: Session, tables: Mapping[str, pa.Table]) -> Iterator[None]:
    """Lets queries of a session see these tables for a while."""
    with session.errors("the history"):
        for name, table in tables.items():
            session.connection.register(name, table)
    try:
        yield
    finally:
        for name in tables:
            session.connection.unregister(name)


def answers(session: Session, program: TimelineProgram) -> pa.Table:
    """The rows of the query over the tables that are registered. Raises `LeadpolicyError`."""
    with session.errors("the history"):
        return session.connection.sql(program.sql).to_arrow_table()


# -------------------------------------------------------------------------------- little parts


def _names(stored: Fixed | Moving) -> tuple[str, ...]:
    return tuple(stored.name + suffix for suffix in stored.shape.suffixes())


def _names_of_counts(log: Log, term: Happened) -> tuple[str, str]:
    """The columns of surely and of possibly matching events."""
    number = list(log.counts).index(term)
    certain = f"{log.table} certain {number}"
    doubtful = log.counts[term].doubtful
    return certain, certain if doubtful is None else f"{log.table} possible {number}"


def _counts(log: Log) -> Iterator[Sql]:
    for term, counts in log.counts.items():
        certain, possible = _names_of_counts(log, term)
        yield tree.alias(_lane(counts.certain), certain)
        if counts.doubtful is not None:
            both = tree.add(_lane(counts.certain), _lane(counts.doubtful))
            yield tree.alias(both, possible)


def _lane(lane: Lane) -> Sql:
    return lane.read(_of("sums", word(lane.word)))


def _decoded(moving: Moving) -> Sql:
    """A boolean or the place in a closed list out of a lane."""
    code = _lane(moving.lane)
    if moving.shape.type.kind is Kind.BOOLEAN:
        pairs = [
            (tree.eq(code.copy(), tree.whole(number)), value)
            for number, value in ((1, tree.no()), (2, tree.yes()))
        ]
        return tree.case(pairs, None)
    return tree.cast(tree.call("nullif", code, tree.whole(0)), tree.INTEGER)


def _of(table: str, name: str) -> Sql:
    return exp.column(name, table=table, quoted=True)


def _alias(name: str) -> exp.TableAlias:
    return exp.TableAlias(this=tree.name(name))


def _join(table: str, own: str, other: Sql, *, side: str | None = None) -> exp.Join:
    found = exp.Join(this=tree.table(table), on=tree.eq(_of(table, own), other))
    if side is not None:
        found.set("side", side)
    return found


def _over(function: Sql, *, running: bool = False, order: bool = True) -> Sql:
    """A function over the rows of a record in the order of time."""
    window = exp.Window(this=function, partition_by=[tree.column(RECORD)], over="OVER")
    if order:
        ordered = exp.Ordered(this=tree.column(AT), nulls_first=False)
        window.set("order", exp.Order(expressions=[ordered]))
    if running:
        # All steps at a moment have the same sum, in whatever order they are met.
        frame = exp.WindowSpec(
            kind="RANGE",
            start="UNBOUNDED",
            start_side="PRECEDING",
            end="CURRENT ROW",
        )
        window.set("spec", frame)
    return window
