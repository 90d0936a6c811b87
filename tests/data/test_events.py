"""Event logs: what they hold, in which order, and what they leave open."""

from __future__ import annotations

from datetime import timedelta

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.data.recordset import RecordSet
from leadpolicy.logic.terms import Const, Happened
from leadpolicy.truth import TRUE, Truth
from leadpolicy.types import show
from tests.data.room import Room

COMPANIES = "id,visits\na,2\nb,0\nc,\n"
MAPPING = """\
tables: {companies: {file: companies.csv}, log: {file: log.csv}}
records: {table: companies, id: id}
events:
  inbound_request:
    table: log
    record: id
    at: at
    sequence: n
    where: {what: [ask, "demo!"]}
    attributes: {kind: {column: what, values: {"demo!": demo, ask: null}}}
    %s
"""


def happened(found: RecordSet, number: int, event: str, days: int | None) -> Truth:
    """Whether the event happened in a window that ends at the moment; None: ever."""
    record = found.records[number]
    within = None if days is None else timedelta(days=days)
    evaluation = Evaluation(record.facts, record.events, found.moments[number])
    return evaluation.truth(Happened(event, Const(TRUE), within, 1))


def log(found: RecordSet, number: int, event: str = "inbound_request") -> list[tuple[str, str]]:
    return [
        (show(h.at) if h.at else "", str(h.details.get("kind", "")))
        for h in found.records[number].events[event].happenings
    ]


def test_order_attributes_and_the_moment(room: Room) -> None:
    room.write(
        companies=COMPANIES,
        log="id,at,n,what\n"
        "a,2026-02-20,2,ask\n"
        "a,2026-02-20,1,demo!\n"
        "a,2026-01-20,9,ask\n"
        "a,2026-03-01T00:00:01Z,3,ask\n"
        "a,2026-02-21,4,visit\n"
        "x,2026-02-21,5,ask\n"
        "y,2026-02-21,5,ask\n",
    )
    found = room.records(MAPPING % "")
    assert log(found, 0) == [("2026-01-20", ""), ("2026-02-20", "demo"), ("2026-02-20", "")]
    assert found.records[0].events["inbound_request"].happenings[0].source == "log.csv line 4"
    assert log(found, 1) == []
    assert found.notes == ["2 rows of log (inbound_request) for records that are not there: x, y"]


def test_a_log_without_the_event_says_no(room: Room) -> None:
    room.write(companies=COMPANIES, log="id,at,n,what\na,2026-02-20,1,ask\n")
    found = room.records(MAPPING % "")
    assert [happened(found, n, "inbound_request", 30) for n in (0, 1)] == [
        Truth.TRUE, Truth.FALSE
    ]  # fmt: skip
    assert happened(found, 0, "website_visit", 30) is Truth.UNKNOWN


def test_a_log_that_began_late_is_open_before(room: Room) -> None:
    room.write(companies=COMPANIES, log="id,at,n,what\na,2026-02-20,1,ask\n")
    found = room.records(MAPPING % "recorded_since: 2026-02-01")
    assert happened(found, 1, "inbound_request", 10) is Truth.FALSE
    assert happened(found, 1, "inbound_request", 60) is Truth.UNKNOWN
    assert happened(found, 0, "inbound_request", 60) is Truth.TRUE


def test_a_log_of_some_events_never_says_no(room: Room) -> None:
    room.write(companies=COMPANIES, log="id,at,n,what\na,2026-02-20,1,ask\n")
    found = room.records(MAPPING % "complete: false")
    assert happened(found, 0, "inbound_request", 30) is Truth.TRUE
    assert happened(found, 0, "inbound_request", 5) is Truth.UNKNOWN
    assert happened(found, 1, "inbound_request", None) is Truth.UNKNOWN


def test_an_event_that_does_not_fit_leaves_the_log_open(room: Room) -> None:
    room.write(
        companies=COMPANIES,
        log="id,at,n,what\na,2026-02-30,1,ask\nb,2026-02-20,1,ask\nb,2026-02-21,one,ask\n",
    )
    found = room.records(MAPPING % "")
    assert happened(found, 0, "inbound_request", 30) is Truth.UNKNOWN
    assert happened(found, 1, "inbound_request", 30) is Truth.TRUE
    assert happened(found, 2, "inbound_request", 30) is Truth.FALSE
    assert [str(row) for row in found.quarantine] == [
        "log.csv:2: at `2026-02-30` is not a date: February 2026 has 28 days",
        "log.csv:4: n `one` is not a whole number",
    ]


def test_events_without_dates(room: Room) -> None:
    room.write(companies=COMPANIES, log="id,at,n,what\na,,1,ask\n")
    found = room.records(MAPPING % "")
    assert happened(found, 0, "inbound_request", None) is Truth.TRUE
    assert happened(found, 0, "inbound_request", 30) is Truth.UNKNOWN
    assert found.notes == ["1 event inbound_request without a date: taken to be past"]


def test_a_mere_number_of_events(room: Room) -> None:
    room.write(companies=COMPANIES + "d,-1\ne,many\n")
    found = room.records(
        """\
        tables: {companies: {file: companies.csv}}
        records: {table: companies, id: id}
        events: {website_visit: {table: companies, count: visits}}
        """
    )
    assert found.ids == ["a", "b", "c", "d"]
    ever = [happened(found, n, "website_visit", None) for n in range(4)]
    assert ever == [Truth.TRUE, Truth.FALSE, Truth.UNKNOWN, Truth.UNKNOWN]
    assert happened(found, 0, "website_visit", 30) is Truth.UNKNOWN
    assert [str(row) for row in found.quarantine] == [
        "companies.csv:6: visits `many` is not a whole number",
        "companies.csv:5: visits `-1` is not between 0 and 100,000",
    ]


def test_several_sources_make_one_log(room: Room) -> None:
    room.write(
        companies="id,form,call\na,2026-02-01,2026-01-15\nb,,2026-01-16\n",
    )
    found = room.records(
        """\
        tables: {companies: {file: companies.csv}}
        records: {table: companies, id: id}
        events:
          inbound_request:
            - {table: companies, at: form, where: {form: {known: true}},
               attributes: {kind: {constant: demo}}}
            - {table: companies, at: call, where: {call: {not: ""}},
               attributes: {kind: {constant: question}}}
        """
    )
    assert log(found, 0) == [("2026-01-15", "question"), ("2026-02-01", "demo")]
    assert log(found, 1) == [("2026-01-16", "question")]
