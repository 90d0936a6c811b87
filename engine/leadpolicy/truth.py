"""Three-valued truth: TRUE, FALSE, and UNKNOWN where a fact is missing.

The connectives are Kleene's strong ones (S. C. Kleene, *Introduction to Metamathematics*, 1952,
§64): a result is UNKNOWN exactly when the unknown parts could still change it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Truth(IntEnum):
    """Ordered FALSE < UNKNOWN < TRUE, so that AND is the minimum and OR the maximum."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    def __str__(self) -> str:
        return self.name

    def __invert__(self) -> Truth:
        return _NEGATION[self]

    @property
    def known(self) -> bool:
        """Whether the question is decided, either way."""
        return self is not Truth.UNKNOWN


TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
_NEGATION = {TRUE: FALSE, FALSE: TRUE, UNKNOWN: UNKNOWN}


def truth(value: bool | None) -> Truth:
    """TRUE or FALSE for a boolean, UNKNOWN for None."""
    if value is None:
        return UNKNOWN
    return TRUE if value else FALSE


def every(values: Iterable[Truth]) -> Truth:
    """Kleene AND; TRUE when there is nothing to hold."""
    result = TRUE
    for value in values:
        if value is FALSE:
            return FALSE
        if value is UNKNOWN:
            result = UNKNOWN
    return result


def some(values: Iterable[Truth]) -> Truth:
    """Kleene OR; FALSE when there is nothing that could hold."""
    result = FALSE
    for value in values:
        if value is TRUE:
            return TRUE
        if value is UNKNOWN:
            result = UNKNOWN
    return result


def at_least(least: int, certain: int, possible: int) -> Truth:
    """Whether a number known to lie between `certain` and `possible` reaches `least`."""
    if certain >= least:
        return TRUE
    return FALSE if possible < least else UNKNOWN
