"""Writes a simulated history: block by block, so that a million companies need little memory."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Literal, Protocol, TypeAlias

import numpy as np

from leadpolicy.files import folder_inside
from leadpolicy.simulate import describe, dirt, scenarios
from leadpolicy.simulate.course import Course, draw_course
from leadpolicy.simulate.draws import Bools, Draws
from leadpolicy.simulate.events import draw_events
from leadpolicy.simulate.judgements import draw_notes
from leadpolicy.simulate.model import BLOCK
from leadpolicy.simulate.population import Companies, draw_companies
from leadpolicy.simulate.summary import Plan, Summary
from leadpolicy.simulate.tables import (
    Table,
    companies_table,
    deals_table,
    events_table,
    lifecycle_table,
    notes_table,
    people_table,
)

Format: TypeAlias = Literal["csv", "parquet"]
Progress: TypeAlias = Callable[[str, int, int], None]
TABLES: Final = ("companies", "people", "events", "assessments", "deals", "lifecycle")
SUFFIXES: Final[dict[str, str]] = {"csv": ".csv.gz", "parquet": ".parquet"}
OTHER_FILES: Final = ("dataset.yaml", "edge_cases.csv", "ground_truth.yaml", "README.md")


@dataclass(slots=True)
class CompanyBlock:
    """One block: what is really so (companies, course), and what the tables say."""

    companies: Companies
    course: Course
    scripted: Bools
    tables: dict[str, Table]
    cases: list[tuple[str, str, str]]


def draw_block(seed: int, number: int, count: int) -> CompanyBlock:
    """The first `count` companies of block `number`; the first block has the scripted cases."""
    draws = Draws(seed, number, count)
    companies = draw_companies(draws, number * BLOCK + 1)
    course = draw_course(draws, companies)
    log = draw_events(draws, companies, course)
    notes = draw_notes(draws, companies, course)
    tables = {
        "companies": companies_table(draws, companies, course),
        "people": people_table(draws, companies, course),
        "events": events_table(companies, log),
        "assessments": notes_table(companies, notes),
        "deals": deals_table(draws, companies, course),
        "lifecycle": lifecycle_table(draws, companies, course),
    }
    scripted = np.zeros(count, bool)
    cases: list[tuple[str, str, str]] = []
    if number == 0:
        scripted[[position for position, _, _ in scenarios.placed(count)]] = True
        cases = scenarios.write_in(tables)
        dirt.write_in(tables)
    return CompanyBlock(companies, course, scripted, tables, cases)


def write_history(
    out: Path,
    *,
    seed: int,
    companies: int,
    format: Format = "csv",
    vocabulary: str = "../../policies/vocabulary.yaml",
    progress: Progress | None = None,
) -> Summary:
    """Writes the tables with `dataset.yaml`, `ground_truth.yaml`, `edge_cases.csv` and a README.

    `vocabulary` is the path that dataset.yaml names, relative to `out`. The same arguments give
    the same files, byte for byte, on one version of the libraries. `companies` must be at least
    `scenarios.FEWEST_COMPANIES`.

    A history that is there already is replaced once the new one is whole, and not before.
    """
    plan = Plan(seed, companies, format, SUFFIXES[format], vocabulary)
    with folder_inside(out) as part:
        summary = _write_tables(part, plan, format, progress)
        for name, text in {
            "dataset.yaml": describe.dataset_yaml(plan),
            "ground_truth.yaml": describe.ground_truth(plan, summary),
            "edge_cases.csv": describe.edge_cases(summary.cases),
            "README.md": describe.readme(plan, summary),
        }.items():
            (part / name).write_text(text, encoding="utf-8", newline="\n")
        for name in {*files("csv"), *files("parquet")} - set(files(format)):
            (out / name).unlink(missing_ok=True)
        for name in files(format):
            (part / name).replace(out / name)
    return summary


def _write_tables(out: Path, plan: Plan, format: Format, progress: Progress | None) -> Summary:
    seed, companies = plan.seed, plan.companies
    summary = Summary()
    with ExitStack() as stack:
        sinks = {name: stack.enter_context(_sink(out, name, format)) for name in TABLES}
        for number in range(-(-companies // BLOCK)):
            block = draw_block(seed, number, min(BLOCK, companies - number * BLOCK))
            for name, table in block.tables.items():
                sinks[name].write(table)
            summary.count(block.tables)
            summary.companies += len(block.companies.number)
            summary.talked += int((block.course.talks & ~block.scripted).sum())
            summary.cases += block.cases
            if progress is not None:
                progress("writing companies", summary.companies, companies)
    return summary


def files(format: Format) -> tuple[str, ...]:
    """The names of the files that a history consists of."""
    return (*(f"{name}{SUFFIXES[format]}" for name in TABLES), *OTHER_FILES)


# ---------------------------------------------------------------------------------------- sinks


class Sink(Protocol):
    """Takes one table in pieces."""

    def __enter__(self) -> Sink: ...

    def __exit__(self, *exc: object) -> None: ...

    def write(self, table: Table) -> None: ...


def _sink(out: Path, name: str, format: Format) -> Sink:
    path = out / f"{name}{SUFFIXES[format]}"
    return CsvSink(path) if format == "csv" else ParquetSink(path)


class CsvSink:
    """Compressed CSV whose bytes do not depend on the clock or the path."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begun = False

    def __enter__(self) -> CsvSink:
        self._raw: IO[bytes] = self._path.open("wb")
        self._gzip = gzip.GzipFile("", "wb", compresslevel=6, fileobj=self._raw, mtime=0)
        self._text = io.TextIOWrapper(self._gzip, encoding="utf-8", newline="\n")
        return self

    def __exit__(self, *exc: object) -> None:
        self._text.close()
        self._raw.close()

    def write(self, table: Table) -> None:
        """Appends rows; the header comes before the first."""
        if not self._begun:
            self._text.write(",".join(table) + "\n")
            self._begun = True
        columns = [_quoted(column) for column in table.values()]
        self._text.writelines(f"{','.join(row)}\n" for row in zip(*columns, strict=True))


def _quoted(column: list[str]) -> list[str]:
    """The texts with quotation marks where CSV needs them."""
    return [f'"{text.replace(chr(34), chr(34) * 2)}"' if "," in text or '"' in text else text
            for text in column]  # fmt: skip


class ParquetSink:
    """Parquet with text columns only, empty cells as nulls: an export, not a typed table."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None

    def __enter__(self) -> ParquetSink:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, table: Table) -> None:
        """Appends rows as one row group."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        arrays = {
            name: pa.array([text or None for text in column], pa.string())
            for name, column in table.items()
        }
        rows = pa.table(arrays)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, rows.schema, compression="zstd")
        self._writer.write_table(rows)
