"""What callers may give to the public functions: an argument of another kind gets a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from leadpolicy.diagnostics import Problems, kind_of
from leadpolicy.policy.model import Policy

Fits = Callable[[object], bool]


def _is(*kinds: type) -> Fits:
    return lambda value: isinstance(value, kinds) and not isinstance(value, bool)


def _or_none(fits: Fits) -> Fits:
    return lambda value: value is None or fits(value)


def _each(fits: Fits) -> Fits:
    """A list, a tuple or a set of such values."""
    return lambda value: (
        isinstance(value, list | tuple | set | frozenset) and all(fits(one) for one in value)
    )


def _mapping(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(key, str) for key in value)


def _policies(value: object) -> bool:
    one = _is(Policy, str, Path)
    if isinstance(value, Mapping):
        return all(isinstance(policy, Policy) for policy in value.values())
    return one(value) or (isinstance(value, Iterable) and not isinstance(value, bytes))


def _moment(value: object) -> bool:
    from leadpolicy.data.moments import AfterEntry, AtMoment

    return isinstance(value, date | str | AtMoment | AfterEntry)


def _outcome(value: object) -> bool:
    from leadpolicy.data.frames import Outcome

    return isinstance(value, str | Outcome)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _count(value: object) -> bool:
    return _number(value) and value != 0


def _names(value: object) -> bool:
    return isinstance(value, str) or _each(_is(str))(value)


def _study(value: object) -> bool:
    return isinstance(value, str | Path) or type(value).__name__ == "Study"


def _chronicle(value: object) -> bool:
    from leadpolicy.data.chronicle import Chronicle

    return isinstance(value, Chronicle)


def _session(value: object) -> bool:
    from leadpolicy.backends.sql.session import Session

    return isinstance(value, Session)


ARGUMENTS: Final[Mapping[str, tuple[Fits, str]]] = {
    "policies": (_policies, "policies, their names or folders, or a list of these"),
    "as_of": (_or_none(_moment), "a date such as 2026-03-01, a moment, or a column's name"),
    "by": (_or_none(_is(str)), "the name of a fact"),
    "rungs": (_each(_is(str)), "a list of rungs, such as ['lead']"),
    "top": (_number, "a whole number from 0 on"),
    "examples": (_number, "a whole number from 0 on"),
    "reps": (_number, "a whole number from 0 on"),
    "saved": (_or_none(callable), "a function that takes a path, or None"),
    "progress": (_or_none(callable), "a function of three arguments, or None"),
    "columns": (_or_none(_mapping), "a mapping of facts to the columns that hold them"),
    "facts": (_or_none(_mapping), "a mapping of facts to the columns that hold them"),
    "id": (_or_none(_is(str)), "the name of a column"),
    "entered_at": (_or_none(_is(str)), "the name of a column"),
    "outcome": (_or_none(_outcome), "the name of a column, or an `Outcome`"),
    "recorded": (_or_none(_each(_is(str))), "a list of kinds of events"),
    "segments": (_each(_is(str)), "a list of facts"),
    "parameters": (_or_none(_mapping), "a mapping of parameters to their settings"),
    "partial": (_flag, "True or False"),
    "explain": (_flag, "True or False"),
    "out": (_or_none(_is(str, Path)), "a path"),
    "accept": (_each(_is(str)), "a list of names"),
    "until": (_or_none(_is(date, str)), "a date such as 2026-03-01, or a moment"),
    "accept_snapshot": (_names, "'all', or a list of facts"),
    "batch": (_count, "a whole number from 1 on"),
    "study": (_study, "a study, its file, its folder or its name"),
    "chronicle": (_or_none(_chronicle), "the chronicle of a data set: `dataset.chronicle()`"),
    "replayed": (_or_none(callable), "a function that replays, or None"),
    "session": (_or_none(_session), "a `Session`, or None"),
}
"""What each argument may be, and what to expect in words."""


def check(**given: object) -> None:
    """Raises `LeadpolicyError` (LP506) that names every argument of a wrong kind."""
    problems = Problems()
    for name, value in given.items():
        fits, expected = ARGUMENTS[name]
        if not fits(value):
            problems.error("LP506", f"`{name}` is {kind_of(value)}", expected=expected)
    problems.stop_on_errors()


__all__ = ["ARGUMENTS", "check"]
