"""Random vocabularies, conditions and records, all as plain data that people could have written.

Conditions are the dictionaries and lists that YAML would give; a `Situation` holds what is known
about a record as plain Python values. Both are read by the project and, quite differently, by
`tests.language.naive`. What is drawn is drawn step by step, which is much faster than strategies
made anew for every vocabulary.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import yaml
from hypothesis import strategies as st

from leadpolicy.policy import Policy, parse_policy
from leadpolicy.types import NUMERIC, ORDERED, TEMPORAL, Kind, Type
from leadpolicy.vocabulary import (
    Attribute,
    EventKind,
    EventLog,
    Fact,
    PointInTime,
    Record,
    Vocabulary,
    read_record,
)

T = TypeVar("T")

NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)

# Values that other programs have stumbled over. Texts that begin with $ would be parameters.
NASTY_TEXTS: Final = (
    *("", " ", "NO", "no", "true", "null", "~", "0123", "1e3", "12:30", "2026-02-30", "-", "#a"),
    *(
        "'",
        '"',
        "\\",
        "\\u{61}",
        "a\nb",
        "\u00e9",
        "e\u0301",
        "\u00df",
        "SS",
        "\u0131",
        "I",
        "a: b",
    ),
    *("\U0001f600", "\U0002f800", "\ufb01", "\u0661", "\u200b", "a$", "{a}", "[a]", "%", "NaN"),
)
NASTY_NUMBERS: Final = (0.1, 0.2, 0.3, 0.30000000000000004, 0.7, 1.1, -0.1, 1e-9, 1e15, 0.0)
NASTY_INTEGERS: Final = (0, 1, -1, 2**53 + 1, 2**63 - 1, -(2**63))
FACTORS: Final = (0.1, 0.5, 0.7, 0.8, 1, 1.1, 3)
PATTERNS: Final = ("a", "^a", "[0-9]{2}", "a+b", "x|\u00e9", "(?i)no", ".", "")
WINDOWS: Final = ("1 day", "7 days", "36 hours", "2 weeks", "90 minutes")
DAYS: Final = ("1 day", "7 days", "2 weeks", "48 hours")
LISTED: Final = tuple(
    sorted({unicodedata.normalize("NFC", t) for t in NASTY_TEXTS} - {"", " ", "~", "null"})
)
"""Values for closed lists."""

texts = st.one_of(
    st.sampled_from(NASTY_TEXTS),
    st.text(alphabet="ab1\u00e9 ", max_size=4),
    st.text(max_size=6),
).filter(lambda text: not text.startswith("$"))
integers = st.one_of(
    st.integers(-1, 4), st.integers(-1, 4), st.integers(-3, 12), st.sampled_from(NASTY_INTEGERS)
)
numbers = st.one_of(
    st.integers(-2, 6).map(lambda tenths: tenths / 10),
    st.integers(-30, 120).map(lambda tenths: tenths / 10),
    st.sampled_from(NASTY_NUMBERS),
)
dates = st.integers(-16, 16).map(lambda days: NOW.date() + timedelta(days=days))
edges: Final = [
    *(timedelta(days=days) for days in (0, -1, 1, -7, 7, -14, 14)),
    *(timedelta(hours=hours) for hours in (-36, 36, -1.5, 1.5)),
]
"""Offsets from now at which the windows above begin or end."""
moments = st.one_of(
    st.sampled_from(edges),
    st.sampled_from(edges).map(lambda offset: offset + timedelta(microseconds=1)),
    st.integers(-16 * 24, 16 * 24).map(lambda hours: timedelta(hours=hours)),
).map(lambda offset: NOW + offset)
SIMPLE: Final[Mapping[Kind, st.SearchStrategy[Any]]] = {
    Kind.BOOLEAN: st.booleans(),
    Kind.INTEGER: integers,
    Kind.NUMBER: numbers,
    Kind.MONEY: numbers,
    Kind.TEXT: texts,
    Kind.DATE: dates,
    Kind.MOMENT: moments,
}


# ------------------------------------------------------------------- vocabularies and records


@st.composite
def vocabularies(draw: st.DrawFn) -> Vocabulary:
    """Two facts of every kind, so that there is always one to compare with, and two events."""
    lists = st.lists(st.sampled_from(LISTED), min_size=2, max_size=4, unique=True)

    def of_kind(kind: Kind) -> Type:
        listed = kind in (Kind.CHOICE, Kind.LEVEL, Kind.CHOICES)
        values = tuple(draw(lists)) if listed else ()
        return Type(kind, values, "EUR" if kind is Kind.MONEY else None)

    facts: dict[str, Fact] = {}
    for kind in Kind:
        declared = of_kind(kind)
        for name in (f"a.{kind}", f"b.{kind}"):
            facts[name] = Fact(name, declared, "value", "?", "data", PointInTime.YES)
    details = {
        name: Attribute(name, of_kind(kind), name)
        for name, kind in (("kind", Kind.CHOICE), ("size", Kind.INTEGER), ("note", Kind.TEXT))
    }
    events = {
        name: EventKind(name, name, "?", "data", attributes)
        for name, attributes in (("asked", details), ("scanned", {}))
    }
    return Vocabulary("1", facts, events)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event; `at` None: not dated."""

    at: datetime | None
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Log:
    """What happened of one kind; `since`: from when on it was recorded, None: always."""

    occurrences: tuple[Occurrence, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known about a record, as plain values. What is missing is left out."""

    facts: Mapping[str, Any]
    logs: Mapping[str, Log]

    def record(self, vocabulary: Vocabulary) -> Record:
        """As the project reads it."""
        events = [
            {"event": kind, "at": occurrence.at, **occurrence.details}
            for kind, log in self.logs.items()
            for occurrence in log.occurrences
        ]
        record = read_record(vocabulary, self.facts, events, recorded=list(self.logs))
        logs = {
            kind: EventLog(log.happenings, self.logs[kind].since)
            for kind, log in record.events.items()
        }
        return replace(record, events=logs)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws values of any type; of numbers, half of the time those in `near`."""

    draw: st.DrawFn
    near: tuple[float, ...] = ()

    def pick(self, options: Sequence[T]) -> T:
        """One of these."""
        return options[self.draw(st.integers(0, len(options) - 1))]

    def chance(self, percent: int) -> bool:
        """True that often."""
        return self.draw(st.integers(0, 99)) < percent

    def some(self, make: Callable[[], T], most: int) -> list[T]:
        """Up to so many, rarely none."""
        return [make() for _ in range(self.pick([*range(1, most + 1)] * 4 + [0]))]

    def exact(self, kind: Type) -> Any:
        """A value that a policy may compare with."""
        if kind.kind is Kind.CHOICES:
            return list(dict.fromkeys(self.some(lambda: self.pick(kind.values), 3)))
        whole = kind.kind is Kind.INTEGER
        near = [n for n in self.near if (isinstance(n, int) if whole else abs(n) < 2**53)]
        if kind.kind in NUMERIC and near and self.chance(50):
            return self.pick(near)
        return self.pick(kind.values) if kind.values else self.draw(SIMPLE[kind.kind])

    def value(self, kind: Type) -> Any:
        """A value that a record may hold: also ranges, and money in another currency."""
        if kind.kind in NUMERIC and self.chance(30):
            if kind.kind is Kind.MONEY and self.chance(40):
                return {"amount": self.exact(kind), "currency": "USD"}
            return self.range(kind)
        return self.exact(kind)

    def range(self, kind: Type) -> dict[str, Any]:
        """A number known only to lie between two ends, one of which may be open."""
        low, high = sorted([self.exact(kind), self.exact(kind)])
        return self.pick([{"from": low, "to": high}, {"from": low}, {"to": high}])

    def occurrence(self, kind: EventKind) -> Occurrence:
        """One event, perhaps undated, perhaps with missing details."""
        details = {
            name: self.value(attribute.type)
            for name, attribute in kind.attributes.items()
            if self.chance(60)
        }
        return Occurrence(self.draw(moments) if self.chance(70) else None, details)

    def log(self, kind: EventKind) -> Log:
        """A log, perhaps one that began late."""
        since = self.draw(moments) if self.chance(25) else None
        return Log(tuple(self.some(lambda: self.occurrence(kind), 3)), since)


@st.composite
def situations(
    draw: st.DrawFn,
    vocabulary: Vocabulary,
    names: Sequence[str] = (),
    *,
    near: Sequence[float] = (),
) -> Situation:
    """What is known about a record: more than half of these facts (or of all), and of the logs.

    `near`: numbers that matter, because a policy names them.
    """
    drawing = Drawing(draw, tuple(near))
    facts = {
        name: drawing.value(vocabulary.facts[name].type)
        for name in (names or vocabulary.facts)
        if drawing.chance(65)
    }
    logs = {
        name: drawing.log(kind) for name, kind in vocabulary.events.items() if drawing.chance(70)
    }
    return Situation(facts, logs)


# -------------------------------------------------------------------------------- conditions


PARAMETERS: Final = {"mode": "a", "few": 2, "size": 5, "window": "7 days", "share": 0.3}


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy of one stage as its author would write it, as plain data."""

    condition: Any
    criteria: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=lambda: PARAMETERS)

    def data(self) -> dict[str, Any]:
        """The whole document."""
        return {
            "policy": "random",
            "version": "1.0.0",
            "title": "A random policy",
            "vocabulary": 1,
            "grain": "company",
            "parameters": {
                n: {"value": v, "says": "It is set"} for n, v in self.parameters.items()
            },
            "criteria": {n: {"says": "It is so", "all": [c]} for n, c in self.criteria.items()},
            "stages": [{"stage": "holds", "requires": "nothing", "when": self.condition}],
        }

    def policy(self, vocabulary: Vocabulary) -> Policy:
        """As the project reads it."""
        return parse_policy(dump(self.data()), vocabulary)


class _Dumper(yaml.CSafeDumper):
    """Writes parts that stand twice twice: anchors are not allowed in policies."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def dump(document: Any) -> str:
    """YAML as people write it."""
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**9)


@dataclass(frozen=True, slots=True)
class Author(Drawing):
    """Writes conditions. `known`: whether they may ask what is known."""

    vocabulary: Vocabulary = field(kw_only=True)
    known: bool = field(kw_only=True)
    names: tuple[str, ...] = field(kw_only=True)

    def condition(self, depth: int = 3) -> Any:
        """A condition of any form."""
        if depth == 0 or self.chance(30):
            return self.test()
        parts = self.some(lambda: self.condition(depth - 1), 3)
        match self.draw(st.integers(0, 5)):
            case 0 | 1 | 2 as word:
                return {("all", "any", "none")[word]: parts}
            case 3 | 4:
                fitting = range(1, max(2, len(parts)))
                count = self.pick([*fitting] * 6 + [0, 3, "$few"])
                return {self.pick(["at_least", "at_most", "exactly"]): count, "of": parts}
            case _:
                return self.points(parts)

    def points(self, parts: Sequence[Any]) -> Any:
        """A score."""
        weights = self.pick([(0.1, 0.2, -0.1), (1, 2, -1), (0.1, 0, 1, -1, "$few", "$share")])
        rules = [{"points": self.pick(weights), "when": part} for part in parts]
        limits = [rule["points"] for rule in rules] * 4 + [0.3, 0, -0.1, 2, "$share"]
        found: dict[str, Any] = {"points": rules, "at_least": self.pick(limits)}
        return {**found, "cap": self.pick([*limits, 9])} if self.chance(20) else found

    def test(self) -> Any:
        """A condition without conditions inside."""
        form = self.draw(st.integers(0, 19))
        if form < 4 and self.names:
            return self.pick(self.names)
        if form == 4:
            return self.pick([{"$mode": "a"}, {"$mode": "b"}, {"$mode": ["b", "c"]}])
        if 5 <= form < 10:
            return self.event()
        if 10 <= form < 13:
            return self.against_a_fact()
        if form == 13:
            return self.short()
        kind = self.pick(tuple(Kind))
        declared = self.vocabulary.facts[f"a.{kind}"].type
        return {f"a.{kind}": self.side(declared)}

    def short(self) -> Any:
        """Forms that stand for others."""
        return self.pick(
            [
                {"a.boolean": self.draw(st.booleans())},
                {"a.integer": self.some(lambda: self.draw(integers), 2)},
                {"a.integer": {"at_least": 2, "below": 9}},
                {"a.integer": {"at_least": "$size"}},
                {"a.number": {"below": "$share", "above": 0}},
            ]
        )

    def side(self, kind: Type) -> dict[str, Any]:
        """What may stand to the right of a fact: one operator with its operand."""
        word = self.pick(operators(kind.kind, known=self.known))
        match word:
            case "known":
                return {word: self.draw(st.booleans())}
            case "one_of" | "none_of":
                return {word: self.some(lambda: self.exact(kind), 3)}
            case "between":
                ends = [self.exact(kind), self.exact(kind)]
                order = kind.rank if kind.kind is Kind.LEVEL else None
                return {word: sorted(ends, key=order)}
            case "within_last" | "within_next":
                return {word: self.pick(DAYS if kind.kind is Kind.DATE else WINDOWS)}
            case "matches":
                return {word: self.pick(PATTERNS)}
            case "contains" if kind.kind is Kind.CHOICES:
                return {word: self.pick(kind.values)}
            case _:
                return {word: self.exact(kind)}

    def against_a_fact(self) -> Any:
        """One fact against another, with and without a factor."""
        kind = self.pick(tuple(kind for kind in Kind if kind is not Kind.CHOICES))
        other: dict[str, Any] = {"fact": f"b.{kind}"}
        if kind is Kind.INTEGER and self.chance(20):
            other = {"fact": "b.number"}
        if kind in NUMERIC and self.chance(50):
            other["times"] = self.pick(FACTORS)
        words = ["is", "is_not"]
        if kind in TEMPORAL:
            words += ["before", "after"]
        elif kind in ORDERED:
            words += ["above", "at_least", "below", "at_most"]
        return {f"a.{kind}": {self.pick(words): other}}

    def event(self) -> Any:
        """`happened` and `not_happened` with window, count and details."""
        kind = self.pick(sorted(self.vocabulary.events))
        test: dict[str, Any] = {self.pick(["happened", "not_happened"]): kind}
        test["within"] = self.pick([*WINDOWS, "ever", "ever", "$window"])
        if self.chance(50):
            test["at_least"] = self.pick([0, 1, 1, 2, 2, 2, "$few"])
        if self.chance(50):
            test["where"] = {
                name: self.side(attribute.type)
                for name, attribute in self.vocabulary.events[kind].attributes.items()
                if self.chance(50)
            }
        return test


def operators(kind: Kind, *, known: bool) -> tuple[str, ...]:
    """The words that fit a type."""
    words = ["known"] if known else []
    if kind is not Kind.CHOICES:
        words += ["is", "is_not"]
    if kind not in {Kind.CHOICES, Kind.BOOLEAN} | TEMPORAL:
        words += ["one_of", "none_of"]
    if kind in ORDERED:
        words += ["between"]
    if kind in ORDERED - TEMPORAL:
        words += ["above", "at_least", "below", "at_most"]
    if kind in TEMPORAL:
        words += ["before", "after", "within_last", "within_next"]
    if kind is Kind.TEXT:
        words += ["contains", "starts_with", "ends_with", "matches"]
    if kind is Kind.CHOICES:
        words += ["contains", "contains_any", "contains_all"]
    return tuple(words)


@st.composite
def drafts(draw: st.DrawFn, vocabulary: Vocabulary, *, known: bool = True) -> Draft:
    """A policy with up to two criteria that its condition may name."""
    criteria: dict[str, Any] = {}

    def author() -> Author:
        return Author(draw, vocabulary=vocabulary, known=known, names=tuple(criteria))

    for name in ("first", "second")[: draw(st.integers(0, 2))]:
        criteria[name] = author().condition(2)
    return Draft(author().condition(), criteria)


def leaves(document: Any) -> list[Any]:
    """Every text, number and date in a document, keys included."""
    match document:
        case dict():
            return [leaf for item in document.items() for leaf in leaves(list(item))]
        case list():
            return [leaf for item in document for leaf in leaves(item)]
        case _:
            return [document]


def asked(draft: Draft, vocabulary: Vocabulary) -> list[str]:
    """The facts that a draft uses, so that situations need not draw the others."""
    found = leaves([draft.condition, dict(draft.criteria)])
    texts_in_it = {leaf for leaf in found if isinstance(leaf, str)}
    return [name for name in vocabulary.facts if name in texts_in_it] or ["a.boolean"]


def numbers_in(draft: Draft) -> list[float]:
    """The numbers that a draft names."""
    found = leaves([draft.condition, dict(draft.criteria), dict(draft.parameters)])
    return [n for n in found if isinstance(n, int | float) and not isinstance(n, bool)]


def matching(draft: Draft, vocabulary: Vocabulary) -> st.SearchStrategy[Situation]:
    """Situations that matter to a draft: its facts, near its numbers."""
    return situations(vocabulary, asked(draft, vocabulary), near=numbers_in(draft))
