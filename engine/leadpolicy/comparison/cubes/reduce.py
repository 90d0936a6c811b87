"""A policy with parameters that move, as formulas over columns: one formula per stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, product
from math import prod
from typing import Final, TypeAlias

from leadpolicy.comparison.cubes.formula import (
    Context,
    Counting,
    FixedPart,
    Formula,
    Junction,
    Leaf,
    Opposite,
    Scoring,
    joined,
    signed,
)
from leadpolicy.comparison.cubes.moves import Settings
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.logic import build
from leadpolicy.logic.terms import Compare, Literal, Relation, Term
from leadpolicy.logic.walk import upwards
from leadpolicy.policy.lower import NUMBER, Lowering
from leadpolicy.policy.model import (
    AllOf,
    AnyOf,
    Condition,
    EventTest,
    NoneOf,
    Parameter,
    ParameterTest,
    ParameterUse,
    Points,
    Policy,
    Quorum,
    Ref,
    Stage,
    Test,
    Written,
    parts,
)

JOINT: Final = 32
"""Settings of several parameters that are scanned one by one rather than taken apart."""
ATOMS: Final = 2_000
"""Settings of one condition that can be scanned."""
DEEPEST: Final = 100
"""Conditions inside one another that are taken apart."""
SUMS: Final = 200
"""Different sums of points that are kept instead of the verdicts behind them."""
Item: TypeAlias = tuple[Condition, bool]


def reduced(policy: Policy, settings: Settings) -> tuple[Formula, ...]:
    """A formula for each stage. Raises `LeadpolicyError` where a condition has too many settings.

    Its columns hold for every choice among the settings, and for no other.
    """
    reducing = _Reducing(policy, {n: s for n, s in settings.items() if len(s) > 1})
    reducing.check_depth()
    return tuple(reducing.stage(stage) for stage in policy.stages)


@dataclass(slots=True)
class _Reducing:
    policy: Policy
    settings: dict[str, tuple[Parameter, ...]]
    lowerings: dict[tuple[Parameter, ...], Lowering] = field(default_factory=dict)
    names: dict[Condition, tuple[str, ...]] = field(default_factory=dict)
    stages: dict[str, Formula] = field(default_factory=dict)
    bounds: dict[tuple[Condition, bool], Term] = field(default_factory=dict)

    # ------------------------------------------------------------------ settings, meanings

    def lowering(self, setting: Sequence[Parameter] = ()) -> Lowering:
        """The meaning of conditions under other values of some parameters."""
        key = tuple(setting)
        if key not in self.lowerings:
            self.lowerings[key] = lowering_of(
                self.policy, {**self.policy.parameters, **{one.name: one for one in key}}
            )
        return self.lowerings[key]

    def moving(self, condition: Condition) -> tuple[str, ...]:
        """The parameters that move inside a condition, references followed."""
        if condition not in self.names:
            for one in upwards((condition,), self._inside, self.names):
                own = [name for name in used(one) if name in self.settings]
                inner = (self.names[part] for part in self._inside(one))
                self.names[one] = tuple(sorted({*own, *chain.from_iterable(inner)}))
        return self.names[condition]

    def _inside(self, condition: Condition) -> tuple[Condition, ...]:
        if isinstance(condition, Ref):
            return tuple(part for part, _ in self._behind(condition))
        return parts(condition)

    def check_depth(self) -> None:
        """Raises `LeadpolicyError` where what has to be opened stands too deep."""

        def opened(condition: Condition) -> tuple[Condition, ...]:
            return () if self.whole(self.moving(condition)) else self._inside(condition)

        depth: dict[Condition, int] = {}
        stages: list[Condition] = [Ref(stage.name) for stage in self.policy.stages]
        for one in upwards(stages, opened):
            depth[one] = 1 + max((depth[part] for part in opened(one)), default=0)
            if depth[one] > DEEPEST:
                raise LeadpolicyError.of(
                    "LP512", "criteria with parameters that move build on one another too deeply",
                    where=self.policy.identity, expected=f"at most {DEEPEST} inside one another",
                    help="keep more parameters fixed",
                )  # fmt: skip

    def _behind(self, ref: Ref) -> list[Item]:
        """The conditions that a name stands for; all of them have to hold."""
        if ref.name in self.policy.criteria:
            return [(self.policy.criteria[ref.name].condition, True)]
        return requirements(self.policy.stage(ref.name))

    def count(self, names: Iterable[str]) -> int:
        return prod(len(self.settings[name]) for name in names)

    def whole(self, names: Sequence[str]) -> bool:
        """Whether a condition with these parameters is scanned under each of their settings."""
        return len(names) <= 1 or self.count(names) <= JOINT

    def meanings(self, items: Sequence[Item], conjunction: bool) -> list[Term]:
        """The distinct terms under all settings of the parameters inside."""
        names = sorted({name for condition, _ in items for name in self.moving(condition)})
        found: dict[Term, None] = {}
        for setting in product(*(self.settings[name] for name in names)):
            lowering = self.lowering(setting)
            terms = [signed(lowering.term(condition), positive) for condition, positive in items]
            found[joined(conjunction, terms)] = None
        return list(found)

    # --------------------------------------------------------------------------- formulas

    def stage(self, stage: Stage) -> Formula:
        """Made once: later stages refer to it."""
        if stage.name not in self.stages:
            whole: Item = (Ref(stage.name), True)
            names = self.moving(whole[0])
            if self.whole(names):
                made = self.leaf([whole], True, Context())
            else:
                made = self.junction(requirements(stage), True, Context())
            self.stages[stage.name] = made
        return self.stages[stage.name]

    def formula(self, item: Item, context: Context) -> Formula:
        condition, positive = item
        names = self.moving(condition)
        if self.whole(names):
            return self.leaf([item], True, context)
        match condition:
            case Ref() if condition.name in self.policy.criteria:
                return self.formula(
                    (self.policy.criteria[condition.name].condition, positive), context
                )
            case Ref():
                made = self.stage(self.policy.stage(condition.name))
                return made if positive else Opposite(made)
            case AllOf() | AnyOf() | NoneOf():
                way, inside = _opened(condition, positive)
                return self.junction(inside, way, context)
            case Quorum():
                return self.quorum(condition, positive, context)
            case Points():
                return self.points(condition, positive, context)
            case Test() | ParameterTest() | EventTest():
                if self.count(names) > ATOMS:
                    raise _too_many(self.policy, condition, names, self.count(names))
                return self.leaf([item], True, context)

    def leaf(self, items: Sequence[Item], conjunction: bool, context: Context) -> Formula:
        meanings = self.meanings(items, conjunction)
        if not any(self.moving(condition) for condition, _ in items):
            return FixedPart(context.applied(meanings[0]))
        columns = {term: context.applied(term) for term in meanings}
        return Leaf(tuple(items), conjunction, columns)

    def junction(self, items: Sequence[Item], way: bool, context: Context) -> Formula:
        """AND or OR: what does not move in one column, the parts with the same parameters in
        one leaf, each as far as the others leave it open.
        """
        leaves: dict[tuple[str, ...], list[Item]] = {}
        others: list[Item] = []
        for item in self._flat(items, way):
            names = self.moving(item[0])
            if self.whole(names):
                leaves.setdefault(names, []).append(item)
            else:
                others.append(item)
        limits = [
            joined(way, [self.limit(item, way) for item in inside])
            for inside in (*leaves.values(), *([item] for item in others))
        ]
        contexts = [
            context.within(way, joined(way, limits[:place] + limits[place + 1 :]))
            for place in range(len(limits))
        ]
        moving_leaf = any(leaves.keys())
        made = [
            self.leaf(inside, way, around)
            for (names, inside), around in zip(leaves.items(), contexts, strict=False)
            if names or not moving_leaf  # every column of a leaf says what does not move, too
        ]
        made += [
            self.formula(item, around)
            for item, around in zip(others, contexts[len(leaves) :], strict=True)
        ]
        return made[0] if len(made) == 1 else Junction(way, tuple(made))

    def _flat(self, items: Iterable[Item], way: bool) -> Iterable[Item]:
        """The parts of an AND (or OR), and those of ANDs inside it that have to be opened."""
        for condition, positive in items:
            if self.whole(self.moving(condition)):
                yield condition, positive
                continue
            match condition:
                case Ref() if condition.name in self.policy.criteria:
                    target = self.policy.criteria[condition.name].condition
                    yield from self._flat([(target, positive)], way)
                case AllOf() | AnyOf() | NoneOf():
                    same, inside = _opened(condition, positive)
                    if same == way:
                        yield from self._flat(inside, way)
                    else:
                        yield condition, positive
                case _:
                    yield condition, positive

    # ------------------------------------------------------------------ counts and points

    def quorum(self, quorum: Quorum, positive: bool, context: Context) -> Formula:
        match quorum.bound:
            case "at_least":
                around = context if positive else context.opposite()
            case "at_most":
                around = context.opposite() if positive else context
            case _:
                around = Context()
        still = [self.lowering().term(p) for p in quorum.parts if not self.moving(p)]
        tally = [
            around.applied(build.at_least(number, still)) for number in range(1, len(still) + 1)
        ]
        moving = [self.formula((p, True), around) for p in quorum.parts if self.moving(p)]
        made = Counting(quorum.bound, quorum.count, tuple(tally), tuple(moving))
        return made if positive else Opposite(made)

    def points(self, points: Points, positive: bool, context: Context) -> Formula:
        up = context if positive else context.opposite()
        still: list[tuple[Decimal, Term]] = []
        made: list[tuple[Written, Formula]] = []
        for weight, condition in points.rules:
            possible = self.numbers(weight)
            if len(possible) == 1 and not self.moving(condition):
                still.append((possible[0], self.lowering().term(condition)))
                continue
            around = Context()
            if min(possible) >= 0:
                around = up
            elif max(possible) <= 0:
                around = up.opposite()
            made.append((weight, self.formula((condition, True), around)))
        sums = _sums([weight for weight, _ in still])
        if sums is None:
            made = [
                (weight, self.formula((condition, True), Context()))
                for weight, condition in points.rules
            ]
            still, sums = [], [Decimal(0)]
        scale = Decimal(10) ** _places([weight for weight, _ in still])
        rules = [(int(weight * scale), term) for weight, term in still]
        tally = [up.applied(build.sum_at_least(int(s * scale), rules)) for s in sums[1:]]
        scoring = Scoring(points.least, points.cap, tuple(sums), tuple(tally), tuple(made))
        return scoring if positive else Opposite(scoring)

    def numbers(self, written: Written) -> list[Decimal]:
        """All numbers that a place may hold."""
        if isinstance(written, ParameterUse) and written.name in self.settings:
            return [
                self.lowering([setting]).number(written, NUMBER)
                for setting in self.settings[written.name]
            ]
        return [self.lowering().number(written, NUMBER)]

    # ----------------------------------------------------------------------------- limits

    def limit(self, item: Item, upper: bool) -> Term:
        """The highest verdict under any setting, or the lowest; perhaps a looser limit."""
        condition, positive = item
        if not positive:
            return build.negate(self.limit((condition, True), not upper))
        key = (condition, upper)
        if key not in self.bounds:
            self.bounds[key] = self._limit(condition, upper)
        return self.bounds[key]

    def _limit(self, condition: Condition, upper: bool) -> Term:
        names = self.moving(condition)
        if self.whole(names):
            return extreme(self.meanings([(condition, True)], True), upper)
        match condition:
            case Ref():
                return build.every(self.limit(item, upper) for item in self._behind(condition))
            case AllOf() | AnyOf() | NoneOf():
                way, inside = _opened(condition, True)
                return joined(way, [self.limit(item, upper) for item in inside])
            case Quorum(bound="at_least"):
                counts = self.numbers(condition.count)
                parts = [self.limit((part, True), upper) for part in condition.parts]
                return build.at_least(int(min(counts) if upper else max(counts)), parts)
            case _:
                return build.YES if upper else build.NO


def lowering_of(
    policy: Policy,
    parameters: Mapping[str, Parameter],
    terms: Mapping[Condition, Term] | None = None,
) -> Lowering:
    """Conditions of a policy to terms under these parameters; `terms` are known already."""
    stages = {stage.name: stage for stage in policy.stages}
    known = dict(terms or {})
    return Lowering(policy.vocabulary, parameters, policy.criteria, stages, known)


def requirements(stage: Stage) -> list[Item]:
    """What a stage needs, all of it."""
    items: list[Item] = [] if stage.requires is None else [(Ref(stage.requires), True)]
    return [*items, (stage.when, True), *((Ref(name), False) for name in stage.excludes)]


def used(condition: Condition) -> list[str]:
    """The parameters that a condition itself names."""
    written: list[Written | None] = []
    match condition:
        case Test():
            written = list(condition.operands)
        case ParameterTest():
            return [condition.parameter]
        case Quorum():
            written = [condition.count]
        case Points():
            written = [condition.least, condition.cap, *(weight for weight, _ in condition.rules)]
        case EventTest():
            written = [condition.least, condition.within]
            written += [operand for test in condition.where for operand in test.operands]
        case Ref() | AllOf() | AnyOf() | NoneOf():
            return []
    return [one.name for one in written if isinstance(one, ParameterUse)]


def _opened(condition: AllOf | AnyOf | NoneOf, positive: bool) -> tuple[bool, list[Item]]:
    """An AND or OR with its parts, negation carried into them."""
    inside = positive is not isinstance(condition, NoneOf)
    conjunction = isinstance(condition, AnyOf) is not positive
    return conjunction, [(part, inside) for part in condition.parts]


def extreme(terms: Sequence[Term], upper: bool) -> Term:
    """Kleene OR of terms, or AND. Of thresholds for one fact the widest (narrowest) says it all."""
    first = terms[0]
    if all(_threshold(term, first) for term in terms):
        low = min(terms, key=_value)
        high = max(terms, key=_value)
        assert isinstance(first, Compare)
        grows = first.op in (Relation.GE, Relation.GT)
        return low if grows == upper else high
    return joined(not upper, list(terms))


def _threshold(term: Term, like: Term) -> bool:
    return (
        isinstance(term, Compare)
        and isinstance(like, Compare)
        and (term.op, term.left) == (like.op, like.left)
        and term.op is not Relation.EQ
        and isinstance(term.right, Literal)
        and isinstance(term.right.value, int | float)
    )


def _value(term: Term) -> float:
    assert isinstance(term, Compare)
    assert isinstance(term.right, Literal)
    assert isinstance(term.right.value, int | float)
    return term.right.value


def _sums(weights: Sequence[Decimal]) -> list[Decimal] | None:
    """Everything that some of the weights add up to, lowest first; None where it is too much."""
    found = {Decimal(0)}
    for weight in weights:
        found |= {weight + other for other in found}
        if len(found) > SUMS:
            return None
    return sorted(found)


def _places(numbers: Iterable[Decimal]) -> int:
    """The most decimals of any of the numbers."""
    exponents = [number.normalize().as_tuple().exponent for number in numbers]
    return max((-e for e in exponents if isinstance(e, int)), default=0) if exponents else 0


def _too_many(
    policy: Policy, condition: Condition, names: Sequence[str], count: int
) -> LeadpolicyError:
    return LeadpolicyError.of(
        "LP506",
        f"one condition has {count:,} settings of {', '.join(f'`{name}`' for name in names)}",
        span=condition.span, where=policy.identity, expected=f"at most {ATOMS:,}",
        help="give these parameters fewer values, or keep one of them fixed",
    )  # fmt: skip
