"""A validation: what became of every promise, and every row that breaks one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from leadpolicy.data.contract.draw import contract
from leadpolicy.data.contract.gate import check_names
from leadpolicy.data.contract.judgement import judge, reason_of
from leadpolicy.data.contract.model import Contract, Finding, Level, Sheet
from leadpolicy.data.contract.suite import SuiteVerdict, run_suite
from leadpolicy.data.dataset import Dataset
from leadpolicy.data.model import ColumnRef, DatasetSpec, DatedFact
from leadpolicy.data.quarantine import Quarantine, SetAside, TableRead
from leadpolicy.data.recordset import Progress
from leadpolicy.data.tables import Table
from leadpolicy.files import write_whole
from leadpolicy.sheets import csv_text

HEADER: Final = (
    "expectation", "level", "table", "file", "line", "record", "column", "value", "reason",
    "set_aside",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FailingRow:
    """A row that breaks a promise; `set_aside` where the reader leaves the row out."""

    expectation: str
    level: str
    table: str
    file: str
    line: int
    record: str
    column: str
    value: str
    reason: str
    set_aside: bool

    def __str__(self) -> str:
        what = f"{self.column} `{self.value}` " if self.column else ""
        whose = f"{self.record}: " if self.record else ""
        return f"{self.file}:{self.line}: {whose}{what}{self.reason}"


@dataclass(slots=True, eq=False)
class Validation:
    """A data set held against its contract.

    `verdicts` are Great Expectations' own, one per finding; `pages` its Data Docs by sheet.
    """

    dataset: Dataset
    contract: Contract
    findings: Sequence[Finding]
    verdicts: Sequence[SuiteVerdict]
    quarantine: Quarantine
    tables: Sequence[TableRead]
    pages: Mapping[str, Path] = field(default_factory=dict)
    accepted: frozenset[str] = frozenset()
    _lines: set[tuple[str, int]] | None = field(default=None, repr=False)

    @property
    def broken(self) -> list[Finding]:
        """Promises that are not kept, the critical ones first."""
        found = [
            finding
            for finding, verdict in zip(self.findings, self.verdicts, strict=True)
            if not (finding.kept and verdict.kept)
        ]
        return sorted(found, key=lambda f: f.expectation.level is not Level.CRITICAL)

    @property
    def stopping(self) -> list[Finding]:
        """Critical promises that are broken and not accepted."""
        return [
            f
            for f in self.broken
            if f.expectation.level is Level.CRITICAL and f.expectation.name not in self.accepted
        ]

    def rows(self) -> Iterator[FailingRow]:
        """Every row that breaks a promise about single rows, once per promise.

        The critical `….fits` speak of the same rows as the warnings, and add none.
        """
        for finding in self.findings:
            yield from self.rows_of(finding)

    def rows_of(self, finding: Finding, most: int | None = None) -> Iterator[FailingRow]:
        """The rows that break one promise, or the first of them."""
        if finding.expectation.level is Level.WARNING:
            yield from islice(_rows(self.dataset.spec, self.contract, finding, self._aside()), most)

    def rows_read(self, sheet: str) -> int:
        """The rows of a table, also those of which no cell can be told: they have too many, or too
        few; of any other sheet those that it has.
        """
        read = (table.rows for table in self.tables if table.name == sheet)
        return next(read, self.contract.sheets[sheet].rows)

    def ragged(self) -> dict[str, list[SetAside]]:
        """By table the rows of which the number of cells is not the header's."""
        found: dict[str, list[SetAside]] = {}
        for name, table in self.dataset.tables().items():
            lines = {fault.line for fault in table.faults}
            if lines:
                found[name] = [r for r in self.quarantine if r.table == name and r.line in lines]
        return found

    def _aside(self) -> set[tuple[str, int]]:
        if self._lines is None:
            self._lines = {(row.table, row.line) for row in self.quarantine}
        return self._lines

    def write_rows(self, path: Path) -> int:
        """Writes the failing rows as CSV; returns how many there are."""
        rows = [[getattr(row, name) for name in HEADER] for row in self.rows()]
        write_whole(path, csv_text(HEADER, rows))
        return len(rows)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "leadpolicy_validation": 1,
            "dataset": self.dataset.name,
            "kept": not self.stopping,
            "accepted": sorted(self.accepted),
            "expectations": [
                {
                    "name": f.expectation.name,
                    "level": str(f.expectation.level),
                    "says": f.expectation.says,
                    "kept": f.kept and v.kept,
                    "looked_at": f.looked_at,
                    "failing": f.failing,
                    "observed": f.observed,
                }
                for f, v in zip(self.findings, self.verdicts, strict=True)
            ],
            **self.quarantine.to_dict(self.tables),
        }


def validated(
    dataset: Dataset,
    folder: Path | None,
    accepted: Collection[str] = (),
    progress: Progress | None = None,
) -> Validation:
    """Holds a data set against its contract, and writes what it finds into a folder, if there is
    one: the Data Docs, `failing_rows.csv` and `quarantine.csv`. Raises `LeadpolicyError` where
    tables cannot be read, or where an accepted name names nothing.
    """
    chronicle = dataset.chronicle(progress)
    drawn = contract(dataset, progress)
    check_names(drawn, accepted)
    findings = judge(drawn)
    verdicts, pages = run_suite(drawn, folder, progress)
    found = Validation(
        dataset,
        drawn,
        findings,
        verdicts,
        chronicle.quarantine,
        chronicle.tables,
        pages,
        frozenset(accepted),
    )
    if folder is not None:
        found.write_rows(folder / "failing_rows.csv")
        chronicle.quarantine.write(folder / "quarantine.csv")
    return found


def _rows(
    spec: DatasetSpec, contract: Contract, finding: Finding, aside: set[tuple[str, int]]
) -> Iterator[FailingRow]:
    one = finding.expectation
    sheet = contract.sheets[one.sheet]
    for row in finding.rows.tolist():
        reason = reason_of(finding, sheet, row)
        if sheet.table is None:
            yield FailingRow(
                one.name, str(one.level), sheet.name, sheet.file, _line(sheet, row),
                sheet.ids[row], one.source, "", reason, False,
            )  # fmt: skip
            continue
        table = sheet.table
        line = int(table.lines[row])
        column = table.columns.get(one.source)
        yield FailingRow(
            one.name, str(one.level), table.name, table.file, line,
            _record(spec, table, row), one.source, column.text(row)[:200] if column else "",
            reason, (table.name, line) in aside,
        )  # fmt: skip


def _line(sheet: Sheet, row: int) -> int:
    return int(sheet.lines[row]) if sheet.lines is not None else 0


def _record(spec: DatasetSpec, table: Table, row: int) -> str:
    """The id of the record that a row names, in whichever column it does."""
    for ref in _owners(spec):
        if ref is not None and ref.table == table.name and ref.column in table.columns:
            return table.columns[ref.column].text(row)
    return ""


def _owners(spec: DatasetSpec) -> Iterator[ColumnRef | None]:
    yield spec.records.id
    yield from (fact.rows.record for fact in spec.facts if isinstance(fact, DatedFact))
    yield from (event.rows.record for event in spec.events)
    if spec.assessments is not None:
        yield spec.assessments.rows.record
    if spec.outcome is not None:
        yield spec.outcome.rows.record
    yield from (rows.record for rows in spec.closed)
    yield from (join.on[0][1] for join in spec.records.join)
