"""The wheel in a folder of its own: what it carries, what it leaves alone, and what it needs.

The wheel is built and installed without a network. "The core" is a folder that holds it and links
to what it requires, nothing else: `python -S` sees no other packages.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from leadpolicy.cli.commands import COMMANDS, NEEDS
from leadpolicy.extras import EXTRAS

MEGABYTE = 1_000_000
RECORD = {
    "facts": {"company.industry": "manufacturing", "company.employees": 19},
    "events": [{"event": "inbound_request", "kind": "demo", "at": "2026-02-20"}],
    "as_of": "2026-03-01",
}
CORE: dict[str, list[str]] = {
    "check": ["check"],
    "test": ["test"],
    "show": ["show", "heinz", "--html", "sheet.html"],
    "explain": ["explain", "heinz", "salesdevs", "--record", "record.json", "--disagreement"],
    "facts": ["facts", "employees"],
    "schema": ["schema", "--kind", "study"],
    "revise": ["revise", "heinz", "--set", "min_employees=50"],
    "engines": ["engines"],
    "diff": ["diff", "heinz@1.0.0", "heinz@1.1.0"],
    "adopt": [
        "adopt",
        "heinz@1.1.0",
        "--sign",
        "sales:Ann Lee",
        "--effective",
        "2027-01-01",
        "--review",
        "2027-07-01",
    ],
    "lock": ["lock"],
}
"""What the core does by itself, in a folder with policies."""
MORE: dict[str, list[str]] = {
    "backtest": ["demo"],
    "cards": ["heinz", "--data", "demo", "--out", "cards.html"],
    "compare": ["heinz", "--data", "demo"],
    "demo": [],
    "evaluate": ["heinz", "--data", "demo"],
    "replay": ["heinz", "--data", "demo"],
    "simulate": ["--out", "history"],
    "validate": ["demo"],
    "votes": ["cards.yaml", "votes.csv"],
}
"""What needs an extra."""


@dataclass(frozen=True)
class Installed:
    """A Python that has the wheel before or instead of everything else."""

    wheel: Path
    site: Path
    alone: bool

    @property
    def metadata(self) -> Distribution:
        """What the wheel says of itself."""
        (found,) = self.site.glob("leadpolicy-*.dist-info")
        return Distribution.at(found)

    def run(self, here: Path, *words: str) -> subprocess.CompletedProcess[str]:
        """`leadpolicy` with these words, run in a folder."""
        return self.python(here, "-m", "leadpolicy", *words)

    def python(self, here: Path, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *(["-S"] if self.alone else []), *words],
            cwd=here, env={**os.environ, "PYTHONPATH": str(self.site)}, stdin=subprocess.DEVNULL,
            capture_output=True, encoding="utf-8", timeout=300, check=False,
        )  # fmt: skip


def required(metadata: Distribution, extra: str = "") -> dict[str, Distribution]:
    """All that the wheel requires, by name: its core, or with an extra."""
    found: dict[str, Distribution] = {"leadpolicy": metadata}
    left = [*chosen(metadata, {"", extra})]
    while left:
        wanted = left.pop()
        key = re.sub(r"[-_.]+", "-", wanted.name).lower()
        if key in found:
            continue
        found[key] = distribution(wanted.name)
        left += chosen(found[key], {"", *wanted.extras})
    return found


def chosen(one: Distribution, extras: set[str]) -> Iterator[Requirement]:
    """What a distribution requires here, with these extras of it."""
    for requirement in map(Requirement, one.requires or ()):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
            yield requirement


@pytest.fixture(scope="module")
def wheel(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", place],
        cwd=repo, check=True, capture_output=True,
    )  # fmt: skip
    (built,) = place.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel before everything that is installed here."""
    site = tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
         "--target", site, wheel],
        check=True, capture_output=True,
    )  # fmt: skip
    return Installed(wheel, site, alone=False)


@pytest.fixture(scope="module")
def core(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel and what it requires, and nothing else."""
    site = tmp_path_factory.mktemp("core")
    for entry in installed.site.iterdir():
        (site / entry.name).symlink_to(entry)
    for one in required(installed.metadata).values():
        for file in one.files or ():
            top = file.parts[0]
            if top not in {"..", "__pycache__"} and not (site / top).exists():
                (site / top).symlink_to(Path(str(one.locate_file(top))))
    return Installed(installed.wheel, site, alone=True)


@pytest.fixture
def own(core: Installed, tmp_path: Path) -> Path:
    """A folder with policies and a record."""
    copied = core.run(tmp_path, "demo", "--copy", ".")
    assert copied.returncode == 0, copied.stderr
    (tmp_path / "record.json").write_text(json.dumps(RECORD), encoding="utf-8")
    return tmp_path


def test_it_carries_policies_and_the_demo_and_is_small(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    bundled = {name for name in names if name.startswith("leadpolicy/bundled/")}
    assert "leadpolicy/bundled/policies/vocabulary.yaml" in bundled
    assert "leadpolicy/bundled/policies/heinz/1.1.0.yaml" in bundled
    assert "leadpolicy/bundled/fixtures/demo/events.csv.gz" in bundled
    assert {name.split("/")[0] for name in names} == {"leadpolicy", names[-1].split("/")[0]}
    assert wheel.stat().st_size < 2 * MEGABYTE


def test_in_an_empty_folder_the_main_job_runs(installed: Installed, tmp_path: Path) -> None:
    run = installed.run(tmp_path, "demo", "--report", "demo.html")
    assert run.returncode == 0, run.stderr
    assert "two-kinds-of-prospect" in run.stdout
    assert "leadpolicy explain heinz" in run.stdout
    assert "<!doctype html>" in (tmp_path / "demo.html").read_text(encoding="utf-8")[:100].lower()


def test_names_are_found_wherever_one_is(installed: Installed, tmp_path: Path) -> None:
    words = ("explain", "heinz", "salesdevs", "--data", "demo", "--id", "C0000010")
    run = installed.run(tmp_path, *words)
    assert run.returncode == 0, run.stderr
    assert "heinz@1.1.0" in run.stdout
    code = (
        "import leadpolicy as lp; print(lp.load('heinz').identity, lp.open_dataset('demo').name,"
        "lp.open_study('demo').name, lp.__file__)"
    )
    run = installed.python(tmp_path, "-c", code)
    assert run.stdout.split()[:3] == ["heinz@1.1.0", "demo", "demo"], run.stderr
    assert str(installed.site) in run.stdout


def test_what_the_user_has_comes_first(core: Installed, own: Path) -> None:
    newest = own / "policies" / "heinz" / "1.1.0.yaml"
    newest.unlink()
    run = core.run(own, "show", "heinz")
    assert "1.0.0" in run.stdout.splitlines()[0] + run.stdout.splitlines()[2], run.stdout[:300]
    assert core.run(own, "demo", "--copy", ".").returncode == 2, "nothing is replaced"
    assert not newest.exists()


@pytest.mark.parametrize(
    "words",
    [
        [
            "adopt",
            "heinz@1.1.0",
            "--sign",
            "sales:Ann Lee",
            "--effective",
            "2027-01-01",
            "--review",
            "2027-07-01",
        ],
        ["revise", "heinz", "--set", "min_employees=50"],
        ["lock", "BUNDLED"],
    ],
    ids=["adopt", "revise", "lock"],
)
def test_nothing_is_written_into_the_package(
    core: Installed, tmp_path: Path, words: list[str]
) -> None:
    policies = core.site / "leadpolicy" / "bundled" / "policies"
    (policies / "policies.lock").unlink(missing_ok=True)  # so that `lock` would have to write
    before = {path: path.stat().st_mtime_ns for path in policies.rglob("*") if path.is_file()}
    run = core.run(tmp_path, *(str(policies) if w == "BUNDLED" else w for w in words))
    assert run.returncode == 2
    assert "LP510" in run.stderr
    assert "leadpolicy demo --copy ." in run.stderr
    assert before == {p: p.stat().st_mtime_ns for p in policies.rglob("*") if p.is_file()}


def test_every_command_is_tried() -> None:
    assert {*CORE, *MORE} == {*COMMANDS}
    assert {*MORE} == {*NEEDS, "demo"}


@pytest.mark.parametrize("command", CORE)
def test_the_core_does_its_own_commands(core: Installed, own: Path, command: str) -> None:
    run = core.run(own, *CORE[command])
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout


@pytest.mark.parametrize("command", MORE)
def test_the_core_says_what_the_others_need(core: Installed, own: Path, command: str) -> None:
    assert core.run(own, command, "--help").returncode == 0
    run = core.run(own, command, *MORE[command])
    assert (run.returncode, run.stdout) == (2, "")
    assert "LP511" in run.stderr
    assert f'pip install "leadpolicy[{NEEDS.get(command, "compare")}]"' in run.stderr


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("compare", ["explain", "heinz", "--data", "demo", "--id", "C0000010"]),
        ("print", ["show", "heinz", "--pdf", "sheet.pdf"]),
    ],
    ids=["explain --data", "show --pdf"],
)
def test_so_do_options(core: Installed, own: Path, extra: str, words: list[str]) -> None:
    run = core.run(own, *words)
    assert run.returncode == 2
    assert f'pip install "leadpolicy[{extra}]"' in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    "call",
    ["compare", "cube", "evaluate", "explore", "from_frame", "open_dataset", "open_study",
     "plots.funnel", "replay", "run_study"],
)  # fmt: skip
def test_so_do_calls(core: Installed, tmp_path: Path, call: str) -> None:
    code = (
        "import leadpolicy\ntry:\n"
        f"    leadpolicy.{call}\n"
        "except leadpolicy.LeadpolicyError as error:\n    print(error)"
    )
    run = core.python(tmp_path, "-c", code)
    assert run.returncode == 0, run.stderr
    assert "LP511" in run.stdout
    assert "pip install" in run.stdout


def test_the_core_is_light(installed: Installed) -> None:
    """As it lies on the disk, compiled files included."""
    everything = required(installed.metadata)
    heavy = {"numpy", "pandas", "duckdb", "pyarrow", "scipy", "statsmodels"}
    assert not heavy & {*everything}
    assert heavy <= {*required(installed.metadata, "compare")}
    sizes = {name: size(one) for name, one in everything.items()}
    assert min(sizes["leadpolicy"], sizes["pyyaml"], sizes["rich"]) > MEGABYTE / 2, "files are seen"
    assert sum(sizes.values()) < 60 * MEGABYTE, sizes


def size(one: Distribution) -> int:
    """Bytes that a distribution takes on the disk."""
    paths = (Path(str(file.locate())) for file in one.files or ())
    return sum(path.stat().st_size for path in paths if path.is_file())


def test_the_extras_are_those_that_are_declared(installed: Installed) -> None:
    declared = set(installed.metadata.metadata.get_all("Provides-Extra") or ())
    assert {*EXTRAS, "all", "dev"} == declared
