"""A query for many policies at once: one scan, and what they share is evaluated once.

The query is made of layers, each selecting from the one before: typed columns, counts of events,
verdicts of the named terms as bits of words, and the stages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.emit import Bit, Emitter
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.backends.sql.walk import walk
from leadpolicy.logic.terms import All, Const, Logic, Term

WORD: Final = 62
"""Bits that a word carries: a 64 bit integer with sign."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the answers stand in the result.

    `stage` and `possible` name a column per policy: 0 for none, i + 1 for the stage at place i.
    `words` names pairs of columns of bits, (holds, fails). `criteria` and `stages` give word and
    bit of each verdict, in the order of the policy's file; a verdict with neither bit is UNKNOWN.
    """

    stage: Mapping[str, str]
    possible: Mapping[str, str]
    words: tuple[tuple[str, str], ...]
    criteria: Mapping[str, tuple[tuple[int, int], ...]]
    stages: Mapping[str, tuple[tuple[int, int], ...]]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of answers, in the result's order."""
        words = (name for pair in self.words for name in pair)
        return (*self.stage.values(), *self.possible.values(), *words)


def conjuncts(term: Term) -> Iterable[Term]:
    """The parts of an AND, and theirs."""
    if isinstance(term, All):
        for part in term.terms:
            yield from conjuncts(part)
    else:
        yield term


def _needs(term: Term, other: Term) -> bool:
    """Whether `other` is part of the AND that a term is, or of one inside it."""
    return term is other or (
        isinstance(term, All) and any(_needs(part, other) for part in term.terms)
    )


def _beyond(term: Term, given: frozenset[Term]) -> list[Term]:
    """The conjuncts of a term, but those that are given."""
    if term in given:
        return []
    if not isinstance(term, All):
        return [term]
    return list(dict.fromkeys(c for part in term.terms for c in _beyond(part, given)))


def ladder(
    stages: Sequence[Term], decide: Callable[[Iterable[Term], Sql, Sql], Sql]
) -> Sql:
    """The code of the last stage that is reached.

    `decide(parts, yes, no)` is one of two values, by whether all parts are reached. If every stage
    that remains needs the lowest, that is asked first and only once; else the highest is.
    """

    def best(remaining: tuple[int, ...], default: int, given: frozenset[Term]) -> Sql:
        if not remaining:
            return _code(default)
        low, rest = remaining[0], remaining[1:]
        if all(_needs(stages[other], stages[low]) for other in rest):
            inside = best(rest, low + 1, given | set(conjuncts(stages[low])) | {stages[low]})
            return decide(_beyond(stages[low], given), inside, _code(default))
        high = remaining[-1]
        below = best(remaining[:-1], default, given)
        return decide(_beyond(stages[high], given), _code(high + 1), below)

    return best(tuple(range(len(stages))), 0, frozenset())


def _code(place: int) -> Sql:
    return tree.cast(tree.whole(place), tree.TINY)


def reached(emitter: Emitter) -> Callable[[Iterable[Term], Sql, Sql], Sql]:
    """A stage is reached where all its parts hold."""

    def decide(parts: Iterable[Term], yes: Sql, no: Sql) -> Sql:
        return tree.case([(emitter.all_hold(parts), yes)], no)

    return decide


def possible(emitter: Emitter) -> Callable[[Iterable[Term], Sql, Sql], Sql]:
    """A stage is possible where none of its parts fails."""

    def decide(parts: Iterable[Term], yes: Sql, no: Sql) -> Sql:
        return tree.case([(emitter.any_fails(parts), no)], yes)

    return decide


@dataclass(frozen=True, slots=True)
class Query:
    """The layers above a source of typed columns, and where the answers stand."""

    select: tree.exp.Select
    layout: Layout


def stages_only(
    logics: Mapping[str, Logic], emitter: Emitter, source: Sql, keep: Mapping[str, str]
) -> Query:
    """One column per policy and nothing else, beside those to keep under another name."""
    names = {label: f"{label} stage" for label in logics}
    columns = [tree.alias(tree.column(inner), outer) for inner, outer in keep.items()]
    columns += [
        tree.alias(ladder(logic.stages, reached(emitter)), names[label])
        for label, logic in logics.items()
    ]
    return Query(tree.select(columns, source), Layout(names, {}, (), {}, {}))


def everything(
    logics: Mapping[str, Logic], emitter: Emitter, source: Sql, keep: Mapping[str, str]
) -> Query:
    """Stages, possible stages, and a bit for every verdict."""
    criteria, stages = _named(logics)
    leaves = _leaves(criteria, stages)
    placed: dict[Term, Bit] = {}
    words = 0
    for number, named in enumerate((leaves, [*criteria, *stages])):
        fresh = [term for term in named if term not in placed]
        made = _words(fresh, emitter, words)
        if made:
            columns = [tree.exp.Star(), *made]
            source = tree.nested(tree.select(columns, source), f"layer {number}")
        for place, term in enumerate(fresh):
            word, bit = divmod(place, WORD)
            placed[term] = Bit(words + word, bit)
        words += -(-len(fresh) // WORD)
        emitter.bits |= placed
    return _answers(logics, emitter, source, keep, words)


def _answers(
    logics: Mapping[str, Logic], emitter: Emitter, source: Sql, keep: Mapping[str, str], words: int
) -> Query:
    stage = {label: f"{label} stage" for label in logics}
    maybe = {label: f"{label} possible" for label in logics}
    pairs = tuple((holds_word(word), fails_word(word)) for word in range(words))
    columns = [tree.alias(tree.column(inner), outer) for inner, outer in keep.items()]
    for names, decide in ((stage, reached(emitter)), (maybe, possible(emitter))):
        columns += [
            tree.alias(ladder_of_bits(logics[label].stages, decide), name)
            for label, name in names.items()
        ]
    columns += [tree.column(name) for pair in pairs for name in pair]
    places = {term: (bit.word, bit.bit) for term, bit in emitter.bits.items()}
    layout = Layout(
        stage,
        maybe,
        pairs,
        {label: tuple(places[t] for t in logic.criteria) for label, logic in logics.items()},
        {label: tuple(places[t] for t in logic.stages) for label, logic in logics.items()},
    )
    return Query(tree.select(columns, source), layout)


def ladder_of_bits(
    stages: Sequence[Term], decide: Callable[[Iterable[Term], Sql, Sql], Sql]
) -> Sql:
    """The same code where every stage has a bit: the highest first."""
    answer = _code(0)
    for place, stage in enumerate(stages, 1):
        answer = decide([stage], _code(place), answer)
    return answer


def _named(logics: Mapping[str, Logic]) -> tuple[list[Term], list[Term]]:
    criteria = dict.fromkeys(t for logic in logics.values() for t in logic.criteria)
    stages = dict.fromkeys(t for logic in logics.values() for t in logic.stages)
    return list(criteria), [term for term in stages if term not in criteria]


def _leaves(criteria: Sequence[Term], stages: Sequence[Term]) -> list[Term]:
    """The named terms that others are made of: those without a named term inside."""
    named = {*criteria, *stages}
    return [
        term
        for term in criteria
        if not isinstance(term, Const)
        and not any(part in named for part in walk([term]) if part is not term)
    ]


def holds_word(word: int) -> str:
    """The column of the bits of what holds."""
    return f"holds {word}"


def fails_word(word: int) -> str:
    """The column of the bits of what fails."""
    return f"fails {word}"


def _words(terms: Sequence[Term], emitter: Emitter, first: int) -> list[Sql]:
    """Two columns for every `WORD` terms."""
    made: list[Sql] = []
    for start in range(0, len(terms), WORD):
        chunk = terms[start : start + WORD]
        word = first + start // WORD
        for name, formula in ((holds_word, emitter.holds), (fails_word, emitter.fails)):
            bits = [_bit(formula(term), place, len(chunk)) for place, term in enumerate(chunk)]
            made.append(tree.alias(tree.cast(tree.total(bits), tree.BIG), name(word)))
    return made


def _bit(formula: Sql, place: int, count: int) -> Sql:
    kind = tree.SMALL if count < 15 else tree.INTEGER if count < 31 else tree.BIG
    one, none = (tree.cast(tree.whole(number), kind) for number in (1 << place, 0))
    return tree.case([(formula, one)], none)
