"""Tables that are open, and what is wanted of them. Parquet and Arrow are read as they are;
everything else, and what does not stand there as it should, goes by way of the SQL room, which
types and checks it. So the same tables are read, and refused with the same words, whichever way a
policy runs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from leadpolicy import files
from leadpolicy.backends import PARQUET
from leadpolicy.backends.kernels.columns import Column
from leadpolicy.backends.kernels.convert import FLAG, Misfit, assembled, taken
from leadpolicy.diagnostics import LeadpolicyError, Problems, cited
from leadpolicy.types import NUMERIC, Kind

if TYPE_CHECKING:
    import pyarrow as pa

    from leadpolicy.backends import Place
    from leadpolicy.backends.sql.columns import Bound, Part
    from leadpolicy.backends.sql.session import Opened, Session
    from leadpolicy.types import Type

_TEXTS: Final = (Kind.CHOICE, Kind.LEVEL, Kind.TEXT)
BATCH: Final = 1 << 17
"""Rows that are read at a time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something to be read: under which name, what it is called in messages, its type, and where
    it stands.
    """

    name: Hashable
    shown: str
    type: Type
    place: Place


@dataclass(frozen=True, slots=True)
class Found:
    """The columns that hold something: none, one, or the ends of a range and perhaps a flag."""

    name: Hashable
    type: Type
    columns: tuple[str, ...]

    def of(self, batch: Any) -> Column:
        """The column of this name out of a batch. Raises `Misfit`."""
        return assembled(self.type, [_whole(batch.column(place)) for place in self.columns])


def _whole(array: Any) -> pa.Array:
    if not hasattr(array, "chunks"):
        return array
    if array.num_chunks == 1:
        return array.chunk(0)
    return array.unify_dictionaries().combine_chunks()


@dataclass(frozen=True, slots=True, eq=False)
class TableSlice:
    """Some rows of a table. `kept` are other columns by name, as Arrow has them."""

    rows: int
    columns: Mapping[Any, Column]
    kept: Mapping[str, Any]


class OpenTable(ABC):
    """A table that is open. `found` says where everything stands that is wanted."""

    rows: int | None = None
    """How many there are, where that is known already."""

    def __init__(self, where: str, found: Sequence[Found], keep: Sequence[str]) -> None:
        self.where = where
        self.found = tuple(found)
        self.keep = {name: name for name in keep}
        """Other columns by name, and where they stand."""

    @abstractmethod
    def whole(self) -> pa.Table:
        """All rows. Raises `LeadpolicyError`."""

    @abstractmethod
    def groups(self) -> Sequence[Callable[[], Iterator[Any]]]:
        """What gives the batches of each group of rows, in order; any thread may call it."""

    @abstractmethod
    def misfits(self) -> LeadpolicyError:
        """Looks again at every column, to say which values do not fit."""

    def read(self, batch: Any) -> TableSlice:
        """The columns of some rows. Raises `LeadpolicyError`."""
        try:
            made = {one.name: one.of(batch) for one in self.found}
        except Misfit:
            raise self.misfits() from None
        kept = {name: _whole(batch.column(place)) for name, place in self.keep.items()}
        return TableSlice(batch.num_rows, made, kept)

    def _names(self) -> list[str]:
        names = [name for one in self.found for name in one.columns]
        return list(dict.fromkeys([*names, *self.keep.values()]))


def opened(
    source: object,
    wanted: Sequence[Wanted],
    keep: Mapping[str, str],
    session: Callable[[], Session] | None,
    where: str,
) -> OpenTable:
    """Opens a table; the SQL room's `session` is asked for when it is needed.

    `keep` names columns that come along, and what they are called in messages.

    Raises `LeadpolicyError`.
    """

    def typed() -> Typed:
        return typed_table(source, wanted, keep, session, where)

    return _plain(source, wanted, keep, where, typed) or typed()


# --------------------------------------------------------------------------- as it stands there


def _plain(
    source: object,
    wanted: Sequence[Wanted],
    keep: Iterable[str],
    where: str,
    typed: Callable[[], Typed],
) -> OpenTable | None:
    import pyarrow as pa

    if isinstance(source, str | Path) and str(source).casefold().endswith(PARQUET):
        schema = _schema(str(source))
    else:
        schema = source.schema if isinstance(source, pa.Table) else None
    found = None if schema is None else _found(schema, wanted, list(keep))
    if found is None:
        return None
    if isinstance(source, pa.Table):
        return ArrowTable(source, found, list(keep), where, typed)
    return ParquetFile(str(source), found, list(keep), typed)


def _schema(path: str) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not Path(path).is_file():  # a pipe would be waited for
        return None
    files.opened(Path(path))
    try:
        return pq.read_schema(path)
    except (OSError, pa.ArrowException):
        return None


def _found(schema: Any, wanted: Iterable[Wanted], keep: Sequence[str]) -> list[Found] | None:
    """Where everything stands; None if something is missing, ambiguous, or of another type."""
    folded = [name.casefold() for name in schema.names]

    def clear(name: str) -> bool:
        return name in schema.names and folded.count(name.casefold()) == 1

    found = []
    for one in wanted:
        columns = _columns(one.place)
        if len(columns) > 1 and one.type.kind not in NUMERIC:
            return None
        for name, kind in zip(columns, (one.type, one.type, FLAG), strict=False):
            if not clear(name) or not taken(kind, schema.field(name).type):
                return None
        found.append(Found(one.name, one.type, columns))
    return found if all(map(clear, keep)) else None


def _columns(place: Place) -> tuple[str, ...]:
    if place is None:
        return ()
    if isinstance(place, str):
        return (place,)
    return (place.low, place.high, *([] if place.known is None else [place.known]))


class ArrowTable(OpenTable):
    """A table of Arrow."""

    def __init__(
        self,
        source: pa.Table,
        found: Sequence[Found],
        keep: Sequence[str],
        where: str,
        typed: Callable[[], Typed],
    ) -> None:
        super().__init__(where, found, keep)
        self.source = source
        self.typed = typed
        self.rows = source.num_rows

    def whole(self) -> pa.Table:
        return self.source

    def groups(self) -> Sequence[Callable[[], Iterator[Any]]]:
        batches = self.source.select(self._names()).to_batches(max_chunksize=BATCH)
        return [partial(iter, [batch]) for batch in batches]

    def misfits(self) -> LeadpolicyError:
        return self.typed().misfits()


class ParquetFile(OpenTable):
    """A file. Texts come as Parquet keeps them: each distinct one once."""

    def __init__(
        self, path: str, found: Sequence[Found], keep: Sequence[str], typed: Callable[[], Typed]
    ) -> None:
        import pyarrow.parquet as pq

        super().__init__(path, found, keep)
        self.typed = typed
        self.metadata = pq.read_metadata(path)
        self.rows = self.metadata.num_rows
        self.texts = [name for one in found if one.type.kind in _TEXTS for name in one.columns]

    def whole(self) -> pa.Table:
        with self._errors():
            return self._file().read(columns=self._names())

    def groups(self) -> Sequence[Callable[[], Iterator[Any]]]:
        return [partial(self._group, n) for n in range(self.metadata.num_row_groups)]

    def _group(self, number: int) -> Iterator[Any]:
        with self._errors():
            yield from self._file().iter_batches(
                BATCH, row_groups=[number], columns=self._names(), use_threads=False
            )

    def _file(self) -> Any:
        import pyarrow.parquet as pq

        return pq.ParquetFile(
            self.where, metadata=self.metadata, read_dictionary=self.texts, memory_map=True,
            pre_buffer=False,
        )  # fmt: skip

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import pyarrow as pa

        try:
            yield
        except (OSError, pa.ArrowException) as error:
            raise LeadpolicyError.of(
                "LP501", f"the table cannot be read: {cited(str(error), 200)}", where=self.where
            ) from error

    def misfits(self) -> LeadpolicyError:
        return self.typed().misfits()


# ------------------------------------------------------------------------ by way of the SQL room


class Typed(OpenTable):
    """A query of the SQL room for typed columns."""

    def __init__(
        self,
        session: Session,
        source: Opened,
        bound: Mapping[Hashable, Bound],
        types: Mapping[Hashable, Type],
        keep: Mapping[str, str],
    ) -> None:
        from leadpolicy.backends.sql import tree
        from leadpolicy.backends.sql.program import typed

        found = [
            Found(name, types[name], tuple(part.name for part in one.parts))
            for name, one in bound.items()
        ]
        super().__init__(source.header.where, found, ())
        self.keep = dict(keep)
        self.session = session
        self.reader: Any = None
        self.opened = source
        self.parts = [part for one in bound.values() for part in one.parts]
        texts = {name for one in found if one.type.kind in _TEXTS for name in one.columns}
        parts = [_as_text(part) if part.name in texts else part for part in self.parts]
        names = [tree.column(name) for name in (*(part.name for part in parts), *keep.values())]
        base = typed(source.sql, parts, keep, numbered=False)
        self.query = tree.render(tree.select(names or [tree.yes()], base))

    def whole(self) -> pa.Table:
        from leadpolicy.backends.sql.session import Unfit

        try:
            with self.session.errors(self.where):
                return self.session.connection.sql(self.query).to_arrow_table()
        except Unfit:
            raise self.misfits() from None

    def groups(self) -> Sequence[Callable[[], Iterator[Any]]]:
        return [self._batches]

    def _batches(self) -> Iterator[Any]:
        from leadpolicy.backends.sql.session import Unfit

        try:
            with self.session.errors(self.where):
                self.reader = self.session.connection.sql(self.query).to_arrow_reader(BATCH)
                yield from self.reader
        except Unfit:
            raise self.misfits() from None

    def misfits(self) -> LeadpolicyError:
        from leadpolicy.backends.sql.session import diagnose

        if self.reader is not None:
            self.reader.close()
        found = diagnose(self.session, self.opened.sql, self.parts, self.where)
        return LeadpolicyError(found) if found else LeadpolicyError.of(
            "LP503", "there are values that do not fit", where=self.where
        )  # fmt: skip


def _as_text(part: Part) -> Part:
    """Texts are looked up in closed lists by us, each distinct one once."""
    from leadpolicy.backends.sql import tree

    raw = tree.cast(tree.column(part.column), tree.TEXT)
    return replace(part, value=raw, raw=None, total=False)


def typed_table(
    source: object,
    wanted: Sequence[Wanted],
    keep: Mapping[str, str],
    session: Callable[[], Session] | None,
    where: str,
) -> Typed:
    """Opens a table in the SQL room. Raises `LeadpolicyError`."""
    from leadpolicy.backends.sql.columns import Binder
    from leadpolicy.backends.sql.program import refuse_mixed
    from leadpolicy.backends.sql.session import Session

    room = Session() if session is None else session()
    problems = Problems()
    table = room.open(source, where)
    binder = Binder(table.header, problems)
    bound = {}
    for one in wanted:
        fact = binder.fact(one.shown, one.type, one.place, one.type.values)
        if fact is not None:
            bound[one.name] = fact
    for name, what in keep.items():
        binder.column_type(name, what)
    refuse_mixed(
        source, {str(name): one for name, one in bound.items()}, table.header.where, problems
    )
    problems.stop_on_errors()
    kept = {name: f"kept {place}" for place, name in enumerate(keep)}
    return Typed(room, table, bound, {one.name: one.type for one in wanted}, kept)


__all__ = [
    "BATCH",
    "FLAG",
    "Found",
    "OpenTable",
    "TableSlice",
    "Typed",
    "Wanted",
    "opened",
    "typed_table",
]
