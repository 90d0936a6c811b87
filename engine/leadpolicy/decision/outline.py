"""A policy's reasoning as a tree of what will be said, made once and filled in for each record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final

from leadpolicy.logic import build
from leadpolicy.logic.terms import Happened, Not, Term
from leadpolicy.operators import OPERATORS
from leadpolicy.policy.lower import NUMBER, Lowering
from leadpolicy.policy.model import (
    AllOf,
    AnyOf,
    Condition,
    EventTest,
    FactUse,
    Given,
    NoneOf,
    ParameterTest,
    Points,
    Policy,
    Quorum,
    Ref,
    Stage,
    Test,
    parts,
    walk,
)
from leadpolicy.policy.phrases import lines, sentence
from leadpolicy.types import Kind

DEEPEST: Final = 12
"""Criteria inside one another that are shown inside one another."""


class Role(StrEnum):
    """What a step is to its stage."""

    CONDITION = ""
    REQUIRES = "requires"
    EXCLUDES = "excludes"
    """The stage holds only while the criterion does not; the step's verdict is that it does not."""
    ADVISES = "advises"
    """Never decides."""
    OPENED = "opened"
    """Decides where it is named above; its parts stand here."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A step before it is evaluated. `rule` is the test in words, where the label is a name."""

    label: str
    term: Term
    condition: Condition | None = None
    name: str = ""
    role: Role = Role.CONDITION
    rule: str = ""
    grouping: str = ""
    facts: tuple[str, ...] = ()
    event: Happened | None = None
    weights: tuple[Decimal, ...] = ()
    """What each part counts, in a score (`scored`) or, one each, in a quorum."""
    scored: bool = False
    parts: tuple[Outline, ...] = ()


@lru_cache(maxsize=512)
def outlines(policy: Policy) -> tuple[Outline, ...]:
    """One for each stage, in the order of the ladder."""
    outlining = _Outlining(policy)
    return tuple(map(outlining.stage, policy.stages, policy.logic.stages))


class _Outlining:
    """Walks what the author wrote."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        stages = {stage.name: stage for stage in policy.stages}
        self.numbers = Lowering(policy.vocabulary, policy.parameters, policy.criteria, stages)
        self.depth = 0
        self.opened: set[str] = set()
        """Criteria whose parts stand in this stage already."""
        self.later: dict[str, Ref] = {}
        """Criteria whose parts stand at its end, as they would be too deep where they are named."""

    def stage(self, stage: Stage, term: Term) -> Outline:
        self.opened, self.later = set(), {}
        inner: list[Outline] = []
        if stage.requires is not None:
            required = self.policy.stage(stage.requires)
            inner.append(
                replace(
                    self.reference(Ref(required.name)),
                    label=f"requires “{required.title}”",
                    role=Role.REQUIRES,
                )
            )
        when = self.condition(stage.when)
        inner += when.parts if isinstance(when.condition, AllOf) and when.parts else [when]
        inner += [self.excluded(name) for name in stage.excludes]
        for name in stage.advises:
            advised = self.reference(Ref(name))
            label = f"good to have: {advised.label}"
            inner.append(replace(advised, label=label, role=Role.ADVISES))
        while self.later:
            ref = self.later.pop(next(iter(self.later)))
            if ref.name not in self.opened:
                inner.append(replace(self.reference(ref), role=Role.OPENED))
        return Outline(stage.title, term, name=stage.name, parts=tuple(inner))

    def excluded(self, name: str) -> Outline:
        """What rules a stage out; a criterion of several parts stands below with its verdict."""
        inner = self.reference(Ref(name))
        term = build.negate(inner.term)
        if not inner.parts:
            return replace(inner, term=term, role=Role.EXCLUDES)
        return Outline("", term, inner.condition, name, Role.EXCLUDES, parts=(inner,))

    def condition(self, condition: Condition) -> Outline:
        match condition:
            case Ref():
                return self.reference(condition)
            case Test() | EventTest() | ParameterTest():
                return self.leaf(condition, sentence(condition, self.policy), [condition])
            case _:
                return self.group(condition)

    def leaf(self, condition: Condition, label: str, tests: Sequence[Condition]) -> Outline:
        term = self.policy.terms[condition]
        facts: list[str] = []
        for test in tests:
            if isinstance(test, Test):
                facts.append(test.subject)
                facts += [used.name for used in test.operands if isinstance(used, FactUse)]
        counted = term.term if isinstance(term, Not) else term
        event = counted if isinstance(counted, Happened) else None
        return Outline(label, term, condition, facts=tuple(dict.fromkeys(facts)), event=event)

    def group(self, condition: Condition) -> Outline:
        """Conditions under a heading. What a parameter switches off is left out, and so are the
        switches that are on; a group of one is that one.
        """
        told = lines(condition, self.policy)
        if not told.parts and all(isinstance(part, Test) for part in parts(condition)):
            return self.leaf(condition, told.text, parts(condition))  # the two ends of one fact
        shown = tuple(
            replace(inner, label=f"{prefix}{inner.label}") if prefix else inner
            for prefix, part in self.live(condition)
            for inner in [self.condition(part)]
        )
        if not shown:
            return self.leaf(condition, sentence(condition, self.policy), [])
        if len(shown) == 1 and isinstance(condition, AllOf | AnyOf):
            return shown[0]
        heading = _heading(condition, len(shown)) or told.text
        return Outline(
            heading,
            self.policy.terms[condition],
            condition,
            weights=self.weights(condition),
            scored=isinstance(condition, Points),
            parts=shown,
        )

    def live(self, condition: Condition) -> list[tuple[str, Condition]]:
        """The parts that parameters leave to be decided or let decide, each with its points."""
        labels = [""] * len(parts(condition))
        if isinstance(condition, Points):
            labels = [f"{line.label}: " for line in lines(condition, self.policy).parts]
        return [
            (label, part)
            for label, part in zip(labels, parts(condition), strict=True)
            if not self.idle(part, condition)
        ]

    def idle(self, part: Condition, whole: Condition) -> bool:
        """Whether parameters alone make a part one that does not matter to the whole."""
        match whole:
            case AllOf():
                settled = build.YES
            case AnyOf() | NoneOf():
                settled = build.NO
            case _:
                return False
        return self.policy.terms[part] is settled and any(
            isinstance(inner, ParameterTest) for inner in walk(part)
        )

    def weights(self, condition: Condition) -> tuple[Decimal, ...]:
        match condition:
            case Points():
                return tuple(self.numbers.number(weight, NUMBER) for weight, _ in condition.rules)
            case Quorum():
                return (Decimal(1),) * len(condition.parts)
            case _:
                return ()

    def reference(self, ref: Ref) -> Outline:
        """A criterion says what it says; its parts or its test stand below, its parts only once."""
        criterion = self.policy.criteria.get(ref.name)
        term = self.policy.terms[ref]
        if criterion is None:
            title = self.policy.stage(ref.name).title
            return Outline(f"the stage “{title}”", term, ref, ref.name)
        says = criterion.says.rstrip(".")
        if ref.name in self.opened:
            return Outline(f"{says} (as above)", term, ref, ref.name)
        if self.depth == DEEPEST and not isinstance(criterion.condition, Test | EventTest):
            self.later[ref.name] = ref
            return Outline(f"{says} (see below)", term, ref, ref.name)
        self.depth += 1
        inner = self.condition(criterion.condition)
        self.depth -= 1
        if inner.parts:
            self.opened.add(ref.name)
        if isinstance(inner.condition, Ref):
            return Outline(says, term, ref, ref.name, parts=(inner,))
        rule = grouping = ""
        if not inner.parts:
            rule = "" if _is_plain(inner.condition, self.policy) else inner.label
        elif not isinstance(inner.condition, AllOf):
            grouping = inner.label
        return replace(
            inner, label=says, condition=ref, name=ref.name, rule=rule, grouping=grouping
        )


def _heading(condition: Condition, count: int) -> str:
    match condition:
        case AllOf():
            return "both of these" if count == 2 else "all of these"
        case AnyOf():
            return "at least one of these"
        case NoneOf():
            return "it is not so that" if count == 1 else "none of these"
        case _:
            return ""


def _is_plain(condition: Condition | None, policy: Policy) -> bool:
    """Whether a test is a yes or no whose value says it all."""
    return (
        isinstance(condition, Test)
        and policy.vocabulary.facts[condition.subject].type.kind is Kind.BOOLEAN
        and OPERATORS[condition.operator].picks is not None
        and isinstance(condition.operands[0], Given)
    )


__all__ = ["Outline", "Role", "outlines"]
