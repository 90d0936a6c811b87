"""Who is measured against whom, and on what."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from leadpolicy.backends.sql.load import load
from leadpolicy.backends.sql.program import TableProgram
from leadpolicy.backends.sql.session import Session
from tests.bench import byhand, kernels
from tests.bench.measure import Answer, Contestant
from tests.bench.workload import COLUMNS, KEY, NOW, PLACES, place, policies, variants

if TYPE_CHECKING:
    import pyarrow as pa

OURS: Final = "leadpolicy"
OURS_FULL: Final = "leadpolicy, with bits and possible stages"
HAND_DUCKDB: Final = "DuckDB by hand"
HAND_POLARS: Final = "Polars by hand"
HAND_PANDAS: Final = "pandas by hand"
KERNELS: Final = "leadpolicy kernels"
KERNELS_FULL: Final = "leadpolicy kernels, with bits and possible stages"
STREAMED: Final = "leadpolicy, Parquet to Parquet"


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


def streamed(setting: Setting) -> Contestant:
    """From file to file; what comes back is read again."""
    import pyarrow.parquet as pq

    made = program(setting.policies)
    session = Session()
    out = Path(tempfile.mkdtemp(prefix="leadpolicy-"), "stages.parquet")

    def run() -> Answer:
        ready = made.prepare(setting.path, PLACES, as_of=NOW, id=KEY, session=session)
        ready.write(out)
        found = answer(pq.read_table(out), ready.layout.stage)
        out.unlink()
        return found

    return run


@lru_cache(maxsize=1)
def load_all(path: Path) -> Any:
    """Everything in memory by our reader."""
    types = {fact: column.type for fact, column in COLUMNS.items()}
    return load(path, types, PLACES, keep=[KEY], programs=[program("ABC")])


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
    for held in (load_all, duckdb_table, polars_frame, pandas_frame):
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

    needed = sorted({place(f) for p in setting.policies for f in program(p).facts})

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
    KERNELS: lambda setting: kernels.contestant(setting.path, setting.policies),
    KERNELS_FULL: lambda setting: kernels.contestant(setting.path, setting.policies, full=True),
    HAND_DUCKDB: hand_duckdb,
    HAND_POLARS: hand_polars,
    HAND_PANDAS: hand_pandas,
    STREAMED: streamed,
}


def entrants(where: str) -> list[str]:
    """Who takes part in a place."""
    absent = {STREAMED} if where == "memory" else {STREAMED, KERNELS, KERNELS_FULL}
    return [name for name in CONTESTANTS if name not in absent]


def many(path: Path, count: int) -> dict[str, Contestant]:
    """Variants of the ladder in memory, beside one query by hand for the ladder."""
    loaded = load_all(path)
    made = TableProgram({label: one.logic for label, one in variants(count).items()})

    def run() -> Answer:
        ready = made.prepare(loaded, as_of=NOW, id=KEY)
        keys, stages = answer(ready.arrow(), ready.layout.stage)
        return keys, {"B": stages["B0"]}

    logics = {label: one.logic for label, one in variants(count).items()}
    return {
        OURS: run,
        KERNELS: kernels.of(kernels.loaded(path), logics, answers={"B": "B0"}),
        HAND_DUCKDB: hand_duckdb(Setting("memory", "B", path)),
    }


def loading(path: Path) -> dict[str, Contestant]:
    """Reading the file into memory: ours is checked and coded, theirs plain."""
    import duckdb
    import polars as pl

    nothing: Answer = (None, {"rows": np.zeros(0)})

    def mine() -> Answer:
        load_all.__wrapped__(path).session.close()
        return nothing

    def by_duckdb() -> Answer:
        connection = duckdb.connect()
        connection.execute(f"CREATE TABLE records AS SELECT * FROM '{path}'")
        connection.close()
        return nothing

    def by_polars() -> Answer:
        pl.read_parquet(path)
        return nothing

    return {
        OURS: mine,
        KERNELS: lambda: (kernels.read(path), nothing)[1],
        HAND_DUCKDB: by_duckdb,
        HAND_POLARS: by_polars,
    }
