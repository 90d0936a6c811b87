"""Policies over a table in memory: one circuit for all, one pass over the columns."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from leadpolicy.backends import EventTable, Place, long_ladders
from leadpolicy.backends.kernels import events as tallies
from leadpolicy.backends.kernels import machine
from leadpolicy.backends.kernels.circuit import NO, Circuit
from leadpolicy.backends.kernels.columns import Array, Slot, filled, shape, unpacked
from leadpolicy.backends.kernels.read import CodedTable, load
from leadpolicy.backends.kernels.terms import NOW, Planes, Translator
from leadpolicy.diagnostics import LeadpolicyError, Problems, suggest
from leadpolicy.logic.terms import Happened, Logic, Term
from leadpolicy.logic.walk import facts, happenings
from leadpolicy.times import in_utc
from leadpolicy.types import Type

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadpolicy.backends.sql.session import Session


@dataclass(frozen=True, slots=True)
class KernelAnswers:
    """What policies say of every record, in the table's order.

    `stage` and `possible` are codes per policy: 0 for none, i + 1 for the stage at place i. A row
    of `holds` and `fails` has a bit per record, the first in the lowest bit of a byte: where a
    term is TRUE, and where it is FALSE. `criteria` and `stages` give the rows of a policy's
    criteria and stages, in the order of its file. Only full programs fill the last four.
    """

    rows: int
    ids: Array | None
    stage: Mapping[str, NDArray[np.int8]]
    possible: Mapping[str, NDArray[np.int8]] = field(default_factory=dict)
    holds: Array = field(default_factory=lambda: np.zeros((0, 0), np.uint8))
    fails: Array = field(default_factory=lambda: np.zeros((0, 0), np.uint8))
    criteria: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    stages: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def truths(self, row: int) -> NDArray[np.int8]:
        """The verdicts at a row of `holds` and `fails`: 0 FALSE, 1 UNKNOWN, 2 TRUE."""
        found = unpacked(self.holds[row], self.rows)
        found += 1
        found -= unpacked(self.fails[row], self.rows)
        truths: NDArray[np.int8] = found.view(np.int8)
        return truths


@dataclass(frozen=True, slots=True)
class _Plan:
    """A program on tables of one shape: what to evaluate, and which outputs are whose."""

    steps: machine.Recipe
    slots: tuple[Slot, ...]
    spans: tuple[tuple[int, int], ...]
    """For each column of codes where its bits begin and end among the outputs."""
    named: int
    """Where the planes of named terms begin among the outputs: all that hold, all that fail."""


class KernelProgram:
    """Policies by label, to be run on tables in memory.

    `possible` asks for possible stages, too, and `full` for the verdicts of all criteria and
    stages besides. `facts` are the facts that a table must have a place for, `events` the kinds of
    events. Raises `LeadpolicyError` for a policy of more than 127 stages.
    """

    def __init__(
        self, logics: Mapping[str, Logic], *, full: bool = False, possible: bool = False
    ) -> None:
        self.logics = dict(logics)
        self.full = full
        self.possible = possible or full
        Problems(long_ladders("kernels", self.logics, {})).stop_on_errors()
        named = [term for logic in self.logics.values() for term in _named(logic)]
        stages = [term for logic in self.logics.values() for term in logic.stages]
        self.terms: tuple[Term, ...] = tuple(dict.fromkeys(named)) if full else ()
        roots = named if self.possible else stages
        self._happenings = happenings(roots)
        self.facts = facts(roots)
        self.events = tuple(self._happenings)
        self._planned: tuple[Hashable, _Plan] | None = None

    def attributes(self) -> dict[str, dict[str, Type]]:
        """For each kind of events the attributes that conditions look at."""
        return {
            kind: facts(term.where for term in terms) for kind, terms in self._happenings.items()
        }

    def load(
        self,
        source: object,
        columns: Mapping[str, Place] | None = None,
        *,
        id: str | None = None,
        events: Mapping[str, EventTable | None] | None = None,
        moments: Iterable[str] = (),
        session: Session | None = None,
    ) -> CodedTable:
        """Reads the facts and events of these policies. See `read.load`."""
        return load(
            source, self.facts, columns, id=id, events=self._tables(events or {}),
            attributes=self.attributes(), moments=moments, session=session,
        )  # fmt: skip

    def _tables(self, events: Mapping[str, EventTable | None]) -> dict[str, EventTable | None]:
        problems = Problems()
        for kind in self.events:
            if kind not in events:
                problems.error(
                    "LP502", f"the policies ask for events of the kind `{kind}`",
                    help=suggest(kind, events)
                    or "name their table, or say None where nobody recorded them",
                )  # fmt: skip
        problems.stop_on_errors()
        return {kind: events[kind] for kind in self.events}

    def run(
        self, loaded: CodedTable, as_of: datetime | str, *, threads: int | None = None
    ) -> KernelAnswers:
        """The answers for every record at a moment, or each at its own in a column of `moments`.

        Raises `LeadpolicyError` where something that the policies ask for was not loaded. Without
        `threads` all processors are used.
        """
        as_of = as_of if isinstance(as_of, str) else in_utc(as_of)
        self._check(loaded, as_of)
        now = _moments(loaded, as_of) if isinstance(as_of, str) else as_of
        plan = self._plan(loaded, now)
        there = filled(loaded.columns) | self._counted(loaded, now)
        if not isinstance(now, datetime):
            there[NOW] = now
        rows = loaded.rows
        codes = np.empty((len(plan.spans), rows), np.int8)
        planes = len(plan.steps.outputs) - plan.named
        packed = np.empty((planes, -(-rows // 8)), np.uint8)

        def sink(begin: int, end: int, found: Sequence[Array]) -> None:
            for column, (first, stop) in zip(codes, plan.spans, strict=True):
                machine.number(found[first:stop], column[begin:end].view(np.uint8))
            for row, plane in zip(packed, found[plan.named :], strict=True):
                row[begin // 8 : begin // 8 + len(plane)] = plane

        machine.run(plan.steps, [there[s] for s in plan.slots], rows, sink, threads=threads)
        stage = dict(zip(self.logics, codes, strict=False))
        possible = dict(zip(self.logics, codes[len(self.logics) :], strict=False))
        if not self.full:
            return KernelAnswers(rows, loaded.ids, stage, possible)
        place = {term: number for number, term in enumerate(self.terms)}
        return KernelAnswers(
            rows, loaded.ids, stage, possible, packed[: len(self.terms)], packed[len(self.terms) :],
            {name: tuple(place[t] for t in one.criteria) for name, one in self.logics.items()},
            {name: tuple(place[t] for t in one.stages) for name, one in self.logics.items()},
        )  # fmt: skip

    # ------------------------------------------------------------------------------ planning

    def _plan(self, loaded: CodedTable, now: datetime | Array) -> _Plan:
        """Made once for runs that follow one another on tables of one shape at one moment."""
        moment = now if isinstance(now, datetime) else None
        logs = tuple(
            (kind, log and (log.recorded is None, type(log.since)))
            for kind, log in loaded.events.items()
        )
        key = (moment, shape(loaded.columns), logs)
        if self._planned is None or self._planned[0] != key:
            self._planned = (key, self._made(loaded, moment))
        return self._planned[1]

    def _check(self, loaded: CodedTable, as_of: datetime | str) -> None:
        problems = Problems()
        wanted: list[tuple[str, Mapping[str, Any]]] = [(f, loaded.columns) for f in self.facts]
        wanted += [(kind, loaded.events) for kind in self.events]
        wanted += [(as_of, loaded.moments)] if isinstance(as_of, str) else []
        for kind, attributes in self.attributes().items():
            log = loaded.events.get(kind)
            wanted += [(a, log.attributes) for a in attributes] if log is not None else []
        for name, there in wanted:
            if name not in there:
                problems.error("LP502", f"`{name}` was not loaded", where=loaded.where)
        problems.stop_on_errors()

    def _counted(self, loaded: CodedTable, now: datetime | Array) -> dict[Slot, Any]:
        """What fills the slots of the conditions on events."""
        made: dict[Slot, Any] = {}
        for kind, terms in self._happenings.items():
            log = loaded.events[kind]
            if log is not None:
                made |= tallies.of_log(kind, log, loaded.rows)
                made |= tallies.counted(log, terms, loaded.rows, now)
        return made

    def _made(self, loaded: CodedTable, now: datetime | None) -> _Plan:
        happened: dict[Happened, Planes] = {}
        circuit = Circuit()
        translator = Translator(circuit, loaded.columns, now, happened)
        for kind, terms in self._happenings.items():
            log = loaded.events[kind]
            if log is None:
                happened |= tallies.unrecorded(terms)
            else:
                happened |= {term: tallies.planes_of(translator, term, log) for term in terms}
        outputs: list[int] = []
        spans: list[tuple[int, int]] = []
        ladders = [[translator.planes(t) for t in one.stages] for one in self.logics.values()]
        chosen = [[planes.holds for planes in ladder] for ladder in ladders]
        chosen += [[planes.possible for planes in ladder] for ladder in ladders] * self.possible
        for stages in chosen:
            bits = circuit.last_of(stages) or [NO]
            spans.append((len(outputs), len(outputs) + len(bits)))
            outputs += bits
        named = len(outputs)
        found = [translator.planes(term) for term in self.terms]
        outputs += [planes.holds for planes in found]
        outputs += [circuit.negate(planes.possible) for planes in found]
        return _Plan(machine.recipe(circuit, outputs), tuple(circuit.slots), tuple(spans), named)


def _named(logic: Logic) -> tuple[Term, ...]:
    return (*logic.criteria, *logic.stages)


def _moments(loaded: CodedTable, name: str) -> Array:
    """The moment of each record, in microseconds."""
    column = loaded.moments[name]
    if column.there is not None and not unpacked(column.there, loaded.rows).all():
        raise LeadpolicyError.of(
            "LP503", "a record has no moment of evaluation", where=loaded.where,
            help="every row needs one in the column that `as_of` names",
        )  # fmt: skip
    return column.array


__all__ = ["KernelAnswers", "KernelProgram"]
