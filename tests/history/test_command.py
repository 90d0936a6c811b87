"""`leadpolicy replay` from the outside, on a data set of two companies."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from leadpolicy.cli.commands import app
from leadpolicy.diagnostics import LeadpolicyError

FILES = {
    "policies/vocabulary.yaml": """\
vocabulary: 1
facts:
  company.employees:
    {type: integer, phrase: number of employees, ask: How many?, owner: data,
     point_in_time: snapshot}
events:
  asked: {phrase: asked us, ask: Have they asked?, owner: data}
""",
    "policies/keen/1.0.0.yaml": """\
policy: keen
version: 1.0.0
title: Keen
vocabulary: 1
grain: company
parameters:
  window: {value: 10 days, says: How long a request counts}
stages:
  - {stage: lead, counts_as: lead, requires: nothing, when: {happened: asked, within: $window}}
""",
    "policies/large/1.0.0.yaml": """\
policy: large
version: 1.0.0
title: Large
vocabulary: 1
grain: company
stages:
  - {stage: big, requires: nothing, when: {company.employees: {at_least: 50}}}
""",
    "data/dataset.yaml": """\
dataset: two
title: Two companies
vocabulary: ../policies/vocabulary.yaml
grain: company
tables:
  companies: {file: companies.csv}
  events: {file: events.csv}
records: {table: companies, id: id, entered_at: entered}
facts:
  company.employees: {column: employees}
events:
  asked: {table: events, record: id, at: at}
observed_until: 2025-03-31
""",
    "data/companies.csv": "id,entered,employees\na,2025-01-01,70\nb,2025-02-01,10\n",
    "data/events.csv": "id,at\na,2025-01-05\na,2025-04-05\n",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with everything, which is the current one."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def run(*arguments: str) -> Result:
    """The command's outcome; errors of users arrive as exceptions here."""
    return CliRunner().invoke(app, ["replay", *arguments])


def refusal(*arguments: str) -> str:
    """What is said where it is refused."""
    result = run(*arguments)
    assert isinstance(result.exception, LeadpolicyError)
    return str(result.exception)


def test_every_reading_is_named(here: Path) -> None:
    result = run("keen", "--data", "data")
    assert result.exit_code == 0
    assert "Rungs: first entry, current as of and furthest reached by 2025-03-31" in result.output
    (row,) = (line for line in result.output.splitlines() if line.strip().startswith("keen"))
    # a asked once and the ten days are over; b never asked
    assert row.split() == ["keen", "lead", "1", "0", "0", "0", "1"]
    assert "left out: 1 event and 0 changes" in result.output


def test_timelines_are_written(here: Path) -> None:
    result = run("keen", "--data", "data", "--out", "timelines.parquet")
    assert result.exit_code == 0
    assert "Timelines: timelines.parquet" in result.output
    rows = pq.read_table(here / "timelines.parquet").to_pylist()
    found = [(row["id"], row["begin"].date().isoformat(), row["stage"]) for row in rows]
    assert found == [
        *(("a", "2025-01-01", None), ("a", "2025-01-05", "lead"), ("a", "2025-01-15", None)),
        ("b", "2025-02-01", None),
    ]


def test_the_summary_as_json_stands_alone(here: Path) -> None:
    result = run("keen", "keen(window=3 weeks)", "--data", "data", "--json", "-")
    told = json.loads(result.stdout)
    assert [policy["identity"] for policy in told["policies"]] == [
        "keen@1.0.0",
        "keen@1.0.0(window=3 weeks)",
    ]
    assert told["until"] == "2025-03-31T23:59:59.999999Z"
    assert [row["first_entries"] for row in told["rungs"]] == [1, 1]
    written = run("keen", "--data", "data", "--json", "summary.json")
    assert "Summary as JSON: summary.json" in written.output
    assert json.loads((here / "summary.json").read_text())["records"] == 2


def test_facts_as_they_are_today_need_consent_and_are_marked(here: Path) -> None:
    said = refusal("large", "--data", "data")
    assert "LP507" in said
    assert "--accept-snapshot company.employees" in said
    for accepted in ("company.employees", "all"):
        result = run("large", "--data", "data", "--accept-snapshot", accepted)
        assert result.exit_code == 0
        assert "Known only as of today" in result.output
        assert "large uses company.employees" in result.output
        assert "No stage counts as a common rung: large." in result.output


def test_until_is_a_day_or_a_moment(here: Path) -> None:
    for until, reached in (("2025-01-04", "0"), ("2025-01-05", "1"), ("2025-01-04T23:59Z", "0")):
        result = run("keen", "--data", "data", "--until", until)
        assert result.exit_code == 0, (result.output, result.exception)
        (row,) = (line for line in result.output.splitlines() if line.strip().startswith("keen"))
        assert row.split()[2] == reached
        assert "1 record were not there by then" not in result.output
        assert "1 record was not there by then." in result.output
    assert "LP513" in refusal("keen", "--data", "data", "--until", "soon")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody", "--data", "data"), "nobody"),
        (("keen", "--data", "nowhere"), "there is no data set `nowhere`"),
        (("keen", "--data", "data", "--out", "data"), "LP510"),
        (("keen", "--data", "data", "--accept-snapshot", "company.employes"), "company.employees"),
    ],
)
def test_what_cannot_be_done_is_told(here: Path, arguments: tuple[str, ...], said: str) -> None:
    assert said in refusal(*arguments)
