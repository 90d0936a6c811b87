"""The moment at which records are evaluated: one for all, or some days after each entered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeAlias

from leadpolicy.diagnostics import LeadpolicyError, ValueProblem, unfit
from leadpolicy.times import in_utc, read_duration, read_moment, show_duration
from leadpolicy.types import show

MICROSECOND: Final = timedelta(microseconds=1)
EXPECTED: Final = "a date such as 2026-03-01, or `7 days after entry`, or `at entry`"


@dataclass(frozen=True, slots=True)
class AtMoment:
    """The same moment for every record."""

    moment: datetime

    def __str__(self) -> str:
        return show(self.moment)


@dataclass(frozen=True, slots=True)
class AfterEntry:
    """So long after the record entered; zero is the moment of the entry itself."""

    delay: timedelta

    def __str__(self) -> str:
        return f"{show_duration(self.delay)} after entry" if self.delay else "at entry"


AsOf: TypeAlias = AtMoment | AfterEntry


def read_as_of(text: str) -> AsOf:
    """The moment that a text names. Raises `ValueProblem`."""
    text = text.strip()
    if text in ("at entry", "entry"):
        return AfterEntry(timedelta(0))
    if found := re.fullmatch(r"(.+?)\s+after\s+entry", text):
        if re.fullmatch(r"0\s*(minute|hour|day|week)s?", found[1]):
            return AfterEntry(timedelta(0))
        return AfterEntry(read_duration(found[1]))
    try:
        return AtMoment(read_moment(text))
    except ValueProblem as problem:
        shaped = bool(re.match(r"\d{4}-\d{2}-\d{2}", text))
        message = problem.message if shaped else f"`{text}` is not a moment of evaluation"
        raise ValueProblem(message, EXPECTED) from None


def parse_as_of(given: str | date | datetime | AsOf) -> AsOf:
    """A moment of evaluation out of a text or a date. Raises `LeadpolicyError` (LP506)."""
    match given:
        case AtMoment() | AfterEntry():
            return given
        case datetime():
            return AtMoment(in_utc(given))
        case date():
            return AtMoment(datetime(given.year, given.month, given.day, tzinfo=UTC))
        case str():
            try:
                return read_as_of(given)
            except ValueProblem as problem:
                raise LeadpolicyError.of(
                    "LP513", problem.message, expected=problem.expected, help=problem.help
                ) from None
        case _:
            raise unfit("`as_of`", given, EXPECTED)


def end_of_day(day: date) -> datetime:
    """The last microsecond of a day in UTC."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, 999_999, tzinfo=UTC)
