"""Definitions changed on purpose: one criterion less, or another value of a parameter.

A criterion that is removed is not made false: it is no longer asked. Out of `all`, `any`, `none`
and a score it is dropped. Out of a count it is dropped too, and the count stays what it was, unless
it asked for more than are left: 5 of 5 becomes 4 of 4, 3 of 5 becomes 3 of 4. What held nothing
else is not asked either; a test of a parameter beside it is no question of its own. A stage of
which nothing is left asks nothing but the stage it requires.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from leadpolicy.backtest.study import Sweep
from leadpolicy.operators import Shape
from leadpolicy.policy.lower import lower
from leadpolicy.policy.model import (
    AllOf,
    AnyOf,
    Condition,
    Criterion,
    EventTest,
    Given,
    NoneOf,
    ParameterTest,
    ParameterUse,
    Points,
    Policy,
    Quorum,
    Ref,
    Test,
    walk,
)
from leadpolicy.policy.operands import COUNT, resolve


def without(policy: Policy, criterion: str) -> Policy:
    """The policy as if one criterion had never been asked for."""
    gone = {criterion}
    criteria: dict[str, Criterion] = {}
    # What stood on nothing but the removed criterion goes with it, and so on.
    while True:
        criteria = {}
        emptied = set()
        for name, one in policy.criteria.items():
            left = _less(one.condition, gone, policy)
            if left is None and name not in gone:
                emptied.add(name)
            criteria[name] = one if left is None else replace(one, condition=left)
        if not emptied:
            break
        gone |= emptied
    stages = tuple(
        replace(
            stage,
            when=_less(stage.when, gone, policy) or AllOf(()),
            excludes=tuple(name for name in stage.excludes if name not in gone),
            advises=tuple(name for name in stage.advises if name not in gone),
        )
        for stage in policy.stages
    )
    logic, terms = lower(policy.vocabulary, policy.parameters, criteria, stages)
    return replace(policy, criteria=criteria, stages=stages, logic=logic, terms=terms)


def _less(condition: Condition, gone: set[str], policy: Policy) -> Condition | None:
    """The condition without references to what is gone; None where nothing is left of it."""
    match condition:
        case Ref():
            return None if condition.name in gone else condition
        case AllOf() | AnyOf() | NoneOf():
            parts = _parts(condition.parts, gone, policy)
            return replace(condition, parts=parts) if parts else None
        case Quorum():
            return _fewer(condition, _parts(condition.parts, gone, policy), policy)
        case Points():
            rules = tuple(
                (weight, left)
                for weight, part in condition.rules
                if (left := _less(part, gone, policy)) is not None
            )
            return replace(condition, rules=rules) if rules else None
        case Test() | ParameterTest() | EventTest():
            return condition


def _parts(parts: Sequence[Condition], gone: set[str], policy: Policy) -> tuple[Condition, ...]:
    left = tuple(one for part in parts if (one := _less(part, gone, policy)) is not None)
    dropped = len(left) < len(parts)
    return () if dropped and all(isinstance(one, ParameterTest) for one in left) else left


def _fewer(quorum: Quorum, parts: tuple[Condition, ...], policy: Policy) -> Condition | None:
    if not parts or len(parts) == len(quorum.parts):
        return replace(quorum, parts=parts) if parts else None
    count = quorum.count
    if isinstance(count, ParameterUse):
        (count,) = resolve(policy.parameters[count.name], COUNT, Shape.ONE)
    if isinstance(count, Given) and isinstance(count.value, int | float):
        count = Given(min(int(count.value), len(parts)))
    return replace(quorum, parts=parts, count=count)


def removable(policy: Policy) -> list[str]:
    """The criteria that decide a stage, in the order of the file."""
    used: set[str] = set()
    pending = [stage.when for stage in policy.stages]
    pending += [Ref(name) for stage in policy.stages for name in stage.excludes]
    while pending:
        for name in _names(pending.pop()):
            if name in policy.criteria and name not in used:
                used.add(name)
                pending.append(policy.criteria[name].condition)
    return [name for name in policy.criteria if name in used]


def _names(condition: Condition) -> list[str]:
    return [part.name for part in walk(condition) if isinstance(part, Ref)]


def label_without(label: str, criterion: str) -> str:
    """The label of a policy less a criterion."""
    return f"{label} without {criterion}"


def reduced(policies: Mapping[str, Policy]) -> dict[str, tuple[str, str, Policy]]:
    """For every policy and criterion that decides a stage: label, criterion and policy less it."""
    return {
        label_without(label, name): (label, name, without(policy, name))
        for label, policy in policies.items()
        for name in removable(policy)
    }


def swept(
    policies: Mapping[str, Policy], sweeps: Sequence[Sweep]
) -> dict[str, tuple[str, Sweep, str, Policy]]:
    """For every sweep and value: the policy's label, the sweep, the value and the policy with it.

    Raises `LeadpolicyError` where a value does not fit.
    """
    found = {}
    for sweep in sweeps:
        for label, policy in policies.items():
            if sweep.policy not in (label, policy.id, policy.identity):
                continue
            for value in sweep.values:
                name = f"{label} with {sweep.parameter}={value}"
                changed = policy.with_parameters(**{sweep.parameter: value})
                found[name] = (label, sweep, value, changed)
    return found
