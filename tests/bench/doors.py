"""`python -m tests.bench.doors [--rows N]`: what users call, as whole processes, beside scripts
that a careful person would write: one table of goals.

The script by hand writes stages only; ours writes the possible stages, too, by name, and refuses
values that do not fit. Each is run in turns with its rival; ratios are of medians.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench import byhand
from tests.bench.goals import Goal
from tests.bench.workload import KEY, table_file

GROUPS: Final = ("A", "B", "C", "ABC")
BY_HAND: Final = """
import sys, duckdb
source, out = sys.argv[1:3]
connection = duckdb.connect()
connection.sql({query!r}.replace("SOURCE", source)).write_parquet(out)
"""
POLARS: Final = """
import sys, polars as pl
from tests.bench.byhand import polars_stages
source, out, group = sys.argv[1:4]
lazy = pl.scan_parquet(source)
lazy.select([{key!r}, *map(polars_stages, group)]).sink_parquet(out)
"""
OURS: Final = """
import sys
from leadpolicy.evaluation.stages import evaluate
from tests.bench.workload import KEY, NOW, PLACES, policies
source, out, group = sys.argv[1:4]
evaluate(
    [policies()[label] for label in group], source, as_of=NOW, columns=PLACES, id=KEY, out=out,
    explain={explain}, engine={engine!r},
)
"""
READ: Final = """
import sys, polars as pl
pl.read_parquet(sys.argv[1])
"""
LOAD: Final = """
import sys
from tests.bench.kernels import read
read(sys.argv[1])
"""
HELD: Final = """
from tests.bench.measure import held
print(held())
"""
SCAN: Final = """
import sys
from leadpolicy.comparison.cubes.cube import cube
from leadpolicy.comparison.cubes.scan import CubeTable
from tests.bench.cube import CASES
from tests.bench.workload import KEY, NOW, PLACES, policies
table = CubeTable(sys.argv[1], NOW, PLACES, id=KEY, outcome="deal_next_step_agreed")
cube(policies(), table, parameters={"B": CASES["five sliders"]})
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Medians of whole processes: seconds on the clock and of processors, and the most memory."""

    clock: float
    processors: float
    peak_mb: float


def turns(scripts: Mapping[str, Sequence[str]], repeats: int) -> dict[str, Spent]:
    """Every script once per round."""
    found: dict[str, list[Spent]] = {name: [] for name in scripts}
    for _ in range(repeats):
        for name, arguments in scripts.items():
            found[name].append(_process(arguments))
    return {
        name: Spent(
            statistics.median(one.clock for one in spent),
            statistics.median(one.processors for one in spent),
            max(one.peak_mb for one in spent),
        )
        for name, spent in found.items()
    }


def _process(arguments: Sequence[str]) -> Spent:
    begin = time.perf_counter()
    script, *others = arguments
    command = [sys.executable, "-c", script + HELD, *others]
    process = subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"a script failed: {script}")
    clock = time.perf_counter() - begin
    return Spent(clock, usage.ru_utime + usage.ru_stime, float(told.split()[-1]))


def measured(path: Path, rows: int, repeats: int, parts: Sequence[str]) -> list[Goal]:
    """The goals of one size of table."""
    goals: list[Goal] = []
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder, "out.parquet"))
        if "evaluate" in parts:
            for group in GROUPS:
                goals += _evaluate(str(path), out, group, repeats)
        if "loading" in parts:
            goals += _loading(str(path), repeats)
    if "scan" in parts:
        seconds = 3.0 if rows <= 1_000_000 else 12.0 * rows / 10_000_000
        spent = turns({"scan": [SCAN, str(path)]}, repeats)["scan"]
        _tell("the explorer's first scan", "scan", spent)
        goals.append(Goal("the explorer's first scan, s", seconds, spent.clock))
    return goals


def _evaluate(path: str, out: str, group: str, repeats: int) -> list[Goal]:
    chosen = ", ".join(f"{byhand.SQL[label]} AS {label}" for label in group)
    hand = BY_HAND.format(query=f"SELECT {KEY}, {chosen} FROM 'SOURCE'")
    scripts = {
        "DuckDB by hand": [hand, path, out],
        "leadpolicy": [OURS.format(explain=False, engine="auto"), path, out, group],
        "leadpolicy, engine sql": [OURS.format(explain=False, engine="sql"), path, out, group],
        "leadpolicy, with criteria": [OURS.format(explain=True, engine="auto"), path, out, group],
    }
    if group == "C":
        scripts["Polars by hand"] = [POLARS.format(key=KEY), path, out, group]
    spent = turns(scripts, repeats)
    for name, one in spent.items():
        _tell(f"{group}, Parquet to Parquet", name, one)
    ours, rival = spent["leadpolicy"], spent["DuckDB by hand"]
    what = f"evaluate {group}, Parquet to Parquet"
    bound = 1.0 if len(group) > 1 else 1.25
    goals = [
        Goal(f"{what}, × DuckDB by hand", bound, ours.clock / rival.clock),
        Goal(f"{what}, × DuckDB by hand, processor", bound, ours.processors / rival.processors),
        Goal(f"{what}, MB", 1_000, ours.peak_mb),
    ]
    full = spent["leadpolicy, with criteria"].clock / rival.clock
    goals.append(Goal(f"{what}, all verdicts, × DuckDB without", 1.3, full))
    if group == "C":
        best = min(rival.clock, spent["Polars by hand"].clock)
        goals.append(Goal(f"{what}, × the faster by hand", 0.8, ours.clock / best))
    return goals


def _loading(path: str, repeats: int) -> list[Goal]:
    """Without the time that Python and its libraries take to start."""
    scripts = {"Polars": [READ, path], "kernels": [LOAD, path]}
    small = str(table_file(Path(path).parent, 1_000))
    starts = {name: [script[0], small] for name, script in scripts.items()}
    spent, first = turns(scripts, repeats), turns(starts, repeats)
    for name, one in spent.items():
        _tell("loading", name, one)
    ours, rival = (spent[name].clock - first[name].clock for name in ("kernels", "Polars"))
    used, other = (spent[n].processors - first[n].processors for n in ("kernels", "Polars"))
    return [
        Goal("loading into kernels, × Polars' own read", 1.5, ours / rival),
        Goal("loading into kernels, × Polars' own read, processor", 1.5, used / other),
    ]


def _tell(what: str, who: str, spent: Spent) -> None:
    cells = f"{spent.clock:9.2f} s {spent.processors:9.2f} s CPU {spent.peak_mb:8.0f} MB"
    print(f"  {what:40} {who:28}{cells}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.doors", description=__doc__)
    parser.add_argument("--rows", type=lambda text: int(text.replace("_", "")), default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", default="evaluate,loading,scan")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "lpbench"))
    parser.add_argument("--json", type=Path, help="where to write the figures as JSON")
    given = parser.parse_args(arguments)
    path = table_file(given.folder, given.rows)
    print(f"{given.rows:,} records, whole processes, medians of {given.repeats}, in turns")
    goals = measured(path, given.rows, given.repeats, given.only.split(","))
    print(f"\n  {'goal':66}   {'bound':>6} {'measured':>9}")
    for goal in goals:
        print(goal.line)
    if given.json is not None:
        told = [{"what": g.what, "bound": g.bound, "measured": g.measured} for g in goals]
        given.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
