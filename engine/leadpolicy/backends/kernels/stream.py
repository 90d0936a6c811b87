"""Tables that pass by, group of rows by group of rows, however many rows they have."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from leadpolicy.backends.kernels import machine, tables
from leadpolicy.backends.kernels.program import KernelAnswers, KernelProgram
from leadpolicy.backends.kernels.read import CodedTable, wanted_facts

if TYPE_CHECKING:
    from leadpolicy.backends import Place
    from leadpolicy.backends.sql.session import Session

Made = TypeVar("Made")


class Stream:
    """A program on a table that is read while it is asked. Nobody recorded events there.

    `source` is a path, or a table of Arrow, pandas, Polars or DuckDB; `as_of` the moment of
    evaluation, or the column that holds it; `keep` names columns that come along, and what they
    are called in messages. Opens the table; raises `LeadpolicyError`.
    """

    def __init__(
        self,
        program: KernelProgram,
        source: object,
        columns: Mapping[str, Place] | None = None,
        *,
        as_of: datetime | str,
        keep: Mapping[str, str] | None = None,
        session: Callable[[], Session] | None = None,
    ) -> None:
        self.program = program
        self.as_of = as_of
        moments = [as_of] if isinstance(as_of, str) else []
        wanted = wanted_facts(program.facts, columns or {}, moments)
        self.table = tables.opened(source, wanted, keep or {}, session, "the table")
        self.rows = self.table.rows
        self.threads = machine.processors()

    def map(self, make: Callable[[KernelAnswers, Any], Made]) -> Iterator[Made]:
        """What `make(answers, kept)` makes of every batch, in order; each is made in some thread.

        `kept` are the columns that came along, as Arrow has them. Raises `LeadpolicyError`.
        """
        groups = self.table.groups()
        if self.rows == 0:
            yield self._one(self.table.whole().slice(0, 0), make)
        elif len(groups) == 1:
            for batch in groups[0]():
                yield self._one(batch, make)
        else:
            yield from self._in_threads(groups, make)

    def _in_threads(
        self,
        groups: Sequence[Callable[[], Iterator[Any]]],
        make: Callable[[KernelAnswers, Any], Made],
    ) -> Iterator[Made]:
        left = iter(groups)

        def work(group: Callable[[], Iterator[Any]]) -> list[Made]:
            return [self._one(batch, make) for batch in group()]

        with ThreadPoolExecutor(self.threads) as pool:
            pending: deque[Future[list[Made]]] = deque(
                pool.submit(work, group) for group in islice(left, 2 * self.threads)
            )
            while pending:
                yield from pending.popleft().result()
                pending.extend(pool.submit(work, group) for group in islice(left, 1))

    def _one(self, batch: Any, make: Callable[[KernelAnswers, Any], Made]) -> Made:
        rows = self.table.read(batch)
        facts = {name: rows.columns[name] for name in self.program.facts}
        moments: Any = {}
        if isinstance(self.as_of, str):
            moments = {self.as_of: rows.columns["moment", self.as_of]}
        events = dict.fromkeys(self.program.events)
        coded = CodedTable(rows.rows, facts, None, moments, events, self.table.where)
        return make(self.program.run(coded, self.as_of, threads=1), rows.kept)


__all__ = ["Stream"]
