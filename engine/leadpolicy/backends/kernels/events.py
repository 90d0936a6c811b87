"""Counting events: the conditions on events are planes over the table of events, whose bits are
counted for each record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from leadpolicy.backends.interpreter import moved
from leadpolicy.backends.kernels import machine
from leadpolicy.backends.kernels.circuit import NO, YES, Bounded, Circuit
from leadpolicy.backends.kernels.columns import (
    Array,
    Interval,
    Nothing,
    NumberColumn,
    Slot,
    filled,
    parts,
    unpacked,
)
from leadpolicy.backends.kernels.read import CodedLog
from leadpolicy.backends.kernels.terms import NOW, UNKNOWN, Operand, Planes, Translator
from leadpolicy.logic.terms import Happened, Relation
from leadpolicy.times import microseconds

_AT: Final[Slot] = ("at of event",)
_BOTH: Final = ("certain", "possible")


def planes_of(translator: Translator, term: Happened, log: CodedLog) -> Planes:
    """Enough events surely match; or not enough may, in a log that reaches back.

    The slots of a term's counts are filled by `counted`, those of a log by `of_log`.
    """
    circuit = translator.circuit
    certain, possible = (circuit.slot((*_counts(term), which)) for which in _BOTH)
    flag = YES if log.recorded is None else translator.flag((term.event, "recorded"))
    enough = circuit.add(Bounded(certain, term.least, None))
    too_few = circuit.negate(circuit.add(Bounded(possible, term.least, None)))
    fails = circuit.every([flag, _complete(translator, term, log), too_few])
    return Planes(circuit.every([flag, enough]), circuit.negate(fails))


def _counts(term: Happened) -> Slot:
    return ("events", term)


def _complete(translator: Translator, term: Happened, log: CodedLog) -> int:
    """Whether the log of a record began no later than the window."""
    if log.since is None:
        return YES
    circuit, since, slot = translator.circuit, log.since, (term.event, "since")
    always = NO if isinstance(since, int) else circuit.negate(translator.known(slot))
    if term.within is None:
        return always
    if translator.now is None:
        early = translator.ahead(Relation.LE, slot, -term.within, days=False)
    else:
        begin = moved(translator.now, -term.within)
        if begin is None:
            return always
        early = translator.inside(Operand(slot), Interval(most=microseconds(begin)))
    return circuit.some([always, circuit.every([circuit.negate(always), early])])


def of_log(kind: str, log: CodedLog, records: int) -> dict[Slot, Any]:
    """What fills the slots of a log."""
    made: dict[Slot, Any] = {}
    if log.recorded is not None:
        made |= dict(parts((kind, "recorded"), log.recorded))
    if isinstance(log.since, int):
        made |= dict(parts((kind, "since"), NumberColumn(np.full(records, log.since))))
    elif log.since is not None:
        made |= dict(parts((kind, "since"), log.since))
    return made


def counted(
    log: CodedLog, terms: Sequence[Happened], records: int, now: datetime | Array
) -> dict[Slot, Array]:
    """The events of every record that surely match, and those that may, in slots."""
    one = now if isinstance(now, datetime) else None
    translator = Translator(Circuit(), log.attributes, one)
    outputs: list[int] = []
    for term in terms:
        window, where = _window(translator, log, term.within), translator.planes(term.where)
        every = translator.circuit.every
        outputs.append(every([window.holds, where.holds]))
        outputs.append(every([window.possible, where.possible]))
    found = np.empty((len(outputs), len(log.rows)), np.uint8)

    def sink(begin: int, end: int, planes: Sequence[Array]) -> None:
        for row, plane in zip(found, planes, strict=True):
            row[begin:end] = unpacked(plane, end - begin)

    there = filled(log.attributes) | dict(parts(_AT, log.at))
    if not isinstance(now, datetime):
        there[NOW] = now[log.rows]
    steps = machine.recipe(translator.circuit, outputs)
    slots = [there[slot] for slot in translator.circuit.slots]
    machine.run(steps, slots, len(log.rows), sink)
    return {
        (*_counts(term), which): _count(log.rows, found[2 * place + more], records)
        for place, term in enumerate(terms)
        for more, which in enumerate(_BOTH)
    }


def _count(rows: Array, matching: Array, records: int) -> Array:
    return np.bincount(rows[matching.view(np.bool_)], minlength=records)


def _window(translator: Translator, log: CodedLog, within: timedelta | None) -> Planes:
    """Where an event lies in `now - within < at <= now`; an undated one may, and surely does in
    the window `ever`.
    """
    if isinstance(log.at, Nothing):
        return Planes(NO if within is not None else YES, YES)
    circuit, now = translator.circuit, translator.now
    known = translator.known(_AT)
    if now is None:
        tests = [known, translator.ahead(Relation.LE, _AT, timedelta(), days=False)]
        if within is not None:
            tests.append(translator.ahead(Relation.GT, _AT, -within, days=False))
        inside = circuit.every(tests)
    else:
        begin = None if within is None else moved(now, -within)
        least = None if begin is None else microseconds(begin)
        inside = translator.inside(Operand(_AT), Interval(least, microseconds(now), above=True))
    possible = circuit.some([inside, circuit.negate(known)])
    return Planes(possible if within is None else inside, possible)


def unrecorded(terms: Sequence[Happened]) -> Mapping[Happened, Planes]:
    """Where nobody recorded the events."""
    return dict.fromkeys(terms, UNKNOWN)
