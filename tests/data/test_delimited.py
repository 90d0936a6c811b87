"""Delimited texts: every cell as people see it, every row with its line, whoever reads it."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leadpolicy.data import blocks, encodings
from leadpolicy.data.delimited import Parsed, parse
from leadpolicy.data.encodings import Unreadable
from tests.data.room import Room

CASES: Final[dict[str, dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "cases" / "delimited.yaml").read_text(encoding="utf-8")
)
ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16", "utf-32-le")


def read(text: str, encoding: str = "utf-8", wanted: tuple[str, ...] = ("a", "b")) -> Parsed:
    return parse(io.BytesIO(text.encode(encoding)), encoding, None, wanted, footer=False)


def cells(parsed: Parsed) -> list[list[object]]:
    """Row by row."""
    columns = [[c.cells[code] for code in c.codes.tolist()] for c in parsed.columns.values()]
    return [list(row) for row in zip(*columns, strict=True)]


@pytest.mark.parametrize("size", [1, 5, 1 << 22])
@pytest.mark.parametrize("name", CASES)
def test_case(name: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much of the text is read at a time."""
    monkeypatch.setattr(blocks, "_BLOCK", size)
    case = CASES[name]
    wanted = tuple(case.get("wanted", ("a", "b")))
    for encoding in ENCODINGS:
        if "refused" in case:
            with pytest.raises(Unreadable) as caught:
                read(case["text"], encoding, wanted)
            assert (caught.value.message, caught.value.line) == (case["refused"], case.get("line"))
            continue
        parsed = read(case["text"], encoding, wanted)
        assert cells(parsed) == case["rows"]
        assert parsed.lines.tolist() == case["lines"]
        assert {f.line: f.reason for f in parsed.faults} == case.get("faults", {})


letters = st.sampled_from("ab01 ,;\t|\"'\\\n\r\x00é日\u2028\ufeff")
values = st.text(letters, max_size=6)


@given(
    st.lists(st.tuples(values, values, values), max_size=12),
    st.sampled_from(",;\t|"),
    st.sampled_from([("\n", True), ("\r\n", True), ("\r", True), ("\r\n", False)]),
    st.sampled_from(ENCODINGS),
)
def test_what_was_written_is_read(
    rows: list[tuple[str, str, str]], delimiter: str, ends: tuple[str, bool], encoding: str
) -> None:
    """Quotes stand around every value, or around those that need them."""
    end, quoted = ends
    quoting: Any = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([("first column", "a", "b"), *rows])
    found = read(written.getvalue(), encoding, ("first column", "a", "b"))
    assert cells(found) == [[value.strip() for value in row] for row in rows]
    assert not found.faults


@pytest.mark.parametrize("name", ["companies.csv.gz", "companies.xlsx"])
def test_a_file_that_unpacks_without_end(
    name: str, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings, "FREE", 100_000)
    rows = b"id,employees\n" + b"a,20\n" * 1_000_000
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(room.folder / name, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/workbook.xml", rows)
    else:
        (room.folder / name).write_bytes(gzip.compress(rows))
    found = room.refusal(
        f"""\
        tables: {{companies: {{file: {name}}}}}
        records: {{table: companies, id: id}}
        facts: {{company.employees: employees}}
        """
    )
    assert "unpacked, the file is more than 200 times as large: tables are not like that" in found
    assert "if it is one nevertheless, unpack it and name the unpacked file" in found
