"""What a room has said, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from leadpolicy.characters import visible
from leadpolicy.comparison.scale import step_told
from leadpolicy.english import plural
from leadpolicy.policy.model import Policy
from leadpolicy.present.decision.terminal import table
from leadpolicy.present.wording import percent, ratio
from leadpolicy.workshop.agreement import Workshop
from leadpolicy.workshop.examples import Kept
from leadpolicy.workshop.fit import FIT, Fit, SettingSearch
from leadpolicy.workshop.votes import ACROSS, Agreement, SplitCard

SPLIT: Final = 5
"""Cards shown as the most split, where not all are asked for."""


def render_workshop(workshop: Workshop, width: int, *, every: bool = False) -> str:
    """Agreement, the cards to talk about, and how the policies fit."""
    parts = [
        "\n".join(_voted(workshop)),
        "\n".join(_agreement(workshop, width)),
        "\n".join(_split(workshop, width, every=every)),
        "\n".join(_agreed(workshop)),
        "\n".join(_fits(workshop, width)),
        "\n".join(_verdict(workshop)),
    ]
    return "\n\n".join(part for part in parts if part)


def _voted(workshop: Workshop) -> Iterator[str]:
    ballots = workshop.ballots
    teams = ", ".join(f"{len(ballots.voters(t))} of {t}" for t in ballots.deck.teams)
    count = plural(len(ballots.votes), "vote")
    cards = plural(len(ballots.deck.cards), "card")
    rounds = "" if len(workshop.rounds) == 1 else f" in {len(workshop.rounds)} rounds"
    yield f"{count} on {cards}{rounds} by {plural(len(ballots.voters()), 'voter')} ({teams})"
    last = ballots.last()
    silent = [card.code for card in ballots.deck.cards if not last.on(card)]
    if silent:
        yield f"Nobody has voted on {', '.join(silent)} in the last round."
    for team in ballots.deck.teams:
        if not last.voters(team):
            yield f"Nobody of {team} has voted in the last round: nothing can be agreed."


def _agreement(workshop: Workshop, width: int) -> Iterator[str]:
    yield "Agreement"
    several = len(workshop.rounds) > 1
    heads = ["round"] * several + ["within", "voters", "votes", "raw", "alpha"]
    rows = [heads]
    for number, found in workshop.rounds:
        for one in found:
            cells = [one.who, str(one.voters), str(one.votes), percent(one.raw, 0), _alpha(one)]
            rows.append([str(number)] * several + cells)
    yield from table(rows, width)
    yield (
        f"raw: pairs of votes on a card that are equal; {ACROSS}: of voters of different teams, "
        "for raw and alpha alike"
    )
    yield "alpha: Krippendorff's, for ordered answers; 1 is full agreement, 0 is chance"
    for moved in workshop.moved:
        teams = ", ".join(
            f"{changed} of {votes} in {team}" for team, (votes, changed) in moved.by_team.items()
        )
        yield (
            f"From round {moved.before} to round {moved.after}, {moved.changed} of "
            f"{plural(moved.both, 'vote')} changed ({teams})."
        )


def _alpha(one: Agreement) -> str:
    return ratio(one.alpha) if one.alpha is not None else f"— ({one.note})"


def _split(workshop: Workshop, width: int, *, every: bool) -> Iterator[str]:
    split = [s for s in workshop.splits if every or (s.alike is not None and s.alike < 1)]
    shown = split if every else split[:SPLIT]
    if not shown:
        yield "No card is split: on each, all votes are the same."
        return
    yield "All cards" if every else "The most split cards"
    teams = workshop.ballots.deck.teams
    answers = workshop.ballots.deck.scale.answers
    rows = [["card", "name", "alike", *teams]]
    for one in shown:
        cells = [_counts(one, team, answers) for team in teams]
        rows.append([one.card.code, visible(one.card.name), percent(one.alike, 0), *cells])
    yield from table(rows, width)


def _counts(split: SplitCard, team: str, answers: Sequence[str]) -> str:
    counts = split.votes.get(team, {})
    return ", ".join(f"{n} {step_told(answers[answer])}" for answer, n in counts.items()) or "—"


def _agreed(workshop: Workshop) -> Iterator[str]:
    answers = workshop.ballots.deck.scale.answers
    if not workshop.agreed:
        yield "No card is agreed yet: three quarters of each team, and the same answer in all."
        return
    yield f"Agreed: {plural(len(workshop.agreed), 'card')}, by three quarters of each team"
    for place, step in enumerate(answers):
        codes = [card.code for card, answer in workshop.agreed if answer == place]
        if codes:
            yield f"  {step_told(step)}: {', '.join(codes)}"


def _fits(workshop: Workshop, width: int) -> Iterator[str]:
    yield "How well the policies fit the votes"
    teams = workshop.ballots.last().teams
    rows = [["policy", *teams, "both", "open", "best setting", *teams, "both"]]
    for one in workshop.searches:
        best = _setting(one) if one.improves else "as it is"
        after = shares(one.best, teams) if one.improves else [""] * (len(teams) + 1)
        left = sum(t.open for t in one.own.teams.values())
        rows.append([one.own.policy.identity, *shares(one.own, teams), str(left), best, *after])
    yield from table(rows, width)
    yield "Shares of votes that are the policy's stage; both: each team weighs the same."
    yield "open: votes for a stage that the policy neither grants nor rules out."
    for identity, steps in workshop.lacking.items():
        yield f"{identity} does not speak of: {', '.join(step_told(step) for step in steps)}."
    for one in workshop.searches:
        if not one.complete:
            yield (
                f"{one.own.policy.identity} has {one.settings:,} settings; {one.tried:,} were "
                "tried, moving one or two parameters at a time."
            )


def shares(fit: Fit, teams: Sequence[str]) -> list[str]:
    """How well votes fit, per team and of both."""
    return [*(percent(fit.teams[team].share, 0) for team in teams), percent(fit.both, 0)]


def _setting(search: SettingSearch) -> str:
    return ", ".join(f"{name} {after}" for name, (_, after) in search.moved.items())


def _verdict(workshop: Workshop) -> Iterator[str]:
    """The setting that the room already agrees on, in a sentence."""
    if not workshop.searches:
        return
    first, *others = workshop.searches
    tried = sum(len(one.readings) for one in workshop.searches)
    line = (
        f"the best of {plural(tried, 'reading')} of these cards fits up to "
        f"{percent(workshop.chance, 0)} of the votes where they are dealt to other cards (95 of "
        "100 times)"
    )
    if not workshop.recommends:
        yield (
            f"No definition is recommended: the nearest, {first.best.policy.identity}, fits "
            f"{percent(first.best.both, 0)} of the votes, and by chance alone {line}."
        )
        return
    fits = " and ".join(
        f"{one.fits} of {plural(one.votes, 'vote')} of {team}"
        for team, one in first.best.teams.items()
    )
    if first.improves:
        moved = ", ".join(f"{n} {b} instead of {a}" for n, (a, b) in first.moved.items())
        yield (
            f"The room is nearest to {first.own.policy.identity} with {moved}: it fits {fits}. "
            f"By chance {line}."
        )
        values = first.best.policy.parameters
        sets = " ".join(
            f"--set {_quoted(f'{name}={values[name].shown}')}" for name in first.best.policy.changed
        )
        yield f"To write that version: leadpolicy revise {first.own.policy.id} {sets}"
    else:
        yield (
            f"The room is nearest to {first.own.policy.identity} as it is: it fits {fits}. "
            f"By chance {line}."
        )
        if first.own.policy.parameters:
            yield f"None of the {first.settings:,} settings of its parameters fits better."
    if first.ties:
        yield (
            f"{plural(first.ties, 'other reading')} of these cards by other settings fit"
            f"{'s' if first.ties == 1 else ''} as well."
        )
    rank = first.best.rank()[:FIT]
    equal = [one for one in others if one.best.rank()[:FIT] == rank]
    if equal:
        names = ((one.best if one.improves else one.own).policy.identity for one in equal)
        yield f"Equally near: {', '.join(names)}."


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text or "," in text else text


def render_kept(kept: Kept, policy: Policy) -> str:
    """What became of the agreed cards."""
    lines = []
    if kept.added:
        lines.append(f"Added to {kept.path}: {', '.join(kept.added)}")
    if kept.present:
        lines.append(f"There already: {', '.join(kept.present)}")
    for code, (says, wanted) in kept.refused.items():
        lines.append(
            f"Not added: {code}. {policy.identity} says {step_told(says)}, the room "
            f"{step_told(wanted)}."
        )
    if kept.refused:
        lines.append("Change the policy first (leadpolicy revise), then add again.")
    return "\n".join(lines) or "No card is agreed, so none is added."
