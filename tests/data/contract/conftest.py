"""The folder into which these tests write their tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.room import VOCABULARY, Room


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    """An empty folder that is also the current one, so that messages name short paths."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    return Room(tmp_path)
