"""Who is measured against whom, and on what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from leadpolicy.backends.kernels.program import KernelProgram
from leadpolicy.backends.sql.program import TableProgram
from leadpolicy.backends.sql.session import Session
from leadpolicy.logic.terms import Logic
from tests.bench import byhand, kernels
from tests.bench.measure import Answer, Contestant
from tests.bench.workload import KEY, NOW, PLACES, place, policies, variants

if TYPE_CHECKING:
    import pyarrow as pa

OURS: Final = "leadpolicy"
OURS_FULL: Final = "leadpolicy, with bits and possible stages"
HAND_DUCKDB: Final = "DuckDB by hand"
HAND_POLARS: Final = "Polars by hand"
HAND_PANDAS: Final = "pandas by hand"
SQL: Final = "leadpolicy, engine sql, with bits and possible stages"


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


def logics(which: str) -> dict[str, Logic]:
    """What these policies mean."""
    return {label: policies()[label].logic for label in which}


def ours(setting: Setting, *, full: bool = False) -> Contestant:
    """Opened and planned in every turn over a file; loaded once where records are in memory."""
    if setting.place == "memory":
        return kernels.contestant(setting.path, setting.policies, full=full)
    return kernels.streamed(setting.path, logics(setting.policies), full=full)


def by_sql(setting: Setting) -> Contestant:
    """The table engine over the file, with everything that it can be asked for."""
    made = TableProgram(logics(setting.policies))
    session = Session()

    def run() -> Answer:
        ready = made.prepare(setting.path, PLACES, as_of=NOW, id=KEY, session=session)
        return answer(ready.arrow(), ready.layout.stage)

    return run


@lru_cache(maxsize=1)
def duckdb_table(path: Path) -> Any:
    """A connection with the records in a table of plain columns."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE records AS SELECT * FROM '{path}'")
    return connection


@lru_cache(maxsize=1)
def polars_frame(path: Path) -> Any:
    """The records in a frame of plain columns."""
    import polars as pl

    return pl.read_parquet(path)


@lru_cache(maxsize=1)
def pandas_frame(path: Path) -> Any:
    """The records with nullable types, so that missing values are missing."""
    import pandas as pd

    return pd.read_parquet(path, dtype_backend="numpy_nullable")


def forget() -> None:
    """Frees what was loaded."""
    for held in (kernels.loaded, duckdb_table, polars_frame, pandas_frame):
        held.cache_clear()


def hand_duckdb(setting: Setting) -> Contestant:
    """Over the file, or over a table of plain columns."""
    import duckdb

    in_memory = setting.place == "memory"
    connection = duckdb_table(setting.path) if in_memory else duckdb.connect()
    source = "records" if in_memory else f"'{setting.path}'"
    chosen = ", ".join(f"{byhand.SQL[label]} AS {label}" for label in setting.policies)
    sql = f"SELECT {KEY}, {chosen} FROM {source}"
    return lambda: answer(
        connection.sql(sql).to_arrow_table(), {label: label for label in setting.policies}
    )


def hand_polars(setting: Setting) -> Contestant:
    """Lazily over the file, or over a frame in memory."""
    import polars as pl

    in_memory = setting.place == "memory"
    lazy = polars_frame(setting.path).lazy() if in_memory else pl.scan_parquet(setting.path)
    query = lazy.select([KEY, *map(byhand.polars_stages, setting.policies)])

    def run() -> Answer:
        frame = query.collect()
        return frame[KEY].to_numpy(), {p: frame[p].to_numpy() for p in setting.policies}

    return run


def hand_pandas(setting: Setting) -> Contestant:
    """Over the file, of which it reads the columns that it needs, or over a frame in memory."""
    import pandas as pd

    needed = sorted({place(f) for p in setting.policies for f in KernelProgram(logics(p)).facts})

    def run() -> Answer:
        if setting.place == "memory":
            records = pandas_frame(setting.path)
        else:
            records = pd.read_parquet(
                setting.path, columns=[KEY, *needed], dtype_backend="numpy_nullable"
            )
        return None, {p: byhand.pandas_stages(records, p) for p in setting.policies}

    return run


CONTESTANTS: Final[Mapping[str, Callable[[Setting], Contestant]]] = {
    OURS: ours,
    OURS_FULL: lambda setting: ours(setting, full=True),
    SQL: by_sql,
    HAND_DUCKDB: hand_duckdb,
    HAND_POLARS: hand_polars,
    HAND_PANDAS: hand_pandas,
}


def entrants(where: str) -> list[str]:
    """Who takes part in a place."""
    return [name for name in CONTESTANTS if where != "memory" or name != SQL]


def many(path: Path, count: int) -> dict[str, Contestant]:
    """Variants of the ladder in memory, beside one query by hand for the ladder."""
    varied = {label: one.logic for label, one in variants(count).items()}
    return {
        OURS: kernels.of(kernels.loaded(path), varied, answers={"B": "B0"}),
        HAND_DUCKDB: hand_duckdb(Setting("memory", "B", path)),
    }


def loading(path: Path) -> dict[str, Contestant]:
    """Reading the file into memory: ours is checked and coded, theirs plain."""
    import duckdb
    import polars as pl

    nothing: Answer = (None, {"rows": np.zeros(0)})

    def by_duckdb() -> Answer:
        connection = duckdb.connect()
        connection.execute(f"CREATE TABLE records AS SELECT * FROM '{path}'")
        connection.close()
        return nothing

    def by_polars() -> Answer:
        pl.read_parquet(path)
        return nothing

    return {
        OURS: lambda: (kernels.read(path), nothing)[1],
        HAND_DUCKDB: by_duckdb,
        HAND_POLARS: by_polars,
    }
