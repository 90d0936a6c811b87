"""The nearest flips: single values that, had they been other ones, would give another stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.decision.candidates import granting, subject_of, with_events
from leadpolicy.decision.model import Flip
from leadpolicy.decision.ways import Wish
from leadpolicy.logic.terms import (
    All,
    Any,
    Compare,
    Const,
    CountAtLeast,
    Happened,
    Has,
    Known,
    Member,
    Not,
    SumAtLeast,
    Term,
    TextTest,
)
from leadpolicy.truth import FALSE, TRUE, Truth
from leadpolicy.types import Kind, Range, Type, Value, show
from leadpolicy.vocabulary.model import EVENT
from leadpolicy.vocabulary.record import Record

if TYPE_CHECKING:
    from leadpolicy.decision.model import Decision

MOST: Final = 5
_TRIED: Final = 3
"""Values tried for one fact and stage before giving up on it."""


def flips(decision: Decision) -> tuple[Flip, ...]:
    """Changes of one known value (or one more event) that give another stage, nearest first.

    Every flip was evaluated in full: the stage it names is the stage the changed record has.
    """
    found: dict[tuple[str, str | None], Flip] = {}
    above = decision.stage is None
    targets: list[tuple[Term, Truth]] = []
    for stage, term in zip(decision.policy.stages, decision.policy.logic.stages, strict=True):
        if above and decision.stages[stage.name] is not TRUE:
            targets.append((term, TRUE))
        if stage.name == decision.stage:
            above = True
            targets.append((term, FALSE))
    for term, want in targets:
        for name, wishes in levers(term, want, decision).items():
            for flip in _try(decision, name, wishes):
                key = (flip.fact, flip.stage)
                if key not in found or flip.distance < found[key].distance:
                    found[key] = flip
    ranked = sorted(found.values(), key=lambda flip: (flip.distance, flip.fact))
    return tuple(ranked[:MOST])


def levers(term: Term, want: Truth, decision: Decision) -> dict[str, list[Wish]]:
    """Facts that could give the term the wanted truth alone, each with what is wished of it."""
    truth = decision.evaluation.truth
    match term:
        case Const():
            return {}
        case Not():
            return levers(term.term, ~want, decision)
        case Compare() | Member() | Known() | TextTest() | Has() | Happened():
            name = _lever(term, decision)
            return {} if name is None else {name: [(term, want)]}
        case All() | Any():
            parts = [part for part in term.terms if truth(part) is not want]
            needed = len(parts) if isinstance(term, All) is (want is TRUE) else 1
        case CountAtLeast():
            parts = [part for part in term.terms if truth(part) is not want]
            settled = len(term.terms) - len(parts)
            least = term.least if want is TRUE else len(term.terms) - term.least + 1
            needed = least - settled
        case SumAtLeast():
            return _any_lever(_summands(term, want), decision)
    counts: dict[str, int] = {}
    joined: dict[str, list[Wish]] = {}
    for part in parts:
        for name, wishes in levers(part, want, decision).items():
            counts[name] = counts.get(name, 0) + 1
            joined.setdefault(name, []).extend(wishes)
    if needed == 1:
        return {name: wishes[:1] for name, wishes in joined.items()}
    return {name: wishes for name, wishes in joined.items() if counts[name] >= needed}


def _summands(term: SumAtLeast, want: Truth) -> Iterator[Wish]:
    for weight, part in zip(term.weights, term.terms, strict=True):
        yield part, want if weight > 0 else ~want


def _any_lever(wishes: Iterator[Wish], decision: Decision) -> dict[str, list[Wish]]:
    """Each rule of a score alone; whether it suffices shows when the change is evaluated."""
    found: dict[str, list[Wish]] = {}
    for part, want in wishes:
        if decision.evaluation.truth(part) is not want:
            for name, inner in levers(part, want, decision).items():
                found.setdefault(name, inner)
    return found


def _lever(atom: Term, decision: Decision) -> str | None:
    """The known fact, or the kept event log, that an atom depends on."""
    if isinstance(atom, Happened):
        return EVENT + atom.event if atom.event in decision.record.events else None
    subject = subject_of(atom)
    if subject is None or decision.record.facts.get(subject.name) is None:
        return None
    return subject.name


def _try(decision: Decision, name: str, wishes: list[Wish]) -> Iterator[Flip]:
    """Evaluates the change in full; only a record that really has another stage is a flip."""
    record, as_of = decision.record, decision.as_of
    if name.startswith(EVENT):
        yield from _try_event(decision, wishes)
        return
    old = record.facts[name]
    kind = decision.policy.vocabulary.facts[name].type
    values = sorted(granting(wishes, record, as_of), key=lambda value: distance(kind, old, value))
    for value in values[:_TRIED]:
        changed = replace(record, facts={**record.facts, name: value})
        stage = _stage(decision, changed)
        if stage != decision.stage:
            far = distance(kind, old, value)
            text = (
                f"with {decision.policy.vocabulary.phrase(name)} {_quoted(value, kind)} instead of "
                f"{_quoted(old, kind)} it {_would_be(decision, stage)}"
                if kind.kind is not Kind.BOOLEAN
                else f"if it were {'so' if value else 'not so'} that "
                f"{decision.policy.vocabulary.phrase(name)}, it {_would_be(decision, stage)}"
            )
            yield Flip(name, old, value, stage, far, text)
            return


def _quoted(value: Value, kind: Type) -> str:
    """Numbers and dates stand bare, names of values in quotes."""
    shown = show(value, kind)
    return f"“{shown}”" if isinstance(value, str | frozenset) else shown


def _try_event(decision: Decision, wishes: list[Wish]) -> Iterator[Flip]:
    atom, want = wishes[0]
    if want is not TRUE or not isinstance(atom, Happened):
        return
    changed = with_events(atom, decision.record, decision.as_of)
    if changed is None:
        return
    stage = _stage(decision, changed)
    if stage != decision.stage:
        kind = decision.policy.vocabulary.events[atom.event]
        times = "" if atom.least == 1 else f" {atom.least} times"
        text = f"if they {kind.phrase} now{times}, it {_would_be(decision, stage)}"
        yield Flip(EVENT + atom.event, None, None, stage, 1.5, text)


def _would_be(decision: Decision, stage: str | None) -> str:
    return f"would be at “{decision.title_of(stage)}”" if stage else "would reach no stage"


def _stage(decision: Decision, record: Record) -> str | None:
    found = verdicts(decision.policy.logic, record, decision.as_of)
    reached = None
    for stage, verdict in zip(decision.policy.stages, found.stages, strict=True):
        if verdict is TRUE:
            reached = stage.name
    return reached


def distance(kind: Type, old: Value, new: Value) -> float:
    """How far apart two values are: relative for numbers, steps for levels, days for dates."""
    if isinstance(old, Range):
        ends = [end for end in (old.low, old.high) if end is not None]
        return min((distance(kind, end, new) for end in ends), default=1.0)
    if kind.kind is Kind.LEVEL:
        return float(abs(kind.rank(str(old)) - kind.rank(str(new))))
    if isinstance(old, bool) or isinstance(new, bool):
        return 1.0
    if isinstance(old, int | float) and isinstance(new, int | float):
        return abs(new - old) / max(abs(old), 1.0)
    if isinstance(old, datetime) and isinstance(new, datetime):
        return abs((new - old).total_seconds()) / 86400 / 30
    if isinstance(old, date) and isinstance(new, date):
        return abs((new - old).days) / 30
    return 1.0
