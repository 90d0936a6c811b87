"""`leadpolicy explain`."""

from __future__ import annotations


def explain() -> None:
    """In preparation."""
