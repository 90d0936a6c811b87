"""The reasoning behind a decision, as a tree: stages, criteria, conditions, values seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from leadpolicy.backends.interpreter import Evaluation, matches
from leadpolicy.decision.model import Counted, Seen, Step
from leadpolicy.decision.outline import Outline, Role, outlines
from leadpolicy.logic.terms import Happened
from leadpolicy.truth import FALSE, TRUE, UNKNOWN
from leadpolicy.types import show_number
from leadpolicy.vocabulary.record import Happening

if TYPE_CHECKING:
    from leadpolicy.decision.model import Decision

_EXCLUDED: Final = {TRUE: "not ruled out", FALSE: "ruled out", UNKNOWN: "may be ruled out"}


def explain(decision: Decision) -> tuple[Step, ...]:
    """One step per stage, in the order of the ladder."""
    explaining = _Explaining(decision)
    return tuple([explaining.step(outline) for outline in outlines(decision.policy)])


class _Explaining:
    """Fills outlines with what was evaluated and seen."""

    def __init__(self, decision: Decision) -> None:
        self.record = decision.record
        self.evaluation: Evaluation = decision.evaluation

    def step(self, outline: Outline) -> Step:
        truth = self.evaluation.truth(outline.term)
        steps = tuple([self.step(part) for part in outline.parts])
        label = outline.label
        if outline.role is Role.EXCLUDES:
            label = f"{_EXCLUDED[truth]} by “{label}”" if label else _EXCLUDED[truth]
        facts, origins = self.record.facts, self.record.origins
        return Step(
            label=label,
            truth=truth,
            condition=outline.condition,
            name=outline.name,
            role=outline.role,
            rule=outline.rule,
            grouping=outline.grouping,
            tally=_tally(outline, steps),
            seen=tuple([Seen(name, facts.get(name), origins.get(name)) for name in outline.facts]),
            counted=None if outline.event is None else self.counted(outline.event),
            steps=steps,
        )

    def counted(self, atom: Happened) -> Counted:
        log = self.record.events.get(atom.event)
        if log is None:
            return Counted(atom.event, kept=False)
        now = self.evaluation.now
        verdicts = matches(log.happenings, atom, now)
        certain = [h for h, v in zip(log.happenings, verdicts, strict=True) if v is TRUE]
        possible = len(verdicts) - verdicts.count(FALSE)
        last = _last(certain or list(log.happenings))
        return Counted(
            atom.event, True, len(certain), possible, len(log.happenings), last, log.since
        )


def _last(happenings: Iterable[Happening]) -> Happening | None:
    """The latest; an undated one only where none has a date."""
    earliest = datetime.min.replace(tzinfo=UTC)
    return max(happenings, key=lambda happening: happening.at or earliest, default=None)


def _tally(outline: Outline, steps: Sequence[Step]) -> str:
    """How far a quorum or a score has come: `4 hold, 1 unknown`, `45 points now`."""
    if not outline.weights:
        return ""
    low = high = Decimal(0)
    for weight, step in zip(outline.weights, steps, strict=True):
        if step.truth is not FALSE:
            low += weight if step.truth is TRUE else min(weight, Decimal(0))
            high += weight if step.truth is TRUE else max(weight, Decimal(0))
    if not outline.scored:
        open_parts = f", {high - low} unknown" if low != high else ""
        return f"{low} {'holds' if low == 1 else 'hold'}{open_parts}"
    if low == high:
        return f"{_number(low)} points now"
    return f"between {_number(low)} and {_number(high)} points now"


def _number(number: Decimal) -> str:
    return show_number(int(number) if number == int(number) else float(number))
