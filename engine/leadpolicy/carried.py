"""What the package carries: the seed policies with their vocabulary, and small data sets.

In a wheel they lie in `bundled`; in a checkout they are the folders `policies` and `fixtures` at
its root. A user's own folders of these names are asked first.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
_BUNDLED: Final = _PACKAGE / "bundled"
_ROOT: Final = _BUNDLED if _BUNDLED.is_dir() else _PACKAGE.parents[1]
CARRIED_POLICIES: Final = _ROOT / "policies"
CARRIED_FIXTURES: Final = _ROOT / "fixtures"
CARRIED_SETS: Final = ("demo", "example")
"""The data sets that a wheel holds."""


def is_carried(path: Path) -> bool:
    """Whether a path is part of the installed package, which nothing is written into."""
    return Path(os.path.realpath(path)).is_relative_to(_BUNDLED)
