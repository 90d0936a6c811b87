"""Tables to records: what was known about each record at its moment, and nothing later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadpolicy.data.base import Base, Chosen, choose, read_base
from leadpolicy.data.dated import Entry, latest_values
from leadpolicy.data.happenings import Logs, read_logs
from leadpolicy.data.model import ColumnFact, ConstantFact, DatasetSpec, DatedFact
from leadpolicy.data.moments import AsOf, from_microseconds
from leadpolicy.data.outcomes import read_outcomes
from leadpolicy.data.quarantine import SetAside
from leadpolicy.data.recordset import Origins, Progress, RecordSet, TableRead
from leadpolicy.data.tables import Table
from leadpolicy.data.work import Work
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.types import Value
from leadpolicy.vocabulary.record import EventLog, Origin, Record

if TYPE_CHECKING:
    from leadpolicy.data.dataset import Dataset

_STEPS = 5


def assemble(
    dataset: Dataset, tables: Mapping[str, Table], as_of: AsOf, progress: Progress | None = None
) -> RecordSet:
    """The records of a data set at a moment. Raises `LeadpolicyError`."""
    tell = progress or _silent
    spec = dataset.spec
    work = Work(spec, tables)
    _set_faults_aside(work)
    tell("reading records", 0, _STEPS)
    base = read_base(work)
    work.problems.stop_on_errors()
    chosen = choose(work, base, as_of)
    _refuse_nothing(work, base, chosen, as_of)
    tell("reading dated facts", 1, _STEPS)
    entries = latest_values(work, chosen)
    tell("reading events", 2, _STEPS)
    logs = read_logs(work, chosen)
    tell("reading outcomes", 3, _STEPS)
    outcomes = read_outcomes(work, chosen)
    tell("putting records together", 4, _STEPS)
    records = _Maker(spec, base, chosen, entries, logs).records()
    tell("putting records together", _STEPS, _STEPS)
    return RecordSet(
        dataset,
        chosen.ids,
        [from_microseconds(moment) for moment in chosen.moments.tolist()],
        records,
        outcomes,
        spec.outcome.name if spec.outcome is not None else "",
        spec.observed_until,
        _tables_read(work),
        work.quarantine,
        [*(note for table in tables.values() for note in table.notes), *work.notes],
    )


def _silent(_what: str, _done: int, _total: int) -> None:
    """Tells nobody."""


def _set_faults_aside(work: Work) -> None:
    for table in work.tables.values():
        for fault in table.faults:
            work.quarantine.add(
                SetAside(table.name, table.file, fault.line, "", "", fault.text, fault.reason)
            )


def _tables_read(work: Work) -> list[TableRead]:
    aside: dict[str, set[int]] = {name: set() for name in work.tables}
    for row in work.quarantine:
        aside[row.table].add(row.line)
    return [
        TableRead(table.name, table.file, table.rows_read, len(aside[table.name]))
        for table in work.tables.values()
    ]


def _refuse_nothing(work: Work, base: Base, chosen: Chosen, as_of: AsOf) -> None:
    """A data set without a single record is a mistake, and the reason is worth a message."""
    if chosen.ids:
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
    if base.fits.any():
        reason = "; ".join(note for note in work.notes if " left out: " in note)
        raise LeadpolicyError.of(
            "LP505",
            f"no record of {work.spec.name} can be evaluated as of {as_of}: {reason}",
            where=where,
            help="choose another moment",
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


@dataclass(slots=True)
class _Maker:
    """Makes the records, and tells later where their facts came from."""

    spec: DatasetSpec
    base: Base
    chosen: Chosen
    entries: dict[int, dict[str, Entry]]
    logs: Logs

    def records(self) -> list[Record]:
        constants = self.constants()
        names = list(self.base.columns)
        columns = [self.column(name) for name in names]
        rows = zip(*columns, strict=True) if columns else (() for _ in self.chosen.ids)
        made = []
        for number, (id, row) in enumerate(zip(self.chosen.ids, rows, strict=True)):
            facts: dict[str, Value] = constants | {
                name: value for name, value in zip(names, row, strict=True) if value is not None
            }
            self.overlay(number, facts)
            events: Mapping[str, EventLog] = self.logs.of(number)
            made.append(Record(facts, events, id, Origins(facts, number, self.origin)))
        return made

    def constants(self) -> dict[str, Value]:
        """What holds for every record unless a column or a dated row says something else."""
        constants: dict[str, Value] = {}
        for spec in self.spec.facts:
            match spec:
                case ConstantFact(fact, value):
                    constants[fact.name] = value
                case DatedFact() if spec.absent_means is not None:
                    constants[spec.fact.name] = spec.absent_means
                case _:
                    pass
        return constants

    def column(self, name: str) -> list[Value | None]:
        spec, converted = self.base.columns[name]
        rows = self.base.rows_in(spec.cell.column.table, self.chosen.rows)
        values = converted.pick(rows)
        absent = spec.absent_means
        if absent is None:
            return values
        return [
            absent if value is None and row >= 0 else value
            for value, row in zip(values, rows.tolist(), strict=True)
        ]

    def overlay(self, number: int, facts: dict[str, Value]) -> None:
        """Dated values come on top of what a column says."""
        for name, entry in self.entries.get(number, {}).items():
            if entry.value is None:
                facts.pop(name, None)
            else:
                facts[name] = entry.value

    def origin(self, number: int, name: str) -> Origin:
        """Where a fact of a record came from."""
        entry = self.entries.get(number, {}).get(name)
        if entry is not None:
            return Origin(entry.table.place(entry.row), entry.at, entry.by)
        for spec in self.spec.facts:
            if spec.fact.name != name:
                continue
            match spec:
                case ColumnFact():
                    return self.column_origin(number, spec)
                case DatedFact() if spec.absent_means is not None:
                    return Origin(f"no row in {spec.rows.table} says otherwise")
                case _:
                    return Origin("the same for every record of the data set")
        return Origin("")

    def column_origin(self, number: int, spec: ColumnFact) -> Origin:
        ref = spec.cell.column
        row = int(self.base.rows_in(ref.table, self.chosen.rows[[number]])[0])
        if row < 0:
            return Origin(f"no row of {ref.table}")
        table = self.base.main if ref.table == self.base.main.name else self.base.joined[ref.table]
        return Origin(f"{table.place(row)}, column {ref.column}")
