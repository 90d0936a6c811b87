"""What a blind card says: what is known in words, and what is not, as questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from leadpolicy.characters import visible
from leadpolicy.english import capital, plural
from leadpolicy.policy.phrases import words
from leadpolicy.types import Kind, Range, Type, Value, show
from leadpolicy.vocabulary.model import Fact
from leadpolicy.vocabulary.record import EventLog, Happening
from leadpolicy.workshop.blind import BlindCard, Deal, Deck


@dataclass(frozen=True, slots=True)
class Front:
    """The front of a card in words.

    `facts` are pairs of what is told and its value, `happened` of an event and when. `yes` and `no`
    are clauses, `never` what did not happen, `questions` what is not known. `answers` may be voted.
    """

    code: str
    name: str
    as_of: str
    facts: tuple[tuple[str, str], ...]
    happened: tuple[tuple[str, str], ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    never: tuple[str, ...]
    questions: tuple[str, ...]
    answers: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing at all is known."""
        return not (self.facts or self.happened or self.yes or self.no or self.never)

    def lines(self, columns: int) -> float:
        """Lines that the card takes where so many characters fit on one, headings counted as 1.7.

        Slightly too many: a card is set smaller rather than cut off.
        """
        pairs = [*self.facts, *self.happened]
        lines = sum(0.4 + ceil((len(what) + 1.1 * len(told) + 4) / columns) for what, told in pairs)
        for texts in (self.yes, self.no, self.never, self.questions):
            if texts:
                lines += 1.7 + ceil(sum(len(text) + 2 for text in texts) / (columns - 4))
        return lines + 1.7 * bool(self.happened)


def fronts(deck: Deck, facts: Sequence[str] = (), events: Sequence[str] = ()) -> list[Front]:
    """The fronts of all cards. Missing are those of `facts` and `events` that a card does not tell;
    by default those that another card of the deck tells.
    """
    told = facts or [name for card in deck.cards for name in card.record.facts]
    logged = events or [kind for card in deck.cards for kind in card.record.events]
    return [front(deck, card, set(told), set(logged)) for card in deck.cards]


def front(deck: Deck, card: BlindCard, facts: set[str], events: set[str]) -> Front:
    """The front of one card, in the order of the vocabulary."""
    vocabulary, record = deck.vocabulary, card.record
    said = [(f, record.facts[n]) for n, f in vocabulary.facts.items() if n in record.facts]
    logs = [(k, record.events[n]) for n, k in vocabulary.events.items() if n in record.events]
    told = [(kind.phrase, _happened(log, card.as_of)) for kind, log in logs]
    asks = [f.ask for n, f in vocabulary.facts.items() if n in facts and n not in record.facts]
    asks += [k.ask for n, k in vocabulary.events.items() if n in events and n not in record.events]
    return Front(
        card.code,
        card.name,
        show(card.as_of),
        tuple((capital(f.phrase), _value(f, v)) for f, v in said if not isinstance(v, bool)),
        tuple((capital(phrase), when) for phrase, when in told if when),
        tuple(fact.phrase for fact, value in said if value is True),
        tuple(fact.phrase for fact, value in said if value is False),
        tuple(phrase for phrase, when in told if not when),
        tuple(asks),
        tuple(words(answer) for answer in deck.scale.answers),
    )


def _value(fact: Fact, value: Value) -> str:
    unit = f" {fact.unit}" if fact.unit and fact.unit not in fact.phrase else ""
    return value_text(value, fact.type) + unit


def value_text(value: Value, kind: Type) -> str:
    """A value in words: `could_allocate` is "could allocate"."""
    if isinstance(value, Range) and not value.text and kind.currency:
        return f"{kind.currency} {value}"
    if isinstance(value, frozenset):
        return ", ".join(sorted(words(one) for one in value)) or "none"
    if kind.kind in (Kind.CHOICE, Kind.LEVEL):
        return words(str(value))
    return show(value, kind)


def _happened(log: EventLog, as_of: datetime) -> str:
    """How often it happened by then, and when last, counted back from the card's moment; nothing
    where it did not.
    """
    past = [one for one in log.happenings if one.at is None or one.at <= as_of]
    if not past:
        return ""
    dated = [one for one in past if one.at is not None]
    times = "" if len(past) == 1 else f"{len(past)} times"
    if not dated:
        return ", ".join(part for part in (times or "once", "nobody noted when") if part)
    last = max(dated, key=lambda one: one.at or as_of)
    when = f"{'last ' if times else ''}{_ago(last.at, as_of)}{_details(last)}"
    return ", ".join(part for part in (times, when) if part)


def _ago(at: datetime | None, as_of: datetime) -> str:
    days = (as_of - (at or as_of)).days
    if days < 1:
        return "on the same day"
    return "the day before" if days == 1 else f"{days:,} days before"


def _details(one: Happening) -> str:
    told = [words(show(value)) for value in one.details.values()]
    return f" ({', '.join(told)})" if told else ""


def listed(dealt: Deal) -> str:
    """The cards for the facilitator: what each is there for. Neither ids nor verdicts."""
    deck = dealt.deck
    width = max(len(card.name) for card in deck.cards)
    answers = " | ".join(words(answer) for answer in deck.scale.answers)
    lines = [
        f"{plural(len(deck.cards), 'card')} about {', '.join(deck.policies)}; votes: {answers}"
    ]
    for card in deck.cards:
        about = f": {visible(deck.vocabulary.phrase(card.about))}" if card.about else ""
        lines.append(f"  {card.code:<4} {visible(card.name):<{width}}  {card.why}{about}")
    return "\n".join(lines)
