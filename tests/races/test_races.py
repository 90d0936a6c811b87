"""A few rounds of every race; `make races` runs hundreds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.races.rounds import RACES, Runners, lost, runners

ROUNDS = 12


@pytest.fixture(scope="module")
def pair() -> Iterator[Runners]:
    with runners() as ready:
        yield ready


@pytest.mark.parametrize("kind", RACES)
def test_nothing_is_lost(kind: str, pair: Runners, tmp_path: Path) -> None:
    assert lost(kind, ROUNDS, tmp_path, pair) == []
