"""Texts from files, made safe to show: nothing moves the cursor or turns what follows."""

from __future__ import annotations

import json
import unicodedata
from html import escape
from typing import Any, Final

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_HARMLESS: Final = frozenset("\u200c\u200d\ufe0f\u2068\u2069")
"""What joins letters and emoji, and what keeps the direction of a name to itself."""


def visible(text: str) -> str:
    """A text that cannot move the cursor or turn the direction of what follows.

    Control characters show as their code; what joins letters and emoji stays.
    """
    if text.isprintable():
        return text
    return "".join(f"\\u{ord(char):04x}" if _moves(char) else char for char in text)


def _moves(char: str) -> bool:
    return char not in _HARMLESS and unicodedata.category(char) in _INVISIBLE


def visible_lines(text: str) -> str:
    """A text of several lines, each of them visible."""
    return "\n".join(visible(line) for line in text.split("\n"))


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


def json_text(data: Any, *, indent: int = 2, allow_nan: bool = True) -> str:
    """Data as JSON for people and programs: characters that show nothing stand as escapes."""
    text = json.dumps(data, ensure_ascii=False, indent=indent, allow_nan=allow_nan)
    if text.replace("\n", "").isprintable():
        return text
    return "".join(
        json.dumps(char)[1:-1] if char != "\n" and _moves(char) else char for char in text
    )


__all__ = ["inert", "isolated", "json_text", "named", "visible", "visible_lines"]
