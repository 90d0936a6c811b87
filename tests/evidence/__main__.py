"""`python -m tests.evidence` prints every promise, and fails where one was not kept."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.evidence.findings import Finding, everything


def _carry_out(task: tuple[int, int, int]) -> list[Finding]:
    number, studies, seed = task
    return everything(studies, seed)[number]()


def main() -> int:
    parser = argparse.ArgumentParser(description="Simulated studies with a known truth")
    parser.add_argument("--studies", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    tasks = [(number, asked.studies, asked.seed) for number in range(len(everything()))]
    kept = True
    with ProcessPoolExecutor(asked.workers) as pool:
        for findings in pool.map(_carry_out, tasks):
            for one in findings:
                print(one, flush=True)
                kept &= one.kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
