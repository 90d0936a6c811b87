"""Blind cards, the deck that holds them, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from leadpolicy.comparison.scale import Scale
from leadpolicy.policy.model import Policy
from leadpolicy.vocabulary.model import Vocabulary
from leadpolicy.vocabulary.record import Record


class Why(StrEnum):
    """What a card is there for; the facilitator knows it, the voters do not."""

    DIVIDES = "divides the definitions"
    EDGE = "close to an edge"
    TURNS = "turns on one fact"
    OPEN = "something is missing"
    PLAIN = "for comparison"


@dataclass(frozen=True, slots=True)
class BlindCard:
    """A record to judge without knowing whose it is or what any policy says of it.

    `code` is what voters write down. `name` is invented, and it is the record's id here. `about`
    is the fact or event (`event:KIND`) that the card turns on, if it is there for one.
    """

    code: str
    name: str
    why: Why
    record: Record
    as_of: datetime
    about: str = ""


@dataclass(frozen=True, slots=True)
class Deck:
    """Cards with the scale to judge them by, the teams that vote, and the policies in question.

    `policies` are identities.
    """

    cards: tuple[BlindCard, ...]
    scale: Scale
    teams: tuple[str, ...]
    policies: tuple[str, ...]
    vocabulary: Vocabulary = field(repr=False)

    def card(self, code: str) -> BlindCard | None:
        """The card of a code or an invented name, however it is spelt."""
        wanted = code.strip().casefold()
        return next(
            (c for c in self.cards if wanted in (c.code.casefold(), c.name.casefold())), None
        )


@dataclass(frozen=True, slots=True)
class Deal:
    """A deck, and whose record each card is (`keys`: card code to record id)."""

    deck: Deck
    keys: Mapping[str, str]
    notes: tuple[str, ...] = ()


def teams_of(policies: Iterable[Policy]) -> tuple[str, ...]:
    """All teams that the policies name."""
    return tuple(dict.fromkeys(team for policy in policies for team in policy.teams))


def common_vocabulary(policies: Sequence[Policy]) -> Vocabulary:
    """All facts and events that the policies may speak of."""
    first = policies[0].vocabulary
    facts = {name: fact for policy in policies for name, fact in policy.vocabulary.facts.items()}
    events = {name: kind for policy in policies for name, kind in policy.vocabulary.events.items()}
    return replace(first, facts=facts, events=events)
