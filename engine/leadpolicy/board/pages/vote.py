"""Votes without accounts: everybody marks the cards here, or hands in a CSV file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from leadpolicy.board.desk import Desk, ballot_name
from leadpolicy.board.pages.cards import deck_fronts, face
from leadpolicy.board.pages.page import button, show, told_in
from leadpolicy.board.style import faint, table
from leadpolicy.board.widgets import widgets
from leadpolicy.characters import inert
from leadpolicy.comparison.scale import step_told
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.english import plural
from leadpolicy.files import write_whole
from leadpolicy.sheets import csv_text
from leadpolicy.workshop.ballots import COLUMNS, ROUND, read_ballots
from leadpolicy.workshop.blind import Deck


class VotePage:
    """A ballot for one voter. Handed in again in the same round, it replaces the first."""

    title = "Vote"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.deck: Deck | None = None
        self.marks: dict[str, Any] = {}
        self.voter = widgets.Text(description="Your name", placeholder="as it shall be shown")
        self.team = widgets.Dropdown(options=[("", None)], description="Team")
        self.round = widgets.BoundedIntText(
            value=1, min=1, max=9, description="Round", layout={"width": "150px"}
        )
        self.cards = widgets.VBox([])
        self.hand_in = button("Hand in my votes", self.vote, main=True)
        self.told = widgets.HTML()
        self.files = widgets.FileUpload(
            accept=".csv", multiple=True, description="Load CSV files", layout={"width": "auto"}
        )
        self.list = widgets.HTML()
        self.ballot = widgets.VBox(
            [
                widgets.HBox([self.voter, self.team, self.round], layout={"flex_flow": "row wrap"}),
                self.cards, self.hand_in,
            ]
        )  # fmt: skip
        self.widget = widgets.VBox(
            [
                widgets.HTML(
                    "<h1>What is it?</h1><p>Judge every card by what stands on it. There is no "
                    "right answer yet: that is what the room is here to find.</p>"
                ),
                self.ballot, self.told,
                widgets.HTML(
                    "<h2>Votes from paper</h2>" + faint(
                        f"One file per voter, or one for all, with the columns {', '.join(COLUMNS)}"
                        f" (and {ROUND}, from the second round on)."
                    )
                ),
                self.files, self.list,
            ]
        )  # fmt: skip
        self.files.observe(self.load, "value")

    def enter(self) -> None:
        """A fresh ballot where other cards were dealt; what was marked stays otherwise."""
        with told_in(self.told):
            deck = self.desk.deck()
            if deck is None:
                show(self.ballot, visible=False)
                self.told.value = "<p>No cards are dealt yet: see the page “Cards”.</p>"
                return
            if self.deck is None or _content(deck) != _content(self.deck):
                self._lay_out(deck)
                self.told.value = ""
            show(self.ballot, visible=True)
        self._list()

    def _lay_out(self, deck: Deck) -> None:
        self.deck = deck
        self.team.options = [(team, team) for team in deck.teams]
        answers = [(step_told(one), one) for one in deck.scale.answers]
        spoken = self.desk.chosen or self.desk.available()[0]
        self.marks, rows = {}, []
        for front in deck_fronts(deck, spoken):
            mark = widgets.ToggleButtons(
                options=answers, value=None, description="", style={"button_width": "auto"}
            )
            self.marks[front.code] = mark
            rows += [widgets.HTML(f"<div class='lp-small'>{face(front)}</div>"), mark]
        self.cards.children = rows

    def vote(self, _: object = None) -> None:
        """Writes the ballot as a file."""
        with told_in(self.told):
            name = " ".join(self.voter.value.split())
            marked = {code: mark.value for code, mark in self.marks.items() if mark.value}
            if not name:
                raise LeadpolicyError.of(
                    "LP108", "nobody is named here", expected="your name, above the cards"
                )
            if not marked:
                raise LeadpolicyError.of(
                    "LP505", "no card is marked", expected="an answer under each card"
                )
            path = self.desk.votes_folder / ballot_name(name, self.team.value, self.round.value)
            write_whole(path, _ballot(name, self.team.value, self.round.value, marked))
            left = len(self.marks) - len(marked)
            open_ = f" {plural(left, 'card')} left open." if left else ""
            self.told.value = (
                f"<p role='status'><b>Thank you, {inert(name)}:</b> "
                f"{plural(len(marked), 'vote')} handed in.{open_}</p>"
            )
        self._list()

    def load(self, _: object = None) -> None:
        """Takes ballots that were filled in elsewhere, if they can be read."""
        given, self.files.value = self.files.value, ()
        if not given or self.deck is None:
            return
        with told_in(self.told), tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder, Path(one["name"]).name or "votes.csv") for one in given]
            for path, one in zip(paths, given, strict=True):
                path.write_bytes(bytes(one["content"]))
            ballots = read_ballots(self.deck, [*self.desk.vote_files(), *paths])
            for path in paths:
                target = self.desk.votes_folder / path.name
                write_whole(target, path.read_bytes().decode("utf-8-sig"))
            self.told.value = (
                f"<p role='status'>{plural(len(paths), 'file')} loaded; "
                f"{plural(len(ballots.voters()), 'voter')} in all.</p>"
            )
        self._list()

    def _list(self) -> None:
        if self.deck is None or not self.desk.vote_files():
            self.list.value = ""
            return
        with told_in(self.list):
            ballots = self.desk.ballots(self.deck)
            rows = [
                (inert(voter), inert(mine[0].team), str(number), str(len(mine)))
                for number in ballots.rounds
                for voter in ballots.of_round(number).voters()
                if (mine := [v for v in ballots.of_round(number).votes if v.voter == voter])
            ]
            heads = ("voter", "team", "round", "votes")
            self.list.value = f"<h2>Who has voted</h2>{table(heads, rows, (2, 3))}"


def _ballot(voter: str, team: str, number: int, marked: dict[str, str]) -> str:
    rows = ((voter, team, code, answer, number) for code, answer in marked.items())
    return csv_text((*COLUMNS, ROUND), rows)


def _content(deck: Deck) -> tuple[object, ...]:
    return deck.cards, deck.scale, deck.teams
