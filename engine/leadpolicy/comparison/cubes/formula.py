"""What remains of a policy to be decided once the records were scanned: formulas over columns.

A column is the verdict of a term on every record. Whatever does not depend on a parameter that
moves is one column; a part that depends on few settings is one column per setting.

Columns say no more than is needed. A part `m` of `all: [c, m]` is scanned as `c and m`, since
min(c, m) = min(c, min(c, m)): where c fails it fails, whatever the setting, and records that differ
in nothing else fall into one group. `c` may itself move; then its highest verdict over all settings
stands for it. Of `any` the same holds with max. Inside a count the parts are taken down (for
negative points: up) likewise, which changes the count's verdict only where it does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from leadpolicy.logic import build
from leadpolicy.logic.terms import Const, Term
from leadpolicy.policy.lower import Lowering
from leadpolicy.policy.model import Condition, Written


@dataclass(frozen=True, slots=True, eq=False)
class FixedPart:
    """The same under every setting."""

    column: Term


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One column per setting, found by the term that the conditions mean under it."""

    parts: tuple[tuple[Condition, bool], ...]
    """Conditions; those with False negated."""
    conjunction: bool
    columns: Mapping[Term, Term]

    def meaning(self, lowering: Lowering) -> Term:
        """The term under the parameters of a lowering; a key of `columns`."""
        return joined(
            self.conjunction,
            [signed(lowering.term(condition), positive) for condition, positive in self.parts],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Junction:
    """Kleene AND or OR of formulas."""

    conjunction: bool
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Opposite:
    """Kleene negation."""

    part: Formula


@dataclass(frozen=True, slots=True, eq=False)
class Counting:
    """A quorum of parts that move and of others, whose numbers stand in `tally`: column j says
    whether at least j + 1 of them hold.
    """

    bound: str
    count: Written
    tally: tuple[Term, ...]
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scoring:
    """Points for parts that move and for others; `tally[j]` says whether the others' points reach
    `sums[j + 1]`, where `sums` are all that they can add up to, lowest first.
    """

    least: Written
    cap: Written | None
    sums: tuple[Decimal, ...]
    tally: tuple[Term, ...]
    parts: tuple[tuple[Written, Formula], ...]


Formula: TypeAlias = FixedPart | Leaf | Junction | Opposite | Counting | Scoring


def joined(conjunction: bool, terms: list[Term]) -> Term:
    """Kleene AND or OR."""
    return build.every(terms) if conjunction else build.some(terms)


def signed(term: Term, positive: bool) -> Term:
    """The term, or its negation."""
    return term if positive else build.negate(term)


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a formula, innermost first: pairs of (conjunction, term)."""

    around: tuple[tuple[bool, Term], ...] = ()

    def within(self, conjunction: bool, term: Term) -> Context:
        """Another one, nearer to the formula than all others."""
        return Context(((conjunction, term), *self.around))

    def applied(self, term: Term) -> Term:
        """A term that says no more than matters here."""
        for conjunction, other in self.around:
            term = joined(conjunction, [other, term])
        return term

    def opposite(self) -> Context:
        """For the negation of the formula."""
        return Context(tuple((not way, build.negate(term)) for way, term in self.around))


def families(formula: Formula) -> list[tuple[Term, ...]]:
    """The columns that a formula looks at, those of one place together; without constants."""
    found: list[tuple[Term, ...]] = []
    match formula:
        case FixedPart():
            found = [(formula.column,)]
        case Leaf():
            found = [tuple(formula.columns.values())]
        case Junction():
            found = [family for part in formula.parts for family in families(part)]
        case Opposite():
            found = families(formula.part)
        case Counting():
            found = [formula.tally]
            found += [family for part in formula.parts for family in families(part)]
        case Scoring():
            found = [formula.tally]
            found += [family for _, part in formula.parts for family in families(part)]
    distinct = (
        tuple(dict.fromkeys(t for t in terms if not isinstance(t, Const))) for terms in found
    )
    return [terms for terms in distinct if terms]
