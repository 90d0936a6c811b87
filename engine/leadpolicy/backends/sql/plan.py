"""A query for many policies at once: one scan, and what they share is evaluated once.

The query is made of layers, each selecting from the one before: typed columns, counts of events,
verdicts of the named terms as bits of words, and the stages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sqlglot import exp

from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.emit import WORD, Bit, Emitter
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.backends.sql.walk import walk
from leadpolicy.logic.terms import (
    All,
    Any,
    Const,
    CountAtLeast,
    Logic,
    SumAtLeast,
    Term,
    TextTest,
)

OURS: Final = "leadpolicy"
"""How the names of our own columns begin, beside columns of the source."""
LONG_SCORE: Final = 6


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the answers stand in the result.

    `stage` and `possible` name a column per policy: 0 for none, i + 1 for the stage at place i.
    `words` names columns of bits: with `Bit(word, bit)` a verdict holds where bit `bit` of that
    word is set, fails where bit `bit + WORD` is, and is UNKNOWN where neither is. `criteria` gives
    the places of a policy's criteria in the order of its file; so does `stages`, where that is not
    None: then every stage needs the one before, so that those up to `stage` hold, those beyond
    `possible` fail, and the others are UNKNOWN.
    """

    stage: Mapping[str, str]
    possible: Mapping[str, str]
    words: tuple[str, ...]
    criteria: Mapping[str, tuple[Bit, ...]]
    stages: Mapping[str, tuple[Bit, ...] | None]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of answers, in the result's order."""
        return (*self.stage.values(), *self.possible.values(), *self.words)


def conjuncts(term: Term) -> Iterable[Term]:
    """The parts of an AND, and theirs."""
    if isinstance(term, All):
        for part in term.terms:
            yield from conjuncts(part)
    else:
        yield term


def needs(term: Term, other: Term) -> bool:
    """Whether `other` is part of the AND that a term is, or of one inside it."""
    return term is other or (
        isinstance(term, All) and any(needs(part, other) for part in term.terms)
    )


def _beyond(term: Term, given: frozenset[Term], known: Collection[Term]) -> list[Term]:
    """The conjuncts of a term, but those that are given."""
    if term in given:
        return []
    if not isinstance(term, All) or term in known:
        return [term]
    return list(dict.fromkeys(c for part in term.terms for c in _beyond(part, given, known)))


def ladder(
    stages: Sequence[Term],
    decide: Callable[[Iterable[Term], Sql, Sql], Sql],
    known: Collection[Term] = (),
    given: Collection[Term] = (),
) -> Sql:
    """The code of the last stage that is reached, where all of `given` hold.

    `decide(parts, yes, no)` is one of two values, by whether all parts are reached. If every stage
    that remains needs the lowest, that is asked first and only once; else the highest is. An AND
    that is `known` is one part, others are taken apart.
    """

    def best(remaining: tuple[int, ...], default: int, given: frozenset[Term]) -> Sql:
        if not remaining:
            return _code(default)
        low, rest = remaining[0], remaining[1:]
        if all(needs(stages[other], stages[low]) for other in rest):
            inside = best(rest, low + 1, given | set(conjuncts(stages[low])) | {stages[low]})
            return decide(_beyond(stages[low], given, known), inside, _code(default))
        high = remaining[-1]
        below = best(remaining[:-1], default, given)
        return decide(_beyond(stages[high], given, known), _code(high + 1), below)

    return best(tuple(range(len(stages))), 0, frozenset(given))


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

    select: exp.Select
    layout: Layout


def stages_only(
    logics: Mapping[str, Logic],
    emitter: Emitter,
    source: Sql,
    keep: Mapping[str, str],
    given: Collection[Term] = (),
) -> Query:
    """One column per policy and nothing else, beside those to keep under another name. In the
    source all of `given` hold.

    What several stages ask for together is asked once, in a layer of its own, and so is the first
    half of a long score: both leave few rows to look at again.
    """
    asked: list[tuple[Term, ...]] = []

    def note(parts: Iterable[Term], yes: Sql, no: Sql) -> Sql:
        asked.append(tuple(parts))
        return yes

    for logic in logics.values():
        ladder(logic.stages, note, given=given)
    common = shared(asked)
    made = [
        tree.alias(tree.case([(emitter.all_hold(group), _code(1))], _code(0)), name)
        for name, group in common.items()
    ]
    made += [
        tree.alias(emitter.begin_score(term, f"{OURS} score {number}"), f"{OURS} score {number}")
        for number, term in enumerate(_scores(asked, common.values()))
    ]
    if made:
        source = tree.nested(tree.select([exp.Star(), *made], source), "shared")

    def decide(parts: Iterable[Term], yes: Sql, no: Sql) -> Sql:
        left = list(parts)
        tests = []
        for name, group in common.items():
            if set(group) <= set(left):
                tests.append(tree.eq(tree.column(name), _code(1)))
                left = [term for term in left if term not in group]
        return tree.case([(tree.every([*tests, emitter.all_hold(left)]), yes)], no)

    names = {label: f"{label} stage" for label in logics}
    columns = [tree.alias(tree.column(inner), outer) for inner, outer in keep.items()]
    columns += [
        tree.alias(ladder(logic.stages, decide, given=given), names[label])
        for label, logic in logics.items()
    ]
    return Query(tree.select(columns, source), Layout(names, {}, (), {}, {}))


def shared(asked: Sequence[Sequence[Term]]) -> dict[str, tuple[Term, ...]]:
    """Groups of terms that are asked for together more than once, under names for columns."""
    uses: dict[Term, set[int]] = {}
    for place, terms in enumerate(asked):
        for term in terms:
            uses.setdefault(term, set()).add(place)
    groups: dict[frozenset[int], list[Term]] = {}
    for term, places in uses.items():
        if len(places) > 1:
            groups.setdefault(frozenset(places), []).append(term)
    worth = [group for group in groups.values() if len(group) > 1 or _is_costly(group[0])]
    return {f"{OURS} shared {number}": tuple(group) for number, group in enumerate(worth)}


def _is_costly(term: Term) -> bool:
    return isinstance(term, Any | CountAtLeast | SumAtLeast | TextTest)


def _scores(asked: Iterable[Iterable[Term]], common: Iterable[Iterable[Term]]) -> list[SumAtLeast]:
    """Long scores that are asked for, but those that are shared and have a column already."""
    done = {term for group in common for term in group}
    found = dict.fromkeys(t for terms in asked for t in terms if isinstance(t, SumAtLeast))
    return [term for term in found if len(term.terms) >= LONG_SCORE and term not in done]


def everything(
    logics: Mapping[str, Logic], emitter: Emitter, source: Sql, keep: Mapping[str, str]
) -> Query:
    """Stages, possible stages, and two bits for every criterion.

    First the criteria that are made of no other, then all others out of their bits.
    """
    criteria, stages = _named(logics)
    leaves = _leaves(criteria, stages)
    words: list[str] = []
    for number, named in enumerate((leaves, [*criteria, *stages])):
        fresh = [term for term in dict.fromkeys(named) if term not in emitter.bits]
        chunks = [fresh[start : start + WORD] for start in range(0, len(fresh), WORD)]
        if not chunks:
            continue
        made = {f"verdicts {len(words) + n}": chunk for n, chunk in enumerate(chunks)}
        columns = [tree.alias(_word(chunk, emitter), name) for name, chunk in made.items()]
        source = tree.nested(tree.select([exp.Star(), *columns], source), f"layer {number}")
        for name, chunk in made.items():
            emitter.bits |= {term: Bit(len(words), bit) for bit, term in enumerate(chunk)}
            words.append(name)
    stage = {label: f"{label} stage" for label in logics}
    maybe = {label: f"{label} possible" for label in logics}
    columns = [tree.alias(tree.column(inner), outer) for inner, outer in keep.items()]
    for names, decide in ((stage, reached(emitter)), (maybe, possible(emitter))):
        columns += [
            tree.alias(ladder(logics[label].stages, decide, emitter.bits), name)
            for label, name in names.items()
        ]
    columns += [tree.column(name) for name in words]
    bits = emitter.bits
    layout = Layout(
        stage,
        maybe,
        tuple(words),
        {label: tuple(bits[t] for t in logic.criteria) for label, logic in logics.items()},
        {
            label: None if _is_chain(logic.stages) else tuple(bits[t] for t in logic.stages)
            for label, logic in logics.items()
        },
    )
    return Query(tree.select(columns, source), layout)


def _is_chain(stages: Sequence[Term]) -> bool:
    return all(needs(later, earlier) for earlier, later in pairwise(stages))


def _named(logics: Mapping[str, Logic]) -> tuple[list[Term], list[Term]]:
    """The criteria, and the stages whose verdicts do not follow from the stage reached."""
    criteria = dict.fromkeys(t for logic in logics.values() for t in logic.criteria)
    stages = dict.fromkeys(
        term for logic in logics.values() if not _is_chain(logic.stages) for term in logic.stages
    )
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


def _word(terms: Sequence[Term], emitter: Emitter) -> Sql:
    """The bits of up to `WORD` terms."""
    return tree.total(_bits(term, place, emitter) for place, term in enumerate(terms))


def _bits(term: Term, place: int, emitter: Emitter) -> Sql:
    holds, fails, neither = (
        tree.cast(tree.whole(bits), tree.BITS) for bits in (1 << place, 1 << place + WORD, 0)
    )
    return emitter.three_ways(term, holds, fails, neither)
