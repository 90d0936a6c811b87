"""What the room has said: agreement, the cards to talk about, and the definition that it means."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from leadpolicy.board.desk import Desk
from leadpolicy.board.pages.page import button, show, told_in
from leadpolicy.board.saving import Saving
from leadpolicy.board.style import faint, table
from leadpolicy.board.widgets import widgets
from leadpolicy.characters import inert
from leadpolicy.comparison.scale import step_told
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.english import plural
from leadpolicy.policy.model import Policy
from leadpolicy.present.wording import percent, ratio
from leadpolicy.present.workshop.votes import shares
from leadpolicy.workshop.agreement import Workshop, workshop
from leadpolicy.workshop.fit import SettingSearch

SPLIT: Final = 6
WELL: Final = 0.75
"""From this share of the votes on, a definition is said to fit them."""


class AgreementPage:
    """Reads all votes anew when it is opened."""

    title = "Agreement"

    def __init__(self, desk: Desk, saved: Callable[[Path], None]) -> None:
        self.desk = desk
        self.found: Workshop | None = None
        self.told = widgets.HTML()
        self.result = widgets.HTML()
        self.saving = Saving(self._best, saved)
        self.saving.open.description = "Write this as a new version…"
        self.widget = widgets.VBox(
            [
                widgets.HTML("<h1>Where you agree, and where not</h1>"),
                button("Count the votes again", self.count), self.told, self.result,
                self.saving.widget,
            ]
        )  # fmt: skip

    def enter(self) -> None:
        self.count()

    def count(self, _: object = None) -> None:
        """Everything that follows from the votes."""
        self.result.value, self.found = "", None
        show(self.saving.widget, visible=False)
        with told_in(self.told, "Counting the votes, and trying every setting of the definitions…"):
            deck = self.desk.deck()
            if deck is None:
                self.told.value = "<p>No cards are dealt yet: see the page “Cards”.</p>"
                return
            policies = self.desk.on_the_table()
            if not policies:
                raise LeadpolicyError.of(
                    "LP509", "no definition is chosen", help="begin on the page “Start”"
                )
            self.found = workshop(self.desk.ballots(deck), policies)
            self.result.value = page(self.found)
            self.saving.close()
            first = self.found.searches[0]
            offered = self.found.recommends and first.improves and bool(first.moved)
            show(self.saving.widget, visible=offered)

    def _best(self) -> Policy:
        assert self.found is not None
        return self.found.searches[0].best.policy


def page(found: Workshop) -> str:
    """The whole of it as HTML."""
    return "".join((_voted(found), _verdict(found), _agreement(found), _split(found), _fits(found)))


def _voted(found: Workshop) -> str:
    ballots = found.ballots
    teams = ", ".join(f"{len(ballots.voters(t))} of {inert(t)}" for t in ballots.deck.teams)
    told = f"{plural(len(ballots.votes), 'vote')} by {plural(len(ballots.voters()), 'voter')}"
    return f"<p>{told} ({teams}).</p>"


def _verdict(found: Workshop) -> str:
    """The setting that the room already agrees on, in a sentence."""
    first = found.searches[0]
    fits = " and ".join(
        f"{one.fits} of {plural(one.votes, 'vote')} of {inert(team)}"
        for team, one in first.best.teams.items()
    )
    name = inert(first.own.policy.identity)
    title = "<h2>Nearest to what you mean</h2>"
    if not found.recommends:
        return (
            f"{title}<p>No definition is recommended. The nearest, <b>{name}</b>, fits "
            f"{percent(first.best.both, 0)} of the votes; dealt to other cards by chance, the best "
            f"of all settings fits up to {percent(found.chance, 0)}. More cards would tell.</p>"
        )
    poor = (
        "<p>That is not near: no definition fits three quarters of the votes. Talk about the split "
        "cards below before you move a threshold.</p>"
        if (first.best.both or 0) < WELL
        else ""
    )
    if not first.improves:
        return f"{title}<p><b>{name}</b> as it is: it fits {fits}.</p>{poor}"
    moved = ", ".join(
        f"{inert(n)} <mark>{inert(after)}</mark> instead of {inert(before)}"
        for n, (before, after) in first.moved.items()
    )
    ties = (
        faint(f"{plural(first.ties, 'other reading')} of these cards would fit as well.")
        if first.ties
        else ""
    )
    told = f"<p><b>{name}</b> with {moved}: it fits {fits}.</p>{ties}"
    return f"{title}{told}{poor}"


def _agreement(found: Workshop) -> str:
    rows = [
        (
            str(number), inert(one.who), str(one.voters), str(one.votes), percent(one.raw, 0),
            ratio(one.alpha) if one.alpha is not None else f"— ({inert(one.note)})",
        )
        for number, agreement in found.rounds
        for one in agreement
    ]  # fmt: skip
    moved = "".join(
        f"<p>From round {one.before} to round {one.after}, {one.changed} of "
        f"{plural(one.both, 'vote')} changed.</p>"
        for one in found.moved
    )
    heads = ("round", "within", "voters", "votes", "same answer", "alpha")
    note = faint(
        "Same answer: pairs of votes on one card. Alpha (Krippendorff): 1 is full agreement, "
        "0 is what chance would bring."
    )
    return f"<h2>Agreement</h2>{table(heads, rows, (0, 2, 3, 4, 5))}{moved}{note}"


def _split(found: Workshop) -> str:
    answers = found.ballots.deck.scale.answers
    split = [s for s in found.splits if s.alike is not None and s.alike < 1][:SPLIT]
    agreed = ", ".join(
        f"{inert(card.name)} ({inert(step_told(answers[answer]))})" for card, answer in found.agreed
    )
    told = f"<p><b>Agreed by both teams:</b> {agreed or 'no card yet'}.</p>"
    if not split:
        return f"<h2>Cards</h2><p>No card is split.</p>{told}"
    teams = found.ballots.deck.teams
    rows = [
        (
            inert(one.card.code), inert(one.card.name), percent(one.alike, 0),
            *(
                ", ".join(
                    f"{n} {inert(step_told(answers[a]))}"
                    for a, n in one.votes.get(team, {}).items()
                ) or "—"
                for team in teams
            ),
        )
        for one in split
    ]  # fmt: skip
    heads = ("card", "name", "same answer", *(inert(team) for team in teams))
    return f"<h2>Talk about these cards</h2>{table(heads, rows, (2,))}{told}"


def _fits(found: Workshop) -> str:
    teams = found.ballots.last().teams
    rows = [
        (
            inert(one.own.policy.identity), *shares(one.own, teams), _setting(one),
            *(shares(one.best, teams) if one.improves else [""] * (len(teams) + 1)),
        )
        for one in found.searches
    ]  # fmt: skip
    names = [inert(team) for team in teams]
    heads = ("definition", *names, "both", "best setting", *names, "both")
    place = len(teams) + 2
    right = [*range(1, place), *range(place + 1, len(heads))]
    note = faint("The share of votes that are what the definition says; both teams weigh the same.")
    return f"<h2>How well the definitions fit your votes</h2>{table(heads, rows, right)}{note}"


def _setting(one: SettingSearch) -> str:
    if not one.improves:
        return "as it is"
    return ", ".join(f"{inert(name)} {inert(after)}" for name, (_, after) in one.moved.items())
