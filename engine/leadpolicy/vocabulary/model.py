"""Facts and events: what any policy may speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from leadpolicy.source import Span
from leadpolicy.types import Kind, Type

EVENT: Final = "event:"


class PointInTime(StrEnum):
    """Whether a fact's past can be rebuilt."""

    YES = "yes"
    SNAPSHOT = "snapshot"
    JUDGEMENT = "judgement"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that can be known about a record: its type, and how people speak of it.

    `phrase` is a noun phrase ("number of employees"); for booleans a clause ("they have shown
    interest"). `ask` is the question that fills the fact when it is missing.
    """

    name: str
    type: Type
    phrase: str
    ask: str
    owner: str
    point_in_time: PointInTime
    unit: str | None = None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Attribute:
    """A detail of an event, such as what kind of request it was."""

    name: str
    type: Type
    phrase: str
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class EventKind:
    """Something that happens at a moment. `phrase` is what was done: "asked us for something"."""

    name: str
    phrase: str
    ask: str
    owner: str
    attributes: Mapping[str, Attribute]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All facts and events by name."""

    version: str
    facts: Mapping[str, Fact]
    events: Mapping[str, EventKind]
    name: str = field(default="", compare=False)

    def ask(self, what: str) -> str:
        """The question for a missing fact, or for an event log (`event:NAME`) that nobody kept."""
        if what.startswith(EVENT):
            return self.events[what.removeprefix(EVENT)].ask
        return self.facts[what].ask

    def phrase(self, what: str) -> str:
        """How people speak of a fact, or of an event (`event:NAME`)."""
        if what.startswith(EVENT):
            return self.events[what.removeprefix(EVENT)].phrase
        return self.facts[what].phrase


BOOLEAN: Final = Type(Kind.BOOLEAN)
