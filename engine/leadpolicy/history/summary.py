"""A replay in a few numbers: per policy and rung the three readings, each by its name."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from leadpolicy.characters import json_text
from leadpolicy.data.chronicle import NEVER
from leadpolicy.data.tables import Mask
from leadpolicy.history.result import Replay
from leadpolicy.times import from_microseconds
from leadpolicy.types import plain


@dataclass(frozen=True, slots=True)
class RungCounts:
    """Records of one rung under one policy.

    `first_entries`: *first entry* up to the end; `baseline` of them were in it when they were first
    looked at. `current`: in it at the end (*current as of*). `open`: not in it then, and what is
    known leaves open whether they are. `furthest`: got so far and no further (*furthest reached
    by* the end).
    """

    policy: str
    rung: str
    first_entries: int
    baseline: int
    current: int
    open: int
    furthest: int


def rung_counts(replay: Replay) -> list[RungCounts]:
    """Every policy's rungs, lowest first."""
    found: list[RungCounts] = []
    for label, policy in replay.policies.items():
        lines = replay.timelines(label)
        last = lines.end == NEVER
        higher: Mask = np.zeros(len(replay.starts), np.bool_)
        own: list[RungCounts] = []
        for rung in reversed(policy.rungs):
            bits = replay.bits(rung)[label]
            entries = replay.first_entry(rung)[label]
            reached = entries != NEVER
            held = (lines.held & bits) != 0
            counts = RungCounts(
                label,
                rung,
                int(reached.sum()),
                int(replay.baseline(entries).sum()),
                int((last & held).sum()),
                int((last & ~held & ((lines.open & bits) != 0)).sum()),
                int((reached & ~higher).sum()),
            )
            own.insert(0, counts)
            higher |= reached
        found += own
    return found


def as_dict(replay: Replay) -> dict[str, Any]:
    """The summary as plain data."""
    return {
        "dataset": replay.chronicle.dataset.name,
        "engine": replay.engine,
        "until": plain(from_microseconds(replay.until)),
        "records": len(replay),
        "not_there_by_then": len(replay.starts) - len(replay),
        "evaluation_points": replay.points,
        "spans": replay.spans.num_rows,
        "policies": [
            {
                "policy": label,
                "identity": policy.identity,
                "stages": [stage.name for stage in policy.stages],
                "known_only_as_of_today": list(replay.badges.get(label, ())),
            }
            for label, policy in replay.policies.items()
        ],
        "rungs": [asdict(counts) for counts in rung_counts(replay)],
        **replay.chronicle.quarantine.to_dict(replay.chronicle.tables),
        "notes": list(replay.notes),
    }


def as_json(replay: Replay) -> str:
    """The summary as JSON."""
    return json_text(as_dict(replay))
