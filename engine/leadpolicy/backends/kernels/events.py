"""Counting events: the conditions on events are planes over the table of events, whose bits are
counted for each record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from leadpolicy.backends.interpreter import moved
from leadpolicy.backends.kernels import derived, machine
from leadpolicy.backends.kernels.circuit import NO, YES, Circuit
from leadpolicy.backends.kernels.columns import Array, Codes, Column, Nothing, Span, narrowest
from leadpolicy.backends.kernels.load import Log
from leadpolicy.backends.kernels.terms import UNKNOWN, Now, Planes, Translator
from leadpolicy.backends.sql.forms import microseconds
from leadpolicy.logic.terms import Happened

_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Counts:
    """The events of a term per record: how many surely match and how many may; where a log was
    kept at all; when it began; and when the window begins, in microseconds (None: never).
    """

    certain: Codes
    possible: Codes
    recorded: Codes | None
    since: Codes | None
    begin: int | Array | None


def planes_of(translator: Translator, term: Happened, counts: Counts) -> Planes:
    """Enough events surely match; or not enough may, in a log that reaches back."""
    circuit, enough = translator.circuit, Span(least=term.least)
    recorded = counts.recorded
    flag = YES if recorded is None else translator.inside(recorded, Span(least=1))
    too_few = circuit.negate(translator.inside(counts.possible, enough))
    fails = circuit.every([flag, _complete(translator, counts), too_few])
    holds = circuit.every([flag, translator.inside(counts.certain, enough)])
    return Planes(holds, circuit.negate(fails))


def _complete(translator: Translator, counts: Counts) -> int:
    """Whether the log of a record began no later than the window."""
    since, begin = counts.since, counts.begin
    if since is None:
        return YES
    circuit = translator.circuit
    always = circuit.negate(translator.known(since))
    if begin is None:
        return always
    if isinstance(begin, int):
        return circuit.some([always, translator.inside(since, Span(most=begin))])
    early = translator.ternary(derived.compared_with("<=", since, begin))
    return circuit.some([always, early.holds])


def counted(
    log: Log, terms: Sequence[Happened], records: int, now: Now, key: str
) -> dict[Happened, Counts]:
    """The events of every record that surely match, and those that may.

    `key` tells one column of moments from another.
    """
    moment = now
    if not isinstance(now, datetime):
        moment = log.memo.get(("now", key), lambda: now[log.rows])
    translator = Translator(Circuit(), log.attributes, moment, log.memo)
    outputs: list[int] = []
    for term in terms:
        window, where = _window(translator, log.at, term.within), translator.planes(term.where)
        every = translator.circuit.every
        outputs.append(every([window.holds, where.holds]))
        outputs.append(every([window.possible, where.possible]))
    found = np.empty((len(outputs), len(log.rows)), np.uint8)

    def sink(begin: int, end: int, planes: Sequence[Array]) -> None:
        for row, plane in zip(found, planes, strict=True):
            row[begin:end] = machine.unpacked(plane, end - begin)

    steps = machine.recipe(translator.circuit, outputs)
    machine.run(steps, translator.circuit.arrays, len(log.rows), sink)
    return {
        term: Counts(
            _count(log.rows, found[2 * place], records),
            _count(log.rows, found[2 * place + 1], records),
            log.recorded,
            log.since if isinstance(log.since, Codes) else _constant(log.since, records),
            _begin(now, term.within),
        )
        for place, term in enumerate(terms)
    }


def _constant(since: int | None, records: int) -> Codes | None:
    if since is None:
        return None
    return Codes(np.ones(records, np.uint8), range(since, since + 1), 1, full=True)


def _count(rows: Array, matching: Array, records: int) -> Codes:
    counts = np.bincount(rows[matching.view(np.bool_)], minlength=records)
    most = int(counts.max(initial=0))
    return Codes((counts + 1).astype(narrowest(most + 1)), range(most + 1), 1, full=True)


def _begin(now: Now, within: timedelta | None) -> int | Array | None:
    if within is None:
        return None
    if not isinstance(now, datetime):
        begins: Array = now - within // _MICROSECOND
        return begins
    begin = moved(now, -within)
    return None if begin is None else microseconds(begin)


def _window(translator: Translator, at: Column, within: timedelta | None) -> Planes:
    """Where an event lies in `now - within < at <= now`; an undated one may, and surely does in
    the window `ever`.
    """
    if isinstance(at, Nothing):
        return Planes(NO if within is not None else YES, YES)
    assert isinstance(at, Codes)
    circuit, now = translator.circuit, translator.now
    begin = _begin(now, within)
    if isinstance(now, datetime):
        span = Span(begin if isinstance(begin, int) else None, microseconds(now), above=True)
        inside = translator.inside(at, span)
    else:
        tests = [derived.compared_with("<=", at, now)]
        if begin is not None:
            tests.append(derived.compared_with(">", at, np.asarray(begin)))
        inside = circuit.every(translator.ternary(test).holds for test in tests)
    undated = circuit.negate(translator.known(at))
    possible = circuit.some([inside, undated])
    return Planes(possible if within is None else inside, possible)


def unrecorded(terms: Sequence[Happened]) -> Mapping[Happened, Planes]:
    """Where nobody recorded the events."""
    return dict.fromkeys(terms, UNKNOWN)
