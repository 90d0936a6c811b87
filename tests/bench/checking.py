"""`python -m tests.bench.checking [--versions 1000,5000]`: what `check` takes for many versions.

A shelf of copies of one short policy, each in a folder of its own. CPU seconds of the whole
process, the least of some repeats; what each version costs must not grow with their number.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

POLICY = """\
policy: p{number}
version: 1.0.0
title: A short definition
vocabulary: 1
grain: company
criteria:
  large_enough:
    says: There are enough people.
    company.employees: {{at_least: 20}}
  asked:
    says: They asked for something.
    happened: inbound_request
    within: 90 days
stages:
  - stage: lead
    counts_as: lead
    requires: nothing
    when: asked
  - stage: qualified_lead
    counts_as: qualified_lead
    requires: lead
    when: large_enough
"""


def shelf(folder: Path, versions: int) -> None:
    """So many policies beside the vocabulary of the seed policies."""
    vocabulary = Path("policies/vocabulary.yaml").read_text(encoding="utf-8")
    (folder / "vocabulary.yaml").write_text(vocabulary, encoding="utf-8")
    for number in range(versions):
        (folder / f"p{number}").mkdir()
        text = POLICY.format(number=number)
        (folder / f"p{number}" / "1.0.0.yaml").write_text(text, encoding="utf-8")


def seconds(folder: Path) -> float:
    """CPU seconds of `leadpolicy check FOLDER`, a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "leadpolicy", "check", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.checking", description=__doc__)
    parser.add_argument("--versions", default="1000,5000", help="how many, with commas")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args(arguments)
    print("leadpolicy check, CPU seconds of the whole process")
    for versions in map(int, given.versions.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            shelf(Path(folder), versions)
            least = min(seconds(Path(folder)) for _ in range(given.repeats))
        print(f"{versions:>7,} versions {least:8.2f} s {1000 * least / versions:8.2f} ms each")
    return 0


if __name__ == "__main__":
    sys.exit(main())
