"""Events in tables of their own: counted once per record for every condition that asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlglot import exp

from leadpolicy.backends import EventTable
from leadpolicy.backends.sql import reading, tree
from leadpolicy.backends.sql.columns import Binder, Bound, Part, guard, raw_columns
from leadpolicy.backends.sql.emit import CountedEvents, Emitter
from leadpolicy.backends.sql.forms import Moment, Plain
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.logic.terms import Happened, Term
from leadpolicy.logic.walk import facts
from leadpolicy.times import microseconds
from leadpolicy.types import Kind, Type

WHOLE: Final = reading.SHORT | reading.LONG | reading.LONGER
KEY: Final = "key"
NOW: Final = "now"
AT: Final = "at"
_MOMENT: Final = Type(Kind.MOMENT)


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of one kind of events: a query with a row per record, and what its columns say."""

    name: str
    query: exp.Select = field(compare=False)
    columns: Mapping[Term, tuple[str, str]]
    parts: tuple[Part, ...]


def attributes_of(terms: Iterable[Happened]) -> dict[str, Type]:
    """The attributes that the conditions look at."""
    return facts(term.where for term in terms)


def tally(
    name: str,
    table: EventTable,
    source: Sql,
    binder: Binder,
    terms: Sequence[Happened],
    now: Moment,
    moments: Sql | None,
    key_type: str,
) -> Tally | None:
    """Counts, per record, the events that surely and those that possibly match each term.

    `moments` is a query of (key, now) where every record has a moment of its own, `key_type` the
    engine's type of the records' keys. None where the table does not fit, which is noted.
    """
    what = f"the events `{terms[0].event}`"
    wanted = attributes_of(terms)
    bound = binder.facts(wanted, {a: table.attributes.get(a) for a in wanted}, {})
    dated = binder.fact(AT, _MOMENT, table.at, ())
    named = [table.record, *(table.kind[:1] if table.kind else ())]
    found = [binder.column_type(column, what) for column in named]
    if dated is None or None in found or len(bound) != len(wanted):
        return None
    if found[0] is not None and not alike(found[0], key_type):
        binder.problems.error(
            "LP503", f"{what}: the column `{table.record}` is {found[0]}, the records' keys are"
            f" {key_type}", where=binder.header.where, help="convert one to the type of the other",
        )  # fmt: skip
    parts = tuple(part for one in (*bound.values(), dated) for part in one.parts)
    rows = _rows(table, source, parts)
    keys = [tree.column(KEY)]
    if moments is not None:
        keys, now = [*keys, tree.column(NOW)], Moment(None, tree.column(NOW))
    emitter = Emitter({a: one.form for a, one in bound.items()}, now)
    columns: dict[Term, tuple[str, str]] = {}
    counts: list[Sql] = []
    for number, term in enumerate(terms):
        certain, possible = columns[term] = f"{name} c{number}", f"{name} p{number}"
        surely, maybe = _matches(term, emitter, _at(dated), now)
        counts += [_count(surely, certain), _count(maybe, possible)]
    query = tree.select([*keys, *counts], rows, group=[key.copy() for key in keys])
    if moments is not None:
        query.set("joins", [exp.Join(this=moments, using=[tree.name(KEY)], kind="INNER")])
    return Tally(name, query, columns, parts)


def alike(one: str, other: str) -> bool:
    """Whether keys of these types can be equal without conversion."""
    same = {one, other} <= WHOLE or (_is_text(one) and _is_text(other))
    return one == other or same


def _is_text(kind: str) -> bool:
    """Whether a column holds texts; those of a categorical one are numbered."""
    return kind == "VARCHAR" or kind.startswith("ENUM")


def _rows(table: EventTable, source: Sql, parts: Sequence[Part]) -> Sql:
    """The typed rows of one kind."""
    typed = [tree.alias(part.value, part.name) for part in parts]
    typed += raw_columns(parts)
    typed.append(tree.alias(tree.column(table.record), KEY))
    where = None
    if table.kind is not None:
        where = tree.eq(tree.column(table.kind[0]), tree.text(table.kind[1]))
    inner = tree.nested(tree.select(typed, source, where=where), "raw events")
    return tree.nested(tree.select([exp.Star()], inner, where=guard(parts)), "events")


def _at(bound: Bound) -> Sql:
    assert isinstance(bound.form, Plain)
    return bound.form.copy()


def _count(condition: Sql, name: str) -> Sql:
    one = tree.case([(condition, tree.whole(1))], tree.whole(0))
    return tree.alias(tree.call("sum", one), name)


def _matches(term: Happened, emitter: Emitter, at: Sql, now: Moment) -> tuple[Sql, Sql]:
    """Whether an event surely matches, and whether it may. It may where neither `where` nor the
    window rules it out.
    """
    undated = tree.is_null(at.copy())
    outside = [tree.gt(at.copy(), _now(now))]
    inside = [tree.le(at.copy(), _now(now))]
    begin = begin_of(term.within, now)
    if begin is not None:
        inside.append(tree.gt(at.copy(), begin))
        outside.append(tree.le(at.copy(), begin.copy()))
    window = tree.every(inside)
    if term.within is None:
        window = tree.some([undated, window])
    surely = tree.every([emitter.holds(term.where), window])
    ruled_out = tree.some([emitter.fails(term.where), *outside])
    return surely, tree.case([(ruled_out, tree.no())], tree.yes())


def _now(now: Moment) -> Sql:
    if now.value is not None:
        return tree.whole(microseconds(now.value))
    assert now.sql is not None
    return now.sql.copy()


def begin_of(within: timedelta | None, now: Moment) -> Sql | None:
    """The far end of a window in microseconds; None for ever, and before the calendar begins."""
    if within is None:
        return None
    if now.value is not None:
        try:
            return tree.whole(microseconds(now.value - within))
        except OverflowError:
            return None
    assert now.sql is not None
    return tree.subtract(now.sql.copy(), tree.whole(within // timedelta(microseconds=1)))


def counted(
    term: Happened,
    columns: tuple[str, str] | None,
    now: Moment,
    recorded: Sql | None,
    since: Sql | None,
) -> CountedEvents:
    """What is known of a term, out of the joined counts. No row there: nothing happened.

    `since` is when the log of the record began, in microseconds; NULL: always kept.
    """
    certain, possible = (
        (tree.call("coalesce", tree.column(c), tree.whole(0)) for c in columns)
        if columns is not None
        else (tree.whole(0), tree.whole(0))
    )
    complete = tree.yes()
    if since is not None:
        complete = tree.is_null(since.copy())
        begin = begin_of(term.within, now)
        if begin is not None:
            complete = tree.some([complete, tree.ge(begin, since.copy())])
    flag = tree.yes() if recorded is None else recorded
    return CountedEvents(certain, possible, flag, complete)
