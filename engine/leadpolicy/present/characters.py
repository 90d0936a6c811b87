"""Texts from files, made safe to show: nothing moves the cursor or turns what follows."""

from __future__ import annotations

import unicodedata
from typing import Final

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS: Final = frozenset("\u200c\u200d\ufe0f")


def visible(text: str) -> str:
    """A text that cannot move the cursor or turn the direction of what follows.

    Control characters show as their code; what joins letters and emoji stays.
    """
    return "".join(
        char
        if char in _JOINERS or unicodedata.category(char) not in _INVISIBLE
        else f"\\u{ord(char):04x}"
        for char in text
    )


__all__ = ["visible"]
