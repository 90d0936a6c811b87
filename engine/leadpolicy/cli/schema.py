"""`leadpolicy schema`."""

from __future__ import annotations


def schema() -> None:
    """In preparation."""
