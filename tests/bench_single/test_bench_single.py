"""The benchmark measures what it says: everybody gives the same stages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadpolicy.backends.closure import compile_logic
from tests.bench_single import byhand, measure, peers
from tests.bench_single.timing import in_turns
from tests.bench_single.workload import NOW, policies, samples

RECORDS = samples(4_000)


@pytest.mark.parametrize("name", byhand.BY_HAND)
def test_python_by_hand_gives_the_same_stages(name: str) -> None:
    closure = compile_logic(policies()[name].logic)
    stages = [closure.stage(s.facts, s.events, NOW) for s in RECORDS]
    assert stages == [byhand.BY_HAND[name](s.flat) for s in RECORDS]
    assert len(set(stages)) >= 3


def test_events_by_hand_give_the_same_stages() -> None:
    closure = compile_logic(policies()["events"].logic)
    stages = [closure.stage(s.facts, s.events, NOW) for s in RECORDS]
    assert stages == [byhand.events(s.events, NOW) for s in RECORDS]
    assert len(set(stages)) == 3


@pytest.mark.parametrize("peer", peers.PEERS)
def test_peers_give_the_same_stages(peer: str) -> None:
    if not peers.installed(peer):
        pytest.skip(f"{peer} is not installed (it is measured where it is)")
    for name in byhand.BY_HAND:
        logic = policies()[name].logic
        closure, run = compile_logic(logic), peers.PEERS[peer][1](logic)
        some = [s for s in RECORDS if closure.stage(s.facts, s.events, NOW) >= 0][:15]
        for sample in (*some, *RECORDS[:10]):
            assert run(sample.flat) == closure.stage(sample.facts, sample.events, NOW)


def test_turns_are_interleaved_and_compared() -> None:
    order: list[str] = []
    tasks = {name: (lambda n, name=name: order.append(name)) for name in "ab"}
    timings = in_turns(tasks, rounds=3, turn=1e-9)
    rounds = [order[-12:][n : n + 4] for n in (0, 4, 8)]
    assert all(sorted(turn) == ["a", "a", "b", "b"] for turn in rounds)
    assert timings["a"].ratios["a"] == 1.0


def test_rows_can_be_written_as_json(tmp_path: Path) -> None:
    rows = measure.events(rounds=1, count=30)
    assert {row.what for row in rows} >= {measure.BY_HAND, measure.CLOSURE}
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([row.median_us for row in rows]), encoding="utf-8")
    assert all(value > 0 for value in json.loads(path.read_text(encoding="utf-8")))
