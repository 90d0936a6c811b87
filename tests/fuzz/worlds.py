"""Random scenes, which depend on their seed alone: every type, operator and form of condition.

Unlike `tests.backends.closure.worlds`, which draws terms, this draws what authors write, so that
reading, lowering and running are tried together and a failure can be kept as a file.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.policy import parse_policy
from leadpolicy.types import NUMERIC, ORDERED, TEMPORAL, Kind
from leadpolicy.vocabulary import Vocabulary
from tests.fuzz.scene import Scene
from tests.strategies import (
    LISTED,
    NASTY_INTEGERS,
    NASTY_NUMBERS,
    NASTY_TEXTS,
    NOW,
    dump,
    leaves,
    operators,
)

T = TypeVar("T")

FACTORS: Final = (0.1, 0.5, 0.7, 0.8, 1, 1.1, 3, 1.25, 1000000.000001)
PATTERNS: Final = ("a", "^a", "[0-9]{2}", "a+b", "x|é", "(?i)no", ".", "", r"\d+$", r"^\s*$")
WINDOWS: Final = ("1 day", "7 days", "36 hours", "2 weeks", "90 minutes", "100000 days")
DAYS: Final = ("1 day", "7 days", "2 weeks", "48 hours")
LENGTHS: Final = tuple(timedelta(hours=hours) for hours in (0, 24, 168, 36, 336, 1.5, 48))
"""How far from now the windows above begin or end."""
NUMBERS: Final = (
    *NASTY_NUMBERS,
    *(1e16, 1e22, 1e-7, 5e-324, 1.7976931348623157e308, -1.7976931348623157e308, 2.0**53),
)
INTEGERS: Final = (*NASTY_INTEGERS, 2**53, 2**53 - 1, 2**31, -(2**31) - 1, 127, 128, 255, 256)
TEXTS: Final = tuple(t for t in NASTY_TEXTS if not t.startswith("$"))
PARAMETERS: Final[Mapping[str, Any]] = {
    "mode": "a",
    "few": 2,
    "size": 5,
    "window": "7 days",
    "share": 0.3,
}
CORE: Final = (Kind.BOOLEAN, Kind.INTEGER, Kind.TEXT)
"""What SQLite compares as the language does."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a scene is about. `core`: only what SQLite has, too; `known`: policies may ask it."""

    seed: int
    core: bool
    known: bool
    policies: int = 3
    records: int = 150


def setup(seed: int) -> Setup:
    """One scene in four is for SQLite, one in four leaves `known` out."""
    return Setup(seed, core=seed % 4 == 1, known=seed % 4 != 2)


@dataclass(slots=True)
class World:
    """Draws everything from one stream of random numbers."""

    rng: random.Random
    core: bool = False
    known: bool = True
    types: dict[str, dict[str, Any]] = field(default_factory=dict)
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    near: list[float] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def one(self, options: Sequence[T]) -> T:
        return options[self.rng.randrange(len(options))]

    def chance(self, percent: int) -> bool:
        return self.rng.randrange(100) < percent

    def some(self, make: Callable[[], T], most: int) -> list[T]:
        """Up to so many, rarely none."""
        return [make() for _ in range(0 if self.chance(4) else self.rng.randrange(1, most + 1))]

    # ---------------------------------------------------------------------- vocabulary

    def declared(self, kind: Kind) -> dict[str, Any]:
        """A type with what belongs to it."""
        found: dict[str, Any] = {"type": str(kind)}
        if kind in (Kind.CHOICE, Kind.LEVEL) or (kind is Kind.CHOICES and self.chance(70)):
            many = [f"v{n}" for n in range(300)] if self.chance(5) else []
            found["values"] = [*self.rng.sample(LISTED, self.rng.randrange(2, 6)), *many]
        if kind is Kind.MONEY:
            found["currency"] = "EUR"
        if kind is Kind.INTEGER and not self.core and self.chance(30):
            found["range"] = self.one([[-3, 12], [0, 255], [0, 10**10]])
        return found

    def vocabulary(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Two facts of every kind, and two kinds of events."""
        for kind in CORE if self.core else tuple(Kind):
            declared = self.declared(kind)
            self.types[f"a.{kind}"] = self.types[f"b.{kind}"] = declared
        if not self.core:
            details = {
                "kind": Kind.CHOICE,
                "size": Kind.INTEGER,
                "share": Kind.NUMBER,
                "note": Kind.TEXT,
                "paid": Kind.BOOLEAN,
                "due": Kind.DATE,
            }
            self.attributes = {name: self.declared(kind) for name, kind in details.items()}
        events = {} if self.core else {"asked": self.attributes, "scanned": {}}
        return self.types, events

    # -------------------------------------------------------------------------- values

    def number(self, declared: Mapping[str, Any]) -> float:
        whole = declared["type"] == "integer"
        low, high = declared.get("range", (-(2**63), 2**63 - 1))
        drawn: float
        if self.near and self.chance(50):
            drawn = self.one(self.near) + self.one((0, 0, 0, 1, -1))
        elif self.chance(25):
            drawn = self.one(INTEGERS) if whole else self.one(NUMBERS)
        else:
            drawn = self.rng.randrange(-3, 12) if whole else self.rng.randrange(-20, 60) / 10
        return min(max(int(drawn), int(low)), int(high)) if whole else float(drawn)

    def text(self) -> str:
        if self.texts and self.chance(40):
            return self.one(self.texts)
        if self.chance(50):
            return self.one(TEXTS)
        return "".join(self.one("ab1é ") for _ in range(self.rng.randrange(4)))

    def moment(self, now: datetime) -> datetime:
        """Near now, and near the ends of windows."""
        if self.chance(4):
            return self.one((datetime.min, datetime.max)).replace(tzinfo=UTC)
        shift = timedelta(microseconds=self.one((0, 0, 0, 1, -1, 10**6, -(10**6))))
        try:
            return now + self.one((1, -1, -1)) * self.one(LENGTHS) + shift
        except OverflowError:
            return now

    def exact(self, declared: Mapping[str, Any], now: datetime = NOW) -> Any:
        """A value that a policy may compare with."""
        match Kind(declared["type"]):
            case Kind.BOOLEAN:
                return self.chance(50)
            case Kind.INTEGER | Kind.NUMBER | Kind.MONEY:
                return self.number(declared)
            case Kind.TEXT:
                return self.text()
            case Kind.CHOICE | Kind.LEVEL:
                return self.one(declared["values"])
            case Kind.CHOICES:
                values = declared.get("values") or TEXTS
                return list(dict.fromkeys(self.one(values) for _ in range(self.rng.randrange(4))))
            case Kind.DATE:
                if self.chance(3):
                    return self.one((date.min, date.max)).isoformat()
                return self.moment(now).date().isoformat()
            case Kind.MOMENT:
                return self.moment(now).isoformat()

    def value(self, declared: Mapping[str, Any], now: datetime) -> Any:
        """A value that a record may hold: also ranges, and money in another currency."""
        if self.core or Kind(declared["type"]) not in NUMERIC or self.chance(65):
            return self.exact(declared, now)
        if declared["type"] == "money" and self.chance(30):
            return {"amount": 5, "currency": "USD"}
        low, high = sorted([self.number(declared), self.number(declared)])
        if self.chance(30) and declared["type"] == "integer" and low < high:
            high = low + 1
        return self.one([{"from": low, "to": high}, {"from": low}, {"to": high}])

    # ------------------------------------------------------------------------- records

    def record(self, names: Sequence[str], now: datetime) -> dict[str, Any]:
        missing = self.one((0, 25, 25, 60))
        body: dict[str, Any] = {
            "as_of": now.isoformat(),
            "facts": {
                name: self.value(self.types[name], now)
                for name in names
                if not self.chance(missing)
            },
        }
        kinds = [kind for kind in ("asked", "scanned") if not self.chance(missing)]
        if self.core or not kinds:
            return body
        body["recorded"] = kinds
        body["events"] = [
            self.happening(self.one(kinds), now) for _ in range(self.rng.randrange(6))
        ]
        since = {kind: self.moment(now).isoformat() for kind in kinds if self.chance(25)}
        return {**body, "since": since} if since else body

    def happening(self, kind: str, now: datetime) -> dict[str, Any]:
        found: dict[str, Any] = {"event": kind}
        if self.chance(80):
            found["at"] = self.moment(now).isoformat()
        if kind == "asked":
            for name, declared in self.attributes.items():
                if self.chance(70):
                    found[name] = self.value(declared, now)
        return found

    def now(self) -> datetime:
        """Nearly always a day in March; sometimes an end of the calendar."""
        if self.chance(3):
            return self.one((datetime.min, datetime.max)).replace(tzinfo=UTC)
        return NOW + self.one((0, 0, 1, -1)) * self.one(LENGTHS)

    # ------------------------------------------------------------------------ policies

    def policy(self, vocabulary: Vocabulary) -> dict[str, Any]:
        """A policy that the project accepts."""
        while True:
            document = self.document()
            try:
                parse_policy(dump(document), vocabulary)
            except LeadpolicyError:
                continue
            return document

    def document(self) -> dict[str, Any]:
        names: list[str] = []
        criteria: dict[str, Any] = {}
        many = self.rng.randrange(30, 80) if self.chance(4) else self.rng.randrange(4)
        for number in range(many):
            condition = self.condition(0 if many > 4 else self.rng.randrange(3), names)
            criteria[f"criterion{number}"] = {"says": "It is so", "all": [condition]}
            names.append(f"criterion{number}")
        stages: list[dict[str, Any]] = []
        for number in range(self.rng.randrange(1, 5)):
            below = [stage["stage"] for stage in stages]
            stage: dict[str, Any] = {
                "stage": f"stage{number}",
                "requires": self.one(below) if below and self.chance(60) else "nothing",
                "when": self.condition(self.rng.randrange(1, 4), names),
            }
            if criteria and self.chance(30):
                stage["excludes"] = [self.one(list(criteria))]
            stages.append(stage)
            names.append(f"stage{number}")
        return {
            "policy": "random",
            "version": "1.0.0",
            "title": "A random policy",
            "vocabulary": 1,
            "grain": "company",
            "parameters": {n: {"value": v, "says": "It is set"} for n, v in PARAMETERS.items()},
            **({"criteria": criteria} if criteria else {}),
            "stages": stages,
        }

    def condition(self, depth: int, names: Sequence[str]) -> Any:
        """A condition of any form."""
        if depth == 0 or self.chance(20):
            return self.test(names)
        if self.chance(2):
            parts = [self.test(names) for _ in range(self.rng.randrange(30, 140))]
        else:
            parts = self.some(lambda: self.condition(depth - 1, names), 4)
        match self.rng.randrange(6):
            case 0 | 1 | 2 as word:
                return {("all", "any", "none")[word]: parts}
            case 3 | 4:
                fitting = range(1, max(2, len(parts)))
                count = self.one([*fitting] * 6 + [0, 3, "$few"])
                return {self.one(["at_least", "at_most", "exactly"]): count, "of": parts}
            case _:
                return self.points(parts)

    def points(self, parts: Sequence[Any]) -> Any:
        weights: tuple[Any, ...] = self.one(
            [(0.1, 0.2, -0.1), (1, 2, -1), (-20, -7, 5, 10, 25), (0.1, 0, 1, -1, "$few", "$share")]
        )
        rules = [{"points": self.one(weights), "when": part} for part in parts]
        limits = [rule["points"] for rule in rules] * 4 + [0.3, 0, -0.1, 2, 15, "$share"]
        found: dict[str, Any] = {"points": rules, "at_least": self.one(limits)}
        return {**found, "cap": self.one([*limits, 9])} if self.chance(20) else found

    def test(self, names: Sequence[str]) -> Any:
        """A condition without conditions inside."""
        form = self.rng.randrange(20)
        if form < 4 and names:
            return self.one(names)
        if form == 4:
            return self.one([{"$mode": "a"}, {"$mode": "b"}, {"$mode": ["b", "c"]}])
        if form < 10 and not self.core:
            return self.event()
        if form < 13:
            return self.against_a_fact()
        if form == 13:
            return self.one(
                [
                    {"a.integer": {"at_least": "$size"}},
                    {"a.integer": {"at_least": 2, "below": 9}},
                    {"a.boolean": self.chance(50)},
                    {"b.integer": [2, 3, 4]},
                ]
            )
        name = self.one(list(self.types))
        return {name: self.side(self.types[name])}

    def side(self, declared: Mapping[str, Any]) -> dict[str, Any]:
        """What may stand to the right of a fact: one operator with its operand."""
        kind = Kind(declared["type"])
        word = self.one(operators(kind, known=self.known))
        if self.core and kind is Kind.TEXT and word in SEARCHES:
            word = "is"
        match word:
            case "known":
                return {word: self.chance(50)}
            case "one_of" | "none_of":
                return {word: self.some(lambda: self.exact(declared), 4)}
            case "contains_any" | "contains_all":
                return {word: self.exact(declared) or [self.one(declared.get("values") or TEXTS)]}
            case "between":
                ends = [self.exact(declared), self.exact(declared)]
                rank = declared["values"].index if kind is Kind.LEVEL else None
                return {word: sorted(ends, key=rank)}
            case "within_last" | "within_next":
                return {word: self.one(DAYS if kind is Kind.DATE else WINDOWS)}
            case "matches":
                return {word: self.one(PATTERNS)}
            case "contains" if kind is Kind.CHOICES:
                return {word: self.one(declared.get("values") or TEXTS)}
            case _:
                return {word: self.exact(declared)}

    def against_a_fact(self) -> Any:
        """One fact against another, with and without a factor."""
        kind = self.one(CORE if self.core else tuple(k for k in Kind if k is not Kind.CHOICES))
        other: dict[str, Any] = {"fact": f"b.{kind}"}
        if kind is Kind.INTEGER and not self.core and self.chance(30):
            other = {"fact": "b.number"}
        if kind in NUMERIC and not self.core and self.chance(50):
            other["times"] = self.one(FACTORS)
        words = ["is", "is_not"]
        if kind in TEMPORAL:
            words += ["before", "after"]
        elif kind in ORDERED:
            words += ["above", "at_least", "below", "at_most"]
        return {f"a.{kind}": {self.one(words): other}}

    def event(self) -> Any:
        """`happened` and `not_happened` with window, count and details."""
        kind = self.one(["asked", "asked", "scanned"])
        test: dict[str, Any] = {self.one(["happened", "not_happened"]): kind}
        test["within"] = self.one([*WINDOWS, "ever", "ever", "$window"])
        if self.chance(50):
            test["at_least"] = self.one([0, 1, 1, 2, 2, 2, 3, "$few"])
        if kind == "asked" and self.chance(60):
            test["where"] = {
                name: self.side(declared)
                for name, declared in self.attributes.items()
                if self.chance(30)
            }
        return test


SEARCHES: Final = frozenset({"contains", "starts_with", "ends_with", "matches"})


def scene(given: Setup) -> Scene:
    """The scene of a seed. Records lie near the numbers and texts that the policies name."""
    world = World(random.Random(given.seed), given.core, given.known)
    facts, events = world.vocabulary()
    empty = Scene(facts, events, {}, [])
    vocabulary = empty.vocabulary()
    policies = {f"policy{n}": world.policy(vocabulary) for n in range(given.policies)}
    said = [leaves([p.get("criteria", {}), p["stages"]]) for p in policies.values()]
    found = [leaf for leaf_list in said for leaf in leaf_list]
    world.near = [
        n
        for n in [*found, 2, 5, 0.3]
        if isinstance(n, int | float) and not isinstance(n, bool) and abs(n) < 2**52
    ]
    texts = {leaf for leaf in found if isinstance(leaf, str)}
    world.texts = sorted(texts - {*facts, *operators(Kind.TEXT, known=True)})[:40]
    names = [name for name in facts if name in texts or world.chance(10)]
    moment = world.now()
    shared = given.seed % 2 == 0
    records = [world.record(names, moment if shared else world.now()) for _ in range(given.records)]
    return Scene(facts, events, policies, records)
