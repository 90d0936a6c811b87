"""Everything here needs the optional library."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from leadpolicy.backends.durable import Durable, lacking


def skip_without() -> None:
    """Skips with the reason why durable-rules cannot be used, and its cure."""
    if reason := lacking():
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def durable() -> Iterator[Durable]:
    """One worker for all tests that do not break it."""
    skip_without()
    with Durable() as worker:
        yield worker


@pytest.fixture
def engine() -> None:
    """Skips a test about the library itself where it cannot be used."""
    skip_without()
