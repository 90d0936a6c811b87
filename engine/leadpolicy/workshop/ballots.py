"""Votes on cards, out of CSV files: `voter, team, card, stage`, and `round` if there are several.

Nobody needs an account: one file per voter, or one for the whole room.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from leadpolicy.diagnostics import LeadpolicyError, Problems, cited, listing, suggest
from leadpolicy.sheets import heard
from leadpolicy.source import Source, Span
from leadpolicy.syntax.reader import read_source
from leadpolicy.workshop.blind import BlindCard, Deck

COLUMNS: Final = ("voter", "team", "card", "stage")
ROUND: Final = "round"
_DELIMITERS: Final = ",;\t"


@dataclass(frozen=True, slots=True)
class Vote:
    """One voter's answer to one card: `answer` 0 is no stage, i + 1 the step i of the scale."""

    voter: str
    team: str
    card: str
    answer: int
    round: int = 1
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Ballots:
    """All votes on a deck, each voter at most once per card and round."""

    deck: Deck
    votes: tuple[Vote, ...]

    @property
    def rounds(self) -> tuple[int, ...]:
        """The rounds in which somebody voted, in order."""
        return tuple(sorted({vote.round for vote in self.votes}))

    @property
    def teams(self) -> tuple[str, ...]:
        """The teams that voted, in the deck's order."""
        voted = {vote.team for vote in self.votes}
        return tuple(team for team in self.deck.teams if team in voted)

    def voters(self, team: str | None = None) -> tuple[str, ...]:
        """Everyone who voted, or those of a team, by name."""
        return tuple(sorted({v.voter for v in self.votes if team in (None, v.team)}))

    def of_round(self, number: int) -> Ballots:
        """The votes of one round."""
        return Ballots(self.deck, tuple(vote for vote in self.votes if vote.round == number))

    def last(self) -> Ballots:
        """The votes of the last round."""
        return self.of_round(self.rounds[-1])

    def on(self, card: BlindCard, team: str | None = None) -> tuple[Vote, ...]:
        """The votes on a card, of everyone or of one team."""
        return tuple(
            vote for vote in self.votes if vote.card == card.code and team in (None, vote.team)
        )


def read_ballots(deck: Deck, files: Sequence[Path], before: Sequence[Path] = ()) -> Ballots:
    """The votes of all files; those of `before` belong to rounds before those of `files`.

    Raises `LeadpolicyError` with everything that is wrong: unknown cards, stages or teams, two
    votes by one voter, files without votes.
    """
    problems = Problems()
    reading = _Reading(deck, problems)
    earlier = [vote for path in before for vote in reading.file(path)]
    if earlier:
        reading.shift = max(vote.round for vote in earlier)
    votes = [*earlier, *(vote for path in files for vote in reading.file(path))]
    reading.check_twice(votes)
    reading.check_teams(votes)
    problems.stop_on_errors()
    if not votes:
        raise LeadpolicyError.of("LP505", "there are no votes", expected="one CSV file or more")
    return Ballots(deck, tuple(votes))


class _Reading:
    def __init__(self, deck: Deck, problems: Problems) -> None:
        self.deck = deck
        self.problems = problems
        self.shift = 0
        self.teams = {team.casefold(): team for team in deck.teams}
        self.answers = {_folded(step): i for i, step in enumerate(deck.scale.answers)}

    def file(self, path: Path) -> list[Vote]:
        """The votes of one file; rows without any answer are passed over."""
        source = read_source(path, self.problems)
        if source is None:
            return []
        rows = list(_rows(source))
        if not rows:
            self.problems.error("LP505", "the file is empty", where=source.name,
                                expected=f"the columns {', '.join(COLUMNS)}")  # fmt: skip
            return []
        head = {cell.text.strip().casefold(): place for place, cell in enumerate(rows[0])}
        if not self.check_head(rows[0], head):
            return []
        read = (self.vote(row, head) for row in rows[1:] if any(cell.text for cell in row))
        votes = [vote for vote in read if vote is not None]
        if not votes and not self.problems.errors:
            self.problems.error("LP505", "nobody has voted in this file", where=source.name,
                                expected="a row per card, such as Ann,sales,C1,lead")  # fmt: skip
        return votes

    def check_head(self, row: Sequence[_Cell], head: dict[str, int]) -> bool:
        missing = [name for name in COLUMNS if name not in head]
        for cell in row:
            name = cell.text.strip().casefold()
            if name not in (*COLUMNS, ROUND):
                self.problems.error(
                    "LP201", f"votes have no column `{cited(cell.text)}`", cell.span,
                    expected=f"{', '.join(COLUMNS)}, and {ROUND} if there are several",
                    help=suggest(name, (*COLUMNS, ROUND)),
                )  # fmt: skip
        if missing:
            self.problems.error(
                "LP502", f"the column `{missing[0]}` is missing", row[0].span,
                expected=f"a first line with {','.join(COLUMNS)}",
            )  # fmt: skip
        return not missing

    def vote(self, row: Sequence[_Cell], head: dict[str, int]) -> Vote | None:
        cells = {name: row[at] for name, at in head.items() if at < len(row)}
        if len(row) != len(head):
            self.problems.error("LP503", f"this row has {len(row)} columns", row[0].span,
                                expected=f"{len(head)} columns, as in the first line")  # fmt: skip
            return None
        if not cells["stage"].text:
            return None  # a card left open on the sheet is no vote
        voter = " ".join(cells["voter"].text.split())
        if not voter:
            self.problems.error("LP108", "nobody is named here", cells["card"].span,
                                expected="who votes, in the column `voter`")  # fmt: skip
        card, team = self.card(cells["card"]), self.team(cells["team"])
        answer, number = self.answer(cells["stage"]), self.round(cells.get(ROUND))
        if card is None or team is None or answer is None or number is None or not voter:
            return None
        return Vote(voter, team, card.code, answer, number + self.shift, _whole(row))

    def card(self, cell: _Cell) -> BlindCard | None:
        found = self.deck.card(cell.text)
        if found is None:
            codes = [card.code for card in self.deck.cards]
            self.problems.error(
                "LP208", f"there is no card `{cited(cell.text)}`", cell.span,
                expected=f"one of {listing(codes)}",
                help=suggest(cell.text, [card.name for card in self.deck.cards]),
            )  # fmt: skip
        return found

    def team(self, cell: _Cell) -> str | None:
        found = self.teams.get(cell.text.strip().casefold())
        if found is None:
            self.problems.error(
                "LP701", f"there is no team `{cited(cell.text)}`", cell.span,
                expected=f"one of {listing(self.deck.teams)}",
                help=suggest(cell.text, self.deck.teams),
            )  # fmt: skip
        return found

    def answer(self, cell: _Cell) -> int | None:
        found = self.answers.get(_folded(cell.text))
        if found is None:
            answers = self.deck.scale.answers
            self.problems.error(
                "LP208", f"`{cited(cell.text)}` is no stage that may be voted", cell.span,
                expected=f"one of {listing(answers)}",
                help=suggest(_folded(cell.text), answers),
            )  # fmt: skip
        return found

    def round(self, cell: _Cell | None) -> int | None:
        if cell is None or not cell.text:
            return 1
        if cell.text.isascii() and cell.text.isdigit() and 0 < int(cell.text) < 100:
            return int(cell.text)
        self.problems.error("LP301", f"`{cited(cell.text)}` is no round", cell.span,
                            expected="1, 2, …")  # fmt: skip
        return None

    def check_twice(self, votes: Iterable[Vote]) -> None:
        seen: dict[tuple[str, str, int], Vote] = {}
        for vote in votes:
            first = seen.setdefault((vote.voter.casefold(), vote.card, vote.round), vote)
            if first is not vote:
                self.problems.error(
                    "LP209", f"{vote.voter} votes on {vote.card} a second time", vote.span,
                    expected=f"one vote per card; the first stands at {first.span}",
                    help="a later round says so in a column `round`, or comes with --before",
                )  # fmt: skip

    def check_teams(self, votes: Iterable[Vote]) -> None:
        team_of: dict[str, Vote] = {}
        told: set[str] = set()
        for vote in votes:
            first = team_of.setdefault(vote.voter.casefold(), vote)
            if first.team != vote.team and vote.voter.casefold() not in told:
                told.add(vote.voter.casefold())
                self.problems.error(
                    "LP701", f"{vote.voter} votes for {vote.team} and for {first.team}", vote.span,
                    expected=f"one team per voter; the first vote stands at {first.span}",
                    help="two people of one name need names that differ",
                )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    span: Span


def _rows(source: Source) -> Iterator[list[_Cell]]:
    """The rows of a CSV text with the place of each cell; empty lines are left out."""
    first = source.text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    start = 0
    for line in source.text.splitlines(keepends=True):
        cells: list[_Cell] = []
        at = start
        for text in _split(line.rstrip("\r\n"), delimiter):
            place = source.text.find(text, at, start + len(line)) if text else -1
            begin = at if place < 0 else place
            bare = text.strip()
            begin += len(text) - len(text.lstrip()) if place >= 0 else 0
            cells.append(_Cell(heard(bare), Span(source, begin, begin + max(1, len(bare)))))
            at = begin + len(text.lstrip()) + 1
        if any(cell.text for cell in cells):
            yield cells
        start += len(line)


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a field beyond all measure
        return [line]


def _whole(row: Sequence[_Cell]) -> Span:
    return Span(row[0].span.source, row[0].span.start, row[-1].span.end)


def _folded(text: str) -> str:
    return "_".join(text.casefold().replace("_", " ").replace("-", " ").split())
