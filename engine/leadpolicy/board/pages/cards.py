"""Facilitator mode: one card at a time, in large type; what the definitions say stays hidden."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from leadpolicy.board.desk import KEY, Desk
from leadpolicy.board.pages.page import button, progress_in, show, told_in
from leadpolicy.board.style import faint
from leadpolicy.board.widgets import widgets
from leadpolicy.characters import inert
from leadpolicy.comparison.scale import step_told
from leadpolicy.decision import decide
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.english import capital, plural
from leadpolicy.evaluation.verdicts import verdicts_of
from leadpolicy.policy.model import Policy
from leadpolicy.present.workshop.cards import Front, fronts
from leadpolicy.workshop.blind import BlindCard, Deck
from leadpolicy.workshop.deal import deal
from leadpolicy.workshop.decks import write_deck, write_key

MINUTES: Final = 3
"""How long a room talks about one card, to begin with."""
SHOWN: Final = 12
"""Definitions whose verdicts are shown beside one card."""


def deck_fronts(deck: Deck, policies: Iterable[Policy]) -> list[Front]:
    """The fronts, with questions for what the policies ask and a card does not tell."""
    chosen = list(policies)
    facts = [name for policy in chosen for name in policy.facts]
    events = [name for policy in chosen for name in policy.events]
    return fronts(deck, facts, events)


def face(front: Front, *, questions: int = 6) -> str:
    """A card's front as HTML: what is known, and what is not, as questions."""
    pairs = "".join(
        f"<dt>{inert(capital(what))}</dt><dd>{inert(value)}</dd>"
        for what, value in (*front.facts, *front.happened)
    )
    parts = [f"<dl>{pairs}</dl>" if pairs else ""]
    for title, texts in (("Yes", front.yes), ("No", front.no), ("The buyer has not", front.never)):
        if texts:
            parts.append(f"<p><b>{title}:</b> {'; '.join(inert(text) for text in texts)}</p>")
    if front.empty:
        parts.append("<p>Nothing is known but that it exists.</p>")
    if front.questions:
        asks = [f"<li>{inert(ask)}</li>" for ask in front.questions[:questions]]
        more = len(front.questions) - questions
        asks += [f"<li>and {more} more</li>"] if more > 0 else []
        parts.append(f'<div class="lp-faint">Not known:<ul>{"".join(asks)}</ul></div>')
    return (
        f'<div class="lp-card"><span class="lp-faint">{inert(front.code)}, '
        f'as of {inert(front.as_of)}</span><div class="lp-name">{inert(front.name)}</div>'
        f"{''.join(parts)}</div>"
    )


def verdicts(card: BlindCard, deck: Deck, policies: Iterable[Policy]) -> str:
    """What every definition says of a card, and why."""
    told = []
    for policy in list(policies)[:SHOWN]:
        place = deck.scale.place(policy, card.record, card.as_of)
        stage = step_told(deck.scale.answers[place.at])
        if place.possible > place.at:
            stage += f" (perhaps {step_told(deck.scale.answers[place.possible])})"
        said = decide(policy, card.record, as_of=card.as_of)
        told.append(
            f"<h3>{inert(policy.identity)}: <mark>{inert(stage)}</mark></h3>"
            f"<p>{inert(said.sentence())}</p>"
        )
    return "".join(told)


class CardsPage:
    """Deals the cards and shows them one by one."""

    title = "Cards"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.deck: Deck | None = None
        self.fronts: list[Front] = []
        self.place = 0
        self.number = widgets.BoundedIntText(
            value=12, min=1, max=60, description="Cards", layout={"width": "170px"}
        )
        self.new = button("Deal the cards", self.deal, main=True)
        self.told = widgets.HTML()
        self.at = widgets.HTML()
        self.back = button("◀ Previous", lambda _: self.go(-1))
        self.next = button("Next ▶", lambda _: self.go(+1))
        self.reveal = widgets.ToggleButton(
            value=False, description="Reveal the verdicts", layout={"width": "auto"}
        )
        self.clock = Clock()
        self.front = widgets.HTML(layout={"flex": "3 1 520px"})
        self.verdicts = widgets.HTML(layout={"flex": "2 1 380px"})
        steps = widgets.HBox(
            [self.back, self.at, self.next, self.reveal, self.clock.widget],
            layout={"align_items": "center", "flex_flow": "row wrap", "grid_gap": "10px"},
        )
        sides = widgets.HBox(
            [self.front, self.verdicts], layout={"flex_flow": "row wrap", "grid_gap": "24px"}
        )
        self.stage = widgets.VBox([steps, sides])
        self.widget = widgets.VBox(
            [
                widgets.HTML(
                    "<h1>One card at a time</h1><p>Real records under invented names. Everybody "
                    "votes first, on paper or on the page “Vote”; then reveal what the definitions "
                    "say, and talk only about the cards that split you.</p>"
                ),
                widgets.HBox([self.number, self.new]), self.told, self.stage,
            ]
        )  # fmt: skip
        self.reveal.observe(self.show, "value")

    def enter(self) -> None:
        """Shows the cards of the workshop, if there are any."""
        with told_in(self.told):
            self.deck = self.desk.deck()
        self._lay_out()

    def deal(self, _: object = None) -> None:
        """Picks records that divide the definitions, and writes them for everybody in the room."""
        with told_in(self.told, "Looking for the records that divide the definitions most…"):
            records = self.desk.records
            if records is None or not self.desk.chosen:
                raise LeadpolicyError.of(
                    "LP509", "there is nothing on the table yet", help="begin on the page “Start”"
                )
            dealt = deal(
                verdicts_of(self.desk.chosen, records),
                self.number.value,
                progress=progress_in(self.told),
            )
            aside = self.desk.put_votes_aside()
            write_deck(dealt.deck, self.desk.cards_file)
            write_key(dealt, self.desk.workshop / KEY)
            self.deck, self.place = dealt.deck, 0
            notes = "".join(faint(inert(note)) for note in dealt.notes)
            if aside is not None:
                notes += faint(f"Votes on earlier cards were put aside: {inert(aside)}")
            self.told.value = (
                f"<p role='status'>{plural(len(dealt.deck.cards), 'card')} dealt. "
                f"<span class='lp-faint'>Whose they are stands in {inert(KEY)} in "
                f"{inert(self.desk.workshop)}, for the facilitator only.</span></p>{notes}"
            )
        self._lay_out()

    def _lay_out(self) -> None:
        self.new.description = "Deal other cards" if self.deck else "Deal the cards"
        show(self.stage, visible=self.deck is not None)
        if self.deck is not None:
            spoken = self.desk.chosen or self.desk.available()[0]
            self.fronts = deck_fronts(self.deck, spoken)
            self.place = min(self.place, len(self.fronts) - 1)
            self.show()

    def go(self, step: int) -> None:
        """To another card; its verdicts are hidden again, and its time starts anew."""
        self.place = max(0, min(len(self.fronts) - 1, self.place + step))
        self.clock.stop()
        if self.reveal.value:
            self.reveal.value = False
        else:
            self.show()

    def show(self, _: object = None) -> None:
        """The card, and what the definitions say if it may be seen."""
        if self.deck is None:
            return
        self.at.value = f"<b>Card {self.place + 1} of {len(self.fronts)}</b>"
        self.back.disabled = self.place == 0
        self.next.disabled = self.place == len(self.fronts) - 1
        self.front.value = face(self.fronts[self.place])
        self.reveal.description = (
            "Hide the verdicts" if self.reveal.value else "Reveal the verdicts"
        )
        if not self.reveal.value:
            self.verdicts.value = ""
            show(self.verdicts, visible=False)
            return
        show(self.verdicts, visible=True)
        with told_in(self.verdicts):
            card = self.deck.cards[self.place]
            policies = self.desk.on_the_table() or self.desk.available()[0]
            self.verdicts.value = (
                f"<h2>What the definitions say</h2>{verdicts(card, self.deck, policies)}"
                f"{self._voted(card)}"
            )

    def _voted(self, card: BlindCard) -> str:
        if self.deck is None or not self.desk.vote_files():
            return ""
        last = self.desk.ballots(self.deck).last()
        answers = self.deck.scale.answers
        told = [
            f"{inert(team)}: {inert(', '.join(step_told(answers[v.answer]) for v in found))}"
            for team in self.deck.teams
            if (found := last.on(card, team))
        ]
        return f"<p><b>Votes:</b> {'; '.join(told)}</p>" if told else ""


class Clock:
    """Counts the minutes for one card down; says so when they are over, and stops nobody."""

    def __init__(self) -> None:
        self.minutes = widgets.BoundedIntText(
            value=MINUTES, min=1, max=90, description="Minutes", layout={"width": "150px"}
        )
        self.start = button("Start the clock", self.toggle)
        self.left = widgets.HTML()
        self.widget = widgets.HBox(
            [self.minutes, self.start, self.left], layout={"align_items": "center"}
        )
        self._ticking: asyncio.Task[None] | None = None
        self._told(0)

    def toggle(self, _: object = None) -> None:
        """Starts the clock, or stops it."""
        if self._ticking is not None:
            self.stop()
            return
        self.start.description = "Stop the clock"
        self._ticking = asyncio.get_running_loop().create_task(self._count())

    def stop(self) -> None:
        """Stops the clock and clears it."""
        if self._ticking is not None:
            self._ticking.cancel()
        self._ticking = None
        self.start.description = "Start the clock"
        self._told(0)

    async def _count(self) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + 60 * self.minutes.value
        while (left := end - loop.time()) > 0:
            self._told(round(left))
            await asyncio.sleep(1)
        self.left.value = '<span class="lp-clock" role="alert">Time is over</span>'
        self._ticking = None
        self.start.description = "Start the clock"

    def _told(self, seconds: int) -> None:
        text = f"{seconds // 60}:{seconds % 60:02d}" if seconds else "–:––"
        self.left.value = f'<span class="lp-clock" role="timer">{text}</span>'
