"""Which records to lay on the table: those that divide definitions, stand at an edge, or turn on
one fact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.comparison.causes import TRUTHS
from leadpolicy.comparison.contested import contested
from leadpolicy.comparison.disagreements import cause_table
from leadpolicy.comparison.scale import Scale, scale_of
from leadpolicy.decision import decide
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.evaluation.codes import UNKNOWN
from leadpolicy.evaluation.verdicts import RecordVerdicts
from leadpolicy.policy.model import RUNGS
from leadpolicy.types import Kind
from leadpolicy.vocabulary.record import EventLog, Record
from leadpolicy.workshop.blind import BlindCard, Deal, Deck, Why, common_vocabulary, teams_of
from leadpolicy.workshop.pseudonyms import pseudonym, rank

Progress: TypeAlias = Callable[[str, int, int], None]

CARDS: Final = 12
LOOKED_AT: Final = 600
"""Decisions that are asked for their nearest flips: so many in all, spread over the policies."""
NEAR: Final = 0.5
"""A flip no further away than this (half of a number's value, say) makes an edge."""


@dataclass(frozen=True, slots=True)
class _Pick:
    row: int
    why: Why
    about: str = ""


@dataclass(frozen=True, slots=True)
class _Edge:
    """A record that one change would move on the scale."""

    distance: float
    order: int
    row: int
    about: str


def deal(
    evaluation: RecordVerdicts,
    cards: int = CARDS,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> Deal:
    """The cards of a workshop: half of them divide the policies most, a quarter stand at an edge,
    and a quarter turn on one fact each; where there are not enough of a kind, others take over.

    The seed decides which of many alike are taken, the invented names, and the order. Raises
    `LeadpolicyError` where there is no record or no policy.
    """
    policies = [one.policy for one in evaluation.policies]
    scale = scale_of(policies)
    if not len(evaluation):
        raise LeadpolicyError.of(
            "LP505",
            f"there is no record in {evaluation.data.dataset.name} to make a card of",
            help="see `leadpolicy compare` for the rows that were set aside",
        )
    if cards < 1:
        raise LeadpolicyError.of("LP506", f"{cards} cards cannot be dealt", expected="1 or more")
    dealing = _Dealing(evaluation, scale, seed, progress)
    picks = dealing.picks(cards)
    return dealing.deal(picks, cards)


class _Dealing:
    def __init__(
        self, evaluation: RecordVerdicts, scale: Scale, seed: int, progress: Progress | None
    ) -> None:
        self.evaluation = evaluation
        self.scale = scale
        self.seed = seed
        self.progress = progress
        self.policies = [one.policy for one in evaluation.policies]
        self.facts = {name for policy in self.policies for name in policy.facts}
        self.kinds = {name for policy in self.policies for name in policy.events}
        self.faithful: dict[int, bool] = {}

    # --------------------------------------------------------------------------- choosing

    def picks(self, cards: int) -> list[_Pick]:
        """Rows with reasons, each row once, at most `cards`."""
        divided = self.divided(cards)
        edges, turning = self.edges()
        chosen: dict[int, _Pick] = {}
        quarter = cards // 4
        self.take(chosen, divided, cards - 2 * quarter)
        self.take(chosen, edges, quarter)
        self.take(chosen, turning, cards - len(chosen))
        for pool in (divided, edges, turning, self.rest()):
            self.take(chosen, pool, cards - len(chosen))
        return list(chosen.values())

    def take(self, chosen: dict[int, _Pick], pool: Iterable[_Pick], most: int) -> None:
        for pick in pool:
            if most <= 0:
                return
            if pick.row not in chosen and self.carries(pick.row):
                chosen[pick.row] = pick
                most -= 1

    def divided(self, cards: int) -> list[_Pick]:
        """More than needed, as some may not fit on a card."""
        table = cause_table(self.evaluation)
        found = contested(self.evaluation, RUNGS, table, 3 * cards)
        return [_Pick(one.row, Why.DIVIDES) for one in found]

    def rest(self) -> Iterator[_Pick]:
        """The other records in the order of the seed; first those that leave something open."""
        open_ = np.zeros(len(self.evaluation), dtype=np.bool_)
        for one in self.evaluation.policies:
            open_ |= (one.stages == UNKNOWN).any(axis=1)
        yield from (_Pick(row, Why.OPEN) for row in self.shuffled if open_[row])
        yield from (_Pick(row, Why.PLAIN) for row in self.shuffled)

    @cached_property
    def shuffled(self) -> list[int]:
        """All rows, in an order that the seed and the ids alone decide."""
        ids = self.evaluation.ids
        return sorted(range(len(ids)), key=lambda row: rank(self.seed, ids[row]))

    def edges(self) -> tuple[list[_Pick], list[_Pick]]:
        """Records at an edge, of varied facts; and records for each fact that alone decides."""
        by_fact: dict[str, list[_Edge]] = {}
        for edge in self.flips():
            by_fact.setdefault(edge.about, []).append(edge)
        for found in by_fact.values():
            found.sort(key=lambda edge: (edge.distance, edge.order))
        near = sorted(
            (
                (place, edge.distance, edge.order, edge)
                for found in by_fact.values()
                for place, edge in enumerate(e for e in found if e.distance <= NEAR)
            ),
            key=lambda item: item[:3],
        )
        often = Counter({fact: len(found) for fact, found in by_fact.items()})
        turns = sorted(
            (
                (place, -often[edge.about], edge.about, edge)
                for found in by_fact.values()
                for place, edge in enumerate(found)
            ),
            key=lambda item: item[:3],
        )
        return (
            [_Pick(item[3].row, Why.EDGE, item[3].about) for item in near],
            [_Pick(item[3].row, Why.TURNS, item[3].about) for item in turns],
        )

    def flips(self) -> Iterator[_Edge]:
        """Single changes that move one of a sample of records on the scale, by policy."""
        data = self.evaluation.data
        rows = self.shuffled[: max(20, LOOKED_AT // len(self.policies))]
        total = len(rows) * len(self.policies)
        for number, policy in enumerate(self.policies):
            for order, row in enumerate(rows):
                if self.progress is not None and order % 20 == 0:
                    self.progress("looking for edges", number * len(rows) + order, total)
                record, moment = data.records[row], data.moments[row]
                at = self.scale.place(policy, record, moment).at
                for flip in decide(policy, record, as_of=moment).flips:
                    if self.scale.place(policy, flip.record, moment).at != at:
                        yield _Edge(flip.distance, order, row, flip.fact)

    # ---------------------------------------------------------------------------- dealing

    def carries(self, row: int) -> bool:
        """Whether a card of the record reads as the record does, under every policy.

        A card cannot say that a log began only at some moment; such records may read otherwise.
        """
        if row not in self.faithful:
            record, moment = self.on_card(row), self.evaluation.data.moments[row]
            self.faithful[row] = all(
                [TRUTHS.index(t) for t in verdicts(one.policy.logic, record, moment).stages]
                == one.stages[row].tolist()
                for one in self.evaluation.policies
            )
        return self.faithful[row]

    def on_card(self, row: int) -> Record:
        """What the policies look at, without id and origins."""
        record = self.evaluation.data.records[row]
        return Record(
            {name: value for name, value in record.facts.items() if name in self.facts},
            {
                kind: EventLog(tuple(replace(h, source="") for h in log.happenings))
                for kind, log in record.events.items()
                if kind in self.kinds
            },
        )

    def deal(self, picks: Sequence[_Pick], wanted: int) -> Deal:
        ids = self.evaluation.ids
        order = sorted(picks, key=lambda pick: rank(self.seed + 1, ids[pick.row]))
        cards: list[BlindCard] = []
        keys: dict[str, str] = {}
        for number, pick in enumerate(order, start=1):
            name = pseudonym(self.seed, ids[pick.row], {card.name for card in cards})
            record = replace(self.on_card(pick.row), id=name)
            moment = self.evaluation.data.moments[pick.row]
            cards.append(BlindCard(f"C{number}", name, pick.why, record, moment, pick.about))
            keys[f"C{number}"] = ids[pick.row]
        deck = Deck(
            tuple(cards),
            self.scale,
            teams_of(self.policies),
            tuple(policy.identity for policy in self.policies),
            common_vocabulary(self.policies),
        )
        return Deal(deck, keys, tuple(self.notes(deck, wanted)))

    def notes(self, deck: Deck, wanted: int) -> Iterator[str]:
        """What a facilitator has to know."""
        if len(deck.cards) < wanted:
            yield f"There are only {len(deck.cards)} records that fit on a card."
        if len(self.policies) > 1 and not any(c.why is Why.DIVIDES for c in deck.cards):
            yield "No record divides these policies: none says yes where another says no."
        spoken = sorted(
            name for card in deck.cards for name in card.record.facts
            if deck.vocabulary.facts[name].type.kind is Kind.TEXT
        )  # fmt: skip
        if spoken:
            told = ", ".join(dict.fromkeys(spoken))
            yield f"Free text stands on the cards as it was recorded ({told}): read it first."
