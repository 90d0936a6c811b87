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

from leadpolicy.backends import Limit
from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.emit import WORD, Bit, Emitter
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.logic.terms import Logic, Term
from leadpolicy.logic.walk import conjuncts, cuts, demanded, parts, walk

DEEPEST: Final = 60
"""Terms inside one another in one formula: the engine reads 1,000 levels, a few for each term."""
LARGEST: Final = 50
"""Terms in a formula that is written several times."""
MOST_LAYERS: Final = 40
"""Queries inside one another: the time that planning takes grows with their square."""
DEEP: Final = Limit(
    "layers",
    "policy",
    f"criteria that build on one another in more than {MOST_LAYERS} layers of queries",
    "the time that planning takes grows with the square of the layers",
)


@dataclass(frozen=True, slots=True)
class ResultLayout:
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
    needs = [demanded(stage) for stage in stages]

    def beyond(place: int, given: frozenset[Term]) -> list[Term]:
        return conjuncts(stages[place], given=given, whole=known)

    def best(remaining: tuple[int, ...], default: int, given: frozenset[Term]) -> Sql:
        if not remaining:
            return _code(default)
        low, rest = remaining[0], remaining[1:]
        if all(stages[low] in needs[other] for other in rest):
            inside = best(rest, low + 1, given | needs[low])
            return decide(beyond(low, given), inside, _code(default))
        high = remaining[-1]
        below = best(remaining[:-1], default, given)
        return decide(beyond(high, given), _code(high + 1), below)

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
    layout: ResultLayout


def everything(
    logics: Mapping[str, Logic], emitter: Emitter, source: Sql, keep: Mapping[str, str]
) -> Query:
    """Stages, possible stages, and two bits for every criterion.

    First the criteria that are made of no other, then all others out of their bits.
    """
    named = dict.fromkeys(t for logic in logics.values() for t in logic.criteria)
    for logic in logics.values():
        if not _is_chain(logic.stages):
            named |= dict.fromkeys(logic.stages)
    source, words = layered(_by_layer(logics, named), emitter, source)
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
    layout = ResultLayout(
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
    return all(earlier in demanded(later) for earlier, later in pairwise(stages))


# ------------------------------------------------------------------------------- layers


def layered(
    layers: Sequence[Sequence[Term]], emitter: Emitter, source: Sql
) -> tuple[Sql, list[str]]:
    """The source with the bits of these terms, each layer made of those before it, and the names
    of the words.
    """
    words: list[str] = []
    for number, layer in enumerate(layers):
        starts = range(0, len(layer), WORD)
        made = {
            f"verdicts {len(words) + n}": layer[start : start + WORD]
            for n, start in enumerate(starts)
        }
        columns = [tree.alias(_word(chunk, emitter), name) for name, chunk in made.items()]
        source = tree.nested(tree.select([exp.Star(), *columns], source), f"layer {number}")
        for name, chunk in made.items():
            emitter.bits |= {term: Bit(len(words), bit) for bit, term in enumerate(chunk)}
            words.append(name)
    return source, words


def _by_layer(logics: Mapping[str, Logic], named: Collection[Term]) -> list[list[Term]]:
    """The named terms, and those without which formulas would grow too large, such that each is
    made of what stands in layers before: first those with nothing named inside, then all others.

    Raises `LeadpolicyError` where the engine could not hold so many layers.
    """
    apart: set[Term] = set()
    for logic in logics.values():
        roots = [term for term in (*logic.criteria, *logic.stages) if term in named]
        apart |= {*cuts(
            roots or logic.stages, parts,
            may=lambda term: bool(parts(term)), deep=DEEPEST, large=LARGEST, alone=roots,
        )}  # fmt: skip
    below: dict[Term, int] = {}
    layers: dict[int, list[Term]] = {}
    for term in walk((*named, *(s for logic in logics.values() for s in logic.stages))):
        deepest = max((below[part] + (part in apart) for part in parts(term)), default=0)
        inside = any(part in named or below[part] for part in parts(term))
        below[term] = max(deepest, int(inside))
        if term in named or term in apart:
            layers.setdefault(below[term], []).append(term)
    if len(layers) > MOST_LAYERS:
        raise LeadpolicyError.of(
            "LP512", "the criteria build on one another too deeply for this engine",
            where=", ".join(logics), expected=f"what fits into {MOST_LAYERS} layers of queries",
            help="choose another engine, or let fewer criteria build on others",
        )  # fmt: skip
    return [layers[number] for number in sorted(layers)]


def _word(terms: Sequence[Term], emitter: Emitter) -> Sql:
    """The bits of up to `WORD` terms."""
    return tree.total(_bits(term, place, emitter) for place, term in enumerate(terms))


def _bits(term: Term, place: int, emitter: Emitter) -> Sql:
    holds, fails, neither = (
        tree.cast(tree.whole(bits), tree.BITS) for bits in (1 << place, 1 << place + WORD, 0)
    )
    return emitter.three_ways(term, holds, fails, neither)
