"""What the code of a term is made of: the facts it looks at, its parts, the formulas it needs."""

from __future__ import annotations

from typing import Final, TypeAlias

from leadpolicy.logic.terms import (
    Compare,
    Happened,
    Has,
    Literal,
    Member,
    Relation,
    Term,
    TextTest,
)
from leadpolicy.logic.walk import cuts, parts, senses, subjects
from leadpolicy.types import NUMERIC, Kind

Formula: TypeAlias = tuple[Term, bool]
"""A term with what is asked of it: whether it holds (True) or fails (False)."""

INLINE: Final = 16
"""How deep formulas are nested before a part gets a line of its own; Python's limit is near 100."""


def formulas(term: Term, want: bool) -> tuple[Formula, ...]:
    """The formulas of its parts that a term's formula is made of.

    A score is at its lowest where rules that add points hold and rules that take points do not
    fail.
    """
    return tuple((part, helps is want) for part, helps in senses(term))


def lines_of_their_own(stages: tuple[Term, ...], want: bool) -> list[Formula]:
    """Formulas that stand in several places, or too deep; parts before wholes."""
    roots = {(stage, want): None for stage in stages}

    def may(formula: Formula) -> bool:
        term, _ = formula
        return formula not in roots and bool(parts(term) or isinstance(term, Happened))

    return cuts(roots, lambda formula: formulas(*formula), may=may, deep=INLINE, large=1)


def may_be_range(term: Compare | Member | Has | TextTest) -> bool:
    """Whether a known value can leave the test open."""
    return subjects(term)[0].type.kind in NUMERIC


def false_of_none(term: Compare | Member | Has | TextTest) -> bool:
    """Whether the test that a term holds needs one look at the value and is false of None."""
    match term:
        case Member():
            return term.subject.type.kind not in NUMERIC
        case Compare(op=Relation.EQ, right=Literal()):
            return True
        case Compare(right=Literal()):
            return term.left.type.kind is Kind.LEVEL
        case _:
            return False
