"""Findings that do not stop a policy, but that its author would want to know.

Only what can be seen without a prover: bounds that exclude one another, constants, unused names,
and ladders that strand records.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from leadpolicy.diagnostics import Problems
from leadpolicy.logic.terms import (
    All,
    Any,
    Compare,
    Const,
    Happened,
    Literal,
    Member,
    Relation,
    Term,
)
from leadpolicy.policy.model import (
    AllOf,
    Condition,
    EventTest,
    Given,
    ParameterTest,
    Points,
    Policy,
    Quorum,
    Ref,
    Stage,
    Test,
    walk,
)
from leadpolicy.source import Span
from leadpolicy.truth import TRUE
from leadpolicy.types import Kind


def lint(policy: Policy, problems: Problems, used_parameters: set[str]) -> None:
    """Notes warnings about a policy that is otherwise sound."""
    _unused(policy, problems, used_parameters)
    _counts(policy, problems)
    _decided(policy, problems)
    _impossible(policy, problems)
    _stranding(policy, problems)


def _unused(policy: Policy, problems: Problems, used_parameters: set[str]) -> None:
    names: set[str] = set()
    pending: list[Condition] = [stage.when for stage in policy.stages]
    pending += [Ref(n) for s in policy.stages for n in (*s.excludes, *s.advises)]
    while pending:
        for part in walk(pending.pop()):
            if isinstance(part, Ref) and part.name in policy.criteria and part.name not in names:
                names.add(part.name)
                pending.append(policy.criteria[part.name].condition)
    for criterion in policy.criteria.values():
        if criterion.name not in names:
            problems.warn(
                "LP902",
                f"no stage uses the criterion `{criterion.name}`",
                criterion.span,
                help="use it in `when`, `excludes` or `advises`, or remove it",
            )
    for parameter in policy.parameters.values():
        if parameter.name not in used_parameters:
            problems.warn(
                "LP903",
                f"nothing uses the parameter `{parameter.name}`",
                parameter.span,
                help=f"write `${parameter.name}` where its value belongs, or remove it",
            )


def _conditions(policy: Policy) -> Iterable[Condition]:
    for criterion in policy.criteria.values():
        yield from walk(criterion.condition)
    for stage in policy.stages:
        yield from walk(stage.when)


def _counts(policy: Policy, problems: Problems) -> None:
    """k of n with k above n, or k of none."""
    for condition in _conditions(policy):
        if not isinstance(condition, Quorum):
            continue
        count = _count(policy, condition)
        most = len(condition.parts)
        if condition.bound in ("at_least", "exactly") and count > most:
            problems.warn(
                "LP404",
                f"{count} of {most} can never be reached",
                condition.span,
                help=f"`of` lists {most} conditions",
            )
        elif (condition.bound == "at_least" and count == 0) or (
            condition.bound == "at_most" and count >= most
        ):
            bound = condition.bound.replace("_", " ")
            problems.warn("LP404", f"{bound} {count} of {most} is always TRUE", condition.span)


def _count(policy: Policy, quorum: Quorum) -> int:
    if isinstance(quorum.count, Given):
        return int(str(quorum.count.value))
    return int(policy.parameters[getattr(quorum.count, "name", "")].texts[0])


def _decided(policy: Policy, problems: Problems) -> None:
    """Conditions that are the same for every record. Tests of parameters are meant to be."""
    decided: list[tuple[str, Term, Condition, Span | None]] = [
        (f"the criterion `{c.name}`", term, c.condition, c.span)
        for c, term in zip(policy.criteria.values(), policy.logic.criteria, strict=True)
    ]
    decided += [
        (f"the stage `{s.name}`", term, s.when, s.span)
        for s, term in zip(policy.stages, policy.logic.stages, strict=True)
    ]
    for name, term, condition, span in decided:
        by_choice = any(isinstance(part, ParameterTest) for part in walk(condition))
        if isinstance(term, Const) and not by_choice:
            always = term.value is TRUE
            problems.warn(
                "LP905" if always else "LP904",
                f"{name} is {'always' if always else 'never'} TRUE",
                span,
            )
    for condition in _conditions(policy):
        if isinstance(condition, Points):
            term = policy.terms[condition]
            if isinstance(term, Const):
                word = "always" if term.value is TRUE else "never"
                problems.warn(
                    "LP404",
                    f"the points threshold is {word} reached",
                    condition.span,
                    help="compare it with the sum of all points, and with the cap",
                )


def _impossible(policy: Policy, problems: Problems) -> None:
    """Bounds on one fact, all of which must hold, that leave no value."""
    for condition in _conditions(policy):
        if isinstance(condition, AllOf | Test):
            for fact in _contradictions(policy.terms[condition]):
                problems.warn(
                    "LP904", f"no value of `{fact}` can satisfy all of this", condition.span
                )
    for stage, term in zip(policy.stages, policy.logic.stages, strict=True):
        direct = policy.terms[stage.when]
        for fact in sorted(set(_contradictions(term)) - set(_contradictions(direct))):
            problems.warn(
                "LP904",
                f"the stage `{stage.name}` can never be reached: no value of `{fact}` satisfies "
                "it together with the stages and criteria that it builds on",
                stage.span,
            )


def _contradictions(term: Term) -> list[str]:
    """Names of facts whose necessary bounds exclude one another."""
    low: dict[str, tuple[float, bool]] = {}
    high: dict[str, tuple[float, bool]] = {}
    allowed: dict[str, set[object]] = {}
    for atom in _necessary(term):
        subject = atom.subject if isinstance(atom, Member) else atom.left
        name = subject.name
        if isinstance(atom, Member):
            allowed[name] = allowed.get(name, set(atom.values)) & set(atom.values)
            continue
        if not isinstance(atom.right, Literal):
            continue
        value = atom.right.value
        if atom.op is Relation.EQ:
            allowed[name] = allowed.get(name, {value}) & {value}
        number = subject.type.rank(str(value)) if subject.type.kind is Kind.LEVEL else value
        if isinstance(number, bool) or not isinstance(number, int | float):
            continue
        if atom.op in (Relation.GE, Relation.GT, Relation.EQ):
            bound = (number, atom.op is Relation.GT)
            low[name] = max(low.get(name, (-math.inf, False)), bound)
        if atom.op in (Relation.LE, Relation.LT, Relation.EQ):
            bound = (number, atom.op is not Relation.LT)
            high[name] = min(high.get(name, (math.inf, True)), bound)
    empty = [name for name, values in allowed.items() if not values]
    for name, (bottom, above) in low.items():
        top, included = high.get(name, (math.inf, True))
        if bottom > top or (bottom == top and (above or not included)):
            empty.append(name)
    return sorted(set(empty))


def _necessary(term: Term) -> Iterable[Compare | Member]:
    """Atoms that must hold for the term to hold."""
    if isinstance(term, All):
        for part in term.terms:
            yield from _necessary(part)
    elif isinstance(term, Compare | Member):
        yield term


def _stranding(policy: Policy, problems: Problems) -> None:
    """Later stages that demand an event through the chain of required stages.

    A deal that sales brought in never had that event, so it can never reach the stage.
    """
    terms = dict(zip((s.name for s in policy.stages), policy.logic.stages, strict=True))
    for stage in policy.stages:
        if stage.counts_as != "opportunity" or stage.requires is None:
            continue
        own = {c.event for c in _own(policy, stage) if isinstance(c, EventTest)}
        for events in _demanded_events(terms[stage.requires]):
            if not events & own:
                problems.warn(
                    "LP906",
                    f"a record without {_either(events)} can never reach `{stage.name}`, because "
                    f"it requires `{stage.requires}`",
                    stage.span,
                    help="`requires: nothing` lets deals in that sales brought; or accept the "
                    "finding under `accepts:` with the reason",
                )


def _either(events: frozenset[str]) -> str:
    return " or ".join(f"`{event}`" for event in sorted(events))


def _own(policy: Policy, stage: Stage) -> Iterable[Condition]:
    pending = [stage.when]
    while pending:
        for part in walk(pending.pop()):
            if isinstance(part, Ref) and part.name in policy.criteria:
                pending.append(policy.criteria[part.name].condition)
            yield part


def _demanded_events(term: Term) -> list[frozenset[str]]:
    """Sets of events, of each of which at least one must have happened for the term to hold."""
    match term:
        case Happened():
            return [frozenset([term.event])]
        case All():
            return [events for part in term.terms for events in _demanded_events(part)]
        case Any():
            demands = [_demanded_events(part) for part in term.terms]
            if all(demands):
                return [frozenset().union(*(found[0] for found in demands))]
            return []
        case _:
            return []
