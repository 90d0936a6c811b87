"""The backend of circuits over coded columns, where this installation has what it needs."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.bench.measure import Answer, Contestant
from tests.bench.workload import COLUMNS, KEY, NOW, PLACES, policies

ROOM = "leadpolicy.backends.kernels"


def available() -> bool:
    """Whether the backend is there and can be imported."""
    try:
        return find_spec(f"{ROOM}.program") is not None and bool(_program())
    except ImportError:
        return False


def _program() -> Any:
    return import_module(f"{ROOM}.program").KernelProgram


@lru_cache(maxsize=1)
def loaded(path: Path) -> Any:
    """The records of a file as coded columns, read once."""
    return read(path)


def read(source: object) -> Any:
    """The records of a file or a table as coded columns."""
    types = {fact: column.type for fact, column in COLUMNS.items()}
    return import_module(f"{ROOM}.load").load(source, types, PLACES, id=KEY)


def contestant(path: Path, labels: str, *, full: bool = False) -> Contestant:
    """The program is planned once for a table, which belongs to loading; run in every turn."""
    return of(loaded(path), labels, full=full)


def of(records: Any, labels: str, *, full: bool = False) -> Contestant:
    """The same over records that were read."""
    made = _program()({p: policies()[p].logic for p in labels}, full=full)

    def run() -> Answer:
        found = made.run(records, NOW)
        return None, {label: found.stage[label] for label in labels}

    return run
