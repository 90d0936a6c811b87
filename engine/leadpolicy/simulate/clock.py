"""Simulated time as the moments that an export shows."""

from __future__ import annotations

import numpy as np

from leadpolicy.simulate.draws import Floats, Ints, Texts, texts
from leadpolicy.simulate.model import START


def minutes(at: Floats) -> Ints:
    """Minutes since the start, pressed into working hours (Monday to Friday, 7:30 to 19:00 UTC).

    The order of moments and the week are kept; `START` is a Monday.
    """
    week = np.floor(at / 7.0)
    day = (at / 7.0 - week) * 5.0
    whole = np.floor(day)
    within = 450.0 + 690.0 * (day - whole)
    return np.asarray((week * 7.0 + whole) * 1440.0 + np.floor(within), np.int64)


def moments(at: Floats) -> Texts:
    """`2025-03-04T09:15:00Z`, and an empty text for what never happens."""
    shown = np.where(np.isfinite(at), at, 0.0)
    stamps = np.datetime64(START.isoformat(), "m") + minutes(shown).astype("timedelta64[m]")
    out = texts([f"{stamp}:00Z" for stamp in np.datetime_as_string(stamps, unit="m").tolist()])
    out[~np.isfinite(at)] = ""
    return out


def days(at: Floats) -> Texts:
    """`2025-03-04`, and an empty text for what never happens."""
    return texts([text[:10] for text in moments(at).tolist()])
