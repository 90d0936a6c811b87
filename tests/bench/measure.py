"""Measuring: contestants take turns, so that what else the machine does falls on all alike.

A contestant is a function that gives (keys, stage codes per policy). Ratios are of the medians of
one run. Peaks of memory are measured in processes of their own.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

Answer: TypeAlias = "tuple[np.ndarray[Any, Any] | None, dict[str, np.ndarray[Any, Any]]]"
Contestant: TypeAlias = Callable[[], Answer]
_PATIENCE = 12.0
"""Seconds after which a contestant takes no further turn."""


@dataclass(slots=True)
class Timing:
    """Seconds of each turn, on the clock and of processors."""

    clock: list[float] = field(default_factory=list)
    processors: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.clock)

    @property
    def processor(self) -> float:
        return statistics.median(self.processors)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement. `seconds` are for all `rows`, also where fewer were run and scaled."""

    what: str
    who: str
    rows: int
    seconds: float
    processor: float | None = None
    peak_mb: float | None = None
    note: str = ""


def in_turns(contestants: Mapping[str, Contestant], repeats: int) -> dict[str, Timing]:
    """Each contestant once per round, after one round that does not count, in which all answers
    are compared. Who is slow takes fewer turns. Raises `AssertionError` where two differ."""
    expected: dict[str, Any] = {}
    for name, contestant in contestants.items():
        for policy, stages in ordered(contestant()).items():
            same = np.array_equal(stages, expected.setdefault(policy, stages))
            assert same, f"{name} differs on {policy}"
    timings = {name: Timing() for name in contestants}
    for _ in range(repeats):
        for name, contestant in contestants.items():
            if sum(timings[name].clock) > _PATIENCE:
                continue
            gc.collect()
            processors, clock = time.process_time(), time.perf_counter()
            answer = contestant()
            timings[name].clock.append(time.perf_counter() - clock)
            timings[name].processors.append(time.process_time() - processors)
            del answer
    return timings


def ordered(answer: Answer) -> dict[str, Any]:
    """Stage codes in the order of the keys."""
    keys, stages = answer
    if keys is None or bool((np.diff(keys) > 0).all()):
        return stages
    order = np.argsort(keys, kind="stable")
    return {policy: codes[order] for policy, codes in stages.items()}


def peak(case: Sequence[str]) -> float:
    """The most memory in MB that a process of its own held while it ran a case."""
    command = [sys.executable, "-m", "tests.bench", "--one", *case]
    run = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    return float(run.stdout.split()[-1])


def reset_peak() -> None:
    """Forgets what was held so far (Linux)."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def held() -> float:
    """The most memory in MB since `reset_peak`, or since the start."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise OSError("no VmHWM")
