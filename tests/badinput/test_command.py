"""Bad input through the command line: exit codes, streams, speed, and never a traceback."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.vocabulary import Record
from tests.badinput.command import leadpolicy
from tests.badinput.test_badinput import CASES, HERE, PLACES, name_of, place
from tests.policy.samples import policy_of, small
from tests.strategies import NOW, dump

AS_PROCESSES: Final = [
    case
    for case in CASES
    if name_of(case)
    in ("policy/alias-bomb", "policy/many", "policy/python-tag", "cards/facts", "vocabulary/keys")
]


@pytest.mark.parametrize("case", AS_PROCESSES, ids=name_of)
def test_a_whole_process(case: Path, tmp_path: Path) -> None:
    place(case, tmp_path)
    ran = subprocess.run(
        [sys.executable, "-m", "leadpolicy", "check"],
        cwd=tmp_path, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert not ran.stdout
    assert ran.stderr == case.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", PLACES)
def test_a_large_file(
    kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "policies/demo").mkdir(parents=True)
    shutil.copyfile(HERE / "vocabulary.yaml", tmp_path / PLACES["vocabulary"])
    shutil.copyfile(HERE / "policy.yaml", tmp_path / PLACES["policy"])
    line = b"# fifty megabytes of remarks, which nobody will read to the end\n"
    (tmp_path / PLACES[kind]).write_bytes(line * (50_000_000 // len(line) + 1))
    monkeypatch.chdir(tmp_path)
    started = time.process_time()
    ran = leadpolicy(monkeypatch, capsys, "check")
    assert time.process_time() - started < 1
    assert ran.code == 1
    assert ran.err.splitlines()[:3] == [
        f"{PLACES[kind]}: error LP106: the file has 50 MB",
        "      = expected: at most 2 MB of YAML",
        "      = help: data belongs into tables that a dataset.yaml points to",
    ]


def test_vocabularies_that_extend_one_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policies/more").mkdir(parents=True)
    Path("policies/vocabulary.yaml").write_text(
        "vocabulary: 1\nextends: more/vocabulary.yaml\n", encoding="utf-8"
    )
    Path("policies/more/vocabulary.yaml").write_text(
        "vocabulary: 1\nextends: ../vocabulary.yaml\n", encoding="utf-8"
    )
    ran = leadpolicy(monkeypatch, capsys, "check")
    assert ran.code == 1
    assert "error LP401: vocabularies extend one another in a circle" in ran.err


def test_a_path_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = leadpolicy(monkeypatch, capsys, "check", "nowhere")
    assert ran.code == 1
    assert ran.err.startswith("nowhere: error LP101: there is no such file or folder\n")


def test_a_folder_without_policies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = leadpolicy(monkeypatch, capsys, "check", str(tmp_path))
    assert ran.code == 2
    assert "error LP101: there is no policy here" in ran.err


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of policies with a vocabulary; the policy is to be written."""
    monkeypatch.chdir(tmp_path)
    Path("policies/small").mkdir(parents=True)
    shutil.copyfile(HERE / "vocabulary.yaml", PLACES["vocabulary"])
    return Path("policies/small/1.0.0.yaml")


@pytest.mark.parametrize(
    "value", ["NO", "no", "0123", "1e3", "12:30", "2026-02-30", "1_000", "true"]
)
def test_where_a_text_is_expected_nothing_is_guessed(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str
) -> None:
    document = small(stages=[])
    text = dump(document).replace("stages: []", "stages:\n  - {stage: lead, requires: nothing, "
                                  f"when: {{company.country: {value}}}}}")  # fmt: skip
    here.write_text(text, encoding="utf-8")
    ran = leadpolicy(monkeypatch, capsys, "check")
    assert (ran.code, ran.out) == (0, "1 policy version: all fine\n")


def test_warnings_do_not_fail_unless_asked_to(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    unused = {"unused": {"says": "Not used", "company.employees": 5}}
    here.write_text(dump(small(criteria=unused)), encoding="utf-8")
    ran = leadpolicy(monkeypatch, capsys, "check")
    assert ran.code == 0
    assert "warning LP902" in ran.err
    assert ran.err.endswith("1 policy version: 0 errors, 1 warning\n")
    assert leadpolicy(monkeypatch, capsys, "check", "--strict").code == 1


def test_findings_as_json(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = {"stage": "lead", "requires": "nothing", "when": {"company.employes": 5}}
    here.write_text(dump(small(stages=[stage])), encoding="utf-8")
    ran = leadpolicy(monkeypatch, capsys, "check", "--json")
    assert ran.code == 1
    assert not ran.err
    assert json.loads(ran.out) == [
        {
            "code": "LP203",
            "severity": "error",
            "message": "there is no fact `company.employes` in the vocabulary",
            "expected": None,
            "help": "did you mean `company.employees`?",
            "file": "policies/small/1.0.0.yaml",
            "line": 10,
            "column": 5,
            "underlined": "company.employes",
        }
    ]


def test_an_expression_that_explodes_elsewhere_takes_no_time() -> None:
    stage = {
        "stage": "lead",
        "requires": "nothing",
        "when": {"person.title": {"matches": "^(a+)+$"}},
    }
    policy = policy_of(small(stages=[stage]))
    record = Record({"person.title": "a" * 50_000 + "!"})
    started = time.process_time()
    assert str(verdicts(policy.logic, record, NOW).stages[0]) == "FALSE"
    assert time.process_time() - started < 0.5
