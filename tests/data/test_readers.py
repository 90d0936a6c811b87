"""The same table in every form that exports come in gives the same records."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.data.room import Room

if TYPE_CHECKING:
    import pandas as pd

TEXT = """\
id,size,revenue,keen,decides,tech,note
a,20,5000000.5,true,2026-02-28,windows;sap,München
b,,,,,,
c,11-50,1,false,2026-03-01,linux,"two
lines"
"""
MAPPING = """\
tables: {{companies: {{{table}}}}}
records: {{table: companies, id: id}}
facts:
  company.employees: size
  company.annual_revenue: revenue
  engagement.interest_expressed: keen
  deal.decision_date: decides
  company.tech_stack: {{column: tech, separator: ";"}}
  company.note: note
"""


def frame() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "id": ["a", "b", "c"],
            "size": ["20", None, "11-50"],
            "revenue": [5000000.5, None, 1.0],
            "keen": [True, None, False],
            "decides": [date(2026, 2, 28), None, date(2026, 3, 1)],
            "tech": ["windows;sap", None, "linux"],
            "note": ["München", None, "two\nlines"],
        }
    )


def as_json(folder: Path) -> None:
    rows = [
        {"id": "a", "size": 20, "revenue": 5000000.5, "keen": True, "decides": "2026-02-28",
         "tech": ["windows", "sap"], "note": "München"},
        {"id": "b", "size": None, "revenue": None},
        {"id": "c", "size": "11-50", "revenue": 1, "keen": False, "decides": "2026-03-01",
         "tech": ["linux"], "note": "two\nlines"},
    ]  # fmt: skip
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "t.jsonl").write_text(lines, encoding="utf-8")


def as_parquet(folder: Path) -> None:
    frame().to_parquet(folder / "t.parquet")


def as_excel(folder: Path) -> None:
    frame().to_excel(folder / "t.xlsx", sheet_name="All", index=False)


FORMS: Final[dict[str, tuple[str, Callable[[Path], object]]]] = {
    "utf-8": ("t.csv", lambda f: (f / "t.csv").write_text(TEXT, encoding="utf-8")),
    "bom": ("t.csv", lambda f: (f / "t.csv").write_text(TEXT, encoding="utf-8-sig")),
    "utf-16": (
        "t.txt",
        lambda f: (f / "t.txt").write_bytes(TEXT.replace(",", "\t").encode("utf-16")),
    ),
    "semicolons": (
        "t.csv",
        lambda f: (f / "t.csv").write_text(TEXT.replace(";", "|").replace(",", ";").replace(
            "windows|sap", '"windows;sap"'), encoding="utf-8"),
    ),
    "excel-hint": ("t.csv", lambda f: (f / "t.csv").write_text("sep=,\n" + TEXT, encoding="utf-8")),
    "windows": ("t.csv", lambda f: (f / "t.csv").write_bytes(TEXT.replace("\n", "\r\n").encode())),
    "cp1252": ("t.csv", lambda f: (f / "t.csv").write_bytes(TEXT.encode("cp1252"))),
    "gzip": ("t.csv.gz", lambda f: (f / "t.csv.gz").write_bytes(gzip.compress(TEXT.encode()))),
    "json": ("t.jsonl", as_json),
    "parquet": ("t.parquet", as_parquet),
    "excel": ("t.xlsx", as_excel),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_reads_alike(form: str, room: Room) -> None:
    name, write = FORMS[form]
    write(room.folder)
    found = room.records(MAPPING.format(table=f"file: {name}"))
    assert not found.quarantine.rows
    assert found.ids == ["a", "b", "c"]
    first, empty, last = (dict(record.facts) for record in found.records)
    assert first == {
        "company.employees": 20,
        "company.annual_revenue": 5000000.5,
        "engagement.interest_expressed": True,
        "deal.decision_date": date(2026, 2, 28),
        "company.tech_stack": frozenset({"windows", "sap"}),
        "company.note": "München",
    }
    assert not empty
    assert str(last["company.employees"]) == "11-50"
    assert str(last["company.note"]).splitlines() == ["two", "lines"]


def test_an_encoding_that_was_not_declared_is_noted(room: Room) -> None:
    room.write(companies=TEXT.encode("cp1252"))
    (note,) = room.records(MAPPING.format(table="file: companies.csv")).notes
    assert note == (
        "companies.csv is not UTF-8 (line 2); it is read as Windows-1252. Add `encoding: cp1252` "
        "to confirm, or the encoding it is in"
    )
    declared = "file: companies.csv, encoding: cp1252"
    assert room.records(MAPPING.format(table=declared)).notes == []


def test_lines_are_those_of_the_file(room: Room) -> None:
    room.write(companies='\nid,n,note\na,1,x\n\nb,few,"two\nlines"\nc,many,y\n')
    found = room.records(
        """\
        tables: {companies: {file: companies.csv}}
        records: {table: companies, id: id}
        facts: {company.employees: n, company.note: note}
        """
    )
    assert [(row.record, row.line) for row in found.quarantine] == [("b", 5), ("c", 7)]
    assert found.records[0].origins["company.note"].source == "companies.csv line 3, column note"


def test_white_space_is_not_part_of_a_value(room: Room) -> None:
    room.write(companies=" id , n \n a , 20 \na,30\n")
    found = room.records(
        """\
        tables: {companies: {file: companies.csv}}
        records: {table: companies, id: id}
        facts: {company.employees: n}
        """
    )
    assert found.ids == ["a"]
    assert found.quarantine.rows[0].reason == (
        "is the id of an earlier record, on line 2; the first is kept"
    )


REPORT = """\
"Account ID","Employees"
"001A","20"
"001a","30"
""
"Grand Totals (2 records)"
"My report"
"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."
"Confidential Information - Do Not Distribute"
"""
REPORT_MAPPING = """\
tables: {{companies: {{file: companies.csv{more}}}}}
records: {{table: companies, id: Account ID}}
facts: {{company.employees: Employees}}
"""


def test_report_footer(room: Room) -> None:
    room.write(companies=REPORT)
    found = room.records(REPORT_MAPPING.format(more=", footer: salesforce"))
    assert found.ids == ["001A", "001a"]  # 15-character ids are case-sensitive
    assert not found.quarantine.rows
    assert found.notes == ["companies.csv ends in a report footer of 5 lines, which is skipped"]


def test_report_footer_that_is_not_declared(room: Room) -> None:
    room.write(companies=REPORT)
    found = room.records(REPORT_MAPPING.format(more=""))
    assert len(found.quarantine) == 5
    assert "add `footer: salesforce` to skip it" in found.notes[0]


def test_json_that_is_none(room: Room) -> None:
    lines = (
        '{"id": "a", "size": {"staff": 20}}\nnot json\n[1]\n{"id": "b", "size": {"staff": NaN}}\n'
    )
    (room.folder / "t.jsonl").write_text(lines)
    found = room.records(
        """\
        tables: {t: {file: t.jsonl}}
        records: {table: t, id: id}
        facts: {company.employees: size.staff}
        """
    )
    assert [record.facts for record in found.records] == [{"company.employees": 20}]
    assert [str(row) for row in found.quarantine] == [
        "t.jsonl:2: the row `not json` is not a line of JSON",
        "t.jsonl:3: the row `[1]` is not a JSON object",
        "t.jsonl:4: size.staff `nan` is not a whole number",
    ]


def test_typed_cells_are_not_read_in_the_declared_number_format(room: Room) -> None:
    import pandas as pd

    cells = pd.DataFrame({"id": ["a", "b"], "revenue": [1234.5, 0.25]})
    cells.to_excel(room.folder / "t.xlsx", index=False)
    found = room.records(
        """\
        tables: {t: {file: t.xlsx}}
        records: {table: t, id: id}
        facts: {company.annual_revenue: {column: revenue, number_format: de}}
        """
    )
    values = [record.facts["company.annual_revenue"] for record in found.records]
    assert values == [1234.5, 0.25]


def test_a_sheet_that_is_not_there(room: Room) -> None:
    as_excel(room.folder)
    found = room.refusal(MAPPING.format(table="file: t.xlsx, sheet: Al"))
    assert "the workbook has no sheet `Al`" in found
    assert "did you mean `All`?" in found
