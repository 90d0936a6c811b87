"""The SQL of a few policies, kept to be read. `LEADPOLICY_SNAPSHOTS=write` writes it again."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

import pyarrow as pa
import pytest
import sqlglot

from leadpolicy.backends.sql.program import TableProgram
from tests.backends.sql.tables import STORED
from tests.bench.workload import KEY, NOW, place, policies

FOLDER: Final = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("label", ["A", "B", "C"])
def test_the_query_is_the_one_that_was_read(label: str) -> None:
    program = TableProgram({label: policies()[label].logic})
    types = {place(fact): STORED[kind.kind] for fact, kind in program.facts.items()}
    types[KEY] = pa.int64()
    source = pa.table({name: pa.array([], kind) for name, kind in types.items()})
    places = {fact: place(fact) for fact in program.facts}
    run = program.prepare(source, places, as_of=NOW, id=KEY)
    text = sqlglot.parse_one(run.sql, dialect="duckdb").sql("duckdb", pretty=True)
    shown = _without_numbers(text) + "\n"
    path = FOLDER / f"{policies()[label].id}.sql"
    if os.environ.get("LEADPOLICY_SNAPSHOTS") == "write":
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def _without_numbers(text: str) -> str:
    """Tables in memory are numbered as they come."""
    return re.sub(r'"source \d+"', '"source"', text)
