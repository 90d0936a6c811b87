"""How well policies fit votes, as they are and with every setting of their parameters.

A policy fits a vote where its stage is the one that was voted. What it leaves open fits no vote,
and is counted apart. Both teams weigh the same, however many people each of them sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import prod
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.comparison.cubes.moves import Settings, alike, settings
from leadpolicy.comparison.scale import Place
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.evaluation.codes import Whole, share
from leadpolicy.policy.model import (
    Condition,
    EventTest,
    Parameter,
    ParameterTest,
    ParameterUse,
    Policy,
    Test,
    parameters_in,
    written_in,
)
from leadpolicy.types import NUMERIC, Range, show_number
from leadpolicy.workshop.ballots import Ballots
from leadpolicy.workshop.blind import BlindCard

Numbers: TypeAlias = npt.NDArray[np.float64]
Progress: TypeAlias = Callable[[str, int, int], None]

MOST: Final = 5_000
"""Settings of one policy that are tried; beyond that parameters are moved one and two at a time."""


SHUFFLES: Final = 1_000
"""Deals of the votes to other cards."""
LEVEL: Final = 0.05
FIT: Final = 2
"""So much of a rank is fit; the rest decides between settings that fit as well."""


@dataclass(frozen=True, slots=True)
class TeamFit:
    """One team's votes against a policy: how many it fits, and how many it leaves open."""

    votes: int
    fits: int
    open: int

    @property
    def share(self) -> float | None:
        """The share of votes that fit; None without votes."""
        return share(self.fits, self.votes)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"votes": self.votes, "fits": self.fits, "open": self.open, "share": self.share}


@dataclass(frozen=True, slots=True)
class Fit:
    """A policy, possibly with other parameter values, against the votes of every team.

    `both` is the mean of the teams' shares, `steps` the mean number of steps between stage and
    vote, each team weighing the same. Both are None where nobody voted.
    """

    policy: Policy
    places: Mapping[str, Place]
    """Where it puts each card, by code."""
    teams: Mapping[str, TeamFit]
    both: float | None
    steps: float | None

    @property
    def weakest(self) -> float:
        """The share of the team that it fits least."""
        return min((one.share for one in self.teams.values() if one.share is not None), default=0)

    def rank(self) -> tuple[float, float, int, float]:
        """Smaller is better: both teams, then the team that it fits less (`FIT` of these), then how
        much of the policy was changed, then how far it misses.
        """
        return (-(self.both or 0.0), -self.weakest, len(self.policy.changed), self.steps or 0.0)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "policy": self.policy.identity,
            "changed": dict(self.policy.changed),
            "both": self.both,
            "steps_away": self.steps,
            "teams": {team: one.to_dict() for team, one in self.teams.items()},
        }


@dataclass(frozen=True, slots=True)
class SettingSearch:
    """All settings of one policy that were tried, the one that fits best first.

    `settings` tells how many there are, those apart that read every card alike; `complete` whether
    all were tried; `readings` where each of them puts the cards. `ties` counts further settings
    that fit as well as `best` and read some card otherwise.
    """

    own: Fit
    best: Fit
    settings: int
    tried: int
    ties: int
    readings: frozenset[tuple[int, ...]] = frozenset()

    @property
    def complete(self) -> bool:
        return self.tried >= self.settings

    @property
    def improves(self) -> bool:
        """Whether another setting fits both teams better than the policy's own."""
        return self.best.rank()[:FIT] < self.own.rank()[:FIT]

    @property
    def moved(self) -> Mapping[str, tuple[str, str]]:
        """For each parameter that the best setting changes: what it was, and what it is there."""
        before = self.own.policy.parameters
        return {
            name: (before[name].shown, parameter.shown)
            for name, parameter in self.best.policy.parameters.items()
            if not alike(parameter, before[name])
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "own": self.own.to_dict(),
            "best": self.best.to_dict(),
            "settings": self.settings,
            "tried": self.tried,
            "ties": self.ties,
            "moved": {name: {"from": a, "to": b} for name, (a, b) in self.moved.items()},
        }


def fit(policy: Policy, ballots: Ballots) -> Fit:
    """A policy as it is against the votes."""
    scale = ballots.deck.scale
    places = {
        card.code: scale.place(policy, card.record, card.as_of)
        for card in ballots.deck.cards
        if ballots.on(card)
    }
    return _fit(policy, places, _Tally(ballots))


class _Tally:
    """Votes counted by team, card and answer, so that a setting costs little."""

    def __init__(self, ballots: Ballots) -> None:
        self.teams = {
            team: Counter((v.card, v.answer) for v in ballots.votes if v.team == team)
            for team in ballots.teams
        }


def _fit(policy: Policy, places: Mapping[str, Place], tally: _Tally) -> Fit:
    teams: dict[str, TeamFit] = {}
    steps: list[float] = []
    for team, counted in tally.teams.items():
        votes = sum(counted.values())
        fits = open_ = apart = 0
        for (card, answer), count in counted.items():
            place = places[card]
            fits += count * (answer == place.at)
            open_ += count * (answer != place.at and answer in place.open)
            apart += count * abs(answer - place.at)
        teams[team] = TeamFit(votes, fits, open_)
        steps.append(apart / votes)
    shares = [one.share for one in teams.values() if one.share is not None]
    mean = sum(shares) / len(shares) if shares else None
    return Fit(policy, places, teams, mean, sum(steps) / len(steps) if steps else None)


# ------------------------------------------------------------------------------ all settings


def search(policy: Policy, ballots: Ballots, progress: Progress | None = None) -> SettingSearch:
    """The settings of a policy's parameters against the votes.

    Tried are the declared values; over a declared range, places at even distances and the numbers
    that stand on the cards. Settings that no condition tells apart on these cards count once.
    """
    cards = [card for card in ballots.deck.cards if ballots.on(card)]
    tally, scale = _Tally(ballots), ballots.deck.scale
    own = fit(policy, ballots)
    found = {
        name: distinct(policy, name, options, cards)
        for name, options in _all_settings(policy, cards).items()
    }
    found = {name: options for name, options in found.items() if len(options) > 1}
    number = prod(len(options) for options in found.values())
    tries = list(_tries(policy, found, number))
    best, alternatives = own, set[tuple[int, ...]]()
    readings = {tuple(place.at for place in own.places.values())}
    for place, change in enumerate(tries):
        if progress is not None:
            progress(f"trying settings of {policy.id}", place, len(tries))
        try:
            moved = policy.with_parameters(**change)
        except LeadpolicyError:
            continue  # values that do not go together, such as a lower end above the upper one
        places = {c.code: scale.place(moved, c.record, c.as_of) for c in cards}
        one = _fit(moved, places, tally)
        readings.add(tuple(place.at for place in places.values()))
        if one.rank()[:FIT] < best.rank()[:FIT]:
            best, alternatives = one, set()
        elif one.rank()[:FIT] == best.rank()[:FIT]:
            best = min(best, one, key=Fit.rank)
            alternatives.add(tuple(place.at for place in places.values()))
    ties = len(alternatives - {tuple(place.at for place in best.places.values())})
    if progress is not None:
        progress(f"trying settings of {policy.id}", len(tries), len(tries))
    tried = len(tries) + 1 if number > 1 else 1
    return SettingSearch(own, best, number, tried, ties, frozenset(readings))


def chance_line(ballots: Ballots, readings: Iterable[tuple[int, ...]], seed: int = 0) -> float:
    """What the best of these readings fits by chance: 95 of 100 times it fits no more.

    The votes of everybody are dealt to other cards together, so that who agrees with whom stays as
    it is and what was said has nothing to do with the card any more (a permutation test of the
    largest of many; P. H. Westfall, S. S. Young, "Resampling-based multiple testing", 1993).
    """
    cards = [card for card in ballots.deck.cards if ballots.on(card)]
    answers = len(ballots.deck.scale.answers)
    shares = np.zeros((len(cards), answers))
    for team in ballots.teams:
        count = sum(v.team == team for v in ballots.votes)
        for at, card in enumerate(cards):
            for vote in ballots.on(card, team):
                shares[at, vote.answer] += 1 / (count * len(ballots.teams))
    return best_by_chance(shares, np.array(sorted(set(readings)), np.int64), seed)


def best_by_chance(shares: Numbers, readings: Whole, seed: int) -> float:
    """The same from the shares of votes by card and answer, and the readings as rows of answers."""
    rng = np.random.default_rng(seed)
    cards = np.arange(len(shares))
    best = np.empty(SHUFFLES)
    for draw in range(SHUFFLES):
        dealt = shares[rng.permutation(len(cards))]
        best[draw] = dealt[cards, readings].sum(axis=1).max()
    return float(np.quantile(best.round(12), 1 - LEVEL, method="higher"))


def _tries(
    policy: Policy, found: Mapping[str, Sequence[Parameter]], number: int
) -> Iterator[dict[str, object]]:
    """Every setting but the policy's own; of too many, those that move one or two parameters."""
    if number <= MOST:
        for chosen in product(*found.values()):
            change = _change(policy, dict(zip(found, chosen, strict=True)))
            if change:
                yield change
        return
    one = [{name: option} for name, options in found.items() for option in options]
    two = [a | b for a, b in combinations(one, 2) if a.keys() != b.keys()]
    for setting in [*one, *two][:MOST]:
        change = _change(policy, setting)
        if len(change) == len(setting):
            yield change


def _change(policy: Policy, setting: Mapping[str, Parameter]) -> dict[str, object]:
    return {
        name: list(option.texts) if option.listed else option.texts[0]
        for name, option in setting.items()
        if not alike(option, policy.parameters[name])
    }


def _all_settings(policy: Policy, cards: Sequence[BlindCard]) -> Settings:
    """Declared values and even places of declared ranges, and the numbers on the cards."""
    found = dict(settings({"": policy}, None)[""])
    for name, parameter in policy.parameters.items():
        if parameter.range is None:
            continue
        for text in sorted(_on_cards(policy, name, cards)):
            try:
                made = policy.with_parameters(**{name: text}).parameters[name]
            except LeadpolicyError:
                continue  # outside the range, or not of its type
            if not any(alike(made, other) for other in found.get(name, ())):
                found[name] = (*found.get(name, ()), made)
    return found


def _on_cards(policy: Policy, name: str, cards: Sequence[BlindCard]) -> set[str]:
    """The numbers on the cards that are compared with a parameter."""
    facts = {
        condition.subject
        for condition in policy.gating()
        if isinstance(condition, Test)
        and policy.vocabulary.facts[condition.subject].type.kind in NUMERIC
        and any(isinstance(one, ParameterUse) and one.name == name for one in condition.operands)
    }
    numbers: set[float] = set()
    for card in cards:
        for fact in facts:
            match card.record.facts.get(fact):
                case Range(low, high):
                    numbers |= {end for end in (low, high) if end is not None}
                case int() | float() as value:
                    numbers.add(value)
                case _:
                    pass
    return {show_number(number).replace(",", "") for number in numbers}


def distinct(
    policy: Policy, name: str, options: Sequence[Parameter], cards: Sequence[BlindCard]
) -> tuple[Parameter, ...]:
    """One of all options that the policy's tests cannot tell apart on these cards: its own, or the
    nearest to it.

    Only parameters that stand in tests of facts or events, each alone there, are narrowed down:
    then equal verdicts of those tests mean equal verdicts of everything.
    """
    using = _direct_uses(policy, name)
    if using is None:
        return tuple(options)
    own = policy.parameters[name]
    kept: dict[tuple[object, ...], Parameter] = {}
    for option in sorted(options, key=lambda option: _away(option, own)):
        try:
            moved = policy.with_parameters(**_change(policy, {name: option}))
        except LeadpolicyError:
            continue
        terms = [moved.terms[condition] for condition in using if condition in moved.terms]
        kept.setdefault(
            tuple(
                Evaluation(card.record.facts, card.record.events, card.as_of).truth(term)
                for card in cards
                for term in terms
            ),
            option,
        )
    return tuple(kept.values())


def _away(option: Parameter, own: Parameter) -> tuple[bool, float]:
    try:
        return not alike(option, own), abs(float(option.shown) - float(own.shown))
    except ValueError:
        return not alike(option, own), 0.0


def _direct_uses(policy: Policy, name: str) -> list[Condition] | None:
    """The tests in which a parameter stands alone; None where it stands elsewhere, too."""
    found: list[Condition] = []
    for condition in policy.gating():
        if isinstance(condition, ParameterTest) and condition.parameter == name:
            return None
        if not any(isinstance(w, ParameterUse) and w.name == name for w in written_in(condition)):
            continue
        if not isinstance(condition, Test | EventTest) or parameters_in(condition) != {name}:
            return None
        found.append(condition)
    return found
