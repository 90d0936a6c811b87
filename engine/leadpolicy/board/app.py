"""The board: the pages of a workshop, from “What is this?” to a signed version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leadpolicy.board.desk import Desk, data_sets
from leadpolicy.board.pages.agreement import AgreementPage
from leadpolicy.board.pages.cards import CardsPage
from leadpolicy.board.pages.decide import DecidePage
from leadpolicy.board.pages.explore import ExplorePage
from leadpolicy.board.pages.page import Page, button
from leadpolicy.board.pages.start import StartPage
from leadpolicy.board.pages.vote import VotePage
from leadpolicy.board.style import STYLE
from leadpolicy.board.widgets import widgets


def board(
    policies: str | Path = "policies",
    data: str | Path = "fixtures/demo",
    workshop: str | Path = "build/workshop",
) -> Board:
    """The board, to be shown by a notebook or by Voilà.

    `policies` is the folder where definitions are read and written, `data` a data set (those beside
    it can be chosen, too) or a folder of data sets, `workshop` where cards and votes are kept.
    """
    return Board(Desk(Path(policies), data_sets(Path(data)), Path(workshop)))


class Board:
    """All pages, one at a time. `widget` is what is displayed."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.start = StartPage(desk, self._begun)
        self.cards = CardsPage(desk)
        self.vote = VotePage(desk)
        self.agreement = AgreementPage(desk, self._saved)
        self.explore = ExplorePage(desk, self._saved)
        self.decide = DecidePage(desk)
        self.pages: dict[str, Page] = {
            page.title: page
            for page in (
                self.start, self.cards, self.vote, self.agreement, self.explore, self.decide,
            )
        }  # fmt: skip
        self.open = widgets.ToggleButtons(
            options=[
                (f"{n}. {title}" if n else title, title) for n, title in enumerate(self.pages)
            ],
            style={"button_width": "auto"},
        )
        self.place = widgets.VBox([])
        self.next = button("", self._next)
        self.widget = widgets.VBox([widgets.HTML(STYLE), self.open, self.place, self.next])
        self.widget.add_class("lp-board")
        self.open.observe(self._turn, "value")
        self._turn()

    def _repr_mimebundle_(self, **given: Any) -> Any:
        return self.widget._repr_mimebundle_(**given)

    def __repr__(self) -> str:
        return f"<Board on {self.desk.policies}>"

    def _turn(self, _: object = None) -> None:
        page = self.pages[self.open.value]
        self.place.children = [page.widget]
        following = self._following()
        self.next.description = f"Next: {following} ▶" if following else ""
        self.next.layout.display = "" if following else "none"
        page.enter()

    def _following(self) -> str | None:
        titles = list(self.pages)
        place = titles.index(self.open.value) + 1
        return titles[place] if place < len(titles) else None

    def _next(self, _: object = None) -> None:
        following = self._following()
        if following is not None:
            self.open.value = following

    def _begun(self) -> None:
        """Other policies are on the table: what was made of the old ones is made anew."""
        self.cards.place = 0

    def _saved(self, path: Path) -> None:
        """A version was written: it can be signed now."""
        self.desk.written.append(path)
        self.desk.wanted = path.parent.name
