"""What the columns of a study hold.

Moments are microseconds since 1970 in UTC; `NEVER` stands for what did not happen. Verdicts are
coded as everywhere: FALSE 0, UNKNOWN 1, TRUE 2.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Whole: TypeAlias = npt.NDArray[np.int64]
Codes: TypeAlias = npt.NDArray[np.int8]
Mask: TypeAlias = npt.NDArray[np.bool_]
Numbers: TypeAlias = npt.NDArray[np.float64]

NEVER: Final = int(np.iinfo(np.int64).max)
ALWAYS: Final = int(np.iinfo(np.int64).min)
DAY: Final = 86_400_000_000
"""Microseconds in a day."""


def later(moments: Whole, by: int) -> Whole:
    """The moments moved by so many microseconds; `NEVER` and `ALWAYS` stay what they are."""
    fixed = (moments == NEVER) | (moments == ALWAYS)
    moved = np.where(fixed, 0, moments) + by
    return np.where(fixed, moments, moved)


def days_between(start: Whole, end: Whole) -> Numbers:
    """Days from one moment to another."""
    return (end - start) / DAY
