"""The nearest flips: single values that, had they been other ones, would give another stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.decision.candidates import values_around, within
from leadpolicy.decision.dependence import Dependence, dependence
from leadpolicy.decision.happenings import more, none
from leadpolicy.decision.model import Flip
from leadpolicy.decision.witness import with_facts
from leadpolicy.decision.wording import with_another_value, with_more_events, without_events
from leadpolicy.logic.terms import Happened, Known, Subject
from leadpolicy.truth import TRUE, UNKNOWN
from leadpolicy.types import Kind, Range, Type, Value
from leadpolicy.vocabulary.model import EVENT
from leadpolicy.vocabulary.record import Happening, Record

if TYPE_CHECKING:
    from leadpolicy.decision.model import Decision

MOST: Final = 5
_WORK: Final = 200_000
_FEWEST: Final = 20
_ONE_MORE: Final = 1.5
_NOT_HAPPENED: Final = 2.0
_MONTH: Final = 30


def flips(decision: Decision) -> tuple[Flip, ...]:
    """Changes of one known value, or of what happened, that give another stage, nearest first.

    Of changes to one fact that give the same stage the nearest; of flips that are equally near the
    one to the higher stage comes first.
    """
    flipping = _Flipping(decision)
    found: dict[tuple[str, str | None], _Change] = {}
    for name in flipping.hanging.atoms:
        if flipping.is_known(name) and flipping.matters(name):
            for change, stage in flipping.try_all(name):
                found.setdefault((name, stage), change)
    places = {stage.name: place for place, stage in enumerate(decision.policy.stages)}
    ranked = sorted(
        found.items(),
        key=lambda item: (item[1].distance, -places.get(item[0][1] or "", -1), item[0][0]),
    )
    return tuple(flipping.flip(name, change, stage) for (name, stage), change in ranked[:MOST])


@dataclass(frozen=True, slots=True)
class _Change:
    """A record as it might be, and how far that is from what it is."""

    record: Record
    distance: float
    value: Value | None = None
    atom: Happened | None = None
    happening: Happening | None = None
    """An event that would have to happen now, `times` times; None: events that must not have."""
    times: int = 0


class _Flipping:
    """Tries changes of one record."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.hanging: Dependence = dependence(decision.policy)
        names = [stage.name for stage in decision.policy.stages]
        ladder = list(zip(names, decision.policy.logic.stages, strict=True))
        at = -1 if decision.stage is None else names.index(decision.stage)
        self.from_top = ladder[::-1]
        self.reach = [term for _, term in ladder[max(at, 0) :]]
        """The present stage and those above: while none of them changes, nothing does."""

    def is_known(self, name: str) -> bool:
        record = self.decision.record
        if name.startswith(EVENT):
            return name.removeprefix(EVENT) in record.events
        return name in record.facts

    def matters(self, name: str) -> bool:
        """Whether some other value could change the stage.

        It cannot where the verdicts stay decided although the value is forgotten: what is decided
        without a value is decided for every value.
        """
        above = self.hanging.above(name)
        evaluation = self.hanging.forget(above, self.decision.evaluation, self.decision.record)
        for atom in self.hanging.atoms[name]:
            if not isinstance(atom, Known):
                evaluation.truths[atom] = UNKNOWN
        return any(term in above and evaluation.truth(term) is UNKNOWN for term in self.reach)

    def try_all(self, name: str) -> Iterator[tuple[_Change, str | None]]:
        """Changes of one fact or log, the nearest first, that give another stage.

        Of changes with the same effect on the atoms that look at it only the nearest is tried; of a
        fact that hundreds of conditions look at not more than the nearest few hundred.
        """
        atoms = self.hanging.atoms[name]
        evaluation = self.decision.evaluation
        above = self.hanging.above(name)
        tried = {tuple([evaluation.truth(atom) for atom in atoms])}
        changes = self.events(name) if name.startswith(EVENT) else self.values(name)
        nearest = sorted(changes, key=lambda change: change.distance)
        for change in nearest[: max(_FEWEST, _WORK // len(atoms))]:
            of_atoms = Evaluation(change.record.facts, change.record.events, evaluation.now)
            verdicts = tuple([of_atoms.truth(atom) for atom in atoms])
            if verdicts not in tried:
                tried.add(verdicts)
                changed = self.hanging.forget(above, evaluation, change.record)
                changed.truths.update(of_atoms.truths)
                stage = self.stage(changed)
                if stage != self.decision.stage:
                    yield change, stage

    def values(self, name: str) -> Iterator[_Change]:
        record = self.decision.record
        kind = self.decision.policy.vocabulary.facts[name].type
        old = record.facts[name]
        atoms = self.hanging.atoms[name]
        for value in values_around(Subject(name, kind), atoms, record, self.decision.as_of):
            if value != old:
                yield _Change(with_facts(record, {name: value}), distance(kind, old, value), value)

    def events(self, name: str) -> Iterator[_Change]:
        record, as_of = self.decision.record, self.decision.as_of
        for atom in self.hanging.atoms[name]:
            if isinstance(atom, Happened):
                longer = more(atom, record, as_of)
                if longer is not None:
                    changed, happening, times = longer
                    yield _Change(changed, _ONE_MORE * times, None, atom, happening, times)
                yield _Change(none(atom, record, as_of), _NOT_HAPPENED, None, atom)

    def stage(self, evaluation: Evaluation) -> str | None:
        return next((n for n, term in self.from_top if evaluation.truth(term) is TRUE), None)

    def flip(self, name: str, change: _Change, stage: str | None) -> Flip:
        policy = self.decision.policy
        old = self.decision.record.facts.get(name)
        if change.value is not None and old is not None:
            how = with_another_value(policy.vocabulary.facts[name], old, change.value)
        elif change.happening is not None:
            kind = policy.vocabulary.events[name.removeprefix(EVENT)]
            how = with_more_events(kind, change.happening, change.times)
        elif change.atom is not None:
            how = without_events(policy, change.atom)
        else:
            how = ""
        title = self.decision.title_of(stage)
        then = f"it would be at “{title}”" if stage else "it would reach no stage"
        return Flip(
            name,
            old,
            change.value,
            stage,
            change.distance,
            f"{how} {then}",
            change.record,
            change.happening,
            change.times,
        )


def distance(kind: Type, old: Value, new: Value) -> float:
    """How far apart two values are: relative for numbers, steps for levels, months for times,
    elements for sets. A number within a range that is known is no distance away.
    """
    if isinstance(old, Range):
        if within(new, old):
            return 0.0
        ends = [end for end in (old.low, old.high) if end is not None]
        return min((distance(kind, end, new) for end in ends), default=1.0)
    if kind.kind is Kind.LEVEL:
        return float(abs(kind.rank(str(old)) - kind.rank(str(new))))
    if isinstance(old, bool) or isinstance(new, bool):
        return 1.0
    if isinstance(old, int | float) and isinstance(new, int | float):
        return abs(new - old) / max(abs(old), 1.0)
    if isinstance(old, datetime) and isinstance(new, datetime):
        return abs((new - old).total_seconds()) / 86400 / _MONTH
    if isinstance(old, date) and isinstance(new, date):
        return abs((new - old).days) / _MONTH
    if isinstance(old, frozenset) and isinstance(new, frozenset):
        return float(len(old ^ new))
    return 1.0


__all__ = ["distance", "flips"]
