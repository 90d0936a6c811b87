"""Joins, columns that say nothing, what is set aside, and how record sets are asked."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadpolicy.data.quarantine import Quarantine, SetAside
from leadpolicy.data.segments import in_order, labels
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.types import Kind, Range, Type
from tests.data.room import Room

JOINED = """\
tables:
  companies: {file: companies.csv}
  people: {file: people.csv}
  towns: {file: towns.csv}
records:
  table: companies
  id: id
  join:
    - {table: people, on: {person: pid}}
    - {table: towns, on: {people.country: country, people.town: name}}
facts:
  person.job_level: people.level
  company.employees: {column: towns.size, absent_means: 1}
  company.note: towns.name
"""


def test_joins(room: Room) -> None:
    room.write(
        companies="id,person\na,p1\nb,p2\nc,\nd,p9\ne,p3\n",
        people="pid,level,country,town\np1,ic,NO,Bergen\np2,director,IT,Bergen\np3,boss,NO,Bergen\n",
        towns="country,name,size\nNO,Bergen,300\nIT,Roma,400\nIT,Pisa,\n",
    )
    found = room.records(JOINED)
    assert [dict(record.facts) for record in found.records] == [
        {"person.job_level": "ic", "company.employees": 300, "company.note": "Bergen"},
        {"person.job_level": "director"},
        {},
        {},
        {"company.employees": 300, "company.note": "Bergen"},
    ]
    assert found.notes == [
        "1 record without the partner they name in people",
        "1 record without the partner they name in towns",
        "an empty towns.size is taken to mean 1 for company.employees",
    ]
    assert [str(row) for row in found.quarantine] == [
        "people.csv:4: level `boss` is not one of the declared values"
    ]
    origins = found.records[0].origins
    assert origins["person.job_level"].source == "people.csv line 2, column level"
    assert origins["company.employees"].source == "towns.csv line 2, column size"
    assert sorted(origins) == ["company.employees", "company.note", "person.job_level"]
    with pytest.raises(KeyError):
        origins["company.industry"]


def test_records_without_an_id_go_by_their_line(room: Room) -> None:
    room.write(companies="n,kind\n20,firm\n30,school\n40,firm\n")
    found = room.records(
        """\
        tables: {companies: {file: companies.csv}}
        records: {table: companies, where: {kind: firm}}
        facts: {company.employees: n, company.note: {constant: known}}
        """
    )
    assert found.ids == ["2", "4"]
    record, moment = found.find("4")
    assert record.facts == {"company.employees": 40, "company.note": "known"}
    assert moment == datetime(2026, 3, 1, tzinfo=UTC)
    assert found.notes == ["1 row of companies no record: `where` is not met"]


def test_a_record_set_introduces_itself(room: Room) -> None:
    room.write(companies="id,since\na,2026-01-01\nb,2026-01-03\n")
    mapping = """\
tables: {companies: {file: companies.csv}}
records: {table: companies, id: id, entered_at: since}
"""
    assert repr(room.records(mapping)) == "<RecordSet small: 2 records as of 2026-03-01>"
    early = room.records(mapping, "2026-01-02T12:00Z")
    assert repr(early) == "<RecordSet small: 1 record as of 2026-01-02 12:00 UTC>"
    each = room.records(mapping, "7 days after entry")
    assert repr(each) == "<RecordSet small: 2 records as of 2026-01-08 to 2026-01-10>"


def test_rows_add_up(room: Room) -> None:
    room.write(companies="id,since,n\na,2026-01-01,20\nb,2027-01-01,30\nc,2026-01-01,x\nc,,4\nd\n")
    found = room.records(
        """\
        tables: {companies: {file: companies.csv}}
        records: {table: companies, id: id, entered_at: since}
        facts: {company.employees: n}
        """
    )
    assert found.ids == ["a"]
    assert (found.tables[0].rows, found.tables[0].set_aside) == (5, 3)
    assert found.notes == ["1 record left out: entry after the moment of evaluation"]
    assert found.quarantine.counts() == {
        "companies has 1 value where the header has 3": 1,
        "companies.id is the id of an earlier record, on line 4; the first is kept": 1,
        "companies.n is not a whole number": 1,
    }


def test_quarantine_file(tmp_path: Path) -> None:
    aside = Quarantine()
    row = SetAside("t", "t.csv", 3, "a", "n", "x", "is not a whole number")
    aside.add(row)
    aside.add(row)  # what two facts are read from is set aside once
    target = aside.write(tmp_path / "out" / "aside.csv")
    assert list(csv.reader(target.read_text(encoding="utf-8").splitlines())) == [
        ["table", "file", "line", "record", "column", "value", "reason"],
        ["t", "t.csv", "3", "a", "n", "x", "is not a whole number"],
    ]
    assert [path.name for path in target.parent.iterdir()] == ["aside.csv"]


def test_quarantine_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "aside.csv").mkdir()
    with pytest.raises(LeadpolicyError) as caught:
        Quarantine().write(tmp_path / "aside.csv")
    assert "error LP510: the file cannot be written" in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["aside.csv"]


INTEGER = Type(Kind.INTEGER)


def test_segments_of_numbers() -> None:
    values = [*range(1, 101), None, Range(3, 4), Range(15, 45, "15-45"), Range(None, None, "?")]
    found = labels(values, INTEGER)
    # round numbers near the quintiles 20, 40, 60, 80 and the 95th percentile
    assert in_order(found, INTEGER)[:3] == ["under 20", "20 to 49", "50 to 99"]
    assert found[0] == "under 20"
    assert found[19] == "20 to 49"
    assert found[100:] == ["(unknown)", "under 20", "15-45", "?"]
    assert len(found) == len(values)


def test_few_numbers_stand_for_themselves() -> None:
    assert labels([1, 3, None, 3], INTEGER) == ["1", "3", "(unknown)", "3"]
    assert in_order(["3", "(unknown)", "12", "1"], INTEGER) == ["1", "3", "12", "(unknown)"]


def test_segments_of_other_values() -> None:
    level = Type(Kind.LEVEL, ("none", "identified", "allocated"))
    assert in_order(labels(["allocated", None, "none"], level), level) == [
        "none", "allocated", "(unknown)"
    ]  # fmt: skip
    moments = [datetime(2024 + month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in range(36)]
    assert labels(moments[:2], Type(Kind.MOMENT)) == ["2024-01", "2024-02"]
    assert labels(moments, Type(Kind.MOMENT))[:4] == ["2024 Q1", "2024 Q1", "2024 Q1", "2024 Q2"]
    many = [f"text {i:02}" for i in range(30) for _ in range(30 - i)]
    found = labels(many, Type(Kind.TEXT))
    assert len(set(found)) == 20
    assert found[-1] == "(other)"


def test_segment_of_a_fact(room: Room) -> None:
    found = room.column(["manufacturing", "", "retail"], "company.industry")
    assert found.segment("company.industry") == ["manufacturing", "(unknown)", "retail"]
    assert found.segments("company.industry") == ["manufacturing", "retail", "(unknown)"]
    with pytest.raises(LeadpolicyError) as caught:
        found.segment("company.industri")
    assert "did you mean `company.industry`?" in str(caught.value)


def test_facts_and_events_of_a_data_set(room: Room) -> None:
    room.write(
        companies="id\na\n",
        judged="id,fact,value,at\na,deal.budget_status,none,2026-01-01\na,deal.oops,1,2026-01-01\n",
    )
    dataset = room.open(
        """\
        tables: {companies: {file: companies.csv}, judged: {file: judged.csv}}
        records: {table: companies, id: id}
        facts: {company.note: {constant: known}}
        events: {website_visit: {table: judged, record: id, at: at}}
        assessments: {table: judged, record: id, fact: fact, value: value, at: at}
        """
    )
    assert dataset.facts == {"company.note", "deal.budget_status"}
    assert dataset.events == {"website_visit"}
    with pytest.raises(LeadpolicyError) as caught:
        dataset.records()
    assert "does not say at which moment to evaluate its records" in str(caught.value)


def test_progress_is_told(room: Room) -> None:
    room.write(companies="id\na\n")
    dataset = room.open(
        """\
        tables: {companies: {file: companies.csv}}
        records: {table: companies, id: id}
        """
    )
    told: list[tuple[str, int, int]] = []
    dataset.records("2026-03-01", progress=lambda *step: told.append(step))
    assert told[0] == ("reading companies.csv", 0, 1)
    assert told[-1] == ("putting records together", 5, 5)
