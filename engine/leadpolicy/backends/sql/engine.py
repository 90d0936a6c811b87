"""The embedded SQL engine, as a caller meets it: all records and policies in one query."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from leadpolicy.backends import LADDER, EngineTable, Logics, Progress, Spans, long_ladders
from leadpolicy.backends.columns import FALSE, TRUE, UNKNOWN, Array, Codes, Columns
from leadpolicy.backends.sql.emit import WORD, Bit
from leadpolicy.backends.sql.names import in_memory
from leadpolicy.backends.sql.plan import ResultLayout
from leadpolicy.backends.sql.program import Run, TableProgram
from leadpolicy.backends.sql.records import KEY, NOW, load, one_moment
from leadpolicy.backends.sql.session import Session

if TYPE_CHECKING:
    import pyarrow as pa

    from leadpolicy.diagnostics import Diagnostic

Made = TypeVar("Made")
PAUSE: Final = 0.2
"""Seconds between two looks at how far a query is."""


class EmbeddedSql:
    """Tables of any size on embedded DuckDB."""

    about = "SQL on embedded DuckDB: tables of any size, many policies at once"
    limits = (LADDER,)

    def refusals(self, logics: Logics, spans: Spans) -> list[Diagnostic]:
        return long_ladders("sql", logics, spans)

    def of_columns(
        self, logics: Logics, columns: Columns, progress: Progress | None
    ) -> WordAnswers:
        session = Session()
        try:
            program = TableProgram(logics)
            loaded, events = load(program, columns, session)
            ready = program.prepare(
                loaded, as_of=one_moment(columns.moments) or NOW, id=KEY, events=events
            )
            answers = watched(ready.arrow, session, progress)
            order = in_order(answers.column(KEY).to_numpy())
            return words(answers, ready.layout, logics, order)
        finally:
            session.close()

    def of_table(
        self, logics: Logics, table: EngineTable, progress: Progress | None
    ) -> WordAnswers:
        session = Session()
        try:
            ready = prepared(TableProgram(logics), table, session)
            return words(watched(ready.arrow, session, progress), ready.layout, logics, None)
        finally:
            session.close()


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


def words(
    answers: pa.Table, layout: ResultLayout, logics: Logics, order: Array | None
) -> WordAnswers:
    """The answers of a query, put in order."""

    def column(name: str) -> Any:
        values = answers.column(name).to_numpy()
        return values if order is None else values[order]

    return WordAnswers(answers.num_rows, layout, logics, {n: column(n) for n in layout.columns})


def in_order(keys: Array) -> Array | None:
    """Where each record stands in the answers; None where they are in order already."""
    if bool((keys == np.arange(len(keys))).all()):
        return None
    return np.argsort(keys)


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


__all__ = ["EmbeddedSql", "WordAnswers", "in_order", "prepared", "watched"]
