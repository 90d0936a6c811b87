"""`python -m tests.bench_single [--quick] [--json FILE]`: prints a table of medians and ratios."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.bench_single import measure, peers

HAND, TRACE = "× by hand", "× zen trace"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench_single", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds; ratios are rough")
    parser.add_argument("--json", type=Path, help="where to write the figures as JSON")
    given = parser.parse_args(arguments)
    rounds, count = (5, 300) if given.quick else (21, 2_000)
    tables = {
        "one record, stage out": (HAND, measure.stages(rounds=rounds, count=count)),
        "one record, explained": (TRACE, measure.explanations(rounds=rounds, count=count)),
        "events in windows": (HAND, measure.events(rounds=rounds, count=count)),
    }
    figures = {"compile_ms": measure.compilation(), "import_ms": measure.imports()}
    for title, (yardstick, rows) in tables.items():
        print(f"\n{title}")
        heads = f"{'policy':>8} {'records':>14} {'µs':>10} {yardstick:>12} {'× closure':>10}"
        print(f"{'':34}{heads}")
        for row in rows:
            ratios = " ".join(_ratio(ratio) for ratio in (row.to_yardstick, row.to_closure))
            print(f"{row.what:34}{row.policy:>8} {row.records:>14} {row.median_us:>10.2f} {ratios}")
    for title, values in figures.items():
        print(f"\n{title}")
        for what, value in values.items():
            print(f"  {what:60} {value:8.2f}")
    missing = [peer for peer in peers.PEERS if not peers.installed(peer)]
    if missing:
        print("\nnot installed, not measured:", ", ".join(missing))
    if given.json is not None:
        data = {
            "python": platform.python_version(),
            "tables": {title: [asdict(row) for row in rows] for title, (_, rows) in tables.items()},
            **figures,
        }
        given.json.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    return 0


def _ratio(ratio: float | None) -> str:
    return f"{'':>11}" if ratio is None else f"{ratio:>11.2f}"


if __name__ == "__main__":
    sys.exit(main())
