"""A small vocabulary, and policies of a few lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from leadpolicy.policy import Policy, parse_policy
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary import Attribute, EventKind, Fact, PointInTime, Vocabulary
from tests.strategies import dump

Write: TypeAlias = Callable[..., Policy]


def fact(name: str, kind: Type, past: PointInTime = PointInTime.YES) -> Fact:
    """A fact of the vocabulary."""
    return Fact(name, kind, "value", "?", "data", past)


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    """A status, a size, a date and a moment; requests and visits."""
    facts = [
        fact("deal.status", Type(Kind.LEVEL, ("new", "open", "agreed"))),
        fact("company.employees", Type(Kind.INTEGER), PointInTime.SNAPSHOT),
        fact("deal.decision_date", Type(Kind.DATE)),
        fact("deal.called_at", Type(Kind.MOMENT)),
        fact("deal.wanted", Type(Kind.BOOLEAN)),
    ]
    kinds = {"kind": Attribute("kind", Type(Kind.CHOICE, ("demo", "question")), "kind")}
    events = [EventKind("asked", "asked", "?", "data", kinds)]
    events.append(EventKind("visited", "visited", "?", "data", {}))
    return Vocabulary("1", {f.name: f for f in facts}, {e.name: e for e in events})


@pytest.fixture(scope="session")
def policy(words: Vocabulary) -> Write:
    """Writes a policy out of the conditions of its stages, lowest first."""

    def write(*conditions: Any, rungs: tuple[str, ...] = (), name: str = "written") -> Policy:
        stages = [
            {"stage": f"s{n}", "requires": "nothing", "when": condition}
            | ({"counts_as": rungs[n]} if n < len(rungs) else {})
            for n, condition in enumerate(conditions)
        ]
        document = {
            "policy": name,
            "version": "1.0.0",
            "title": "Written",
            "vocabulary": 1,
            "grain": "company",
            "stages": stages,
        }
        return parse_policy(dump(document), words)

    return write
