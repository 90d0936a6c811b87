"""Logs of events as steps: one more where an event begins to count, one less where a window ends.

The table of a log has a row per event: `record`; `happened` (microseconds, NULL where undated);
`begin`, from when on it is known, has happened, and the record is looked at; and its attributes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlglot import exp

from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.columns import missing
from leadpolicy.backends.sql.emit import Emitter
from leadpolicy.backends.sql.forms import Form, Moment
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.history.lanes import RECORD, Lane, step, word
from leadpolicy.history.stored import StoredShape
from leadpolicy.logic.terms import Happened, Term
from leadpolicy.logic.walk import facts, turning
from leadpolicy.types import Kind

HAPPENED: Final = "happened"
BEGIN: Final = "begin"
_ONE: Final = timedelta(microseconds=1)


def attribute(name: str) -> str:
    """The column of an attribute."""
    return f"attribute {name}"


@dataclass(frozen=True, slots=True)
class Counts:
    """The lanes of a condition: events that surely match, and those that may; None: none may."""

    certain: Lane
    doubtful: Lane | None


@dataclass(frozen=True, slots=True)
class Log:
    """How the events of one kind are stored, and where each condition counts them.

    Conditions that differ only in how many they want have the same counts. An attribute without a
    shape was not recorded. `recorded` and `since` name columns of the records' table, if there are
    any: which records have a log, and from when on it was kept.
    """

    table: str
    counts: Mapping[Happened, Counts]
    attributes: Mapping[str, StoredShape | None]
    undated: bool
    recorded: str | None
    since: str | None

    def tallied(self) -> list[Happened]:
        """One condition for every pair of counts."""
        return list({counts: term for term, counts in self.counts.items()}.values())

    def windows(self) -> dict[timedelta | None, list[Happened]]:
        """The conditions that do not look at the moment of evaluation in `where`, by window."""
        found: dict[timedelta | None, list[Happened]] = {}
        for term in self.tallied():
            if not looks_at_now(term.where):
                found.setdefault(term.within, []).append(term)
        return found


def looks_at_now(where: Term) -> bool:
    """Whether what matches depends on the moment of evaluation."""
    return bool(turning([where]))


def rows_of_log(log: Log, words: int, until: int) -> Iterator[exp.Select]:
    """The queries whose rows are the steps that the events of a log make, up to a moment."""
    windows = log.windows()
    if windows:
        yield _nonzero(_arrivals(log, windows, words), words)
    for within, terms in windows.items():
        if within is not None:
            yield _nonzero(_departures(log, terms, within, words, until), words)
    for term in log.tallied():
        if looks_at_now(term.where):
            for query in _turns(log, term, words, until):
                yield _nonzero(query, words)


def _arrivals(
    log: Log, windows: Mapping[timedelta | None, list[Happened]], words: int
) -> exp.Select:
    """Every event where it begins to count, for all windows that it is still in."""
    emitter = _emitter(log, tree.column(BEGIN))
    added: dict[int, list[Sql]] = {}
    for within, terms in windows.items():
        inside = _inside(within)
        for number, amount in _amounts(log, terms, emitter).items():
            added.setdefault(number, []).append(tree.case([(inside.copy(), amount)], tree.whole(0)))
    totals = {number: tree.total(parts) for number, parts in added.items()}
    columns = step(tree.column(RECORD), tree.column(BEGIN), totals, words)
    return tree.select(columns, tree.table(log.table))


def _departures(
    log: Log, terms: list[Happened], within: timedelta, words: int, until: int
) -> exp.Select:
    """Every event where it leaves the window."""
    emitter = _emitter(log, tree.column(BEGIN))
    left = {n: _minus(amount) for n, amount in _amounts(log, terms, emitter).items()}
    end = _end(within)
    columns = step(tree.column(RECORD), end, left, words)
    where = tree.every([_inside(within, undated=False), tree.le(end.copy(), tree.whole(until))])
    return tree.select(columns, tree.table(log.table), where=where)


def _turns(log: Log, term: Happened, words: int, until: int) -> Iterator[exp.Select]:
    """The steps of a condition whose `where` compares attributes with now.

    What an event adds changes where one of these comparisons does: there it is evaluated at that
    moment and a microsecond before.
    """

    def amounts(now: Sql) -> dict[int, Sql]:
        return _amounts(log, [term], _emitter(log, now))

    source = tree.table(log.table)
    inside = _inside(term.within)
    columns = step(tree.column(RECORD), tree.column(BEGIN), amounts(tree.column(BEGIN)), words)
    yield tree.select(columns, source.copy(), where=inside.copy())
    candidates = [
        tree.add(_instant(log, name), tree.whole(offset))
        for name, offsets in turning([term.where]).items()
        for offset in offsets
        if log.attributes[name] is not None
    ]
    for place, at in enumerate(candidates):
        before = amounts(tree.subtract(at.copy(), tree.whole(1)))
        after = amounts(at.copy())
        changed = {n: tree.subtract(after[n], before[n]) for n in after}
        known = [
            tree.gt(at.copy(), tree.column(BEGIN)),
            tree.le(at.copy(), tree.whole(until)),
            inside.copy(),
        ]
        if term.within is not None:
            undated = tree.is_null(tree.column(HAPPENED))
            known.append(tree.some([undated, tree.lt(at.copy(), _end(term.within))]))
        known += [_apart(earlier, at) for earlier in candidates[:place]]
        columns = step(tree.column(RECORD), at.copy(), changed, words)
        yield tree.select(columns, source.copy(), where=tree.every(known))
    if term.within is not None:
        end = _end(term.within)
        last = amounts(tree.subtract(end.copy(), tree.whole(1)))
        columns = step(tree.column(RECORD), end, {n: _minus(a) for n, a in last.items()}, words)
        where = [_inside(term.within, undated=False), tree.le(end.copy(), tree.whole(until))]
        yield tree.select(columns, source.copy(), where=tree.every(where))


def _instant(log: Log, name: str) -> Sql:
    """An attribute as a moment: a day begins at its first microsecond."""
    shape = log.attributes[name]
    assert shape is not None
    column = tree.column(attribute(name))
    return tree.call("epoch_us", column) if shape.type.kind is Kind.DATE else column


def _apart(one: Sql, other: Sql) -> Sql:
    """Whether two moments differ, or one is missing."""
    return tree.call("coalesce", tree.ne(one.copy(), other.copy()), tree.yes())


def _emitter(log: Log, now: Sql) -> Emitter:
    wanted = facts(term.where for term in log.counts)
    forms: dict[str, Form] = {}
    for name, kind in wanted.items():
        shape = log.attributes[name]
        if shape is None:
            forms[name] = missing(kind, kind.values).form
        else:
            forms[name] = shape.form(attribute(name))
    return Emitter(forms, Moment(None, now))


def _amounts(log: Log, terms: Iterable[Happened], emitter: Emitter) -> dict[int, Sql]:
    """What an event adds to each word while it counts."""
    found: dict[int, list[Sql]] = {}
    for term in terms:
        counts = log.counts[term]
        certain, doubtful = counts.certain, counts.doubtful
        for number in dict.fromkeys([certain.word, *([doubtful.word] if doubtful else [])]):
            yes = certain.steps(1) if certain.word == number else 0
            maybe = doubtful.steps(1) if doubtful and doubtful.word == number else 0
            amount = emitter.three_ways(
                term.where, tree.whole(yes), tree.whole(0), tree.whole(maybe)
            )
            if log.undated and term.within is not None:
                may = tree.case([(emitter.fails(term.where), tree.whole(0))], tree.whole(maybe))
                amount = tree.case([(tree.is_null(tree.column(HAPPENED)), may)], amount)
            found.setdefault(number, []).append(amount)
    return {number: tree.total(parts) for number, parts in found.items()}


def _end(within: timedelta) -> Sql:
    return tree.add(tree.column(HAPPENED), tree.whole(within // _ONE))


def _inside(within: timedelta | None, *, undated: bool = True) -> Sql:
    """Whether an event is in the window when it begins to count. An undated one always is."""
    if within is None:
        return tree.yes()
    dated = tree.gt(_end(within), tree.column(BEGIN))
    return tree.some([tree.is_null(tree.column(HAPPENED)), dated]) if undated else dated


def _minus(amount: Sql) -> Sql:
    return tree.subtract(tree.whole(0), amount)


def _nonzero(query: exp.Select, words: int) -> exp.Select:
    """Steps that add nothing are none."""
    something = tree.some(tree.ne(tree.column(word(n)), tree.whole(0)) for n in range(words))
    return tree.select([exp.Star()], tree.nested(query, "steps"), where=something)


__all__ = ["Counts", "Log", "looks_at_now", "rows_of_log"]
