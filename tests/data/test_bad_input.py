"""What somebody reads whose tables cannot be used as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
import yaml

from leadpolicy.data.dataset import open_dataset
from leadpolicy.diagnostics import LeadpolicyError
from tests.data.room import Room

MAPPING = """\
tables:
  companies: {file: companies.csv}
records: {table: companies, id: id}
facts:
  company.employees: {column: employees}
"""


MESSAGES: Final[dict[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "cases" / "messages.yaml").read_text(encoding="utf-8")
)


def message(name: str) -> str:
    """The message as it stands in `cases/messages.yaml`."""
    return MESSAGES[name].rstrip("\n")


def test_data_set_that_does_not_exist(room: Room) -> None:
    (room.folder / "fixtures" / "demo").mkdir(parents=True)
    (room.folder / "fixtures" / "demo" / "dataset.yaml").write_text("dataset: demo\n")
    with pytest.raises(LeadpolicyError) as caught:
        open_dataset("dmeo")
    assert str(caught.value) == message("data_set_that_does_not_exist")


def test_folder_without_a_mapping(room: Room) -> None:
    (room.folder / "exports").mkdir()
    with pytest.raises(LeadpolicyError) as caught:
        open_dataset("exports")
    assert str(caught.value) == message("folder_without_a_mapping")


def test_table_that_does_not_exist(room: Room) -> None:
    room.write(company="id,employees\na,20\n")
    assert room.refusal(MAPPING) == message("table_that_does_not_exist")


def test_tables_that_are_published_elsewhere(room: Room) -> None:
    assert room.refusal(
        """\
        source: {url: https://example.org/data}
        root: absent
        tables: {companies: {file: companies.csv}}
        records: {table: companies, id: id}
        """
    ) == message("tables_that_are_published_elsewhere")


def test_missing_column(room: Room) -> None:
    room.write(companies="id,name,employes\na,Acme,20\n")
    assert room.refusal(MAPPING) == message("missing_column")


def test_all_missing_columns_at_once(room: Room) -> None:
    room.write(companies="ID,Employees\na,20\n")
    found = room.refusal(MAPPING)
    assert found.count("error LP502") == 2
    assert "did you mean `ID`?" in found
    assert "did you mean `Employees`?" in found


def test_declared_delimiter_that_is_wrong(room: Room) -> None:
    room.write(companies="id;employees\na;20\n")
    mapping = MAPPING.replace("companies.csv}", 'companies.csv, delimiter: ","}')
    assert room.refusal(mapping) == message("declared_delimiter_that_is_wrong")


def test_delimiter_that_nobody_would_guess(room: Room) -> None:
    room.write(companies="id~employees\na~20\n")
    found = room.refusal(MAPPING)
    assert "has no column `id`" in found
    assert "expected: one of id~employees" in found


def test_duplicate_header(room: Room) -> None:
    room.write(companies="id,employees,employees\na,20,30\n")
    assert room.refusal(MAPPING) == message("duplicate_header")


def test_duplicate_header_that_nobody_uses(room: Room) -> None:
    room.write(companies="id,employees,name,name\na,20,Acme,Acme Ltd\n")
    assert room.records(MAPPING).notes == [
        "companies.csv has several columns named name; none of them is used"
    ]


def test_mixed_encodings(room: Room) -> None:
    room.write(companies="id,employees\nMünchen,20\n".encode() + "Zürich,30\n".encode("cp1252"))
    assert room.refusal(MAPPING) == message("mixed_encodings")


def test_declared_encoding_that_is_wrong(room: Room) -> None:
    room.write(companies="id,employees\na,20\nZürich,30\n".encode("cp1252"))
    mapping = MAPPING.replace("companies.csv}", "companies.csv, encoding: utf-8}")
    assert room.refusal(mapping) == message("declared_encoding_that_is_wrong")


def test_utf_16_without_a_mark(room: Room) -> None:
    room.write(companies="id,employees\na,20\n".encode("utf-16-le"))
    assert room.refusal(MAPPING) == message("utf_16_without_a_mark")


def test_workbook_named_csv(room: Room) -> None:
    room.write(companies=b"PK\x03\x04rest of a workbook")
    assert room.refusal(MAPPING) == message("workbook_named_csv")


def test_empty_file(room: Room) -> None:
    room.write(companies="")
    assert room.refusal(MAPPING) == message("empty_file")


def test_zero_rows(room: Room) -> None:
    room.write(companies="id,employees\n")
    assert room.refusal(MAPPING) == message("zero_rows")


def test_no_row_that_fits(room: Room) -> None:
    room.write(companies="id,employees\na,few\nb,few\nc,many\n")
    assert room.refusal(MAPPING) == message("no_row_that_fits")


def test_quote_that_is_never_closed(room: Room) -> None:
    room.write(companies='id,employees\na,20\n"b,30\nc,40\n')
    assert room.refusal(MAPPING) == message("quote_that_is_never_closed")


def test_damaged_gzip_file(room: Room) -> None:
    room.write(companies=b"\x1f\x8b\x08\x00 not really")
    assert room.refusal(MAPPING) == message("damaged_gzip_file")


def test_bad_dates_are_set_aside(room: Room) -> None:
    room.write(companies="id,when\na,2026-02-30\nb,03/04/2026\nc,2026-02-28\n")
    found = room.records(
        """\
        tables: {companies: {file: companies.csv}}
        records: {table: companies, id: id}
        facts: {deal.decision_date: {column: when}}
        """
    )
    assert [str(row) for row in found.quarantine] == [
        "companies.csv:2: when `2026-02-30` is not a date: February 2026 has 28 days",
        "companies.csv:3: when `03/04/2026` is not a moment",
    ]
    assert found.ids == ["c"]


def test_numbers_that_no_number_can_be_are_set_aside(room: Room) -> None:
    found = room.column(["NaN", "inf", "-inf", "1e999", "0.5"], "engagement.score")
    assert [(row.value, row.reason) for row in found.quarantine] == [
        ("NaN", "is not a number"),
        ("inf", "is not a number"),
        ("-inf", "is not a number"),
        ("1e999", "is too large"),
    ]
    assert [record.facts["engagement.score"] for record in found.records] == [0.5]


def test_numbers_beyond_64_bits_are_set_aside(room: Room) -> None:
    found = room.column(["9223372036854775808", "20"], "company.employees")
    assert [str(row) for row in found.quarantine] == [
        "companies.csv:2: cell `9223372036854775808` does not fit into 64 bits"
    ]
    assert found.ids == ["b"]


def test_record_ids_that_stand_twice(room: Room) -> None:
    room.write(companies="id,employees\na,20\nb,30\na,40\n,50\n")
    found = room.records(MAPPING)
    assert [str(row) for row in found.quarantine] == [
        "companies.csv:5: id is empty: the row belongs to no record",
        "companies.csv:4: id `a` is the id of an earlier record, on line 2; the first is kept",
    ]
    assert [record.facts["company.employees"] for record in found.records] == [20, 30]


def test_ragged_rows(room: Room) -> None:
    room.write(companies="id,employees\na,20\nb\nc,1,2\nd,40\n")
    found = room.records(MAPPING)
    assert [str(row) for row in found.quarantine] == [
        "companies.csv:3: the row `b` has 1 value where the header has 2",
        "companies.csv:4: the row `c | 1 | 2` has 3 values where the header has 2",
    ]
    assert found.ids == ["a", "d"]
    assert (found.tables[0].rows, found.tables[0].set_aside) == (4, 2)


def test_duplicate_keys_of_a_joined_table(room: Room) -> None:
    room.write(
        companies="id,person\na,p1\nb,p2\n",
        people="pid,level\np1,ic\np2,ic\np1,manager\np2,director\n",
    )
    assert room.refusal(
        """\
        tables: {companies: {file: companies.csv}, people: {file: people.csv}}
        records:
          table: companies
          id: id
          join:
            - {table: people, on: {person: pid}}
        facts: {person.job_level: {column: people.level}}
        """
    ) == message("duplicate_keys_of_a_joined_table")


@pytest.mark.parametrize(
    ("as_of", "name"),
    [
        ("tomorrow", "moment_tomorrow"),
        ("2 months after entry", "moment_2_months_after_entry"),
        ("2026-02-30", "moment_2026_02_30"),
    ],
)
def test_moment_that_is_none(as_of: str, name: str, room: Room) -> None:
    room.write(companies="id,employees\na,20\n")
    assert room.refusal(MAPPING, as_of) == message(name)


def test_moment_before_anything_happened(room: Room) -> None:
    room.write(companies="id,employees,since\na,20,2025-01-01\nb,30,2025-02-01\n")
    mapping = MAPPING.replace("id: id}", "id: id, entered_at: since}")
    assert room.refusal(mapping, "2024-12-31") == message("moment_before_anything_happened")


def test_moment_after_an_entry_that_nobody_knows(room: Room) -> None:
    room.write(companies="id,employees\na,20\n")
    assert room.refusal(MAPPING, "at entry") == message("moment_after_an_entry_that_nobody_knows")


def test_parquet_without_rows(room: Room) -> None:
    import pandas as pd

    pd.DataFrame({"id": [], "employees": []}).to_parquet(room.folder / "companies.parquet")
    mapping = MAPPING.replace("companies.csv", "companies.parquet")
    assert "has a header and no rows" in room.refusal(mapping)


def test_files_that_are_not_what_their_name_says(room: Room) -> None:
    for name in ("companies.parquet", "companies.xlsx"):
        (room.folder / name).write_text("id,employees\na,20\n")
    assert "this is not a Parquet file" in room.refusal(
        MAPPING.replace("companies.csv", "companies.parquet")
    )
    assert "this is not an Excel workbook (.xlsx)" in room.refusal(
        MAPPING.replace("companies.csv", "companies.xlsx")
    )


def test_record_that_is_not_there(room: Room) -> None:
    room.write(companies="id,employees\nC0001,20\nC0002,few\n")
    found = room.records(MAPPING)
    with pytest.raises(LeadpolicyError) as caught:
        found.find("C0003")
    assert str(caught.value) == message("record_that_is_not_there")
    with pytest.raises(LeadpolicyError) as caught:
        found.find("C0002")
    assert "its row was set aside: companies.csv:3: employees `few` is not a whole number" in str(
        caught.value
    )
