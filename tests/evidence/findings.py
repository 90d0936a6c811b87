"""All promises, each tried on many simulated studies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.evidence import intervals, leaking, overtime, verdicts, voting
from tests.evidence.finding import Finding

PROMISES: Final[tuple[Callable[[int, int], list[Finding]], ...]] = (
    intervals.conversion,
    intervals.differences,
    intervals.lifts,
    intervals.survival,
    intervals.truncated,
    intervals.ends,
    intervals.censored,
    verdicts.copies,
    verdicts.worthless,
    verdicts.wider,
    verdicts.sooner,
    verdicts.missing,
    verdicts.planted,
    verdicts.needed,
    verdicts.families,
    verdicts.thresholds,
    verdicts.unclustered,
    verdicts.identical,
    leaking.planted_leaks,
    leaking.false_alarms,
    overtime.load,
    overtime.moments,
    overtime.agreement,
    voting.votes_at_random,
)
