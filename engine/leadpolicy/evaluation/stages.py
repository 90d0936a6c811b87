"""The stages of every record of a table, by name: for pipelines, notebooks and files.

A value that does not fit the vocabulary is an error wherever it stands in a column that the
policies look at, so that no stage ever rests on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.names import (
    ANSWERS,
    VERDICTS,
    count_values,
    named,
    stage_name,
    verdict_name,
)
from leadpolicy.backends.sql.program import Run, TableProgram
from leadpolicy.backends.sql.session import PARQUET, Session, Unfit
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.evaluation.engines import Progress
from leadpolicy.evaluation.sources import NOTHING, Asked, Described, Given, Moment, records_of
from leadpolicy.files import writing
from leadpolicy.policy import Policy, load_policies
from leadpolicy.policy.labels import labels

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from leadpolicy.backends.sql.columns import Place

Policies: TypeAlias = "Iterable[Policy | str | Path] | Policy | str | Path"
Form: TypeAlias = Literal["pandas", "arrow"]
TEXT_FILES: Final = (".csv",)


@dataclass(frozen=True, slots=True)
class Answers:
    """A query for the stages of every record, to be run once.

    `policies` are by label; `stage`, `possible` and, if they were asked for, `criteria` name each
    one's columns in the result.
    """

    policies: Mapping[str, Policy]
    run: Run
    query: str
    stage: Mapping[str, str]
    possible: Mapping[str, str]
    criteria: Mapping[str, Mapping[str, str]]

    def arrow(self) -> pa.Table:
        """The answers as an Arrow table. Raises `LeadpolicyError`."""
        return self.run.collect(lambda found: self._named(found).to_arrow_table())

    def pandas(self) -> pd.DataFrame:
        """The answers as a pandas frame; stages are categories in the order of the ladder.

        Raises `LeadpolicyError`.
        """
        frame: pd.DataFrame = self.run.collect(lambda found: self._named(found).df())
        return frame

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
            with writing(path) as part, self.run.session.errors(str(path)):
                found = self._named(self.run.session.connection.sql(self.run.sql))
                write = found.write_parquet if parquet else found.write_csv
                write(str(part), use_tmp_file=False)
        except Unfit as error:
            unfit.append(error)
        if unfit:  # which values do not fit is told by whoever runs the query
            self.run.collect(lambda found: found.fetchall())

    def counts(self, made: object) -> dict[str, list[tuple[str | None, int, int]]]:
        """For each policy its stages and how many records reach each, and how many may.

        `made` is the Arrow table, or the file, that was made of the answers. None is no stage.
        """
        found = {}
        for label, policy in self.policies.items():
            reached, maybe = (
                self._count(made, names[label]) for names in (self.stage, self.possible)
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
            for label, columns in self.criteria.items()
        }

    def _count(self, made: object, column: str) -> dict[str | None, int]:
        """How often each value of a column occurs in the result."""
        where = str(made) if isinstance(made, str | Path) else "the result"
        return count_values(self.run.session, made, where, column)

    def _named(self, found: Any) -> Any:
        return found.query(ANSWERS, self.query)


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

    The result has a row per record in the order of the data, with the columns `POLICY stage` and
    `POLICY possible`, empty where no stage is reached; with `explain` also `POLICY: CRITERION`
    with true, false or unknown. It comes as a pandas frame or an Arrow table; with `out`, it is
    written to a Parquet or CSV file and nothing is returned.

    Raises `LeadpolicyError` with everything that does not fit.
    """
    if as_ not in ("pandas", "arrow"):
        raise LeadpolicyError.of(
            "LP506", f"the result cannot come as `{as_}`", expected="pandas or arrow"
        )
    with closing(Session()) as session:
        described = Described(columns, id, events, recorded, partial)
        found = answers(
            policies, data, session, as_of, described, explain=explain, progress=progress
        )
        if out is not None:
            found.write(Path(out))
            return None
        return found.pandas() if as_ == "pandas" else found.arrow()


def answers(
    policies: Policies,
    data: object,
    session: Session,
    as_of: Moment = None,
    described: Described = NOTHING,
    *,
    explain: bool = False,
    progress: Progress | None = None,
) -> Answers:
    """The query that `evaluate` runs, opened and checked. Raises `LeadpolicyError`."""
    given = _policies(policies)
    chosen = dict(zip(labels(given), given, strict=True))
    program = TableProgram({label: p.logic for label, p in chosen.items()}, full=True)
    asked = Asked(program, given, session)
    records = records_of(data, as_of, described, progress)
    ready = (
        asked.of_records(records) if records is not None else asked.of_table(data, as_of, described)
    )
    run = program.prepare(
        ready.source,
        ready.places,
        as_of=ready.as_of,
        id=ready.id,
        events=ready.events,
        check_all=not ready.checked,
        carry=ready.carry,
        session=session,
    )
    return _named(chosen, run, ready, explain=explain)


def _policies(given: Policies) -> list[Policy]:
    many = [given] if isinstance(given, Policy | str | Path) else list(given)
    found = [
        p for one in many for p in ([one] if isinstance(one, Policy) else load_policies([one]))
    ]
    if not found:
        raise LeadpolicyError.of("LP506", "there is no policy to evaluate")
    return found


# ----------------------------------------------------------------------------- names for codes


def _named(policies: Mapping[str, Policy], run: Run, ready: Given, *, explain: bool) -> Answers:
    """The query over the codes, with names for them."""
    layout = run.layout
    made: list[tuple[str, Sql]] = []
    if ready.shown is not None:
        made.append((ready.shown[1], tree.column(ready.shown[0])))
    stage = {label: f"{label} stage" for label in policies}
    possible = {label: f"{label} possible" for label in policies}
    criteria: dict[str, dict[str, str]] = {}
    for label, policy in policies.items():
        names = [one.name for one in policy.stages]
        made.append((stage[label], stage_name(layout.stage[label], names)))
        made.append((possible[label], stage_name(layout.possible[label], names)))
        if explain:
            criteria[label] = {name: f"{label}: {name}" for name in policy.criteria}
            made += [
                (name, verdict_name(layout.words[bit.word], bit))
                for name, bit in zip(criteria[label].values(), layout.criteria[label], strict=True)
            ]
    _refuse_equal([name for name, _ in made], run.where)
    return Answers(policies, run, named(made), stage, possible, criteria)


def _refuse_equal(names: Sequence[str], where: str) -> None:
    """To the engine names that differ only in case are the same."""
    folded = [name.casefold() for name in names]
    for name in names:
        if folded.count(name.casefold()) > 1:
            raise LeadpolicyError.of(
                "LP209", f"two columns of the result would be called `{name}`", where=where
            )
