"""Lanes: numbers that share a 64 bit word, so that a few running sums carry them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.tree import Sql

BITS: Final = 62
"""What a word carries; sums of steps stay positive in 64 bits."""
RECORD: Final = "record"
AT: Final = "at"


@dataclass(frozen=True, slots=True)
class Lane:
    """Some bits of a word: numbers from 0 to 2**width - 1."""

    word: int
    shift: int
    width: int

    def steps(self, amount: int) -> int:
        """What to add to the word in order to add this to the lane."""
        return amount << self.shift

    def read(self, word: Sql) -> Sql:
        """The number in the lane of a word."""
        shifted = tree.shift_right(word, tree.whole(self.shift)) if self.shift else word
        return tree.bit_and(shifted, tree.whole((1 << self.width) - 1))


@dataclass(slots=True)
class Lanes:
    """Gives out lanes; a new word where no other has the room."""

    used: list[int] = field(default_factory=list)

    def lane(self, most: int) -> Lane:
        """A lane for numbers from 0 to `most`."""
        width = max(most.bit_length(), 1)
        if width > BITS:
            raise OverflowError(most)
        for word, used in enumerate(self.used):
            if used + width <= BITS:
                self.used[word] += width
                return Lane(word, used, width)
        self.used.append(width)
        return Lane(len(self.used) - 1, 0, width)

    @property
    def words(self) -> int:
        """How many words there are; at least one, so that steps have something to add to."""
        return max(len(self.used), 1)


def word(number: int) -> str:
    """The column of a word."""
    return f"word {number}"


def step(record: Sql, at: Sql, amounts: Mapping[int, Sql], words: int) -> list[Sql]:
    """The columns of a step: whose, when, and what is added to each word."""
    return [
        tree.alias(record, RECORD),
        tree.alias(at, AT),
        *(
            tree.alias(tree.cast(amounts.get(n, tree.whole(0)), tree.BIG), word(n))
            for n in range(words)
        ),
    ]
