"""The history that the benchmark replays is one that the interpreter understands alike."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq

from leadpolicy.data.dataset import open_dataset
from leadpolicy.history.definition import replay_record
from leadpolicy.history.run import replay
from leadpolicy.policy import load_policies
from leadpolicy.policy.load import find
from tests.bench.replay import EIGHT, dataset
from tests.conftest import POLICIES
from tests.history.agreement import by_engine


def test_simulated_events_are_replayed_as_defined(tmp_path: Path) -> None:
    place = dataset(tmp_path, 2_000)
    policies = load_policies([file for name in EIGHT for file in find(name, POLICIES)])
    chronicle = open_dataset(place).chronicle()
    assert len(policies) == 8
    assert (len(chronicle), sum(len(log.at) for log in chronicle.events.values())) == (100, 2_000)
    result = replay(policies, chronicle, accept_snapshot="all")
    found = by_engine(result)
    for number in range(0, 100, 10):
        for label, spans in replay_record(policies, chronicle, number).items():
            assert found[label, number] == spans
    # somebody reaches something, and somebody leaves again
    assert any(span.held for spans in found.values() for span in spans)
    assert any(one.held > other.held for spans in found.values() for one, other in pairwise(spans))


def test_the_same_number_of_events_is_the_same_history(tmp_path: Path) -> None:
    tables = []
    for name in ("one", "other"):
        place = dataset(tmp_path / name, 1_000)
        tables.append(pq.read_table(place / "events.parquet"))
    assert tables[0].equals(tables[1])
    at = tables[0]["at"].to_pylist()
    assert at == sorted(at)
