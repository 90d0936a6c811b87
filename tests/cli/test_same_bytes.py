"""The same input gives the same bytes, whatever Python's hashes and the clock say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.faults import COMMANDS, arguments, finished, room, start

SAME = [
    name
    for name, given in COMMANDS.items()
    if any("OUT" in part for part in given) or name in {"check", "facts", "schema", "diff", "votes"}
]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return room(tmp_path_factory.mktemp("same"))


@pytest.mark.parametrize("name", SAME)
def test_twice_the_same(name: str, workshop: Path, tmp_path: Path) -> None:
    made = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        out.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        left = finished(start(workshop, arguments(name, str(out / "made")), env=environment))
        assert left.code == 0, left
        files = {
            str(path.relative_to(out)): path.read_bytes().replace(str(out).encode(), b"OUT")
            for path in sorted(out.rglob("*"))
            if path.is_file()
        }
        made.append((left.out.replace(str(out), "OUT"), files))
    assert made[0][1].keys() == made[1][1].keys()
    assert [name for name, data in made[0][1].items() if data != made[1][1][name]] == []
    assert made[0][0] == made[1][0]
