"""The timeline of one record by the interpreter: what a replay means, written down once.

Slow and direct. The moments of evaluation are gathered from what is known of the record, one by
one; at each of them the record is cut and every policy asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.data.as_of import only, record_at
from leadpolicy.data.chronicle import ALWAYS, NEVER, UNDATED, Changes, Chronicle, Coded
from leadpolicy.history.horizon import Horizon, horizon
from leadpolicy.logic.terms import Compare, FromNow, Happened, Logic
from leadpolicy.logic.walk import subjects, turns, walk
from leadpolicy.policy.labels import labelled
from leadpolicy.policy.model import Policy
from leadpolicy.times import from_microseconds, microseconds
from leadpolicy.truth import FALSE, TRUE
from leadpolicy.types import Value

_ONE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class StageSpan:
    """A stretch of time in which no stage changes. See `Replay.spans` for what the numbers mean."""

    begin: int
    end: int
    stage: int
    possible: int
    held: int
    open: int


def replay_record(
    policies: Mapping[str, Policy] | Sequence[Policy],
    chronicle: Chronicle,
    number: int,
    *,
    until: datetime | date | None = None,
) -> dict[str, list[StageSpan]]:
    """The spans of one record under every policy; none where it was not there by the end.

    Raises `LeadpolicyError` where there is no end.
    """
    return spans_of(labelled(policies), chronicle, number, horizon(chronicle, until))[0]


def spans_of(
    named: Mapping[str, Policy], chronicle: Chronicle, number: int, looked: Horizon
) -> tuple[dict[str, list[StageSpan]], int]:
    """The spans of one record under every policy, and how many moments of evaluation it has."""
    start = int(looked.starts[number])
    if start == NEVER:
        return {label: [] for label in named}, 0
    alone = only(chronicle, number)
    points = moments(named, alone, start, looked.until)
    found: dict[str, list[StageSpan]] = {label: [] for label in named}
    for at in points:
        states = states_at(named, alone, at)
        for label, spans in found.items():
            held, open_ = states[label]
            last = spans[-1] if spans else None
            if last is not None and (last.held, last.open) == (held, open_):
                continue
            if last is not None:
                spans[-1] = _ended(last, at)
            spans.append(StageSpan(at, NEVER, held.bit_length(), open_.bit_length(), held, open_))
    return found, len(points)


def states_at(
    policies: Mapping[str, Policy], alone: Chronicle, at: int
) -> dict[str, tuple[int, int]]:
    """For each policy the stages that are TRUE at a moment, and those that are not FALSE, as bits.

    `alone` is the chronicle of a single record.
    """
    record = record_at(alone, 0, at)
    now = from_microseconds(at)
    found = {}
    for label, policy in policies.items():
        stages = verdicts(Logic((), policy.logic.stages), record, now).stages
        held = sum(1 << place for place, truth in enumerate(stages) if truth is TRUE)
        open_ = sum(1 << place for place, truth in enumerate(stages) if truth is not FALSE)
        found[label] = (held, open_)
    return found


def moments(policies: Mapping[str, Policy], alone: Chronicle, start: int, until: int) -> list[int]:
    """The evaluation points of a single record, in order."""
    terms = list(walk(t for policy in policies.values() for t in policy.logic.stages))
    found = {start}
    for term in terms:
        match term:
            case Happened():
                found.update(_of_events(term, alone))
            case _:
                for subject in subjects(term):
                    if subject.name in alone.changes:
                        found.update(alone.changes[subject.name].at.tolist())
                if isinstance(term, Compare) and isinstance(term.right, FromNow):
                    found.update(_of_now(term, term.right, _values(alone, term.left.name)))
    return sorted(at for at in found if start <= at <= until)


def _ended(span: StageSpan, end: int) -> StageSpan:
    return StageSpan(span.begin, end, span.stage, span.possible, span.held, span.open)


def _values(alone: Chronicle, name: str) -> Iterator[Value]:
    """Every value that a fact ever had."""
    columns: list[Coded] = [alone.facts[name]] if name in alone.facts else []
    changes: Changes | None = alone.changes.get(name)
    columns += [changes.value] if changes is not None else []
    for column in columns:
        for place in range(len(column)):
            value = column.value(place)
            if value is not None:
                yield value


def _of_now(term: Compare, right: FromNow, values: Iterator[Value]) -> Iterator[int]:
    """Where comparisons of these values with now change."""
    for value in values:
        if isinstance(value, datetime):
            begin = microseconds(value)
        elif isinstance(value, date):
            begin = (value - date(1970, 1, 1)).days * 86_400_000_000
        else:
            continue
        for offset in turns(term.op, term.left.type.kind, right.offset):
            yield begin + offset


def _of_events(term: Happened, alone: Chronicle) -> Iterator[int]:
    """Where events become known, leave the window, or match otherwise; where the log suffices."""
    events = alone.events.get(term.event)
    if events is None:
        return
    known = events.at if events.known is None else events.known
    for at, learnt in zip(events.at.tolist(), known.tolist(), strict=True):
        yield max(at, learnt)
        if term.within is not None and at != UNDATED:
            yield at + term.within // _ONE
    if events.since is not None and term.within is not None:
        since = int(events.since[0])
        if since not in (ALWAYS, NEVER):
            yield since + term.within // _ONE
    for part in walk([term.where]):
        if isinstance(part, Compare) and isinstance(part.right, FromNow):
            column = events.attributes.get(part.left.name)
            values = [] if column is None else [column.value(i) for i in range(len(column))]
            yield from _of_now(part, part.right, (v for v in values if v is not None))


__all__ = ["StageSpan", "moments", "replay_record", "spans_of", "states_at"]
