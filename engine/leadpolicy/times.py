"""Dates, moments and lengths of time, as people write them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

from leadpolicy.diagnostics import ValueProblem, cited

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")
_MONTHS = (
    "January February March April May June July August September October November December"
).split()


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970, exact."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_microseconds(count: int) -> datetime:
    """The moment that `microseconds` counted."""
    return EPOCH + timedelta(microseconds=count)


def read_date(text: str) -> date:
    """A calendar day written `2026-02-28`."""
    found = _DATE.match(text.strip())
    if not found:
        raise ValueProblem(f"`{cited(text)}` is not a date", "year-month-day, such as 2026-02-28")
    year, month, day = (int(part) for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        if year == 0:
            reason = "the years are 0001 to 9999"
        elif 1 <= month <= 12:
            reason = f"{_MONTHS[month - 1]} {year} has {monthrange(year, month)[1]} days"
        else:
            reason = "the months are 01 to 12"
        raise ValueProblem(
            f"`{cited(text)}` is not a date: {reason}", "year-month-day, such as 2026-02-28"
        ) from None


def read_moment(text: str) -> datetime:
    """An instant: `2026-02-28T09:30Z`, with an offset, or a date (its first moment in UTC)."""
    text = text.strip()
    if _DATE.match(text):
        day = read_date(text)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    if _DATE.match(text[:10]):
        read_date(text[:10])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueProblem(
            f"`{cited(text)}` is not a moment", "a moment such as 2026-02-28T09:30:00Z, or a date"
        ) from None
    return in_utc(moment)


def in_utc(moment: datetime) -> datetime:
    """The same instant in UTC; a moment without an offset is taken to be in UTC already.

    Raises `ValueProblem` at the very ends of the calendar, where the offset leads out of it.
    """
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueProblem(
            f"`{moment.isoformat()}` is outside the years 1 to 9999 in UTC",
            "a moment such as 2026-02-28T09:30:00Z",
        ) from None


_DURATION = re.compile(r"(\d+)\s*(minute|hour|day|week|month|quarter|year)s?\Z")
_UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_ROUGHLY = {"month": 30, "quarter": 90, "year": 365}


def read_duration(text: str) -> timedelta:
    """A fixed length of time: `90 days`, `2 weeks`, `36 hours`, `15 minutes`."""
    expected = "a length of time such as 90 days, 2 weeks or 36 hours"
    found = _DURATION.match(text.strip())
    if not found:
        help = f"write `{cited(text.strip())} days`" if text.strip().isdigit() else None
        raise ValueProblem(f"`{cited(text)}` is not a length of time", expected, help, "LP305")
    count, unit = int(found[1][:9]), found[2]
    if unit in _ROUGHLY and len(found[1]) < 9:
        raise ValueProblem(
            f"`{cited(text)}` is not a fixed length of time: {unit}s differ",
            expected,
            f"write `{count * _ROUGHLY[unit]} days`",
            "LP305",
        )
    if not 1 <= count <= 100_000:
        size = "long" if count else "short"
        raise ValueProblem(f"`{cited(text)}` is too {size}", expected, None, "LP305")
    return count * _UNITS[unit]


def show_duration(duration: timedelta) -> str:
    """`90 days`, in the largest unit of days, hours and minutes that fits."""
    for unit in ("day", "hour", "minute"):
        count, rest = divmod(duration, _UNITS[unit])
        if not rest:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return str(duration)
