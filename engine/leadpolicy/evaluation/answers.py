"""The stages of every record by name, to be collected or written once, whoever says them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from leadpolicy.backends import PARQUET
from leadpolicy.backends.columns import VERDICTS
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.files import writing
from leadpolicy.sheets import RISKY, cell

if TYPE_CHECKING:
    import pyarrow as pa

    from leadpolicy.backends import Answers as Said
    from leadpolicy.backends.sql.program import Run
    from leadpolicy.data.recordset import RecordSet
    from leadpolicy.evaluation.codes import Codes
    from leadpolicy.evaluation.engines import Progress
    from leadpolicy.evaluation.names import Names
    from leadpolicy.evaluation.sources import Room
    from leadpolicy.policy import Policy

TEXT_FILES: Final = (".csv",)
_PLACE: Final = np.array([2, 3, 1], np.int8)
"""Of FALSE, UNKNOWN and TRUE the places in `VERDICTS`, from 1."""


class StageAnswers(ABC):
    """The stages of every record, to be asked for once.

    `policies` are by label; `names` tells what each one's columns are called in the result, and
    `engine` who said it. `data` are the records of a data set, None where a table was asked about:
    there a value that does not fit is an error, and no row is set aside.
    """

    data: RecordSet | None = None

    def __init__(
        self, policies: Mapping[str, Policy], engine: str, names: Names, room: Room
    ) -> None:
        self.policies = policies
        self.engine = engine
        self.names = names
        self.room = room

    @abstractmethod
    def arrow(self, progress: Progress | None = None) -> pa.Table:
        """The answers as an Arrow table. Raises `LeadpolicyError`."""

    @abstractmethod
    def _write(self, part: Path, shown: str, progress: Progress | None, *, parquet: bool) -> None:
        """Fills an empty file, called `shown` in messages. Raises `LeadpolicyError`."""

    def write(self, path: Path, progress: Progress | None = None) -> None:
        """The answers as a Parquet or CSV file, whole or not at all. Raises `LeadpolicyError`."""
        name = path.name.casefold()
        if not name.endswith((*PARQUET, *TEXT_FILES)):
            raise LeadpolicyError.of(
                "LP510", "the kind of file is not known", where=str(path),
                expected=f"a name that ends in {', '.join((*PARQUET, *TEXT_FILES))}",
            )  # fmt: skip
        with writing(path) as part:
            self._write(part, str(path), progress, parquet=name.endswith(PARQUET))

    def counts(self, made: object) -> dict[str, list[tuple[str | None, int, int]]]:
        """For each policy its stages and how many records reach each, and how many may.

        `made` is the Arrow table, or the file, that was made of the answers. None is no stage.
        """
        found = {}
        for label, policy in self.policies.items():
            reached, maybe = (
                self._count(made, names[label]) for names in (self.names.stage, self.names.possible)
            )
            names = [None, *(stage.name for stage in policy.stages)]
            found[label] = [(n, reached.get(n, 0), maybe.get(n, 0)) for n in names]
        return found

    def verdicts(self, made: object) -> dict[str, dict[str, tuple[int, ...]]]:
        """For each policy and criterion how many records it holds, fails and leaves open."""
        return {
            label: {
                criterion: tuple(count.get(verdict, 0) for verdict in VERDICTS)
                for criterion, column in columns.items()
                for count in [self._count(made, column)]
            }
            for label, columns in self.names.criteria.items()
        }

    def _count(self, made: object, column: str) -> Mapping[str | None, int]:
        """How often each value of a column occurs in the result."""
        from leadpolicy.backends.sql.names import count_values

        where = str(made) if isinstance(made, str | Path) else "the result"
        return count_values(self.room.session, made, where, column)


class Made(StageAnswers):
    """Answers that stand in a table already."""

    def __init__(
        self,
        policies: Mapping[str, Policy],
        engine: str,
        names: Names,
        room: Room,
        table: pa.Table,
        data: RecordSet | None = None,
    ) -> None:
        super().__init__(policies, engine, names, room)
        self.table = table
        self.data = data

    def arrow(self, progress: Progress | None = None) -> pa.Table:
        return self.table

    def _write(self, part: Path, shown: str, progress: Progress | None, *, parquet: bool) -> None:
        session = self.room.session
        with session.errors(shown):
            put(session.connection.from_arrow(self.table), part, parquet=parquet)


class Queried(StageAnswers):
    """Answers that a query of the SQL room gives."""

    def __init__(
        self,
        policies: Mapping[str, Policy],
        names: Names,
        room: Room,
        run: Run,
        id: str | None,
    ) -> None:
        super().__init__(policies, "sql", names, room)
        self.run = run
        self.query = _query(policies, run, names, id)

    def arrow(self, progress: Progress | None = None) -> pa.Table:
        return self._collect(lambda found: found.to_arrow_table(), progress)

    def _write(self, part: Path, shown: str, progress: Progress | None, *, parquet: bool) -> None:
        def write(found: Any) -> None:
            with self.room.session.errors(shown):
                put(found, part, parquet=parquet)

        self._collect(write, progress)

    def _collect(self, collect: Callable[[Any], Any], progress: Progress | None) -> Any:
        from leadpolicy.backends.sql.engine import watched
        from leadpolicy.backends.sql.names import ANSWERS

        def work() -> Any:
            return self.run.collect(lambda found: collect(found.query(ANSWERS, self.query)))

        return watched(work, self.room.session, progress)


def put(found: Any, part: Path, *, parquet: bool) -> None:
    """What an engine's relation holds, into a file; CSV as sheets take it (see `sheets`)."""
    from leadpolicy.backends.sql import tree
    from leadpolicy.backends.sql.names import ANSWERS
    from leadpolicy.backends.sql.session import CELL

    if parquet:
        found.write_parquet(str(part), use_tmp_file=False)
        return
    columns = []
    for name, kind in zip(found.columns, map(str, found.types), strict=True):
        value = tree.column(name)
        if kind == "VARCHAR":
            risky = tree.call("regexp_matches", value.copy(), tree.text(RISKY))
            value = tree.case([(risky, tree.call(CELL, value.copy()))], value)
        columns.append(tree.alias(value, cell(name)))
    sheet = found.query(ANSWERS, tree.render(tree.select(columns, tree.table(ANSWERS))))
    sheet.write_csv(str(part), use_tmp_file=False)


def _query(policies: Mapping[str, Policy], run: Run, names: Names, id: str | None) -> str:
    """The query over the codes, with names for them."""
    from leadpolicy.backends.sql import tree
    from leadpolicy.backends.sql.names import named, stage_name, verdict_name

    layout = run.layout
    made: list[tuple[str, Any]] = [] if id is None else [(id, tree.column(id))]
    for label, policy in policies.items():
        stages = [one.name for one in policy.stages]
        made.append((names.stage[label], stage_name(layout.stage[label], stages)))
        made.append((names.possible[label], stage_name(layout.possible[label], stages)))
        if label in names.criteria:
            made += [
                (name, verdict_name(layout.words[bit.word], bit))
                for name, bit in zip(
                    names.criteria[label].values(), layout.criteria[label], strict=True
                )
            ]
    return named(made)


# ------------------------------------------------------------------------------ names for codes


def coded(
    policies: Mapping[str, Policy], said: Said, names: Names
) -> Iterator[tuple[str, Codes, Sequence[str]]]:
    """The columns of a result: their names, codes, and the words for these from 1; 0 is none."""
    for label, policy in policies.items():
        stages = [one.name for one in policy.stages]
        yield names.stage[label], said.stage(label), stages
        yield names.possible[label], said.possible(label), stages
        if label in names.criteria:
            found = said.criteria(label)
            for place, name in enumerate(names.criteria[label].values()):
                yield name, _PLACE[found[:, place]], VERDICTS


def table_of(
    policies: Mapping[str, Policy], said: Said, names: Names, ids: Mapping[str, Any]
) -> pa.Table:
    """Arrays of codes as a table of words."""
    import pyarrow as pa

    columns: dict[str, Any] = dict(ids)
    for name, codes, words in coded(policies, said, names):
        columns[name] = in_words(codes, words)
    return pa.table(columns)


def in_words(codes: Codes, words: Sequence[str]) -> pa.Array:
    """Words by their place, from 1; nothing for 0."""
    import pyarrow as pa

    there = pa.py_buffer(np.packbits(codes, bitorder="little"))
    places = np.maximum(codes, 1).astype(np.int32)
    places -= 1
    rows = [None if codes.all() else there, pa.py_buffer(places)]
    found = pa.Array.from_buffers(pa.int32(), len(codes), rows)
    return pa.DictionaryArray.from_arrays(found, _texts(words))


def _texts(words: Sequence[str]) -> pa.Array:
    """Texts out of their bytes: out of a list Arrow would ask pandas, which takes its time."""
    import pyarrow as pa

    written = [word.encode() for word in words]
    ends = np.cumsum([0, *map(len, written)], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(written))]
    return pa.Array.from_buffers(pa.string(), len(words), buffers)


__all__ = ["Made", "Queried", "StageAnswers", "coded", "in_words", "table_of"]
