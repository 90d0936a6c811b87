"""What a cube says of every record is what the interpreter says, under every move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.comparison.cubes.cube import Cube, cube
from leadpolicy.comparison.cubes.scan import CubeTable
from leadpolicy.data.recordset import RecordSet
from leadpolicy.policy import Policy
from leadpolicy.vocabulary import Record
from tests.backends.sql.tables import MOMENT, columns_of, events_of
from tests.comparison import cube_drafts
from tests.comparison.cube_drafts import NOW, SETTINGS

if TYPE_CHECKING:
    import pandas as pd

    from leadpolicy.data.dataset import Dataset

WORDS = cube_drafts.vocabulary()
slow = settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))


class Few(RecordSet):
    """Records that no data set told, and the part of their set that a scan looks at."""

    def __init__(self, records: Sequence[Record], outcomes: Sequence[bool | None]) -> None:
        super().__init__(
            dataset=cast("Dataset", None), ids=[str(place) for place in range(len(records))],
            moments=[NOW] * len(records), records=records, outcomes=list(outcomes),
        )  # fmt: skip

    def segment(self, fact: str) -> list[str]:
        return [str(record.facts.get(fact, "(unknown)")) for record in self.records]

    def segments(self, fact: str) -> list[str]:
        return sorted(set(self.segment(fact)))


def verdicts_by_record(made: Cube, label: str, move: Mapping[str, Any]) -> dict[str, list[int]]:
    """A verdict per stage for every record; the cube keeps all ids as examples."""
    view = made.move(label, **move)
    found: dict[str, list[int]] = {}
    for group in range(len(made)):
        ids = [ids[group] for ids in made.groups.examples if ids[group] is not None]
        assert len(ids) == made.groups.counts[group]
        for one in ids:
            found[str(one)] = [int(stage[group]) for stage in view.verdicts]
    return found


def as_the_interpreter(policy: Policy, few: Few, move: Mapping[str, Any]) -> dict[str, list[int]]:
    changed = policy.with_parameters(**move)
    return {
        id: [int(truth) for truth in verdicts(changed.logic, record, NOW).stages]
        for id, record in zip(few.ids, few.records, strict=True)
    }


@slow
@given(st.data())
def test_every_record_after_every_move(data: st.DataObject) -> None:
    policies = [data.draw(cube_drafts.policies(WORDS)) for _ in range(data.draw(st.integers(1, 2)))]
    records = data.draw(st.lists(cube_drafts.records(), min_size=1, max_size=12))
    outcomes = [data.draw(st.sampled_from([True, False, None])) for _ in records]
    free = data.draw(st.sets(st.sampled_from(sorted(SETTINGS)), min_size=1))
    few = Few(records, outcomes)
    made = cube(
        dict(zip("AB", policies, strict=False)), few, engine="interpreter",
        parameters={name: SETTINGS[name] for name in free}, segments=["a.c"],
        examples=len(records),
    )  # fmt: skip
    assert made.records == len(records)
    for label, policy in made.policies.items():
        for _ in range(4):
            move = {n: v for n, v in data.draw(cube_drafts.moves).items() if n in free}
            expected = as_the_interpreter(policy, few, move)
            assert verdicts_by_record(made, label, move) == expected
            volumes = made.move(label, **move).volumes().set_index(["kind", "name"])
            for place, stage in enumerate(policy.stages):
                row = cast("pd.Series", volumes.loc[("stage", stage.name)])
                said = [verdicts[place] for verdicts in expected.values()]
                counts = tuple(row[["refused", "unknown", "certain"]])
                assert counts == tuple(map(said.count, (0, 1, 2)))


@settings(slow, max_examples=3)
@given(st.data())
def test_a_table_gives_the_same_groups(data: st.DataObject) -> None:
    policy = data.draw(cube_drafts.policies(WORDS))
    records = data.draw(st.lists(cube_drafts.records(), min_size=1, max_size=12))
    few = Few(records, [None] * len(records))
    made = cube({"A": policy}, table(records, few.ids), parameters=SETTINGS, examples=len(records))
    for _ in range(3):
        move = data.draw(cube_drafts.moves)
        assert verdicts_by_record(made, "A", move) == as_the_interpreter(policy, few, move)


def table(records: Sequence[Record], ids: Sequence[str]) -> CubeTable:
    """The records as a table, with their logs beside it."""
    types = {name: fact.type for name, fact in WORDS.facts.items()}
    columns, places = columns_of("", types, [record.facts for record in records])
    columns["id"] = pa.array(ids)
    attributes = {name: a.type for name, a in WORDS.events["called"].attributes.items()}
    events = {"called": events_of("called", attributes, records)}
    logs = [record.events.get("called") for record in records]
    columns["log called"] = pa.array([log is not None for log in logs])
    columns["since called"] = pa.array([log and log.since for log in logs], MOMENT)
    return CubeTable(pa.table(columns), NOW, places, id="id", events=events)


def test_no_records_are_no_error() -> None:
    policy = cube_drafts.small(WORDS)
    made = cube(
        {"A": policy},
        Few([], []),
        engine="interpreter",
        parameters={"low": SETTINGS["low"]},
    )
    assert made.records == 0
    assert made.move("A", low=5).volumes()["certain"].tolist() == [0, 0]
    assert made.move("A", low=5).outcomes()["rate"].isna().all()
