"""How far a room agrees: within each team, across teams, card by card, and from round to round.

Source: K. Krippendorff, "Content Analysis", 2004, chapter 11 (alpha for ordinal data: stages have
an order, and two steps apart is worse than one). Alpha corrects for the agreement that the mere
frequency of the answers would bring; 1 is full agreement, 0 is chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Any, Final

import numpy as np

from leadpolicy.evaluation.codes import share
from leadpolicy.workshop.ballots import Ballots, Vote
from leadpolicy.workshop.blind import BlindCard

ACROSS: Final = "across"
AGREED: Final = 0.75
"""A team has agreed on a card when so large a share of its votes is the same, and more than one."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far some voters agree. `raw` is the share of `pairs` of votes on one card that are equal.

    Across teams, pairs are of voters from different teams, for raw and alpha alike. `raw` and
    `alpha` are None where they are not defined; `note` says why alpha is not.
    """

    who: str
    voters: int
    votes: int
    pairs: int
    raw: float | None
    alpha: float | None
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class SplitCard:
    """The votes on one card: by team how often each answer was given.

    `alike` is the share of pairs of votes that are equal, `apart` how many steps lie between the
    medians of the teams that are furthest apart. `agreed` is the answer that every team has agreed
    on, or None.
    """

    card: BlindCard
    votes: Mapping[str, Mapping[int, int]]
    alike: float | None
    apart: float
    agreed: int | None

    @property
    def total(self) -> int:
        """Votes on this card."""
        return sum(sum(of_team.values()) for of_team in self.votes.values())


def agreement(ballots: Ballots) -> tuple[Agreement, ...]:
    """Within each team that may vote, then across all."""
    within = [_agreement(ballots, team) for team in ballots.deck.teams]
    return (*within, _agreement(ballots, None))


def _agreement(ballots: Ballots, team: str | None) -> Agreement:
    votes = [vote for vote in ballots.votes if team in (None, vote.team)]
    pairs = [
        (one, other) for one, other in _pairs(votes) if team is not None or one.team != other.team
    ]
    same = sum(one.answer == other.answer for one, other in pairs)
    answers = len(ballots.deck.scale.answers)
    alpha, note = alpha_of(votes, answers) if team else alpha_between(pairs, answers)
    voters = len({vote.voter for vote in votes})
    return Agreement(
        team or ACROSS, voters, len(votes), len(pairs), share(same, len(pairs)), alpha, note
    )


def _pairs(votes: Iterable[Vote]) -> Iterator[tuple[Vote, Vote]]:
    """Every two votes on the same card."""
    by_card: dict[tuple[str, int], list[Vote]] = {}
    for vote in votes:
        by_card.setdefault((vote.card, vote.round), []).append(vote)
    for found in by_card.values():
        yield from combinations(found, 2)


def alpha_of(votes: Sequence[Vote], answers: int) -> tuple[float | None, str]:
    """Krippendorff's alpha for ordinal data, or None and why it is not defined."""
    import krippendorff

    cards = {code: place for place, code in enumerate(dict.fromkeys(v.card for v in votes))}
    counts = np.zeros((len(cards), answers))
    for vote in votes:
        counts[cards[vote.card], vote.answer] += 1
    shared = counts[counts.sum(axis=1) > 1] if len(counts) else counts
    if not len(shared):
        return None, "no card has two votes"
    if (shared.sum(axis=0) > 0).sum() < 2:
        return None, "all votes are the same"
    alpha = krippendorff.alpha(value_counts=shared, level_of_measurement="ordinal")
    return float(alpha), ""


def alpha_between(pairs: Sequence[tuple[Vote, Vote]], answers: int) -> tuple[float | None, str]:
    """Alpha on some pairs of votes only, such as those of voters from different teams.

    Observed is the disagreement of these pairs, expected that of any two of the votes in them. With
    one voter per team it is Krippendorff's alpha of all votes.
    """
    if not pairs:
        return None, "no card has votes of two teams"
    taking_part = {(v.voter, v.card, v.round): v.answer for pair in pairs for v in pair}
    counts = np.bincount(list(taking_part.values()), minlength=answers).astype(np.float64)
    if (counts > 0).sum() < 2:
        return None, "all votes are the same"
    middle = np.cumsum(counts) - counts / 2
    apart = (middle[:, None] - middle[None, :]) ** 2
    total = counts.sum()
    expected = float(counts @ apart @ counts) / (total * (total - 1))
    observed = sum(float(apart[one.answer, other.answer]) for one, other in pairs) / len(pairs)
    return 1 - observed / expected, ""


def split_cards(ballots: Ballots) -> tuple[SplitCard, ...]:
    """All cards that were voted on, the most split first: by pairs that differ, then by how far
    the teams are apart.
    """
    found = [_split(ballots, card) for card in ballots.deck.cards if ballots.on(card)]
    order = {card.code: place for place, card in enumerate(ballots.deck.cards)}
    return tuple(
        sorted(
            found, key=lambda s: (1 if s.alike is None else s.alike, -s.apart, order[s.card.code])
        )
    )


def _split(ballots: Ballots, card: BlindCard) -> SplitCard:
    by_team = {team: [v.answer for v in ballots.on(card, team)] for team in ballots.deck.teams}
    everyone = [answer for answers in by_team.values() for answer in answers]
    pairs = list(combinations(everyone, 2))
    medians = [median(answers) for answers in by_team.values() if answers]
    return SplitCard(
        card,
        {team: dict(sorted(Counter(answers).items())) for team, answers in by_team.items()},
        share(sum(a == b for a, b in pairs), len(pairs)),
        float(max(medians) - min(medians)),
        _agreed(by_team.values()),
    )


def _agreed(teams: Iterable[Sequence[int]]) -> int | None:
    """The answer that each team has agreed on, if it is one and the same."""
    said: set[int | None] = set()
    for answers in teams:
        answer, count = Counter(answers).most_common(1)[0] if answers else (None, 0)
        enough = count > 1 and count >= AGREED * len(answers)
        said.add(answer if enough else None)
    return said.pop() if len(said) == 1 else None


def agreed_cards(ballots: Ballots) -> tuple[tuple[BlindCard, int], ...]:
    """The cards on which every team has agreed in the last round, with the answer."""
    found = {split.card.code: split.agreed for split in split_cards(ballots.last())}
    return tuple(
        (card, answer)
        for card in ballots.deck.cards
        if (answer := found.get(card.code)) is not None
    )


@dataclass(frozen=True, slots=True)
class Moved:
    """What discussion changed between two rounds: votes of the same voter on the same card."""

    before: int
    after: int
    both: int
    changed: int
    by_team: Mapping[str, tuple[int, int]]
    """For each team the votes cast in both rounds, and how many of them changed."""


def moved(ballots: Ballots, before: int, after: int) -> Moved:
    """How many votes changed from one round to another."""
    was = {(v.voter.casefold(), v.card): v for v in ballots.votes if v.round == before}
    both = [
        (was[key], vote)
        for vote in ballots.votes
        if vote.round == after and (key := (vote.voter.casefold(), vote.card)) in was
    ]
    by_team = {}
    for team in ballots.deck.teams:
        mine = [a.answer != b.answer for a, b in both if b.team == team]
        by_team[team] = (len(mine), sum(mine))
    changed = sum(a.answer != b.answer for a, b in both)
    return Moved(before, after, len(both), changed, by_team)
