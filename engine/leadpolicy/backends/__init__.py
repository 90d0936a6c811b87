"""Ways to run a policy. The interpreter defines the meaning; every other way must agree with it.

`BACKENDS` lists them all. An engine is a class that says what it is and what it refuses, and then
one of three things: what a policy says of one record (`OneByOne`), what policies say of many
records that stand in columns or in a table (`AllAtOnce`), or of how many records they say the same
(`Grouping`), which is all that most measures of a comparison need. Whoever writes another engine
writes one module with such a class, and a line of `BACKENDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, cast

from leadpolicy.diagnostics import Diagnostic, LeadpolicyError, Problems, listing, suggest
from leadpolicy.extras import Missing, missing
from leadpolicy.logic.terms import Logic, Term
from leadpolicy.source import Span

if TYPE_CHECKING:
    from leadpolicy.backends.columns import Array, Codes, Columns
    from leadpolicy.backends.interpreter import Verdicts
    from leadpolicy.vocabulary.record import Record

BACKENDS: Final[Mapping[str, str]] = {
    "interpreter": "leadpolicy.backends.interpreter:Interpreter",
    "closure": "leadpolicy.backends.closure:Compiled",
    "kernels": "leadpolicy.backends.kernels.engine:Kernels",
    "sql": "leadpolicy.backends.sql.engine:EmbeddedSql",
    "durable": "leadpolicy.backends.durable.engine:DurableRules",
}
"""Every engine: its name, and the class that runs it, which is loaded when it is used."""

AUTO: Final = "auto"
ENGINES: Final = (AUTO, *BACKENDS)
"""What `engine=` and `--engine` take."""


def automatic(*, single: bool = False, in_memory: bool = True) -> str:
    """The engine that `auto` stands for.

    The closure for a single record; kernels for many, of which they hold no more in memory than
    they are working on; SQL for files with events in tables of their own, which it joins on disk
    where memory does not suffice.
    """
    if single:
        return "closure"
    return "kernels" if in_memory else "sql"


# ------------------------------------------------------------------------ what engines are given

Progress: TypeAlias = Callable[[str, int, int], None]
Logics: TypeAlias = Mapping[str, Logic]
"""Policies by their labels."""
Spans: TypeAlias = Mapping[str, Mapping[Term, Span]]
"""For each label where its terms were written, for diagnostics."""


@dataclass(frozen=True, slots=True)
class Between:
    """Two columns that hold the ends of a range; NULL is an open end.

    `known` names a boolean column that tells a wholly open range (known, but not how much) from a
    missing value; without it a range with two open ends is missing.
    """

    low: str
    high: str
    known: str | None = None


Place: TypeAlias = str | Between | None
"""Where a fact stands: a column, two columns, or None where nobody recorded it."""


@dataclass(frozen=True, slots=True)
class EventTable:
    """Where the events of one kind stand.

    `source` is anything that a table of records may be, `record` its column with the record's key,
    `at` the column with the moment (None: no event is dated). With `kind`, only rows count in
    which the first column has the second's text. `since` is when the log began: a moment, or a
    column of the records. `recorded` is a boolean column of the records that tells for which of
    them a log was kept; None: for all.
    """

    source: object = field(compare=False)
    record: str
    at: str | None = "at"
    attributes: Mapping[str, Place] = field(default_factory=dict)
    kind: tuple[str, str] | None = None
    since: datetime | str | None = None
    recorded: str | None = None


PARQUET: Final = (".parquet", ".pq")
DELIMITED: Final = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".csv.zst", ".tsv.zst")
"""How the names of files end that hold tables."""


@dataclass(frozen=True, slots=True)
class EngineTable:
    """A table with a row per record: a path, or a table of Arrow, pandas, Polars or DuckDB.

    `as_of` is the moment of evaluation, or the column that holds each record's; `id` the column of
    the records' keys; `places` tells where facts stand that are not in columns of their own names.
    """

    source: object = field(compare=False)
    as_of: datetime | str
    places: Mapping[str, Place] = field(default_factory=dict)
    id: str | None = None
    events: Mapping[str, EventTable | None] = field(default_factory=dict)


# ------------------------------------------------------------------------------ what engines are


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that an engine refuses: where it is noticed, what, and why."""

    name: str
    where: str
    what: str
    why: str


class Engine(Protocol):
    """What every engine says of itself."""

    about: str
    """What it is, in a line."""
    limits: tuple[Limit, ...]
    """What it refuses; it answers everything else as the interpreter does."""

    def refusals(self, logics: Logics, spans: Spans) -> list[Diagnostic]:
        """What it cannot say of these policies, with the place in each (LP512); no data are read
        before this list is empty.
        """
        ...


class OneByOne(Engine, Protocol):
    """An engine that is asked of one record at a time."""

    def verdicts(self, logic: Logic, record: Record, as_of: datetime) -> Verdicts:
        """What a policy says of a record. Raises `LeadpolicyError`."""
        ...


class Answers(Protocol):
    """What policies say of every record, in the order in which they came.

    Codes of stages are 0 for none, and i + 1 for the stage at place i. Verdicts are 0 FALSE,
    1 UNKNOWN, 2 TRUE, with a row per record and a column per stage or criterion.
    """

    @property
    def rows(self) -> int: ...
    def stage(self, label: str) -> Codes:
        """The code of the last stage that is TRUE, per record."""
        ...

    def possible(self, label: str) -> Codes:
        """The code of the last stage that is not FALSE, per record."""
        ...

    def stages(self, label: str) -> Codes:
        """The verdict of every stage."""
        ...

    def criteria(self, label: str) -> Codes:
        """The verdict of every criterion."""
        ...


class AllAtOnce(Engine, Protocol):
    """An engine that is asked of all records and policies together."""

    def of_columns(self, logics: Logics, columns: Columns, progress: Progress | None) -> Answers:
        """Records that have been read and checked, each at its own moment."""
        ...

    def of_table(self, logics: Logics, table: EngineTable, progress: Progress | None) -> Answers:
        """A table, in which every value of the columns in use has to fit its fact.

        Raises `LeadpolicyError` with all that does not fit.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class CountedRecords:
    """Records counted together of which every stage of every policy says the same.

    For each group `first` is the place of its first record and `counts` how many it has; `stages`
    holds, by the policies' labels, a row per group and a column per stage: see `Answers.stages`.
    """

    first: Array
    counts: Array
    stages: Mapping[str, Codes]


class Grouping(Engine, Protocol):
    """An engine that counts records with equal verdicts, and need not say them one by one."""

    def groups(self, logics: Logics, columns: Columns, kinds: Array) -> CountedRecords:
        """The groups of records that have been read and checked, each at its own moment.

        `kinds` holds a number per record: records of different kinds are in different groups.
        Raises `LeadpolicyError`.
        """
        ...


def one_by_one(engine: Engine) -> OneByOne | None:
    """The engine, if it is asked record by record."""
    return cast("OneByOne", engine) if hasattr(engine, "verdicts") else None


def all_at_once(engine: Engine) -> AllAtOnce:
    """An engine that is not asked record by record. Raises `LeadpolicyError` (LP512)."""
    if only_groups(engine):
        raise LeadpolicyError.of(
            "LP512",
            f"this engine counts records, and says nothing of a single one: {engine.about}",
            expected="another engine: `leadpolicy engines` lists them",
        )
    return cast("AllAtOnce", engine)


def grouping(engine: Engine) -> Grouping | None:
    """The engine, if it counts records with equal verdicts itself."""
    return cast("Grouping", engine) if hasattr(engine, "groups") else None


def only_groups(engine: Engine) -> bool:
    """Whether the engine says nothing of single records."""
    return not (hasattr(engine, "verdicts") or hasattr(engine, "of_columns"))


# ----------------------------------------------------------------------------- finding engines


NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "kernels": ("compare", "numpy"),
    "sql": ("compare", "duckdb", "sqlglot"),
    "durable": ("stream", "durable_rules_engine"),
}
"""The extra that an engine needs, and its modules that are loaded to see whether they can be."""


def availability(name: str) -> Missing | None:
    """Why an engine cannot be used here and what cures it, or None where it can be used.

    An extra that is installed and cannot be loaded counts as missing.
    """
    wanted = NEEDS.get(name)
    return missing(*wanted) if wanted else None


def engine_name(given: object, *, single: bool = False, in_memory: bool = True) -> str:
    """The engine that a caller names, with `auto` chosen. Raises `LeadpolicyError`."""
    if not isinstance(given, str) or given not in ENGINES:
        raise LeadpolicyError.of(
            "LP506",
            f"there is no engine `{given}`",
            expected=listing(ENGINES),
            help=suggest(given, ENGINES) if isinstance(given, str) else None,
        )
    return automatic(single=single, in_memory=in_memory) if given == AUTO else given


def backend(name: str) -> Engine:
    """An engine by its name. Raises `LeadpolicyError` (LP511) where it cannot be loaded."""
    if found := availability(name):
        raise LeadpolicyError.of(
            "LP511",
            f"the engine `{name}` needs the extra `{found.extra}`, and {found.reason}",
            help=f"install it with `{found.cure}`, or take another: `leadpolicy engines`",
        )
    module, _, of = BACKENDS[name].partition(":")
    engine: Engine = getattr(import_module(module), of)()
    return engine


def ready(name: str, logics: Logics, spans: Callable[[], Spans]) -> Engine:
    """An engine that can say all of these policies.

    Raises `LeadpolicyError`: LP511 where it cannot be loaded, LP512 for what it cannot say.
    """
    engine = backend(name)
    if engine.limits:
        Problems(engine.refusals(logics, spans())).stop_on_errors()
    return engine


# ------------------------------------------------------------------------------- for engines


def refused(
    engine: str, what: str, why: str, *, span: Span | None = None, where: str | None = None
) -> Diagnostic:
    """The diagnostic for something that an engine cannot say."""
    return Diagnostic(
        "LP512",
        f"the engine `{engine}` cannot say {what}",
        span,
        expected="another engine: `leadpolicy engines` lists what each refuses",
        help=why,
        where=where,
    )


MOST_STAGES: Final = 127
LADDER: Final = Limit(
    "stages",
    "policy",
    f"a ladder of more than {MOST_STAGES} stages",
    "a stage is kept as a number of one byte",
)


def long_ladders(engine: str, logics: Logics, spans: Spans) -> list[Diagnostic]:
    """The refusals of ladders that do not fit into a byte."""
    return [
        refused(
            engine,
            f"the {len(logic.stages)} stages of `{label}`",
            f"{LADDER.what} is refused: {LADDER.why}",
            span=spans.get(label, {}).get(logic.stages[MOST_STAGES]),
        )
        for label, logic in logics.items()
        if len(logic.stages) > MOST_STAGES
    ]


def named(diagnostics: Sequence[Diagnostic], where: str) -> list[Diagnostic]:
    """Diagnostics of a policy, with its label where they have no place."""
    return [d if d.span is not None or d.where else replace(d, where=where) for d in diagnostics]
