"""Every command that reads a data set says which rows are no records, and stops where it has to."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.cli.conftest import Run
from tests.cli.test_validate import DATASET, POLICY, STUDY, VOCABULARY
from tests.conftest import skip_without

pytestmark = pytest.mark.filterwarnings("ignore")

COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "compare": ("shops", "--data"),
    "evaluate": ("shops", "--data"),
    "replay": ("shops", "--accept-snapshot", "all", "--data"),
    "cards": ("shops", "--n", "3", "--data"),
    "backtest": (),
}
FIGURES: Final = pytest.mark.parametrize("command", COMMANDS)
UNDECLARED: Final = "companies.trade is not one of the declared values"
SHORT: Final = "companies has 2 values where the header has 4"
FITS: Final = "companies.trade.fits"


def history(folder: Path, butchers: int, short: int) -> Path:
    """Forty companies: the trade of some is a word nobody declared; some more rows end early."""
    (folder / "policies" / "shops").mkdir(parents=True)
    (folder / "policies" / "vocabulary.yaml").write_text(VOCABULARY)
    (folder / "policies" / "shops" / "1.0.0.yaml").write_text(POLICY)
    (folder / "dataset.yaml").write_text(DATASET)
    (folder / "study.yaml").write_text(STUDY)
    rows = [
        f"c{n},2026-01-{n % 20 + 1:02},{'butcher' if n < butchers else 'retail'},"
        + (f"2026-01-{n % 20 + 5:02}" if n % 3 == 0 else "")
        for n in range(40)
    ]
    rows += [f"d{n},2026-01-09" for n in range(short)]
    (folder / "companies.csv").write_text("\n".join(["id,entered,trade,won", *rows]) + "\n")
    return folder


def asked(command: str, data: Path, *more: str) -> tuple[str, ...]:
    """The command on a history."""
    if command == "backtest":
        return (command, str(data / "study.yaml"), *more)
    policies = ("--policies", str(data / "policies"))
    return (command, *COMMANDS[command], str(data), *policies, *more)


def to_stdout(command: str) -> tuple[str, ...]:
    """How a command is asked for JSON."""
    return ("--json",) if command in ("evaluate", "cards") else ("--json", "-")


def of_data(command: str, found: dict[str, Any]) -> Any:
    """The part of the JSON that speaks of the data."""
    return found.get({"compare": "study", "backtest": "cohort"}.get(command, ""), found)


@FIGURES
def test_rows_set_aside_are_told(leadpolicy: Run, tmp_path: Path, command: str) -> None:
    data = history(tmp_path, butchers=2, short=1)
    aside = tmp_path / "aside.csv"
    ran = leadpolicy(*asked(command, data, "--quarantine", str(aside)), columns=120)
    assert ran.code == 0, ran.err
    assert f"Set aside: 2 rows: {UNDECLARED}" in ran.out
    assert f"Set aside: 1 row: {SHORT}" in ran.out
    count = {
        "backtest": "38 of 41 rows",
        "compare": "companies         41          3",
    }.get(command, "companies: 41 rows read, 3 set aside")
    assert count in ran.out
    assert f"Rows set aside: {aside}" in ran.out + ran.err
    with aside.open(newline="") as file:
        assert [row["line"] for row in csv.DictReader(file)] == ["42", "2", "3"]


@FIGURES
def test_rows_set_aside_stand_in_json(leadpolicy: Run, tmp_path: Path, command: str) -> None:
    data = history(tmp_path, butchers=2, short=1)
    ran = leadpolicy(*asked(command, data, *to_stdout(command)))
    assert ran.code == 0, ran.err
    said = of_data(command, json.loads(ran.out))
    assert said["tables"] == [
        {"name": "companies", "file": "companies.csv", "rows": 41, "set_aside": 3}
    ]
    assert said["set_aside"] == {UNDECLARED: 2, SHORT: 1}


@FIGURES
def test_broken_promises_stop_until_accepted(leadpolicy: Run, tmp_path: Path, command: str) -> None:
    data = history(tmp_path, butchers=4, short=0)
    aside, out = tmp_path / "aside.csv", tmp_path / "out.parquet"
    more: tuple[str, ...] = ("--quarantine", str(aside))
    more += ("--out", str(out)) if command == "evaluate" else ()
    ran = leadpolicy(*asked(command, data, *more))
    assert ran.code == 2
    assert ran.out == ""
    assert "LP508" in ran.err
    assert f"{FITS} (4 of 40 rows fail)" in ran.err
    assert len(aside.read_text().splitlines()) == 1 + 4
    assert not out.exists()
    ran = leadpolicy(*asked(command, data, "--accept", FITS), columns=120)
    assert ran.code == 0, ran.err
    assert f"Set aside: 4 rows: {UNDECLARED}" in ran.out
    ran = leadpolicy(*asked(command, data, "--accept", "companies.trade"))
    assert ran.code == 2
    assert "names no critical expectation of shops" in ran.err


@FIGURES
def test_where_every_row_fits_nothing_is_said(
    leadpolicy: Run, tmp_path: Path, command: str
) -> None:
    data = history(tmp_path, butchers=0, short=0)
    ran = leadpolicy(*asked(command, data), columns=120)
    assert ran.code == 0, ran.err
    assert "set aside" not in ran.out.replace("rows read  set aside", "").lower()


def test_one_record_is_explained_whatever_became_of_others(leadpolicy: Run, tmp_path: Path) -> None:
    data = history(tmp_path, butchers=4, short=1)
    ran = leadpolicy(
        "explain", "shops", "--data", str(data), "--policies", str(data / "policies"),
        "--id", "c9", "--json",
    )  # fmt: skip
    assert ran.code == 0
    assert json.loads(ran.out)
    assert "note: companies: 41 rows read, 5 set aside" in ran.err
    assert f"note: Set aside: 4 rows: {UNDECLARED}" in ran.err


def test_a_table_sets_no_row_aside(leadpolicy: Run, tmp_path: Path) -> None:
    data = history(tmp_path, butchers=0, short=0)
    ran = leadpolicy(
        "evaluate", "shops", "--data", str(data / "companies.csv"), "--policies",
        str(data / "policies"), "--quarantine", str(tmp_path / "aside.csv"),
    )  # fmt: skip
    assert ran.code == 2
    assert "are about a data set" in ran.err


def test_a_backtest_report_tells_rows(leadpolicy: Run, tmp_path: Path) -> None:
    data = history(tmp_path, butchers=2, short=1)
    page = tmp_path / "backtest.html"
    assert leadpolicy(*asked("backtest", data, "--report", str(page))).code == 0
    text = page.read_text(encoding="utf-8")
    assert "38 of 41 rows" in text
    assert f"Set aside: 2 rows: {UNDECLARED}" in text


def test_ragged_rows_are_broken_too(leadpolicy: Run, tmp_path: Path) -> None:
    skip_without("validate", "great_expectations")
    data = history(tmp_path, butchers=0, short=2)
    out = tmp_path / "out"
    ran = leadpolicy("validate", str(data), "--out", str(out), columns=120)
    assert ran.code == 0
    told = "2 of 42 rows: the number of cells is not that of the header"
    assert f"warning: companies: {told}" in ran.out
    assert "companies.csv:42: the row `d0 | 2026-01-09` has 2 values where the header has 4" in (
        ran.out
    )
    assert "Nothing: every expectation is kept" not in ran.out
    assert told in (out / "index.html").read_text(encoding="utf-8")
    ran = leadpolicy("validate", str(data), "--out", str(out), "--json")
    found = json.loads(ran.out)
    assert found["tables"][0] | {"file": ""} == {
        "name": "companies", "file": "", "rows": 42, "set_aside": 2,
    }  # fmt: skip
    assert found["set_aside"] == {SHORT: 2}
