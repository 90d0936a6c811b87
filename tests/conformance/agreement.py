"""How much each engine was compared with the definition of the meaning; `leadpolicy engines` tells.

`python -m tests.conformance.agreement` writes the numbers of conformance cases into
`agreement.json`, beside the engines; `python -m tests.fuzz --record` those of random verdicts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from leadpolicy import backends
from leadpolicy.backends import BACKENDS as ENGINES
from leadpolicy.diagnostics import LeadpolicyError
from tests.conformance.backends import BACKENDS, Question, ask
from tests.conformance.cases import every_case

FILE: Final = Path(backends.__file__).with_name("agreement.json")
ENGINE: Final = {"durable-rules": "durable"}
"""Engines that the tests call otherwise."""


@lru_cache
def cases() -> dict[str, dict[str, int]]:
    """For each engine on how many records of cases it says what the case expects, and how many it
    refuses.
    """
    every = list(every_case())
    questions = [
        Question(case.policy.logic, [r.record for r in case.rows], [r.as_of for r in case.rows])
        for case in every
    ]
    found = {}
    for name in BACKENDS:
        right = refused = 0
        for case, said in zip(every, ask(name, questions), strict=True):
            if isinstance(said, LeadpolicyError):
                refused += len(case.rows)
            elif isinstance(said, list):
                pairs = zip(case.rows, said, strict=True)
                right += sum(found.stages[0] is row.expected for row, found in pairs)
        found[ENGINE.get(name, name)] = {"cases": right, "refused": refused}
    return found


def kept() -> dict[str, dict[str, Any]]:
    """What was written last."""
    known: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return known


def write(found: Mapping[str, Mapping[str, int]]) -> None:
    """Takes over new numbers."""
    known = kept() if FILE.exists() else {}
    merged = {name: {**known.get(name, {}), **found.get(name, {})} for name in ENGINES}
    FILE.write_text(json.dumps(merged, indent=1) + "\n", encoding="utf-8")


def record(verdicts: Mapping[str, int]) -> None:
    """Takes over how many random verdicts were compared without a difference."""
    write(
        {
            ENGINE.get(name, name): {"verdicts": number}
            for name, number in verdicts.items()
            if ENGINE.get(name, name) in ENGINES
        }
    )


if __name__ == "__main__":
    write(cases())
    sys.exit(0)
