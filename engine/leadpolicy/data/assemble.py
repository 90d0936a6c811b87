"""Tables to a chronicle: everything that is known of each record, with when it became known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from leadpolicy.data.changes import ChangeSource, read_changes, read_sources
from leadpolicy.data.chronicle import Changes, Chronicle, Coded
from leadpolicy.data.coding import Part, constant
from leadpolicy.data.contradictions import note_ends, note_late
from leadpolicy.data.happenings import read_events
from leadpolicy.data.model import ConstantFact, DatedFact, FactSpec
from leadpolicy.data.outcomes import read_ends
from leadpolicy.data.quarantine import SetAside, TableRead
from leadpolicy.data.record_rows import Base, Numbered, entries, number, read_base
from leadpolicy.data.recordset import Progress
from leadpolicy.data.tables import Rows, Table
from leadpolicy.data.traces import Origination
from leadpolicy.data.workbench import Work
from leadpolicy.diagnostics import LeadpolicyError

if TYPE_CHECKING:
    from leadpolicy.data.dataset import Dataset

STEPS = 5


def assemble(dataset: Dataset, work: Work, progress: Progress | None = None) -> Chronicle:
    """The chronicle of a data set. Raises `LeadpolicyError`."""
    tell = progress or _silent
    spec, tables = work.spec, work.tables
    _set_faults_aside(work)
    tell("reading records", 0, STEPS)
    base = read_base(work)
    work.problems.stop_on_errors()
    _refuse_nothing(work, base)
    records = number(base, spec.records.id)
    early = len(work.notes)
    tell("reading dated facts", 1, STEPS)
    facts, changes = _facts(work, base, records, read_sources(work, records))
    tell("reading events", 2, STEPS)
    events = read_events(work, records)
    tell("reading outcomes", 3, STEPS)
    ends = read_ends(work, records)
    entered = entries(base, spec.records.entered_at, records.rows)
    note_ends(work, entered, ends, spec.outcome.name if spec.outcome is not None else "won")
    note_late(work, changes, events, spec.observed_until)
    about_tables = [note for table in tables.values() for note in table.notes]
    return Chronicle(
        dataset,
        records.ids,
        entered,
        facts,
        changes,
        events,
        ends.won,
        ends.closed,
        ends.known,
        spec.outcome.name if spec.outcome is not None else "",
        spec.observed_until,
        [*about_tables, *work.notes],
        len(about_tables) + early,
        ends.undated,
        work.quarantine,
        work.quarantine.told(TableRead(t.name, t.file, t.rows_read, 0) for t in tables.values()),
        _origination(base, records, spec.facts),
    )


def _silent(_what: str, _done: int, _total: int) -> None:
    """Tells nobody."""


def _set_faults_aside(work: Work) -> None:
    for table in work.tables.values():
        for fault in table.faults:
            work.quarantine.add(
                SetAside(table.name, table.file, fault.line, "", "", fault.text, fault.reason)
            )


def _refuse_nothing(work: Work, base: Base) -> None:
    """A data set without a single record is a mistake, and the reason is worth a message."""
    if base.fits.any():
        return
    table = base.main
    where = str(work.spec.tables[table.name].path)
    if not table.rows_read:
        raise LeadpolicyError.of(
            "LP505",
            f"the table {table.name} ({table.file}) has a header and no rows",
            where=where,
            expected="at least one record",
        )
    counts = work.quarantine.counts()
    if not counts:
        raise LeadpolicyError.of(
            "LP505", f"no row of {table.name} meets the `where` of `records`", where=where
        )
    reason, count = next(iter(counts.items()))
    raise LeadpolicyError.of(
        "LP505",
        f"all {table.rows_read:,} rows of {table.name} ({table.file}) are set aside; "
        f"most often ({count:,} times) because {reason}",
        where=where,
        help=f"for example {next(iter(work.quarantine))}",
    )


# --------------------------------------------------------------------------------------- facts


def _facts(
    work: Work, base: Base, records: Numbered, sources: Mapping[str, Sequence[ChangeSource]]
) -> tuple[dict[str, Coded], dict[str, Changes]]:
    """Every fact before its first change, and the changes of those that have some."""
    names = dict.fromkeys([*(spec.fact.name for spec in work.spec.facts), *sources])
    facts: dict[str, Coded] = {}
    changes: dict[str, Changes] = {}
    for name in names:
        kind = work.spec.vocabulary.facts[name].type
        under = _undated(work, base, records, name)
        found, changed = read_changes(kind, under, sources.get(name, ()), len(records))
        facts[name] = found
        if changed is not None:
            changes[name] = changed
    return facts, changes


def _undated(work: Work, base: Base, records: Numbered, name: str) -> list[Part]:
    """What holds for a fact without any dated row, the more general first."""
    everybody = np.ones(len(records), np.bool_)
    general: list[Part] = []
    for spec in work.spec.facts:
        if spec.fact.name != name:
            continue
        match spec:
            case ConstantFact(_, value):
                general.append(constant(value, everybody))
            case DatedFact() if spec.absent_means is not None:
                general.append(constant(spec.absent_means, everybody))
            case _:
                pass
    if name not in base.columns:
        return general
    spec, converted = base.columns[name]
    rows = base.rows_in(spec.cell.column.table, records.rows)
    if spec.absent_means is not None:
        general.append(constant(spec.absent_means, rows >= 0))
    return [*general, converted.part(rows)]


def _origination(base: Base, records: Numbered, facts: Sequence[FactSpec]) -> Origination:
    tables: dict[str, tuple[Table, Rows]] = {base.main.name: (base.main, records.rows)}
    for name, table in base.joined.items():
        tables[name] = (table, base.partner[name][records.rows])
    refs = {name: spec.cell.column for name, (spec, _) in base.columns.items()}
    columns = {name: (ref.table, ref.column) for name, ref in refs.items()}
    absent = {
        spec.fact.name: spec.rows.table
        for spec in facts
        if isinstance(spec, DatedFact) and spec.absent_means is not None
    }
    return Origination(tables, columns, absent)
