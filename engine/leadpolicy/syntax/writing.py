"""Texts as they are written in YAML."""

from __future__ import annotations

import re
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z0-9_$+.](?:[A-Za-z0-9_$%+./ -]*[A-Za-z0-9_$%+./-])?\Z")
"""Texts that stand for themselves, in a list on one line as well as alone."""
_EMPTY: Final = frozenset({"null", "Null", "NULL"})


def written(text: str) -> str:
    """A text as YAML on one line; in quotation marks where it could be read as something else."""
    if _PLAIN.match(text) and text not in _EMPTY:
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_in_quotes, text)) + '"'


def _in_quotes(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else f"\\U{ord(char):08x}"
