"""Every command, as a process, under faults: a sentence and the right exit code, no traceback."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.cli.faults import (
    COMMANDS,
    Left,
    arguments,
    finished,
    interrupted,
    ran,
    room,
    start,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")

WRITING: Final = [name for name, given in COMMANDS.items() if any("OUT" in part for part in given)]
WORKING: Final = 0.3
"""Seconds after which most commands are at work."""


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return room(tmp_path_factory.mktemp("faults") / "room")


@pytest.fixture
def workshop(furnished: Path, tmp_path: Path) -> Path:
    """A room of its own for every test: what one command wrote is no news to the next."""
    return Path(shutil.copytree(furnished, tmp_path / "room"))


@pytest.fixture(autouse=True)
def nothing_half_written(workshop: Path) -> Iterator[None]:
    yield
    assert list(workshop.rglob(".*")) == []


def refused(left: Left) -> bool:
    return left.code == 2 and "error LP510" in left.err and not left.crashed


@pytest.mark.parametrize("name", COMMANDS)
def test_interrupts(name: str, workshop: Path) -> None:
    left = interrupted(workshop, arguments(name), WORKING)
    assert left.stopped, left


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "schema --out"])
def test_a_reader_that_has_left(name: str, workshop: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = start(workshop, arguments(name), stdout=writing)
    os.close(writing)
    left = finished(process)
    assert refused(left), left


@pytest.mark.parametrize("name", COMMANDS)
def test_a_disk_that_is_full(name: str, workshop: Path, tmp_path: Path) -> None:
    """Files and standard output alike; what stood there before stays."""
    before = {path: path.read_bytes() for path in workshop.rglob("*") if path.is_file()}
    with (tmp_path / "standard output").open("wb") as out:
        left = finished(start(workshop, arguments(name), stdout=out, limit=True))
    assert refused(left), left
    assert {path: path.read_bytes() for path in workshop.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", WRITING)
def test_a_place_where_nothing_can_be(name: str, workshop: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    left = ran(workshop, arguments(name, str(tmp_path / "file" / "below")))
    assert (left.code, "error LP" in left.err, left.crashed) == (2, True, False), left


def test_standard_output_that_is_closed(workshop: Path) -> None:
    assert refused(ran(workshop, arguments("facts"), closed=True))
