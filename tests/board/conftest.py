"""The board's world: a policy, a few records with awkward names, and an explorer on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.board.small import write_world
from tests.conftest import skip_without

skip_without("notebooks", "ipywidgets")


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A fresh folder with `policies` and `data/few`."""
    return write_world(tmp_path)
