"""`leadpolicy facts`."""

from __future__ import annotations


def facts() -> None:
    """In preparation."""
