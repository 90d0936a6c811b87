"""The policies and the records: seeded, 20 to 40 % missing, some companies better than others."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from leadpolicy.diagnostics import Problems
from leadpolicy.policy import Policy
from leadpolicy.policy.read import read_policy
from leadpolicy.source import Source
from leadpolicy.syntax.nodes import Sequence
from leadpolicy.syntax.reader import read_yaml
from leadpolicy.types import Kind, Type, Value
from leadpolicy.vocabulary import (
    Attribute,
    EventKind,
    EventLog,
    Fact,
    PointInTime,
    Vocabulary,
)
from leadpolicy.vocabulary.record import Happening

NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)
SEED: Final = 20_260_301

INDUSTRIES: Final = (
    *("software", "finance", "healthcare", "manufacturing", "retail", "logistics"),
    *("education", "government", "media", "energy"),
)
COUNTRIES: Final = ("US", "CA", "GB", "DE", "FR", "NL", "AU", "IN", "BR", "JP", "NO", "IT")
PLATFORMS: Final = ("aws", "azure", "gcp", "on_prem", "other")
SENIORITIES: Final = ("c_level", "vp", "director", "manager", "individual", "intern")
REQUESTS: Final = ("demo", "pricing", "question", "white_paper", "webinar", "unsubscribe")
BUDGETS: Final = ("approved", "planned", "requested", "none")
SOURCES: Final = ("website", "referral", "trade_show", "purchased_list")
DOMAINS: Final = (
    *(f"company{n}.example" for n in range(40)),
    *("gmail.com", "yahoo.com", "outlook.com", "hotmail.com"),
)

Draw = Callable[[random.Random, float], Value]
"""A value, given how good a customer the company would be (0 to 1)."""


def _early(values: tuple[str, ...]) -> Draw:
    """The better the company, the more often one of the first values."""
    return lambda rng, q: values[int(len(values) * rng.random() ** (1 + 2 * q))]


def _chance(low: float, high: float) -> Draw:
    return lambda rng, q: rng.random() < low + (high - low) * q


def _whole(mean: Callable[[float], float]) -> Draw:
    return lambda rng, q: int(rng.expovariate(1 / mean(q)))


def _amount(median: Callable[[float], float]) -> Draw:
    return lambda rng, q: round(median(q) * rng.lognormvariate(0, 0.8), 2)


@dataclass(frozen=True, slots=True)
class Column:
    """How a fact is typed, drawn, and how often it is missing."""

    type: Type
    draw: Draw
    missing: float


def _choice(values: tuple[str, ...], missing: float) -> Column:
    return Column(Type(Kind.CHOICE, values), _early(values), missing)


def _boolean(low: float, high: float, missing: float) -> Column:
    return Column(Type(Kind.BOOLEAN), _chance(low, high), missing)


_EURO: Final = Type(Kind.MONEY, currency="EUR")
_INTEGER: Final = Type(Kind.INTEGER)
COLUMNS: Final[Mapping[str, Column]] = {
    "company.employees": Column(_INTEGER, _whole(lambda q: 100 + 900 * q), 0.25),
    "company.annual_revenue": Column(_EURO, _amount(lambda q: 4e6 + 9e7 * q), 0.30),
    "company.industry": _choice(INDUSTRIES, 0.20),
    "company.country": _choice(COUNTRIES, 0.20),
    "company.platform": _choice(PLATFORMS, 0.35),
    "company.uses_competitor": _boolean(0.45, 0.10, 0.35),
    "person.seniority": _choice(SENIORITIES, 0.25),
    "person.email_domain": Column(Type(Kind.TEXT), _early(DOMAINS), 0.20),
    "person.consented": _boolean(0.45, 0.97, 0.20),
    "engagement.inbound_requests": Column(_INTEGER, _whole(lambda q: 0.4 + 4 * q), 0.20),
    "engagement.last_inbound": _choice(REQUESTS, 0.30),
    "engagement.days_since_inbound": Column(_INTEGER, _whole(lambda q: 60 - 45 * q), 0.30),
    "engagement.conversations": Column(_INTEGER, _whole(lambda q: 0.4 + 3 * q), 0.30),
    "engagement.score": Column(
        Type(Kind.NUMBER), lambda rng, q: round(rng.gauss(30 + 55 * q, 18), 1), 0.25
    ),
    "deal.budget_status": _choice(BUDGETS, 0.40),
    "deal.budget": Column(_EURO, _amount(lambda q: 15_000 + 40_000 * q), 0.40),
    "deal.price": Column(_EURO, _amount(lambda q: 20_000), 0.20),
    "deal.timeline_days": Column(_INTEGER, _whole(lambda q: 220 - 170 * q), 0.40),
    "deal.decision_maker_engaged": _boolean(0.15, 0.95, 0.35),
    "deal.next_step_agreed": _boolean(0.15, 0.95, 0.35),
    "deal.compelling_event": _boolean(0.15, 0.90, 0.40),
    "deal.problem_acknowledged": _boolean(0.25, 0.95, 0.30),
    "deal.source": _choice(SOURCES, 0.20),
}


_FLAT: Final = {name: sys.intern(name.replace(".", "_")) for name in COLUMNS}
"""One object for every name in all records: Python finds a key faster if it is the very same."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A record in the two spellings that are needed: our names, and names without dots.

    Missing values are None in both. `events` are the same logs for every policy.
    """

    facts: Mapping[str, Value | None]
    flat: dict[str, Value | None]
    events: Mapping[str, EventLog]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The facts and events of the workload."""
    facts = {
        name: Fact(name, column.type, name, f"What is {name}?", "data", PointInTime.SNAPSHOT)
        for name, column in COLUMNS.items()
    }
    kinds = {
        "inbound_request": {"kind": Type(Kind.CHOICE, REQUESTS)},
        "conversation": {"two_way": Type(Kind.BOOLEAN)},
    }
    events = {
        kind: EventKind(
            kind, kind, "Did it happen?", "data",
            {name: Attribute(name, of, name) for name, of in attributes.items()},
        )
        for kind, attributes in kinds.items()
    }  # fmt: skip
    return Vocabulary("1", facts, events)


@lru_cache(maxsize=1)
def policies() -> Mapping[str, Policy]:
    """The policies of the workload by name. Raises `LeadpolicyError`."""
    path = Path(__file__).parent / "policies.yaml"
    problems = Problems()
    top = read_yaml(Source(path.name, path.read_text(encoding="utf-8")), problems)
    assert isinstance(top, Sequence)
    read = [read_policy(node, vocabulary(), problems) for node in top.items]
    problems.stop_on_errors()
    return {policy.id: policy for policy in read if policy is not None}


def samples(count: int, seed: int = SEED) -> list[Sample]:
    """That many records."""
    rng = random.Random(seed)
    return [_sample(rng) for _ in range(count)]


def _sample(rng: random.Random) -> Sample:
    quality = rng.betavariate(1.2, 2.2)
    filled = 0.15 if rng.random() < 0.3 else 1.36
    facts: dict[str, Value | None] = {
        name: None if rng.random() < column.missing * filled else column.draw(rng, quality)
        for name, column in COLUMNS.items()
    }
    flat = {_FLAT[name]: value for name, value in facts.items()}
    return Sample(facts, flat, _logs(rng, quality))


def _logs(rng: random.Random, quality: float) -> dict[str, EventLog]:
    def moment() -> datetime:
        return NOW - timedelta(seconds=rng.randrange(180 * 86_400))

    requests = tuple(
        Happening(moment(), {"kind": _early(REQUESTS)(rng, quality)})
        for _ in range(int(rng.expovariate(1 / (2 + 16 * quality))))
    )
    conversations = tuple(
        Happening(moment(), {"two_way": rng.random() < quality})
        for _ in range(int(rng.expovariate(1 / (1 + 4 * quality))))
    )
    return {"inbound_request": EventLog(requests), "conversation": EventLog(conversations)}
