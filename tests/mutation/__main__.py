"""`python -m tests.mutation [--backend sql] [--mutants 50] [--seed 0] [--jobs 2] [--json]`.

Changes each backend at random places, in a copy, and runs the tests that judge its meaning. Exits
with 1 if a change went unnoticed: then a case is missing, or the change makes no difference.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from leadpolicy.present.progress import ProgressLine
from tests.conftest import REPO
from tests.mutation.mutants import Mutant, count, mutant

PACKAGE: Final = Path("engine/leadpolicy")
COPIED: Final = ("engine", "tests", "policies", "pyproject.toml")
MOST_TIMES: Final = 4.0
"""A mutant that takes so many times as long as the original is too slow."""
SHARED: Final = (
    "tests/conformance/test_conformance.py",
    "tests/fuzz/test_corpus.py",
    "tests/fuzz/test_search.py",
    "tests/conformance/test_operator_examples.py",
)
NOT_OF_MEANING: Final = "not command and not fails_is_a_finding and not made_small and not snapshot"


@dataclass(frozen=True, slots=True)
class Backend:
    """Which sources are changed, which tests judge them, and on which backends these run."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]
    run: str


BACKENDS: Final[Mapping[str, Backend]] = {
    "interpreter": Backend(
        ("backends/interpreter.py", "truth.py", "logic/build.py"),
        (*SHARED, "tests/language/test_truth.py", "tests/language/test_meaning.py"),
        "interpreter,closure",
    ),
    "closure": Backend(
        ("backends/closure/*.py",), (*SHARED, "tests/backends/closure"), "interpreter,closure"
    ),
    "sql": Backend(
        tuple(
            f"backends/sql/{name}.py"
            for name in (
                *("columns", "emit", "events", "exact", "forms", "lanes", "plan"),
                *("program", "reading", "texts", "tree", "walk"),
            )
        ),
        (*SHARED, "tests/backends/sql/test_agrees.py"),
        "interpreter,sql",
    ),
    "durable": Backend(
        ("backends/durable/*.py",),
        (*SHARED, "tests/backends/durable"),
        "interpreter,durable-rules",
    ),
    "kernels": Backend(
        ("backends/kernels/*.py",), (*SHARED, "tests/backends/kernels"), "interpreter,kernels"
    ),
}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a mutant: `killed`, `survived`, or `too slow`, which is noticed as well."""

    mutant: Mutant
    fate: str
    seconds: float


def sampled(backend: Backend, many: int, seed: int) -> list[Mutant]:
    """Mutants of all sources, each as likely as any other."""
    sources = {
        str(path.relative_to(REPO)): path.read_text(encoding="utf-8")
        for pattern in backend.sources
        for path in sorted((REPO / PACKAGE).glob(pattern))
    }
    places = [(file, n) for file, text in sources.items() for n in range(count(text))]
    chosen = random.Random(seed).sample(places, min(many, len(places)))
    return [mutant(file, sources[file], number) for file, number in sorted(chosen)]


class Copy:
    """A copy of what the tests need, in which one source at a time is changed."""

    def __init__(self, folder: Path, backend: Backend) -> None:
        self.folder, self.backend = folder, backend
        self.limit: float | None = None
        ignored = shutil.ignore_patterns("__pycache__", ".*", "snapshots")
        for name in COPIED:
            if (REPO / name).is_dir():
                shutil.copytree(REPO / name, folder / name, ignore=ignored)
            else:
                shutil.copy(REPO / name, folder / name)
        self.made = time.time()

    def unchanged(self) -> int:
        """The exit code without any change; how long it takes sets the limit for the others."""
        started = time.monotonic()
        code = self.run(keep=True)
        self.limit = MOST_TIMES * (time.monotonic() - started)
        return code

    def run(self, *, keep: bool = False) -> int:
        """The exit code of the tests. `keep`: compiled modules, which later runs read."""
        environment = {
            **os.environ,
            "LEADPOLICY_BACKENDS": self.backend.run,
            "PYTHONPATH": str(self.folder / "engine"),
            "PYTHONPYCACHEPREFIX": str(self.folder / "compiled"),
            "XDG_CACHE_HOME": str(self.folder / f"cache{time.monotonic_ns()}"),
            "LEADPOLICY_VERDICTS": "3000",
            "LEADPOLICY_DURABLE_VERDICTS": "1500",
        } | ({} if keep else {"PYTHONDONTWRITEBYTECODE": "1"})
        command = [
            *(sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "--tb=no"),
            *("-p", "no:cacheprovider", "--hypothesis-seed=0", "-k", NOT_OF_MEANING),
            *[test for test in self.backend.tests if (self.folder / test).exists()],
        ]
        ran = subprocess.run(
            command, cwd=self.folder, env=environment, timeout=self.limit,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        return ran.returncode

    def judge(self, changed: Mutant) -> Result:
        """Puts a mutant in place, runs the tests, and puts the original back."""
        path = self.folder / changed.file
        original = path.read_text(encoding="utf-8")
        started = time.monotonic()
        path.write_text(changed.source, encoding="utf-8")
        self.made += 10  # never the time stamp of a source that was compiled before
        os.utime(path, (self.made, self.made))
        try:
            fate = "killed" if self.run() else "survived"
        except subprocess.TimeoutExpired:
            fate = "too slow"
        finally:
            path.write_text(original, encoding="utf-8")
        return Result(changed, fate, time.monotonic() - started)


def judged(backend: Backend, mutants: Sequence[Mutant], jobs: int) -> Iterator[Result]:
    """The fate of every mutant. Raises `RuntimeError` if the tests fail without any change."""
    with tempfile.TemporaryDirectory(prefix="mutation") as place:
        free: SimpleQueue[Copy] = SimpleQueue()
        for number in range(jobs):
            free.put(Copy(Path(place, str(number)), backend))

        def unchanged(_: int) -> int:
            one = free.get()
            try:
                return one.unchanged()
            finally:
                free.put(one)

        def judge(changed: Mutant) -> Result:
            one = free.get()
            try:
                return one.judge(changed)
            finally:
                free.put(one)

        with ThreadPoolExecutor(jobs) as pool:
            if any(pool.map(unchanged, range(jobs))):
                raise RuntimeError("the tests fail without any change")
            yield from pool.map(judge, mutants)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one backend, or all that are there."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--backend", choices=tuple(BACKENDS), action="append")
    parser.add_argument("--mutants", type=int, default=50, help="how many of each backend")
    parser.add_argument("--quick", action="store_true", help="ten of each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    found: dict[str, list[Result]] = {}
    for name in given.backend or list(BACKENDS):
        mutants = sampled(BACKENDS[name], 10 if given.quick else given.mutants, given.seed)
        results = found[name] = []
        with ProgressLine(sys.stderr) as progress:
            for result in judged(BACKENDS[name], mutants, given.jobs):
                results.append(result)
                progress(f"mutants of {name}", len(results), len(mutants))
                if result.fate == "survived" and not given.json:
                    print(f"survived: {result.mutant}", flush=True)
        if not given.json:
            _show(name, results)
    if given.json:
        print(json.dumps({name: _data(results) for name, results in found.items()}, indent=2))
    return int(any(r.fate == "survived" for results in found.values() for r in results))


def _show(name: str, results: Sequence[Result]) -> None:
    fates = Counter(result.fate for result in results)
    told = ", ".join(f"{count} {fate}" for fate, count in sorted(fates.items()))
    print(f"{name}: {len(results)} mutants: {told}", flush=True)


def _data(results: Sequence[Result]) -> list[dict[str, Any]]:
    return [
        {"mutant": str(r.mutant), "fate": r.fate, "seconds": round(r.seconds, 1)} for r in results
    ]


if __name__ == "__main__":
    sys.exit(main())
