"""Cases of other projects: how many pass, how many differ on purpose, how many cannot be said."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.conformance.backends import BACKENDS
from tests.conformance.foreign import Judged, Outcome, judge

KNOWN: Final = yaml.safe_load(Path(__file__).with_name("foreign.yaml").read_text(encoding="utf-8"))
RULES: Final[dict[str, str]] = KNOWN["rules"]
COUNTS: Final[dict[str, dict[str, Any]]] = KNOWN["counts"]


def judged(file: Path, name: str) -> list[Judged]:
    with file.open(encoding="utf-8") as lines:
        return judge([json.loads(line) for line in lines], name)


def counted(cases: list[Judged]) -> dict[str, Any]:
    """The three counts; the last two by rule."""
    return {
        str(outcome): dict(sorted(rules.items())) if rules.keys() - {""} else rules.total()
        for outcome in Outcome
        for rules in [Counter(case.rule for case in cases if case.outcome is outcome)]
    }


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("file", COUNTS)
def test_counts(
    file: str, name: str, conformance: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = judged(conformance / file, name)
    totals = Counter(case.outcome for case in cases)
    with capsys.disabled():
        shown = ", ".join(f"{totals[outcome]} {outcome}" for outcome in Outcome)
        print(f"\n{file}, {name}: {len(cases)} cases: {shown}", file=sys.stderr)
    unexplained = [case for case in cases if case.rule and case.rule not in RULES]
    assert not unexplained
    assert counted(cases) == COUNTS[file]


def test_more_agree_than_under_a_strictly_typed_reading() -> None:
    assert COUNTS["jsonlogic.jsonl"]["must pass"] >= 191
    assert COUNTS["json-rules-engine.jsonl"]["must pass"] >= 24


def test_every_rule_is_needed() -> None:
    used = {
        rule
        for counts in COUNTS.values()
        for outcome in (Outcome.DIFFERS, Outcome.CANNOT)
        for rule in counts[outcome]
    }
    assert used == set(RULES)


def test_every_file_is_known(conformance: Path) -> None:
    assert {path.name for path in conformance.glob("*.jsonl")} == set(COUNTS)
