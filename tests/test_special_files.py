"""What is no plain file is refused with a sentence, at every door that opens one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.badinput.command import leadpolicy
from tests.cli.faults import DATA
from tests.conftest import POLICIES

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes with names are those of POSIX")

DOORS = {
    "a policy": ("check", "policies/heinz/PIPE"),
    "a version": ("check", "policies/odd/1.0.0.yaml"),
    "a policy by its file": ("show", "PIPE"),
    "a record": ("explain", "heinz", "--record", "PIPE"),
    "cards to explain": ("explain", "heinz", "--cards", "PIPE", "--id", "C1"),
    "a table": ("evaluate", "heinz", "--data", "PIPE.csv"),
    "a table of events": ("evaluate", "heinz", "--data", "t.csv", "--events", "PIPE.parquet"),
    "a Parquet table": ("evaluate", "heinz", "--data", "PIPE.parquet"),
    "a mapping": ("evaluate", "heinz", "--data", "t.csv", "--columns", "PIPE.yaml"),
    "a data set": ("compare", "heinz", "--data", "PIPE"),
    "a data set's table": ("compare", "heinz", "--data", "data"),
    "a study": ("backtest", "PIPE"),
    "a path to check": ("check", "PIPE"),
    "cards": ("votes", "PIPE", "t.csv"),
    "a vocabulary": ("facts", "--policies", "odd"),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Policies, a data set whose table is a pipe, and pipes under all names."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(POLICIES / "heinz", "policies/heinz")
    shutil.copy(POLICIES / "vocabulary.yaml", "policies")
    shutil.copytree(DATA, "data")
    Path("data/companies.csv").unlink()
    Path("t.csv").write_text("id\n1\n", encoding="utf-8")
    for folder in ("odd", "policies/odd"):
        Path(folder).mkdir()
    for name in (
        "PIPE", "PIPE.csv", "PIPE.yaml", "PIPE.parquet", "policies/heinz/PIPE",
        "policies/odd/1.0.0.yaml", "policies/notes.yaml", "data/companies.csv",
        "odd/vocabulary.yaml",
    ):  # fmt: skip
        os.mkfifo(name)
    return tmp_path


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.usefixtures("here")
def test_a_pipe_is_refused(
    door: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = leadpolicy(monkeypatch, capsys, *DOORS[door])
    assert ran.code in {1, 2}
    assert "error LP" in ran.err
    assert "there is no policy here" not in ran.err
    assert "there is no study" not in ran.err


@pytest.mark.usefixtures("here")
def test_notes_beside_policies_may_be_anything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("policies/odd/1.0.0.yaml").unlink()
    assert leadpolicy(monkeypatch, capsys, "check", "policies").code == 0


def test_a_number_of_too_many_digits_is_told_in_our_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "record.json"
    record.write_text('{"facts": {"company.employees": ' + "1" * 5000 + "}}", encoding="utf-8")
    ran = leadpolicy(monkeypatch, capsys, "explain", "heinz", "--record", str(record))
    assert ran.code == 2
    assert "more digits than can be read" in ran.err
    assert "set_int_max" not in ran.err
