"""Results of cards, for the terminal and as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leadpolicy.english import plural
from leadpolicy.governance.examples import NO_STAGE, CardResult, CardRun
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth

_ORDER = (TRUE, FALSE, UNKNOWN)
_LETTERS = {TRUE: "T", FALSE: "F", UNKNOWN: "U"}


def render_run(run: CardRun, *, verbose: bool = False) -> str:
    """One version: a line with the totals, then failures and gaps."""
    stages, criteria = run.stage_coverage(), run.criterion_coverage()
    mark = "ok  " if run.sound else "FAIL"
    lines = [
        (
            f"{mark} {run.policy.identity}: {len(run.results) - len(run.failures)} of "
            f"{len(run.results)} cards pass; stages seen {_share(stages)}, "
            f"criteria {_share(criteria)}"
        )
    ]
    if verbose:
        lines += [f"       card  {_card(result)}" for result in run.results]
    else:
        lines += [f"       FAIL  {_card(result)}" for result in run.failures]
    for kind, seen in (("stage", stages), ("criterion", criteria)):
        for name, values in seen.items():
            if verbose or (len(values) < len(Truth) and (kind == "stage" or not run.sound)):
                shown = " ".join(_LETTERS[v] if v in values else "-" for v in _ORDER)
                lines.append(f"       {shown}  {kind} {name}")
    for name, missing in run.uncovered.items():
        wanted = " and ".join(str(value) for value in _ORDER if value in missing)
        lines.append(f"       no card shows the stage `{name}` {wanted}")
    return "\n".join(lines)


def _card(result: CardResult) -> str:
    got = _reading(result.stage, result.possible)
    if result.passed:
        return f"{result.card.name}: {got}"
    wanted = _reading(result.expected.stage, result.expected.possible)
    place = f" ({result.expected.span})" if result.expected.span else ""
    return f"{result.card.name}: {got}, expected {wanted}{place}"


def _reading(stage: str | None, possible: str | None) -> str:
    shown = stage or NO_STAGE
    return shown if stage == possible else f"{shown}, possibly {possible or NO_STAGE}"


def _share(seen: dict[str, frozenset[Truth]]) -> str:
    total = len(seen) * len(Truth)
    found = sum(len(values) for values in seen.values())
    return f"{100 * found // total if total else 100} %"


def render_total(runs: Iterable[CardRun]) -> str:
    """The closing line."""
    all_runs = list(runs)
    cards = sum(len(run.results) for run in all_runs)
    failures = sum(len(run.failures) for run in all_runs)
    gaps = sum(bool(run.uncovered) for run in all_runs)
    text = f"{plural(len(all_runs), 'policy version')}, {plural(cards, 'card')}: "
    text += f"{cards - failures} pass" + (f", {failures} fail" if failures else "")
    gap = f"{plural(gaps, 'version')} with stages not covered"
    text += f"; {gap}" if gaps else "; every stage covered"
    return text + " (T true, F false, U unknown, - never seen)"


def run_to_dict(run: CardRun) -> dict[str, Any]:
    """Results and coverage as plain data."""
    return {
        "policy": run.policy.identity,
        "sound": run.sound,
        "cards": [
            {
                "card": result.card.name,
                "passed": result.passed,
                "stage": result.stage,
                "possible": result.possible,
                "expected": {
                    "stage": result.expected.stage,
                    "possible": result.expected.possible,
                },
            }
            for result in run.results
        ],
        "coverage": {
            "stages": _covered(run.stage_coverage()),
            "criteria": _covered(run.criterion_coverage()),
        },
    }


def _covered(seen: dict[str, frozenset[Truth]]) -> dict[str, list[str]]:
    return {name: [str(v) for v in _ORDER if v in values] for name, values in seen.items()}
