"""Random ladders whose parameters stand wherever a parameter may, and records that fit them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from hypothesis import strategies as st

from leadpolicy.policy import Policy, parse_policy
from leadpolicy.types import Kind, Range, Type
from leadpolicy.vocabulary import (
    Attribute,
    EventKind,
    EventLog,
    Fact,
    PointInTime,
    Record,
    Vocabulary,
)
from leadpolicy.vocabulary.record import Happening
from tests.strategies import dump

T = TypeVar("T")
NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHOICES: Final = ("x", "y", "z")

SETTINGS: Final[Mapping[str, Sequence[Any]]] = {
    "low": [0, 2, 3, 5],
    "high": [3, 5, 8],
    "k": [0, 1, 2, 3, 4],
    "points": [-2, 0, 1, 1.5],
    "gain": [1, 3],
    "cap": [2, 9],
    "picks": [["x"], ["x", "y"], ["z"], ["x", "y", "z"]],
    "window": ["2 days", "7 days", "30 days"],
    "mode": ["strict", "loose", "off"],
    "one": ["x", "z"],
}
"""All settings of each parameter; the first is the policy's own."""


def vocabulary() -> Vocabulary:
    """Six facts and one kind of events."""
    types = {
        "a.n": Type(Kind.INTEGER),
        "a.m": Type(Kind.INTEGER),
        "a.c": Type(Kind.CHOICE, CHOICES),
        "a.p": Type(Kind.BOOLEAN),
        "a.q": Type(Kind.BOOLEAN),
        "a.r": Type(Kind.BOOLEAN),
    }
    facts = {
        name: Fact(name, kind, name, f"{name}?", "data", PointInTime.SNAPSHOT)
        for name, kind in types.items()
    }
    attributes = {"kind": Attribute("kind", types["a.c"], "kind of call")}
    called = EventKind("called", "called", "Did they call?", "data", attributes)
    return Vocabulary("1", facts, {"called": called})


@dataclass(frozen=True, slots=True)
class Author:
    """Writes conditions."""

    draw: st.DrawFn
    names: tuple[str, ...] = ()

    def pick(self, options: Sequence[T]) -> T:
        return options[self.draw(st.integers(0, len(options) - 1))]

    def some(self, depth: int, most: int = 4) -> list[Any]:
        return [self.condition(depth) for _ in range(self.draw(st.integers(1, most)))]

    def condition(self, depth: int) -> Any:
        if depth == 0:
            return self.leaf()
        match self.draw(st.integers(0, 8)):
            case 0 | 1 | 2:
                return {"all": self.some(depth - 1)}
            case 3:
                return {"any": self.some(depth - 1)}
            case 4:
                return {"none": self.some(depth - 1, 2)}
            case 5:
                word = self.pick(["at_least", "at_most", "exactly"])
                return {word: self.pick(["$k", "$k", 1, 2]), "of": self.some(depth - 1)}
            case 6:
                weights = ["$points", "$gain", 1, 2, -1, 0.5]
                rules = [
                    {"points": self.pick(weights), "when": part} for part in self.some(depth - 1)
                ]
                scored: dict[str, Any] = {
                    "points": rules,
                    "at_least": self.pick(["$points", "$gain", 1, 0.5]),
                }
                return {**scored, "cap": "$cap"} if self.draw(st.integers(0, 1)) else scored
            case _:
                return self.leaf()

    def leaf(self) -> Any:
        options: list[Any] = [
            {"a.n": {"at_least": "$low"}},
            {"a.n": {"below": "$high"}},
            {"a.n": {"is": "$low"}},
            {"a.m": {"above": "$low", "at_most": "$high"}},
            {"a.m": {"at_least": "$high"}},
            {"a.n": {"at_least": {"fact": "a.m", "times": 0.5}}},
            {"a.c": {"one_of": "$picks"}},
            {"a.c": {"none_of": "$picks"}},
            {"a.c": {"is": "$one"}},
            {"$mode": "strict"},
            {"$mode": ["strict", "loose"]},
            {"happened": "called", "within": "$window"},
            {"happened": "called", "within": "$window", "at_least": "$k"},
            {"not_happened": "called", "within": "ever", "where": {"kind": {"one_of": "$picks"}}},
            {"a.p": True},
            {"a.q": True},
            {"a.r": False},
            {"a.n": {"known": True}},
            {"a.n": {"at_least": 3}},
        ]
        if self.names and self.draw(st.integers(0, 4)) == 0:
            return self.pick(self.names)
        return self.pick(options)


@st.composite
def policies(draw: st.DrawFn, words: Vocabulary) -> Policy:
    """A ladder of up to three stages, some of them with an exclusion."""
    criteria: dict[str, Any] = {}
    for name in ("first", "second")[: draw(st.integers(0, 2))]:
        criteria[name] = Author(draw, tuple(criteria)).condition(draw(st.integers(1, 2)))
    author = Author(draw, tuple(criteria))
    stages: list[dict[str, Any]] = []
    for name in ("one", "two", "three")[: draw(st.integers(1, 3))]:
        stage: dict[str, Any] = {"stage": name, "when": author.condition(draw(st.integers(1, 3)))}
        stage["requires"] = author.pick(["nothing", *(s["stage"] for s in stages)])
        stage["counts_as"] = author.pick(["lead", "opportunity"])
        excluding: int = draw(st.integers(0, 1))
        if criteria and excluding:
            stage["excludes"] = [author.pick(tuple(criteria))]
        stages.append(stage)
    return _policy(words, criteria, stages)


def small(words: Vocabulary) -> Policy:
    """One stage that is a lead where a number is large enough."""
    stage = {"stage": "one", "requires": "nothing", "counts_as": "lead"}
    return _policy(words, {}, [{**stage, "when": {"a.n": {"at_least": "$low"}}}])


def _policy(
    words: Vocabulary, criteria: Mapping[str, Any], stages: Sequence[Mapping[str, Any]]
) -> Policy:
    document = {
        "policy": "random",
        "version": "1.0.0",
        "title": "A random ladder",
        "vocabulary": 1,
        "grain": "company",
        "parameters": {n: {"value": v[0], "says": "It is set"} for n, v in SETTINGS.items()},
        "criteria": {n: {"says": "It is so", "all": [c]} for n, c in criteria.items()},
        "stages": list(stages),
    }
    return parse_policy(dump(document), words)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Anything may be missing, numbers may be ranges, logs incomplete."""
    facts: dict[str, Any] = {}
    for name in ("a.n", "a.m"):
        match draw(st.integers(0, 3)):
            case 0 | 1:
                facts[name] = draw(st.integers(0, 9))
            case 2:
                low = draw(st.integers(0, 9))
                facts[name] = Range(low, draw(st.integers(low + 1, 10)))
            case _:
                pass
    if draw(st.booleans()):
        facts["a.c"] = CHOICES[draw(st.integers(0, 2))]
    for name in ("a.p", "a.q", "a.r"):
        if (given := draw(st.sampled_from([True, False, None]))) is not None:
            facts[name] = given
    logs = {}
    if draw(st.integers(0, 3)):
        happened = [
            Happening(
                NOW - timedelta(days=draw(st.integers(0, 40))) if draw(st.integers(0, 3)) else None,
                {"kind": CHOICES[draw(st.integers(0, 2))]} if draw(st.booleans()) else {},
            )
            for _ in range(draw(st.integers(0, 3)))
        ]
        since = NOW - timedelta(days=10) if draw(st.integers(0, 3)) == 0 else None
        logs["called"] = EventLog(tuple(happened), since)
    return Record(facts, logs)


moves = st.fixed_dictionaries({}, optional={n: st.sampled_from(v) for n, v in SETTINGS.items()})
