"""`python -m tests.bench [--rows 100_000|1_000_000|10_000_000] [--json FILE]`.

Builds the workload, checks that all contestants give the same stages, and prints medians of
repeats in turns, ratios, and peaks of memory.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench import contest
from tests.bench.contest import CONTESTANTS, HAND_DUCKDB, HAND_PANDAS, OURS, Setting
from tests.bench.measure import Timing, held, in_turns, peak, reset_peak
from tests.bench.workload import table_file

LIBRARIES = ("duckdb", "polars", "pandas", "pyarrow", "sqlglot")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", type=lambda text: int(text.replace("_", "")), default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--policies", default="A,B,C,ABC", help="which, such as A,ABC")
    parser.add_argument("--places", default="parquet,memory")
    parser.add_argument("--skip", default="", help="parts of contestants' names, with commas")
    parser.add_argument("--no-memory", action="store_true", help="do not measure peaks")
    parser.add_argument("--no-extras", action="store_true", help="no variants, no loading")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "lpbench"))
    parser.add_argument("--json", type=Path, help="where to write the figures as JSON")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.one:
        place, policies, name = given.one
        return _one(place, policies, name, Path(os.environ["LEADPOLICY_BENCH_TABLE"]))
    path = table_file(given.folder, given.rows)
    os.environ["LEADPOLICY_BENCH_TABLE"] = str(path)
    skipped = [part for part in given.skip.split(",") if part]
    names = [name for name in CONTESTANTS if not any(part in name for part in skipped)]
    rows: list[dict[str, Any]] = []
    print(f"{given.rows:,} records, {os.cpu_count()} processors, median of {given.repeats}")
    for place in given.places.split(","):
        for policies in given.policies.split(","):
            setting = Setting(place, policies, path)
            timings = in_turns({n: CONTESTANTS[n](setting) for n in names}, given.repeats)
            peaks = {} if given.no_memory else {n: peak([place, policies, n]) for n in names}
            rows += _rows(setting.title, timings, peaks)
    if not given.no_extras:
        rows += _rows("loading", in_turns(contest.loading(path), given.repeats), {})
        for count in (1, 3, 20, 100):
            rows += _rows(
                f"{count} variants of B from memory",
                in_turns(contest.many(path, count), given.repeats),
                {},
            )
    if given.json is not None:
        data = {
            "rows": given.rows,
            "repeats": given.repeats,
            "processors": os.cpu_count(),
            "python": platform.python_version(),
            "libraries": {name: version(name) for name in LIBRARIES},
            "results": rows,
        }
        given.json.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    return 0


def _rows(
    title: str, timings: Mapping[str, Timing], peaks: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Prints one setting; ratios are to the faster of the two rivals that are no pandas."""
    rivals = [t for n, t in timings.items() if "by hand" in n and n != HAND_PANDAS]
    best = min((t.median for t in rivals), default=None)
    by_duckdb = timings.get(HAND_DUCKDB)
    print(f"\n{title:44}{'s':>8} {'CPU s':>8} {'× best':>8} {'× DuckDB':>9} {'peak MB':>9}")
    found = []
    for name, timing in timings.items():
        ratio = timing.median / best if best else None
        to_duckdb = timing.median / by_duckdb.median if by_duckdb else None
        found.append(
            {
                "what": title,
                "who": name,
                "seconds": timing.median,
                "processor_seconds": timing.processor,
                "to_best_by_hand": ratio,
                "to_duckdb_by_hand": to_duckdb,
                "peak_mb": peaks.get(name),
            }
        )
        print(
            f"  {name:42}{timing.median:8.3f} {timing.processor:8.3f} {_cell(ratio, 8)}"
            f" {_cell(to_duckdb, 9)} {_cell(peaks.get(name), 9, 0)}",
            flush=True,
        )
    return found


def _cell(value: float | None, width: int, digits: int = 2) -> str:
    return " " * width if value is None else f"{value:{width}.{digits}f}"


def _one(place: str, policies: str, name: str, path: Path) -> int:
    """One case in this process; prints the most memory that it held."""
    run = CONTESTANTS[name](Setting(place, policies, path))
    reset_peak()
    run()
    print(held())
    return 0


__all__ = ["OURS", "main"]

if __name__ == "__main__":
    sys.exit(main())
