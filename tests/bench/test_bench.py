"""The benchmark itself: contestants agree, ratios are of the right figures, goals are judged."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.bench import __main__ as program
from tests.bench import crowd, goals, reading
from tests.bench.contest import HAND_DUCKDB, HAND_POLARS, OURS, OURS_FULL
from tests.bench.measure import Figure, in_turns
from tests.bench.workload import COLUMNS, table_file
from tests.bench_single.peers import PEERS


def test_the_quick_version_writes_figures_and_goals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "figures.json"
    arguments = ["--rows", "2000", "--repeats", "1", "--only", "parquet,memory,loading"]
    code = program.main([*arguments, "--folder", str(tmp_path), "--json", str(written)])
    shown = capsys.readouterr().out
    data = json.loads(written.read_text(encoding="utf-8"))
    assert code == 0
    assert "ABC from memory" in shown
    assert {f["who"] for f in data["figures"]} >= {OURS, OURS_FULL, HAND_DUCKDB, HAND_POLARS}
    assert {goal["met"] for goal in data["goals"]} <= {True, False}
    assert "NOT met" in shown or " met" in shown


def test_a_part_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        program.main(["--only", "parquet,tapes"])
    assert stop.value.code == 2
    assert "tapes" in capsys.readouterr().err


def test_ratios_are_to_the_faster_by_hand() -> None:
    figures = [
        Figure("A from memory", OURS, 10, 0.4),
        Figure("A from memory", OURS_FULL, 10, 2.0),
        Figure("A from memory", HAND_DUCKDB, 10, 1.0),
        Figure("A from memory", HAND_POLARS, 10, 0.8),
        Figure("A from memory", OURS, 99, 7.0),
    ]
    found = {goal.what: goal for goal in goals.judged(figures, 10)}
    ours = found["A from memory, × the faster by hand"]
    assert (ours.measured, ours.bound, ours.met) == (0.5, 0.1, False)
    full = found["A from memory, bits and possible stage, × DuckDB without"]
    assert (full.measured, full.met) == (2.0, False)
    assert len(found) == 2


def test_the_best_peer_is_the_one_to_beat() -> None:
    what = "A: 100 records, engines for one record"
    figures = [
        Figure(what, OURS, 100, 0.01),
        Figure(what, "slow", 100, 9.0),
        Figure(what, "fast", 100, 0.5),
    ]
    (goal,) = goals.judged(figures, 100)
    assert goal.measured == pytest.approx(50.0)
    assert goal.met
    assert "fast" in goal.what


def test_peers_say_what_tables_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "SECONDS", 0.05)
    path = table_file(tmp_path, 300)
    figures, skipped = crowd.rounds(path, 300, "B", 1)
    assert figures[0].who == OURS
    ours = [figure.who for figure in figures if figure.who.startswith(OURS)]
    assert len(figures) + len(skipped) == len(ours) + len(PEERS)
    assert all(figure.seconds > 0 for figure in figures)


def test_contestants_that_differ_are_found() -> None:
    one = {"x": np.array([0, 1])}
    other = {"x": np.array([0, 2])}
    with pytest.raises(AssertionError, match="second differs on x"):
        in_turns({"first": lambda: (None, one), "second": lambda: (None, other)}, 1)


def test_the_table_is_the_one_that_was_promised(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(table_file(tmp_path, 3_000))
    missing = {name: table.column(name).null_count / 3_000 for name in table.column_names[1:]}
    assert len(missing) == len(COLUMNS) >= 24
    assert all(0.15 < share < 0.45 for share in missing.values())


def test_files_are_read_beside_duckdb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--companies", "300", "--repeats", "1", "--folder", str(tmp_path)]
    assert reading.main(arguments) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[1] for line in lines if line[0] == "300"] == ["compare", "DuckDB"]
    assert lines[-1][0] == "ratio"
