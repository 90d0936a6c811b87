"""Records as tables, so that what is said of records one by one can be asked of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from leadpolicy.backends import Between, EventTable, Place
from leadpolicy.backends.interpreter import Verdicts
from leadpolicy.backends.sql.emit import WORD, Bit
from leadpolicy.backends.sql.plan import ResultLayout
from leadpolicy.backends.sql.program import TableProgram
from leadpolicy.backends.sql.session import Session
from leadpolicy.logic.terms import Logic
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth
from leadpolicy.types import NUMERIC, Kind, Range, Type, Value
from leadpolicy.vocabulary import Record

MOMENT = pa.timestamp("us", tz="UTC")
STORED = {
    Kind.BOOLEAN: pa.bool_(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.MONEY: pa.float64(),
    Kind.TEXT: pa.string(),
    Kind.CHOICE: pa.string(),
    Kind.LEVEL: pa.string(),
    Kind.CHOICES: pa.list_(pa.string()),
    Kind.DATE: pa.date32(),
    Kind.MOMENT: MOMENT,
}


def columns_of(
    prefix: str, facts: Mapping[str, Type], rows: Sequence[Mapping[str, Value]]
) -> tuple[dict[str, pa.Array], dict[str, Place]]:
    """A column per fact; numbers get three, as any of them may be a range."""
    columns: dict[str, pa.Array] = {}
    places: dict[str, Place] = {}
    for name, kind in facts.items():
        values = [row.get(name) for row in rows]
        column = f"{prefix}{name}"
        if kind.kind not in NUMERIC or not any(isinstance(v, Range) for v in values):
            columns[column] = pa.array([_plain(v) for v in values], STORED[kind.kind])
            places[name] = column
            continue
        ends = [v if isinstance(v, Range) else Range(v, v) for v in values]  # type: ignore[arg-type]
        columns[f"{column} low"] = pa.array([e.low for e in ends], STORED[kind.kind])
        columns[f"{column} high"] = pa.array([e.high for e in ends], STORED[kind.kind])
        columns[f"{column} known"] = pa.array([v is not None for v in values])
        places[name] = Between(f"{column} low", f"{column} high", f"{column} known")
    return columns, places


def _plain(value: Value | None) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def events_of(kind: str, attributes: Mapping[str, Type], records: Sequence[Record]) -> EventTable:
    """The events of one kind, with the places of the attributes that conditions look at."""
    found = [
        (str(place), happening)
        for place, record in enumerate(records)
        if kind in record.events
        for happening in record.events[kind].happenings
    ]
    columns, places = columns_of("a ", attributes, [h.details for _, h in found])
    columns["record"] = pa.array([place for place, _ in found], pa.string())
    columns["at"] = pa.array([happening.at for _, happening in found], MOMENT)
    return EventTable(
        pa.table(columns), "record", "at", places, since=f"since {kind}", recorded=f"log {kind}"
    )


def run_table(
    logics: Mapping[str, Logic],
    records: Sequence[Record],
    moments: Sequence[datetime],
    session: Session | None = None,
) -> dict[str, list[Verdicts]]:
    """The verdicts of each policy on each record, out of one query with everything in it."""
    program = TableProgram(logics)
    columns, places = columns_of("", program.facts, [record.facts for record in records])
    columns["id"] = pa.array([str(i) for i in range(len(records))])
    columns["now"] = pa.array(moments, MOMENT)
    tables = {}
    for kind, attributes in program.attributes().items():
        tables[kind] = events_of(kind, attributes, records)
        logs = [record.events.get(kind) for record in records]
        columns[f"log {kind}"] = pa.array([log is not None for log in logs])
        columns[f"since {kind}"] = pa.array([log and log.since for log in logs], MOMENT)
    as_of = moments[0] if len(set(moments)) == 1 else "now"
    run = program.prepare(
        pa.table(columns), places, as_of=as_of, id="id", events=tables, session=session
    )
    answers = run.arrow().to_pydict()
    assert answers["id"] == [str(i) for i in range(len(records))]
    layout = run.layout

    found: dict[str, list[Verdicts]] = {label: [] for label in logics}
    for label in logics:
        for row in range(len(records)):
            criteria = tuple(_truth(answers, layout, bit, row) for bit in layout.criteria[label])
            stage = answers[layout.stage[label]][row]
            possible = answers[layout.possible[label]][row]
            bits = layout.stages[label]
            if bits is None:
                stages = tuple(
                    TRUE if place <= stage else UNKNOWN if place <= possible else FALSE
                    for place in range(1, len(logics[label].stages) + 1)
                )
            else:
                stages = tuple(_truth(answers, layout, bit, row) for bit in bits)
            assert stage == last(stages, TRUE)
            assert possible == last(stages, UNKNOWN)
            found[label].append(Verdicts(criteria, stages))
    return found


def _truth(answers: dict[str, list[int]], layout: ResultLayout, place: Bit, row: int) -> Truth:
    word = answers[layout.words[place.word]][row]
    holds, fails = bool(word >> place.bit & 1), bool(word >> place.bit + WORD & 1)
    assert not (holds and fails)
    return TRUE if holds else FALSE if fails else UNKNOWN


def last(stages: Sequence[Truth], least: Truth) -> int:
    """The code of the last stage that is at least so true."""
    return max((i for i, truth in enumerate(stages, 1) if truth >= least), default=0)


def stages_alone(
    logics: Mapping[str, Logic],
    records: Sequence[Record],
    as_of: datetime,
    session: Session | None = None,
) -> dict[str, list[int]]:
    """Stage codes, with one moment for all."""
    program = TableProgram(logics)
    columns, places = columns_of("", program.facts, [record.facts for record in records])
    columns["id"] = pa.array([str(i) for i in range(len(records))])
    tables = {}
    for kind, attributes in program.attributes().items():
        tables[kind] = events_of(kind, attributes, records)
        logs = [record.events.get(kind) for record in records]
        columns[f"log {kind}"] = pa.array([log is not None for log in logs])
        columns[f"since {kind}"] = pa.array([log and log.since for log in logs], MOMENT)
    run = program.prepare(
        pa.table(columns), places, as_of=as_of, id="id", events=tables, session=session
    )
    answers = run.arrow().to_pydict()
    return {label: answers[run.layout.stage[label]] for label in logics}


def verdicts(logic: Logic, record: Record, as_of: datetime) -> Verdicts:
    """One record as a table of one row."""
    return run_table({"policy": logic}, [record], [as_of])["policy"][0]
