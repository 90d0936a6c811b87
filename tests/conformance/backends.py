"""Every way to run a policy, so that one table of cases judges them all."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from leadpolicy.backends import durable
from leadpolicy.backends.closure import compile_logic
from leadpolicy.backends.interpreter import Verdicts, verdicts
from leadpolicy.logic.terms import Happened, Logic
from leadpolicy.logic.walk import facts, subjects, walk
from leadpolicy.types import Type
from leadpolicy.vocabulary import Record

if TYPE_CHECKING:
    from leadpolicy.backends.sql.session import Session

Answers: TypeAlias = dict[str, list[Verdicts]]
Batch: TypeAlias = Callable[[Mapping[str, Logic], Sequence[Record], Sequence[datetime]], Answers]
"""The verdicts of each policy on each record, each record at its own moment."""

MOST_TOGETHER: Final = 20
"""How many cases share a table."""


def interpreter(
    logics: Mapping[str, Logic], records: Sequence[Record], moments: Sequence[datetime]
) -> Answers:
    """The definition of the meaning."""
    asked = list(zip(records, moments, strict=True))
    return {name: [verdicts(logic, *one) for one in asked] for name, logic in logics.items()}


def closure(
    logics: Mapping[str, Logic], records: Sequence[Record], moments: Sequence[datetime]
) -> Answers:
    """The policy as Python code."""
    asked = list(zip(records, moments, strict=True))
    return {
        name: [compiled.verdicts(*one) for one in asked]
        for name, logic in logics.items()
        for compiled in [compile_logic(logic)]
    }


@lru_cache(maxsize=1)
def session() -> Session:
    """One engine for all tables of this process; it has to go before Python's modules do."""
    from leadpolicy.backends.sql.session import Session

    atexit.register(session.cache_clear)
    return Session(threads=1)


def sql(
    logics: Mapping[str, Logic], records: Sequence[Record], moments: Sequence[datetime]
) -> Answers:
    """One query over a table of the records."""
    from tests.backends.sql import tables

    return tables.run_table(logics, records, moments, session())


def durable_rules(
    logics: Mapping[str, Logic], records: Sequence[Record], moments: Sequence[datetime]
) -> Answers:
    """The policy as a durable-rules rule set, evaluated by its engine."""
    asked = list(zip(records, moments, strict=True))
    return {
        name: [durable.verdicts(logic, *one) for one in asked] for name, logic in logics.items()
    }


def kernels(
    logics: Mapping[str, Logic], records: Sequence[Record], moments: Sequence[datetime]
) -> Answers:
    """Bits over the coded columns of a table."""
    from tests.backends.kernels.tables import run_table

    return run_table(logics, records, moments)


EVERY: Final[Mapping[str, Batch]] = {
    "interpreter": interpreter,
    "closure": closure,
    "sql": sql,
    "kernels": kernels,
    # It has to be compiled, which is not possible everywhere.
    **({"durable-rules": durable_rules} if durable.lacking() is None else {}),
}
CHOSEN: Final = os.environ.get("LEADPOLICY_BACKENDS", ",".join(EVERY)).split(",")
"""`LEADPOLICY_BACKENDS=interpreter,sql` runs the tests on these alone."""
BACKENDS: Final = {name: batch for name, batch in EVERY.items() if name in CHOSEN}
TABLES: Final = frozenset({"sql", "kernels"})
"""Those that take many records and policies at once as quickly as one."""


def one(name: str, logic: Logic, record: Record, as_of: datetime) -> Verdicts:
    """What a backend says of a single record."""
    return BACKENDS[name]({"policy": logic}, [record], [as_of])["policy"][0]


# ------------------------------------------------------------------------------ many at once


@dataclass(frozen=True, slots=True)
class Question:
    """A policy and the records that it is asked about, each with its moment."""

    logic: Logic
    records: Sequence[Record]
    moments: Sequence[datetime]


Said: TypeAlias = list[Verdicts] | Exception
"""The verdicts on the records of a question, or what went wrong."""


def ask(name: str, questions: Sequence[Question]) -> list[Said]:
    """Answers to all questions; where tables are read, those that fit together share one."""
    if name not in TABLES:
        return [_alone(name, question) for question in questions]
    said: list[Said | None] = [None] * len(questions)
    for group in _groups(questions):
        for place, found in zip(group, _together(name, [questions[p] for p in group]), strict=True):
            said[place] = found
    return [found for found in said if found is not None]


def _alone(name: str, question: Question) -> Said:
    try:
        found = BACKENDS[name]({"policy": question.logic}, question.records, question.moments)
    except Exception as error:  # noqa: BLE001  - told by the test that asked
        return error
    return found["policy"]


def _together(name: str, questions: Sequence[Question]) -> list[Said]:
    """One table for all; if that fails, one for each, so that only the culprit is blamed."""
    records = [
        _narrowed(record, Words.of(question.logic))
        for question in questions
        for record in question.records
    ]
    moments = [moment for question in questions for moment in question.moments]
    logics = {f"policy {n}": question.logic for n, question in enumerate(questions)}
    try:
        found = BACKENDS[name](logics, records, moments)
    except Exception:  # noqa: BLE001
        return [_alone(name, question) for question in questions]
    said: list[Said] = []
    start = 0
    for label, question in zip(logics, questions, strict=True):
        said.append(found[label][start : start + len(question.records)])
        start += len(question.records)
    return said


def _narrowed(record: Record, words: Words) -> Record:
    """The record without facts that mean something else to other policies of the table."""
    facts = {name: value for name, value in record.facts.items() if name in words.facts}
    logs = {
        kind: replace(
            log,
            happenings=tuple(
                replace(h, details={n: v for n, v in h.details.items() if (kind, n) in words.facts})
                for h in log.happenings
            ),
        )
        for kind, log in record.events.items()
        if kind in words.kinds
    }
    return replace(record, facts=facts, events=logs)


def _groups(questions: Sequence[Question]) -> Iterator[list[int]]:
    """Questions to which every word means the same, in groups of their places."""
    groups: list[tuple[Words, list[int]]] = []
    for place, question in enumerate(questions):
        words = Words.of(question.logic)
        for shared, places in groups:
            if len(places) < MOST_TOGETHER and shared.fits(words):
                shared.add(words)
                places.append(place)
                break
        else:
            groups.append((words, [place]))
    return iter([places for _, places in groups])


Name: TypeAlias = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """Facts and attributes (with their event) that terms look at, and the kinds of events."""

    facts: dict[Name, Type] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)

    @staticmethod
    def of(logic: Logic) -> Words:
        """The words of a policy."""
        words = Words()
        for term in walk((*logic.criteria, *logic.stages)):
            words.facts.update({one.name: one.type for one in subjects(term)})
            if isinstance(term, Happened):
                words.kinds.add(term.event)
                words.facts.update({(term.event, n): t for n, t in facts([term.where]).items()})
        return words

    def fits(self, other: Words) -> bool:
        """Whether no word means two things."""
        return all(self.facts.get(name, kind) == kind for name, kind in other.facts.items())

    def add(self, other: Words) -> None:
        """Takes over the words of another policy."""
        self.facts.update(other.facts)
        self.kinds.update(other.kinds)
