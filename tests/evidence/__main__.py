"""`python -m tests.evidence` prints every promise, and fails where one was not kept."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from time import monotonic

from tests.evidence.finding import Finding
from tests.evidence.findings import PROMISES


def _carry_out(task: tuple[int, int, int]) -> tuple[str, float, list[Finding]]:
    number, studies, seed = task
    start = monotonic()
    found = PROMISES[number](studies, seed + 1_000 * number)
    return PROMISES[number].__name__, monotonic() - start, found


def main() -> int:
    parser = argparse.ArgumentParser(description="Simulated studies with a known truth")
    parser.add_argument("--studies", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=[one.__name__ for one in PROMISES])
    asked = parser.parse_args()
    chosen = [n for n, one in enumerate(PROMISES) if one.__name__ in asked.only]
    kept = True
    with ProcessPoolExecutor(asked.workers) as pool:
        for name, seconds, findings in pool.map(
            _carry_out, [(number, asked.studies, asked.seed) for number in chosen]
        ):
            for one in findings:
                print(one)
                kept &= one.kept
            print(f"        {name}: {seconds:.0f} seconds", flush=True)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
