"""What the code of a term is made of: the facts it looks at, its parts, the formulas it needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, TypeAlias

from leadpolicy.logic.terms import (
    All,
    Any,
    Compare,
    Comparison,
    CountAtLeast,
    Happened,
    Has,
    Known,
    Literal,
    Member,
    Not,
    Other,
    Subject,
    SumAtLeast,
    Term,
    TextTest,
)
from leadpolicy.types import NUMERIC, Kind
from leadpolicy.vocabulary.model import EVENT

Formula: TypeAlias = tuple[Term, bool]
"""A term with what is asked of it: whether it holds (True) or fails (False)."""

INLINE: Final = 16
"""How deep formulas are nested before a part gets a line of its own; Python's limit is near 100."""


def subjects(term: Term) -> tuple[Subject, ...]:
    """The facts that a condition looks at."""
    match term:
        case Compare():
            other = (term.right.subject,) if isinstance(term.right, Other) else ()
            return (term.left, *other)
        case Member() | Has() | TextTest() | Known():
            return (term.subject,)
        case _:
            return ()


def looked_at(term: Term) -> tuple[str, ...]:
    """The facts that a condition looks at by name, or the events as `event:KIND`."""
    if isinstance(term, Happened):
        return (EVENT + term.event,)
    return tuple(subject.name for subject in subjects(term))


def parts(term: Term) -> tuple[Term, ...]:
    """The terms directly inside a term."""
    match term:
        case All() | Any() | CountAtLeast() | SumAtLeast():
            return term.terms
        case Not():
            return (term.term,)
        case _:
            return ()


def formulas(term: Term, want: bool) -> tuple[Formula, ...]:
    """The formulas of its parts that a term's formula is made of.

    A score is at its lowest where rules that add points hold and rules that take points do not
    fail.
    """
    if isinstance(term, Not):
        return ((term.term, not want),)
    if isinstance(term, SumAtLeast):
        pairs = zip(term.weights, term.terms, strict=True)
        return tuple((part, (weight > 0) is want) for weight, part in pairs)
    return tuple((part, want) for part in parts(term))


def distinct(wanted: Iterable[Term]) -> list[Term]:
    """Every term and all of its parts once, parts before wholes."""
    order: dict[Term, None] = {}

    def visit(term: Term) -> None:
        if term not in order:
            for part in parts(term):
                visit(part)
            order[term] = None

    for term in wanted:
        visit(term)
    return list(order)


def lines_of_their_own(stages: tuple[Term, ...], want: bool) -> list[Formula]:
    """Formulas that stand in several places, or too deep; parts before wholes."""
    uses: Counter[Formula] = Counter()
    order: list[Formula] = []

    def visit(formula: Formula) -> None:
        uses[formula] += 1
        if uses[formula] == 1:
            for part in formulas(*formula):
                visit(part)
            order.append(formula)

    roots = {(stage, want) for stage in stages}
    for stage in stages:
        visit((stage, want))
    height: dict[Formula, int] = {}
    chosen: list[Formula] = []
    for formula in order:
        inner = formulas(*formula)
        height[formula] = 1 + max((height[part] for part in inner), default=0)
        costly = bool(inner) or isinstance(formula[0], Happened)
        if formula not in roots and costly and (uses[formula] > 1 or height[formula] >= INLINE):
            chosen.append(formula)
            height[formula] = 0
    return chosen


def conjuncts(term: Term) -> tuple[Term, ...]:
    """What must all hold for a term, as far as it says so in plain AND."""
    if not isinstance(term, All):
        return (term,)
    return tuple(dict.fromkeys(t for part in term.terms for t in conjuncts(part)))


def needs(term: Term, stage: Term) -> bool:
    """Whether a term says in plain AND that a stage must hold."""
    return term is stage or (isinstance(term, All) and any(needs(t, stage) for t in term.terms))


def may_be_range(term: Compare | Member | Has | TextTest) -> bool:
    """Whether a known value can leave the test open."""
    return subjects(term)[0].type.kind in NUMERIC


def false_of_none(term: Compare | Member | Has | TextTest) -> bool:
    """Whether the test that a term holds needs one look at the value and is false of None."""
    match term:
        case Member():
            return term.subject.type.kind not in NUMERIC
        case Compare(op=Comparison.EQ, right=Literal()):
            return True
        case Compare(right=Literal()):
            return term.left.type.kind is Kind.LEVEL
        case _:
            return False
