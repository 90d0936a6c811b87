"""The stages of every record of a table, by name: for pipelines, notebooks and files.

A value that does not fit the vocabulary is an error wherever it stands in a column that the
policies look at, so that no stage ever rests on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from leadpolicy.backends import AUTO, engine_name
from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.engine import prepared
from leadpolicy.backends.sql.names import (
    ANSWERS,
    VERDICTS,
    count_values,
    named,
    stage_name,
    verdict_name,
)
from leadpolicy.backends.sql.program import Run, TableProgram
from leadpolicy.backends.sql.session import CELL, PARQUET, Session, Unfit
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.evaluation.engines import Progress, logics_of, of_records, of_table, opened
from leadpolicy.evaluation.names import Names
from leadpolicy.evaluation.sources import NOTHING, Asked, Described, Moment, records_of
from leadpolicy.evaluation.tables import check_form, in_form
from leadpolicy.files import writing
from leadpolicy.policy import Policy, load_policies
from leadpolicy.policy.labels import labels
from leadpolicy.sheets import RISKY, cell

if TYPE_CHECKING:
    import pyarrow as pa

    from leadpolicy.backends import Answers as Verdicts
    from leadpolicy.backends import Place, Table
    from leadpolicy.evaluation.codes import Codes

Policies: TypeAlias = "Iterable[Policy | str | Path] | Policy | str | Path"
Form: TypeAlias = Literal["pandas", "polars", "arrow"]
TEXT_FILES: Final = (".csv",)
RECORD: Final = "record"
"""What the column with the ids of a data set is called in the result."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The stages of every record, to be collected once: a query, or a table that is made already.

    `policies` are by label; `names` tells what each one's columns are called in the result, and
    `engine` who said it.
    """

    policies: Mapping[str, Policy]
    engine: str
    names: Names
    session: Session
    made: pa.Table | tuple[Run, str]

    def arrow(self) -> pa.Table:
        """The answers as an Arrow table. Raises `LeadpolicyError`."""
        if isinstance(self.made, tuple):
            return self._collect(lambda found: found.to_arrow_table())
        return self.made

    def write(self, path: Path) -> None:
        """The answers as a Parquet or CSV file, whole or not at all. Raises `LeadpolicyError`."""
        name = path.name.casefold()
        if not name.endswith((*PARQUET, *TEXT_FILES)):
            raise LeadpolicyError.of(
                "LP506", "the kind of file is not known", where=str(path),
                expected=f"a name that ends in {', '.join((*PARQUET, *TEXT_FILES))}",
            )  # fmt: skip
        parquet = name.endswith(PARQUET)
        unfit: list[Unfit] = []
        try:
            with writing(path) as part, self.session.errors(str(path)):
                found = self._relation()
                if parquet:
                    found.write_parquet(str(part), use_tmp_file=False)
                else:
                    _as_sheet(found).write_csv(str(part), use_tmp_file=False)
        except Unfit as error:
            unfit.append(error)
        if unfit:  # which values do not fit is told by whoever runs the query
            self._collect(lambda found: found.fetchall())

    def _relation(self) -> Any:
        connection = self.session.connection
        if isinstance(self.made, tuple):
            run, query = self.made
            return connection.sql(run.sql).query(ANSWERS, query)
        return connection.from_arrow(self.made)

    def _collect(self, collect: Callable[[Any], Any]) -> Any:
        assert isinstance(self.made, tuple)
        run, query = self.made
        return run.collect(lambda found: collect(found.query(ANSWERS, query)))

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

    def _count(self, made: object, column: str) -> dict[str | None, int]:
        """How often each value of a column occurs in the result."""
        where = str(made) if isinstance(made, str | Path) else "the result"
        return count_values(self.session, made, where, column)


def evaluate(  # noqa: PLR0913 - what describes a table is named one by one
    policies: Policies,
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
    pandas, Polars or DuckDB, or a data set (its path, name, `Dataset` or `RecordSet`).

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

    Raises `LeadpolicyError` with everything that does not fit.
    """
    check_form(as_)
    with closing(Session()) as session:
        described = Described(columns, id, events, recorded, partial)
        found = answers(
            policies, data, session, as_of, described,
            explain=explain, engine=engine, progress=progress,
        )  # fmt: skip
        if out is not None:
            found.write(Path(out))
            return None
        return in_form(found.arrow(), as_)


def answers(
    policies: Policies,
    data: object,
    session: Session,
    as_of: Moment = None,
    described: Described = NOTHING,
    *,
    explain: bool = False,
    engine: str = AUTO,
    progress: Progress | None = None,
) -> Answers:
    """What `evaluate` gives, opened and checked. Raises `LeadpolicyError`."""
    given = _policies(policies)
    chosen = dict(zip(labels(given), given, strict=True))
    name = engine_name(engine, in_memory=not isinstance(data, str | Path))
    opened(chosen, name)  # what an engine refuses it refuses before data are read
    records = records_of(data, as_of, described, progress)
    names = Names.of(chosen, explain=explain)
    if records is not None:
        found, name = of_records(chosen, records, engine, progress)
        made = _table(chosen, found, names, {RECORD: records.ids})
        return Answers(chosen, name, names, session, made)
    program = TableProgram(logics_of(chosen), full=True)
    table = Asked(program, given, session).of_table(data, as_of, described)
    names.refuse_equal(table.id)
    if name != "sql":
        said, _ = of_table(chosen, table, name, progress)
        ids = {} if table.id is None else {table.id: _column(session, table)}
        return Answers(chosen, name, names, session, _table(chosen, said, names, ids))
    run = prepared(program, table, session)
    return Answers(chosen, name, names, session, (run, _query(chosen, run, names, table.id)))


def _policies(given: Policies) -> list[Policy]:
    many = [given] if isinstance(given, Policy | str | Path) else list(given)
    found = [
        p for one in many for p in ([one] if isinstance(one, Policy) else load_policies([one]))
    ]
    if not found:
        raise LeadpolicyError.of("LP509", "there is no policy to evaluate")
    return found


# ----------------------------------------------------------------------------- names for codes


def _query(policies: Mapping[str, Policy], run: Run, names: Names, id: str | None) -> str:
    """The query over the codes, with names for them."""
    layout = run.layout
    made: list[tuple[str, Sql]] = [] if id is None else [(id, tree.column(id))]
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


def _column(session: Session, table: Table) -> pa.ChunkedArray:
    """The records' keys as they stand in the table."""
    source = session.open(table.source, "the table").sql
    query = tree.render(tree.select([tree.column(str(table.id))], source))
    return session.connection.sql(query).to_arrow_table().column(0)


def _table(
    policies: Mapping[str, Policy], found: Verdicts, names: Names, ids: Mapping[str, Any]
) -> pa.Table:
    """Arrays of codes as a table of names."""
    import pyarrow as pa

    columns: dict[str, Any] = dict(ids)
    for label, policy in policies.items():
        stages = [one.name for one in policy.stages]
        columns[names.stage[label]] = _words(found.stage(label), stages)
        columns[names.possible[label]] = _words(found.possible(label), stages)
        if label in names.criteria:
            said = found.criteria(label)
            for place, name in enumerate(names.criteria[label].values()):
                columns[name] = _words(_PLACE[said[:, place]], VERDICTS)
    return pa.table(columns)


_PLACE: Final = np.array([2, 3, 1], np.int8)
"""Of FALSE, UNKNOWN and TRUE the places in `VERDICTS`, from 1."""


def _words(codes: Codes, words: Sequence[str]) -> pa.Array:
    """Words by their place, from 1; nothing for 0."""
    import pyarrow as pa

    places = pa.array(np.maximum(codes, 1).astype(np.uint8) - np.uint8(1), mask=codes == 0)
    return pa.DictionaryArray.from_arrays(places, pa.array(words, pa.string()))


def _as_sheet(found: Any) -> Any:
    """The answers for a CSV file; see `leadpolicy.sheets`."""
    columns = []
    for name, kind in zip(found.columns, map(str, found.types), strict=True):
        value = tree.column(name)
        if kind == "VARCHAR":
            risky = tree.call("regexp_matches", value.copy(), tree.text(RISKY))
            value = tree.case([(risky, tree.call(CELL, value.copy()))], value)
        columns.append(tree.alias(value, cell(name)))
    return found.query(ANSWERS, tree.render(tree.select(columns, tree.table(ANSWERS))))
