"""`python -m tests.bench.cube [--rows N]`: one scan, then sliders that move in milliseconds.

Scans the workload with five thresholds of the ladder on sliders, beside the quorum and the score,
and measures random moves with everything that the explorer shows of one. At the end some moves are
checked against evaluating all records anew.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from leadpolicy.backends.sql.program import TableProgram
from leadpolicy.comparison.cubes.cube import Cube, cube, given
from leadpolicy.comparison.cubes.scan import CubeTable
from tests.bench.measure import held, reset_peak
from tests.bench.workload import KEY, NOW, PLACES, policies, table_file

SLIDERS: Final = {
    "smallest": [10, 20, 50, 100, 150, 200, 300, 500],
    "largest": [1_000, 2_500, 5_000, 10_000],
    "revenue": [1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000],
    "fresh": [7, 14, 30, 60, 90],
    "soon": [30, 60, 90, 120, 180],
}
FINE: Final = {
    "smallest": list(range(10, 410, 20)),
    "revenue": list(range(10**6, 41 * 10**6, 2 * 10**6)),
}
CASES: Final = {
    "one slider of 20": {"smallest": FINE["smallest"]},
    "two sliders of 20": FINE,
    "five sliders": SLIDERS,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.cube", description=__doc__)
    parser.add_argument("--rows", type=lambda text: int(text.replace("_", "")), default=1_000_000)
    parser.add_argument("--moves", type=int, default=60)
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "lpbench"))
    asked = parser.parse_args(arguments)
    path = table_file(asked.folder, asked.rows)
    print(f"{asked.rows:,} records; policies A, B and C; milliseconds: median, worst, of processor")
    for name in asked.cases.split(","):
        reset_peak()
        begin = time.perf_counter()
        table = CubeTable(path, NOW, PLACES, id=KEY, outcome="deal_next_step_agreed")
        made = cube(policies(), table, parameters={"B": CASES[name]})
        scanned = time.perf_counter() - begin
        print(f"{name}: {len(made):,} groups, scan {scanned:.1f} s, {held():,.0f} MB", flush=True)
        _moves(made, asked.moves)
        _check(made, path)
    return 0


def _moves(made: Cube, number: int) -> None:
    others = {label: made.view(label) for label in ("A", "C")}
    before = made.view("B")
    asks: dict[str, Callable[[Any], object]] = {
        "move and volumes": lambda view: view.volumes(),
        "and outcomes": lambda view: view.outcomes(),
        "and agreement with two": lambda view: made.pairs(view, *others.values()),
        "and who comes and goes": lambda view: view.gained_lost(before, stage="lead"),
    }
    for ask in asks.values():
        ask(before)
    spent: dict[str, list[float]] = {name: [] for name in asks}
    worked: dict[str, list[float]] = {name: [] for name in asks}
    for move in _drawn(made, number):
        begin, started = time.perf_counter(), time.process_time()
        view = made.move("B", **move)
        for name, ask in asks.items():
            ask(view)
            spent[name].append(1000 * (time.perf_counter() - begin))
            worked[name].append(1000 * (time.process_time() - started))
    for name, times in spent.items():
        processor = statistics.median(worked[name])
        print(f"  {name:<26} {statistics.median(times):6.1f} {max(times):6.1f} {processor:6.1f}")


def _drawn(made: Cube, number: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(7)
    return [
        {name: given(s[rng.integers(len(s))]) for name, s in made.settings["B"].items()}
        for _ in range(number)
    ]


def _check(made: Cube, path: Path, number: int = 2) -> None:
    """Raises `AssertionError` where a figure is another than that of all records."""
    for move in _drawn(made, number):
        view = made.move("B", **move)
        program = TableProgram({"B": view.policy.logic})
        run = program.prepare(path, PLACES, as_of=NOW, id=KEY)
        stages = run.arrow().column(run.layout.stage["B"]).to_numpy()
        counts = np.bincount(stages, minlength=len(view.policy.stages) + 1)
        assert view.stages()["current"].tolist() == counts.tolist(), move
    print(f"  {number} moves checked against all records")


if __name__ == "__main__":
    raise SystemExit(main())
