"""`leadpolicy show`."""

from __future__ import annotations


def show() -> None:
    """In preparation."""
