"""The kernels, as a caller meets them: all records and policies in one pass over bits."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from leadpolicy.backends import LADDER, EngineTable, Logics, Progress, Spans, long_ladders
from leadpolicy.backends.columns import Array, Codes, Columns
from leadpolicy.backends.kernels.program import KernelAnswers, KernelProgram
from leadpolicy.backends.kernels.read import CodedTable
from leadpolicy.backends.kernels.records import coded, uncoded
from leadpolicy.backends.tables import NOW, one_moment
from leadpolicy.times import from_microseconds, in_utc, microseconds

if TYPE_CHECKING:
    from leadpolicy.diagnostics import Diagnostic


class Kernels:
    """Tables in memory, many policies at once: bits in numpy arrays."""

    about = "bits in numpy arrays: tables in memory, many policies at once"
    limits = (LADDER,)

    def refusals(self, logics: Logics, spans: Spans) -> list[Diagnostic]:
        return long_ladders("kernels", logics, spans)

    def of_columns(
        self, logics: Logics, columns: Columns, progress: Progress | None
    ) -> PlaneAnswers:
        program = KernelProgram(logics, full=True)
        if progress is not None:
            progress("evaluating", 0, 1)
        at = one_moment(columns.moments)
        table = coded(columns, program.facts, program.attributes())
        return PlaneAnswers(program.run(table, NOW if at is None else from_microseconds(at)))

    def of_table(
        self, logics: Logics, table: EngineTable, progress: Progress | None
    ) -> PlaneAnswers:
        program = KernelProgram(logics, full=True)
        if progress is not None:
            progress("reading", 0, 1)
        return PlaneAnswers(program.run(_loaded(program, table), table.as_of))


def _loaded(program: KernelProgram, table: EngineTable) -> CodedTable:
    from leadpolicy.backends.sql.names import in_memory
    from leadpolicy.backends.sql.session import Session

    with closing(Session()) as session:
        return program.load(
            in_memory(table.source),
            table.places,
            id=table.id,
            events=table.events,
            moments=[table.as_of] if isinstance(table.as_of, str) else [],
            session=session,
        )


def rows_of(logics: Logics, table: EngineTable) -> tuple[Columns, Array | None]:
    """A table as columns of values, with the records' keys: for engines that are asked record by
    record. Raises `LeadpolicyError` with all that does not fit.
    """
    program = KernelProgram(logics, full=True)
    loaded = _loaded(program, table)
    if isinstance(table.as_of, datetime):
        moments = np.full(loaded.rows, microseconds(in_utc(table.as_of)), np.int64)
    else:
        program.run(loaded, table.as_of)  # which refuses records without a moment
        moments = loaded.moments[table.as_of].array
    return uncoded(loaded, program.facts, program.attributes(), moments), loaded.ids


@dataclass(frozen=True, slots=True, eq=False)
class PlaneAnswers:
    """Answers as planes of bits, unpacked when they are asked for; see `backends.Answers`."""

    found: KernelAnswers = field(repr=False)

    @property
    def rows(self) -> int:
        return self.found.rows

    def stage(self, label: str) -> Codes:
        return self.found.stage[label]

    def possible(self, label: str) -> Codes:
        return self.found.possible[label]

    def stages(self, label: str) -> Codes:
        return self._columns(self.found.stages, label)

    def criteria(self, label: str) -> Codes:
        return self._columns(self.found.criteria, label)

    def _columns(self, of: Mapping[str, tuple[int, ...]], label: str) -> Codes:
        made = np.empty((self.rows, len(of[label])), np.int8, order="F")
        for place, row in enumerate(of[label]):
            made[:, place] = self.found.truths(row)
        return made


__all__ = ["Kernels", "PlaneAnswers", "rows_of"]
