"""The backend of bits over coded columns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from leadpolicy.backends.kernels.program import KernelProgram
from leadpolicy.backends.kernels.read import CodedTable, keys, load
from leadpolicy.backends.kernels.stream import Stream
from leadpolicy.logic.terms import Logic
from tests.bench.measure import Answer, Contestant
from tests.bench.workload import COLUMNS, KEY, NOW, PLACES, policies


@lru_cache(maxsize=1)
def loaded(path: Path) -> CodedTable:
    """The records of a file as coded columns, read once."""
    return read(path)


def read(source: object) -> CodedTable:
    """The records of a file or a table as coded columns."""
    types = {fact: column.type for fact, column in COLUMNS.items()}
    return load(source, types, PLACES, id=KEY)


def contestant(path: Path, labels: str, *, full: bool = False) -> Contestant:
    """The program is planned once for a table, which belongs to loading; run in every turn."""
    return of(loaded(path), {label: policies()[label].logic for label in labels}, full=full)


def of(
    records: CodedTable,
    logics: Mapping[str, Logic],
    *,
    full: bool = False,
    answers: Mapping[str, str] | None = None,
) -> Contestant:
    """The same over records that were read. `answers` says whose stages stand for whom."""
    made = KernelProgram(logics, full=full)
    named = answers or {label: label for label in logics}

    def run() -> Answer:
        found = made.run(records, NOW)
        return None, {shown: found.stage[label] for shown, label in named.items()}

    return run


def streamed(path: Path, logics: Mapping[str, Logic], *, full: bool = False) -> Contestant:
    """The file passes by; opened and planned in every turn."""

    def run() -> Answer:
        made = KernelProgram(logics, full=full)
        stream = Stream(made, path, PLACES, as_of=NOW, keep=keys(KEY))
        found = list(stream.map(lambda said, kept: (said.stage, kept[KEY].to_numpy())))
        stages = {n: np.concatenate([stage[n] for stage, _ in found]) for n in logics}
        return np.concatenate([key for _, key in found]), stages

    return run
