"""Policies over a table: opened, checked, planned once, and run as often as wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlglot import exp

from leadpolicy.backends import EventTable, Place
from leadpolicy.backends.sql import events as tallies
from leadpolicy.backends.sql import plan, tree
from leadpolicy.backends.sql.columns import Binder, Bound, Part, guard, orders_for, raw_columns
from leadpolicy.backends.sql.emit import CountedEvents, Emitter
from leadpolicy.backends.sql.events import KEY, NOW
from leadpolicy.backends.sql.forms import Form, Moment, Plain
from leadpolicy.backends.sql.plan import ResultLayout
from leadpolicy.backends.sql.session import Opened, Session, Unfit, diagnose, mixed_columns
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.diagnostics import LeadpolicyError, Problems, suggest
from leadpolicy.files import writing
from leadpolicy.logic.terms import Logic, Term
from leadpolicy.logic.walk import facts, happenings
from leadpolicy.times import in_utc, microseconds
from leadpolicy.types import Kind, Type

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Answer = TypeVar("Answer")
ROW: Final = "leadpolicy row"
KEPT: Final = "leadpolicy key"
CARRIED: Final = "leadpolicy carried"
_MOMENT: Final = Type(Kind.MOMENT)
_FLAG: Final = Type(Kind.BOOLEAN)


@dataclass(frozen=True, slots=True)
class Run:
    """A program on a table at a moment: the query, ready to be executed."""

    session: Session
    _text: Callable[[], str] = field(compare=False)
    layout: ResultLayout
    where: str
    _looks: tuple[tuple[Sql, tuple[Part, ...], str], ...] = field(compare=False)

    @property
    def sql(self) -> str:
        """The query's text; written when it is needed."""
        return self._text()

    def arrow(self) -> pa.Table:
        """The answers as an Arrow table. Raises `LeadpolicyError`."""
        return self._collect(lambda relation: relation.to_arrow_table())

    def pandas(self) -> pd.DataFrame:
        """The answers as a pandas frame. Raises `LeadpolicyError`."""
        frame: pd.DataFrame = self._collect(lambda relation: relation.df())
        return frame

    def collect(self, made: Callable[[Any], Answer]) -> Answer:
        """What a function makes of the engine's relation of answers. Raises `LeadpolicyError`."""
        found: Answer = self._collect(made)
        return found

    def write(self, path: str | Path) -> None:
        """The answers as a Parquet file, made whole or not at all. Raises `LeadpolicyError`."""
        try:
            with writing(Path(path)) as part, self.session.errors(str(path)):
                self.session.connection.sql(self.sql).write_parquet(str(part), use_tmp_file=False)
        except Unfit:
            raise self._diagnosed() from None

    def _collect(self, collect: Any) -> Any:
        try:
            with self.session.errors(self.where):
                return collect(self.session.connection.sql(self.sql))
        except Unfit:
            raise self._diagnosed() from None

    def _diagnosed(self) -> LeadpolicyError:
        found = [
            diagnostic
            for source, parts, where in self._looks
            for diagnostic in diagnose(self.session, source, parts, where)
        ]
        if found:
            return LeadpolicyError(found)
        return LeadpolicyError.of(
            "LP503", "a record has no moment of evaluation", where=self.where,
            help="every row needs one in the column that `as_of` names",
        )  # fmt: skip


class TableProgram:
    """Policies by label, to be run on tables.

    `facts` are the facts that a table must have a place for, `events` the kinds of events. Without
    `limited` numbers may be beyond the limits of the policies' vocabulary.
    """

    def __init__(self, logics: Mapping[str, Logic], *, limited: bool = True) -> None:
        self.logics = dict(logics)
        roots = [term for one in logics.values() for term in (*one.criteria, *one.stages)]
        self._happenings = happenings(roots)
        self.limited = limited
        self.facts = facts(roots)
        self.events = tuple(self._happenings)
        self.orders = orders_for(self.facts, roots)

    def attributes(self) -> dict[str, dict[str, Type]]:
        """For each kind of events the attributes that conditions look at."""
        return {kind: tallies.attributes_of(terms) for kind, terms in self._happenings.items()}

    def prepare(
        self,
        source: object,
        columns: Mapping[str, Place] | None = None,
        *,
        as_of: datetime | str,
        id: str | None = None,
        events: Mapping[str, EventTable | None] | None = None,
        carry: Sequence[str] = (),
        session: Session | None = None,
    ) -> Run:
        """Opens and checks everything. Raises `LeadpolicyError` with all that does not fit.

        `source` is a path, or a table of Arrow, pandas, Polars or DuckDB. `columns` gives
        facts their places, by default columns of their own names. `as_of` is the moment of
        evaluation, or the column that holds it. `id` is the column of the records' keys: it comes
        back with the answers, which stand in the order of the source, and finds the events.
        `carry` names other columns that come back as they are.

        A value that does not fit its fact is an error while the query runs, wherever it stands in
        a column that is used.
        """
        opening = _Opening(self, session or Session(), dict(events or {}), as_of, id, tuple(carry))
        return opening.run(source, dict(columns or {}))

    def run(
        self,
        source: object,
        columns: Mapping[str, Place] | None = None,
        *,
        as_of: datetime | str,
        id: str | None = None,
        events: Mapping[str, EventTable | None] | None = None,
        out: str | Path | None = None,
        session: Session | None = None,
    ) -> pd.DataFrame | None:
        """A pandas frame; with `out`, a Parquet file of that name instead. See `prepare`."""
        ready = self.prepare(source, columns, as_of=as_of, id=id, events=events, session=session)
        if out is None:
            return ready.pandas()
        ready.write(out)
        return None


@dataclass(slots=True)
class _Opening:
    """One call of `prepare`."""

    program: TableProgram
    session: Session
    events: dict[str, EventTable | None]
    as_of: datetime | str
    id: str | None
    carry: tuple[str, ...] = ()
    key_type: str = ""
    problems: Problems = field(default_factory=Problems)
    looks: list[tuple[Sql, tuple[Part, ...], str]] = field(default_factory=list)

    def run(self, source: object, columns: dict[str, Place]) -> Run:
        self._check_events()
        base, forms, extra = self._open(source, columns)
        now = self._now(extra)
        emitter = Emitter(forms, now)
        counted = self._count(base, emitter, now, extra)
        self.problems.stop_on_errors()
        keep = {inner: given for given, inner in self._keep().items()}
        query = self._query(emitter, counted, keep)
        where = str(source) if isinstance(source, str | Path) else "the table"
        _check_names([*keep.values(), *query.layout.columns], where)
        text = cache(lambda: tree.render(query.select))
        return Run(self.session, text, query.layout, where, tuple(self.looks))

    def _query(self, emitter: Emitter, source: Sql, keep: Mapping[str, str]) -> plan.Query:
        query = plan.everything(self.program.logics, emitter, source, keep)
        if self._tallied():
            tree.order(query.select, ROW)
        return query

    def _tallied(self) -> bool:
        return any(self.events.get(kind) is not None for kind in self.program.events)

    def _check_events(self) -> None:
        for kind in self.program.events:
            if kind not in self.events:
                self.problems.error(
                    "LP502", f"the policies ask for events of the kind `{kind}`",
                    help=suggest(kind, self.events)
                    or "name their table, or say None where nobody recorded them",
                )  # fmt: skip
        if self._tallied() and self.id is None:
            self.problems.error("LP502", "events need the column of the records' keys: `id`")

    # ---------------------------------------------------------------------------- records

    def _flags(self) -> dict[str, Type]:
        """Columns of the records that say when they are evaluated and which logs were kept."""
        wanted = {self.as_of: _MOMENT} if isinstance(self.as_of, str) else {}
        for kind in self.program.events:
            table = self.events.get(kind)
            if table is not None and table.recorded is not None:
                wanted[table.recorded] = _FLAG
            if table is not None and isinstance(table.since, str):
                wanted[table.since] = _MOMENT
        return wanted

    def _open(
        self, source: object, columns: dict[str, Place]
    ) -> tuple[Sql, dict[str, Form], dict[str, Sql]]:
        opened = self.session.open(source, "the table")
        bound, extra = self._bind(opened, columns)
        if self.id is not None:
            found = Binder(opened.header, self.problems).column_type(self.id, "the records' keys")
            self.key_type = found or ""
        for name in self.carry:
            Binder(opened.header, self.problems).column_type(name, "a column to carry")
        refuse_mixed(source, bound, opened.header.where, self.problems)
        self.problems.stop_on_errors()
        parts = tuple(part for one in (*bound.values(), *extra.values()) for part in one.parts)
        self.looks.append((opened.sql, parts, opened.header.where))
        forms = {name: one.form for name, one in bound.items()}
        base = typed(opened.sql, parts, self._keep(), numbered=self._tallied())
        return base, forms, {name: _plain(one) for name, one in extra.items()}

    def _keep(self) -> dict[str, str]:
        carried = {name: f"{CARRIED} {place}" for place, name in enumerate(self.carry)}
        return carried if self.id is None else {**carried, self.id: KEPT}

    def _bind(
        self, opened: Opened, columns: dict[str, Place]
    ) -> tuple[dict[str, Bound], dict[str, Bound]]:
        binder = Binder(opened.header, self.problems, limited=self.program.limited)
        bound = binder.facts(self.program.facts, columns, self.program.orders)
        flags = Binder(opened.header, self.problems, "x")
        return bound, flags.facts(self._flags(), {}, {})

    def _now(self, extra: Mapping[str, Sql]) -> Moment:
        if isinstance(self.as_of, str):
            return Moment(None, tree.call("coalesce", extra[self.as_of], tree.failure(tree.BIG)))
        return Moment(in_utc(self.as_of))

    # ----------------------------------------------------------------------------- events

    def _count(self, base: Sql, emitter: Emitter, now: Moment, extra: Mapping[str, Sql]) -> Sql:
        """The records with the counts of their events beside them."""
        counted: dict[Term, CountedEvents] = {}
        joins: list[tallies.Tally] = []
        for kind in self.program.events:
            terms = self.program._happenings[kind]
            table = self.events.get(kind)
            if table is None:
                for term in terms:
                    counted[term] = tallies.counted(term, None, now, tree.no(), None)
                continue
            found = self._tally(f"n{len(joins)}", kind, table, base, now)
            if found is None:
                continue
            joins.append(found)
            recorded = None if table.recorded is None else extra[table.recorded]
            since: Sql | None = None
            if isinstance(table.since, str):
                since = extra[table.since]
            elif table.since is not None:
                since = tree.whole(microseconds(in_utc(table.since)))
            there = tree.not_null(tree.column(KEPT))
            for term in terms:
                kept = [there.copy(), *([] if recorded is None else [recorded.copy()])]
                flag = tree.every(kept)
                counted[term] = tallies.counted(term, found.columns[term], now, flag, since)
        emitter.events = counted
        return self._joined(base, joins, now)

    def _tally(
        self, name: str, kind: str, table: EventTable, base: Sql, now: Moment
    ) -> tallies.Tally | None:
        named = isinstance(table.source, str | Path)
        where = str(table.source) if named else f"the events `{kind}`"
        opened = self.session.open(table.source, where)
        limited = self.program.limited
        binder = Binder(opened.header, self.problems, f"{name} a", limited=limited)
        moments = None
        if now.value is None:
            assert now.sql is not None
            pairs = tree.select(
                [tree.alias(tree.column(KEPT), KEY), tree.alias(now.sql.copy(), NOW)],
                base.copy(),
            )
            pairs.set("distinct", exp.Distinct())
            moments = tree.nested(pairs, "moments")
        terms = self.program._happenings[kind]
        found = tallies.tally(name, table, opened.sql, binder, terms, now, moments, self.key_type)
        if found is not None:
            self.looks.append((opened.sql, found.parts, where))
        return found

    def _joined(self, base: Sql, joins: Sequence[tallies.Tally], now: Moment) -> Sql:
        if not joins:
            return base
        columns: list[Sql] = [exp.Column(this=exp.Star(), table=tree.name("records"))]
        named = base.copy()
        named.set("alias", exp.TableAlias(this=tree.name("records")))
        made = []
        for one in joins:
            columns += [
                exp.column(c, table=one.name, quoted=True)
                for pair in one.columns.values()
                for c in pair
            ]
            mine = exp.column(KEPT, table="records", quoted=True)
            condition = tree.eq(mine, exp.column(KEY, table=one.name, quoted=True))
            if now.value is None:
                assert now.sql is not None
                own = exp.column(NOW, table=one.name, quoted=True)
                condition = tree.every([condition, tree.eq(own, now.sql.copy())])
            made.append(exp.Join(this=tree.nested(one.query, one.name), side="LEFT", on=condition))
        query = tree.select(columns, named)
        query.set("joins", made)
        return tree.nested(query, "counted")


def _row_number() -> Sql:
    return tree.alias(exp.Window(this=tree.call("row_number"), over="OVER"), ROW)


def _plain(bound: Bound) -> Sql:
    if not isinstance(bound.form, Plain):
        raise TypeError(f"{bound.form.type} is no flag and no moment")
    return bound.form.copy()


def refuse_mixed(
    source: object, bound: Mapping[str, Bound], where: str, problems: Problems
) -> None:
    """Notes the columns of a data frame that hold objects of several types."""
    named = [part.column for one in bound.values() for part in one.parts]
    for column in mixed_columns(source, named):
        problems.error(
            "LP503", f"the column `{column}` holds values of several types", where=where,
            help="convert it to one type; types are not guessed",
        )  # fmt: skip


def _check_names(names: Sequence[str], where: str) -> None:
    """To the engine names that differ only in case are the same."""
    folded = [name.casefold() for name in names]
    for name in names:
        if folded.count(name.casefold()) > 1:
            raise LeadpolicyError.of(
                "LP209", f"two columns of the result would be called `{name}`", where=where
            )


def typed(
    source: Sql,
    parts: Sequence[Part],
    keep: Mapping[str, str],
    *,
    numbered: bool,
) -> Sql:
    """The typed columns of a source, and those to keep under another name, to select from.

    A row with a value that does not fit raises an error while the query runs.
    """
    made = [tree.alias(part.value.copy(), part.name) for part in parts]
    made += raw_columns(parts)
    made += [tree.alias(tree.column(given), inner) for given, inner in keep.items()]
    if numbered:
        made.append(_row_number())
    if not made:
        made = [tree.alias(tree.yes(), "nothing")]
    inner = tree.nested(tree.select(made, source.copy()), "raw")
    check = guard(parts)
    if check is None:
        return inner
    names = [*(part.name for part in parts), *keep.values(), *([ROW] if numbered else ())]
    return tree.nested(tree.select(map(tree.column, names), inner, where=check), "checked")
