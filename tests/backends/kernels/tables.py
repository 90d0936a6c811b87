"""Records as coded tables, and what the kernels say of them, as verdicts of the interpreter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from leadpolicy.backends.interpreter import Verdicts
from leadpolicy.backends.kernels.program import KernelAnswers, KernelProgram
from leadpolicy.backends.sql.session import Session
from leadpolicy.logic.terms import Logic
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth
from leadpolicy.vocabulary import Record
from tests.backends.sql.tables import MOMENT, columns_of, events_of, last

_TRUTHS = (FALSE, UNKNOWN, TRUE)


def answers(
    logics: Mapping[str, Logic],
    records: Sequence[Record],
    moments: Sequence[datetime],
    session: Session | None = None,
    *,
    full: bool = True,
) -> KernelAnswers:
    """Everything about the records, each at its moment, out of one table."""
    program = KernelProgram(logics, full=full)
    columns, places = columns_of("", program.facts, [record.facts for record in records])
    columns["id"] = pa.array([str(i) for i in range(len(records))])
    columns["now"] = pa.array(moments, MOMENT)
    tables = {}
    for kind, attributes in program.attributes().items():
        tables[kind] = events_of(kind, attributes, records)
        logs = [record.events.get(kind) for record in records]
        columns[f"log {kind}"] = pa.array([log is not None for log in logs])
        columns[f"since {kind}"] = pa.array([log and log.since for log in logs], MOMENT)
    loaded = program.load(
        pa.table(columns), places, id="id", events=tables, moments=["now"], session=session
    )
    found = program.run(loaded, moments[0] if len(set(moments)) == 1 else "now")
    assert found.ids is not None
    assert found.ids.tolist() == [str(i) for i in range(len(records))]
    return found


def run_table(
    logics: Mapping[str, Logic],
    records: Sequence[Record],
    moments: Sequence[datetime],
    session: Session | None = None,
) -> dict[str, list[Verdicts]]:
    """The verdicts of each policy on each record; stages must say the same."""
    found = answers(logics, records, moments, session)
    rows: list[list[Truth]] = []
    for place in range(len(found.holds)):
        truths = [_TRUTHS[code] for code in found.truths(place).tolist()]
        rows.append(truths)
    verdicts: dict[str, list[Verdicts]] = {}
    for label in logics:
        criteria, stages = found.criteria[label], found.stages[label]
        verdicts[label] = [
            Verdicts(
                tuple(rows[place][number] for place in criteria),
                tuple(rows[place][number] for place in stages),
            )
            for number in range(len(records))
        ]
        codes: list[tuple[Any, Any]] = list(
            zip(found.stage[label].tolist(), found.possible[label].tolist(), strict=True)
        )
        expected = [(last(v.stages, TRUE), last(v.stages, UNKNOWN)) for v in verdicts[label]]
        assert codes == expected
    return verdicts


def stages_alone(
    logics: Mapping[str, Logic],
    records: Sequence[Record],
    as_of: datetime,
    session: Session | None = None,
) -> dict[str, list[int]]:
    """Stage codes where nothing else is asked for, with one moment for all."""
    found = answers(logics, records, [as_of] * len(records), session, full=False)
    return {label: codes.tolist() for label, codes in found.stage.items()}


def verdicts(logic: Logic, record: Record, as_of: datetime) -> Verdicts:
    """One record as a table of one row."""
    return run_table({"policy": logic}, [record], [as_of])["policy"][0]
