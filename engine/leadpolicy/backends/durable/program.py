"""Policies as rule sets of durable-rules.

Two formulas are made of every term, *holds* and *fails*, each a *signal*: a property that is 1 once
a rule has set it. Conditions on facts are rules on the properties of a message. Everything above
them (all, any, quorum, score) is one comparison of a weighted sum of signals, which the engine
computes: `not` only swaps the two signals. Sums need the signals below them, so a record goes
through the engine in several messages, one for every layer of the policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from leadpolicy.backends.durable import conditions
from leadpolicy.backends.durable.conditions import Rules, Signal
from leadpolicy.backends.durable.limits import MOST_PARTS, MOST_POINTS, refuse
from leadpolicy.backends.durable.names import TICK, FreshNames
from leadpolicy.backends.durable.properties import Property
from leadpolicy.backends.durable.wire import Json, encode
from leadpolicy.logic.terms import (
    All,
    Any,
    Atom,
    Compare,
    Const,
    CountAtLeast,
    Happened,
    Has,
    Known,
    Logic,
    Member,
    Not,
    SumAtLeast,
    Term,
    TextTest,
)
from leadpolicy.logic.walk import senses, upwards
from leadpolicy.source import Span
from leadpolicy.truth import FALSE, TRUE

MOST_RULES: Final = 60
"""In one rule set: the engine walks rules with a stack of 64, and an overflow loses the message."""
MOST_PROPERTIES: Final = 240
"""In one message: the engine takes 252 beside the three of every message."""
ARRIVED: Final = "arrived"
"""A rule that every message fires. Without it a message that nothing matches leaves memory in the
session that the engine never set, and frees when the session is deleted."""

Sum: TypeAlias = tuple[int, tuple[tuple[int, str], ...]]
"""A threshold, and signals with their weights."""


@dataclass(frozen=True, slots=True)
class RuleStep:
    """One rule set and the properties that its message carries."""

    rules: str
    inputs: tuple[str, ...]
    sets: Mapping[str, str]
    """The signal that each rule sets."""


@dataclass(frozen=True, slots=True)
class Count:
    """How one event counts, and the properties of the record that the counts become."""

    term: Happened
    certain: str
    impossible: str
    certain_total: str
    possible_total: str


@dataclass(frozen=True, slots=True)
class MessageFrame:
    """What is asked of one kind of message: of the record itself, or of the events of a kind."""

    properties: tuple[Property, ...]
    steps: tuple[RuleStep, ...]
    signals: tuple[str, ...]
    counts: tuple[Count, ...]
    age: str
    undated: str


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled policy. `criteria` and `stages` are pairs of signals: holds, fails."""

    record: MessageFrame
    events: Mapping[str, MessageFrame]
    criteria: tuple[tuple[str, str], ...]
    stages: tuple[tuple[str, str], ...]

    def to_wire(self) -> dict[str, object]:
        """What the worker needs to know."""
        return {
            "record": _frame_to_wire(self.record),
            "events": {kind: _frame_to_wire(frame) for kind, frame in self.events.items()},
            "verdicts": [*self.criteria, *self.stages],
        }


def _frame_to_wire(frame: MessageFrame) -> dict[str, object]:
    return {
        "signals": frame.signals,
        "steps": [[step.rules, step.inputs, dict(step.sets)] for step in frame.steps],
        "counts": [
            [c.certain, c.impossible, c.certain_total, c.possible_total] for c in frame.counts
        ],
    }


def compile_logic(logic: Logic, spans: Mapping[Term, Span] | None = None) -> Program:
    """Compiles a policy's logic.

    `spans` tells where terms were written (`{term: condition.span}` out of `Policy.terms`), for the
    diagnostics. Raises `LeadpolicyError` for what durable-rules cannot say (see `limits.LIMITS`).
    """
    names = FreshNames()
    record = _Layers(names, spans or {})
    pairs = [record.pair(term) for term in (*logic.criteria, *logic.stages)]
    events: dict[str, MessageFrame] = {}
    for kind in dict.fromkeys(term.event for term in record.totals):
        layers = _Layers(names, spans or {})
        counts = []
        for term, (certain, possible) in record.totals.items():
            if term.event == kind:
                holds, fails = layers.counted(term)
                counts.append(Count(term, holds, fails, certain, possible))
        events[kind] = layers.frame(tuple(counts))
    split = len(logic.criteria)
    return Program(record.frame(), events, tuple(pairs[:split]), tuple(pairs[split:]))


@dataclass(slots=True)
class _Layers:
    """Makes the rules of one frame, layer above layer."""

    names: FreshNames
    spans: Mapping[Term, Span]
    rules: list[tuple[int, Signal]] = field(default_factory=list)
    """Rules with their layer."""
    made: dict[tuple[Term, bool], str] = field(default_factory=dict)
    layer: dict[str, int] = field(default_factory=dict)
    """The layer in which a signal is set."""
    totals: dict[Happened, tuple[str, str]] = field(default_factory=dict)
    """The properties that carry the counts of events."""
    reader: conditions.RuleReader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = conditions.RuleReader(self.names)

    # --------------------------------------------------------------------------- signals

    def pair(self, term: Term) -> tuple[str, str]:
        """The signals that tell whether a term holds, and whether it fails."""
        return self.signal(term, True), self.signal(term, False)

    def signal(self, term: Term, want: bool) -> str:
        """The signal of a term's formula, made once."""
        if (term, want) not in self.made:
            for part in upwards([(term, want)], self.inside, self.made):
                self.made[part] = self._make(*part)
        return self.made[term, want]

    def inside(self, formula: tuple[Term, bool]) -> Iterable[tuple[Term, bool]]:
        """The formulas that one is made of."""
        term, want = formula
        return ((part, helps is want) for part, helps in senses(term))

    def _make(self, term: Term, want: bool) -> str:
        match term:
            case Const():
                always = term.value is (TRUE if want else FALSE)
                return self.sum((0 if always else 1, ()))
            case Compare() | Member() | Known() | TextTest() | Has() | Happened():
                return self.atom(term, want)
            case All() | Any() | CountAtLeast() | SumAtLeast():
                if len(term.terms) > MOST_PARTS:
                    what = f"a list of {len(term.terms)} conditions"
                    raise refuse("parts", what, span=self.spans.get(term))
                return self.sum(self.weighted(term, want))
            case Not():
                return self.signal(term.term, not want)

    def atom(self, term: Atom, want: bool) -> str:
        if isinstance(term, Happened):
            certain, possible = self.total(term)
            return self.rule(conditions.counted(certain, possible, term.least, want))
        rules = self.reader.rules(term, want)
        if rules is not None:
            return self.rule(rules)
        # No rule says "none of these": there is a value, but none that is listed.
        holds, known = self.signal(term, True), self.known(self.reader.presence(term))
        return self.sum((1, ((1, known), (-1, holds))))

    def total(self, term: Happened) -> tuple[str, str]:
        """The properties in which the record's message carries the counts of its events."""
        if term not in self.totals:
            self.totals[term] = (self.names.fresh("c"), self.names.fresh("c"))
        return self.totals[term]

    def known(self, presence: str) -> str:
        """A signal that a property is there."""
        return self.rule((({"$ex": {presence: 1}}, (presence,)),))

    def rule(self, rules: Rules) -> str:
        """A signal that any of these rules sets, in the first layer."""
        signal = self.names.fresh("s")
        self.layer[signal] = 0
        self.rules += [(0, Signal(signal, condition, inputs)) for condition, inputs in rules]
        return signal

    def sum(self, formula: Sum) -> str:
        """A signal that a sum of signals reaches a threshold."""
        threshold, weighted = formula
        signal = self.names.fresh("s")
        layer = self.layer[signal] = 1 + max((self.layer[s] for _, s in weighted), default=0)
        inputs = tuple(dict.fromkeys(s for _, s in weighted))
        if weighted:
            reached: Json = {"$sub": {"$l": _added(weighted), "$r": threshold}}
            condition: Json = {"$lte": {TICK: reached}}
        else:
            condition = {"$gte": {TICK: threshold}}
        self.rules.append((layer, Signal(signal, condition, inputs)))
        return signal

    def weighted(self, term: All | Any | CountAtLeast | SumAtLeast, want: bool) -> Sum:
        """A term's formula as a sum of the signals of its parts, with weights above zero."""
        if isinstance(term, SumAtLeast):
            return self.score(term, want)
        parts = len(term.terms)
        if isinstance(term, CountAtLeast):
            least = term.least if want else parts - term.least + 1
        else:
            least = parts if isinstance(term, All) is want else 1
        return least, tuple((1, self.signal(part, want)) for part in term.terms)

    def score(self, term: SumAtLeast, want: bool) -> Sum:
        """A score reaches its threshold at worst (`want`), or misses it at best.

        At worst, rules that add points count where they hold, and rules that take points count
        unless they fail: `-w` unless it fails is `w` where it fails, and `w` more to reach.
        """
        total = sum(map(abs, term.weights))
        if total >= MOST_POINTS or abs(term.least) >= MOST_POINTS:
            raise refuse("points", f"{total} points", span=self.spans.get(term))
        adding = sum(weight for weight in term.weights if weight > 0)
        taking = total - adding
        least = term.least + taking if want else adding - term.least + 1
        return least, tuple(
            (abs(weight), self.signal(part, (weight > 0) is want))
            for weight, part in zip(term.weights, term.terms, strict=True)
        )

    def counted(self, term: Happened) -> tuple[str, str]:
        """Signals that an event surely counts, and that it surely does not."""
        inside, outside = (self.rule(r) for r in self.reader.window(term.within))
        fits, misfits = self.pair(term.where)
        return self.sum((2, ((1, inside), (1, fits)))), self.sum((1, ((1, outside), (1, misfits))))

    # ----------------------------------------------------------------------------- steps

    def frame(self, counts: tuple[Count, ...] = ()) -> MessageFrame:
        """The rules in steps that the engine can take."""
        steps: list[RuleStep] = []
        layers: dict[int, list[Signal]] = {}
        for layer, rule in self.rules:
            layers.setdefault(layer, []).append(rule)
        for layer in sorted(layers):
            steps += _steps(layers[layer])
        return MessageFrame(
            tuple(self.reader.properties),
            tuple(steps),
            tuple(self.layer),
            counts,
            self.reader.age,
            self.reader.undated,
        )


def _added(weighted: tuple[tuple[int, str], ...]) -> Json:
    """A sum as the engine writes it, halved again and again to keep it shallow."""
    if len(weighted) > 1:
        half = len(weighted) // 2
        return {"$add": {"$l": _added(weighted[:half]), "$r": _added(weighted[half:])}}
    ((weight, signal),) = weighted
    if weight == 1:
        return {"$m": signal}
    return {"$mul": {"$l": {"$m": signal}, "$r": weight}}


def _steps(rules: Iterable[Signal]) -> list[RuleStep]:
    """Rules of one layer, as many at a time as a rule set and a message can hold."""
    steps: list[RuleStep] = []
    batch: list[Signal] = []
    inputs: dict[str, None] = {}
    tests = 1
    for rule in rules:
        more = dict.fromkeys((*inputs, *rule.inputs))
        if batch and (tests + rule.tests > MOST_RULES or len(more) > MOST_PROPERTIES):
            steps.append(_step(batch, tuple(inputs)))
            batch, more, tests = [], dict.fromkeys(rule.inputs), 1
        batch.append(rule)
        inputs, tests = more, tests + rule.tests
    if batch:
        steps.append(_step(batch, tuple(inputs)))
    return steps


def _step(rules: list[Signal], inputs: tuple[str, ...]) -> RuleStep:
    named = {f"r{number}": rule for number, rule in enumerate(rules)}
    definition: dict[str, Json] = {ARRIVED: {"all": [{"m": {TICK: 0}}]}}
    definition |= {name: {"all": [{"m": rule.condition}]} for name, rule in named.items()}
    return RuleStep(encode(definition), inputs, {name: rule.name for name, rule in named.items()})
