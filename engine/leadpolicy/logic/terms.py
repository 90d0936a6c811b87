"""The few core terms that every backend understands. Closed, frozen, hash-consed.

What authors write (operators, quorums, windows) lowers to these. Terms are made by
`leadpolicy.logic.build` only, which gives equal terms the same object: equality is identity,
and whatever is shared by several policies is evaluated once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from leadpolicy.truth import Truth
from leadpolicy.types import Type, Value


@dataclass(frozen=True, slots=True)
class Subject:
    """What a term looks at: a fact of the record or, inside `where`, an attribute of an event."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the policy."""

    value: Value


@dataclass(frozen=True, slots=True)
class Other:
    """Another fact of the same record, times an exact positive factor."""

    subject: Subject
    times: Decimal | None = None


@dataclass(frozen=True, slots=True)
class FromNow:
    """The moment of evaluation (for dates: its calendar day in UTC), moved by an offset."""

    offset: timedelta


Operand: TypeAlias = Literal | Other | FromNow


class Relation(StrEnum):
    """How two values are compared."""

    EQ = "="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


class TextMatch(StrEnum):
    """How a text is searched. MATCHES is an RE2 expression that may match anywhere."""

    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"
    MATCHES = "matches"


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Const:
    """Decided when the policy was compiled."""

    value: Truth


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Compare:
    """UNKNOWN when a side is missing, or when the answer depends on where in a range it lies."""

    op: Relation
    left: Subject
    right: Operand


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Member:
    """Whether the value is one of those listed (in order, without repetition)."""

    subject: Subject
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Known:
    """Whether there is a value at all. The only test that is never UNKNOWN."""

    subject: Subject


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class TextTest:
    """A search in a text; exact, case matters."""

    test: TextMatch
    subject: Subject
    text: str


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Has:
    """Whether a set contains an element."""

    subject: Subject
    element: str


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class All:
    """Kleene AND; TRUE when empty."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Any:
    """Kleene OR; FALSE when empty."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Not:
    """Kleene negation."""

    term: Term


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class CountAtLeast:
    """At least so many of the terms hold."""

    least: int
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class SumAtLeast:
    """The weights of the terms that hold add up to at least so much. Whole numbers: exact."""

    least: int
    weights: tuple[int, ...]
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Happened:
    """At least so many events of a kind, matching `where`, at a moment e with t - within < e <= t.

    `within` None means ever; then undated events count. In a finite window an undated event, or
    one whose attributes are missing, may or may not count. UNKNOWN where no log was kept.
    """

    event: str
    where: Term
    within: timedelta | None
    least: int


Term: TypeAlias = (
    Const
    | Compare
    | Member
    | Known
    | TextTest
    | Has
    | All
    | Any
    | Not
    | CountAtLeast
    | SumAtLeast
    | Happened
)
Atom: TypeAlias = Compare | Member | Known | TextTest | Has | Happened


@dataclass(frozen=True, slots=True, eq=False)
class Logic:
    """A policy's meaning: a term for every criterion and for every stage, in the file's order.

    A stage's term is the whole of it: the required stage, its condition, no exclusion.
    """

    criteria: tuple[Term, ...]
    stages: tuple[Term, ...]
