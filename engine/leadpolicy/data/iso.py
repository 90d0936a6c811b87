"""Many moments in ISO form at once: `2026-02-28`, `2026-02-28T09:30:00.125+02:00`.

Only what is certain is read; whoever asks looks at all other texts one by one.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from leadpolicy.data.tables import Mask, Rows
from leadpolicy.data.texts import Letters, Texts

_ZERO: Final = ord("0")
_FRACTIONS: Final = {0: 0, 4: 3, 7: 6}
"""Digits of a second, by the length of the part that holds them."""
_LONGEST: Final = len("2026-02-28T09:30:00.123456+02:00")
_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND


def instants(cells: Texts) -> tuple[Rows, Mask]:
    """Microseconds since 1970 of each text, and for which texts they were found."""
    letters, begins = cells.letters()
    found = np.zeros(len(cells), np.bool_)
    moments = np.zeros(len(cells), np.int64)
    lengths = np.diff(begins)
    for length in np.unique(lengths[(lengths >= 10) & (lengths <= _LONGEST)]).tolist():
        places = np.flatnonzero(lengths == length)
        if len(places) == len(cells):
            texts = letters[begins[0] : begins[-1]].reshape(-1, length)
        else:
            texts = letters[begins[places][:, np.newaxis] + np.arange(length)]
        moments[places], found[places] = _read(texts)
    return moments, found


def _read(letters: Letters) -> tuple[Rows, Mask]:
    """The moments of texts of the same length."""
    days, good = _days(letters)
    if letters.shape[1] == 10:
        return days * _DAY, good
    clock = letters[:, 10:]
    total = np.zeros(len(letters), np.int64)
    fits = np.zeros(len(letters), np.bool_)
    for zone_length in (0, 1, 6):
        offset, zoned = _zone(clock, zone_length)
        if not zoned.any():
            continue
        time, timed = _time(clock[:, : clock.shape[1] - zone_length])
        both: Mask = np.logical_and(zoned, timed) & ~fits
        total[both] = (time - offset)[both]
        fits[both] = True
    return days * _DAY + total, good & fits


def _number(letters: Letters) -> tuple[Rows, Mask]:
    """The number that digits spell, and where there are only digits."""
    digits = letters - np.uint8(_ZERO)
    good: Mask = np.all(digits <= 9, axis=1)
    number = np.zeros(len(letters), np.int64)
    for place in range(digits.shape[1]):
        number = number * 10 + digits[:, place]
    return number, good


def _days(letters: Letters) -> tuple[Rows, Mask]:
    """Days since 1970. The first and last year of the calendar are left to others."""
    year, year_fits = _number(letters[:, 0:4])
    month, month_fits = _number(letters[:, 5:7])
    day, day_fits = _number(letters[:, 8:10])
    good = year_fits & month_fits & day_fits
    good &= (letters[:, 4] == ord("-")) & (letters[:, 7] == ord("-"))
    good &= (year > 1) & (year < 9999) & (month >= 1) & (month <= 12) & (day >= 1)
    months = (np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    after = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    good &= day <= after - first
    return first + np.where(good, day, 1) - 1, good


def _zone(clock: Letters, length: int) -> tuple[Rows, Mask]:
    """The offset from UTC in microseconds, and where the text ends in one of that length."""
    count = len(clock)
    nothing = np.zeros(count, np.int64)
    if length == 0:
        return nothing, np.ones(count, np.bool_)
    if clock.shape[1] <= length:
        return nothing, np.zeros(count, np.bool_)
    end = clock[:, clock.shape[1] - length :]
    if length == 1:
        ends: Mask = end[:, 0] == ord("Z")
        return nothing, ends
    hours, hours_fit = _number(end[:, 1:3])
    minutes, minutes_fit = _number(end[:, 4:6])
    minus = end[:, 0] == ord("-")
    good = hours_fit & minutes_fit & (hours < 24) & (minutes < 60)
    good &= (minus | (end[:, 0] == ord("+"))) & (end[:, 3] == ord(":"))
    offset: Rows = (hours * 60 + minutes) * 60 * _SECOND
    return np.where(minus, -offset, offset), good


def _time(clock: Letters) -> tuple[Rows, Mask]:
    """Microseconds since midnight of `T09:30`, `T09:30:15` and `T09:30:15.125`."""
    count, length = clock.shape
    if length != 6 and length - 9 not in _FRACTIONS:
        return np.zeros(count, np.int64), np.zeros(count, np.bool_)
    hours, good = _number(clock[:, 1:3])
    minutes, minutes_fit = _number(clock[:, 4:6])
    good &= minutes_fit & ((clock[:, 0] == ord("T")) | (clock[:, 0] == ord(" ")))
    good &= (clock[:, 3] == ord(":")) & (hours < 24) & (minutes < 60)
    time = (hours * 60 + minutes) * 60 * _SECOND
    if length == 6:
        return time, good
    seconds, seconds_fit = _number(clock[:, 7:9])
    good &= seconds_fit & (seconds < 60) & (clock[:, 6] == ord(":"))
    time += seconds * _SECOND
    if digits := _FRACTIONS[length - 9]:
        fraction, fraction_fits = _number(clock[:, 10:])
        good &= fraction_fits & (clock[:, 9] == ord("."))
        time += fraction * 10 ** (6 - digits)
    return time, good
