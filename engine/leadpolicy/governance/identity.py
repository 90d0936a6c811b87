"""The identity of a version: a hash of what it means, not of how it is written.

Comments, key order, the order of conjuncts, `says`, quotes, titles and notes do not count. What
counts is the canonical form below: the grain, parameters, criteria and stages, and the types of
the facts and events that they use (a level's order, a money's currency).
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from leadpolicy.operators import OPERATORS
from leadpolicy.policy.model import (
    AllOf,
    AnyOf,
    Condition,
    EventTest,
    FactUse,
    Given,
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
    walk,
)
from leadpolicy.types import Kind, Type, plain


def content_hash(policy: Policy) -> str:
    """`sha256:` and 64 hexadecimal digits."""
    text = json.dumps(canonical(policy), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def canonical(policy: Policy) -> dict[str, Any]:
    """The policy's meaning as plain data, the same for every way to write it."""
    return {
        "policy": policy.id,
        "version": policy.version,
        "grain": policy.grain,
        "parameters": {name: _parameter(p) for name, p in policy.parameters.items()},
        "criteria": {name: canonical_condition(c.condition) for name, c in policy.criteria.items()},
        "stages": [_stage(stage) for stage in policy.stages],
        "facts": _facts(policy),
        "events": _events(policy),
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    value: Any = list(parameter.texts) if parameter.listed else parameter.texts[0]
    allowed = sorted(parameter.values)
    return {"value": value, "range": list(parameter.range or ()), "values": allowed}


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "stage": stage.name,
        "counts_as": stage.counts_as,
        "requires": stage.requires,
        "when": canonical_condition(stage.when),
        "excludes": sorted(stage.excludes),
        "advises": sorted(stage.advises),
    }


def _unordered(parts: list[Any]) -> list[Any]:
    return sorted(parts, key=lambda part: json.dumps(part, sort_keys=True))


def canonical_condition(condition: Condition) -> Any:
    """A condition as plain data, the same for every way to write it."""
    match condition:
        case Ref():
            return condition.name
        case Test():
            return _test(condition)
        case ParameterTest():
            return {"parameter": condition.parameter, "is": sorted(condition.texts)}
        case AllOf():
            return {"all": _unordered([canonical_condition(part) for part in condition.parts])}
        case AnyOf():
            return {"any": _unordered([canonical_condition(part) for part in condition.parts])}
        case NoneOf():
            return {"none": _unordered([canonical_condition(part) for part in condition.parts])}
        case Quorum():
            parts = _unordered([canonical_condition(part) for part in condition.parts])
            return {condition.bound: _written(condition.count), "of": parts}
        case Points():
            rules = [
                {"points": _written(w), "when": canonical_condition(c)} for w, c in condition.rules
            ]
            cap = None if condition.cap is None else _written(condition.cap)
            return {"points": _unordered(rules), "at_least": _written(condition.least), "cap": cap}
        case EventTest():
            return {
                "happened": condition.event,
                "is": condition.happened,
                "where": _unordered([_test(test) for test in condition.where]),
                "at_least": _written(condition.least),
                "within": "ever" if condition.within is None else _written(condition.within),
            }


def _test(test: Test) -> dict[str, Any]:
    operands = [_written(operand) for operand in test.operands]
    ordered = OPERATORS[test.operator].ordered
    return {test.subject: {test.operator: operands if ordered else _unordered(operands)}}


def _written(written: Written) -> Any:
    match written:
        case Given(value=timedelta() as duration):
            return {"seconds": int(duration.total_seconds())}
        case Given():
            value = written.value
            number = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
            return int(value) if number else plain(value)  # type: ignore[arg-type]
        case ParameterUse():
            return {"parameter": written.name}
        case FactUse():
            factor = None if written.times is None else str(written.times.normalize())
            return {"fact": written.name, "times": factor}


def _conditions(policy: Policy) -> list[Condition]:
    bodies: list[Condition] = [c.condition for c in policy.criteria.values()]
    bodies += [stage.when for stage in policy.stages]
    return [condition for body in bodies for condition in walk(body)]


def _facts(policy: Policy) -> dict[str, Any]:
    names: set[str] = set()
    for condition in _conditions(policy):
        if isinstance(condition, Test):
            names.add(condition.subject)
            names.update(o.name for o in condition.operands if isinstance(o, FactUse))
    facts = policy.vocabulary.facts
    return {name: _type(facts[name].type) for name in sorted(names)}


def _events(policy: Policy) -> dict[str, Any]:
    used: dict[str, dict[str, Any]] = {}
    for condition in _conditions(policy):
        if isinstance(condition, EventTest):
            attributes = policy.vocabulary.events[condition.event].attributes
            details = used.setdefault(condition.event, {})
            details |= {t.subject: _type(attributes[t.subject].type) for t in condition.where}
    return used


def _type(kind: Type) -> Any:
    """Another value in a closed list changes no verdict; another place in an order may."""
    order = list(kind.values) if kind.kind is Kind.LEVEL else None
    return {"type": str(kind.kind), "currency": kind.currency, "order": order}


__all__ = ["canonical", "canonical_condition", "content_hash"]
