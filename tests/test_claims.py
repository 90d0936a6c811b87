"""The Pythons that are claimed are those that are tested, and the locks hold what is required."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

CLASSIFIER = re.compile(r"Programming Language :: Python :: (3\.\d+)\Z")
PIN = re.compile(r"(?m)^([a-z0-9.-]+)==(\S+)")


@pytest.fixture(scope="module")
def pyproject(repo: Path) -> dict[str, Any]:
    return tomllib.loads((repo / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def claimed(pyproject: dict[str, Any]) -> list[str]:
    """The versions of the classifiers, as 3.11."""
    found = map(CLASSIFIER.match, pyproject["project"]["classifiers"])
    return [one[1] for one in found if one]


def pins(path: Path) -> dict[str, Version]:
    return {name: Version(at) for name, at in PIN.findall(path.read_text(encoding="utf-8"))}


def test_claims_begin_with_the_oldest_and_leave_none_out(
    pyproject: dict[str, Any], claimed: list[str]
) -> None:
    minors = [int(version.partition(".")[2]) for version in claimed]
    assert minors == list(range(minors[0], minors[-1] + 1))
    wanted = SpecifierSet(pyproject["project"]["requires-python"])
    assert wanted == SpecifierSet(f">={claimed[0]}")


def test_ci_runs_each_of_them(repo: Path, claimed: list[str]) -> None:
    text = (repo / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    (job,) = yaml.safe_load(text)["jobs"].values()
    assert job["strategy"]["matrix"]["python"] == claimed
    newest = [step["if"] for step in job["steps"] if "if" in step]
    assert newest == [f"matrix.python == '{claimed[-1]}'"]


def test_tools_and_documents_say_the_same(
    repo: Path, pyproject: dict[str, Any], claimed: list[str]
) -> None:
    oldest = claimed[0]
    assert pyproject["tool"]["mypy"]["python_version"] == oldest
    assert pyproject["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")
    makefile = (repo / "Makefile").read_text(encoding="utf-8")
    assert f"--python-version {oldest} " in makefile
    tried = " ".join(f"python{version}" for version in reversed(claimed))
    assert tried in makefile
    assert f"Python {oldest} to {claimed[-1]}" in (repo / "CONTRIBUTING.md").read_text("utf-8")


def test_the_locks_pin_what_is_required(repo: Path, pyproject: dict[str, Any]) -> None:
    project = pyproject["project"]
    extras = project["optional-dependencies"]
    own = {extra: [one for one in named if "leadpolicy[" not in one] for extra, named in
           extras.items()}  # fmt: skip
    run = project["dependencies"] + own.pop("compare")
    stream = own.pop("stream")
    locks = repo / "requirements"
    dev = run + [one for named in own.values() for one in named]
    for lock, wanted in (("run", run), ("dev", dev), ("stream", stream)):
        pinned = pins(locks / f"{lock}.txt")
        for requirement in map(Requirement, wanted):
            at = pinned[requirement.name.lower().replace("_", "-")]
            assert at in requirement.specifier, f"{lock}.txt: {requirement}"
    both = pins(locks / "run.txt")
    assert both == {name: at for name, at in pins(locks / "dev.txt").items() if name in both}
