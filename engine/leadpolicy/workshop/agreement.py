"""What a room has said: agreement by round, the cards to talk about, and the definition it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from leadpolicy.comparison.scale import undefined_steps
from leadpolicy.policy.model import Policy
from leadpolicy.workshop.ballots import Ballots
from leadpolicy.workshop.blind import BlindCard
from leadpolicy.workshop.fit import Progress, SettingSearch, chance_line, search
from leadpolicy.workshop.votes import (
    Agreement,
    Moved,
    SplitCard,
    agreed_cards,
    agreement,
    moved,
    split_cards,
)


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything that follows from the votes. Cards and fits are of the last round.

    `rounds` are the numbers of the rounds and their agreement; `searches` a result per policy, the
    best setting first; `chance` the share of votes that the best of all their settings fits by
    chance at most (95 of 100 times); `lacking` the steps of the scale that a policy does not
    define.
    """

    ballots: Ballots
    rounds: tuple[tuple[int, tuple[Agreement, ...]], ...]
    moved: tuple[Moved, ...]
    splits: tuple[SplitCard, ...]
    agreed: tuple[tuple[BlindCard, int], ...]
    searches: tuple[SettingSearch, ...]
    chance: float | None
    lacking: dict[str, tuple[str, ...]]

    @property
    def recommends(self) -> bool:
        """Whether the best setting of all policies fits better than the best would by chance."""
        return bool(
            self.searches
            and self.chance is not None
            and self.searches[0].best.both is not None
            and self.searches[0].best.both > self.chance + 1e-9
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        answers = self.ballots.deck.scale.answers
        return {
            "scale": list(answers),
            "rounds": [
                {"round": number, "agreement": [one.to_dict() for one in found]}
                for number, found in self.rounds
            ],
            "moved": [
                {
                    "before": one.before,
                    "after": one.after,
                    "votes": one.both,
                    "changed": one.changed,
                    "teams": {
                        team: {"votes": votes, "changed": changed}
                        for team, (votes, changed) in one.by_team.items()
                    },
                }
                for one in self.moved
            ],
            "cards": [
                {
                    "card": split.card.code,
                    "name": split.card.name,
                    "alike": split.alike,
                    "apart": split.apart,
                    "agreed": None if split.agreed is None else answers[split.agreed],
                    "votes": {
                        team: {answers[answer]: count for answer, count in counts.items()}
                        for team, counts in split.votes.items()
                    },
                }
                for split in self.splits
            ],
            "chance": self.chance,
            "recommends": self.recommends,
            "policies": [one.to_dict() for one in self.searches],
            "not_defined": {identity: list(steps) for identity, steps in self.lacking.items()},
        }


def workshop(
    ballots: Ballots, policies: Sequence[Policy], progress: Progress | None = None
) -> Workshop:
    """The votes, evaluated. Raises `LeadpolicyError` where there are none."""
    rounds = ballots.rounds
    last = ballots.last()
    searches = sorted((search(p, last, progress) for p in policies), key=lambda s: s.best.rank())
    return Workshop(
        ballots,
        tuple((number, agreement(ballots.of_round(number))) for number in rounds),
        tuple(moved(ballots, a, b) for a, b in pairwise(rounds)),
        split_cards(last),
        agreed_cards(ballots),
        tuple(searches),
        _chance(last, searches),
        undefined_steps(ballots.deck.scale, policies),
    )


def _chance(last: Ballots, searches: Sequence[SettingSearch]) -> float | None:
    readings = frozenset[tuple[int, ...]]().union(*(one.readings for one in searches))
    return chance_line(last, readings) if last.votes and readings else None
