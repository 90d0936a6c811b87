"""What a contract promises, which rows break it, and what stops the work."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadpolicy.data.contract.draw import contract
from leadpolicy.data.contract.gate import stop_on_failures
from leadpolicy.data.contract.judgement import judge, reason_of
from leadpolicy.data.contract.model import Contract, Finding, Level
from leadpolicy.data.dataset import open_dataset
from leadpolicy.diagnostics import LeadpolicyError
from tests.data.contract.tables import MAPPING, clean, dirty, write
from tests.data.room import Room


def broken(found: list[Finding]) -> dict[str, int]:
    return {f.expectation.name: f.failing for f in found if not f.kept}


def held(room: Room, tables: dict[str, list[list[str]]]) -> tuple[Contract, list[Finding]]:
    write(room, tables)
    drawn = contract(room.open(MAPPING))
    return drawn, judge(drawn)


def test_clean_tables_keep_everything(room: Room) -> None:
    drawn, found = held(room, clean(60))
    assert broken(found) == {}
    names = {e.name for e in drawn.expectations}
    assert {
        "companies.id.unique",
        "companies.employees.range",
        "companies.industry.domain",
        "companies.created.type",
        "companies.contact.reference",
        "people.person.unique",
        "events.company.reference",
        "events.at.order",
        "events.at.recent",
        "judgements.value.domain",
        "records.won.order",
        "records.company.employees.known",
        "companies.rows.fits",
    } <= names
    assert len(names) == len(drawn)


@pytest.mark.parametrize(
    ("table", "row", "place", "cell", "name", "reason"),
    [
        ("companies", 7, 3, "about fifty", "companies.employees.type", "is not a whole number"),
        ("companies", 7, 3, "2000000", "companies.employees.range", "is outside the allowed range"),
        ("companies", 7, 4, "steel", "companies.industry.domain",
         "is not one of the declared values"),
        ("companies", 7, 0, "c6", "companies.id.unique",
         "is the id of an earlier record; the first is kept"),
        ("companies", 7, 1, "p999", "companies.contact.reference", "stands in no row of people"),
        ("events", 7, 0, "c999", "events.company.reference",
         "is the id of no record: the row belongs to nobody"),
        ("events", 7, 1, "2025-01-01", "events.at.order", "is before the entry of its record"),
        ("events", 7, 1, "2026-03-02", "events.at.end",
         "is after the end of the data (2026-03-01 23:59 UTC)"),
        ("judgements", 7, 3, "", "judgements.at.type", "is empty: nobody knows when"),
        ("deals", 7, 1, "2020-01-01", "records.won.order", "is won before it entered"),
    ],
)  # fmt: skip
def test_one_bad_cell_breaks_a_warning_and_nothing_critical(
    room: Room, table: str, row: int, place: int, cell: str, name: str, reason: str
) -> None:
    tables = clean(60)
    tables[table][row][place] = cell
    drawn, found = held(room, tables)
    assert name in broken(found)
    assert not any(f.critical for f in found)
    one = next(f for f in found if f.expectation.name == name)
    sheet = drawn.sheets[one.expectation.sheet]
    assert [reason_of(one, sheet, r) for r in one.rows.tolist()] == [reason]
    assert one.rows.tolist() == [7]


def test_an_empty_id_is_told_and_no_reference_is_missing(room: Room) -> None:
    tables = clean(60)
    tables["events"][3][0] = ""
    drawn, found = held(room, tables)
    one = next(f for f in found if f.expectation.name == "events.company.reference")
    sheet = drawn.sheets["events"]
    assert [reason_of(one, sheet, r) for r in one.rows.tolist()] == [
        "is empty: the row belongs to no record"
    ]


@pytest.mark.parametrize(("bad", "stops"), [(5, False), (6, True)])
def test_more_than_five_percent_is_critical(room: Room, bad: int, stops: bool) -> None:
    tables = clean(100)
    for row in range(bad):
        tables["companies"][row][4] = "steel"
    _, found = held(room, tables)
    critical = {f.expectation.name for f in found if f.critical}
    assert critical == ({"companies.industry.fits"} if stops else set())


def test_dates_long_before_the_end_of_the_data_are_told(room: Room) -> None:
    tables = clean(10)
    write(room, tables)
    later = MAPPING.replace("observed_until: 2026-03-01", "observed_until: 2026-06-01")
    found = judge(contract(room.open(later)))
    assert {"events.at.recent", "deals.closed.recent", "judgements.at.recent"} <= set(broken(found))


def test_a_fact_that_is_hardly_ever_known_is_told(room: Room) -> None:
    tables = clean(50)
    for row in tables["companies"][2:]:
        row[3] = ""
    _, found = held(room, tables)
    assert broken(found) == {"records.company.employees.known": 48}


def test_two_rows_for_one_key_of_a_join_are_critical(room: Room) -> None:
    tables = clean(60)
    tables["people"][3][0] = "p2"
    _, found = held(room, tables)
    assert {f.expectation.name for f in found if f.critical} == {"people.person.unique"}


def test_the_gate_stops_and_can_be_passed_by_name(room: Room) -> None:
    tables = clean(20)
    for row in tables["companies"][:3]:
        row[4] = "steel"
    write(room, tables)
    dataset = room.open(MAPPING)
    with pytest.raises(LeadpolicyError) as stopped:
        stop_on_failures(dataset)
    (said,) = stopped.value.diagnostics
    assert said.code == "LP508"
    assert "companies.industry.fits" in said.message
    assert "3 of 20 rows" in said.message
    assert "--accept" in str(said.help)
    passed = stop_on_failures(dataset, ["companies.industry.fits"])
    assert [f.expectation.name for f in passed] == ["companies.industry.fits"]


def test_accepting_what_is_no_critical_expectation_is_refused(room: Room) -> None:
    write(room, clean(5))
    dataset = room.open(MAPPING)
    with pytest.raises(LeadpolicyError, match=r"did you mean `companies\.industry\.fits`"):
        stop_on_failures(dataset, ["companies.industri.fits"])


def test_the_critical_part_alone_says_the_same(room: Room) -> None:
    tables = clean(20)
    for row in tables["deals"][:9]:
        row[1] = "2020-01-01"
    write(room, tables)
    dataset = room.open(MAPPING)
    whole = {f.expectation.name for f in judge(contract(dataset)) if f.critical}
    part = {f.expectation.name for f in stop_on_failures(dataset, whole)}
    assert whole == part == {"records.won.fits", "records.closed.fits"}


def test_the_bundled_history_names_its_planted_dirt(fixtures: Path) -> None:
    """What the reader sets aside is what the contract finds, cell by cell and with its reason."""
    dataset = open_dataset(fixtures / "demo")
    drawn = contract(dataset)
    found = judge(drawn)
    assert not any(f.critical for f in found)
    cells = {
        (sheet.table.name, int(sheet.table.lines[row]), f.expectation.source,
         reason_of(f, sheet, row))
        for f in found
        if (sheet := drawn.sheets[f.expectation.sheet]).table is not None
        for row in f.rows.tolist()
    }  # fmt: skip
    aside = {
        (row.table, row.line, row.column, row.reason) for row in dataset.chronicle().quarantine
    }
    assert len(aside) == 6
    assert aside <= cells
    rest = {(table, column, reason) for table, _, column, reason in cells - aside}
    assert rest == {
        ("events", "company_id", "is the id of no record: the row belongs to nobody"),
        ("events", "at", "is before the entry of its record"),
        ("companies", "company_id", "is the id of an earlier record; the first is kept"),
    }


@pytest.mark.parametrize("seed", range(25))
def test_every_row_set_aside_breaks_a_promise_for_the_same_reason(room: Room, seed: int) -> None:
    write(room, dirty(seed))
    dataset = room.open(MAPPING)
    drawn = contract(dataset)
    told = {
        (sheet.table.name, int(sheet.table.lines[row]), f.expectation.source,
         reason_of(f, sheet, row))
        for f in judge(drawn)
        if (sheet := drawn.sheets[f.expectation.sheet]).table is not None
        for row in f.rows.tolist()
    }  # fmt: skip
    for row in dataset.chronicle().quarantine:
        assert (row.table, row.line, row.column, row.reason) in told, str(row)


@pytest.mark.parametrize("name", ["olist", "uci_bank", "bpi2012"])
def test_the_real_data_break_nothing_critical(fixtures: Path, real_data: Path, name: str) -> None:
    assert real_data.is_dir()
    assert stop_on_failures(open_dataset(fixtures / name)) == []


def test_levels_are_as_documented(room: Room) -> None:
    write(room, clean(5))
    for one in contract(room.open(MAPPING)).expectations:
        strict = one.name in {"people.person.unique", "companies.rows.fits"}
        expected = Level.CRITICAL if one.name.endswith(".fits") or strict else Level.WARNING
        assert one.level is expected, one.name
