"""Pieces of English that every room needs."""

from __future__ import annotations


def plural(count: int, thing: str, things: str = "") -> str:
    """`1 record`, `2,000 records`; `things` where an s is not enough: `3 policies`."""
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"


def capital(text: str) -> str:
    """A text that begins a sentence."""
    return text[:1].upper() + text[1:]


__all__ = ["capital", "plural"]
