"""Checked conditions to core terms, with the parameters' values put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import cast

from leadpolicy.logic import build
from leadpolicy.logic.terms import FromNow, Literal, Logic, Operand, Other, Subject, Term
from leadpolicy.logic.walk import upwards
from leadpolicy.operators import OPERATORS, Shape
from leadpolicy.policy.model import (
    AllOf,
    AnyOf,
    Condition,
    Criterion,
    EventTest,
    FactUse,
    Given,
    NoneOf,
    Parameter,
    ParameterTest,
    ParameterUse,
    Points,
    Quorum,
    Ref,
    Stage,
    Test,
    Written,
    parts,
)
from leadpolicy.policy.operands import COUNT, resolve
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary.model import Vocabulary

NUMBER = Type(Kind.NUMBER)


def lower(
    vocabulary: Vocabulary,
    parameters: Mapping[str, Parameter],
    criteria: Mapping[str, Criterion],
    stages: tuple[Stage, ...],
) -> tuple[Logic, dict[Condition, Term]]:
    """The meaning of a checked policy, and the term of each condition in it.

    References are followed; circles were refused before.
    """
    lowering = Lowering(vocabulary, parameters, criteria, {s.name: s for s in stages})
    stage_terms = tuple(lowering.stage(stage) for stage in stages)
    criterion_terms = tuple(lowering.term(Ref(name)) for name in criteria)
    return Logic(criterion_terms, stage_terms), lowering.of


@dataclass(slots=True)
class Lowering:
    """Carries the names; `of` collects the term of every condition met."""

    vocabulary: Vocabulary
    parameters: Mapping[str, Parameter]
    criteria: Mapping[str, Criterion]
    stages: Mapping[str, Stage]
    of: dict[Condition, Term] = field(default_factory=dict)

    def stage(self, stage: Stage) -> Term:
        """Required stage, condition and no exclusion."""
        required = [] if stage.requires is None else [self.term(Ref(stage.requires))]
        excluded = [build.negate(self.term(Ref(name))) for name in stage.excludes]
        for name in stage.advises:
            self.term(Ref(name))
        return build.every([*required, self.term(stage.when), *excluded])

    def term(self, condition: Condition) -> Term:
        """The term of a condition, made once."""
        if condition not in self.of:
            for part in upwards((condition,), self.inside, self.of):
                self.of[part] = self._make(part)
        return self.of[condition]

    def inside(self, condition: Condition) -> tuple[Condition, ...]:
        """What a condition is made of, and what a name stands for."""
        if not isinstance(condition, Ref):
            return parts(condition)
        criterion = self.criteria.get(condition.name)
        if criterion is not None:
            return (criterion.condition,)
        return self.stages[condition.name].conditions

    def _make(self, condition: Condition) -> Term:
        match condition:
            case Ref():
                if condition.name in self.criteria:
                    return self.term(self.criteria[condition.name].condition)
                return self.stage(self.stages[condition.name])
            case Test():
                fact = self.vocabulary.facts[condition.subject]
                return self.test(condition, Subject(fact.name, fact.type))
            case ParameterTest():
                parameter = self.parameters[condition.parameter]
                if parameter.listed:
                    same = set(parameter.texts) == set(condition.texts)
                else:
                    same = parameter.texts[0] in condition.texts
                return build.YES if same else build.NO
            case AllOf():
                return build.every([self.term(part) for part in condition.parts])
            case AnyOf():
                return build.some([self.term(part) for part in condition.parts])
            case NoneOf():
                return build.every([build.negate(self.term(part)) for part in condition.parts])
            case Quorum():
                return self.quorum(condition)
            case Points():
                return self.points(condition)
            case EventTest():
                return self.event(condition)

    def test(self, test: Test, subject: Subject) -> Term:
        """An operator's own lowering, applied to typed operands."""
        operator = OPERATORS[test.operator]
        operands = tuple(
            operand
            for written in test.operands
            for operand in self.operand(written, subject.type, operator.shape, len(test.operands))
        )
        return operator.lower(subject, operands)

    def operand(
        self, written: Written, kind: Type, shape: Shape, among: int
    ) -> tuple[Operand, ...]:
        match written:
            case Given():
                return (_as_operand(written),)
            case ParameterUse():
                alone = Shape.ONE if shape is Shape.PAIR and among == 2 else shape
                given = resolve(self.parameters[written.name], kind, alone)
                return tuple(_as_operand(one) for one in given)
            case FactUse():
                fact = self.vocabulary.facts[written.name]
                return (Other(Subject(fact.name, fact.type), written.times),)

    def number(self, written: Written, kind: Type = COUNT) -> Decimal:
        """A count or a number of points, exact."""
        if isinstance(written, ParameterUse):
            (written,) = resolve(self.parameters[written.name], kind, Shape.ONE)
        return Decimal(repr(cast("Given", written).value))

    def quorum(self, quorum: Quorum) -> Term:
        count = int(self.number(quorum.count))
        terms = [self.term(part) for part in quorum.parts]
        more = build.negate(build.at_least(count + 1, terms))
        match quorum.bound:
            case "at_least":
                return build.at_least(count, terms)
            case "at_most":
                return more
            case _:
                return build.every([build.at_least(count, terms), more])

    def points(self, points: Points) -> Term:
        """Points of any fixed number of decimals become whole numbers of the smallest unit."""
        weights = [self.number(weight, NUMBER) for weight, _ in points.rules]
        least = self.number(points.least, NUMBER)
        if points.cap is not None and self.number(points.cap, NUMBER) < least:
            for _, condition in points.rules:
                self.term(condition)
            return build.NO
        unit = min((_exponent(number) for number in [*weights, least]), default=0)
        scale = Decimal(10) ** -unit
        terms = [self.term(condition) for _, condition in points.rules]
        scaled = [int(weight * scale) for weight in weights]
        return build.sum_at_least(int(least * scale), zip(scaled, terms, strict=True))

    def event(self, event: EventTest) -> Term:
        kind = self.vocabulary.events[event.event]
        where = build.every(
            self.test(test, Subject(test.subject, kind.attributes[test.subject].type))
            for test in event.where
        )
        term = build.happened(event.event, where, self.window(event.within), self.least(event))
        return term if event.happened else build.negate(term)

    def least(self, event: EventTest) -> int:
        return int(self.number(event.least))

    def window(self, within: Written | None) -> timedelta | None:
        if within is None:
            return None
        if isinstance(within, ParameterUse):
            (within,) = resolve(self.parameters[within.name], COUNT, Shape.DURATION)
        return cast("timedelta", cast("Given", within).value)


def _as_operand(given: Given) -> Operand:
    if isinstance(given.value, timedelta):
        return FromNow(given.value)
    return Literal(given.value)


def _exponent(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return min(exponent, 0) if isinstance(exponent, int) else 0
