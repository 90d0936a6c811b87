"""The lock: a version keeps its meaning for good."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leadpolicy.diagnostics import Diagnostic, Problems
from leadpolicy.governance.check import check_paths
from leadpolicy.governance.identity import content_hash
from leadpolicy.governance.lock import LOCK, read_lock, write_lock
from leadpolicy.policy import Policy, load_policies
from tests.badinput.command import leadpolicy
from tests.conftest import REPO
from tests.policy.samples import small
from tests.strategies import dump

WIDER = [{"stage": "lead", "requires": "nothing", "when": {"company.employees": {"at_least": 20}}}]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of policies with one version, seen from the folder above."""
    monkeypatch.chdir(tmp_path)
    folder = Path("policies")
    folder.mkdir()
    vocabulary = (REPO / "tests/badinput/vocabulary.yaml").read_text(encoding="utf-8")
    (folder / "vocabulary.yaml").write_text(vocabulary, encoding="utf-8")
    write(folder)
    return folder


def write(folder: Path, version: str = "1.0.0", **changes: Any) -> None:
    (folder / "small").mkdir(exist_ok=True)
    document = small(version=version, **changes)
    (folder / "small" / f"{version}.yaml").write_text(dump(document), encoding="utf-8")


def policies(folder: Path) -> list[Policy]:
    return load_policies(sorted((folder / "small").glob("*.yaml")))


def lock(folder: Path, *, force: bool = False) -> tuple[int, list[Diagnostic]]:
    problems = Problems()
    return write_lock(folder, policies(folder), force=force, problems=problems), list(problems)


def check(folder: Path) -> list[Diagnostic]:
    problems = Problems()
    check_paths([folder], problems)
    return list(problems)


def test_the_lock_lists_every_version_with_its_hash(shelf: Path) -> None:
    write(shelf, "1.1.0", stages=WIDER)
    assert lock(shelf) == (2, [])
    locked = {name: entry.text for name, entry in read_lock(shelf, Problems()).items()}
    assert locked == {policy.identity: content_hash(policy) for policy in policies(shelf)}
    assert list(locked) == ["small@1.0.0", "small@1.1.0"]


def test_what_has_not_changed_is_fine(shelf: Path) -> None:
    lock(shelf)
    before = (shelf / LOCK).read_bytes()
    write(shelf, title="In other words", about="Something")
    assert check(shelf) == []
    assert lock(shelf) == (0, [])
    assert (shelf / LOCK).read_bytes() == before


def test_a_changed_version_is_refused(shelf: Path) -> None:
    lock(shelf)
    write(shelf, stages=WIDER)
    (found,) = check(shelf)
    assert found.code == "LP405"
    assert found.message == "small@1.0.0 does not mean any more what it meant when it was locked"
    assert found.where == "policies/small/1.0.0.yaml"
    assert found.expected == "the content that policies/policies.lock line 3 records"


def test_locking_does_not_hide_a_change(shelf: Path) -> None:
    lock(shelf)
    before = (shelf / LOCK).read_bytes()
    write(shelf, stages=WIDER)
    changed, (found,) = lock(shelf)
    assert (changed, found.code) == (0, "LP405")
    assert (shelf / LOCK).read_bytes() == before


def test_a_new_version_beside_a_changed_one_is_locked(shelf: Path) -> None:
    lock(shelf)
    write(shelf, stages=WIDER)
    write(shelf, "1.1.0", stages=WIDER)
    changed, (found,) = lock(shelf)
    assert (changed, found.code) == (1, "LP405")
    assert list(read_lock(shelf, Problems())) == ["small@1.0.0", "small@1.1.0"]


def test_force_replaces_what_was_locked(shelf: Path) -> None:
    lock(shelf)
    write(shelf, stages=WIDER)
    assert lock(shelf, force=True) == (1, [])
    assert check(shelf) == []


def test_versions_that_are_gone_stay_locked(shelf: Path) -> None:
    """A name that was once used never comes to mean something else."""
    write(shelf, "1.1.0", stages=WIDER)
    lock(shelf)
    (shelf / "small" / "1.0.0.yaml").unlink()
    lock(shelf)
    write(shelf, "1.0.0", stages=WIDER)
    assert [d.code for d in check(shelf)] == ["LP405"]


def test_without_a_lock_nothing_is_refused(shelf: Path) -> None:
    assert check(shelf) == []
    assert read_lock(shelf, Problems()) == {}


def test_an_empty_lock_is_no_lock(shelf: Path) -> None:
    (shelf / LOCK).write_text("# nothing yet\n", encoding="utf-8")
    assert check(shelf) == []
    assert lock(shelf) == (1, [])


def test_a_lock_that_cannot_be_read_is_said(shelf: Path) -> None:
    (shelf / LOCK).write_text("small@1.0.0: [sha256\n", encoding="utf-8")
    assert [d.code for d in check(shelf)] == ["LP102"]
    (shelf / LOCK).write_text("- small@1.0.0\n", encoding="utf-8")
    assert [d.code for d in check(shelf)] == ["LP107"]


def test_a_lock_that_cannot_be_read_is_left_alone(shelf: Path) -> None:
    (shelf / LOCK).write_text("small@1.0.0: [sha256\n", encoding="utf-8")
    changed, found = lock(shelf)
    assert (changed, [d.code for d in found]) == (0, ["LP102"])
    assert (shelf / LOCK).read_text(encoding="utf-8") == "small@1.0.0: [sha256\n"


@pytest.mark.parametrize("part", ["small", "small/1.0.0.yaml"])
def test_the_lock_guards_a_part_of_its_folder(shelf: Path, part: str) -> None:
    lock(shelf)
    assert check(shelf / part) == []
    write(shelf, stages=WIDER)
    assert [d.code for d in check(shelf / part)] == ["LP405"]


def test_the_command(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = leadpolicy(monkeypatch, capsys, "lock")
    assert (first.code, first.out) == (0, "policies/policies.lock: 1 versions, 1 new or changed\n")
    write(shelf, stages=WIDER)
    again = leadpolicy(monkeypatch, capsys, "lock")
    assert again.code == 1
    assert "error LP405" in again.err
    assert leadpolicy(monkeypatch, capsys, "check").code == 1
    assert leadpolicy(monkeypatch, capsys, "lock", "--force").code == 0
    assert leadpolicy(monkeypatch, capsys, "check").code == 0
    assert leadpolicy(monkeypatch, capsys, "lock", "nowhere").code == 2


def test_the_seed_policies_are_what_was_locked() -> None:
    folder = REPO / "policies"
    problems = Problems()
    assert check_paths([folder], problems) > 10
    assert [d for d in problems if d.code == "LP405"] == []
