"""The embedded SQL engine, as a caller meets it: all records and policies in one query."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from leadpolicy.backends import LADDER, EngineTable, Logics, Progress, Spans, long_ladders
from leadpolicy.backends.columns import FALSE, TRUE, UNKNOWN, Array, Codes, Columns
from leadpolicy.backends.sql.emit import WORD, Bit
from leadpolicy.backends.sql.names import in_memory
from leadpolicy.backends.sql.plan import DEEP, ResultLayout
from leadpolicy.backends.sql.program import Run, TableProgram
from leadpolicy.backends.sql.session import Session
from leadpolicy.backends.tables import table_of

if TYPE_CHECKING:
    from leadpolicy.diagnostics import Diagnostic

Made = TypeVar("Made")
PAUSE: Final = 0.2
"""Seconds between two looks at how far a query is."""


class EmbeddedSql:
    """Tables of any size on embedded DuckDB."""

    about = "SQL on embedded DuckDB: tables of any size, many policies at once"
    limits = (LADDER, DEEP)

    def refusals(self, logics: Logics, spans: Spans) -> list[Diagnostic]:
        return long_ladders("sql", logics, spans)

    def of_columns(
        self, logics: Logics, columns: Columns, progress: Progress | None
    ) -> WordAnswers:
        program = TableProgram(logics, limited=False)
        return _answers(program, table_of(columns, program.facts, program.attributes()), progress)

    def of_table(
        self, logics: Logics, table: EngineTable, progress: Progress | None
    ) -> WordAnswers:
        return _answers(TableProgram(logics), table, progress)


def _answers(program: TableProgram, table: EngineTable, progress: Progress | None) -> WordAnswers:
    with closing(Session()) as session:
        ready = prepared(program, table, session)
        found = watched(ready.arrow, session, progress)
    columns = {name: found.column(name).to_numpy() for name in ready.layout.columns}
    return WordAnswers(found.num_rows, ready.layout, program.logics, columns)


def prepared(program: TableProgram, table: EngineTable, session: Session) -> Run:
    """A program on a table of which every value is checked. Raises `LeadpolicyError`."""
    return program.prepare(
        in_memory(table.source),
        table.places,
        as_of=table.as_of,
        id=table.id,
        events=table.events,
        session=session,
    )


@dataclass(frozen=True, slots=True, eq=False)
class WordAnswers:
    """Answers as codes of stages, and verdicts as bits of words; see `backends.Answers`."""

    rows: int
    layout: ResultLayout
    logics: Logics
    columns: Mapping[str, Array] = field(repr=False)

    def stage(self, label: str) -> Codes:
        return self.columns[self.layout.stage[label]]

    def possible(self, label: str) -> Codes:
        return self.columns[self.layout.possible[label]]

    def criteria(self, label: str) -> Codes:
        return self._codes(self.layout.criteria[label])

    def stages(self, label: str) -> Codes:
        bits = self.layout.stages[label]
        if bits is not None:
            return self._codes(bits)
        places = np.arange(1, len(self.logics[label].stages) + 1)
        reached = self.stage(label)[:, None] >= places
        maybe = self.possible(label)[:, None] >= places
        found: Codes = np.where(reached, TRUE, np.where(maybe, UNKNOWN, FALSE)).astype(np.int8)
        return found

    def _codes(self, bits: Sequence[Bit]) -> Codes:
        """A column of verdicts for each pair of bits."""
        made = np.empty((self.rows, len(bits)), dtype=np.int8, order="F")
        for place, bit in enumerate(bits):
            word = self.columns[self.layout.words[bit.word]]
            holds = (word >> bit.bit & 1).astype(np.int8)
            fails = (word >> bit.bit + WORD & 1).astype(np.int8)
            made[:, place] = UNKNOWN + holds - fails
        return made


def watched(work: Callable[[], Made], session: Session, progress: Progress | None) -> Made:
    """Runs a query, with word of how far it is. Raises what `work` raises."""
    if progress is None:
        return work()
    progress("evaluating", 0, 100)
    done: list[Made] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again where it was asked for
            failed.append(error)

    thread = threading.Thread(target=run, name="leadpolicy query")
    thread.start()
    try:
        while thread.is_alive():
            thread.join(PAUSE)
            share = session.connection.query_progress() if thread.is_alive() else 100.0
            progress("evaluating", int(min(max(share, 0.0), 100.0)), 100)
    except KeyboardInterrupt:
        session.connection.interrupt()
        thread.join()
        raise
    if failed:
        raise failed[0]
    return done[0]


__all__ = ["EmbeddedSql", "WordAnswers", "prepared", "watched"]
