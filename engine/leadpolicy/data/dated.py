"""Rows with dates that belong to records: facts as of a moment, judgements, events, outcomes.

Only rows at or before a record's moment of evaluation count, except for the outcome, which only
counts after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np

from leadpolicy.data.base import MOMENT, UNKNOWN_ID, Chosen
from leadpolicy.data.dates import DAY
from leadpolicy.data.model import AssessmentsSpec, Cell, DatedFact
from leadpolicy.data.model import Rows as RowsSpec
from leadpolicy.data.moments import from_microseconds
from leadpolicy.data.tables import Mask, Rows, Table
from leadpolicy.data.values import UNDATED, Converted
from leadpolicy.data.work import Work, counted
from leadpolicy.diagnostics import listing, suggest
from leadpolicy.types import Kind, Type, Value, show

INTEGER: Final = Type(Kind.INTEGER)
NEVER: Final = int(np.iinfo(np.int64).max)
_DAY: Final = 86_400_000_000


@dataclass(slots=True)
class Dated:
    """Rows of a table with the record, moment (microseconds since 1970) and order of each.

    `rows` holds only rows of evaluated records. `unplaced` has (record, row) for rows whose date or
    order does not fit, so that nobody knows when they belong.
    """

    table: Table
    rows: Rows
    records: Rows
    at: Rows
    sequence: Rows
    unplaced: tuple[tuple[int, int], ...]

    def only(self, mask: Mask) -> Dated:
        """Some of the rows."""
        return Dated(
            self.table,
            self.rows[mask],
            self.records[mask],
            self.at[mask],
            self.sequence[mask],
            self.unplaced,
        )

    def doubt(self) -> set[int]:
        """The records with a row that cannot be placed in time."""
        return {record for record, _ in self.unplaced}

    def mask(self) -> Mask:
        """The rows as a mask over the whole table."""
        mask = np.zeros(len(self.table), np.bool_)
        mask[self.rows] = True
        return mask


def read_rows(
    work: Work, chosen: Chosen, spec: RowsSpec, what: str, *, day_ends: bool = False
) -> Dated:
    """The rows that a mapping names. `what` is what they are called in notes.

    With `day_ends` a date without a time means the end of that day, not its beginning.
    """
    table = work.tables[spec.table]
    mask = table.where(spec.where)
    if not mask.any() and len(table) and spec.where:
        _note_nothing(work, table, spec, what)
    records, mask = _records(work, chosen, spec, mask, what)
    at = np.full(len(table), UNDATED, np.int64)
    bad = np.zeros(len(table), np.bool_)
    if spec.at is not None:
        converted = work.convert(spec.at, MOMENT, mask)
        bad |= work.reject(spec.at, converted, mask, spec.record)
        at = _instants(work, spec.at, converted, day_ends)
    sequence = np.zeros(len(table), np.int64)
    if spec.sequence is not None:
        cell = Cell(spec.sequence)
        order = work.convert(cell, INTEGER, mask)
        bad |= work.reject(cell, order, mask, spec.record)
        numbers = [v if isinstance(v, int) else 0 for v in order.values]
        sequence = np.array(numbers or [0], np.int64)[order.codes]
    lost = np.flatnonzero(mask & bad & (records >= 0))
    unplaced = tuple(zip(records[lost].tolist(), lost.tolist(), strict=True))
    rows = np.flatnonzero(mask & ~bad & (records >= 0))
    return Dated(table, rows, records[rows], at[rows], sequence[rows], unplaced)


def _records(
    work: Work, chosen: Chosen, spec: RowsSpec, mask: Mask, what: str
) -> tuple[Rows, Mask]:
    """The number of each row's record, and the rows that have one."""
    if spec.record is None:
        return chosen.number_of_row, mask & (chosen.number_of_row >= 0)
    table = work.tables[spec.table]
    column = table.columns[spec.record.column]
    texts = column.texts()
    nameless = table.empty(spec.record.column) & mask
    for row in np.flatnonzero(nameless).tolist():
        work.set_aside(
            table, row, None, spec.record.column, "", "is empty: the row belongs to no record"
        )
    numbers = [chosen.number_of_id.get(text, UNKNOWN_ID) for text in texts]
    records = np.array(numbers or [UNKNOWN_ID], np.int64)[column.codes]
    strange = mask & ~nameless & (records == UNKNOWN_ID)
    if count := int(strange.sum()):
        some = sorted({texts[code] for code in column.codes[strange][:1000].tolist()})
        work.note(
            f"{counted(count, 'row')} of {table.name} ({what}) for records that are not there: "
            f"{listing(some, 3)}"
        )
    return records, mask & ~nameless & ~strange


def _note_nothing(work: Work, table: Table, spec: RowsSpec, what: str) -> None:
    """A condition that no row meets is more often a slip than the truth."""
    hints = []
    for condition in spec.where:
        texts = table.columns[condition.column.column].texts()
        for value in condition.values:
            if value not in texts:
                hint = suggest(value, texts)
                hints.append(f"`{value}` never stands in {condition.column.column}"
                             + (f" ({hint})" if hint else ""))  # fmt: skip
    work.note(f"no row of {table.name} is {what}" + (f": {'; '.join(hints)}" if hints else ""))


def _instants(work: Work, cell: Cell, converted: Converted, day_ends: bool) -> Rows:
    """Per row the moment in microseconds, `UNDATED` where there is none."""
    instants = converted.instants
    if day_ends:
        cells = work.tables[cell.column.table].columns[cell.column.column].cells
        dated = np.flatnonzero(instants != UNDATED).tolist()
        days = [code for code in dated if _is_day(cells[code], cell.reading.format)]
        instants = instants.copy()
        instants[days] += _DAY - 1
    return instants[converted.codes]


def _is_day(cell: object, declared: str | None) -> bool:
    """Whether a cell names a day and no time."""
    if isinstance(cell, str):
        if declared in (None, "iso"):
            return bool(DAY.match(cell))
        return "%" in str(declared) and "%H" not in str(declared) and "%I" not in str(declared)
    return isinstance(cell, date) and not isinstance(cell, datetime)


# ------------------------------------------------------------------- facts as of the moment


@dataclass(frozen=True, slots=True)
class Entry:
    """The value that a dated row gave a fact; None where the row says that nothing is known."""

    value: Value | None
    table: Table
    row: int
    at: datetime
    by: str = ""


@dataclass(slots=True)
class _Source:
    """Dated rows of one source: what they say, about which fact."""

    dated: Dated
    facts: Sequence[str]
    values: Sequence[Value | None]
    by: Sequence[str] | None = None


def latest_values(work: Work, chosen: Chosen) -> dict[int, dict[str, Entry]]:
    """Per record number and fact the last dated row at or before the record's moment.

    Ties go by the sequence, then by the order of the rows. A fact is left unknown (an entry without
    value) where a row about it does not fit and could be the last one.
    """
    doubt: dict[tuple[int, str], Entry] = {}
    dated_facts = [spec for spec in work.spec.facts if isinstance(spec, DatedFact)]
    _note_absences(work, dated_facts)
    sources = [_dated_fact(work, chosen, spec, doubt) for spec in dated_facts]
    if work.spec.assessments is not None:
        sources.extend(_assessments(work, chosen, work.spec.assessments, doubt))
    found: dict[int, dict[str, Entry]] = defaultdict(dict)
    rank: dict[tuple[int, str], tuple[int, int, int]] = {}
    for source in sources:
        for i in _last_of_each(source):
            dated = source.dated
            record, fact = int(dated.records[i]), source.facts[i]
            order = (int(dated.at[i]), int(dated.sequence[i]), int(dated.rows[i]))
            if rank.get((record, fact), (UNDATED, 0, 0)) > order:
                continue
            rank[record, fact] = order
            at = from_microseconds(order[0])
            by = source.by[i] if source.by is not None else ""
            found[record][fact] = Entry(source.values[i], dated.table, order[2], at, by)
    for (record, fact), entry in doubt.items():
        found[record][fact] = entry
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


def _last_of_each(source: _Source) -> list[int]:
    """The positions that come last for their record and fact."""
    dated = source.dated
    if not len(dated.rows):
        return []
    names = {name: code for code, name in enumerate(dict.fromkeys(source.facts))}
    facts = np.array([names[name] for name in source.facts], np.int64)
    order = np.lexsort((dated.rows, dated.sequence, dated.at, facts, dated.records))
    groups = np.stack([dated.records[order], facts[order]])
    last = np.append((groups[:, 1:] != groups[:, :-1]).any(axis=0), True)
    positions: list[int] = order[last].tolist()
    return positions


def _known_by_then(
    work: Work,
    chosen: Chosen,
    dated: Dated,
    doubt: dict[tuple[int, str], Entry],
    facts: Mapping[int, str] | str,
    at: Cell,
) -> Dated:
    """The rows at or before the moment; rows without a date are set aside and leave doubt."""
    undated = dated.at == UNDATED
    for i in np.flatnonzero(undated).tolist():
        row = int(dated.rows[i])
        work.set_aside(dated.table, row, None, at.column.column, "", "is empty: nobody knows when")
        name = facts if isinstance(facts, str) else facts.get(row)
        if name is not None:
            record = int(dated.records[i])
            doubt[record, name] = _doubtful(chosen, dated.table, record, row)
    return dated.only(~undated & (dated.at <= chosen.moments[dated.records]))


def _doubtful(chosen: Chosen, table: Table, record: int, row: int) -> Entry:
    return Entry(None, table, row, from_microseconds(int(chosen.moments[record])))


def _dated_fact(
    work: Work, chosen: Chosen, spec: DatedFact, doubt: dict[tuple[int, str], Entry]
) -> _Source:
    assert spec.rows.at is not None
    name = spec.fact.name
    dated = read_rows(work, chosen, spec.rows, name)
    for record, row in dated.unplaced:
        doubt[record, name] = _doubtful(chosen, dated.table, record, row)
    converted = None
    if spec.value is not None:
        converted = work.convert(spec.value, spec.fact.type, dated.mask())
        work.reject(spec.value, converted, dated.mask(), spec.rows.record)
    dated = _known_by_then(work, chosen, dated, doubt, name, spec.rows.at)
    values: list[Value | None] = [spec.constant] * len(dated.rows)
    if converted is not None:
        values = converted.pick(dated.rows)
    return _Source(dated, [name] * len(dated.rows), values)


def _assessments(
    work: Work, chosen: Chosen, spec: AssessmentsSpec, doubt: dict[tuple[int, str], Entry]
) -> list[_Source]:
    """One source per fact, because each fact has its own type."""
    assert spec.rows.at is not None
    dated = read_rows(work, chosen, spec.rows, "assessments")
    table = dated.table
    column = table.columns[spec.fact.column]
    texts = column.texts()
    sources = []
    names = {row: texts[column.codes[row]] for row in dated.rows.tolist()}
    for code in np.unique(column.codes[dated.rows]).tolist():
        mask = column.codes[dated.rows] == code
        part = dated.only(mask)
        fact = work.spec.vocabulary.facts.get(texts[code])
        if fact is None:
            hint = suggest(texts[code], work.spec.vocabulary.facts)
            reason = "is no fact" + (f" ({hint})" if hint else "")
            for row in part.rows.tolist():
                work.set_aside(table, row, spec.rows.record, spec.fact.column, texts[code], reason)
            continue
        converted = work.convert(spec.value, fact.type, part.mask())
        work.reject(spec.value, converted, part.mask(), spec.rows.record)
        part = _known_by_then(work, chosen, part, doubt, names, spec.rows.at)
        by = None
        if spec.by is not None:
            people = table.columns[spec.by.column]
            by = [people.text(row) for row in part.rows.tolist()]
        sources.append(_Source(part, [fact.name] * len(part.rows), converted.pick(part.rows), by))
    for record, row in dated.unplaced:
        doubt[record, texts[column.codes[row]]] = _doubtful(chosen, table, record, row)
    return sources
