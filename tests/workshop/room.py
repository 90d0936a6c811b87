"""A small room: cards of the six companies, and votes on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from leadpolicy.comparison.scale import scale_of
from leadpolicy.policy import Policy
from leadpolicy.workshop.ballots import Ballots, Vote
from leadpolicy.workshop.blind import BlindCard, Deck, Why, common_vocabulary, teams_of
from tests.comparison.world import World


def deck_of(world: World, policies: Sequence[Policy], ids: str = "abcdef") -> Deck:
    """A card per company: C1 is the first of them."""
    records = world.records()
    cards = []
    for number, id in enumerate(ids, start=1):
        record, moment = records.find(id)
        cards.append(BlindCard(f"C{number}", f"Company {id.upper()}", Why.PLAIN, record, moment))
    return Deck(
        tuple(cards),
        scale_of(policies),
        teams_of(policies),
        tuple(policy.identity for policy in policies),
        common_vocabulary(policies),
    )


def votes_of(deck: Deck, said: Mapping[tuple[str, str], Sequence[int | None]]) -> Ballots:
    """Votes by (voter, team): an answer per card in order, None where there is none."""
    return Ballots(
        deck,
        tuple(
            Vote(voter, team, card.code, answer)
            for (voter, team), answers in said.items()
            for card, answer in zip(deck.cards, answers, strict=False)
            if answer is not None
        ),
    )


def csv_file(folder: Path, text: str, name: str = "votes.csv") -> Path:
    """A file of votes."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
