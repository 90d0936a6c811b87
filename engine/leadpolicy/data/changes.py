"""Facts whose values change: dated rows and judgements, in the order in which they took effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from leadpolicy.data.chronicle import ALWAYS, MISSING, UNDATED, Changes, Coded
from leadpolicy.data.coding import Part, constant, in_order, layered, share
from leadpolicy.data.contradictions import note_skew
from leadpolicy.data.dated import Dated, read_rows
from leadpolicy.data.model import AssessmentsSpec, Cell, DatedFact
from leadpolicy.data.record_rows import Numbered
from leadpolicy.data.tables import Codes, Mask, Rows
from leadpolicy.data.traces import Traced
from leadpolicy.data.workbench import Work
from leadpolicy.diagnostics import listing, suggest
from leadpolicy.types import Type, show


@dataclass(slots=True)
class ChangeSource:
    """Dated rows that say something about one fact; `doubt` are records for which nobody knows."""

    dated: Dated
    part: Part
    doubt: Rows
    by: str | None = None


def read_sources(work: Work, records: Numbered) -> dict[str, list[ChangeSource]]:
    """All dated rows about each fact, in the order of the mapping; judgements last."""
    found: dict[str, list[ChangeSource]] = {}
    dated_facts = [spec for spec in work.spec.facts if isinstance(spec, DatedFact)]
    _note_absences(work, dated_facts)
    for spec in dated_facts:
        found.setdefault(spec.fact.name, []).append(_dated_fact(work, records, spec))
    if work.spec.assessments is not None:
        for name, source in _assessments(work, records, work.spec.assessments):
            found.setdefault(name, []).append(source)
    return found


def _note_absences(work: Work, specs: Sequence[DatedFact]) -> None:
    found: dict[tuple[str, str], list[str]] = {}
    for spec in specs:
        if spec.absent_means is not None:
            shown = show(spec.absent_means, spec.fact.type)
            found.setdefault((spec.rows.table, shown), []).append(spec.fact.name)
    for (table, shown), names in found.items():
        once = listing(dict.fromkeys(names), 20)
        work.note(f"no row in {table} is taken to mean {shown} for {once}")


def _dated_fact(work: Work, records: Numbered, spec: DatedFact) -> ChangeSource:
    assert spec.rows.at is not None
    dated = read_rows(work, records, spec.rows, spec.fact.name)
    note_skew(work, dated, spec.fact.name)
    converted = None
    if spec.value is not None:
        converted = work.convert(spec.value, spec.fact.type, dated.rows)
        work.reject(spec.value, converted, dated.rows, spec.rows.record)
    undated = _undated(work, dated, spec.rows.at)
    doubt = np.concatenate([dated.doubt, dated.records[undated]])
    dated = dated.only(~undated)
    if converted is not None:
        return ChangeSource(dated, converted.part(dated.rows), doubt)
    assert spec.constant is not None
    return ChangeSource(dated, constant(spec.constant, np.ones(len(dated.rows), np.bool_)), doubt)


def _undated(work: Work, dated: Dated, at: Cell) -> Mask:
    """Which rows have no date; they are set aside."""
    undated: Mask = dated.at == UNDATED
    for row in dated.rows[undated].tolist():
        work.set_aside(dated.table, row, None, at.column.column, "", "is empty: nobody knows when")
    return undated


def _assessments(
    work: Work, records: Numbered, spec: AssessmentsSpec
) -> Iterator[tuple[str, ChangeSource]]:
    """One source per fact, because each fact has its own type."""
    assert spec.rows.at is not None
    dated = read_rows(work, records, spec.rows, "assessments")
    note_skew(work, dated, "assessments")
    table = dated.table
    column = table.columns[spec.fact.column]
    texts = column.texts()
    by = spec.by.column if spec.by is not None else None
    about, lost = column.codes[dated.rows], column.codes[dated.lost]
    order = np.argsort(about, kind="stable")
    codes = np.unique(np.concatenate([about, lost])).tolist()
    ends = np.searchsorted(about[order], codes, "right").tolist()
    for code, start, end in zip(codes, [0, *ends], ends, strict=False):
        part = dated.only(order[start:end])
        fact = work.spec.vocabulary.facts.get(texts[code])
        if fact is None:
            hint = suggest(texts[code], work.spec.vocabulary.facts)
            reason = "is no fact" + (f" ({hint})" if hint else "")
            for row in part.rows.tolist():
                work.set_aside(table, row, spec.rows.record, spec.fact.column, texts[code], reason)
            continue
        converted = work.convert(spec.value, fact.type, part.rows)
        work.reject(spec.value, converted, part.rows, spec.rows.record)
        undated = _undated(work, part, spec.rows.at)
        doubt = np.concatenate([dated.doubt[lost == code], part.records[undated]])
        part = part.only(~undated)
        yield fact.name, ChangeSource(part, converted.part(part.rows), doubt, by)


# ------------------------------------------------------------------------- from rows to changes


def read_changes(
    kind: Type, under: Sequence[Part], sources: Sequence[ChangeSource], count: int
) -> tuple[Coded, Changes | None]:
    """A fact before its first change, and its changes, with the same list of values.

    `under` are the columns that say what holds before the first change, the lowest first.
    """
    codes, values = share([*under, *(source.part for source in sources)])
    before = np.full(count, MISSING, np.int32)
    for layer in codes[: len(under)]:
        before = layered(before, layer)
    base = Coded(kind, before, values)
    if not sources:
        return base, None
    return base, _ordered(sources, codes[len(under) :], Coded(kind, before, values))


def _ordered(sources: Sequence[ChangeSource], codes: Sequence[Codes], base: Coded) -> Changes:
    """The changes of one fact as they took effect.

    A row takes effect when it is both true and known, unless a newer one is known by then. Rows of
    the same moment go by their sequence, then by their place in the table.
    """
    said = np.concatenate(codes)
    traced = Traced([(source.dated, source.by) for source in sources])
    doubt = np.unique(np.concatenate([source.doubt for source in sources]))
    whole = traced.rows
    known = whole.at if whole.known is None else np.maximum(whole.at, whole.known)
    settled = ~np.isin(whole.records, doubt)
    order = effective(whole.records, whole.at, known, whole.ties(), settled)
    numbers = np.concatenate([doubt, whole.records[order]])
    at = np.concatenate([np.full(len(doubt), ALWAYS, np.int64), known[order]])
    value = np.concatenate([np.full(len(doubt), MISSING, np.int32), said[order]])
    places = np.concatenate([np.full(len(doubt), MISSING, np.int64), order])
    if len(doubt):
        by_record = np.argsort(numbers, kind="stable")
        numbers, at, value, places = (a[by_record] for a in (numbers, at, value, places))
    return Changes(numbers, at, Coded(base.type, value, base.values), traced.trace(places))


def effective(records: Rows, at: Rows, known: Rows, ties: Sequence[Rows], settled: Mask) -> Rows:
    """The places of the rows that ever count, sorted by (record, moment from which they count).

    `ties` order rows of the same `at`, the first before the second; equal ones go by their place.
    """
    order = in_order(records, at, ties)
    order = order[settled[order]]
    if known is not at:
        rank = np.empty(len(records), np.int64)
        rank[order] = np.arange(len(order))
        order = order[np.lexsort((rank[order], known[order], records[order]))]
        # Ranks of a later record exceed all of an earlier one: one running maximum serves all.
        order = order[rank[order] == np.maximum.accumulate(rank[order])]
    if not len(order):
        return order
    whose, when = records[order], known[order]
    same = (whose[1:] == whose[:-1]) & (when[1:] == when[:-1])
    last: Rows = order[np.append(~same, True)]
    return last
