"""What may be a table: a file, or a frame of pandas, Polars, Arrow or DuckDB, or a list of rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from leadpolicy.backends import DELIMITED, PARQUET
from leadpolicy.diagnostics import LeadpolicyError, Problems, cited, listing, suggest, unfit

if TYPE_CHECKING:
    import pyarrow as pa

FORMS: Final = ("pandas", "polars", "arrow")
"""What `as_` may ask for."""
EXPECTED: Final = (
    "a Parquet or CSV file, a frame of pandas, Polars, Arrow or DuckDB, a list of dictionaries, "
    "or a data set"
)


def is_table(data: str | Path) -> bool:
    """Whether a name is that of a table's file, not of a data set."""
    path = Path(data)
    return path.name.casefold().endswith((*PARQUET, *DELIMITED)) and not path.is_dir()


def is_frame(data: object) -> bool:
    """Whether something is a table in memory of a kind that is known."""
    home = type(data).__module__.partition(".")[0]
    kinds = {
        "pandas": ("DataFrame",),
        "polars": ("DataFrame", "LazyFrame"),
        "pyarrow": ("Table", "RecordBatch", "RecordBatchReader"),
        "duckdb": ("DuckDBPyRelation",),
        "_duckdb": ("DuckDBPyRelation",),
    }
    return type(data).__name__ in kinds.get(home, ()) or is_rows(data)


def is_rows(data: object) -> TypeGuard[Sequence[Mapping[Any, Any]]]:
    """Whether something is a list of dictionaries."""
    return isinstance(data, list | tuple) and all(isinstance(row, Mapping) for row in data)


def as_table(data: object, what: str = "the table") -> object:
    """A table that the engines can look at more than once: what is lazy is collected.

    Raises `LeadpolicyError` for what is no table.
    """
    if isinstance(data, str | Path):
        return data
    if not is_frame(data):
        raise unfit(what, data, EXPECTED)
    if is_rows(data):
        return _of_rows(data, what)
    match type(data).__name__:
        case "DuckDBPyRelation":
            return data.to_arrow_table()  # type: ignore[attr-defined]
        case "LazyFrame":
            return data.collect()  # type: ignore[attr-defined]
        case "RecordBatchReader":
            return data.read_all()  # type: ignore[attr-defined]
        case "RecordBatch":
            import pyarrow as pa

            return pa.Table.from_batches([data])
        case _:
            return data


def _of_rows(rows: Sequence[Mapping[Any, Any]], what: str) -> pa.Table:
    """A table out of dictionaries; a key that a row lacks is missing there."""
    import pyarrow as pa

    columns = {}
    for name, cells in _cells(rows).items():
        found = _column(cells)
        if found is None:
            raise LeadpolicyError.of(
                "LP503", f"the column `{cited(name)}` holds {_kinds(cells)}", where=what,
                expected="values of one type in all rows",
            )  # fmt: skip
        columns[name] = found
    if not columns:
        raise LeadpolicyError.of(
            "LP505", "the rows have no columns" if rows else "there are no rows", where=what,
            expected='rows such as {"company.employees": 40}',
        )  # fmt: skip
    return pa.table(columns)


def _cells(rows: Sequence[Mapping[Any, Any]]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {str(name): [_plain(row.get(name)) for row in rows] for name in names}


def _column(cells: list[Any]) -> pa.Array | None:
    """An Arrow column; None where the values have no type in common, or one is beyond it."""
    import pyarrow as pa

    try:
        return pa.array(cells)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return None


def _kinds(cells: list[Any]) -> str:
    """What stands in a column that has no type: an example of each kind of value, in words."""
    first = {type(cell).__name__: cell for cell in reversed(cells) if cell is not None}
    if len(first) == 1:
        return f"values that no column can hold (such as `{cited(str(cells[0]), 40)}`)"
    shown = [f"`{cited(str(cell), 40)}`" for cell in first.values()]
    return f"values of several types, such as {listing(shown, 3)}"


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, set | frozenset) else value


def kinds_of_events(
    found: Collection[str],
    recorded: Iterable[str] | None,
    known: Iterable[str],
    where: str,
    problems: Problems,
) -> list[str]:
    """The kinds of events that were recorded: those that are said to be, or those that occur."""
    kinds = list(dict.fromkeys(found if recorded is None else recorded))
    words = set(known)
    for kind in dict.fromkeys([*found, *kinds]):
        if kind not in words:
            problems.error(
                "LP204", f"the event `{kind}` is not in the vocabulary", where=where,
                help=suggest(kind, words),
            )  # fmt: skip
        elif kind not in kinds:
            problems.error(
                "LP204", f"`{kind}` happened, but is not among the kinds that were recorded",
                where=where, help=f"add `{kind}` to `recorded`",
            )  # fmt: skip
    return [kind for kind in kinds if kind in words]


def as_arrow(table: object, what: str = "the table") -> pa.Table:
    """A table in memory as an Arrow table. Raises `LeadpolicyError`."""
    import pyarrow as pa

    found = as_table(table, what)
    if isinstance(found, str | Path):
        return _of_file(Path(found))
    if isinstance(found, pa.Table):
        return found
    if hasattr(found, "to_arrow"):
        return found.to_arrow()
    try:
        return pa.Table.from_pandas(found, preserve_index=False)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise LeadpolicyError.of(
            "LP503", f"the frame cannot be read: {cited(str(error), 120)}", where=what,
            help="convert columns of several types to one type",
        ) from None  # fmt: skip


def _of_file(path: Path) -> pa.Table:
    """A Parquet file, or a text file of which all cells stay texts."""
    from contextlib import closing

    from leadpolicy.backends.sql import tree
    from leadpolicy.backends.sql.session import Session

    with closing(Session()) as session:
        opened = session.open(path, str(path))
        query = tree.render(tree.select([tree.column(n) for n in opened.header.types], opened.sql))
        with session.errors(str(path)):
            return session.connection.sql(query).to_arrow_table()


def in_form(table: pa.Table, form: str) -> Any:
    """A result as the caller wants it. Raises `LeadpolicyError`."""
    check_form(form)
    if form == "arrow":
        return table
    if form == "pandas":
        return table.to_pandas()
    try:
        import polars as pl
    except ImportError:
        raise LeadpolicyError.of(
            "LP511", "polars is not installed", help="`pip install polars`, or another `as_`"
        ) from None
    return pl.from_arrow(table)


def check_form(form: object) -> None:
    """Raises `LeadpolicyError` for a form that there is none of."""
    if not isinstance(form, str):
        raise unfit("`as_`", form, ", ".join(FORMS))
    if form not in FORMS:
        raise LeadpolicyError.of(
            "LP506", f"the result cannot come as `{form}`", expected=", ".join(FORMS)
        )
