"""`python -m tests.races --rounds 500`: how often two writers at once lose something."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.races.rounds import RACES, lost, runners


def main() -> int:
    """Prints the number of rounds and losses of every race; 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500)
    rounds = parser.parse_args().rounds
    every = []
    with runners() as pair, tempfile.TemporaryDirectory() as folder:
        for kind in RACES:
            found = lost(kind, rounds, Path(folder), pair)
            print(f"{kind:12} {rounds} races, {len(found)} losses", flush=True)
            every += found
    print("\n".join(every[:10]))
    return int(bool(every))


if __name__ == "__main__":
    sys.exit(main())
