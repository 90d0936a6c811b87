"""Answers with which wishes come true: the proof that a question can decide what it is asked for.

What is known stays as it is. A fact known as a range may take a value within it; an event whose
date or details are missing may take any; a log that was never kept may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Final

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.decision.candidates import values_around, within
from leadpolicy.decision.dependence import agree, subject_of
from leadpolicy.decision.happenings import log_granting
from leadpolicy.decision.ways import Wish
from leadpolicy.logic.terms import Compare, Happened, Other, Subject, TextMatch, TextTest
from leadpolicy.types import Value
from leadpolicy.vocabulary.record import EventLog, Record

_TRIED: Final = 500
"""Combinations tried before a set of wishes is given up."""


@dataclass(slots=True)
class Witnesses:
    """Looks for answers about one record. What was found for a set of wishes is kept."""

    record: Record
    as_of: datetime
    _values: dict[tuple[str, frozenset[Wish]], Value | None] = field(default_factory=dict)
    _logs: dict[tuple[str, frozenset[Wish]], EventLog | None] = field(default_factory=dict)

    def find(self, wishes: Iterable[Wish]) -> Record | None:
        """A record in which every wish comes true; None if none was found.

        A wish about a regular expression that stands alone is taken to be grantable, and its fact
        stays missing.
        """
        about: dict[str, list[Wish]] = {}
        events: dict[str, list[Wish]] = {}
        linked: list[Wish] = []
        for atom, want in wishes:
            subject = subject_of(atom)
            if isinstance(atom, Happened):
                events.setdefault(atom.event, []).append((atom, want))
            elif isinstance(atom, Compare) and isinstance(atom.right, Other):
                linked.append((atom, want))
            elif subject is not None:
                about.setdefault(subject.name, []).append((atom, want))
        record: Record | None = self.record
        if linked:
            record = self._linked(linked, about)
        for name, inner in about.items():
            record = self._with_fact(record, name, inner)
        for kind, inner in events.items():
            record = self._with_log(record, kind, inner)
        return record

    def _with_fact(self, record: Record | None, name: str, wishes: list[Wish]) -> Record | None:
        if record is None or _alone(wishes):
            return record
        key = (name, frozenset(wishes))
        if key not in self._values:
            self._values[key] = next(granting(wishes, self.record, self.as_of), None)
        value = self._values[key]
        return None if value is None else with_facts(record, {name: value})

    def _with_log(self, record: Record | None, kind: str, wishes: list[Wish]) -> Record | None:
        if record is None:
            return None
        key = (kind, frozenset(wishes))
        if key not in self._logs:
            self._logs[key] = log_granting(kind, wishes, self.record, self.as_of)
        log = self._logs[key]
        return None if log is None else replace(record, events={**record.events, kind: log})

    def _linked(self, wishes: list[Wish], about: dict[str, list[Wish]]) -> Record | None:
        """Facts that are compared with one another, found together; taken out of `about`."""
        subjects: dict[str, Subject] = {}
        for atom, _ in wishes:
            if isinstance(atom, Compare) and isinstance(atom.right, Other):
                subjects[atom.right.subject.name] = atom.right.subject
        for atom, _ in wishes:
            if isinstance(atom, Compare):
                subjects[atom.left.name] = atom.left
        together = [*wishes, *(wish for name in subjects for wish in about.pop(name, ()))]
        tried = self._combinations(list(subjects.values()), together, self.record)
        for record in islice(tried, _TRIED):
            if agree(Evaluation(record.facts, record.events, self.as_of), together):
                return record
        return None

    def _combinations(
        self, subjects: Sequence[Subject], wishes: list[Wish], record: Record
    ) -> Iterator[Record]:
        """Values for one fact after the other; the later ones depend on the earlier."""
        if not subjects:
            yield record
            return
        first, *rest = subjects
        known = self.record.facts.get(first.name)
        atoms = [atom for atom, _ in wishes]
        for value in values_around(first, atoms, record, self.as_of):
            if within(value, known):
                yield from self._combinations(rest, wishes, with_facts(record, {first.name: value}))
        if known is not None:
            yield from self._combinations(rest, wishes, record)


def _alone(wishes: list[Wish]) -> bool:
    atom, _ = wishes[0]
    return len(wishes) == 1 and isinstance(atom, TextTest) and atom.test is TextMatch.MATCHES


def with_facts(record: Record, values: Mapping[str, Value]) -> Record:
    """The record with other values."""
    return Record({**record.facts, **values}, record.events, record.id, record.origins)


def granting(wishes: list[Wish], record: Record, as_of: datetime) -> Iterator[Value]:
    """Values of one fact, as far as it is open, with which every wish about it comes true."""
    atoms = [atom for atom, _ in wishes]
    subject = subject_of(atoms[0])
    if subject is None:
        return
    known = record.facts.get(subject.name)
    for value in values_around(subject, atoms, record, as_of):
        if within(value, known):
            facts = {**record.facts, subject.name: value}
            if agree(Evaluation(facts, record.events, as_of), wishes):
                yield value


__all__ = ["Witnesses", "granting", "with_facts"]
