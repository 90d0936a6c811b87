"""The stages of a table that passes by: kernels say them batch by batch, and nothing is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from leadpolicy.backends.kernels.engine import PlaneAnswers
from leadpolicy.backends.kernels.program import KernelAnswers as Said
from leadpolicy.backends.kernels.program import KernelProgram
from leadpolicy.backends.kernels.read import keys
from leadpolicy.backends.kernels.stream import Stream
from leadpolicy.evaluation.answers import StageAnswers, coded, in_words, put

if TYPE_CHECKING:
    import pyarrow as pa

    from leadpolicy.backends import EngineTable
    from leadpolicy.evaluation.engines import Progress
    from leadpolicy.evaluation.names import Names
    from leadpolicy.evaluation.sources import Room
    from leadpolicy.policy import Policy

Counted: TypeAlias = Mapping[str, Mapping[str | None, int]]


class Streamed(StageAnswers):
    """Answers that are made while they are collected or written; without events."""

    def __init__(
        self,
        policies: Mapping[str, Policy],
        names: Names,
        room: Room,
        table: EngineTable,
        *,
        explain: bool,
    ) -> None:
        super().__init__(policies, "kernels", names, room)
        self.id = table.id
        program = KernelProgram(
            {label: policy.logic for label, policy in policies.items()}, full=explain, possible=True
        )
        self.stream = Stream(
            program,
            table.source,
            table.places,
            as_of=table.as_of,
            keep=keys(table.id),
            session=lambda: room.session,
        )
        self._counted: dict[str, Counter[str | None]] = {name: Counter() for name in names.every()}

    def arrow(self, progress: Progress | None = None) -> pa.Table:
        import pyarrow as pa

        return pa.Table.from_batches(self._batches(progress))

    def _write(self, part: Path, shown: str, progress: Progress | None, *, parquet: bool) -> None:
        batches = self._batches(progress)
        first = next(batches)
        if parquet:
            self._write_parquet(part, first, batches)
            return
        import pyarrow as pa

        every = pa.Table.from_batches(chain([first], batches))
        with self.room.session.errors(shown):
            put(self.room.session.connection.from_arrow(every), part, parquet=False)

    def _write_parquet(self, part: Path, first: Any, others: Iterator[Any]) -> None:
        import pyarrow.parquet as pq

        made = [name for name in first.schema.names if name != self.id]
        keys = [] if self.id is None else [self.id]
        with pq.ParquetWriter(
            part, first.schema, use_dictionary=made, write_statistics=keys, store_schema=False
        ) as writer:
            writer.write_batch(first)
            for batch in others:
                writer.write_batch(batch)

    def _count(self, made: object, column: str) -> Mapping[str | None, int]:
        return self._counted[column]

    def _batches(self, progress: Progress | None) -> Iterator[pa.RecordBatch]:
        """At least one, which may be empty."""
        done = 0
        for batch, counts in self.stream.map(self._batch):
            for name, counted in counts.items():
                self._counted[name].update(counted)
            done += batch.num_rows
            if progress is not None:
                progress("evaluating", done, max(self.stream.rows or 0, done))
            yield batch

    def _batch(self, said: Said, kept: Any) -> tuple[pa.RecordBatch, Counted]:
        import pyarrow as pa

        columns = dict(kept)
        counts = {}
        for name, codes, words in coded(self.policies, PlaneAnswers(said), self.names):
            columns[name] = in_words(codes, words)
            numbers = np.bincount(codes, minlength=len(words) + 1).tolist()
            counts[name] = dict(zip([None, *words], numbers, strict=True))
        return pa.record_batch(columns), counts


__all__ = ["Streamed"]
