"""What would have to change for a term to take another value: the smallest sets of atoms.

A way is a set of wishes, each an atom with the truth it would have to take. Ways are bit sets: two
bits for every atom, so that joining, comparing and ordering them is arithmetic on whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final, TypeAlias

from leadpolicy.logic.terms import (
    All,
    Any,
    Compare,
    Const,
    CountAtLeast,
    Happened,
    Has,
    Known,
    Member,
    Not,
    SumAtLeast,
    Term,
    TextTest,
)
from leadpolicy.logic.walk import senses, upwards
from leadpolicy.truth import FALSE, TRUE, Truth

Wish: TypeAlias = tuple[Term, Truth]
Way: TypeAlias = int
TruthOf: TypeAlias = Callable[[Term], Truth]

MOST: Final = 64
"""Ways kept at each step, the smallest: a bound on work. Where no atom stands twice in a term, the
smallest ways of the whole are made of the smallest of the parts, and the bound loses none."""
_SUBSETS: Final = 2_000
"""Choices looked at among the parts of a count or the rules of a score."""

_NO_CHANGE: Final[tuple[Way, ...]] = (0,)


@dataclass(slots=True)
class Search:
    """Ways to change terms. `atoms` may change, the important ones first; all others stay.

    Small ways come first; among those of one size the one with the more important atoms. `free`
    atoms count nothing towards the size.
    """

    truth: TruthOf
    atoms: Sequence[Term]
    free: Iterable[Term] = ()
    _bit: dict[Term, int] = field(init=False)
    _twos: int = field(init=False)
    _counted: int = field(init=False)
    _found: dict[tuple[Term, Truth], tuple[Way, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """An atom's lower bit is the wish for TRUE, the one above it the wish for FALSE."""
        last = 2 * len(self.atoms) - 2
        self._bit = {atom: 1 << (last - 2 * place) for place, atom in enumerate(self.atoms)}
        self._twos = sum(self._bit.values())
        self._counted = 3 * (self._twos - sum(self._bit[atom] for atom in self.free))

    def wishes(self, way: Way) -> list[Wish]:
        """What a way wishes, the important atoms first."""
        return [
            (atom, TRUE if way & bit else FALSE)
            for atom, bit in self._bit.items()
            if way & (3 * bit)
        ]

    def ways(self, term: Term, want: Truth) -> tuple[Way, ...]:
        """The smallest ways to give a term the wanted truth, none contained in another.

        An empty way: it has that truth already. No way at all: nothing that may change can do it.
        """
        if (term, want) not in self._found:
            for one in upwards([(term, want)], self._open, self._found):
                there = self.truth(one[0]) is one[1]
                self._found[one] = _NO_CHANGE if there else self._ways(*one)
        return self._found[term, want]

    def _open(self, wish: Wish) -> tuple[Wish, ...]:
        term, want = wish
        return () if self.truth(term) is want else wishes_inside(wish)

    def _ways(self, term: Term, want: Truth) -> tuple[Way, ...]:
        match term:
            case Compare() | Member() | Known() | TextTest() | Has() | Happened():
                bit = self._bit.get(term)
                return () if bit is None else (bit if want is TRUE else 2 * bit,)
            case Const():
                return ()
            case Not():
                return self.ways(term.term, ~want)
            case All() | Any():
                options = (self.ways(part, want) for part in term.terms)
                if isinstance(term, All) is (want is TRUE):
                    return self._together(options)
                return self._smallest(way for found in options for way in found)
            case CountAtLeast():
                return self._counting(term, want)
            case SumAtLeast():
                return self._summing(term, want)

    def _together(self, choices: Iterable[tuple[Way, ...]]) -> tuple[Way, ...]:
        """One way from each, joined; a way that wishes an atom both true and false is none."""
        joined = _NO_CHANGE
        for options in choices:
            if options is _NO_CHANGE:
                continue
            if not options:
                return ()
            if len(joined) == len(options) == 1:
                both = joined[0] | options[0]
                joined = (both,) if self._consistent(both) else ()
            else:
                unions = (way | option for way in joined for option in options)
                joined = self._smallest(way for way in unions if self._consistent(way))
            if not joined:
                return ()
        return joined

    def _consistent(self, way: Way) -> bool:
        return not way & (way >> 1) & self._twos

    def _smallest(self, found: Iterable[Way]) -> tuple[Way, ...]:
        """Without those that contain another, smallest first, at most `MOST`."""
        distinct = set(found)
        if len(distinct) < 2:
            return tuple(distinct)
        kept: list[Way] = []
        for way in sorted(distinct, key=self.rank):
            if not any(other & way == other for other in kept):
                kept.append(way)
                if len(kept) == MOST:
                    break
        return tuple(kept)

    def rank(self, way: Way) -> tuple[int, int, int]:
        """Size first; then important atoms, whichever way they are wished; then the wishes."""
        atoms = (way | way >> 1) & self._twos
        return (way & self._counted).bit_count(), -atoms, -way

    # --------------------------------------------------------------------- counts and scores

    def _counting(self, term: CountAtLeast, want: Truth) -> tuple[Way, ...]:
        """Enough parts to TRUE, or so many to FALSE that the rest does not suffice."""
        settled = sum(self.truth(part) is want for part in term.terms)
        needed = (term.least if want is TRUE else len(term.terms) - term.least + 1) - settled
        movable = (self.ways(part, want) for part in term.terms if self.truth(part) is not want)
        options = sorted((found for found in movable if found), key=lambda ways: self.rank(ways[0]))
        if needed > len(options):
            return ()
        return self._any_of(_few(combinations(options, needed)))

    def _summing(self, term: SumAtLeast, want: Truth) -> tuple[Way, ...]:
        """Rules that close the gap: positive ones to the wanted side, negative ones away."""
        gains: list[tuple[int, tuple[Way, ...]]] = []
        worst = 0  # the score if everything UNKNOWN turns out against the wish
        for weight, part in zip(term.weights, term.terms, strict=True):
            for_it = want if weight > 0 else ~want
            found = self.truth(part)
            best, least = (max, min) if want is TRUE else (min, max)
            counted = least(weight, 0) if found is not for_it else best(weight, 0)
            worst += counted
            options = () if found is for_it else self.ways(part, for_it)
            if options:
                gains.append((abs(weight), options))
        gap = term.least - worst if want is TRUE else worst - (term.least - 1)
        gains.sort(key=lambda gain: -gain[0])
        return self._any_of(_few(_sufficient(gains, gap)))

    def _any_of(self, subsets: Iterable[Sequence[tuple[Way, ...]]]) -> tuple[Way, ...]:
        return self._smallest(way for subset in subsets for way in self._together(subset))


def wishes_inside(wish: Wish) -> tuple[Wish, ...]:
    """What helps inside a term for it to take a truth."""
    term, want = wish
    return tuple((part, want if helps else ~want) for part, helps in senses(term))


def _sufficient(
    gains: Sequence[tuple[int, tuple[Way, ...]]], gap: int, start: int = 0
) -> Iterator[list[tuple[Way, ...]]]:
    """Sets of rules that close a gap and of which none can be spared. The largest gains first."""
    rest = sum(gain for gain, _ in gains[start:])
    for place in range(start, len(gains)):
        gain, options = gains[place]
        if rest < gap:
            return
        rest -= gain
        if gain >= gap:
            yield [options]
        else:
            for more in _sufficient(gains, gap - gain, place + 1):
                yield [options, *more]


def _few(
    subsets: Iterable[Sequence[tuple[Way, ...]]],
) -> Iterator[Sequence[tuple[Way, ...]]]:
    for number, subset in enumerate(subsets):
        if number == _SUBSETS:
            return
        yield subset


__all__ = ["Search", "TruthOf", "Way", "Wish", "wishes_inside"]
