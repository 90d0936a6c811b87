"""What would have to change for a term to take another value: the smallest sets of atoms.

A way is a set of wishes, each an atom with the truth it would have to take. The same search serves
questions (only UNKNOWN atoms may change), causes and flips (any atom may).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth

Wish: TypeAlias = tuple[Term, Truth]
Way: TypeAlias = frozenset[Wish]
TruthOf: TypeAlias = Callable[[Term], Truth]

MOST: Final = 32
"""Ways kept at each step, smallest first: a bound on work, not on correctness of what is shown."""

_NO_CHANGE: Final[tuple[Way, ...]] = (frozenset(),)


def ways(term: Term, want: Truth, truth: TruthOf, *, only_unknown: bool) -> tuple[Way, ...]:
    """The smallest ways to give a term the wanted truth, none contained in another.

    An empty way: it has that truth already. No way at all: nothing that may change can do it.
    """
    if truth(term) is want:
        return _NO_CHANGE

    def inner(part: Term, wanted: Truth) -> tuple[Way, ...]:
        return ways(part, wanted, truth, only_unknown=only_unknown)

    match term:
        case Compare() | Member() | Known() | TextTest() | Has() | Happened():
            if only_unknown and truth(term) is not UNKNOWN:
                return ()
            return (frozenset([(term, want)]),)
        case Const():
            return ()
        case Not():
            return inner(term.term, ~want)
        case All():
            if want is TRUE:
                return together(inner(part, TRUE) for part in term.terms)
            return smallest(way for part in term.terms for way in inner(part, FALSE))
        case Any():
            if want is FALSE:
                return together(inner(part, FALSE) for part in term.terms)
            return smallest(way for part in term.terms for way in inner(part, TRUE))
        case CountAtLeast():
            return _counting(term, want, truth, inner)
        case SumAtLeast():
            return _summing(term, want, truth, inner)


def together(choices: Iterable[tuple[Way, ...]]) -> tuple[Way, ...]:
    """One way from each, joined; a way that wishes an atom both true and false is none."""
    joined = _NO_CHANGE
    for options in choices:
        if options is not _NO_CHANGE:
            joined = smallest(
                way | option for way in joined for option in options if _agree(way, option)
            )
        if not joined:
            return ()
    return joined


def _agree(way: Way, option: Way) -> bool:
    return not any((atom, ~wanted) in way for atom, wanted in option)


def smallest(found: Iterable[Way]) -> tuple[Way, ...]:
    """Without those that contain another, smallest first, at most `MOST`; else in their order."""
    kept: list[Way] = []
    for way in sorted(dict.fromkeys(found), key=len):
        if len(kept) == MOST:
            break
        if not any(other <= way for other in kept):
            kept.append(way)
    return tuple(kept)


_Inner: TypeAlias = Callable[[Term, Truth], tuple[Way, ...]]


def _counting(term: CountAtLeast, want: Truth, truth: TruthOf, inner: _Inner) -> tuple[Way, ...]:
    """Enough parts to TRUE, or so many to FALSE that the rest does not suffice."""
    movable = [part for part in term.terms if truth(part) is not want]
    settled = len(term.terms) - len(movable)
    needed = (term.least if want is TRUE else len(term.terms) - term.least + 1) - settled
    options = [found for part in movable if (found := inner(part, want))]
    chosen = combinations(options, needed) if 0 < needed <= len(options) else ()
    return smallest(way for subset in _few(chosen) for way in together(subset))


def _summing(term: SumAtLeast, want: Truth, truth: TruthOf, inner: _Inner) -> tuple[Way, ...]:
    """The fewest rules that close the gap: positive ones to the wanted side, negative ones away."""
    gains: list[tuple[int, tuple[Way, ...]]] = []
    worst = 0  # the score if everything UNKNOWN turns out against the wish
    for weight, part in zip(term.weights, term.terms, strict=True):
        helpful, harmful = (max, min) if want is TRUE else (min, max)
        found = truth(part)
        counted = weight if found is TRUE else 0 if found is FALSE else harmful(weight, 0)
        worst += counted
        gain = abs(helpful(weight, 0) - counted)
        options = inner(part, want if weight > 0 else ~want) if gain else ()
        if options:
            gains.append((gain, options))
    gap = term.least - worst if want is TRUE else worst - (term.least - 1)
    for size in range(1, len(gains) + 1):
        enough = (
            [options for _, options in subset]
            for subset in combinations(gains, size)
            if sum(gain for gain, _ in subset) >= gap
        )
        found_ways = smallest(way for subset in _few(enough) for way in together(subset))
        if found_ways:
            return found_ways
    return ()


def _few(subsets: Iterable[Iterable[tuple[Way, ...]]]) -> Iterable[Iterable[tuple[Way, ...]]]:
    for number, subset in enumerate(subsets):
        if number == 20 * MOST:
            return
        yield subset
