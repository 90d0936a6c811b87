"""Names for the codes that programs answer with, and small questions about a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import duckdb
from sqlglot import exp

from leadpolicy.backends.columns import VERDICTS
from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.emit import WORD, Bit
from leadpolicy.backends.sql.session import Session
from leadpolicy.backends.sql.tree import Sql

ANSWERS: Final = "answers"
"""What the table of codes is called in `named`."""


def named(columns: Iterable[tuple[str, Sql]]) -> str:
    """A query over a program's answers that gives these columns."""
    made = [tree.alias(value, name) for name, value in columns]
    return tree.render(tree.select(made, tree.table(ANSWERS)))


def stage_name(column: str, names: Sequence[str]) -> Sql:
    """The name of the stage that a column has the code of; NULL for none."""
    branches = [
        (tree.eq(tree.column(column), tree.whole(code)), tree.text(name))
        for code, name in enumerate(names, 1)
    ]
    return exp.Cast(this=tree.case(branches, None), to=_enumeration(names))


def verdict_name(word: str, bit: Bit) -> Sql:
    """True, false or unknown, out of two bits of a word."""

    def is_set(place: int) -> Sql:
        mask = tree.cast(tree.whole(1 << place), tree.BITS)
        return tree.eq(tree.bit_and(tree.column(word), mask), mask.copy())

    true, false, unknown = map(tree.text, VERDICTS)
    branches = [(is_set(bit.bit), true), (is_set(bit.bit + WORD), false)]
    return exp.Cast(this=tree.case(branches, unknown), to=_enumeration(VERDICTS))


def _enumeration(values: Sequence[str]) -> exp.DataType:
    listed = [exp.Literal.string(value) for value in values]
    return exp.DataType(this=tree.Word.ENUM, expressions=listed)


def count_values(session: Session, source: object, what: str, column: str) -> dict[str | None, int]:
    """How often each value of a column occurs, as texts. Raises `LeadpolicyError`."""
    opened = session.open(source, what)
    shown = tree.cast(tree.column(column), tree.TEXT)
    counted = [shown, tree.call("count", exp.Star())]
    return dict(session.rows(tree.select(counted, opened.sql, group=[shown.copy()]), what))


def in_memory(data: object) -> object:
    """A table that can be looked at more than once: what is lazy is collected."""
    if isinstance(data, duckdb.DuckDBPyRelation):
        return data.to_arrow_table()
    if type(data).__name__ == "LazyFrame" and hasattr(data, "collect"):
        return data.collect()
    return data


__all__ = [
    "ANSWERS",
    "count_values",
    "in_memory",
    "named",
    "stage_name",
    "verdict_name",
]
