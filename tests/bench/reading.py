"""`python -m tests.bench.reading [--companies N ...]`: from files to figures, as whole processes.

Simulates the export of a vendor's CRM (six CSV.gz, some 18 rows per company) and takes turns
between `leadpolicy compare` of all seed definitions on it and a process in which DuckDB alone reads
the same files as text. Printed are the medians, on the clock and of processors, with the peak of
memory.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
POLICIES: Final = ROOT / "policies"
AS_TEXT: Final = """\
import pathlib, sys, duckdb
base = duckdb.connect()
for number, file in enumerate(sorted(pathlib.Path(sys.argv[1]).glob("*.csv.gz"))):
    base.execute(
        f"CREATE TABLE t{number} AS FROM read_csv('{file}', header = true, all_varchar = true)"
    )
"""


class Turn(NamedTuple):
    """What one process took: seconds on the clock and of processors, megabytes at most."""

    clock: float
    processor: float
    peak: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reading", description=__doc__)
    parser.add_argument("--companies", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "lpbench"))
    asked = parser.parse_args(arguments)
    print("compare of the seed definitions, beside DuckDB reading the same files as text")
    print(f"{'companies':>10} {'who':<8} {'clock':>7} {'processor':>9} {'peak MB':>8}")
    for companies in asked.companies:
        folder = export(asked.folder, companies)
        command = [sys.executable, "-m", "leadpolicy", "compare", str(POLICIES)]
        contestants = {
            "compare": [*command, "--data", str(folder)],
            "DuckDB": [sys.executable, "-c", AS_TEXT, str(folder)],
        }
        turns: dict[str, list[Turn]] = {who: [] for who in contestants}
        for _ in range(asked.repeats):
            for who, contestant in contestants.items():
                turns[who].append(turn(contestant))
        middle = {who: Turn(*map(statistics.median, zip(*t, strict=True)))
                  for who, t in turns.items()}  # fmt: skip
        for who, found in middle.items():
            print(f"{companies:>10,} {who:<8} {found.clock:7.2f} {found.processor:9.2f} "
                  f"{found.peak:8.0f}")  # fmt: skip
        ours, theirs = middle["compare"], middle["DuckDB"]
        print(f"{'':>10} {'ratio':<8} {ours.clock / theirs.clock:7.2f} "
              f"{ours.processor / theirs.processor:9.2f}", flush=True)  # fmt: skip
    return 0


def export(folder: Path, companies: int) -> Path:
    """The folder with the export of so many companies, which is simulated where it is not there."""
    found = folder / f"companies-{companies}"
    if not (found / "dataset.yaml").is_file():
        command = [sys.executable, "-m", "leadpolicy", "simulate", "--out", str(found)]
        subprocess.run(
            [*command, "--companies", str(companies)], check=True, cwd=ROOT, stdout=subprocess.PIPE
        )
    return found


def turn(command: Sequence[str]) -> Turn:
    """Runs a process, whose output nobody reads. Raises `AssertionError` where it fails."""
    with Path(os.devnull).open("w") as nowhere:
        begin = os.times().elapsed
        process = subprocess.Popen(command, cwd=ROOT, stdout=nowhere, stderr=nowhere)
        _, status, used = os.wait4(process.pid, 0)
        clock = os.times().elapsed - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    assert not process.returncode, command
    return Turn(clock, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


if __name__ == "__main__":
    raise SystemExit(main())
