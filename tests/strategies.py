"""Random vocabularies, conditions and records, all as plain data that people could have written.

Conditions are the dictionaries and lists that YAML would give; a `Situation` holds what is known about
a record as plain Python values. Both are read by the project and, quite differently, by
`tests.language.naive`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

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

NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)

# Values that other programs have stumbled over. Texts that begin with $ would be parameters.
NASTY_TEXTS: Final = (
    *("", " ", "NO", "no", "true", "null", "~", "0123", "1e3", "12:30", "2026-02-30", "-", "#a", "a: b"),
    *("'", '"', "\\", "\\u{61}", "a\nb", "\u00e9", "e\u0301", "\u00df", "SS", "\u0131", "I"),
    *("\U0001f600", "\U0002f800", "\ufb01", "\u0661", "\u200b", "a$", "{a}", "[a]", "%", "NaN"),
)
NASTY_NUMBERS: Final = (0.1, 0.2, 0.3, 0.30000000000000004, 0.7, 1.1, -0.1, 1e-9, 1e15, 0.0)
NASTY_INTEGERS: Final = (0, 1, -1, 2**53 + 1, 2**63 - 1, -(2**63))
FACTORS: Final = (0.1, 0.5, 0.7, 0.8, 1, 1.1, 3)
PATTERNS: Final = ("a", "^a", "[0-9]{2}", "a+b", "x|\u00e9", "(?i)no", ".", "")
WINDOWS: Final = ("1 day", "7 days", "36 hours", "2 weeks", "90 minutes")
DAYS: Final = ("1 day", "7 days", "2 weeks", "48 hours")


# -------------------------------------------------------------------------------- vocabulary

_names = (
    st.sampled_from(NASTY_TEXTS)
    .map(lambda text: unicodedata.normalize("NFC", text))
    .filter(lambda text: text.strip() not in ("", "~", "null"))
)
_lists = st.lists(_names, min_size=2, max_size=4, unique=True)


@st.composite
def types(draw: st.DrawFn, kind: Kind) -> Type:
    """A type of a kind, with a closed list where it needs one."""
    if kind in (Kind.CHOICE, Kind.LEVEL, Kind.CHOICES):
        return Type(kind, tuple(draw(_lists)))
    return Type(kind, (), "EUR" if kind is Kind.MONEY else None)


@st.composite
def vocabularies(draw: st.DrawFn) -> Vocabulary:
    """Two facts of every kind, so that there is always one to compare with, and two events."""
    facts: dict[str, Fact] = {}
    for kind in Kind:
        of_kind = draw(types(kind))
        for name in (f"a.{kind}", f"b.{kind}"):
            facts[name] = Fact(name, of_kind, "value", "?", "data", PointInTime.YES)
    details = {
        name: Attribute(name, draw(types(kind)), name)
        for name, kind in (("kind", Kind.CHOICE), ("size", Kind.INTEGER), ("note", Kind.TEXT))
    }
    events = {
        name: EventKind(name, name, "?", "data", attributes)
        for name, attributes in (("asked", details), ("scanned", {}))
    }
    return Vocabulary("1", facts, events)


# ------------------------------------------------------------------------------------ values

texts = st.one_of(
    st.sampled_from(NASTY_TEXTS),
    st.text(alphabet="ab1\u00e9 ", max_size=4),
    st.text(max_size=6),
).filter(lambda text: not text.startswith("$"))
integers = st.one_of(st.integers(-3, 12), st.integers(-3, 12), st.sampled_from(NASTY_INTEGERS))
numbers = st.one_of(
    st.integers(-30, 120).map(lambda tenths: tenths / 10), st.sampled_from(NASTY_NUMBERS)
)
dates = st.integers(-16, 16).map(lambda days: NOW.date() + timedelta(days=days))
moments = st.one_of(
    st.sampled_from([timedelta(), timedelta(days=-7), timedelta(days=7), timedelta(hours=-36)]),
    st.integers(-16 * 24, 16 * 24).map(lambda hours: timedelta(hours=hours)),
    st.sampled_from([timedelta(microseconds=1), timedelta(days=-7, microseconds=1)]),
).map(lambda offset: NOW + offset)


def exact(kind: Type) -> st.SearchStrategy[Any]:
    """Values that a policy may compare with."""
    match kind.kind:
        case Kind.BOOLEAN:
            return st.booleans()
        case Kind.INTEGER:
            return integers
        case Kind.NUMBER | Kind.MONEY:
            return numbers
        case Kind.TEXT:
            return texts
        case Kind.CHOICE | Kind.LEVEL:
            return st.sampled_from(kind.values)
        case Kind.CHOICES:
            return st.lists(st.sampled_from(kind.values), max_size=3, unique=True)
        case Kind.DATE:
            return dates
        case Kind.MOMENT:
            return moments


@st.composite
def ranges(draw: st.DrawFn, kind: Type) -> Any:
    """A number known only to lie between two ends, one of which may be open."""
    ends = sorted(draw(st.lists(exact(kind), min_size=2, max_size=2)))
    found = dict(zip(("from", "to"), ends, strict=True))
    dropped = draw(st.sampled_from(["", "", "from", "to"]))
    return {end: value for end, value in found.items() if end != dropped}


def values(kind: Type) -> st.SearchStrategy[Any]:
    """Values that a record may hold: also ranges, and money in another currency."""
    if kind.kind is Kind.MONEY:
        foreign = numbers.map(lambda amount: {"amount": amount, "currency": "USD"})
        return st.one_of(exact(kind), ranges(kind), foreign)
    if kind.kind in NUMERIC:
        return st.one_of(exact(kind), exact(kind), ranges(kind))
    return exact(kind)


# ----------------------------------------------------------------------------------- records


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


@st.composite
def occurrences(draw: st.DrawFn, kind: EventKind) -> Occurrence:
    """One event, perhaps undated, perhaps with missing details."""
    at = draw(st.one_of(st.none(), moments, moments))
    details = {
        name: draw(values(attribute.type))
        for name, attribute in kind.attributes.items()
        if draw(st.booleans())
    }
    return Occurrence(at, details)


@st.composite
def logs(draw: st.DrawFn, kind: EventKind) -> Log:
    """A log, perhaps one that began late."""
    happened = draw(st.lists(occurrences(kind), max_size=3))
    return Log(tuple(happened), draw(st.one_of(st.none(), st.none(), moments)))


@st.composite
def situations(draw: st.DrawFn, vocabulary: Vocabulary, *, share: float = 0.6) -> Situation:
    """What is known about a record: about that share of the facts."""
    known = st.integers(0, 99).map(lambda number: number < 100 * share)
    facts = {
        name: draw(values(fact.type)) for name, fact in vocabulary.facts.items() if draw(known)
    }
    found = {name: draw(logs(kind)) for name, kind in vocabulary.events.items() if draw(known)}
    return Situation(facts, found)


# -------------------------------------------------------------------------------- conditions


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy of one stage as its author would write it, as plain data."""

    condition: Any
    criteria: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """The whole document."""
        return {
            "policy": "random",
            "version": "1.0.0",
            "title": "A random policy",
            "vocabulary": 1,
            "grain": "company",
            "parameters": {n: {"value": v, "says": "It is set"} for n, v in self.parameters.items()},
            "criteria": {n: {"says": "It is so", "all": [c]} for n, c in self.criteria.items()},
            "stages": [{"stage": "holds", "requires": "nothing", "when": self.condition}],
        }

    def policy(self, vocabulary: Vocabulary) -> Policy:
        """As the project reads it."""
        return parse_policy(dump(self.data()), vocabulary)


def dump(document: Any) -> str:
    """YAML as people write it."""
    return yaml.dump(document, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=1e9)


PARAMETERS: Final = {"mode": "a", "few": 2, "size": 5, "window": "7 days", "share": 0.3}


def _sides(fact: Fact, known: bool) -> st.SearchStrategy[dict[str, Any]]:
    """What may stand to the right of a fact: one operator with its operand."""
    kind, one = fact.type, exact(fact.type)
    made: list[st.SearchStrategy[dict[str, Any]]] = []
    if known:
        made.append(st.booleans().map(lambda flag: {"known": flag}))
    if kind.kind is not Kind.CHOICES:
        made += [one.map(lambda value: {"is": value}), one.map(lambda value: {"is_not": value})]
    if kind.kind not in {Kind.CHOICES, Kind.BOOLEAN} | TEMPORAL:
        some = st.lists(one, max_size=3)
        made += [some.map(lambda v: {"one_of": v}), some.map(lambda v: {"none_of": v})]
    if kind.kind in ORDERED - TEMPORAL:
        words = st.sampled_from(["above", "at_least", "below", "at_most"])
        made += [st.builds(lambda word, value: {word: value}, words, one)] * 2
    if kind.kind in ORDERED:
        pairs = st.lists(one, min_size=2, max_size=2)
        made.append(pairs.map(lambda pair: {"between": _sorted(kind, pair)}))
    if kind.kind in TEMPORAL:
        lengths = st.sampled_from(DAYS if kind.kind is Kind.DATE else WINDOWS)
        made += [
            st.builds(lambda w, v: {w: v}, st.sampled_from(["before", "after"]), one),
            st.builds(lambda w, v: {w: v}, st.sampled_from(["within_last", "within_next"]), lengths),
        ]
    if kind.kind is Kind.TEXT:
        searches = st.sampled_from(["contains", "starts_with", "ends_with"])
        made += [
            st.builds(lambda word, text: {word: text}, searches, texts),
            st.sampled_from(PATTERNS).map(lambda pattern: {"matches": pattern}),
        ]
    if kind.kind is Kind.CHOICES:
        many = st.lists(st.sampled_from(kind.values), max_size=2)
        made += [
            st.sampled_from(kind.values).map(lambda element: {"contains": element}),
            many.map(lambda elements: {"contains_any": elements}),
            many.map(lambda elements: {"contains_all": elements}),
        ]
    return st.one_of(made)


def _sorted(kind: Type, pair: Sequence[Any]) -> list[Any]:
    return sorted(pair, key=kind.rank) if kind.kind is Kind.LEVEL else sorted(pair)


def _against_facts(vocabulary: Vocabulary) -> st.SearchStrategy[Any]:
    """One fact against another, with and without a factor."""
    order = ["above", "at_least", "below", "at_most", "is", "is_not"]
    factor = st.one_of(st.none(), st.sampled_from(FACTORS))

    def numeric(kind: Kind, word: str, times: float | None) -> dict[str, Any]:
        other: dict[str, Any] = {"fact": f"b.{kind}"}
        return {f"a.{kind}": {word: other if times is None else {**other, "times": times}}}

    made = [
        st.builds(numeric, st.sampled_from(sorted(NUMERIC)), st.sampled_from(order), factor),
        st.builds(numeric, st.just(Kind.LEVEL), st.sampled_from(order), st.none()),
    ]
    for kind in (Kind.BOOLEAN, Kind.TEXT, Kind.CHOICE):
        made.append(st.builds(numeric, st.just(kind), st.sampled_from(["is", "is_not"]), st.none()))
    for kind in sorted(TEMPORAL):
        words = st.sampled_from(["before", "after", "is"])
        made.append(st.builds(numeric, st.just(kind), words, st.none()))
    mixed = {"a.integer": {"above": {"fact": "b.number"}}}
    return st.one_of(*made, st.just(mixed))


@st.composite
def event_tests(draw: st.DrawFn, vocabulary: Vocabulary, *, known: bool) -> Any:
    """`happened` and `not_happened` with window, count and details."""
    kind = draw(st.sampled_from(sorted(vocabulary.events)))
    test: dict[str, Any] = {draw(st.sampled_from(["happened", "not_happened"])): kind}
    test["within"] = draw(st.sampled_from([*WINDOWS, "ever", "$window"]))
    if draw(st.booleans()):
        test["at_least"] = draw(st.sampled_from([0, 1, 2, "$few"]))
    if draw(st.booleans()):
        test["where"] = {
            name: draw(_sides(_as_fact(attribute), known))
            for name, attribute in vocabulary.events[kind].attributes.items()
            if draw(st.booleans())
        }
    return test


def _as_fact(attribute: Attribute) -> Fact:
    return Fact(attribute.name, attribute.type, "", "", "", PointInTime.YES)


def tests(vocabulary: Vocabulary, *, known: bool = True) -> st.SearchStrategy[Any]:
    """Conditions without conditions inside."""
    facts = [
        _sides(fact, known).map(lambda side, name=name: {name: side})  # type: ignore[misc]
        for name, fact in vocabulary.facts.items()
        if name.startswith("a.")
    ]
    short = st.one_of(
        st.booleans().map(lambda value: {"a.boolean": value}),
        st.lists(integers, max_size=2).map(lambda v: {"a.integer": v}),
        st.just({"a.integer": {"at_least": 2, "below": 9}}),
        st.just({"a.integer": {"at_least": "$size"}}),
        st.just({"a.number": {"below": "$share", "above": 0}}),
        st.sampled_from([{"$mode": "a"}, {"$mode": "b"}, {"$mode": ["b", "c"]}]),
    )
    return st.one_of(
        st.one_of(facts),
        st.one_of(facts),
        short,
        _against_facts(vocabulary),
        event_tests(vocabulary, known=known),
    )


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(inner, max_size=3)
    bounds = st.sampled_from(["at_least", "at_most", "exactly"])
    counts = st.one_of(st.integers(0, 4), st.just("$few"))
    weights = st.sampled_from([0.1, 0.2, -0.1, 1, 2, -1, 0, "$few", "$share"])
    rules = st.lists(st.builds(lambda p, w: {"points": p, "when": w}, weights, inner), max_size=3)
    limits = st.sampled_from([0.3, 0, -0.1, 1, 2, "$share"])
    return st.one_of(
        st.builds(lambda word, parts: {word: parts}, st.sampled_from(["all", "any", "none"]), lists),
        st.builds(lambda word, k, parts: {word: k, "of": parts}, bounds, counts, lists),
        st.builds(lambda found, least: {"points": found, "at_least": least}, rules, limits),
        st.builds(
            lambda found, least, cap: {"points": found, "at_least": least, "cap": cap},
            rules, limits, limits,
        ),
    )  # fmt: skip


def conditions(
    vocabulary: Vocabulary, *, known: bool = True, names: Sequence[str] = ()
) -> st.SearchStrategy[Any]:
    """Conditions of every form."""
    leaves = tests(vocabulary, known=known)
    if names:
        leaves = st.one_of(leaves, leaves, st.sampled_from(names))
    return st.recursive(leaves, _nested, max_leaves=6)


@st.composite
def drafts(draw: st.DrawFn, vocabulary: Vocabulary, *, known: bool = True) -> Draft:
    """A policy with up to two criteria that its condition may name."""
    criteria: dict[str, Any] = {}
    for name in ("first", "second")[: draw(st.integers(0, 2))]:
        criteria[name] = draw(conditions(vocabulary, known=known, names=tuple(criteria)))
    condition = draw(conditions(vocabulary, known=known, names=tuple(criteria)))
    return Draft(condition, criteria, PARAMETERS)


def as_day(value: date | datetime) -> date:
    """The calendar day in UTC."""
    return value.astimezone(UTC).date() if isinstance(value, datetime) else value
