"""The same seed gives the same history, however much of it is asked for."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from leadpolicy.simulate import scenarios
from leadpolicy.simulate.model import BLOCK
from leadpolicy.simulate.write import TABLES, draw_block, files, write_history
from tests.conftest import FIXTURES
from tests.simulate.reading import read_cases, read_tables


def written(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files("csv")}


def test_same_seed_same_bytes_other_seed_other_rows(tmp_path: Path) -> None:
    for name, seed in (("first", 5), ("again", 5), ("other", 6)):
        write_history(tmp_path / name, seed=seed, companies=400)
    assert written(tmp_path / "first") == written(tmp_path / "again")
    first, other = read_tables(tmp_path / "first"), read_tables(tmp_path / "other")
    assert all(first[name] != other[name] for name in TABLES)


def test_gzip_holds_no_time_and_no_name(tmp_path: Path) -> None:
    write_history(tmp_path, seed=5, companies=300)
    header = (tmp_path / "events.csv.gz").read_bytes()[:10]
    assert header[4:8] == b"\0\0\0\0"  # modification time
    assert header[3] == 0  # no flags: no file name follows


def test_a_short_history_is_the_beginning_of_a_long_one() -> None:
    short, long = draw_block(5, 0, 1000), draw_block(5, 0, 2500)
    for name in TABLES:
        ids = long.tables[name]["company_id"]
        rows = sum(company <= "C0001000" for company in ids)
        for column, values in short.tables[name].items():
            kept = [v for v, c in zip(long.tables[name][column], ids, strict=True)
                    if c <= "C0001000"]  # fmt: skip
            own = [v for v, c in zip(values, short.tables[name]["company_id"], strict=True)
                   if c <= "C0001000"]  # fmt: skip
            assert own == kept, (name, column)
        assert rows >= (1000 if name == "companies" else 100)


def test_blocks_follow_one_another(tmp_path: Path) -> None:
    summary = write_history(tmp_path, seed=5, companies=BLOCK + 50)
    text = gzip.decompress((tmp_path / "companies.csv.gz").read_bytes()).decode()
    ids = [line.partition(",")[0] for line in text.splitlines()]
    assert ids.count("company_id") == 1
    assert ids[-1] == f"C{BLOCK + 50:07d}"
    assert summary.companies == BLOCK + 50
    alone = draw_block(5, 1, 50)
    assert ids[-50:] == alone.tables["companies"]["company_id"]
    assert not alone.scripted.any()


def test_parquet_holds_the_same_cells(tmp_path: Path) -> None:
    write_history(tmp_path / "csv", seed=5, companies=300)
    write_history(tmp_path / "parquet", seed=5, companies=300, format="parquet")
    for name, rows in read_tables(tmp_path / "csv").items():
        table = pq.read_table(tmp_path / "parquet" / f"{name}.parquet")
        assert [{k: v or "" for k, v in row.items()} for row in table.to_pylist()] == rows
    mapping = (tmp_path / "parquet" / "dataset.yaml").read_text(encoding="utf-8")
    assert "companies.parquet" in mapping
    assert ".csv" not in mapping


@pytest.mark.parametrize("name", ["first", "all"])
def test_fewest_companies_hold_every_case(tmp_path: Path, name: str) -> None:
    count = scenarios.FEWEST_COMPANIES if name == "first" else 700
    write_history(tmp_path, seed=5, companies=count)
    cases = read_cases(tmp_path)
    assert set(cases) == {scenario.name for scenario in scenarios.SCENARIOS}
    copies = {len(companies) for companies in cases.values()}
    assert copies == ({1} if name == "first" else {scenarios.COPIES})


def test_bundled_history_is_what_the_command_writes(tmp_path: Path) -> None:
    demo = FIXTURES / "demo"
    write_history(tmp_path, seed=2024, companies=3000)
    assert read_tables(tmp_path) == read_tables(demo)
    for name in ("dataset.yaml", "edge_cases.csv", "ground_truth.yaml", "README.md"):
        fresh, bundled = tmp_path / name, demo / name
        assert fresh.read_text(encoding="utf-8") == bundled.read_text(encoding="utf-8"), (
            f"{name} is out of date: "
            "leadpolicy simulate --seed 2024 --companies 3000 --out fixtures/demo --force"
        )


def test_bundled_history_is_small() -> None:
    sizes = [path.stat().st_size for path in (FIXTURES / "demo").iterdir()]
    assert sum(sizes) < 3 * 2**20
