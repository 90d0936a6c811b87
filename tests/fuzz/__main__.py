"""`python -m tests.fuzz --minutes 5 [--seed 0] [--backends closure,sql] [--jobs 2] [--record]`.

Draws policies and records, and asks every backend about them. Exits with 1 at the first difference,
after making it small and keeping it in `tests/fuzz/corpus`, which the tests replay from then on.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from typing import Any, Final

import yaml

from leadpolicy.present.progress import ProgressLine
from tests.conformance.agreement import record
from tests.conformance.backends import BACKENDS
from tests.fuzz.check import JUDGES, SQLITE, Difference, Tally
from tests.fuzz.scene import CORPUS, Kept, Scene, write
from tests.fuzz.search import Report, searched

CHUNK: Final = 4
"""Scenes that a process draws before it reports."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Searches until the time is up or something differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    known = [name for name in JUDGES if name != "interpreter"]
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="default: the clock")
    parser.add_argument("--backends", default=",".join(known), help=f"of {', '.join(known)}")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--verdicts", type=int, help="stop when every backend has given so many")
    parser.add_argument("--json", action="store_true", help="the summary as JSON")
    parser.add_argument(
        "--record", action="store_true", help="write how much was compared into agreement.json"
    )
    given = parser.parse_args(arguments)
    names = given.backends.split(",")
    unknown = [name for name in names if name not in known]
    if unknown:
        parser.error(f"no backend {', '.join(unknown)}: one of {', '.join(known)}")
    started = time.monotonic()
    total, report = _run(given, names)
    _summary(given, total, report, time.monotonic() - started)
    if report is None or report.difference is None or report.scene is None:
        if given.record:
            record(total.verdicts)
        return 0
    _keep(report.scene, report.difference, report.seed)
    return 1


def _run(given: argparse.Namespace, names: Sequence[str]) -> tuple[Tally, Report | None]:
    seconds = given.minutes * 60
    until = time.monotonic() + seconds
    total = Tally()

    def enough() -> bool:
        counted = [total.verdicts[name] for name in names if name != SQLITE]
        done = bool(given.verdicts) and min(counted, default=0) >= int(given.verdicts)
        return done or time.monotonic() > until

    chunks = _chunks(given.seed)
    with (
        ProcessPoolExecutor(given.jobs, get_context("spawn")) as pool,
        ProgressLine(sys.stderr) as progress,
    ):
        running: set[Future[Report]] = set()
        try:
            while not enough() or running:
                while not enough() and len(running) < given.jobs * 2:
                    running.add(pool.submit(searched, next(chunks), names))
                done, running = wait(running, timeout=1, return_when=FIRST_COMPLETED)
                for report in [one.result() for one in done]:
                    total.add(report.tally)
                    if report.difference is not None:
                        pool.shutdown(wait=False, cancel_futures=True)
                        return total, report
                compared = sum(total.verdicts[name] for name in JUDGES)
                spent = min(seconds, seconds - until + time.monotonic())
                progress(f"{compared:,} verdicts compared", int(spent), int(seconds))
        except KeyboardInterrupt:  # what was compared up to now is still told
            pool.shutdown(wait=False, cancel_futures=True)
    return total, None


def _chunks(seed: int) -> Iterator[range]:
    while True:
        yield range(seed, seed + CHUNK)
        seed += CHUNK


def _summary(
    given: argparse.Namespace, total: Tally, report: Report | None, seconds: float
) -> None:
    backends = {name: total.verdicts[name] for name in JUDGES if total.verdicts[name]}
    laws = {law: n for law, n in total.verdicts.items() if law not in JUDGES}
    found = report.difference if report is not None else None
    if given.json:
        data: dict[str, Any] = {
            "seed": given.seed,
            "seconds": round(seconds, 1),
            "scenes": total.scenes,
            "verdicts": backends,
            "laws": laws,
            "refused": dict(total.refused),
            "interpreter": dict(total.truths),
            "difference": None if found is None else {"backend": found.backend, "what": found.what},
        }
        print(json.dumps(data, ensure_ascii=False, indent=2))
        return
    print(f"{total.scenes:,} scenes from seed {given.seed} in {seconds:,.0f} s")
    for name, count in backends.items():
        refused = f", {total.refused[name]} scenes refused" if total.refused[name] else ""
        print(f"  {name}: {count:,} verdicts as the interpreter gives them{refused}")
    for law, count in laws.items():
        print(f"  {law}: {count:,} verdicts")
    if found is None:
        print("no difference")


def _keep(scene: Scene, difference: Difference, seed: int | None) -> None:
    """Writes the scene into the corpus and shows it."""
    loaded = scene.load()
    expected = BACKENDS["interpreter"](loaded.logics, loaded.records, loaded.moments)
    about = f"seed {seed}: {difference.what}"
    path = write(Kept(about, (difference.backend,), scene, expected))
    shown = yaml.safe_dump(scene.to_data(), allow_unicode=True, sort_keys=False, width=96)
    sys.stderr.write(
        f"\n{difference.backend} differs: {difference.what}\n\n{shown}\n"
        f"kept as {path.relative_to(CORPUS.parent.parent.parent)}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
