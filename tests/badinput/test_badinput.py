"""Bad policies, vocabularies and cards, and what their authors read about them.

Every file in `cases` is bad input; the text beside it is what `leadpolicy check` says of it. Run
with LEADPOLICY_UPDATE=1 to write these texts again, then read them as a marketing analyst would.
`underlined.yaml` repeats, in the order of the messages, what each of them underlines.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Final

import pytest
import yaml

from leadpolicy.diagnostics import Diagnostic, Problems
from leadpolicy.governance.check import check_paths
from leadpolicy.syntax import reader
from tests.badinput.command import leadpolicy

HERE: Final = Path(__file__).parent
CASES: Final = sorted((HERE / "cases").rglob("*.yaml"))
PLACES: Final = {
    "policy": Path("policies/demo/1.0.0.yaml"),
    "vocabulary": Path("policies/vocabulary.yaml"),
    "cards": Path("policies/demo/examples.yaml"),
}
UNDERLINED: Final = HERE / "underlined.yaml"
UPDATE: Final = os.environ.get("LEADPOLICY_UPDATE") == "1"


def name_of(case: Path) -> str:
    return f"{case.parent.name}/{case.stem}"


def place(case: Path, folder: Path) -> None:
    """A folder of policies that is sound but for the case."""
    (folder / "policies/demo").mkdir(parents=True)
    shutil.copyfile(HERE / "vocabulary.yaml", folder / PLACES["vocabulary"])
    if case.parent.name == "cards":
        shutil.copyfile(HERE / "policy.yaml", folder / PLACES["policy"])
    shutil.copyfile(case, folder / PLACES[case.parent.name])


def findings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    monkeypatch.chdir(folder)
    problems = Problems()
    check_paths([Path("policies")], problems)
    return list(problems)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_message(
    case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    started = time.process_time()
    ran = leadpolicy(monkeypatch, capsys, "check", "policies")
    assert time.process_time() - started < 2, "bad input must not keep anybody waiting"
    golden = case.with_suffix(".txt")
    if UPDATE:
        golden.write_text(ran.err, encoding="utf-8", newline="\n")
    assert ran.err == golden.read_text(encoding="utf-8")
    assert ran.code == 1
    assert not ran.out
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_underlined_text(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place(case, tmp_path)
    found = [
        f"{finding.code}: {_first_line(finding)}" for finding in findings(tmp_path, monkeypatch)
    ]
    if UPDATE:
        known = yaml.safe_load(UNDERLINED.read_text("utf-8")) if UNDERLINED.exists() else {}
        known[name_of(case)] = found
        UNDERLINED.write_text(
            yaml.safe_dump(known, allow_unicode=True, width=10_000), encoding="utf-8"
        )
    assert found == yaml.safe_load(UNDERLINED.read_text("utf-8"))[name_of(case)]


def _first_line(finding: Diagnostic) -> str:
    if finding.span is None:
        return f"({finding.where})"
    return finding.span.text.splitlines()[0] if finding.span.text else ""


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_findings_are_sorted_and_placed(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(case, tmp_path)
    found = findings(tmp_path, monkeypatch)
    assert found
    assert all(finding.place for finding in found)
    spans = [finding.span for finding in found if finding.span is not None]
    assert [span.start for span in spans] == sorted(span.start for span in spans)
    assert all(0 <= span.start < span.end <= len(span.source.text) for span in spans)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_the_slower_reader_finds_the_same(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PyYAML's own parser stands in where libyaml is not installed."""
    place(case, tmp_path)
    fast = findings(tmp_path, monkeypatch)
    monkeypatch.setattr(reader, "_LOADER", yaml.SafeLoader)
    slow = findings(tmp_path, monkeypatch)
    assert [(f.code, str(f.severity)) for f in slow] == [(f.code, str(f.severity)) for f in fast]


def test_every_case_has_its_texts() -> None:
    goldens = {path.with_suffix(".yaml") for path in (HERE / "cases").rglob("*.txt")}
    assert goldens == set(CASES)
    listed = yaml.safe_load(UNDERLINED.read_text("utf-8"))
    assert set(listed) == {name_of(case) for case in CASES}
