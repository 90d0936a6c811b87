"""Tables where few rows can reach a stage: only those are looked at, all others have none.

What every stage of every policy needs is asked of all rows; the policies themselves are asked of
the rows that are left, and their answers put in their places. The more policies, the more it saves:
many variants of one policy cost little more than one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.emit import Emitter
from leadpolicy.backends.sql.plan import OURS, ResultLayout, stages_only
from leadpolicy.logic.terms import Compare, Const, Literal, Logic, Relation, Term
from leadpolicy.logic.walk import conjuncts, demanded

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_NAME: Final = f"{OURS} candidates"
_ROW: Final = f"{OURS} place"
_ROW_ID: Final = "rowid"
"""What the engine calls the place of a row in a table of its own, from 0."""
_AT_LEAST: Final = (Relation.GE, Relation.GT)
_AT_MOST: Final = (Relation.LE, Relation.LT)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Three queries instead of one: `every` gives what is kept of all rows, in their order, or
    counts them where nothing is kept; `left` the rows that can reach a stage, with their places;
    `reached` the stages of those.
    """

    every: str
    left: str
    reached: str
    kept: tuple[str, ...]
    layout: ResultLayout

    def collect(self, connection: duckdb.DuckDBPyConnection) -> pa.Table:
        """The answers for all rows, as the one query would give them.

        The rows that are left are put together first: few rows of every block are slow to look at
        one block at a time.
        """
        import numpy as np
        import pyarrow as pa

        every = connection.sql(self.every).to_arrow_table()
        rows = every.num_rows if self.kept else every.column(0)[0].as_py()
        connection.register(_NAME, connection.sql(self.left).to_arrow_table())
        try:
            reached = connection.sql(self.reached).to_arrow_table()
        finally:
            connection.unregister(_NAME)
        places = reached.column(_ROW).to_numpy()
        columns = {name: every.column(name) for name in self.kept}
        for name in self.layout.columns:
            codes = np.zeros(rows, np.uint8)
            codes[places] = reached.column(name).to_numpy()
            columns[name] = pa.array(codes)
        return pa.table(columns)


def candidates(
    logics: Mapping[str, Logic],
    emitter: Emitter,
    table: str,
    facts: Collection[str],
    keep: Mapping[str, str],
) -> Candidates | None:
    """For a table of the engine's own with checked values, which has the columns `facts`; None
    for one policy, and where several have nothing in common that could be asked first.
    """
    given = asked_of_all(logics) if len(logics) > 1 else ()
    where = emitter.all_hold(given)
    if tree.is_yes(where):
        return None
    kept = [tree.alias(tree.column(inner), outer) for inner, outer in keep.items()]
    every = tree.select(kept or [tree.call("count", exp.Star())], tree.table(table))
    query = stages_only(logics, emitter, tree.table(_NAME), {_ROW: _ROW}, given)
    used = {column.name for column in query.select.find_all(exp.Column)}
    columns = [tree.column(name) for name in sorted(used.intersection(facts))]
    columns.append(tree.alias(exp.column(_ROW_ID), _ROW))
    left = tree.select(columns, tree.table(table), where=where)
    every_sql, left_sql, reached = map(tree.render, (every, left, query.select))
    return Candidates(every_sql, left_sql, reached, tuple(keep.values()), query.layout)


def asked_of_all(logics: Mapping[str, Logic]) -> tuple[Term, ...]:
    """What every stage of every policy needs: where one of these does not hold, none is reached.

    Of thresholds that differ the weakest, which every policy needs.
    """
    asked: list[dict[Term, None]] = []
    for logic in logics.values():
        if not logic.stages:
            continue
        low = logic.stages[0]
        if not all(low in demanded(stage) for stage in logic.stages[1:]):
            return ()
        parts = (part for part in conjuncts(low) if not isinstance(part, Const))
        asked.append(dict.fromkeys(parts))
    if not asked:
        return ()
    common = [term for term in asked[0] if all(term in parts for parts in asked)]
    rest = [_thresholds(term for term in parts if term not in common) for parts in asked]
    for key in rest[0]:
        if all(key in one for one in rest):
            choose = min if key[1] in _AT_LEAST else max
            common.append(choose((one[key] for one in rest), key=lambda pair: pair[0])[1])
    return tuple(common)


def _thresholds(
    terms: Iterable[Term],
) -> dict[tuple[str, Relation], tuple[int | float, Compare]]:
    """Comparisons with a number, by fact and direction; one of each, which suffices."""
    found: dict[tuple[str, Relation], tuple[int | float, Compare]] = {}
    for term in terms:
        match term:
            case Compare(op=op, left=left, right=Literal(value=int() | float() as bound)) if op in (
                *_AT_LEAST,
                *_AT_MOST,
            ):
                found[left.name, op] = (bound, term)
            case _:
                pass
    return found
