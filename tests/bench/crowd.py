"""Many records through engines that take one at a time, beside our path over tables."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from tests.bench import kernels
from tests.bench.contest import OURS, logics
from tests.bench.measure import Figure
from tests.bench.workload import KEY, policies
from tests.bench_single.peers import PEERS

PLAIN: Final = "leadpolicy, from plain Arrow, planned each time"
SECONDS: Final = 2.0
"""A peer that needs longer for all records runs on as many as fit, and is scaled."""


def rounds(path: Path, rows: int, label: str, repeats: int) -> tuple[list[Figure], list[str]]:
    """Seconds for so many records, and the peers that were skipped, with the reason.

    Raises `AssertionError` where a peer gives another stage.
    """
    table = pq.read_table(path).slice(0, rows)
    what = f"{label}: {rows:,} records, engines for one record"
    figures = _ours(table, label, what, rows, repeats)
    said = kernels.of(kernels.read(table), logics(label))()
    expected = said[1][label].tolist()
    records: list[dict[str, Any]] = table.drop_columns([KEY]).to_pylist()
    skipped = []
    for name, (module, make) in PEERS.items():
        if find_spec(module) is None:
            skipped.append(f"{name}: `{module}` is not installed")
            continue
        figures.append(_peer(name, make(policies()[label].logic), records, expected, what))
    return figures, skipped


def _ours(table: Any, label: str, what: str, rows: int, repeats: int) -> list[Figure]:
    """Ready like the peers, whose rules are compiled and whose records are dictionaries: planned
    and loaded. And from a plain Arrow table: opened, checked, planned and run every time.
    """

    def plain() -> object:
        return kernels.of(kernels.read(table), logics(label))()

    ways: dict[str, Callable[[], object]] = {
        OURS: kernels.of(kernels.read(table), logics(label)),
        PLAIN: plain,
    }
    return [Figure(what, who, rows, _median(run, repeats)) for who, run in ways.items()]


def _median(run: Callable[[], object], repeats: int) -> float:
    """Seconds; the first run does not count."""
    times = []
    for _ in range(repeats + 1):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return statistics.median(times[1:])


def _peer(
    name: str, run: Any, records: Sequence[dict[str, Any]], expected: Sequence[int], what: str
) -> Figure:
    for record, stage in zip(records[:40], expected, strict=False):
        found = run(record)
        assert found == stage - 1, f"{name} says {found} of {record}, not {stage - 1}"
    begin = time.perf_counter()
    done = 0
    size = 10
    while done < len(records):
        for record in records[done : done + size]:
            run(record)
        done = min(done + size, len(records))
        spent = time.perf_counter() - begin
        if spent > SECONDS:
            break
        size = min(2 * size, 5_000)
    spent = time.perf_counter() - begin
    note = "" if done == len(records) else f"{done:,} records, scaled"
    return Figure(what, name, len(records), spent * len(records) / done, note=note)
