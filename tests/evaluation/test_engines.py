"""All engines say the same of every record, whichever way the records come."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from leadpolicy.data.dataset import open_dataset
from leadpolicy.data.frames import from_frame
from leadpolicy.evaluation.verdicts import verdicts_of
from leadpolicy.policy import Policy, load_policies
from leadpolicy.vocabulary import load_vocabulary
from tests.comparison.world import World
from tests.conftest import FIXTURES, POLICIES

if TYPE_CHECKING:
    from leadpolicy.data.recordset import RecordSet
    from leadpolicy.evaluation.verdicts import RecordVerdicts

REAL = ("bpi2012", "uci_bank", "olist")
MOST = 1_500
"""Records of a real data set that the interpreter looks at here."""


def every_version() -> list[Policy]:
    """All versions of all policies, those with parameters also with others."""
    found = [load_policies([path])[0] for path in sorted(POLICIES.glob("*/[0-9]*.yaml"))]
    assert len(found) > 10
    b2b = next(policy for policy in found if policy.id == "b2b-international")
    return [*found, b2b.with_parameters(min_employees=50)]


FAST = ("closure", "kernels", "sql")


def assert_same(data: RecordSet, policies: list[Policy]) -> RecordVerdicts:
    slow = verdicts_of(policies, data, engine="interpreter")
    for engine in FAST:
        fast = verdicts_of(policies, data, engine=engine)
        assert fast.engine == engine
        compared(fast, slow)
    return slow


def compared(fast: RecordVerdicts, slow: RecordVerdicts) -> None:
    assert [one.label for one in fast.policies] == [one.label for one in slow.policies]
    for one, other in zip(fast.policies, slow.policies, strict=True):
        assert one.stages.dtype == np.int8
        assert one.stages.tolist() == other.stages.tolist(), one.label
        assert one.criteria.tolist() == other.criteria.tolist(), one.label
        assert one.patterns.tolist() == other.patterns.tolist()
        assert one.pattern_of.tolist() == other.pattern_of.tolist()
    assert fast.ids == slow.ids
    assert fast.outcomes.tolist() == slow.outcomes.tolist()


@pytest.mark.parametrize("name", ["demo", "example"])
def test_the_bundled_histories(name: str) -> None:
    found = assert_same(open_dataset(FIXTURES / name).records(), every_version())
    assert len(found) > 0


def test_a_moment_for_each_record() -> None:
    data = open_dataset(FIXTURES / "demo").records("30 days after entry")
    assert len(set(data.moments)) > 10
    assert_same(data, every_version())


@pytest.mark.parametrize("name", REAL)
def test_real_data(name: str, real_data: Path) -> None:
    assert real_data.is_dir()
    data = open_dataset(FIXTURES / name).records()
    assert_same(few(data, MOST), every_version())


def few(data: RecordSet, most: int) -> RecordSet:
    """Some of the records, spread over all."""
    from dataclasses import replace

    from leadpolicy.data.chronicle import Coded, Events

    chosen = np.unique(np.linspace(0, len(data) - 1, most).astype(np.int64))
    place = np.full(len(data), -1, dtype=np.int64)
    place[chosen] = np.arange(len(chosen))

    def events(given: Events) -> Events:
        kept = place[given.records] >= 0
        attributes = {
            name: Coded(c.type, c.codes[kept], c.values) for name, c in given.attributes.items()
        }
        return Events(
            place[given.records[kept]],
            given.at[kept],
            attributes,
            None,
            None if given.since is None else given.since[chosen],
            None if given.recorded is None else given.recorded[chosen],
        )

    numbers = chosen.tolist()
    return replace(
        data,
        ids=[data.ids[n] for n in numbers],
        moments=[data.moments[n] for n in numbers],
        records=[data.records[n] for n in numbers],
        outcomes=[data.outcomes[n] for n in numbers],
        columns={n: Coded(c.type, c.codes[chosen], c.values) for n, c in data.columns.items()},
        logs={kind: events(log) for kind, log in data.logs.items()},
        at=data.at[chosen],
    )


STRANGE = """\
vocabulary: 1
facts:
  x.flag: {type: boolean, phrase: p, ask: a, owner: data, point_in_time: yes}
  x.count: {type: integer, phrase: p, ask: a, owner: data, point_in_time: yes}
  x.score: {type: number, phrase: p, ask: a, owner: data, point_in_time: yes}
  x.money: {type: money, currency: EUR, phrase: p, ask: a, owner: data, point_in_time: yes}
  x.word: {type: text, phrase: p, ask: a, owner: data, point_in_time: yes}
  x.kind: {type: choice, values: [b, a, "it's \\"1\\""], phrase: p, ask: a, owner: data,
           point_in_time: yes}
  x.step: {type: level, values: [low, mid, high], phrase: p, ask: a, owner: data,
           point_in_time: yes}
  x.tools: {type: choices, values: [crm, erp], phrase: p, ask: a, owner: data, point_in_time: yes}
  x.day: {type: date, phrase: p, ask: a, owner: data, point_in_time: yes}
  x.seen: {type: moment, phrase: p, ask: a, owner: data, point_in_time: yes}
events:
  met:
    phrase: met us
    ask: a
    owner: data
    attributes:
      kind: {type: choice, values: [fair, call], phrase: kind}
      people: {type: integer, phrase: people}
"""

ASKING = """\
policy: 'asking'
version: 1.0.0
title: Asks every type
organization: Nobody
vocabulary: 1
grain: company
criteria:
  flag: {says: s, x.flag: true}
  count: {says: s, x.count: {at_least: 20}}
  score: {says: s, x.score: {below: 0.5}}
  same: {says: s, x.score: {above: {fact: x.count, times: 0.02}}}
  money: {says: s, x.money: {above: 1000}}
  word: {says: s, x.word: {starts_with: "ä"}}
  kind: {says: s, x.kind: [a, "it's \\"1\\""]}
  step: {says: s, x.step: {at_least: mid}}
  tools: {says: s, x.tools: {contains: crm}}
  day: {says: s, x.day: {within_last: 7 days}}
  seen: {says: s, x.seen: {after: 2026-02-27T12:00}}
  met: {says: s, happened: met, within: 7 days}
  met_many: {says: s, happened: met, within: ever, where: {people: {at_least: 3}}}
  met_fair: {says: s, happened: met, within: ever, at_least: 2, where: {kind: fair}}
stages:
  - {stage: some, requires: nothing, when: {at_least: 3, of: [flag, count, score, money, word]}}
  - {stage: other, requires: nothing, when: {any: [kind, step, tools, met_fair]}}
  - {stage: most, requires: some, when: {all: [day, seen, {none: [met]}, {any: [met_many, same]}]}}
"""

COLUMNS: dict[str, list[Any]] = {
    "id": ["a", "b'; DROP TABLE c; --", "c", "d", "e"],
    "x.flag": [True, False, None, True, None],
    "x.count": ["20", "11-50", None, "19", "51+"],
    "x.score": [0.5, -0.0, None, 0.1, 2.0],
    "x.money": ["EUR 1000", "USD 7", None, "1000.01", "EUR 500-2000"],
    "x.word": ["äb", "a\u0308b", "", None, "x"],
    "x.kind": ["b", "a", 'it\'s "1"', None, None],
    "x.step": ["low", "mid", "high", None, "mid"],
    "x.tools": [["crm"], ["erp", "crm"], [], None, ["erp"]],
    "x.day": ["2026-02-23", "2026-02-22", None, "2026-03-01", "2026-03-02"],
    "x.seen": ["2026-02-27T12:00", "2026-02-27T12:00:01", None, "2026-03-01", "2025-01-01"],
}


def strange(tmp_path: Path) -> tuple[RecordSet, Policy]:
    from leadpolicy.policy import parse_policy

    file = tmp_path / "vocabulary.yaml"
    file.write_text(STRANGE, encoding="utf-8")
    vocabulary = load_vocabulary(file)
    events = pd.DataFrame(
        [
            {"id": "a", "event": "met", "at": "2026-02-28", "kind": "fair", "people": "2-5"},
            {"id": "a", "event": "met", "at": None, "kind": "fair", "people": None},
            {"id": "c", "event": "met", "at": None, "kind": None, "people": "3"},
            {"id": "d", "event": "met", "at": "2026-01-01", "kind": "call", "people": "1-2"},
        ]
    )
    frame = pd.DataFrame({name: pd.Series(v, dtype=object) for name, v in COLUMNS.items()})
    data = from_frame(frame, vocabulary, id="id", as_of="2026-03-01", events=events)
    assert len(data.quarantine) == 0
    return data, parse_policy(ASKING, vocabulary)


def test_every_type_with_missing_and_strange_values(tmp_path: Path) -> None:
    data, policy = strange(tmp_path)
    found = assert_same(data, [policy])["asking"]
    by_name = dict(zip(policy.criteria, found.criteria.T.tolist(), strict=True))
    assert by_name["count"] == [2, 1, 1, 0, 2]
    assert by_name["money"] == [0, 1, 1, 2, 1]
    assert by_name["word"] == [2, 2, 1, 1, 0], "an empty cell is a missing one"
    assert by_name["day"] == [2, 0, 1, 2, 0]
    assert by_name["met_many"] == [1, 0, 2, 0, 0]


def test_no_policy_and_no_record(world: World) -> None:
    assert verdicts_of([], world.records()).policies == ()
    assert_same(world.records(), [world.wide, world.narrow, world.odd])
