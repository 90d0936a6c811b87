"""The embedded engine: one connection, what it opens, and its errors as diagnostics."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

import duckdb
from sqlglot import exp

from leadpolicy.backends import DELIMITED, PARQUET
from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.columns import Header, Part, header_of
from leadpolicy.backends.sql.exact import TIMES, sign_of_times
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.diagnostics import Diagnostic, LeadpolicyError, ValueProblem, cited
from leadpolicy.files import opened, strange
from leadpolicy.sheets import cell
from leadpolicy.types import Kind, Range, Type, read_text

CELL: Final = "leadpolicy_cell"
"""A text as CSV files carry it; see `leadpolicy.sheets`."""
_UNWRITTEN: Final = ("No space left", "write failed", "Could not write file")
_ERRNO: Final = re.compile(r'"errno":"(\d+)"')
_names = count(1)


@dataclass(frozen=True, slots=True)
class Opened:
    """Something to select from, with its columns."""

    sql: Sql = field(compare=False)
    header: Header


class Unfit(Exception):
    """A value that does not fit was met; the diagnosis is up to whoever knows the columns."""


class Session:
    """A database in memory. Without limits the engine takes what the machine has.

    `memory` is a size such as "1GB": beyond it the engine works on disk, in `spill`.
    """

    def __init__(
        self,
        *,
        memory: str | None = None,
        threads: int | None = None,
        spill: str | Path | None = None,
    ) -> None:
        settings: dict[str, Any] = {
            "TimeZone": "UTC",
            "preserve_insertion_order": True,
            "allow_community_extensions": False,
            "autoinstall_known_extensions": False,
        }
        settings |= {"memory_limit": memory} if memory else {}
        settings |= {"threads": threads} if threads else {}
        settings |= {"temp_directory": str(spill)} if spill else {}
        self.connection = duckdb.connect(":memory:", config=settings)
        self.connection.create_function(
            TIMES, sign_of_times, ["VARCHAR", "VARCHAR", "VARCHAR"], "TINYINT"
        )
        self.connection.create_function(CELL, cell, ["VARCHAR"], "VARCHAR")

    def open(self, source: object, what: str) -> Opened:
        """A file, or a table of another library. Raises `LeadpolicyError`."""
        if isinstance(source, str | Path):
            return self._file(Path(source))
        names = _column_names(source)
        if isinstance(source, duckdb.DuckDBPyRelation):
            source = source.to_arrow_table()
        name = f"source {next(_names)}"
        with self.errors(what):
            self.connection.register(name, source)
        return self._described(tree.table(name), what, names)

    def _file(self, path: Path) -> Opened:
        where = str(path)
        if not path.is_file():
            what = strange(path)
            told = f"this is {what}, not a file" if what else "there is no such file"
            raise LeadpolicyError.of("LP501", told, where=where)
        opened(path)
        literal = tree.text("".join(f"[{c}]" if c in "*?[" else c for c in where))
        if where.casefold().endswith(PARQUET):
            names = self._parquet_names(literal, where)
            return self._described(tree.call("read_parquet", literal), where, names)
        if not where.casefold().endswith(DELIMITED):
            raise LeadpolicyError.of(
                "LP501", "the kind of file is not known", where=where,
                expected=f"a file that ends in {', '.join((*PARQUET, *DELIMITED))}",
            )  # fmt: skip
        options = {"all_varchar": tree.yes(), "header": tree.yes(), "sample_size": tree.whole(1000)}
        if ".tsv" in where.casefold():
            options["delim"] = tree.text("\t")
        given = [
            exp.EQ(this=exp.to_identifier(name), expression=value)
            for name, value in options.items()
        ]
        reader = tree.call("read_csv", literal, *given)
        return self._described(reader, where, None, texts=True)

    def _parquet_names(self, literal: Sql, where: str) -> list[str]:
        """The names as they stand in the file, where one may stand twice."""
        schema = tree.call("parquet_schema", literal.copy())
        query = tree.select([tree.column("name"), tree.column("num_children")], schema)
        rows = self.rows(query, where)
        names: list[str] = []
        skipped = 0
        for name, children in rows[1:]:
            if skipped:
                skipped += (children or 0) - 1
                continue
            names.append(str(name))
            skipped = children or 0
        return names

    def _described(
        self, source: Sql, what: str, names: Sequence[str] | None, *, texts: bool = False
    ) -> Opened:
        query = tree.render(tree.select([exp.Star()], source.copy()))
        with self.errors(what):
            relation = self.connection.sql(query)
            columns = list(zip(relation.columns, map(str, relation.types), strict=True))
        if names is not None and len(names) == len(columns):
            columns = [(name, kind) for name, (_, kind) in zip(names, columns, strict=True)]
        return Opened(source, header_of(what, columns, texts=texts))

    def rows(self, query: Sql, what: str) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        with self.errors(what):
            return self.connection.execute(tree.render(query)).fetchall()

    def keep(self, query: Sql, what: str) -> str:
        """Runs a query into a table of this session; its name."""
        name = f"loaded {next(_names)}"
        with self.errors(what):
            create = exp.Create(this=tree.table(name), kind="TABLE", expression=query)
            self.connection.execute(tree.render(create)).fetchall()
        return name

    @contextlib.contextmanager
    def errors(self, what: str) -> Iterator[None]:
        """The engine's errors as diagnostics about `what`. Raises `Unfit`, `LeadpolicyError`."""
        try:
            yield
        except duckdb.Error as error:
            self.connection.abort()
            message = str(error)
            if tree.UNFIT in message:
                raise Unfit from error
            raise LeadpolicyError([_diagnostic(error, message, what)]) from error
        except OSError as error:  # what went wrong while Arrow drew batches out of the engine
            if tree.UNFIT in str(error):
                raise Unfit from error
            raise

    def close(self) -> None:
        """Frees the memory; tables of this session cannot be used any more."""
        self.connection.close()


def _diagnostic(error: duckdb.Error, message: str, what: str) -> Diagnostic:
    first = cited(message.partition(":")[2].strip() or message, 200)
    match error:
        case duckdb.OutOfMemoryException():
            return Diagnostic(
                "LP506", f"memory does not suffice: {first}", where=what,
                help="allow more memory, or write the result to a file",
            )  # fmt: skip
        case duckdb.IOException() if any(sign in message for sign in _UNWRITTEN):
            number = _ERRNO.search(message)
            why = os.strerror(int(number[1])) if number else first
            return Diagnostic("LP510", f"the file cannot be written: {why}", where=what)
        case duckdb.BinderException() | duckdb.CatalogException() | duckdb.ParserException():
            raise error
        case _:
            return Diagnostic("LP501", f"the table cannot be read: {first}", where=what)


def _column_names(source: object) -> list[str] | None:
    """The names of a table in memory, before the engine makes them unique."""
    names = getattr(source, "column_names", None)  # Arrow
    if names is None:
        names = getattr(source, "columns", None)  # pandas, Polars, relations
    return None if names is None else [str(name) for name in names]


def diagnose(session: Session, source: Sql, parts: Sequence[Part], where: str) -> list[Diagnostic]:
    """Looks again at every column, to say which values do not fit."""
    checked = [part for part in parts if part.raw is not None]
    found: list[Diagnostic] = []
    for part in checked:
        assert part.raw is not None
        inner = tree.nested(
            tree.select(
                [tree.alias(part.value.copy(), "v"), tree.alias(part.raw.copy(), "r")],
                source.copy(),
            ),
            "look",
        )
        lost = tree.every([tree.is_null(tree.column("v")), tree.not_null(tree.column("r"))])
        example = tree.cast(tree.call("any_value", tree.column("r")), tree.TEXT)
        query = tree.select([tree.call("count", tree.column("r")), example], inner, where=lost)
        ((number, shown),) = session.rows(query, where)
        if number:
            found.append(_unfit(part, int(number), str(shown), where))
    return found


def _unfit(part: Part, number: int, shown: str, where: str) -> Diagnostic:
    rows = "1 row holds a value that does not fit" if number == 1 else (
        f"{number:,} rows hold values that do not fit")  # fmt: skip
    return Diagnostic(
        "LP503",
        f"the column `{part.column}`: {rows}, such as `{cited(shown)}`",
        where=where,
        expected=part.expected,
        help=_advice(part, shown),
    )


def _advice(part: Part, shown: str) -> str | None:
    if shown in ("nan", "inf", "-inf"):
        return "a value that is not known is NULL"
    if "numbers" not in part.expected:
        return None
    try:
        ranged = isinstance(read_text(Type(Kind.NUMBER), shown), Range)
    except ValueProblem:
        return None
    return "ranges are read by a data set: map the table in a dataset.yaml" if ranged else None


def mixed_columns(source: object, columns: Sequence[str]) -> list[str]:
    """Columns of a pandas frame that hold objects of several kinds, of which the engine would
    make texts.
    """
    pandas = sys.modules.get("pandas")
    if pandas is None or not isinstance(source, pandas.DataFrame):
        return []
    names = [str(name) for name in source.columns]
    found = []
    for column in columns:
        if names.count(column) != 1:
            continue
        series = source.iloc[:, names.index(column)]
        if series.dtype == object:
            kind = pandas.api.types.infer_dtype(series, skipna=True)
            if kind.startswith("mixed") and not _lists_only(series):
                found.append(column)
    return found


def _lists_only(series: Any) -> bool:
    """Whether a column of objects holds lists and nothing else but missing values."""
    return all(isinstance(value, list | tuple) for value in series.dropna())
