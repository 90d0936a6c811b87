"""CSV files that a spreadsheet may open."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow as pa
import pytest

from leadpolicy.data.quarantine import Quarantine, SetAside
from leadpolicy.evaluation.stages import evaluate
from leadpolicy.sheets import RAW, cell, csv_text, heard
from tests.conftest import POLICIES

CELLS = {
    "=1+1": "'=1+1",
    "+49 30 1234": "'+49 30 1234",
    "-": "'-",
    "-2+3": "'-2+3",
    "@SUM(A1)": "'@SUM(A1)",
    "\uff1dA1": "'\uff1dA1",
    "\t=1": "'\\u0009=1",
    "\r=1": "'\\u000d=1",
    "'=1": "''=1",
    "-5": "-5",
    "+3.5e-2": "+3.5e-2",
    "-.5": "-.5",
    "a=b": "a=b",
    "it's": "it's",
    "": "",
    "Zoë 😀": "Zoë 😀",
    "a\u202eb\x1b[2J": "a\\u202eb\\u001b[2J",
}
"""What stands in a cell, and how it is written."""


@pytest.mark.parametrize(("text", "written"), CELLS.items())
def test_cells(text: str, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cell(text) == written
    if text.isprintable():
        assert heard(written) == text
    monkeypatch.setenv(RAW, "raw")
    assert cell(text) == text


def test_numbers_stay_numbers() -> None:
    assert csv_text(("a", "=b"), [(-1, "-1"), (2.5, None)]) == "a,'=b\n-1,-1\n2.5,\n"


def test_rows_set_aside(tmp_path: Path) -> None:
    quarantine = Quarantine()
    quarantine.add(SetAside("t", "t.csv", 2, "=cmd|' /C calc'!A0", "Emp", "sixty", "is no number"))
    text = quarantine.write(tmp_path / "aside.csv").read_text(encoding="utf-8")
    assert text.splitlines()[1] == "t,t.csv,2,'=cmd|' /C calc'!A0,Emp,sixty,is no number"


@pytest.mark.parametrize("raw", [False, True])
def test_stages_as_csv_are_written_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, raw: bool
) -> None:
    """The engine writes this file itself, and has to follow the same rule."""
    if raw:
        monkeypatch.setenv(RAW, "raw")
    out = tmp_path / "out.csv"
    keys = list(CELLS)
    given = pa.table({"=id": keys})
    evaluate(POLICIES / "heinz", given, as_of="2026-03-01", id="=id", partial=True, out=out)
    with io.StringIO(out.read_bytes().decode(), newline="") as text:
        rows = list(csv.reader(text))
    assert rows[0][0] == ("=id" if raw else "'=id")
    assert [row[0] for row in rows[1:]] == (keys if raw else list(CELLS.values()))
