"""Records made one by one, as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from leadpolicy.data.chronicle import ALWAYS, MISSING, UNDATED, Coded, Events
from leadpolicy.data.moments import microseconds

if TYPE_CHECKING:
    from leadpolicy.types import Type, Value
    from leadpolicy.vocabulary.model import Vocabulary
    from leadpolicy.vocabulary.record import Record


def facts_of(records: Sequence[Record], vocabulary: Vocabulary) -> dict[str, Coded]:
    """A column for every fact that a record knows."""
    names = sorted({name for record in records for name in record.facts})
    return {
        name: coded([record.facts.get(name) for record in records], vocabulary.facts[name].type)
        for name in names
    }


def coded(values: Sequence[Value | None], kind: Type) -> Coded:
    """Values with a code for each that is different."""
    seen: dict[object, int] = {}
    codes = [MISSING if v is None else seen.setdefault(v, len(seen)) for v in values]
    return Coded(kind, np.array(codes, dtype=np.int32), list(seen))  # type: ignore[arg-type]


def logs_of(records: Sequence[Record], vocabulary: Vocabulary) -> Mapping[str, Events]:
    """The events of every kind that has a log."""
    kinds = sorted({kind for record in records for kind in record.events})
    return {kind: _log(records, kind, vocabulary) for kind in kinds}


def _log(records: Sequence[Record], kind: str, vocabulary: Vocabulary) -> Events:
    logs = [record.events.get(kind) for record in records]
    rows = [(n, h) for n, log in enumerate(logs) if log is not None for h in log.happenings]
    since = [
        ALWAYS if log is None or log.since is None else microseconds(log.since) for log in logs
    ]
    return Events(
        np.array([n for n, _ in rows], dtype=np.int64),
        np.array(
            [UNDATED if h.at is None else microseconds(h.at) for _, h in rows], dtype=np.int64
        ),
        {
            name: coded([h.details.get(name) for _, h in rows], attribute.type)
            for name, attribute in vocabulary.events[kind].attributes.items()
        },
        None,
        np.array(since, dtype=np.int64),
        np.array([log is not None for log in logs], dtype=np.bool_),
    )
