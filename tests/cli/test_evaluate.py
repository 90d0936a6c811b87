"""`leadpolicy evaluate` from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from leadpolicy.cli.commands import app
from leadpolicy.diagnostics import LeadpolicyError
from tests.comparison.world import NARROW, VOCABULARY, WIDE


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two policies, a table and its events in the working directory."""
    for text, name in ((WIDE, "wide"), (NARROW, "narrow")):
        (tmp_path / "policies" / name).mkdir(parents=True)
        (tmp_path / "policies" / name / "1.0.0.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "policies" / "vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    (tmp_path / "firms.csv").write_text(
        "id,staff,company.industry,need.urgent\n"
        "a,100,it,true\nb,100,it,false\nc,,it,true\n", encoding="utf-8",
    )  # fmt: skip
    pq.write_table(
        pa.table({"id": ["a", "c"], "event": ["inbound_request"] * 2, "at": ["2026-01-15"] * 2}),
        tmp_path / "events.parquet",
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["evaluate", *arguments])


NARROW_ON_FIRMS = (
    "narrow", "--data", "firms.csv", "--id", "id", "--as-of", "2026-03-01",
    "--columns", "company.employees=staff",
)  # fmt: skip


def test_stages_of_a_table(here: Path) -> None:
    """a is large and urgent; b is not urgent; nobody knows how large c is."""
    result = run(*NARROW_ON_FIRMS)
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["narrow@1.0.0:", "3", "records"] in lines
    assert ["no", "stage", "2", "66.7", "%", "1"] in lines
    assert ["lead", "1", "33.3", "%", "2"] in lines
    assert ["a", "lead", "lead"] in lines
    assert ["b", "—", "—"] in lines
    assert ["c", "—", "lead"] in lines


def test_the_summary_as_json(here: Path) -> None:
    result = run(*NARROW_ON_FIRMS, "--criteria", "--json")
    said = json.loads(result.stdout)
    assert said["records"] == 3
    assert said["as_of"] == "2026-03-01"
    (narrow,) = said["policies"]
    assert narrow["identity"] == "narrow@1.0.0"
    assert narrow["stages"] == [
        {"stage": None, "records": 2, "possible": 1},
        {"stage": "lead", "records": 1, "possible": 2},
    ]
    large = {"criterion": "is_large", "true": 2, "false": 0, "unknown": 1}
    assert large in narrow["criteria"]


def test_criteria_are_counted_on_the_terminal(here: Path) -> None:
    lines = [line.split() for line in run(*NARROW_ON_FIRMS, "--criteria").stdout.splitlines()]
    assert ["is_large", "2", "0", "1"] in lines
    assert ["is_urgent", "2", "1", "0"] in lines


def test_all_records_go_to_a_file(here: Path) -> None:
    result = run(*NARROW_ON_FIRMS, "--criteria", "--out", "stages.parquet")
    assert result.exit_code == 0, result.output
    assert "stages.parquet" in result.stderr
    assert "The first records" not in result.stdout
    found = pq.read_table(here / "stages.parquet").to_pydict()
    assert found["id"] == ["a", "b", "c"]
    assert found["narrow_stage"] == ["lead", None, None]
    assert found["narrow__is_large"] == ["true", "true", "unknown"]


def test_several_policies_and_events(here: Path) -> None:
    asked = ("wide", *NARROW_ON_FIRMS, "--events", "events.parquet", "--out", "stages.csv")
    table = pq.read_table(here / "events.parquet")
    at = table.column("at").cast(pa.timestamp("us"))
    for events in (table, table.set_column(2, "at", at)):  # days as texts, and as moments
        pq.write_table(events, here / "events.parquet")
        result = run(*asked, "--json")
        assert result.exit_code == 0, result.output
        assert [p["policy"] for p in json.loads(result.stdout)["policies"]] == ["wide", "narrow"]
        assert (here / "stages.csv").read_text(encoding="utf-8").splitlines() == [
            "id,wide_stage,wide_possible,narrow_stage,narrow_possible",
            "a,chance,chance,lead,lead",
            "b,,,,",
            "c,lead,chance,,lead",
        ]


def test_columns_stand_in_a_file(here: Path) -> None:
    file = here / "columns.yaml"
    file.write_text(
        "company.employees: {low: staff, high: staff}\nneed.urgent:\n", encoding="utf-8"
    )
    result = run(*NARROW_ON_FIRMS[:-2], "--columns", "columns.yaml", "--json")
    assert result.exit_code == 0, result.output
    (narrow,) = json.loads(result.stdout)["policies"]
    assert [s["possible"] for s in narrow["stages"]] == [0, 3], "nobody knows what is urgent"
    file.write_text("company.employees: {lo: staff}\n", encoding="utf-8")
    error = run(*NARROW_ON_FIRMS[:-2], "--columns", "columns.yaml").exception
    assert isinstance(error, LeadpolicyError)
    assert {d.code for d in error.diagnostics} == {"LP201", "LP202"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--columns", "company.employees"), "LP506"),
        (("--columns", "company.employes=staff"), "LP203"),
        (("--columns", "company.employees=stuff"), "LP502"),
        (("--columns", "none.yaml"), "LP101"),
        (("--events", "none.parquet"), "LP501"),
        (("--out", "stages.xyz"), "LP510"),
        (("--out", "firms.csv/x.parquet"), "LP510"),
    ],
)
def test_what_cannot_be_done_is_told(here: Path, arguments: tuple[str, str], code: str) -> None:
    result = run(*NARROW_ON_FIRMS, *arguments)
    assert isinstance(result.exception, LeadpolicyError), result.output
    assert code in {d.code for d in result.exception.diagnostics}
    assert not (here / "stages.parquet").exists()


def test_what_is_missing_may_be_unrecorded(here: Path) -> None:
    error = run(*NARROW_ON_FIRMS[:-2]).exception
    assert isinstance(error, LeadpolicyError)
    result = run(*NARROW_ON_FIRMS[:-2], "--partial", "--json")
    (narrow,) = json.loads(result.stdout)["policies"]
    assert [s["possible"] for s in narrow["stages"]] == [1, 2], "b is not urgent, however large"


def test_help_has_an_example() -> None:
    result = CliRunner().invoke(app, ["evaluate", "--help"])
    assert result.exit_code == 0
    assert "leadpolicy evaluate heinz --data" in result.stdout
