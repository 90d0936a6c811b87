"""How the values of facts stand in a table's columns, once they are typed by the vocabulary.

A form is a value's place in SQL. NULL is missing, always.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.types import Type

MISSING: Final = 1
"""The code of a missing value where codes are never NULL."""


class Store(StrEnum):
    """What a number is stored as; comparing 64 bit integers with floats needs care."""

    SHORT = "integer of at most 32 bits"
    LONG = "integer of at most 64 bits"
    FLOAT = "double"


@dataclass(frozen=True, slots=True)
class Number:
    """A number in SQL. For an end of a range NULL is open."""

    sql: Sql = field(compare=False)
    store: Store

    def copy(self) -> Sql:
        """The expression, to be put into a tree."""
        return self.sql.copy()


@dataclass(frozen=True, slots=True)
class Plain:
    """One column: booleans, texts, sets (lists of texts), days (DATE) and moments, which are
    microseconds since 1970 in UTC as a 64 bit integer.
    """

    type: Type
    sql: Sql = field(compare=False)

    def copy(self) -> Sql:
        """The expression, to be put into a tree."""
        return self.sql.copy()


@dataclass(frozen=True, slots=True)
class Single:
    """A number that is known exactly, or missing."""

    type: Type
    number: Number


@dataclass(frozen=True, slots=True)
class EndsForm:
    """A number or range: its lowest and highest value, NULL where open, and whether it is known."""

    type: Type
    low: Number
    high: Number
    known: Sql = field(compare=False)


@dataclass(frozen=True, slots=True)
class CodedForm:
    """A choice or level: the place of the value in `order`, from 1.

    For a level `order` is that of the levels; for a choice any order of its values. `total`: codes
    are never NULL, `MISSING` is missing, and those of values begin at the next; comparing columns
    without NULL is faster.
    """

    type: Type
    code: Sql = field(compare=False)
    order: tuple[str, ...]
    total: bool = False

    @property
    def first(self) -> int:
        """The code of the first value."""
        return MISSING + 1 if self.total else 1

    @property
    def last(self) -> int:
        """The code of the last value."""
        return self.first + len(self.order) - 1

    def copy(self) -> Sql:
        """The code, to be put into a tree."""
        return self.code.copy()


Form: TypeAlias = Plain | Single | EndsForm | CodedForm


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment of evaluation: one for the whole table, or a column of microseconds."""

    value: datetime | None
    sql: Sql | None = field(default=None, compare=False)


def known(form: Form) -> Sql:
    """Whether there is a value."""
    match form:
        case Plain():
            return tree.not_null(form.copy())
        case Single():
            return tree.not_null(form.number.copy())
        case EndsForm():
            return form.known.copy()
        case CodedForm(total=True):
            return tree.gt(form.copy(), tree.whole(MISSING))
        case CodedForm():
            return tree.not_null(form.copy())
