"""Dates and moments as exports write them: ISO, a declared pattern, or seconds since 1970."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from leadpolicy.diagnostics import ValueProblem
from leadpolicy.times import EPOCH, in_utc, read_date, read_moment
from leadpolicy.types import Kind

_EPOCHS: Final = {"epoch_ms": timedelta(milliseconds=1), "epoch_s": timedelta(seconds=1)}
_PATTERN: Final = re.compile(r"%[a-zA-Z%]")
_DATE_PARTS: Final = ("%Y", "%y", "%m", "%b", "%B", "%d", "%j", "%H", "%I", "%M", "%S", "%f", "%p",
                      "%z", "%Z", "%a", "%A", "%%")  # fmt: skip
_OFFSET: Final = re.compile(r"(Z|[+-]\d{2}:?\d{2})\Z")
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


def format_problem(text: str) -> str | None:
    """Why a declared date format cannot be used, or None."""
    if text == "iso" or text in _EPOCHS:
        return None
    parts = _PATTERN.findall(text)
    if not parts:
        return f"`{text}` is not a date format"
    if unknown := [part for part in parts if part not in _DATE_PARTS]:
        return f"`{unknown[0]}` is not a part of a date"
    if not {"%Y", "%y"} & set(parts):
        return f"`{text}` has no year"
    if len(set(parts)) < len(parts):
        return f"`{text}` has a part twice"
    return None


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The time zone of that name."""
    return ZoneInfo(name)


def day_text(text: str, declared: str | None) -> date:
    """The calendar day that a cell names, as it is written: no time zone moves it."""
    if declared in _EPOCHS:
        return _since_1970(text, declared or "").date()
    if declared not in (None, "iso"):
        return _by_pattern(text, declared or "").date()
    if DAY.match(text):
        return read_date(text)
    read_moment(text)  # refuses what is neither
    return read_date(text[:10])


def moment_text(text: str, declared: str | None, timezone: str | None) -> datetime:
    """The instant that a cell names; a time without an offset is in `timezone`, else in UTC."""
    if declared in _EPOCHS:
        return _since_1970(text, declared or "")
    if declared not in (None, "iso"):
        return placed(_by_pattern(text, declared or ""), timezone)
    try:
        moment = in_utc(datetime.fromisoformat(text)) if text[4:8:3] == "--" else read_moment(text)
    except ValueError:
        moment = read_moment(text)  # says what is wrong with it
    if timezone is None or _OFFSET.search(text[10:]):
        return moment
    return placed(moment.replace(tzinfo=None), timezone)


def placed(local: datetime, timezone: str | None) -> datetime:
    """A clock reading as an instant.

    When clocks are put back an hour reads twice: the first counts. Raises `ValueProblem` for
    a clock reading that never was, because clocks were put forward.
    """
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    if timezone is None:
        return local.replace(tzinfo=UTC)
    instant = local.replace(tzinfo=zone(timezone)).astimezone(UTC)
    if instant.astimezone(zone(timezone)).replace(tzinfo=None) != local:
        raise ValueProblem(
            f"`{local.isoformat(' ', 'minutes')}` never was in {timezone}: "
            "the clocks were put forward over it",
            "a time that the clocks showed",
        )
    return instant


def mixed_zones(cells: Sequence[object]) -> bool:
    """Whether some texts are times with a zone, and others times without one."""
    times = [cell for cell in cells if isinstance(cell, str) and len(cell) > 10 and ":" in cell]
    zoned = (cell.endswith("Z") or bool(_OFFSET.search(cell[10:])) for cell in times)
    first = next(zoned, None)
    return first is not None and any(other != first for other in zoned)


def reads_twice(local: datetime, timezone: str | None) -> bool:
    """Whether the clocks showed this twice, so that the instant was chosen."""
    if timezone is None or local.tzinfo is not None:
        return False
    here = local.replace(tzinfo=zone(timezone))
    return here.utcoffset() != here.replace(fold=1).utcoffset()


def _since_1970(text: str, declared: str) -> datetime:
    expected = "a whole number such as 1767225600000" if declared == "epoch_ms" else "1767225600"
    if not re.fullmatch(r"-?\d+", text):
        raise ValueProblem(f"`{text}` is not a count of time since 1970 ({declared})", expected)
    try:
        return EPOCH + int(text) * _EPOCHS[declared]
    except OverflowError:
        raise ValueProblem(f"`{text}` lies beyond the year 9999 ({declared})", expected) from None


def _by_pattern(text: str, declared: str) -> datetime:
    try:
        return datetime.strptime(text, declared)
    except ValueError as error:
        reason = " (no such day)" if str(error).startswith("day ") else ""
        example = datetime(2026, 2, 28, 9, 30, tzinfo=UTC).strftime(declared)
        raise ValueProblem(
            f"`{text}` does not fit the declared format {declared}{reason}", f"such as {example}"
        ) from None


def kind_of(value: object, kind: Kind, timezone: str | None) -> date | datetime | None:
    """A date object of a spreadsheet or a data frame as the fact's type; None if it is no date."""
    match value:
        case datetime():
            return value.date() if kind is Kind.DATE else placed(value, timezone)
        case date():
            if kind is Kind.DATE:
                return value
            return placed(datetime(value.year, value.month, value.day), timezone)
        case _:
            return None
