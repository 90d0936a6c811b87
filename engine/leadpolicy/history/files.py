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
    from leadpolicy.history.result import Replay


def write_timelines(replay: Replay, path: Path) -> None:
    """The spans with the records' ids and moments as timestamps; an end that did not come is
    empty. `baseline` marks the spans that were found at the first look at a record.

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


def _none(replay: Replay) -> pa.RecordBatch:
    schema = replay.spans.schema
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)


def _readable(batch: pa.RecordBatch, replay: Replay, ids: pa.Array) -> pa.Table:
    records = batch.column("record").to_numpy()
    begin, end = (batch.column(name).to_numpy() for name in ("begin", "end"))
    moment = pa.timestamp("us", tz="UTC")
    id = pa.DictionaryArray.from_arrays(pa.array(records.astype(np.int32)), ids)
    columns = {
        "policy": batch.column("policy"),
        "record": batch.column("record"),
        "id": id,
        "begin": pa.array(begin).cast(moment),
        "end": pa.array(end, mask=end == NEVER).cast(moment),
        "baseline": begin == replay.starts[records],
        **{name: batch.column(name) for name in ("stage", "possible", "held", "open")},
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
