"""Dates that contradict each other, and times of several zones: kept, counted and told."""

from __future__ import annotations

from leadpolicy.types import show
from tests.data.room import Room

DEALS = """\
tables: {companies: {file: companies.csv}, deals: {file: deals.csv}}
records: {table: companies, id: id, entered_at: since}
outcome: {name: won, table: deals, record: id, at: at, where: {end: won}}
closed: {table: deals, record: id, at: at, where: {end: lost}}
"""
VISITS = """\
tables: {companies: {file: companies.csv}, log: {file: log.csv}}
records: {table: companies, id: id}
events: {website_visit: {table: log, record: id, at: at%s}}
"""


def test_an_outcome_before_entry_leaves_nothing_to_wait_for(room: Room) -> None:
    room.write(
        companies="id,since\na,2026-02-01\nb,2026-02-01\nc,2026-02-01\n",
        deals="id,at,end\na,2026-01-15,won\nb,2026-01-20,lost\nc,2026-04-01,won\n",
    )
    found = room.records(DEALS)
    assert found.outcomes == [None, None, True]
    assert found.notes == [
        "1 record won before entry: there is no outcome to wait for",
        "1 record closed before entry: there is no outcome to wait for",
        "2 records won or closed by the moment of evaluation: no outcome to wait for",
    ]


def test_the_day_of_entry_is_not_before_it(room: Room) -> None:
    room.write(
        companies="id,since\na,2026-02-01T15:00:00Z\n", deals="id,at,end\na,2026-02-01,won\n"
    )
    assert not any("before entry" in note for note in room.records(DEALS).notes)


def test_rows_after_the_end_of_the_data_are_told(room: Room) -> None:
    room.write(
        companies="id\na\n",
        log="id,at\na,2026-02-01\na,2026-07-01\na,2027-01-01\n",
    )
    found = room.records(VISITS % "" + "observed_until: 2026-06-30\n")
    assert len(found.records[0].events["website_visit"].happenings) == 1
    (note,) = found.notes
    assert note == (
        "2 rows of website_visit dated after the end of the data (2026-06-30 23:59 UTC): "
        "no record is evaluated so late"
    )


def test_events_that_stand_twice_are_counted_and_told(room: Room) -> None:
    room.write(
        companies="id\na\n",
        log="id,at\na,2026-02-01T10:00:00Z\na,2026-02-01T11:00:00Z\na,2026-02-01T10:00:00Z\n"
        "a,2026-02-02\na,2026-02-02\n",
    )
    found = room.records(VISITS % "")
    assert len(found.records[0].events["website_visit"].happenings) == 5
    (note,) = found.notes
    assert note == (
        "1 event website_visit stand twice (same record, moment and attributes): "
        "they are counted as often as they stand"
    )


def test_events_that_differ_in_order_or_attributes_are_no_doubles(room: Room) -> None:
    room.write(
        companies="id\na\n",
        log="id,at,n,kind\na,2026-02-01T10:00:00Z,1,demo\na,2026-02-01T10:00:00Z,2,demo\n"
        "a,2026-02-01T10:00:00Z,2,question\n",
    )
    mapping = VISITS.replace("website_visit", "inbound_request")
    found = room.records(mapping % ", sequence: n, attributes: {kind: kind}")
    assert found.notes == []


def test_rows_of_the_same_moment_go_by_their_place_in_the_file(room: Room) -> None:
    room.write(
        companies="id\na\nb\n",
        log="id,at,value\n"
        "a,2026-02-01,none\na,2026-02-01,allocated\n"
        "b,2026-02-02,none\nb,2026-02-01,allocated\n",
    )
    found = room.records(
        """\
        tables: {companies: {file: companies.csv}, log: {file: log.csv}}
        records: {table: companies, id: id}
        facts: {deal.budget_status: {table: log, record: id, at: at, column: value}}
        """
    )
    values = [record.facts["deal.budget_status"] for record in found.records]
    assert values == ["allocated", "none"]


def test_clocks_of_two_sources_that_differ(room: Room) -> None:
    room.write(
        companies="id\na\n",
        log="id,at,heard\na,2026-02-01T10:00:05Z,2026-02-01T10:00:00Z\n",
    )
    mapping = VISITS % ", known: heard"
    assert not room.records(mapping, "2026-02-01T10:00:04Z").logs["website_visit"].at.size
    found = room.records(mapping, "2026-02-01T10:00:05Z")
    assert found.logs["website_visit"].at.size == 1
    assert found.notes == [
        "1 row of log (website_visit) known before their date: they count from their date on"
    ]


def test_times_with_and_without_a_zone(room: Room) -> None:
    room.write(
        companies="id\na\n",
        log="id,at\na,2026-02-01T10:00:00+02:00\na,2026-02-01 10:00:00\na,2026-02-03\n",
    )
    found = room.records(VISITS % "")
    moments = [h.at for h in found.records[0].events["website_visit"].happenings]
    assert [show(moment) for moment in moments if moment] == [
        "2026-02-01 08:00 UTC",
        "2026-02-01 10:00 UTC",
        "2026-02-03",
    ]
    assert found.notes == [
        "log.at: some times name their zone and some do not; those are read as times in UTC"
    ]


def test_a_second_clock_stands_only_beside_facts_events_and_judgements(room: Room) -> None:
    room.write(companies="id,since,n\na,2026-02-01,2\n", deals="id,at,end\n")
    outcome = room.refusal(DEALS.replace("at: at, where: {end: won}", "at: at, known: at"))
    assert "error LP201" in outcome
    assert "known" in outcome
    count = room.refusal(
        """\
        tables: {companies: {file: companies.csv}}
        records: {table: companies, id: id}
        events: {website_visit: {table: companies, count: n, known: since}}
        """
    )
    assert "error LP403: a number of events has no date" in count
    assert "help: leave out `known` or `count`" in count
