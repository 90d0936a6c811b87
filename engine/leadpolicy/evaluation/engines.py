"""Many records under several policies, by the engine of choice; they all say the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from leadpolicy.backends import (
    AUTO,
    Answers,
    Engine,
    EngineTable,
    OneByOne,
    all_at_once,
    engine_name,
    one_by_one,
    ready,
)
from leadpolicy.backends.columns import Columns, Listed, asked, records_of
from leadpolicy.policy.model import Policy
from leadpolicy.times import from_microseconds

if TYPE_CHECKING:
    from datetime import datetime

    from leadpolicy.backends import Logics
    from leadpolicy.data.recordset import RecordSet
    from leadpolicy.vocabulary.record import Record

Progress = Callable[[str, int, int], None]
STEP: Final = 200
"""Records between two reports of progress."""


def logics_of(policies: Mapping[str, Policy]) -> Logics:
    """What engines understand of policies."""
    return {label: policy.logic for label, policy in policies.items()}


def opened(policies: Mapping[str, Policy], engine: str) -> Engine:
    """The engine of this name, once it has said that it can say all policies.

    Raises `LeadpolicyError` (LP511, LP512).
    """
    return ready(engine, logics_of(policies), lambda: {n: p.spans for n, p in policies.items()})


def columns_of(data: RecordSet) -> Columns:
    """The records of a data set as engines take them."""
    return Columns(data.columns, data.logs, data.at)


def of_records(
    policies: Mapping[str, Policy],
    data: RecordSet,
    engine: str = AUTO,
    progress: Progress | None = None,
) -> tuple[Answers, str]:
    """What policies say of every record of a data set, and the engine that said it.

    Raises `LeadpolicyError`.
    """
    name = engine_name(engine)
    running = opened(policies, name)
    if not policies or not len(data):
        return _nothing(policies, len(data)), name
    single = one_by_one(running)
    if single is not None:
        return by_record(single, policies, data.records, data.moments, progress), name
    return all_at_once(running).of_columns(logics_of(policies), columns_of(data), progress), name


def of_table(
    policies: Mapping[str, Policy],
    table: EngineTable,
    engine: str,
    progress: Progress | None = None,
) -> tuple[Answers, Sequence[object] | None]:
    """What policies say of every row of a table, and, with `table.id`, the rows' keys.

    Raises `LeadpolicyError`.
    """
    from leadpolicy.backends.kernels.engine import rows_of

    running = opened(policies, engine)
    single = one_by_one(running)
    if single is not None:
        columns, keys = rows_of(logics_of(policies), table)
        ids = None if keys is None else keys.tolist()
        moments = [from_microseconds(int(at)) for at in columns.moments]
        found: Answers = by_record(single, policies, records_of(columns, ids), moments, progress)
        return found, ids
    return all_at_once(running).of_table(logics_of(policies), table, progress), None


def by_record(
    engine: OneByOne,
    policies: Mapping[str, Policy],
    records: Sequence[Record],
    moments: Sequence[datetime],
    progress: Progress | None = None,
) -> Listed:
    """Record after record."""
    done = {label: number * len(records) for number, label in enumerate(policies)}

    def told(label: str, row: int) -> None:
        if progress is not None and row % STEP == 0:
            progress(f"evaluating {label}", done[label] + row, len(policies) * len(records))

    def verdicts(label: str, record: Record, moment: datetime) -> tuple[Sequence[int], ...]:
        said = engine.verdicts(policies[label].logic, record, moment)
        return said.stages, said.criteria

    sizes = {label: (len(p.stages), len(p.criteria)) for label, p in policies.items()}
    return asked(records, moments, sizes, verdicts, told)  # type: ignore[arg-type]


def _nothing(policies: Mapping[str, Policy], records: int) -> Listed:
    def none(things: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
        return np.zeros((records, things), np.int8)

    return Listed(
        records,
        {label: none(len(policy.stages)) for label, policy in policies.items()},
        {label: none(len(policy.criteria)) for label, policy in policies.items()},
    )
