"""Random logic and random records: every term, every type, values at the edges of their types.

What is drawn depends on the seed alone, so that a failure can be repeated by its number.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final, TypeVar

from leadpolicy.logic import build
from leadpolicy.logic.terms import (
    FromNow,
    Literal,
    Logic,
    Operand,
    Other,
    Relation,
    Subject,
    Term,
    TextMatch,
)
from leadpolicy.truth import Truth
from leadpolicy.types import NUMERIC, TEMPORAL, Kind, Range, Type, Value, make_range
from leadpolicy.vocabulary.record import EventLog, Happening, Record

T = TypeVar("T")

NOW: Final = datetime(2026, 3, 1, 12, 34, 56, 789, tzinfo=UTC)
LEVELS: Final = ("none", "low", "middle", "high")
CHOICES: Final = ("demo", "question", "costarring", "liquid", "São Paulo")
TYPES: Final = {
    "b": Type(Kind.BOOLEAN),
    "i": Type(Kind.INTEGER),
    "n": Type(Kind.NUMBER),
    "m": Type(Kind.MONEY, currency="EUR"),
    "t": Type(Kind.TEXT),
    "c": Type(Kind.CHOICE, CHOICES),
    "l": Type(Kind.LEVEL, LEVELS),
    "s": Type(Kind.CHOICES),
    "d": Type(Kind.DATE),
    "w": Type(Kind.MOMENT),
}
FACTS: Final = {
    name: Subject(name, kind)
    for letter, kind in TYPES.items()
    for name in (f"{letter}.0", f"{letter}.1")
}
ATTRIBUTES: Final = {letter: Subject(letter, TYPES[letter]) for letter in "bintcd"}
KINDS: Final = ("inbound", "conversation")
WINDOWS: Final = (
    *(None, timedelta(days=30), timedelta(days=1), timedelta(minutes=1)),
    timedelta(days=100_000),
)
INTEGERS: Final = (
    *(0, 1, -1, 2, 19, 20, 21, 50, 200, 1_000, 2**31, 2**53 - 1, 2**53, 2**53 + 1),
    *(-(2**63), 2**63 - 1),
)
NUMBERS: Final = (
    *(0.0, 0.1, 0.3, 0.1 + 0.2, 1.0, -1.0, 19.999999999999996, 20.0, 0.8, 24.0, 25.0, 30.0),
    *(-2.5, 1e16, 1e22, 1e-7, 5e-324, 1.7976931348623157e308, -1.7976931348623157e308),
)
TEXTS: Final = (
    *("", "a", "b", "VP Sales", "sales", "A", "São", "é", "東京", "😀", "costarring", "liquid"),
    *("it's", 'say "hi"', "back\\slash", "\n", "\t", "\x00", "\\u0061", "null", "true", "5", "{}"),
    *("x" * 300, ".*", "a.b", "%d", "a,b", "[a]"),
)
PATTERNS: Final = ("^VP", "a|b", r"\d+", "^$", "(?i)sales", ".", r"\.", "ã")
FACTORS: Final = tuple(map(Decimal, ("0.8", "1.1", "0.1", "3", "1.25", "1000000.000001")))
MOMENTS: Final = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(slots=True)
class World:
    """Draws terms and records that fit together. `edges`: also numbers that few engines carry."""

    rng: random.Random
    edges: bool = True
    texts: tuple[str, ...] = TEXTS
    pool: list[Term] = field(default_factory=list)

    def one(self, values: tuple[T, ...] | list[T]) -> T:
        return values[self.rng.randrange(len(values))]

    # -------------------------------------------------------------------------- values

    def value(self, kind: Type) -> Value:
        """A precise value."""
        rng = self.rng
        match kind.kind:
            case Kind.BOOLEAN:
                return rng.random() < 0.5
            case Kind.INTEGER:
                return self.one(INTEGERS) if self.edges else rng.randrange(-3, 30)
            case Kind.NUMBER | Kind.MONEY:
                return self.one(NUMBERS) if self.edges else rng.randrange(-8, 120) / 4
            case Kind.TEXT:
                return self.one(self.texts)
            case Kind.CHOICE | Kind.LEVEL:
                return self.one(kind.values)
            case Kind.CHOICES:
                return frozenset(rng.sample(self.texts, rng.randrange(4)))
            case Kind.DATE:
                if self.edges and rng.random() < 0.05:
                    return self.one((date.min, date.max))
                return NOW.date() + timedelta(days=rng.choice((-31, -30, -29, -2, -1, 0, 1, 2, 30)))
            case Kind.MOMENT:
                return self.moment()

    def moment(self) -> datetime:
        """Near the edges of the windows that policies use."""
        if self.edges and self.rng.random() < 0.05:
            return self.one(MOMENTS)
        window = self.one(WINDOWS[:-1]) or timedelta()
        shift = timedelta(microseconds=self.one((-1, 0, 0, 1, 1_000_000, -1_000_000)))
        return NOW + self.one((-1, -1, 1)) * window + shift

    def known(self, kind: Type) -> Value:
        """A value, or for numbers sometimes a range."""
        value = self.value(kind)
        if kind.kind not in NUMERIC or self.rng.random() < 0.7:
            return value
        other = self.value(kind)
        assert isinstance(value, int | float)
        assert isinstance(other, int | float)
        low, high = sorted((value, other))
        after = low + 1 if abs(low) < 2**60 else high
        ends = self.one(((low, high), (low, after), (low, None), (None, high), (None, None)))
        return Range(None, None, "USD 5") if ends == (None, None) else make_range(*ends)

    # --------------------------------------------------------------------------- terms

    def atom(self, subjects: dict[str, Subject], *, events: bool = True) -> Term:
        """A condition on one fact, or a count of events."""
        if events and self.rng.random() < 0.15:
            return self.happened()
        subject = self.one(list(subjects.values()))
        if self.rng.random() < 0.08:
            return build.known(subject)
        kind = subject.type.kind
        if kind is Kind.CHOICES:
            return build.has(subject, self.one(self.texts))
        if kind is Kind.TEXT and self.rng.random() < 0.5:
            test = self.one(tuple(TextMatch))
            text = self.one(PATTERNS if test is TextMatch.MATCHES else self.texts)
            return build.text_test(test, subject, text)
        if kind not in TEMPORAL | {Kind.BOOLEAN} and self.rng.random() < 0.25:
            return build.member(subject, [self.value(subject.type) for _ in range(4)])
        return self.compare(subject, subjects)

    def compare(self, subject: Subject, subjects: dict[str, Subject]) -> Term:
        kind = subject.type.kind
        ordered = kind in NUMERIC | TEMPORAL | {Kind.LEVEL}
        op = self.one(tuple(Relation)) if ordered else Relation.EQ
        right: Operand = Literal(self.value(subject.type))
        draw = self.rng.random()
        alike = [s for s in subjects.values() if _comparable(s, subject) and s is not subject]
        if draw < 0.3 and alike and kind is not Kind.CHOICES:
            scaled = kind in NUMERIC and self.rng.random() < 0.5
            right = Other(self.one(alike), self.one(FACTORS) if scaled else None)
        elif draw < 0.6 and kind in TEMPORAL and op is not Relation.EQ:
            window = self.one(WINDOWS) or timedelta()
            right = FromNow(self.one((-1, 1)) * window)
        return build.compare(op, subject, right)

    def happened(self) -> Term:
        where = [self.atom(ATTRIBUTES, events=False) for _ in range(self.rng.randrange(3))]
        joint = self.one((build.every, build.some)) if where else build.every
        term = joint([self.one((t, build.negate(t))) for t in where])
        within = self.one(WINDOWS)
        return build.happened(self.one(KINDS), term, within, self.rng.randrange(1, 4))

    def term(self, depth: int) -> Term:
        """Any term; what was drawn before may come again."""
        rng = self.rng
        made: Term
        if self.pool and rng.random() < 0.2:
            return self.one(self.pool)
        if depth == 0 or rng.random() < 0.2:
            decided = rng.random() < 0.02
            made = build.const(self.one(list(Truth))) if decided else self.atom(FACTS)
        else:
            parts = [self.term(depth - 1) for _ in range(rng.randrange(1, 5))]
            weights = [rng.choice((-20, -7, 5, 10, 10, 25)) for _ in parts]
            match rng.randrange(5):
                case 0:
                    made = build.every(parts)
                case 1:
                    made = build.some(parts)
                case 2:
                    made = build.negate(parts[0])
                case 3:
                    made = build.at_least(rng.randrange(1, len(parts) + 1), parts)
                case _:
                    made = build.sum_at_least(
                        rng.randrange(-20, 40), zip(weights, parts, strict=True)
                    )
        self.pool.append(made)
        return made

    def logic(self) -> Logic:
        """A ladder: some stages need the stage below, some do not."""
        criteria = tuple(self.term(self.rng.randrange(1, 4)) for _ in range(self.rng.randrange(4)))
        stages: list[Term] = []
        for _ in range(self.rng.randrange(1, 5)):
            own = self.term(self.rng.randrange(3))
            parts = [own, build.negate(self.one(self.pool))] if self.rng.random() < 0.3 else [own]
            if stages and self.rng.random() < 0.7:
                parts.insert(0, stages[-1])
            stages.append(build.every(parts))
        return Logic(criteria, tuple(stages))

    # ------------------------------------------------------------------------- records

    def record(self) -> Record:
        """Facts and logs, about a third of them missing."""
        missing = self.one((0.0, 0.3, 0.6))
        facts = {
            name: self.known(subject.type)
            for name, subject in FACTS.items()
            if self.rng.random() >= missing
        }
        logs = {kind: self.log() for kind in KINDS if self.rng.random() >= missing}
        return Record(facts, logs, "r")

    def log(self) -> EventLog:
        happenings = tuple(self.happening() for _ in range(self.rng.randrange(5)))
        return EventLog(happenings, self.moment() if self.rng.random() < 0.25 else None)

    def happening(self) -> Happening:
        at = None if self.rng.random() < 0.15 else self.moment()
        details = {
            name: self.known(subject.type)
            for name, subject in ATTRIBUTES.items()
            if self.rng.random() < 0.8
        }
        return Happening(at, details)

    def now(self) -> datetime:
        """Nearly always a day in March; sometimes an end of the calendar."""
        return self.one(MOMENTS) if self.edges and self.rng.random() < 0.02 else NOW


def _comparable(left: Subject, right: Subject) -> bool:
    """Whether the language compares these facts: one type, or numbers that are no money."""
    plain = {Kind.INTEGER, Kind.NUMBER}
    return left.type == right.type or {left.type.kind, right.type.kind} <= plain
