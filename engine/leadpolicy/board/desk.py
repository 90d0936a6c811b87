"""What all pages of the board share: the places, the policies on the table, and the records."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.policy.load import load_policies, versions
from leadpolicy.policy.model import Policy
from leadpolicy.workshop.ballots import Ballots, read_ballots
from leadpolicy.workshop.blind import Deck, common_vocabulary
from leadpolicy.workshop.decks import read_deck

if TYPE_CHECKING:
    from leadpolicy.board.explorer import Explorer
    from leadpolicy.data.recordset import RecordSet

FILE: Final = "dataset.yaml"
CARDS: Final = "cards.yaml"
KEY: Final = "key.csv"
VOTES: Final = "votes"


@dataclass(slots=True, eq=False)
class Desk:
    """Where things are, and what was chosen so far.

    Cards and votes live as files in `workshop`, so that everybody in the room, each with a browser
    of their own, sees the same. `written` are the versions that this session has written.
    """

    policies: Path
    sets: tuple[Path, ...]
    workshop: Path
    chosen: list[Policy] = field(default_factory=list)
    records: RecordSet | None = None
    explorer: Explorer | None = None
    written: list[Path] = field(default_factory=list)
    wanted: str = ""
    """The policy, by id, that was last worked on."""

    # ------------------------------------------------------------------------- policies

    def available(self) -> tuple[list[Policy], list[LeadpolicyError]]:
        """The newest version of every policy that can be read, and what is wrong with others."""
        found: list[Policy] = []
        wrong: list[LeadpolicyError] = []
        for folder in sorted(path for path in self.policies.glob("*") if versions(path)):
            try:
                found += load_policies([folder])
            except LeadpolicyError as error:
                wrong.append(error)
        return found, wrong

    def on_the_table(self) -> list[Policy]:
        """The chosen policies, and the versions of them that were written since."""
        fresh = load_policies(self.written) if self.written else []
        ids = {policy.id for policy in self.chosen}
        return [*self.chosen, *(policy for policy in fresh if policy.id in ids)]

    # ---------------------------------------------------------------------- cards, votes

    @property
    def cards_file(self) -> Path:
        return self.workshop / CARDS

    @property
    def votes_folder(self) -> Path:
        return self.workshop / VOTES

    def deck(self) -> Deck | None:
        """The cards of this workshop, None before they are dealt. Raises `LeadpolicyError`."""
        if not self.cards_file.is_file():
            return None
        spoken = self.chosen or self.available()[0]
        if not spoken:
            raise LeadpolicyError.of("LP101", f"there is no policy in {self.policies}")
        return read_deck(self.cards_file, common_vocabulary(spoken))

    def vote_files(self) -> list[Path]:
        """All ballots that were handed in."""
        return sorted(self.votes_folder.glob("*.csv"))

    def ballots(self, deck: Deck) -> Ballots:
        """Everything that was voted. Raises `LeadpolicyError`."""
        files = self.vote_files()
        if not files:
            raise LeadpolicyError.of(
                "LP505", "nobody has voted yet", help="votes are cast on the page “Vote”"
            )
        return read_ballots(deck, files)

    def put_votes_aside(self) -> Path | None:
        """Votes on other cards than those dealt now would count for the wrong ones."""
        if not self.vote_files():
            return None
        number = 1
        while (aside := self.workshop / f"{VOTES}-before-{number}").exists():
            number += 1
        self.votes_folder.rename(aside)
        return aside


def ballot_name(voter: str, team: str, number: int) -> str:
    """The file of one voter's ballot: readable, and another one for every name."""
    folded = " ".join(voter.casefold().split())
    letters = unicodedata.normalize("NFKC", f"{team}-{folded}")
    readable = re.sub(r"[^\w]+", "-", letters).strip("-")[:40]
    return f"round-{number}-{readable}-{sha256(folded.encode()).hexdigest()[:6]}.csv"


def data_sets(given: Path) -> tuple[Path, ...]:
    """A data set and those beside it, or all data sets of a folder."""
    if (given / FILE).is_file() or given.is_file():
        folder = given.parent if given.is_file() else given
        beside = sorted(path.parent for path in folder.parent.glob(f"*/{FILE}"))
        return (given, *(path for path in beside if path.resolve() != folder.resolve()))
    return tuple(sorted(path.parent for path in given.glob(f"*/{FILE}")))
