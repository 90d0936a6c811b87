"""Timing: everything in turns, so that what else the machine does falls on all alike."""

from __future__ import annotations

import gc
import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter_ns

Task = Callable[[int], object]
"""Does the work for so many records."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Microseconds for one record: the median of the turns, and of the ratios to a yardstick."""

    median: float
    ratios: Mapping[str, float]


def in_turns(tasks: Mapping[str, Task], *, rounds: int, turn: float = 0.02) -> dict[str, Timing]:
    """Times tasks in turns of about `turn` seconds; ratios are taken within each round.

    Every round has another order, and every turn a warm-up, so that nobody always comes after
    one who empties the caches.
    """
    rng = random.Random(0)
    sizes = {name: _size(task, turn) for name, task in tasks.items()}
    found: dict[str, list[float]] = {name: [] for name in tasks}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name in rng.sample(list(tasks), len(tasks)):
                task = tasks[name]
                task(1 + sizes[name] // 10)
                begin = perf_counter_ns()
                task(sizes[name])
                found[name].append((perf_counter_ns() - begin) / sizes[name] / 1000)
    finally:
        gc.enable()
    return {
        name: Timing(
            statistics.median(times),
            {
                other: statistics.median(t / o for t, o in zip(times, found[other], strict=True))
                for other in tasks
            },
        )
        for name, times in found.items()
    }


def _size(task: Task, turn: float) -> int:
    """How many records fill a turn."""
    task(1)
    size = 1
    while True:
        begin = perf_counter_ns()
        task(size)
        took = (perf_counter_ns() - begin) / 1e9
        if took > turn / 4 or size > 1_000_000:
            return max(1, round(size * turn / max(took, 1e-9)))
        size *= 4


def import_time(statement: str, *, repeats: int = 9) -> float:
    """Milliseconds that an import takes in a fresh interpreter; the median."""
    code = (
        "import time; begin = time.perf_counter()\n"
        f"{statement}\n"
        "print((time.perf_counter() - begin) * 1000)"
    )
    times = [
        float(
            subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(repeats)
    ]
    return statistics.median(times)
