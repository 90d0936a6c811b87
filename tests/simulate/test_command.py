"""`leadpolicy simulate` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadpolicy.cli.simulate import TableFormat, simulate
from leadpolicy.data.dataset import open_dataset
from leadpolicy.diagnostics import LeadpolicyError
from tests.conftest import POLICIES

VOCABULARY = POLICIES / "vocabulary.yaml"


def refused(**arguments: object) -> str:
    with pytest.raises(LeadpolicyError) as caught:
        simulate(**{"vocabulary": VOCABULARY, **arguments})  # type: ignore[arg-type]
    (found,) = caught.value.diagnostics
    return f"{found.code}: {found.message} | {found.expected} | {found.help}"


def test_writes_a_data_set_that_opens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "folder"
    simulate(out=out, seed=1, companies=300, vocabulary=VOCABULARY)
    shown = capsys.readouterr()
    assert shown.out.startswith(f"{out}: 300 companies, ")
    assert shown.err == f"Next: leadpolicy compare policies --data {out}\n"
    dataset = open_dataset(out)
    assert dataset.grain == "company"
    assert len(dataset.records()) > 200


def test_refuses_to_write_over_a_history(tmp_path: Path) -> None:
    simulate(out=tmp_path, seed=1, companies=300, vocabulary=VOCABULARY)
    before = (tmp_path / "events.csv.gz").read_bytes()
    assert refused(out=tmp_path, seed=2, companies=300) == (
        f"LP510: `{tmp_path}` holds companies.csv.gz already | None | "
        "name another folder with --out, or replace the history with --force"
    )
    assert (tmp_path / "events.csv.gz").read_bytes() == before


@pytest.mark.parametrize("there", [True, False])
def test_what_fails_midway_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool
) -> None:
    out = tmp_path / "history"
    if there:
        simulate(out=out, seed=1, companies=300, vocabulary=VOCABULARY)
    before = {path.name: path.read_bytes() for path in out.glob("*")}

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("leadpolicy.simulate.describe.ground_truth", full)
    assert "No space left on device" in refused(out=out, seed=2, companies=300, force=True)
    assert {path.name: path.read_bytes() for path in out.glob("*")} == before
    assert out.exists() is there


def test_force_replaces_it_and_leaves_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    simulate(out=tmp_path, seed=1, companies=300, vocabulary=VOCABULARY)
    parquet = TableFormat.PARQUET
    simulate(out=tmp_path, seed=1, companies=300, vocabulary=VOCABULARY, format=parquet, force=True)
    names = {path.name for path in tmp_path.iterdir()}
    assert "events.parquet" in names
    assert "events.csv.gz" not in names
    assert "notes.txt" in names
    assert len(open_dataset(tmp_path).records()) > 200


def test_too_few_and_too_many_companies(tmp_path: Path) -> None:
    assert refused(out=tmp_path, companies=20) == (
        "LP506: --companies 20 is not possible | between 206 and 9,000,000 | "
        "the written edge cases alone take up that many places"
    )
    assert refused(out=tmp_path, companies=9_000_001).startswith(
        "LP506: --companies 9000001 is not possible | between 206 and 9,000,000"
    )
    assert list(tmp_path.iterdir()) == []


def test_vocabulary_has_to_be_there(tmp_path: Path) -> None:
    missing = tmp_path / "vocabulary.yaml"
    assert refused(out=tmp_path / "out", vocabulary=missing).startswith(
        f"LP101: there is no vocabulary at `{missing}`"
    )


def test_out_has_to_be_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    assert refused(out=file) == f"LP510: `{file}` is a file | a folder | None"
    below = file / "below"
    assert refused(out=below).startswith("LP510: the file cannot be written: Not a directory")
