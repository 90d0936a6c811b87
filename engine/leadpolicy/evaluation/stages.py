"""The stages of every record of a table, by name: for pipelines, notebooks and files.

A value that does not fit the vocabulary is an error wherever it stands in a column that the
policies look at, so that no stage ever rests on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from leadpolicy.backends import AUTO, engine_name
from leadpolicy.data.given import check_form, in_form
from leadpolicy.evaluation.answers import Made, Queried, StageAnswers, table_of
from leadpolicy.evaluation.arguments import check
from leadpolicy.evaluation.cohort import Chosen
from leadpolicy.evaluation.engines import Progress, logics_of, of_records, of_table, opened
from leadpolicy.evaluation.names import Names
from leadpolicy.evaluation.sources import (
    NOTHING,
    Described,
    Moment,
    PreparedQuestion,
    Room,
    records_of,
)
from leadpolicy.policy.labels import labelled

if TYPE_CHECKING:
    import pyarrow as pa

    from leadpolicy.backends import EngineTable, Place

Form: TypeAlias = Literal["pandas", "polars", "arrow"]
RECORD: Final = "record"
"""What the column with the ids of a data set is called in the result."""


def evaluate(  # noqa: PLR0913 - what describes a table is named one by one
    policies: Chosen,
    data: object,
    *,
    as_of: Moment = None,
    columns: Mapping[str, Place | tuple[str, str]] | None = None,
    id: str | None = None,
    events: object | None = None,
    recorded: Iterable[str] | None = None,
    partial: bool = False,
    explain: bool = False,
    out: str | Path | None = None,
    as_: Form = "pandas",
    engine: str = AUTO,
    progress: Progress | None = None,
) -> Any:
    """The stage and the possible stage of every record, under every policy.

    `policies` are policies, names or folders. `data` is a Parquet or CSV file, a table of Arrow,
    pandas, Polars or DuckDB, a list of dictionaries, or a data set (its path, name, `Dataset` or
    `RecordSet`).

    For a table `as_of` is the moment of evaluation, or the name of the column that holds each
    record's; for a data set it may be left out. `columns` says in which column a fact stands, in
    which two the ends of its range stand, or, with None, that nobody recorded it; by default a
    fact stands in the column of its name. With `partial`, facts and events that the table does not
    have were not recorded. `id` names the column of the records' keys, which comes back.

    `events` is a table with the columns `id` (as above), `event`, `at` and attributes by name,
    taken to be complete for the kinds in `recorded` (default: those that occur); or a mapping of
    kinds to `EventTable`; without it nobody recorded events.

    The result has a row per record in the order of the data, with the columns `POLICY_stage` and
    `POLICY_possible`, empty where no stage is reached; with `explain` also `POLICY__CRITERION`
    with true, false or unknown. What is no letter or digit in a policy's label is an underscore.
    It comes as a frame of pandas or Polars or an Arrow table, as `as_` says; with `out`, it is
    written to a Parquet or CSV file and nothing is returned.

    `engine` is one of `backends.ENGINES`; they all say the same.

    Rows of a data set that do not fit are no records and have no row in the result: a `RecordSet`
    tells them in its `quarantine`. Raises `LeadpolicyError` with everything of a table that does
    not fit.
    """
    check(
        policies=policies, as_of=as_of, columns=columns, id=id, recorded=recorded,
        partial=partial, explain=explain, out=out, progress=progress,
    )  # fmt: skip
    check_form(as_)
    with closing(Room()) as room:
        described = Described(columns, id, events, recorded, partial)
        found = answers(
            policies, data, room, as_of, described,
            explain=explain, engine=engine, progress=progress,
        )  # fmt: skip
        if out is not None:
            found.write(Path(out))
            return None
        return in_form(found.arrow(), as_)


def answers(
    policies: Chosen,
    data: object,
    room: Room,
    as_of: Moment = None,
    described: Described = NOTHING,
    *,
    explain: bool = False,
    engine: str = AUTO,
    progress: Progress | None = None,
) -> StageAnswers:
    """What `evaluate` gives, opened and checked. Raises `LeadpolicyError`."""
    chosen = labelled(policies)
    given = list(chosen.values())
    beside = described.events is not None
    name = engine_name(engine, in_memory=not (isinstance(data, str | Path) and beside))
    opened(chosen, name)  # what an engine refuses it refuses before data are read
    records = records_of(data, as_of, described, progress)
    names = Names.of(chosen, explain=explain)
    if records is not None:
        found, name = of_records(chosen, records, engine, progress)
        made = table_of(chosen, found, names, {RECORD: records.ids})
        return Made(chosen, name, names, room, made, records)
    table = PreparedQuestion(given, room).of_table(data, as_of, described)
    names.refuse_equal(table.id)
    if name == "sql":
        from leadpolicy.backends.sql.engine import prepared
        from leadpolicy.backends.sql.program import TableProgram

        run = prepared(TableProgram(logics_of(chosen)), table, room.session)
        return Queried(chosen, names, room, run, table.id)
    if name == "kernels" and not any(table.events.values()):
        from leadpolicy.evaluation.streamed import Streamed

        return Streamed(chosen, names, room, table, explain=explain)
    said, _ = of_table(chosen, table, name, progress)
    ids = {} if table.id is None else {table.id: _keys(room, table)}
    return Made(chosen, name, names, room, table_of(chosen, said, names, ids))


def _keys(room: Room, table: EngineTable) -> pa.ChunkedArray:
    """The records' keys as they stand in the table."""
    from leadpolicy.backends.sql import tree

    source = room.session.open(table.source, "the table").sql
    query = tree.render(tree.select([tree.column(str(table.id))], source))
    return room.session.connection.sql(query).to_arrow_table().column(0)
