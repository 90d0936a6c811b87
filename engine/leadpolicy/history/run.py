"""Policies over the whole history of every record, with no grid and no sampling."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from leadpolicy.backends import AUTO, engine_name
from leadpolicy.backends.sql.session import Session
from leadpolicy.data.chronicle import NEVER, Chronicle
from leadpolicy.data.dataset import Dataset, open_dataset
from leadpolicy.data.given import is_table
from leadpolicy.data.tables import Rows
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.evaluation.arguments import check
from leadpolicy.evaluation.engines import STEP, opened
from leadpolicy.history.horizon import Horizon, horizon, left_out
from leadpolicy.history.lanes import AT, RECORD
from leadpolicy.history.ledger import BATCH, Ledger
from leadpolicy.history.result import Replay, Spans
from leadpolicy.history.snapshots import accepted_snapshots
from leadpolicy.history.timeline import POINTS, TimelineProgram, answers, registered
from leadpolicy.history.triggers import asked_by
from leadpolicy.policy.labels import labelled
from leadpolicy.policy.model import Policy

if TYPE_CHECKING:
    import pyarrow as pa

Progress: TypeAlias = Callable[[str, int, int], None]
MEMORY: Final = "2GB"
"""What the engine may hold before it works on disk."""


def replay(
    policies: Mapping[str, Policy] | Sequence[Policy | str | Path],
    data: Chronicle | Dataset | str | Path,
    *,
    until: datetime | date | str | None = None,
    accept_snapshot: Collection[str] | str = (),
    engine: str = AUTO,
    session: Session | None = None,
    progress: Progress | None = None,
    batch: int = BATCH,
) -> Replay:
    """The stages of every record under every policy, from its entry to the end, exactly.

    `policies` are policies, under labels of their own or not, or names (`heinz@1.0.0`) and folders;
    `data` is a chronicle, a data set, or the path or name of one.

    Verdicts are evaluated at a record's entry and wherever something changes that a policy looks
    at: a fact, a count of events, the end of a window, the distance of a date from now, the reach
    of a log. `until` is the last moment (a day: its end); default: the end of the observation.
    Facts that are known only as they are today are refused, unless `accept_snapshot` names them or
    is "all". `engine` is "sql" (also by "auto"), or "interpreter", which asks the definition of a
    history of one record after the other. `batch` is how many steps are worked on at once.

    Raises `LeadpolicyError`.
    """
    check(
        policies=policies, until=until, accept_snapshot=accept_snapshot, session=session,
        batch=batch, progress=progress,
    )  # fmt: skip
    name = _engine(engine)
    named = labelled(policies)
    opened(named, name)
    chronicle = _chronicle(data, progress)
    badges = accepted_snapshots(named, chronicle, accept_snapshot)
    looked = horizon(chronicle, until)
    asked = asked_by(named)
    if name == "interpreter":
        spans, points = _by_definition(named, chronicle, looked, progress)
    else:
        with tempfile.TemporaryDirectory(prefix="leadpolicy-") as spill:
            running = session or Session(memory=MEMORY, spill=spill)
            try:
                ledger = Ledger(chronicle, asked, looked)
                spans, points = _run(running, ledger, progress, batch)
            finally:
                if session is None:
                    running.close()
    table, bounds = spans.table()
    return Replay(
        named,
        chronicle,
        table,
        points,
        looked.until,
        looked.starts,
        bounds,
        badges,
        (*_other_grain(named, chronicle), *left_out(chronicle, looked.until)),
        name,
    )


def _engine(given: object) -> str:
    """Histories are replayed by SQL, or record by record by the definition."""
    if given in (AUTO, "sql"):
        return "sql"
    name = engine_name(given)
    if name != "interpreter":
        raise LeadpolicyError.of(
            "LP512", f"the engine `{name}` cannot replay a history",
            expected="auto, sql, or interpreter",
        )  # fmt: skip
    return name


def _by_definition(
    policies: Mapping[str, Policy],
    chronicle: Chronicle,
    looked: Horizon,
    progress: Progress | None,
) -> tuple[Spans, int]:
    """Record by record."""
    from leadpolicy.history.definition import spans_of

    spans = Spans({label: len(policy.stages) for label, policy in policies.items()})
    rows: dict[str, list[tuple[int, int, int, int]]] = {label: [] for label in policies}
    points = 0
    for number in range(len(chronicle)):
        if progress is not None and number % STEP == 0:
            progress("replaying", number, len(chronicle))
        found, looks = spans_of(policies, chronicle, number, looked)
        points += looks
        for label, own in found.items():
            rows[label] += [(number, one.begin, one.held, one.open) for one in own]
    for label, of_policy in rows.items():
        columns = np.array(of_policy, np.int64).reshape(-1, 4).T.copy()
        spans.add(label, *columns)
    return spans, points


def _chronicle(data: object, progress: Progress | None) -> Chronicle:
    if isinstance(data, Chronicle):
        return data
    if not isinstance(data, Dataset | str | Path) or is_table(str(data)):
        raise LeadpolicyError.of(
            "LP506", "a history is replayed from everything with its dates, and `data` is not that",
            expected="a data set, the path or name of one, or its chronicle",
        )  # fmt: skip
    dataset = data if isinstance(data, Dataset) else open_dataset(data)
    return dataset.chronicle(progress=progress)


def _other_grain(policies: Mapping[str, Policy], chronicle: Chronicle) -> list[str]:
    grain = chronicle.dataset.grain
    return [
        f"{label} speaks of one {policy.grain}; its verdicts are read per {grain} here"
        for label, policy in policies.items()
        if policy.grain != grain
    ]


def _run(
    session: Session, ledger: Ledger, progress: Progress | None, batch: int
) -> tuple[Spans, int]:
    """Batch by batch; the query is planned once."""
    asked = ledger.asked
    inner = {label: f"policy {n}" for n, label in enumerate(asked.logics)}
    try:
        program = TimelineProgram(
            {inner[label]: logic for label, logic in asked.logics.items()},
            ledger.facts,
            ledger.logs,
            asked.happenings,
            ledger.layout,
        )
    except LeadpolicyError as error:
        where = ", ".join(asked.logics)
        raise LeadpolicyError(replace(d, where=where) for d in error.diagnostics) from None
    spans = Spans({label: len(logic.stages) for label, logic in asked.logics.items()})
    points = 0
    total = len(ledger.chronicle)
    kept = ledger.kept()
    with registered(session, kept):
        for part in ledger.batches(batch):
            if progress is not None:
                progress("replaying", part.start, total)
            with registered(session, ledger.tables(part)):
                found = answers(session, program)
            records, at, number = (_array(found, name) for name in (RECORD, AT, POINTS))
            is_first = np.append(True, records[1:] != records[:-1])[: len(records)]
            points += int(number[is_first].sum())
            keys = [_array(found, key) for key in program.keys]
            for label, name in inner.items():
                spans.add(label, records, at, *program.decoded(name, keys))
    if progress is not None:
        progress("replaying", total, total)
    return spans, points


def _array(table: pa.Table, name: str) -> Rows:
    found: Rows = table.column(name).to_numpy()
    return found


__all__ = ["NEVER", "Replay", "replay"]
