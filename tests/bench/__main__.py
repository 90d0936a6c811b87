"""`python -m tests.bench [--quick] [--rows 1_000_000,10_000_000] [--only PARTS] [--json FILE]`.

Builds the workload, checks that all contestants give the same stages, and prints medians of
repeats in turns, ratios, peaks of memory, and which goals were met.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from tests.bench import contest, crowd, goals, starts
from tests.bench.contest import CONTESTANTS, HAND_DUCKDB, HAND_POLARS, OURS, Setting
from tests.bench.measure import Contestant, Figure, Timing, held, in_turns, peak, reset_peak
from tests.bench.workload import table_file
from tests.bench_single import measure as single

LIBRARIES = ("duckdb", "polars", "pandas", "pyarrow", "sqlglot")
PARTS = ("parquet", "memory", "loading", "variants", "peaks", "peers", "starts", "single", "cube")
OF_TABLES = PARTS[:6]
CUBE = "tests.bench.cube"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small and rough, in minutes")
    parser.add_argument("--rows", default="1_000_000", help="how many records; more with commas")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--policies", default="A,B,C,ABC", help="which, such as A,ABC")
    parser.add_argument("--only", default=",".join(PARTS), help="of " + ", ".join(PARTS))
    parser.add_argument("--skip", default="", help="parts of contestants' names, with commas")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "lpbench"))
    parser.add_argument("--json", type=Path, help="where to write the figures as JSON")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.one:
        where, policies, name, path = given.one
        return _one(where, policies, name, Path(path))
    parts = given.only.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    sizes = [int(size) for size in given.rows.split(",")]
    bench = Bench(
        given.folder,
        2 if given.quick else given.repeats,
        given.policies.split(","),
        [part for part in given.skip.split(",") if part],
        quick=given.quick,
    )
    for rows in [100_000] if given.quick else sizes:
        bench.tables(rows, [part for part in parts if part in OF_TABLES])
    bench.rest(parts)
    bench.print_goals()
    if given.json is not None:
        given.json.write_text(json.dumps(bench.data(), indent=2) + "\n", encoding="utf-8")
    return 0


@dataclass(slots=True)
class Bench:
    """One run: what is measured how, and what was found."""

    folder: Path
    repeats: int
    groups: Sequence[str]
    skip: Sequence[str]
    quick: bool = False
    figures: list[Figure] = field(default_factory=list)
    goals: list[goals.Goal] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def tables(self, rows: int, parts: Sequence[str]) -> None:
        """The parts over tables of one size."""
        if not parts:
            return
        path = table_file(self.folder, rows)
        print(f"\n{rows:,} records, {os.cpu_count()} processors, median of {self.repeats}")
        for part in parts:
            _tell(f"{part}, {rows:,} records")
            match part:
                case "loading":
                    self._turns("loading", contest.loading(path), rows)
                case "variants":
                    for count in (1, 3, 20, 100):
                        self._turns(goals.variants_title(count), contest.many(path, count), rows)
                case "peaks":
                    self._peaks(path, rows)
                case "peers":
                    self._peers(path, rows)
                case where:
                    for group in self.groups:
                        self._place(Setting(where, group, path), rows)
        contest.forget()
        self.goals += goals.judged(self.figures, rows)

    def _place(self, setting: Setting, rows: int) -> None:
        names = [n for n in contest.entrants(setting.place) if not any(s in n for s in self.skip)]
        self._turns(setting.title, {n: CONTESTANTS[n](setting) for n in names}, rows)

    def _turns(self, what: str, contestants: Mapping[str, Contestant], rows: int) -> None:
        timings: Mapping[str, Timing] = in_turns(contestants, self.repeats)
        self._add(
            Figure(what, name, rows, timing.median, timing.processor)
            for name, timing in timings.items()
        )

    def _peaks(self, path: Path, rows: int) -> None:
        """Of processes of their own, from their start."""
        cases = [("parquet", name) for name in contest.entrants("parquet")]
        cases += [("memory", name) for name in contest.entrants("memory")]
        for where in ("parquet", "memory"):
            self._add(
                Figure(
                    goals.peak_title(f"ABC from {where}"), name, rows, 0.0,
                    peak_mb=peak([where, "ABC", name, str(path)]),
                )
                for place, name in cases
                if place == where and not any(part in name for part in self.skip)
            )  # fmt: skip

    def _peers(self, path: Path, rows: int) -> None:
        """Always the first 100,000 records, or all of fewer."""
        for label in "ABC":
            count = min(rows, 10_000 if self.quick else 100_000)
            figures, self.skipped = crowd.rounds(path, count, label, self.repeats)
            self._add(figures)
            self.goals += goals.judged(figures, count)

    def rest(self, parts: Sequence[str]) -> None:
        """What does not depend on the size of a table."""
        if "starts" in parts:
            _tell("compiling and importing")
            found = [*starts.compiled(self.folder, 3 * self.repeats), *starts.imported()]
            self._add(found)
            self.goals += goals.judged_starts(found)
        if "single" in parts:
            _tell("one record")
            rounds, count = (3, 300) if self.quick else (11, 1_000)
            stages = single.stages(rounds=rounds, count=count)
            explained = single.explanations(rounds=rounds, count=count)
            self.goals += goals.judged_single(stages, explained)
        if "cube" in parts and find_spec(CUBE) is None:
            self.skipped.append("cube: this project has no benchmark of it")

    def _add(self, figures: Sequence[Figure] | Iterator[Figure]) -> None:
        """Notes and prints figures of one title."""
        found = list(figures)
        self.figures += found
        best = min((f.seconds for f in found if _is_rival(f)), default=None)
        duckdb = next((f.seconds for f in found if f.who == HAND_DUCKDB), None)
        title = ""
        for figure in found:
            if figure.what != title:
                title = figure.what
                heads = f"{'ms':>10} {'CPU ms':>10} {'× best':>8} {'× DuckDB':>9} {'peak MB':>9}"
                print(f"\n{title:50}{heads}")
            cells = [
                _cell(figure.seconds * 1000 or None, 10, 1),
                _cell(None if figure.processor is None else figure.processor * 1000, 10, 1),
                _cell(figure.seconds / best if best else None, 8),
                _cell(figure.seconds / duckdb if duckdb else None, 9),
                _cell(figure.peak_mb, 9, 0),
            ]
            print(f"  {figure.who:48}{' '.join(cells)} {figure.note}".rstrip(), flush=True)

    def print_goals(self) -> None:
        """Which goals were met, and what was skipped."""
        met = sum(goal.met for goal in self.goals)
        print(f"\ngoals: {met} of {len(self.goals)} met{' (roughly)' if self.quick else ''}")
        for goal in self.goals:
            print(goal.line)
        for reason in self.skipped:
            print(f"skipped: {reason}")

    def data(self) -> dict[str, object]:
        """The figures and goals, for a file."""
        return {
            "repeats": self.repeats,
            "processors": os.cpu_count(),
            "python": platform.python_version(),
            "libraries": {name: version(name) for name in LIBRARIES},
            "figures": [asdict(figure) for figure in self.figures],
            "goals": [{**asdict(goal), "met": goal.met} for goal in self.goals],
            "skipped": self.skipped,
        }


def _is_rival(figure: Figure) -> bool:
    """Ratios are to the faster of two by hand, or to the fastest peer."""
    if figure.what.endswith("one record"):
        return not figure.who.startswith(OURS)
    return figure.who in (HAND_DUCKDB, HAND_POLARS)


def _cell(value: float | None, width: int, digits: int = 2) -> str:
    return " " * width if not value else f"{value:{width}.{digits}f}"


def _tell(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


def _one(where: str, policies: str, name: str, path: Path) -> int:
    """One case in this process; prints the most memory that it held, loading included."""
    reset_peak()
    CONTESTANTS[name](Setting(where, policies, path))()
    print(held())
    return 0


__all__ = ["Bench", "main"]

if __name__ == "__main__":
    sys.exit(main())
