"""A policy as checked and typed: what its author wrote, with every name resolved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from leadpolicy.logic.terms import Logic, Term
from leadpolicy.logic.walk import upwards
from leadpolicy.shown import Shown
from leadpolicy.source import Span
from leadpolicy.types import Value
from leadpolicy.vocabulary.model import Vocabulary

if TYPE_CHECKING:
    from leadpolicy.decision.decide import Decision
    from leadpolicy.vocabulary.record import Record

RUNGS: Final = ("lead", "qualified_lead", "opportunity")
GRAINS: Final = ("person", "company", "deal")
NOTHING: Final = "nothing"
TEAMS: Final = ("marketing", "sales")
"""Who has to sign a version where the policy does not say."""

# --------------------------------------------------------------------------------- operands


@dataclass(frozen=True, slots=True)
class Given:
    """A literal. Durations are lengths of time; everything else is a value of the fact's type."""

    value: Value | timedelta
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ParameterUse:
    """`$name`: the parameter's value, read by the type that is expected where it stands."""

    name: str
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FactUse:
    """Another fact of the same record, times an exact factor."""

    name: str
    times: Decimal | None = None
    span: Span | None = field(default=None, compare=False, repr=False)


Written: TypeAlias = Given | ParameterUse | FactUse

# -------------------------------------------------------------------------------- conditions


@dataclass(frozen=True, slots=True)
class Ref:
    """A criterion, or an earlier stage, by name."""

    name: str
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Test:
    """An operator on a fact, or on an attribute of an event where it stands in `where`."""

    subject: str
    operator: str
    operands: tuple[Written, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ParameterTest:
    """A parameter compared with a literal: decided when the policy is compiled."""

    parameter: str
    texts: tuple[str, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds. `tests` of one fact written in one mapping arrive as this, too."""

    parts: tuple[Condition, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class NoneOf:
    """No part holds."""

    parts: tuple[Condition, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Quorum:
    """`at_least`, `at_most` or `exactly` so many of the parts hold."""

    bound: str
    count: Written
    parts: tuple[Condition, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Points:
    """A score of rules that reaches a threshold; a cap limits the score."""

    rules: tuple[tuple[Written, Condition], ...]
    least: Written
    cap: Written | None = None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class EventTest:
    """A count of events in a window; `within` None means ever."""

    event: str
    happened: bool
    where: tuple[Test, ...]
    least: Written
    within: Written | None
    span: Span | None = field(default=None, compare=False, repr=False)


Condition: TypeAlias = (
    Ref | Test | ParameterTest | AllOf | AnyOf | NoneOf | Quorum | Points | EventTest
)


def parts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly inside a condition."""
    match condition:
        case AllOf() | AnyOf() | NoneOf() | Quorum():
            return condition.parts
        case Points():
            return tuple(part for _, part in condition.rules)
        case Ref() | Test() | ParameterTest() | EventTest():
            return ()


def walk(condition: Condition) -> Iterator[Condition]:
    """A condition and everything inside it; references are not followed."""
    yield condition
    for part in parts(condition):
        yield from walk(part)


def written_in(condition: Condition) -> tuple[Written, ...]:
    """What stands in a condition itself: its operands, counts, points and windows."""
    match condition:
        case Test():
            return condition.operands
        case Quorum():
            return (condition.count,)
        case Points():
            cap = () if condition.cap is None else (condition.cap,)
            return (*(weight for weight, _ in condition.rules), condition.least, *cap)
        case EventTest():
            within = () if condition.within is None else (condition.within,)
            inner = (operand for test in condition.where for operand in test.operands)
            return (*inner, condition.least, *within)
        case Ref() | ParameterTest() | AllOf() | AnyOf() | NoneOf():
            return ()


def parameters_in(condition: Condition) -> frozenset[str]:
    """The parameters that a condition uses, itself or inside."""
    found = set()
    for one in walk(condition):
        if isinstance(one, ParameterTest):
            found.add(one.parameter)
        found.update(used.name for used in written_in(one) if isinstance(used, ParameterUse))
    return frozenset(found)


# ------------------------------------------------------------------------------ the policy


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something a team may set. Its value stays text until the place of use gives it a type."""

    name: str
    texts: tuple[str, ...]
    listed: bool
    says: str
    range: tuple[str, str] | None = None
    values: tuple[str, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)
    declared: tuple[str, ...] | None = field(default=None, compare=False)
    """The value in the file, once another one was set."""

    @property
    def shown(self) -> str:
        """The value as one text: `20`, `demo, question`."""
        return ", ".join(self.texts)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A named condition with what it says in plain English and where it was said."""

    name: str
    says: str
    condition: Condition
    quotes: tuple[str, ...] = ()
    note: str = ""
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Stage:
    """A rung of this policy's own ladder. `requires` None means that it requires nothing."""

    name: str
    title: str
    when: Condition
    requires: str | None
    counts_as: str | None = None
    excludes: tuple[str, ...] = ()
    advises: tuple[str, ...] = ()
    says: str = ""
    quotes: tuple[str, ...] = ()
    note: str = ""
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Everything that decides the stage: what it requires, its condition, what it excludes."""
        required = () if self.requires is None else (Ref(self.requires, self.span),)
        return (*required, self.when, *(Ref(name, self.span) for name in self.excludes))


@dataclass(frozen=True, slots=True, eq=False)
class Policy(Shown):
    """One version of one organization's definitions."""

    id: str
    version: str
    title: str
    organization: str
    grain: str
    vocabulary: Vocabulary
    parameters: Mapping[str, Parameter]
    criteria: Mapping[str, Criterion]
    stages: tuple[Stage, ...]
    logic: Logic
    terms: Mapping[Condition, Term]
    """The term of every condition that the author wrote, for explanations."""
    about: str = ""
    source: Mapping[str, str] = field(default_factory=dict)
    accepts: Mapping[str, str] = field(default_factory=dict)
    teams: tuple[str, ...] = TEAMS
    """Who has to sign a version before it counts as adopted."""
    changed: Mapping[str, str] = field(default_factory=dict)
    """Parameters that were set to another value than the file's."""
    path: str = ""

    @property
    def spans(self) -> Mapping[Term, Span]:
        """Where the terms of conditions were written."""
        return {term: c.span for c, term in self.terms.items() if c.span is not None}

    @property
    def identity(self) -> str:
        """`heinz@1.1.0`, and with changed parameters `heinz@1.1.0(k=3)`."""
        name = f"{self.id}@{self.version}"
        if not self.changed:
            return name
        return f"{name}({', '.join(f'{k}={v}' for k, v in sorted(self.changed.items()))})"

    def stage(self, name: str) -> Stage:
        """The stage of this name; raises KeyError."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(name)

    def rung(self, rung: str) -> tuple[Stage, ...]:
        """The stages that count as a common rung; empty where the policy does not define it."""
        return tuple(stage for stage in self.stages if stage.counts_as == rung)

    @property
    def rungs(self) -> tuple[str, ...]:
        """The common rungs that this policy defines, lowest first."""
        return tuple(rung for rung in RUNGS if self.rung(rung))

    def gating(self) -> Iterator[Condition]:
        """Every condition that decides a stage, criteria followed; without what only advises."""
        used = [stage.when for stage in self.stages]
        used += [Ref(name) for stage in self.stages for name in stage.excludes]
        return (one for one in self.behind(used) if not isinstance(one, Ref))

    def behind(self, conditions: Iterable[Condition]) -> Iterator[Condition]:
        """Conditions and everything inside them, with the criteria that they name, each once."""

        def inside(condition: Condition) -> tuple[Condition, ...]:
            if isinstance(condition, Ref) and condition.name in self.criteria:
                return (self.criteria[condition.name].condition,)
            return parts(condition)

        return upwards(conditions, inside)

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the facts that decide stages."""
        names: set[str] = set()
        for condition in self.gating():
            if isinstance(condition, Test):
                names.add(condition.subject)
                names.update(o.name for o in condition.operands if isinstance(o, FactUse))
        return tuple(sorted(names))

    @property
    def events(self) -> tuple[str, ...]:
        """Names of the events that decide stages."""
        return tuple(sorted({c.event for c in self.gating() if isinstance(c, EventTest)}))

    def with_parameters(self, **changes: object) -> Policy:
        """The same policy with other parameter values, under a derived identity.

        Raises `LeadpolicyError` for unknown parameters and values that do not fit.
        """
        from leadpolicy.policy.change import with_parameters

        return with_parameters(self, changes)

    def decide(
        self,
        record: Record | Mapping[str, object],
        events: Iterable[Mapping[str, object]] | None = None,
        *,
        as_of: datetime | date | str | None = None,
        engine: str = "auto",
    ) -> Decision:
        """What this policy says of one record; see `leadpolicy.decision.decide`."""
        from leadpolicy.decision.decide import decide

        return decide(self, record, events, as_of=as_of, engine=engine)

    def __repr__(self) -> str:
        return f"<Policy {self.identity}: {self.title}>"
