"""A data set: a dataset.yaml with the tables it points to."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from leadpolicy.backends import DELIMITED, PARQUET
from leadpolicy.carried import CARRIED_FIXTURES, CARRIED_SETS
from leadpolicy.data.as_of import cut
from leadpolicy.data.assemble import STEPS, assemble
from leadpolicy.data.chronicle import Chronicle
from leadpolicy.data.mapping import read_dataset
from leadpolicy.data.model import DatasetSpec
from leadpolicy.data.moments import AsOf, parse_as_of
from leadpolicy.data.readers import read_table
from leadpolicy.data.recordset import Progress, RecordSet
from leadpolicy.data.tables import Table
from leadpolicy.data.workbench import Conversions, Work, wanted_columns, without_collection
from leadpolicy.diagnostics import LeadpolicyError, Problems, listing, suggest, unfit
from leadpolicy.files import opened
from leadpolicy.source import Span
from leadpolicy.vocabulary.model import Vocabulary

FILE = "dataset.yaml"
READERS = 2
"""So many tables are read at the same time: to unpack and to parse need no interpreter."""


@dataclass(slots=True)
class Dataset:
    """The mapping of a data set; the tables are read when the first records are asked for."""

    spec: DatasetSpec
    _tables: dict[str, Table] = field(default_factory=dict, repr=False)
    _chronicle: Chronicle | None = field(default=None, repr=False, compare=False)
    _conversions: Conversions = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def title(self) -> str:
        return self.spec.title

    @property
    def about(self) -> str:
        return self.spec.about

    @property
    def grain(self) -> str:
        return self.spec.grain

    @property
    def path(self) -> Path:
        return self.spec.path

    @property
    def vocabulary(self) -> Vocabulary:
        return self.spec.vocabulary

    @property
    def default_as_of(self) -> AsOf | None:
        """The moment that the data set itself proposes."""
        return self.spec.as_of

    @property
    def facts(self) -> frozenset[str]:
        """The facts that the data can say something about.

        Reads the table of judgements, if there is one: it names its facts in its rows.
        """
        named = {spec.fact.name for spec in self.spec.facts}
        if self.spec.assessments is not None:
            ref = self.spec.assessments.fact
            texts = self.tables()[ref.table].columns[ref.column].texts()
            named |= set(texts) & set(self.vocabulary.facts)
        return frozenset(named)

    @property
    def events(self) -> frozenset[str]:
        """The kinds of events that the data record."""
        return frozenset(spec.kind.name for spec in self.spec.events)

    def tables(self, progress: Progress | None = None) -> Mapping[str, Table]:
        """All tables that the mapping uses, read once. Raises `LeadpolicyError`."""
        wanted = wanted_columns(self.spec)
        missing = [name for name in wanted if name not in self._tables]
        problems = Problems()
        readers = ThreadPoolExecutor(READERS)
        try:
            found = [readers.submit(self._read, name, wanted[name]) for name in missing]
            for done, (name, reading) in enumerate(zip(missing, found, strict=True)):
                if progress is not None:
                    progress(f"reading {self.spec.tables[name].shown}", done, len(missing))
                table, own = reading.result()
                problems.found += own.found
                if table is not None:
                    self._tables[name] = table
        finally:
            readers.shutdown(wait=False, cancel_futures=True)  # who interrupts does not wait
        if problems.errors:
            self._add_source(problems)
        problems.stop_on_errors()
        return self._tables

    def _read(self, name: str, wanted: Mapping[str, Span | None]) -> tuple[Table | None, Problems]:
        problems = Problems()
        return read_table(self.spec.tables[name], wanted, problems), problems

    def _add_source(self, problems: Problems) -> None:
        """Where the tables themselves are missing, where to get them is the best help."""
        folders = {spec.path.parent for spec in self.spec.tables.values()}
        if any(folder.is_dir() for folder in folders) or "url" not in self.spec.source:
            return
        place = listing(sorted(str(folder) for folder in folders))
        raise LeadpolicyError.of(
            "LP501",
            f"the tables of {self.name} are not here: there is no folder {place}",
            where=str(self.path),
            help=f"they are published at {self.spec.source['url']}; "
            f"the README.md beside the dataset.yaml says where to put them",
        )

    def records(
        self,
        as_of: AsOf | str | date | datetime | None = None,
        *,
        progress: Progress | None = None,
    ) -> RecordSet:
        """The records as they were known at a moment; default: the moment of the dataset.yaml.

        Raises `LeadpolicyError` where tables cannot be read or no record is left.
        """
        moment = parse_as_of(as_of) if as_of is not None else self.spec.as_of
        if moment is None:
            raise LeadpolicyError.of(
                "LP513",
                f"the data set {self.name} does not say at which moment to evaluate its records",
                where=str(self.path),
                help="add `as_of:` to the dataset.yaml, or name a date",
            )
        chronicle = self.chronicle(progress)
        if progress is not None:
            progress("putting records together", STEPS - 1, STEPS)
        found = cut(chronicle, moment)
        if progress is not None:
            progress("putting records together", STEPS, STEPS)
        return found

    def chronicle(self, progress: Progress | None = None) -> Chronicle:
        """Everything that is known of the records, with its dates, up to the end of the data.

        Read once. Raises `LeadpolicyError` where tables cannot be read or no row is a record.
        """
        if progress is not None and not callable(progress):
            raise unfit("`progress`", progress, "a function of three arguments, or None")
        if self._chronicle is None:
            with without_collection():
                self._chronicle = assemble(self, self.work(progress), progress)
        return self._chronicle

    def work(self, progress: Progress | None = None) -> Work:
        """The tables with what is worked out of them once, for whoever reads them next."""
        return Work(self.spec, self.tables(progress), self._conversions)


def open_dataset(
    what: str | Path,
    *,
    vocabulary: Vocabulary | None = None,
    fixtures: Path = Path("fixtures"),
) -> Dataset:
    """A data set by its folder, its dataset.yaml, or its name: below `fixtures`, or carried.

    `vocabulary` replaces the one that the file names. Raises `LeadpolicyError` with everything
    that is wrong with the file; tables are not touched yet.
    """
    if not isinstance(what, str | Path):
        raise unfit("`what`", what, "a data set: its folder, its dataset.yaml, or its name")
    path = _locate(what, fixtures)
    problems = Problems()
    spec = read_dataset(path, problems, vocabulary)
    problems.stop_on_errors()
    if spec is None:
        raise LeadpolicyError.of("LP101", "the data set cannot be read", where=str(path))
    for table in spec.tables.values():
        opened(table.path)
    return Dataset(spec)


def _locate(what: str | Path, fixtures: Path) -> Path:
    for place in (Path(what), fixtures / what, CARRIED_FIXTURES / what):
        if place.is_file():
            if place.name.casefold().endswith((*PARQUET, *DELIMITED)):
                raise LeadpolicyError.of(
                    "LP506", f"{place} is a table, and a data set is expected here",
                    expected=f"a folder with a {FILE}, which says what the columns of tables mean",
                    help=f"`leadpolicy evaluate POLICY --data {place}` takes tables as they are",
                )  # fmt: skip
            return place
        if (place / FILE).is_file():
            return place / FILE
    given = Path(what)
    if given.is_dir():
        raise LeadpolicyError.of(
            "LP101",
            f"the folder {given} holds no {FILE}",
            where=str(given),
            help="write one that says which columns mean which facts",
        )
    names = sorted({*CARRIED_SETS, *(p.parent.name for p in fixtures.glob(f"*/{FILE}"))})
    raise LeadpolicyError.of(
        "LP101",
        f"there is no data set `{what}`",
        where=str(given),
        expected=f"a folder with a {FILE}, or one of {listing(names)}",
        help=suggest(Path(what).name, names),
    )
