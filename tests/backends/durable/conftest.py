"""Everything here needs the optional library."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from leadpolicy.backends.durable import Durable, installed


@pytest.fixture(scope="session")
def durable() -> Iterator[Durable]:
    """One worker for all tests that do not break it."""
    if not installed():
        pytest.skip("durable-rules is not installed (an optional extra; it compiles C)")
    with Durable() as worker:
        yield worker


@pytest.fixture
def engine() -> None:
    """Skips a test about the library itself where it is not installed."""
    if not installed():
        pytest.skip("durable-rules is not installed (an optional extra; it compiles C)")
