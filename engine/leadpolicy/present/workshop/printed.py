"""Blind cards to print: one A6 page each, in one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from leadpolicy.present.pages import page
from leadpolicy.present.workshop.cards import Front, fronts
from leadpolicy.workshop.blind import Deck

TEMPLATE: Final = "workshop/cards.html.j2"
_SIZES: Final = (
    ("large", 52, 27),
    ("", 61, 33),
    ("small", 70, 39),
    ("tiny", 82, 46),
    ("least", 92, 52),
)
"""Sizes of type by class: how many characters fit on a line, and how many lines on a card."""


@dataclass(frozen=True, slots=True)
class _Printed:
    front: Front
    questions: tuple[str, ...]
    more: int
    size: str


def cards_page(deck: Deck, facts: Sequence[str] = (), events: Sequence[str] = ()) -> str:
    """The page: front sides only, without any verdict. `facts` and `events` as for `fronts`."""
    return page(TEMPLATE, cards=[_printed(one) for one in fronts(deck, facts, events)])


def _printed(front: Front) -> _Printed:
    """In the largest type that fits. Questions that fit in none are counted instead."""
    for size, columns, lines in _SIZES:
        if front.lines(columns) <= lines:
            return _Printed(front, front.questions, 0, size)
    size, columns, lines = _SIZES[-1]
    kept = len(front.questions)
    while kept > 0 and replace(front, questions=front.questions[:kept]).lines(columns) > lines:
        kept -= 1
    return _Printed(front, front.questions[:kept], len(front.questions) - kept, size)
