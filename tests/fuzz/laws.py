"""Ways to write a policy differently that never change a verdict, and records that know more."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from leadpolicy.times import read_moment
from tests.fuzz.worlds import World

LISTS: Final = ("all", "any", "none", "of")


def rewritten(document: Mapping[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """The policy with every condition of a criterion and of a stage changed."""
    criteria = {
        name: {"says": body["says"], "all": [change(part) for part in body["all"]]}
        for name, body in document.get("criteria", {}).items()
        if "all" in body
    }
    stages = [{**stage, "when": change(stage["when"])} for stage in document["stages"]]
    found = {**document, "stages": stages}
    return {**found, "criteria": criteria} if criteria else found


def inside(condition: Any, change: Callable[[Any], Any]) -> Any:
    """The condition with its direct parts changed."""
    if not isinstance(condition, dict):
        return condition
    return {
        key: [change(part) for part in value]
        if key in LISTS
        else [{**rule, "when": change(rule["when"])} for rule in value]
        if key == "points"
        else value
        for key, value in condition.items()
    }


def negated_twice(condition: Any) -> Any:
    """Everything as the opposite of its opposite."""
    return {"none": [{"none": [inside(condition, negated_twice)]}]}


def de_morgan(condition: Any) -> Any:
    """Every `all` with `any`, every `any` and `none` with `all`."""
    match inside(condition, de_morgan):
        case {"all": list(parts)}:
            return {"none": [{"none": [part]} for part in parts]}
        case {"any": list(parts)}:
            return {"none": [{"all": [{"none": [part]} for part in parts]}]}
        case {"none": list(parts)}:
            return {"all": [{"none": [part]} for part in parts]}
        case other:
            return other


def counted_from_below(condition: Any) -> Any:
    """Every quorum with `at_least` alone, and lists as quorums of all or of one."""
    match inside(condition, counted_from_below):
        case {"at_most": int(most), "of": parts}:
            return {"none": [{"at_least": most + 1, "of": parts}]}
        case {"exactly": int(count), "of": parts}:
            fewer = {"none": [{"at_least": count + 1, "of": parts}]}
            return {"all": [{"at_least": count, "of": parts}, fewer]}
        case {"any": [_, *_] as parts} if _distinct(parts):
            return {"at_least": 1, "of": parts}
        case {"all": [_, *_] as parts} if _distinct(parts):
            return {"at_least": len(parts), "of": parts}
        case other:
            return other


def _distinct(parts: Sequence[Any]) -> bool:
    return len({repr(part) for part in parts}) == len(parts)


def mixed(seed: int) -> Callable[[Any], Any]:
    """Every list in another order."""
    rng = random.Random(seed)

    def mix(condition: Any) -> Any:
        match inside(condition, mix):
            case dict(body):
                return {
                    key: rng.sample(value, len(value)) if key in (*LISTS, "points") else value
                    for key, value in body.items()
                }
            case other:
                return other

    return mix


def variants(document: Mapping[str, Any], seed: int) -> dict[str, dict[str, Any]]:
    """The same policy by each law."""
    laws = {
        "double negation": negated_twice,
        "De Morgan": de_morgan,
        "quorums from below": counted_from_below,
        "order": mixed(seed),
    }
    return {name: rewritten(document, change) for name, change in laws.items()}


# ---------------------------------------------------------------------------- monotonicity


def learned(world: World, body: Mapping[str, Any]) -> dict[str, Any]:
    """The same record at the same moment, of which more is known."""
    now = read_moment(body["as_of"])
    facts = {name: _narrower(world, value) for name, value in body["facts"].items()} | {
        name: world.value(declared, now)
        for name, declared in world.types.items()
        if name not in body["facts"] and world.chance(50)
    }
    more: dict[str, Any] = {**body, "facts": facts}
    if "recorded" in body:
        since = {kind: text for kind, text in body.get("since", {}).items() if world.chance(60)}
        earlier = [
            {**world.happening(kind, now), "at": at}
            for kind, begun in body.get("since", {}).items()
            if kind not in since
            for at in [world.moment(now).isoformat()]
            if read_moment(at) < read_moment(begun)
        ]
        more["events"] = [_fuller(world, event, now) for event in body["events"]] + earlier
        more["since"] = since
    return more


def _narrower(world: World, value: Any) -> Any:
    """A range inside a range, or one of its ends."""
    if not isinstance(value, dict) or "currency" in value or world.chance(30):
        return value
    end = world.one([value[end] for end in ("from", "to") if end in value])
    return end if world.chance(50) else {"from": end, "to": end}


def _fuller(world: World, event: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """An event with its date (up to now) and more of its details."""
    found = {name: _narrower(world, value) for name, value in event.items()}
    if "at" not in found and world.chance(60):
        at = world.moment(now)
        found["at"] = (min(at, now)).isoformat()
    for name, declared in world.attributes.items() if event["event"] == "asked" else ():
        if name not in found and world.chance(50):
            found[name] = world.value(declared, now)
    return found
