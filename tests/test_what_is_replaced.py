"""No result replaces what it is made of, nor another result: over all commands and their files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.badinput.command import leadpolicy
from tests.cli.faults import DATA
from tests.conftest import POLICIES

COMPARE = ("compare", "heinz", "--data", "hist")
EVALUATE = ("evaluate", "heinz", "--partial", "--id", "id", "--data")
POLICY = "policies/heinz/1.0.0.yaml"
LINK = {"page.html": POLICY, "rows.csv": "hist/companies.csv", "same.parquet": "t.parquet"}
"""Links to what commands read."""
HARD = {"hard.html": POLICY, "hard.csv": "hist/companies.csv", "hard.parquet": "t.parquet"}

REPLACED = {
    "a report for the data set": (*COMPARE, "--report", "hist/dataset.yaml"),
    "a report for a link to a policy": (*COMPARE, "--report", "page.html"),
    "a report for a policy by another name": (
        "compare", "heinz@1.0.0", "--data", "hist", "--report", "hard.html",
    ),
    "rows set aside for a table": (*COMPARE, "--quarantine", "hist/companies.csv"),
    "rows set aside for a link": (*COMPARE, "--quarantine", "rows.csv"),
    "rows set aside for another name": (*COMPARE, "--quarantine", "hard.csv"),
    "results for a policy": (*COMPARE, "--json", POLICY),
    "results for a vocabulary": (*COMPARE, "--json", "policies/vocabulary.yaml"),
    "a demo report for a policy": ("demo", "--report", POLICY),
    "a study's report": ("backtest", "study.yaml", "--report", "study.yaml"),
    "a study's results": ("backtest", "study.yaml", "--json", "study.yaml"),
    "a printed sheet": ("show", "heinz", "--pdf", POLICY),
    "a sheet": ("show", "heinz", "--html", POLICY),
    "a sheet for a policy by another name": ("show", "heinz@1.0.0", "--html", "hard.html"),
    "a schema": ("schema", "--out", "policies/vocabulary.yaml"),
    "a card for the record": (
        "explain", "heinz", "heinz", "--record", "record.html", "--html", "record.html",
    ),
    "stages for a data set's table": (*EVALUATE, "hist", "--out", "hist/companies.csv"),
    "stages for the table": (*EVALUATE, "t.parquet", "--out", "t.parquet"),
    "stages for a table in text": (*EVALUATE, "t.csv", "--out", "t.csv"),
    "stages for a link to the table": (*EVALUATE, "t.parquet", "--out", "same.parquet"),
    "stages for the table by another name": (*EVALUATE, "t.parquet", "--out", "hard.parquet"),
    "stages for the events": (
        *EVALUATE, "t.parquet", "--events", "e.csv", "--as-of", "2026-01-01", "--out", "e.csv",
    ),
    "timelines for a table": ("replay", "heinz", "--data", "hist", "--out", "hist/companies.csv"),
    "timelines by a name of another kind": (
        "replay", "heinz", "--data", "hist", "--out", "new.csv",
    ),
    "a summary for a policy": ("replay", "heinz", "--data", "hist", "--json", POLICY),
    "failing rows for a table": ("validate", "inside", "--out", "inside"),
    "cards for a policy": ("cards", "heinz", "--data", "hist", "--out", POLICY),
    "cards beside a policy": (
        "cards", "heinz", "--data", "hist", "--out", "policies/heinz/1.0.0.html",
    ),
    "cards beside a policy, by force": (
        "cards", "heinz", "--data", "hist", "--out", "policies/heinz/1.0.0.html", "--force",
    ),
    "one name twice": (*COMPARE, "--report", "one", "--json", "one"),
    "one file by two names": (*COMPARE, "--report", "two", "--json", "./two"),
    "one page twice": (*COMPARE, "--report", "x.html", "--json", "x.html"),
    "a sheet twice": ("show", "heinz", "--html", "one", "--pdf", "one"),
}  # fmt: skip


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Policies, data sets, a study, tables, and other names for some of them."""
    import pyarrow as pa
    from pyarrow import parquet

    monkeypatch.chdir(tmp_path)
    shutil.copytree(POLICIES / "heinz", "policies/heinz")
    shutil.copy(POLICIES / "vocabulary.yaml", "policies")
    shutil.copytree(DATA, "hist")
    shutil.copytree(DATA, "inside")
    Path("inside/companies.csv").rename("inside/quarantine.csv")
    for folder, table in (("hist", "companies.csv"), ("inside", "quarantine.csv")):
        mapping = Path(folder) / "dataset.yaml"
        text = mapping.read_text(encoding="utf-8").replace("companies.csv", table)
        text = text.replace("../../policies", "../policies")
        mapping.write_text(text, encoding="utf-8")
    Path("study.yaml").write_text("study: s\n", encoding="utf-8")
    Path("record.html").write_text("{}", encoding="utf-8")
    Path("t.csv").write_text("id\n1\n", encoding="utf-8")
    Path("e.csv").write_text("id,event,at\n", encoding="utf-8")
    parquet.write_table(pa.table({"id": ["1"]}), "t.parquet")
    for name, target in LINK.items():
        Path(name).symlink_to(target)
    for name, target in HARD.items():
        os.link(target, name)
    return tmp_path


def _content(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("command", REPLACED)
def test_nothing_is_replaced(
    command: str,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = _content(here)
    ran = leadpolicy(monkeypatch, capsys, *REPLACED[command])
    assert ran.code == 2
    assert any(
        told in ran.err
        for told in ("command reads", "named twice", "not what is written", "is there already")
    ), ran.err
    assert _content(here) == before


def test_a_result_may_replace_the_last_one(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        ran = leadpolicy(monkeypatch, capsys, *EVALUATE, "t.parquet", "--out", "stages.csv")
        assert ran.code == 0, ran.err


def test_a_link_that_leads_nowhere_makes_no_folder(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("nowhere.html").symlink_to("gone/page.html")
    assert leadpolicy(monkeypatch, capsys, "show", "heinz", "--html", "nowhere.html").code == 2
    assert not Path("gone").exists()


def test_a_ballot_that_was_filled_in_is_kept(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deal = ("cards", "heinz", "--data", "hist", "--out", "w/cards.html")
    assert leadpolicy(monkeypatch, capsys, *deal).code == 0
    assert leadpolicy(monkeypatch, capsys, *deal).code == 0
    ballot = Path("w/cards-ballot.csv")
    ballot.write_text(ballot.read_text(encoding="utf-8") + "Ann,sales,C1,lead\n", encoding="utf-8")
    before = _content(here)
    ran = leadpolicy(monkeypatch, capsys, *deal)
    assert ran.code == 2
    assert "cards-ballot.csv" in ran.err
    assert _content(here) == before
    assert leadpolicy(monkeypatch, capsys, *deal, "--force").code == 0
    assert "Ann" not in ballot.read_text(encoding="utf-8")
