"""What stages can be asked of: tables as they are, and data sets with a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from leadpolicy.backends import Between, EngineTable, EventTable
from leadpolicy.data.dates import DAY
from leadpolicy.data.given import as_table, is_frame, is_rows, is_table, kinds_of_events
from leadpolicy.data.moments import AfterEntry, AtMoment, parse_as_of
from leadpolicy.diagnostics import LeadpolicyError, Problems, ValueProblem, cited, suggest
from leadpolicy.english import plural
from leadpolicy.logic.walk import facts, happenings
from leadpolicy.times import read_moment

if TYPE_CHECKING:
    import pyarrow as pa

    from leadpolicy.backends import Place
    from leadpolicy.backends.sql.columns import Header
    from leadpolicy.backends.sql.session import Session
    from leadpolicy.data.moments import AsOf
    from leadpolicy.data.recordset import RecordSet
    from leadpolicy.evaluation.engines import Progress
    from leadpolicy.logic.terms import Happened, Term
    from leadpolicy.policy import Policy

Moment: TypeAlias = "datetime | date | str | AsOf | None"
EVENT: Final = "event"
AT: Final = "at"
DESCRIBES: Final = ("columns", "id", "events", "recorded")
"""What describes a table, by name."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a table is said to hold; see `stages.evaluate`."""

    columns: Mapping[str, Place | tuple[str, str]] | None = None
    id: str | None = None
    events: object | None = None
    recorded: Iterable[str] | None = None
    partial: bool = False

    def said(self) -> Iterable[str]:
        """What has been said, by name."""
        return [name for name in DESCRIBES if getattr(self, name) is not None]


NOTHING: Final = Described()


def records_of(
    data: object, as_of: Moment, described: Described, progress: Progress | None
) -> RecordSet | None:
    """The records of a data set; None where `data` is a table. Raises `LeadpolicyError`."""
    if is_table(data) if isinstance(data, str | Path) else is_frame(data):
        return None
    from leadpolicy.data.dataset import Dataset, open_dataset
    from leadpolicy.data.recordset import RecordSet

    if isinstance(data, str | Path):
        data = open_dataset(data)
    if not isinstance(data, Dataset | RecordSet):
        return None  # which is refused when it is opened
    for name in described.said():
        raise LeadpolicyError.of(
            "LP506", f"`{name}` describes a table, and this is the data set {_name(data)}",
            help="what its columns mean stands in its dataset.yaml",
        )  # fmt: skip
    if isinstance(data, Dataset):
        return data.records(as_of, progress=progress)
    if as_of is not None:
        raise LeadpolicyError.of(
            "LP513",
            "`as_of` is given, but these records have been read as of their own moments already",
        )
    return data


def _name(data: Any) -> str:
    return str(getattr(data, "name", None) or data.dataset.name)


class Room:
    """The SQL room's session, opened when somebody needs it."""

    def __init__(self) -> None:
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """The session, always the same."""
        from leadpolicy.backends.sql.session import Session

        if self._session is None:
            self._session = Session()
        return self._session

    def close(self) -> None:
        """Frees its memory."""
        if self._session is not None:
            self._session.close()
            self._session = None


@dataclass(frozen=True, slots=True)
class PreparedQuestion:
    """Policies, to be asked of something."""

    policies: Sequence[Policy]
    room: Room

    def _terms(self) -> list[Term]:
        logics = [policy.logic for policy in self.policies]
        return [term for one in logics for term in (*one.criteria, *one.stages)]

    def of_table(self, data: object, as_of: Moment, described: Described) -> EngineTable:
        """A table as it is. Raises `LeadpolicyError`."""
        table = as_table(data)
        where = str(data) if isinstance(data, str | Path) else "the table"
        places = self._places(described.columns or {}, where)
        if described.partial:
            header = self.room.session.open(table, where).header
            unnamed = [fact for fact in facts(self._terms()) if fact not in places]
            places |= {fact: None for fact in unnamed if fact not in header.types}
        return EngineTable(
            table, _moment(as_of), places, described.id, self._events(table, described)
        )

    def _places(
        self, columns: Mapping[str, Place | tuple[str, str]], where: str
    ) -> dict[str, Place]:
        known = {name for policy in self.policies for name in policy.vocabulary.facts}
        problems = Problems()
        for fact in columns:
            if fact not in known:
                problems.error(
                    "LP203", f"the fact `{fact}` is not in the vocabulary", where=where,
                    help=suggest(fact, known),
                )  # fmt: skip
        problems.stop_on_errors()
        return {
            fact: Between(*place) if isinstance(place, tuple) else place
            for fact, place in columns.items()
        }

    def _events(self, data: object, described: Described) -> dict[str, EventTable | None]:
        events, id = described.events, described.id
        nobody: dict[str, EventTable | None] = dict.fromkeys(happenings(self._terms()))
        if events is None:
            return nobody
        if isinstance(events, Mapping):
            return {**(nobody if described.partial else {}), **self._mapped(events)}
        if is_rows(events) and not events:
            events = self._no_events(data, id)
        table = as_table(events)
        where = str(events) if isinstance(events, str | Path) else "the events"
        header = self.room.session.open(table, where).header
        _has_columns(header, (EVENT, AT, *(() if id is None else (id,))))
        kinds = self._kinds(table, where, described.recorded)
        return {
            kind: EventTable(
                table, id or "", AT, {a: a for a in _attributes(asked) if a in header.types},
                (EVENT, kind),
            )
            if kind in kinds
            else None
            for kind, asked in happenings(self._terms()).items()
        }  # fmt: skip

    def _no_events(self, data: object, id: str | None) -> pa.Table:
        """An empty list of events, as a table with keys like the records'."""
        import pyarrow as pa

        from leadpolicy.backends.sql.events import WHOLE

        types = {EVENT: pa.string(), AT: pa.timestamp("us")}
        if id is not None:
            stored = self.room.session.open(data, "the table").header.types.get(id)
            types[id] = pa.int64() if stored in WHOLE else pa.string()
        return pa.schema(types).empty_table()

    def _kinds(self, table: object, where: str, recorded: Iterable[str] | None) -> set[str]:
        """The kinds of events that occur, and those that are said to be recorded."""
        from leadpolicy.backends.sql.names import count_values

        counted = count_values(self.room.session, table, where, EVENT)
        if nameless := sum(count for kind, count in counted.items() if not kind):
            raise LeadpolicyError.of(
                "LP503", f"{plural(nameless, 'row')} without a kind of event (`{EVENT}`)",
                where=where, help="name what happened, or leave the rows out",
            )  # fmt: skip
        problems = Problems()
        kinds = kinds_of_events(
            sorted(kind for kind in counted if kind is not None), recorded, self._happenings,
            where, problems,
        )  # fmt: skip
        problems.stop_on_errors()
        return set(kinds)

    @property
    def _happenings(self) -> set[str]:
        return {name for policy in self.policies for name in policy.vocabulary.events}

    def _mapped(self, events: Mapping[object, object]) -> dict[str, EventTable | None]:
        """Tables by the kind of their events. Raises `LeadpolicyError`."""
        problems = Problems()
        for kind, table in events.items():
            if not isinstance(kind, str) or kind not in self._happenings:
                problems.error(
                    "LP204", f"the event `{cited(str(kind))}` is not in the vocabulary",
                    where="`events`", help=suggest(str(kind), self._happenings),
                )  # fmt: skip
            elif not isinstance(table, EventTable | None):
                problems.error(
                    "LP506", f"`events` holds a value of the type `{type(table).__name__}` for "
                    f"`{cited(kind)}`",
                    expected="an `EventTable`, or None; or one table with all events",
                )  # fmt: skip
        problems.stop_on_errors()
        return dict(events)  # type: ignore[arg-type]


def _attributes(asked: Iterable[Happened]) -> Iterable[str]:
    return facts(term.where for term in asked)


def _moment(as_of: Moment) -> datetime | str:
    """The moment of evaluation, or the column that holds it."""
    match as_of:
        case None:
            raise LeadpolicyError.of(
                "LP513", "the moment of evaluation is missing: `as_of`",
                expected="a date such as 2026-03-01, or the name of a column",
            )  # fmt: skip
        case str():
            try:
                return read_moment(as_of)
            except ValueProblem as problem:
                if DAY.match(as_of[:10]) is None:
                    return as_of
                raise LeadpolicyError.of(
                    "LP513", problem.message, expected=problem.expected, help=problem.help
                ) from None
        case AfterEntry():
            raise LeadpolicyError.of(
                "LP513", f"a table does not say when records entered: `{as_of}`",
                help="name a date, or the column that holds each record's moment",
            )  # fmt: skip
        case AtMoment(moment):
            return moment
        case date():
            found = parse_as_of(as_of)
            assert isinstance(found, AtMoment)
            return found.moment


def _has_columns(header: Header, names: Iterable[str]) -> None:
    problems = Problems()
    for name in names:
        if name not in header.types:
            problems.error(
                "LP502", f"there is no column `{name}`", where=header.where,
                help=suggest(name, header.types),
            )  # fmt: skip
    problems.stop_on_errors()
