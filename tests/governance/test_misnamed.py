"""A policy file that is not called by its version is told of, not passed over in silence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leadpolicy.diagnostics import Problems
from leadpolicy.governance.check import check_paths
from tests.conftest import POLICIES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(POLICIES / "vocabulary.yaml", tmp_path)
    shutil.copytree(POLICIES / "create-value", tmp_path / "create-value")
    return tmp_path


def test_a_policy_under_another_name_is_noted(folder: Path) -> None:
    shutil.copy(folder / "create-value" / "1.0.0.yaml", folder / "create-value" / "draft.yaml")
    problems = Problems()
    assert check_paths([folder], problems) == 1
    (found,) = problems
    assert (found.code, found.where) == ("LP211", str(folder / "create-value" / "draft.yaml"))
    assert found.message == "`draft.yaml` looks like a policy, but its name is no version"
    assert not problems.errors


def test_cards_vocabulary_and_other_files_are_not(folder: Path) -> None:
    (folder / "create-value" / "notes.yaml").write_text("policy: create-value\n")
    problems = Problems()
    check_paths([folder], problems)
    assert not problems
