"""The columns of a chronicle, cut at moments, say what a plain walk through the rows says."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from leadpolicy.data.as_of import record_at
from leadpolicy.data.chronicle import ALWAYS, MISSING, NEVER, UNDATED, Chronicle
from leadpolicy.data.dataset import Dataset, open_dataset
from leadpolicy.data.recordset import RecordSet
from leadpolicy.times import from_microseconds, microseconds
from leadpolicy.types import Value
from leadpolicy.vocabulary.record import Record
from tests.data.room import TOP, VOCABULARY, Room

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
BUDGETS: Final = ("none", "identified", "allocated")
KINDS: Final = ("demo", "question")


@dataclass(frozen=True)
class Row:
    """A row of the log; days since the start, None for an empty cell, a text for a bad one."""

    record: str
    what: str
    at: int | str | None
    known: int | str | None
    order: int | str
    value: str

    def line(self) -> str:
        cells = (self.record, self.what, day(self.at), day(self.known), self.order, self.value)
        return ",".join(str(cell) for cell in cells)

    @property
    def placed(self) -> bool:
        return isinstance(self.order, int) and not isinstance(self.at, str)

    def heard(self, clocks: bool) -> int | None:
        """The day on which the row became known; None where nobody can say."""
        if clocks:
            return self.known if isinstance(self.known, int) else None
        return self.at if isinstance(self.at, int) else -1


def day(cell: int | str | None) -> str:
    if isinstance(cell, int):
        return (START + timedelta(days=cell)).isoformat()
    return cell or ""


@dataclass(frozen=True)
class History:
    """A small data set: when companies entered, a log, and whether it has two clocks."""

    companies: tuple[tuple[str, int | None], ...]
    log: tuple[Row, ...]
    clocks: bool
    complete: bool

    def mapping(self) -> str:
        known = "known: known, " if self.clocks else ""
        rows = f"table: log, record: id, at: at, {known}sequence: n"
        return f"""\
tables: {{companies: {{file: companies.csv}}, log: {{file: log.csv}}}}
records: {{table: companies, id: id, entered_at: since}}
facts:
  company.employees: {{column: size}}
  deal.budget_status:
    {{{rows}, where: {{what: budget}}, column: value, absent_means: none}}
events:
  inbound_request:
    {{{rows}, where: {{what: ask}}, attributes: {{kind: {{column: value}}}},
     complete: {str(self.complete).lower()}}}
"""


often = st.integers(0, 6)
days = st.one_of(often, often, often, st.none(), st.just("some day"))
rows = st.builds(
    Row,
    st.sampled_from(["a", "b", "c", "x"]),
    st.sampled_from(["budget", "ask"]),
    days,
    days,
    st.one_of(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), st.just("first")),
    st.sampled_from([*BUDGETS, *KINDS, "", "plenty"]),
)
placed_rows = st.builds(
    Row,
    st.sampled_from(["a", "b"]),
    st.sampled_from(["budget", "budget", "ask"]),
    often,
    often,
    st.integers(0, 2),
    st.sampled_from([*BUDGETS, *KINDS, ""]),
)
histories = st.builds(
    History,
    st.tuples(*(st.tuples(st.just(id), st.one_of(often, st.none())) for id in "abc")),
    st.one_of(
        st.lists(rows, max_size=10).map(tuple), st.lists(placed_rows, max_size=14).map(tuple)
    ),
    st.booleans(),
    st.booleans(),
)


@contextmanager
def opened(history: History) -> Iterator[Dataset]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "vocabulary.yaml").write_text(VOCABULARY)
        (folder / "dataset.yaml").write_text(TOP + history.mapping())
        companies = [
            f"{id},{day(since)},{n * 10}" for n, (id, since) in enumerate(history.companies)
        ]
        (folder / "companies.csv").write_text("\n".join(["id,since,size", *companies]) + "\n")
        log = [row.line() for row in history.log]
        (folder / "log.csv").write_text("\n".join(["id,what,at,known,n,value", *log]) + "\n")
        yield open_dataset(folder)


# ------------------------------------------------------------------------- the plain walk


def budget(history: History, id: str, moment: int) -> str | None:
    """The newest judgement that was known by a day."""
    newest: tuple[int, int, int] | None = None
    value: str | None = "none"
    for place, row in enumerate(history.log):
        if row.record != id or row.what != "budget":
            continue
        heard = row.heard(history.clocks)
        if not row.placed or row.at is None or heard is None:
            return None
        assert isinstance(row.at, int)
        assert isinstance(row.order, int)
        rank = (row.at, row.order, place)
        if row.at <= moment and heard <= moment and (newest is None or rank > newest):
            newest, value = rank, row.value if row.value in BUDGETS else None
    return value


def requests(history: History, id: str, moment: int) -> tuple[list[tuple[int | None, str]], bool]:
    """The days and kinds of the requests known by a day, and whether there may be more."""
    found: list[tuple[int, int, int, int | None, str]] = []
    more = not history.complete
    for place, row in enumerate(history.log):
        if row.record != id or row.what != "ask":
            continue
        heard = row.heard(history.clocks)
        if not row.placed or heard is None or row.value not in ("", *KINDS):
            more = True
            continue
        assert not isinstance(row.at, str)
        assert isinstance(row.order, int)
        if (row.at is None or row.at <= moment) and heard <= moment:
            sorted_at = -1 if row.at is None else row.at
            found.append((sorted_at, row.order, place, row.at, row.value))
    return [(at, kind) for *_, at, kind in sorted(found, key=lambda f: f[:3])], more


def check(history: History, record: Record, moment: int) -> None:
    facts: dict[str, Value] = {"company.employees": "abc".index(record.id) * 10}
    status = budget(history, record.id, moment)
    if status is not None:
        facts["deal.budget_status"] = status
    assert dict(record.facts) == facts
    expected, more = requests(history, record.id, moment)
    log = record.events["inbound_request"]
    assert [(h.at, dict(h.details)) for h in log.happenings] == [
        (
            None if at is None else START + timedelta(days=at),
            {"kind": kind} if kind else {},
        )
        for at, kind in expected
    ]
    assert log.since == (START + timedelta(days=moment) if more else None)


def check_columns(found: RecordSet) -> None:
    """The columns and logs of a record set say what its records say."""
    for place, record in enumerate(found.records):
        told = {name: column.value(place) for name, column in found.columns.items()}
        assert {n: value for n, value in told.items() if value is not None} == record.facts
        for kind, events in found.logs.items():
            mine = events.records == place
            moments = [None if at == UNDATED else at for at in events.at[mine].tolist()]
            assert moments == [
                None if h.at is None else microseconds(h.at) for h in record.events[kind].happenings
            ]


@settings(max_examples=150)
@given(histories, st.integers(0, 7))
def test_the_cut_is_what_a_plain_walk_finds(history: History, moment: int) -> None:
    as_of = START + timedelta(days=moment)
    there = [id for id, since in history.companies if since is None or since <= moment]
    with opened(history) as dataset:
        chronicle = dataset.chronicle()
        for number, id in enumerate(chronicle.ids):
            record = record_at(chronicle, number, as_of)
            assert record.id == id
            check(history, record, moment)
        if not there:
            return
        found = dataset.records(as_of)
        assert found.ids == there
        for record in found.records:
            check(history, record, moment)
        check_columns(found)


@settings(max_examples=60)
@given(histories, st.integers(0, 3))
def test_moments_of_their_own(history: History, delay: int) -> None:
    there = [(id, since + delay) for id, since in history.companies if since is not None]
    if not there:
        return
    with opened(history) as dataset:
        found = dataset.records(f"{delay} days after entry" if delay else "at entry")
        assert found.ids == [id for id, _ in there]
        for place in reversed(range(len(found))):
            check(history, found.records[place], there[place][1])
        check_columns(found)


@settings(max_examples=60)
@given(histories)
def test_changes_are_sorted_and_never_twice_at_a_moment(history: History) -> None:
    with opened(history) as dataset:
        chronicle = dataset.chronicle()
    changes = chronicle.changes["deal.budget_status"]
    places = list(zip(changes.records.tolist(), changes.at.tolist(), strict=True))
    assert places == sorted(set(places))
    assert changes.value.values is chronicle.facts["deal.budget_status"].values
    events = chronicle.events["inbound_request"]
    placed = list(zip(events.records.tolist(), events.at.tolist(), strict=True))
    assert placed == sorted(placed)


# ------------------------------------------------------------------------------- by example


def chronicle_of(room: Room, mapping: str, **tables: str) -> Chronicle:
    room.write(**tables)
    return room.open(mapping).chronicle()


LATE = """\
tables: {companies: {file: companies.csv}, log: {file: log.csv}}
records: {table: companies, id: id}
facts:
  deal.budget_status: {table: log, record: id, at: at, known: heard, column: value}
"""


def test_a_late_correction_does_not_replace_a_newer_value(room: Room) -> None:
    chronicle = chronicle_of(
        room,
        LATE,
        companies="id\na\n",
        log="id,at,heard,value\n"
        "a,2026-01-01,2026-01-01,none\n"
        "a,2026-01-10,2026-01-10,allocated\n"
        "a,2026-01-05,2026-01-20,identified\n"  # about a time before what is known already
        "a,2026-01-08,2026-01-09,identified\n",
    )
    changes = chronicle.changes["deal.budget_status"]
    told = [
        (from_microseconds(at).day, changes.value.value(place))
        for place, at in enumerate(changes.at.tolist())
    ]
    assert told == [(1, "none"), (9, "identified"), (10, "allocated")]


def test_a_value_known_before_it_holds_counts_when_it_holds(room: Room) -> None:
    chronicle = chronicle_of(
        room,
        LATE,
        companies="id\na\n",
        log="id,at,heard,value\na,2026-01-10,2026-01-02,allocated\n",
    )
    day_before = datetime(2026, 1, 9, tzinfo=UTC)
    assert not record_at(chronicle, 0, day_before).facts
    record = record_at(chronicle, 0, day_before + timedelta(days=1))
    assert record.facts == {"deal.budget_status": "allocated"}
    assert record.origins["deal.budget_status"].source == "log.csv line 2"


def test_an_event_counts_from_when_it_was_known_and_in_windows_by_when_it_was(room: Room) -> None:
    chronicle = chronicle_of(
        room,
        """\
        tables: {companies: {file: companies.csv}, log: {file: log.csv}}
        records: {table: companies, id: id}
        events: {website_visit: {table: log, record: id, at: at, known: heard}}
        """,
        companies="id\na\n",
        log="id,at,heard\na,2026-01-01,2026-01-20\na,2026-01-02,\n",
    )
    moment = datetime(2026, 1, 20, tzinfo=UTC)
    early = record_at(chronicle, 0, moment - timedelta(microseconds=1)).events["website_visit"]
    late = record_at(chronicle, 0, moment).events["website_visit"]
    assert early.happenings == ()
    assert [h.at for h in late.happenings] == [datetime(2026, 1, 1, tzinfo=UTC)]
    assert late.since == moment  # another visit of which nobody knows when they heard of it
    assert [str(row) for row in chronicle.quarantine] == [
        "log.csv:3: heard is empty: nobody knows when it became known"
    ]


def test_what_has_no_date_and_how_records_end(room: Room) -> None:
    chronicle = chronicle_of(
        room,
        """\
        tables: {companies: {file: companies.csv}, deals: {file: deals.csv}}
        records: {table: companies, id: id, entered_at: since}
        facts: {company.employees: size, company.note: {constant: known}}
        events: {website_visit: {table: companies, count: visits}}
        outcome: {name: won, table: deals, record: id, at: at, where: {end: won}}
        closed: {table: deals, record: id, at: at, where: {end: lost}}
        observed_until: 2026-06-30
        """,
        companies="id,since,size,visits\na,2026-01-01,20,2\nb,,,\nc,2026-01-03,20,0\n",
        deals="id,at,end\na,2026-02-01T10:00:00Z,won\na,2026-03-01,won\nb,,won\nc,2026-02-02,lost\n",
    )
    assert [chronicle.facts["company.employees"].value(n) for n in range(3)] == [20, None, 20]
    assert [chronicle.facts["company.note"].value(n) for n in range(3)] == ["known"] * 3
    assert chronicle.changes == {}
    visits = chronicle.events["website_visit"]
    assert visits.records.tolist() == [0, 0]
    assert visits.at.tolist() == [UNDATED, UNDATED]
    assert visits.recorded is not None
    assert visits.recorded.tolist() == [True, False, True]
    assert visits.since is None
    assert chronicle.entered.tolist() == [
        microseconds(datetime(2026, 1, 1, tzinfo=UTC)),
        UNDATED,
        microseconds(datetime(2026, 1, 3, tzinfo=UTC)),
    ]
    end_of_day = datetime(2026, 2, 2, 23, 59, 59, 999_999, tzinfo=UTC)
    won_at = microseconds(datetime(2026, 2, 1, 10, tzinfo=UTC))
    assert chronicle.won.tolist() == [won_at, NEVER, NEVER]
    assert chronicle.closed.tolist() == [NEVER, NEVER, microseconds(end_of_day)]
    assert chronicle.outcome_known.tolist() == [True, False, True]


def test_a_date_that_does_not_fit_leaves_the_fact_open_at_all_times(room: Room) -> None:
    chronicle = chronicle_of(
        room,
        LATE.replace("known: heard, ", ""),
        companies="id\na\nb\n",
        log="id,at,value\na,2026-01-10,allocated\na,soon,none\nb,2026-01-10,allocated\n",
    )
    changes = chronicle.changes["deal.budget_status"]
    assert changes.records.tolist() == [0, 1]
    assert changes.at.tolist()[0] == ALWAYS
    assert changes.value.codes.tolist()[0] == MISSING
    assert changes.value.value(1) == "allocated"


def test_an_outcome_without_a_date_cannot_be_told_at_a_moment(room: Room) -> None:
    chronicle = chronicle_of(
        room,
        """\
        tables: {companies: {file: companies.csv}}
        records: {table: companies, id: id}
        outcome: {name: won, table: companies, where: {end: won}}
        """,
        companies="id,end\na,won\nb,open\n",
    )
    assert chronicle.won.tolist() == [NEVER, NEVER]
    assert chronicle.outcome_known.tolist() == [False, True]
    assert chronicle.won_undated is not None
    assert chronicle.won_undated.tolist() == [True, False]
