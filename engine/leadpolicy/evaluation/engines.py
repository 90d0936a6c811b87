"""Two ways to the same verdicts: the table engine in one query, or the interpreter one by one.

The interpreter says what a policy means; the table engine is the fast way and must agree.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import numpy as np

from leadpolicy.evaluation.codes import FALSE, TRUE, UNKNOWN, Codes, Whole
from leadpolicy.policy.model import Policy

if TYPE_CHECKING:
    import pyarrow as pa

    from leadpolicy.backends.sql.emit import Bit
    from leadpolicy.backends.sql.plan import Layout
    from leadpolicy.backends.sql.session import Session
    from leadpolicy.data import RecordSet

Made = TypeVar("Made")
Progress = Callable[[str, int, int], None]
Engine = Literal["sql", "interpreter"]
ENGINES: Final[tuple[Engine, ...]] = ("sql", "interpreter")
STEP: Final = 200
"""Records between two reports of progress."""
PAUSE: Final = 0.2
"""Seconds between two looks at how far a query is."""


def all_verdicts(
    policies: Mapping[str, Policy], data: RecordSet, engine: Engine, progress: Progress | None
) -> dict[str, tuple[Codes, Codes]]:
    """For each policy the verdicts of stages and of criteria, a row per record."""
    if engine == "interpreter":
        return by_interpreter(policies, data, progress)
    return by_sql(policies, data, progress)


def by_interpreter(
    policies: Mapping[str, Policy], data: RecordSet, progress: Progress | None = None
) -> dict[str, tuple[Codes, Codes]]:
    """Record by record: the definition."""
    from leadpolicy.backends.interpreter import verdicts

    total = len(policies) * len(data)
    done = 0
    found = {}
    for label, policy in policies.items():
        stages = np.zeros((len(data), len(policy.stages)), dtype=np.int8)
        criteria = np.zeros((len(data), len(policy.criteria)), dtype=np.int8)
        for row, (record, moment) in enumerate(zip(data.records, data.moments, strict=True)):
            said = verdicts(policy.logic, record, moment)
            stages[row] = said.stages
            criteria[row] = said.criteria
            if progress is not None and row % STEP == 0:
                progress(f"evaluating {label}", done + row, total)
        done += len(data)
        found[label] = stages, criteria
    return found


def by_sql(
    policies: Mapping[str, Policy], data: RecordSet, progress: Progress | None = None
) -> dict[str, tuple[Codes, Codes]]:
    """All records and policies in one query; what policies share is evaluated once."""
    if not policies or not len(data):
        return {
            label: (_none(len(data), policy.stages), _none(len(data), policy.criteria))
            for label, policy in policies.items()
        }
    from leadpolicy.backends.sql.program import TableProgram
    from leadpolicy.backends.sql.session import Session
    from leadpolicy.evaluation.columns import KEY, NOW, load, one_moment

    if progress is not None:
        progress("evaluating", 0, 100)
    session = Session()
    try:
        program = TableProgram({label: p.logic for label, p in policies.items()}, full=True)
        loaded, events = load(program, data.columns, data.logs, data.at, session)
        ready = program.prepare(loaded, as_of=one_moment(data.at) or NOW, id=KEY, events=events)
        answers = watched(ready.arrow, session, progress)
        order = in_order(answers.column(KEY).to_numpy())
        return {
            label: decoded(answers, ready.layout, label, len(policy.stages), order)
            for label, policy in policies.items()
        }
    finally:
        session.close()


def _none(records: int, things: Sequence[Any] | Mapping[str, Any]) -> Codes:
    return np.zeros((records, len(things)), dtype=np.int8)


def watched(work: Callable[[], Made], session: Session, progress: Progress | None) -> Made:
    """Runs a query, with word of how far it is. Raises what `work` raises."""
    if progress is None:
        return work()
    done: list[Made] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again where it was asked for
            failed.append(error)

    thread = threading.Thread(target=run, name="leadpolicy query")
    thread.start()
    try:
        while thread.is_alive():
            thread.join(PAUSE)
            share = session.connection.query_progress() if thread.is_alive() else 100.0
            progress("evaluating", int(min(max(share, 0.0), 100.0)), 100)
    except KeyboardInterrupt:
        session.connection.interrupt()
        thread.join()
        raise
    if failed:
        raise failed[0]
    return done[0]


def in_order(keys: Whole) -> Whole | None:
    """Where each record stands in the answers; None where they are in order already."""
    if bool((keys == np.arange(len(keys))).all()):
        return None
    return np.argsort(keys)


def decoded(
    answers: pa.Table, layout: Layout, label: str, stages: int, order: Whole | None
) -> tuple[Codes, Codes]:
    """The verdicts of one policy out of the bits that a query gave."""

    def column(name: str) -> Any:
        values = answers.column(name).to_numpy()
        return values if order is None else values[order]

    words = [column(name) for name in layout.words]
    records = answers.num_rows
    criteria = _codes(words, layout.criteria[label], records)
    bits = layout.stages[label]
    if bits is not None:
        return _codes(words, bits, records), criteria
    places = np.arange(1, stages + 1)
    reached = column(layout.stage[label])[:, None] >= places
    possible = column(layout.possible[label])[:, None] >= places
    made = np.where(reached, TRUE, np.where(possible, UNKNOWN, FALSE))
    return made.astype(np.int8), criteria


def _codes(words: Sequence[Any], bits: Sequence[Bit], records: int) -> Codes:
    """A column of verdicts for each pair of bits."""
    from leadpolicy.backends.sql.emit import WORD

    made = np.empty((records, len(bits)), dtype=np.int8, order="F")
    for place, bit in enumerate(bits):
        word = words[bit.word]
        holds = (word >> bit.bit & 1).astype(np.int8)
        fails = (word >> bit.bit + WORD & 1).astype(np.int8)
        made[:, place] = UNKNOWN + holds - fails
    return made
