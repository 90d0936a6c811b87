"""Timelines as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadpolicy.data.chronicle import NEVER
from leadpolicy.files import writing

if TYPE_CHECKING:
    from leadpolicy.data.tables import Rows
    from leadpolicy.history.result import Replay


def write_timelines(replay: Replay, path: Path) -> None:
    """A row for each stretch of time in which nothing changes for a record under a policy.

    ==========  ==================================================================================
    column      what
    ==========  ==================================================================================
    policy      the policy's label
    id          the record's id
    begin, end  from when to when, as timestamps in UTC; an end that did not come is empty
    baseline    whether this was found at the first look at the record
    stage       the last stage that holds; empty for none
    possible    the last stage that holds or may hold; empty for none
    holding     the names of all stages that hold
    open        the names of all stages of which what is known does not decide
    ==========  ==================================================================================

    The file's metadata hold, under `leadpolicy`, each policy's identity, its stages, and the facts
    that it takes as they are today.
    """
    ids = pa.array(list(replay.chronicle.ids), pa.string())
    batches = (replay.spans.to_batches(max_chunksize=1 << 20)) or [_none(replay)]
    with writing(path) as part:
        parts = (_readable(batch, replay, ids) for batch in batches)
        first = next(parts)
        with pq.ParquetWriter(part, first.schema) as writer:
            for one in (first, *parts):
                writer.write_table(one)


class _Names:
    """The names of stages, for rows of several policies."""

    def __init__(self, replay: Replay, policy: Rows) -> None:
        self.ladders = [[s.name for s in one.stages] for one in replay.policies.values()]
        self.every = list(dict.fromkeys(name for ladder in self.ladders for name in ladder))
        self.policy = policy

    def one(self, codes: Rows) -> pa.Array:
        """The stage of a code, from 1; nothing for 0."""
        longest = max(map(len, self.ladders))
        place = np.zeros((len(self.ladders), longest + 1), np.int32)
        for row, ladder in enumerate(self.ladders):
            place[row, 1 : len(ladder) + 1] = [self.every.index(name) for name in ladder]
        indices = pa.array(place[self.policy, codes], mask=codes == 0)
        return pa.DictionaryArray.from_arrays(indices, pa.array(self.every, pa.string()))

    def several(self, bits: Rows) -> pa.Array:
        """The stages of which a bit is set; what is alike is named once."""
        lists: list[list[str]] = []
        place = np.zeros(len(bits), np.int64)
        for number, ladder in enumerate(self.ladders):
            rows = self.policy == number
            distinct, inverse = np.unique(bits[rows], return_inverse=True)
            place[rows] = inverse + len(lists)
            lists += [
                [name for at, name in enumerate(ladder) if word >> at & 1]
                for word in distinct.tolist()
            ]
        return pa.array(lists, pa.list_(pa.string())).take(pa.array(place))


def _none(replay: Replay) -> pa.RecordBatch:
    schema = replay.spans.schema
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)


def _readable(batch: pa.RecordBatch, replay: Replay, ids: pa.Array) -> pa.Table:
    records = batch.column("record").to_numpy()
    begin, end = (batch.column(name).to_numpy() for name in ("begin", "end"))
    moment = pa.timestamp("us", tz="UTC")
    id = pa.DictionaryArray.from_arrays(pa.array(records.astype(np.int32)), ids)
    held, maybe = (batch.column(name).to_numpy() for name in ("held", "open"))
    names = _Names(replay, batch.column("policy").indices.to_numpy())
    columns = {
        "policy": batch.column("policy"),
        "id": id,
        "begin": pa.array(begin).cast(moment),
        "end": pa.array(end, mask=end == NEVER).cast(moment),
        "baseline": begin == replay.starts[records],
        "stage": names.one(batch.column("stage").to_numpy()),
        "possible": names.one(batch.column("possible").to_numpy()),
        "holding": names.several(held),
        "open": names.several(maybe & ~held),
    }
    about = {
        label: {
            "identity": policy.identity,
            "stages": [stage.name for stage in policy.stages],
            "as_they_are_today": list(replay.badges.get(label, ())),
        }
        for label, policy in replay.policies.items()
    }
    return pa.table(columns).replace_schema_metadata({"leadpolicy": json.dumps(about)})
