"""One history for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadpolicy.simulate.write import write_history
from tests.conftest import POLICIES
from tests.simulate.reading import Row, read_tables


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    vocabulary = str(POLICIES / "vocabulary.yaml")
    write_history(folder, seed=11, companies=2000, vocabulary=vocabulary)
    return folder


@pytest.fixture(scope="session")
def tables(history: Path) -> dict[str, list[Row]]:
    return read_tables(history)
