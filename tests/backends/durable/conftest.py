"""Everything here needs the optional library."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from leadpolicy.backends.durable import Durable
from leadpolicy.backends.durable.process import ENGINE
from tests.conftest import skip_without


@pytest.fixture(scope="session")
def durable() -> Iterator[Durable]:
    """One worker for all tests that do not break it."""
    skip_without("stream", ENGINE)
    with Durable() as worker:
        yield worker


@pytest.fixture
def engine() -> None:
    """Skips a test about the library itself where it cannot be used."""
    skip_without("stream", ENGINE)
