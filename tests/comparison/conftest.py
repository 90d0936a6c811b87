"""The small world that these tests share."""

from __future__ import annotations

import pytest

from tests.comparison.world import World, make_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Six companies, three policies."""
    return make_world(tmp_path_factory.mktemp("world"))
