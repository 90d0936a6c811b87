"""Who is measured against whom, and on what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from leadpolicy.backends.sql.load import load
from leadpolicy.backends.sql.program import TableProgram
from leadpolicy.backends.sql.session import Session
from tests.bench import byhand
from tests.bench.measure import Answer, Contestant
from tests.bench.workload import COLUMNS, KEY, NOW, PLACES, policies, variants

if TYPE_CHECKING:
    import pyarrow as pa

OURS: Final = "leadpolicy"
OURS_FULL: Final = "leadpolicy, with bits and possible stages"
HAND_DUCKDB: Final = "DuckDB by hand"
HAND_POLARS: Final = "Polars by hand"
HAND_PANDAS: Final = "pandas by hand"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: the policies and where the records are."""

    place: str
    """`parquet` or `memory`."""
    policies: str
    path: Path

    @property
    def title(self) -> str:
        return f"{self.policies} from {self.place}"


def answer(table: pa.Table, names: Mapping[str, str]) -> Answer:
    """Keys and stages out of an Arrow table."""
    keys = table.column(KEY).to_numpy()
    return keys, {label: table.column(column).to_numpy() for label, column in names.items()}


def program(which: str, *, full: bool = False) -> TableProgram:
    """Our program for these policies."""
    return TableProgram({label: policies()[label].logic for label in which}, full=full)


def ours(setting: Setting, *, full: bool = False) -> Contestant:
    """Compiled and checked in every turn; loaded once where records are in memory."""
    made = program(setting.policies, full=full)
    if setting.place == "parquet":
        source: object = setting.path
        session = Session()
    else:
        source = load_all(setting.path)
        session = None

    def run() -> Answer:
        ready = made.prepare(source, PLACES, as_of=NOW, id=KEY, session=session)
        return answer(ready.arrow(), ready.layout.stage)

    return run


def load_all(path: Path) -> Any:
    """Everything in memory by our reader."""
    types = {fact: column.type for fact, column in COLUMNS.items()}
    return load(path, types, PLACES, keep=[KEY], programs=[program("ABC")])


def hand_duckdb(setting: Setting) -> Contestant:
    """Over the file, or over a table of plain columns."""
    import duckdb

    connection = duckdb.connect()
    source = f"'{setting.path}'"
    if setting.place == "memory":
        connection.execute(f"CREATE TABLE records AS SELECT * FROM {source}")
        source = "records"
    chosen = ", ".join(f"{byhand.SQL[label]} AS {label}" for label in setting.policies)
    sql = f"SELECT {KEY}, {chosen} FROM {source}"
    return lambda: answer(
        connection.sql(sql).to_arrow_table(), {label: label for label in setting.policies}
    )


def hand_polars(setting: Setting) -> Contestant:
    """Lazily over the file, or over a frame in memory."""
    import polars as pl

    lazy = (
        pl.scan_parquet(setting.path)
        if setting.place == "parquet"
        else pl.read_parquet(setting.path).lazy()
    )
    query = lazy.select([KEY, *map(byhand.polars_stages, setting.policies)])

    def run() -> Answer:
        frame = query.collect()
        return frame[KEY].to_numpy(), {p: frame[p].to_numpy() for p in setting.policies}

    return run


def hand_pandas(setting: Setting) -> Contestant:
    """With nullable types, so that missing values are missing."""
    import pandas as pd

    def read() -> pd.DataFrame:
        return pd.read_parquet(setting.path, dtype_backend="numpy_nullable")

    frame = read() if setting.place == "memory" else None

    def run() -> Answer:
        records = read() if frame is None else frame
        return None, {p: byhand.pandas_stages(records, p) for p in setting.policies}

    return run


CONTESTANTS: Final[Mapping[str, Callable[[Setting], Contestant]]] = {
    OURS: ours,
    OURS_FULL: lambda setting: ours(setting, full=True),
    HAND_DUCKDB: hand_duckdb,
    HAND_POLARS: hand_polars,
    HAND_PANDAS: hand_pandas,
}


def many(path: Path, count: int) -> dict[str, Contestant]:
    """Variants of the ladder in memory, beside one query by hand for the ladder."""
    loaded = load_all(path)
    made = TableProgram({label: one.logic for label, one in variants(count).items()})

    def run() -> Answer:
        ready = made.prepare(loaded, as_of=NOW, id=KEY)
        keys, stages = answer(ready.arrow(), ready.layout.stage)
        return keys, {"B": stages["B0"]}

    return {f"{count} variants": run, HAND_DUCKDB: hand_duckdb(Setting("memory", "B", path))}


def loading(path: Path) -> dict[str, Contestant]:
    """Reading the file into memory: ours is checked and coded, theirs plain."""
    import duckdb
    import polars as pl

    nothing: Answer = (None, {"rows": np.zeros(0)})

    def mine() -> Answer:
        load_all(path).session.close()
        return nothing

    def by_duckdb() -> Answer:
        connection = duckdb.connect()
        connection.execute(f"CREATE TABLE records AS SELECT * FROM '{path}'")
        connection.close()
        return nothing

    def by_polars() -> Answer:
        pl.read_parquet(path)
        return nothing

    return {OURS: mine, HAND_DUCKDB: by_duckdb, HAND_POLARS: by_polars}
