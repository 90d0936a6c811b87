"""`leadpolicy compare` from the outside."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from leadpolicy.cli.commands import app
from leadpolicy.diagnostics import LeadpolicyError
from tests.comparison.world import ASKED, NARROW, ODD, OUTCOMES, ROWS, VOCABULARY, WIDE

DATASET = """\
dataset: six
title: Six companies
about: Made up
vocabulary: policies/vocabulary.yaml
grain: company
tables:
  companies: {file: companies.csv}
  events: {file: events.csv}
  deals: {file: deals.csv}
records: {table: companies, id: id}
facts:
  company.employees: {column: employees}
  company.industry: {column: industry}
  need.urgent: {column: urgent}
events:
  inbound_request: {table: events, record: id, at: at}
outcome: {name: won, table: deals, record: id, at: closed, where: {outcome: won}}
as_of: 2026-03-01
observed_until: 2026-06-30
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with policies and a data set, and the working directory."""
    for text, name in ((WIDE, "wide"), (NARROW, "narrow"), (ODD, "odd")):
        (tmp_path / "policies" / name).mkdir(parents=True)
        (tmp_path / "policies" / name / "1.0.0.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "policies" / "vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    (tmp_path / "dataset.yaml").write_text(DATASET, encoding="utf-8")
    words = {True: "true", False: "false", None: ""}
    _write(
        tmp_path / "companies.csv",
        ["id", "employees", "industry", "urgent"],
        [
            [r["id"], r["company.employees"] or "", r["company.industry"], words[r["need.urgent"]]]
            for r in ROWS
        ]
        + [["g", "many", "it", "true"]],
    )
    _write(tmp_path / "events.csv", ["id", "at"], [[id, "2026-01-15"] for id in ASKED])
    _write(
        tmp_path / "deals.csv",
        ["id", "closed", "outcome"],
        [[id, "2026-05-01", "won"] for id, won in OUTCOMES.items() if won],
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _write(path: Path, header: list[str], rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["compare", *arguments])


def message(*arguments: str) -> str:
    """What the user is told where the command cannot be carried out."""
    result = run(*arguments)
    assert isinstance(result.exception, LeadpolicyError), result.output
    return str(result.exception)


def results(*arguments: str) -> dict[str, list[dict[str, object]]]:
    result = run(*arguments, "--json", "-")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_a_folder_of_policies_on_a_data_set(here: Path) -> None:
    result = run("policies", "--data", ".")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Data: Six companies\n  6 records, each one company")
    assert "\x1b" not in result.stdout
    # The employees of g do not fit, so that its row is set aside.
    assert "Set aside: 1 row: companies.employees is not a whole number" in result.stdout


def test_files_are_written_and_named(here: Path) -> None:
    result = run(
        "wide", "narrow", "--data", ".", "--report", "out/r.html", "--json", "r.json",
        "--quarantine", "q.csv",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith(
        "\nRows set aside: q.csv\nResults as JSON: r.json\nHTML report: out/r.html\n"
    )
    assert (here / "out" / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads((here / "r.json").read_text(encoding="utf-8"))["leadpolicy_comparison"] == 1
    assert "many" in (here / "q.csv").read_text(encoding="utf-8")


def test_json_on_standard_output_stands_alone(here: Path) -> None:
    result = run("wide", "--data", ".", "--json", "-", "--report", "r.html")
    assert json.loads(result.stdout)["study"]["records"] == 6
    assert "HTML report: r.html" in result.stderr


def test_a_policy_named_twice_is_compared_with_itself(here: Path) -> None:
    found = results("wide", "wide", "--data", ".")
    assert [row["policy"] for row in found["policies"]] == ["wide@1.0.0", "wide@1.0.0 (2)"]
    assert found["disagreements"] == []


def test_a_folder_adds_what_is_not_named_itself(here: Path) -> None:
    found = results("narrow", "policies", "--data", ".")
    assert [row["policy"] for row in found["policies"]] == ["narrow", "odd", "wide"]


def test_set_changes_a_parameter(here: Path) -> None:
    found = results("wide", "narrow", "--data", ".", "--set", "wide.smallest=50")
    assert found["policies"][0]["identity"] == "wide@1.0.0(smallest=50)"
    chance = next(row for row in found["stages"] if row["stage"] == "chance")
    assert chance["certain"] == 3


def test_a_variant_stands_beside_the_original(here: Path) -> None:
    found = results("wide", "wide(smallest=50)", "--data", ".", "--rung", "opportunity")
    assert [row["policy"] for row in found["policies"]] == ["wide@1.0.0", "wide@1.0.0(smallest=50)"]
    (pair,) = found["overlap"]
    # c has 20 employees: enough for 10, too few for 50.
    assert (pair["size_a"], pair["size_b"], pair["only_a"]) == (4, 3, 1)


def test_segments_and_top(here: Path) -> None:
    found = results("wide", "narrow", "--data", ".", "--by", "company.industry", "--top", "2")
    assert {row["segment"] for row in found["segments"]} == {"it", "retail"}
    assert len(found["contested"]) == 2


def test_another_moment(here: Path) -> None:
    before = results("wide", "--data", ".", "--as-of", "2026-01-14")
    assert before["volumes"][0]["certain"] == 0


@pytest.mark.parametrize(
    ("arguments", "said", "help"),
    [
        (["wyde", "--data", "."], "there is no policy `wyde`", "did you mean `wide`?"),
        (["wide@2.0.0", "--data", "."], "`wide` has no version 2.0.0", "one of 1.0.0"),
        (["wide", "--data", "elsewhere"], "there is no data set `elsewhere`", "dataset.yaml"),
        (["wide", "--data", ".", "--by", "company.employes"], "company.employes", "did you mean"),
        (["wide", "--data", ".", "--rung", "leed"], "there is no rung `leed`", "`lead`"),
        (["wide", "--data", ".", "--as-of", "yesterday"], "yesterday", "2026-03-01"),
        (["wide", "--data", ".", "--set", "smallest=3"], "does not say which parameter", "POLICY."),
        (["wide", "--data", ".", "--set", "wide.smallest"], "does not say which", "POLICY."),
        (["wide", "--data", ".", "--set", "wyde.smallest=3"], "`wyde`, which is not", "`wide`"),
        (
            ["wide", "--data", ".", "--set", "wide.smalest=3"],
            "no parameter `smalest`",
            "`smallest`",
        ),
        (["wide", "--data", ".", "--set", "wide.smallest=0"], "smallest", "1"),
        (["policies(smallest=3)", "--data", "."], "sets parameters of 3 policies", "one policy"),
        (["wide", "--data", ".", "--report", "policies"], "cannot be written", "policies"),
    ],
)
def test_mistakes_are_explained(here: Path, arguments: list[str], said: str, help: str) -> None:
    text = message(*arguments)
    assert said in text
    assert help in text


def test_misuse_ends_with_two(here: Path) -> None:
    assert run("wide").exit_code == 2
    assert run("--data", ".").exit_code == 2
    assert run("wide", "--data", ".", "--top", "-1").exit_code == 2
