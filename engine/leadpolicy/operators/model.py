"""What an operator is: everything about it in one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from leadpolicy.logic.terms import Operand, Subject, Term
from leadpolicy.truth import Truth
from leadpolicy.types import Kind


class Shape(Enum):
    """What an operator expects to its right."""

    ONE = auto()
    """A value of the fact's type, a parameter, or (where `facts` is true) another fact."""
    MANY = auto()
    """A list of values of the fact's type."""
    PAIR = auto()
    """Two values of the fact's type: the lower and the upper end."""
    FLAG = auto()
    """true or false."""
    DURATION = auto()
    """A fixed length of time."""
    PATTERN = auto()
    """A regular expression (RE2)."""


Lowering: TypeAlias = Callable[[Subject, tuple[Operand, ...]], Term]


@dataclass(frozen=True, slots=True)
class Example:
    """An executed example: type, condition as written, value (None: missing), verdict."""

    type: str
    condition: str
    value: str | None
    verdict: Truth


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator as authors write it. Documentation, schema and tests are made from this value.

    `phrase` renders it: "is at least {}"; `single` and `several` do where it reads otherwise with
    one value, or with more than one. `lower` turns subject and operands into core terms.
    """

    name: str
    summary: str
    phrase: str
    kinds: frozenset[Kind]
    shape: Shape
    lower: Lowering
    examples: tuple[Example, ...]
    facts: bool = False
    """Whether it compares with other facts, too."""
    single: str = ""
    several: str = ""
    joiner: str = ""
    """The word between the last two of several values; without one there are only commas."""
    picks: bool | None = None
    """Whether its values are those that are wanted (True) or not wanted (False); None: neither."""
    also: tuple[str, ...] = ()
    """What it is called elsewhere, for the help where somebody writes that."""

    @property
    def ordered(self) -> bool:
        """Whether its values mean something else in another order."""
        return self.shape is Shape.PAIR
