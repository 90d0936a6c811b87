"""Records that nothing tells apart, counted together: verdicts as bits of words, grouped in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from leadpolicy.backends.kernels import tables
from leadpolicy.backends.kernels.columns import Array, unpacked
from leadpolicy.backends.kernels.program import KernelAnswers, KernelProgram
from leadpolicy.backends.kernels.read import keys
from leadpolicy.backends.kernels.stream import Stream
from leadpolicy.logic.terms import Logic, Term

if TYPE_CHECKING:
    import pyarrow as pa

    from leadpolicy.backends import EngineTable
    from leadpolicy.backends.sql.session import Session

_BITS: Final = 64
_ROWS: Final = "leadpolicy rows"
RECORDS: Final = "records"


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """Groups of records: how many each holds, the columns that they share, and the smallest keys.

    `verdicts` are 0 FALSE, 1 UNKNOWN, 2 TRUE by term.
    """

    counts: Array
    verdicts: Mapping[Term, Array]
    shared: Mapping[str, pa.ChunkedArray]
    examples: pa.ListArray | None = field(default=None)


def grouped(
    logic: Logic, terms: Sequence[Term], table: EngineTable, by: Iterable[str], most: int, keep: int
) -> Grouped | None:
    """Groups of equal verdicts of `terms`, which are among the criteria of `logic`, and equal
    values of the columns `by`, with up to `keep` keys each; None of more than `most` groups.

    Raises `LeadpolicyError`.
    """
    from leadpolicy.backends.sql.session import Session

    columns = list(dict.fromkeys(by))
    with closing(Session()) as session:
        rows = _rows(logic, terms, table, columns, session)
        words = [name for name in rows.column_names if name.startswith(_word(""))]
        found = _counted(session, rows, words, columns, table.id if keep else None, most, keep)
    if found.num_rows > most:
        return None
    numbers = [found.column(name).to_numpy() for name in words]
    verdicts = {}
    for place, term in enumerate(terms):
        holds, fails = (_bit(numbers, at) for at in (place, len(terms) + place))
        verdicts[term] = (1 + holds - fails).astype(np.int8)
    return Grouped(
        found.column(RECORDS).to_numpy().astype(np.int64),
        verdicts,
        {name: found.column(_column(place)) for place, name in enumerate(columns)},
        found.column("examples").combine_chunks() if "examples" in found.column_names else None,
    )


def _word(number: object) -> str:
    return f"word {number}"


def _column(place: int) -> str:
    return f"column {place}"


def _bit(numbers: Sequence[Array], place: int) -> Array:
    word, bit = divmod(place, _BITS)
    return (numbers[word] >> np.uint64(bit) & np.uint64(1)).astype(np.int64)


# ---------------------------------------------------------------------------- bits of records


def _rows(
    logic: Logic, terms: Sequence[Term], table: EngineTable, by: Sequence[str], session: Session
) -> pa.Table:
    """A row per record: its verdicts as words, the columns `by`, and its key."""
    import pyarrow as pa

    program = KernelProgram({"": logic}, full=True)
    place = dict(zip(logic.criteria, range(len(logic.criteria)), strict=True))
    wanted = [place[term] for term in terms]
    keep = dict.fromkeys(by, "a column to carry") | keys(table.id)

    def row(said: KernelAnswers, kept: Mapping[str, Any]) -> pa.RecordBatch:
        planes = [said.criteria[""][one] for one in wanted]
        words = _words([*(said.holds[p] for p in planes), *(said.fails[p] for p in planes)], said)
        made = {_word(number): word for number, word in enumerate(words)}
        made |= {_column(number): kept[name] for number, name in enumerate(by)}
        return pa.record_batch(made if table.id is None else made | {"key": kept[table.id]})

    if not any(table.events.values()):
        stream = Stream(
            program, table.source, table.places, as_of=table.as_of, keep=keep,
            session=lambda: session,
        )  # fmt: skip
        return pa.Table.from_batches(stream.map(row))
    moments = [table.as_of] if isinstance(table.as_of, str) else []
    loaded = program.load(
        table.source, table.places, id=table.id, events=table.events, moments=moments,
        session=session,
    )  # fmt: skip
    others = tables.opened(table.source, [], keep, lambda: session, "the table")
    kept = others.read(others.whole()).kept
    return pa.Table.from_batches([row(program.run(loaded, table.as_of), kept)])


def _words(planes: Sequence[Array], said: KernelAnswers) -> list[Array]:
    """The bits of a record side by side, in words."""
    found = []
    for begin in range(0, max(len(planes), 1), _BITS):
        bits = np.zeros((_BITS, said.rows), np.uint8)
        for place, plane in enumerate(planes[begin : begin + _BITS]):
            bits[place] = unpacked(plane, said.rows)
        together = np.packbits(bits, axis=0, bitorder="little")
        found.append(np.ascontiguousarray(together.T).view("<u8")[:, 0])
    return found


# ------------------------------------------------------------------------------------ counting


def _counted(
    session: Session,
    rows: pa.Table,
    words: Sequence[str],
    by: Sequence[str],
    id: str | None,
    most: int,
    keep: int,
) -> pa.Table:
    from leadpolicy.backends.sql import tree

    names = [*words, *(_column(place) for place in range(len(by)))]
    columns: list[Any] = [tree.column(name) for name in names]
    columns.append(tree.alias(tree.call("count"), RECORDS))
    if id is not None:
        smallest = tree.call("min", tree.column("key"), tree.whole(keep))
        columns.append(tree.alias(smallest, "examples"))
    query = tree.select(columns, tree.table(_ROWS), group=[tree.column(name) for name in names])
    session.connection.register(_ROWS, rows)
    with session.errors("the table"):
        return session.connection.sql(tree.render(query)).limit(most + 1).to_arrow_table()


__all__ = ["Grouped", "grouped"]
