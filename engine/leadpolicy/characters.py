"""Texts from files, made safe to show: nothing moves the cursor or turns what follows."""

from __future__ import annotations

import unicodedata
from html import escape
from typing import Final

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_HARMLESS: Final = frozenset("\u200c\u200d\ufe0f\u2068\u2069")
"""What joins letters and emoji, and what keeps the direction of a name to itself."""


def visible(text: str) -> str:
    """A text that cannot move the cursor or turn the direction of what follows.

    Control characters show as their code; what joins letters and emoji stays.
    """
    if text.isprintable():
        return text
    return "".join(
        char
        if char in _HARMLESS or unicodedata.category(char) not in _INVISIBLE
        else f"\\u{ord(char):04x}"
        for char in text
    )


def isolated(text: str) -> str:
    """A name to stand inside a sentence: one that is read from right to left turns nothing else."""
    turns = any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)
    return f"\u2068{text}\u2069" if turns else text


def named(text: object) -> str:
    """A name from outside as it may stand in a sentence."""
    return isolated(visible(str(text)))


def inert(text: object) -> str:
    """A text from outside as HTML: nothing in it is markup, and it turns nothing beside it."""
    return f"<bdi>{escape(visible(str(text)))}</bdi>"


__all__ = ["inert", "isolated", "named", "visible"]
