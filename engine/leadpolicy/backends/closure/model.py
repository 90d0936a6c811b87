"""What a compiled policy is, and what it can say of a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeAlias

from leadpolicy.backends.interpreter import Verdicts
from leadpolicy.logic.terms import Term
from leadpolicy.truth import TRUE, UNKNOWN, Truth
from leadpolicy.types import Range, Value
from leadpolicy.vocabulary.record import EventLog, Record

Facts: TypeAlias = Mapping[str, Value | None]
Logs: TypeAlias = Mapping[str, EventLog]
Truths: TypeAlias = tuple[Truth, ...]
Ladder: TypeAlias = Callable[[Facts, Logs, datetime], int]
Everything: TypeAlias = Callable[
    [Facts, Logs, datetime], tuple[Truths, Truths, Truths, tuple[Value | None, ...]]
]


class Explanation(NamedTuple):
    """Everything that was found out about one record.

    `stage` and `possible` are places in the ladder, -1 for none. `stages` and `criteria` are in the
    policy's order, `verdicts` in that of `Closure.terms`, `values` in that of `Closure.facts`.
    `blocking` are the parts of the next stage that do not hold; `missing` the facts, and
    `event:KIND` for logs, that keep stages UNKNOWN.
    """

    stage: int
    possible: int
    stages: Truths
    criteria: Truths
    verdicts: Truths
    values: tuple[Value | None, ...]
    blocking: tuple[Term, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Closure:
    """A policy's logic as functions of facts, event logs and the moment of evaluation.

    `stage` and `possible` give the place of the stage in the ladder, from 0, or -1 for none. Facts
    may be missing or None. `source` is the Python code that was compiled.
    """

    stage: Ladder
    possible: Ladder
    terms: tuple[Term, ...]
    """Every distinct term, parts before wholes."""
    facts: tuple[str, ...]
    _everything: Everything = field(repr=False)
    _parts: tuple[tuple[int, ...], ...] = field(repr=False)
    """For every term the places of its parts in `terms`."""
    _stages: tuple[int, ...] = field(repr=False)
    _conjuncts: tuple[tuple[int, ...], ...] = field(repr=False)
    """For every stage the places of what must all hold."""
    _looked_at: tuple[tuple[str, ...], ...] = field(repr=False)
    """For every condition the facts, or `event:KIND`, that it looks at."""
    source: str = field(repr=False)

    def verdicts(self, record: Record, as_of: datetime) -> Verdicts:
        """What the interpreter says, in less time."""
        stages, criteria, _, _ = self._everything(record.facts, record.events, as_of)
        return Verdicts(criteria, stages)

    def explain(self, facts: Facts, events: Logs, now: datetime) -> Explanation:
        """The verdict of every criterion and condition, the values seen, and the reasons."""
        stages, criteria, found, values = self._everything(facts, events, now)
        stage = possible = -1
        for place, verdict in enumerate(stages):
            if verdict is TRUE:
                stage = possible = place
            elif verdict is UNKNOWN:
                possible = place
        blocking: tuple[Term, ...] = ()
        if stage + 1 < len(stages):
            terms = self.terms
            blocking = tuple([terms[i] for i in self._conjuncts[stage + 1] if found[i] is not TRUE])
        missing = self._missing(found, facts) if UNKNOWN in stages else ()
        return Explanation(stage, possible, stages, criteria, found, values, blocking, missing)

    def _missing(self, found: Truths, facts: Facts) -> tuple[str, ...]:
        """What the conditions lack that keep stages UNKNOWN, reached through UNKNOWN terms only."""
        names: dict[str, None] = {}
        parts, looked_at = self._parts, self._looked_at
        pending = [place for place in reversed(self._stages) if found[place] is UNKNOWN]
        seen: set[int] = set()
        while pending:
            place = pending.pop()
            if place in seen:
                continue
            seen.add(place)
            if inner := parts[place]:
                pending += [part for part in reversed(inner) if found[part] is UNKNOWN]
            elif len(looked_at[place]) == 1:
                names[looked_at[place][0]] = None
            else:
                for name in looked_at[place]:
                    value = facts.get(name)
                    if value is None or isinstance(value, Range):
                        names[name] = None
        return tuple(names)
