"""Conditions on facts as conditions of durable-rules on properties of one message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Final, TypeAlias

from leadpolicy.backends.durable import properties
from leadpolicy.backends.durable.names import FreshNames
from leadpolicy.backends.durable.properties import Property, Reading, plain
from leadpolicy.backends.durable.wire import Json, Scalar
from leadpolicy.logic.terms import (
    Compare,
    FromNow,
    Has,
    Known,
    Literal,
    Member,
    Other,
    Relation,
    Subject,
    TextTest,
)
from leadpolicy.types import NUMERIC, Kind, Value

Rule: TypeAlias = tuple[Json, tuple[str, ...]]
"""A condition and the properties that it looks at."""
Rules: TypeAlias = tuple[Rule, ...]
"""Any of these."""
Test: TypeAlias = Compare | Member | Known | TextTest | Has

WORDS: Final = {
    Relation.LT: "$lt",
    Relation.LE: "$lte",
    Relation.GT: "$gt",
    Relation.GE: "$gte",
}
OPPOSITE: Final = {
    Relation.LT: Relation.GE,
    Relation.GE: Relation.LT,
    Relation.LE: Relation.GT,
    Relation.GT: Relation.LE,
}
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule that sets a signal."""

    name: str
    condition: Json
    inputs: tuple[str, ...]

    @property
    def tests(self) -> int:
        """How many single tests the engine makes of the condition."""
        parts = self.condition.get("$and") if isinstance(self.condition, dict) else None
        return len(parts) if isinstance(parts, list) else 1


def counted(certain: str, possible: str, least: int, want: bool) -> Rules:
    """Enough events surely happened, or not enough can have happened."""
    if want:
        return (({"$gte": {certain: least}}, (certain,)),)
    return (({"$lt": {possible: least}}, (possible,)),)


@dataclass(slots=True)
class RuleReader:
    """Turns conditions into rules, and collects the properties that they need."""

    names: FreshNames
    properties: list[Property] = field(default_factory=list)
    known: dict[object, str] = field(default_factory=dict)
    age: str = field(init=False)
    """Of an event: microseconds since it happened."""
    undated: str = field(init=False)
    """Of an event: true where it is not known when it happened."""

    def __post_init__(self) -> None:
        self.age, self.undated = self.names.fresh("e"), self.names.fresh("e")

    def property(self, key: object, read: Callable[[], Reading]) -> str:
        """The name of a property, made once."""
        if key not in self.known:
            self.known[key] = self.names.fresh("p")
            self.properties.append(Property(self.known[key], read()))
        return self.known[key]

    def low(self, subject: Subject) -> str:
        """The lowest number that a fact may be; the value itself where there are no ranges."""
        return self._end(subject, low=True)

    def high(self, subject: Subject) -> str:
        """The highest number that a fact may be; the value itself where there are no ranges."""
        return self._end(subject, low=False)

    def _end(self, subject: Subject, *, low: bool) -> str:
        if subject.type.kind not in NUMERIC:
            return self.property(subject, lambda: properties.exact(subject))
        return self.property((subject, low), lambda: properties.end(subject, low=low))

    def presence(self, term: Test) -> str:
        """A property that is there where the fact is known."""
        assert isinstance(term, Member)
        return self.low(term.subject)

    def window(self, within: timedelta | None) -> tuple[Rules, Rules]:
        """An event is surely inside of a window, or surely outside.

        An undated one may be either, but it did happen.
        """
        age, undated = self.age, self.undated
        before = ({"$lt": {age: 0}}, (age,))
        if within is None:
            return (({"$gte": {age: 0}}, (age,)), ({undated: True}, (undated,))), (before,)
        length = within // _TICK
        inside: Json = {"$and": [{"$gte": {age: 0}}, {"$lt": {age: length}}]}
        return ((inside, (age,)),), (before, ({"$gte": {age: length}}, (age,)))

    # -------------------------------------------------------------------------------- rules

    def rules(self, term: Test, want: bool) -> Rules | None:
        """Rules of which one fires where the condition holds (`want`) or fails.

        None where only the other side can be said.
        """
        match term:
            case Known():
                subject = term.subject
                name = self.property(("known", subject), lambda: properties.is_known(subject))
                return _is(name, want)
            case Has():
                subject, element = term.subject, term.element
                name = self.property(
                    ("has", subject, element), lambda: properties.contains(subject, element)
                )
                return _is(name, want)
            case TextTest():
                return self.decided(term, want)
            case Member():
                return self.member(term, want)
            case Compare():
                return self.compare(term, want)

    def decided(self, term: Test, want: bool) -> Rules:
        """A condition that is computed outside."""
        return _is(self.property(term, lambda: properties.decided(term)), want)

    def compare(self, term: Compare, want: bool) -> Rules:
        match term.right:
            case Literal():
                value = plain(term.left.type, term.right.value)
                if isinstance(value, bool):
                    return _is(self.low(term.left), value is want)
                return self.against(term.left, term.op, value, want)
            case FromNow():
                offset = term.right.offset
                name = self.property(
                    (term.left, offset), lambda: properties.after(term.left, offset)
                )
                op = term.op if want else OPPOSITE[term.op]
                return (({WORDS[op]: {name: 0}}, (name,)),)
            case Other():
                other = term.right.subject
                mixed = term.left.type.kind is not other.type.kind
                if term.right.times is not None or mixed:
                    return self.decided(term, want)
                return self.against_fact(term, other, want)

    def against(self, subject: Subject, op: Relation, value: Scalar, want: bool) -> Rules:
        """A comparison with a value of the policy."""
        low, high = self.low(subject), self.high(subject)
        if op is Relation.EQ and subject.type.kind not in NUMERIC:
            return (({low: value} if want else {"$neq": {low: value}}, (low,)),)
        if op is Relation.EQ:
            if want:
                return (_between(low, value, high, value),)
            return ({"$lt": {high: value}}, (high,)), ({"$gt": {low: value}}, (low,))
        op = op if want else OPPOSITE[op]
        name = high if op in (Relation.LT, Relation.LE) else low
        return (({WORDS[op]: {name: value}}, (name,)),)

    def against_fact(self, term: Compare, other: Subject, want: bool) -> Rules:
        """A comparison of two properties of the message.

        The engine answers at random where the property to the right is not there, so every such
        rule asks first whether it is.
        """
        (low, high), (least, most) = (
            (self.low(subject), self.high(subject)) for subject in (term.left, other)
        )
        if term.op is not Relation.EQ:
            op = term.op if want else OPPOSITE[term.op]
            left, right = (high, least) if op in (Relation.LT, Relation.LE) else (low, most)
            return (_two({WORDS[op]: {left: {"$m": right}}}, left, right),)
        if term.left.type.kind not in NUMERIC:
            same: Json = {low: {"$m": least}}
            return (_two(same if want else {"$neq": same}, low, least),)
        if want:
            inputs = (low, high, least, most)
            there: list[Json] = [{"$ex": {name: 1}} for name in (least, most)]
            equal: list[Json] = [{"$gte": {low: {"$m": most}}}, {"$lte": {high: {"$m": least}}}]
            return (({"$and": [*there, *equal]}, inputs),)
        return (
            _two({"$lt": {high: {"$m": least}}}, high, least),
            _two({"$gt": {low: {"$m": most}}}, low, most),
        )

    def member(self, term: Member, want: bool) -> Rules | None:
        """Membership; of numbers also of those that a range may be."""
        subject = term.subject
        values = [plain(subject.type, value) for value in term.values]
        low, high = self.low(subject), self.high(subject)
        if subject.type.kind not in NUMERIC:
            return tuple(({low: value}, (low,)) for value in values) if want else None
        if want:
            return tuple(_between(low, a, high, b) for a, b in _runs(term.values, subject))
        gaps = (_between(low, a, high, b, strict=True) for a, b in pairwise(values))
        below: Rule = ({"$lt": {high: values[0]}}, (high,))
        above: Rule = ({"$gt": {low: values[-1]}}, (low,))
        return (below, above, *gaps)


def _is(name: str, value: bool) -> Rules:
    return (({name: value}, (name,)),)


def _two(condition: Json, left: str, right: str) -> Rule:
    return {"$and": [{"$ex": {right: 1}}, condition]}, (left, right)


def _between(low: str, a: Scalar, high: str, b: Scalar, *, strict: bool = False) -> Rule:
    """The whole of a range lies between two values."""
    above, below = ("$gt", "$lt") if strict else ("$gte", "$lte")
    return {"$and": [{above: {low: a}}, {below: {high: b}}]}, (low, high)


def _runs(values: tuple[Value, ...], subject: Subject) -> list[tuple[Scalar, Scalar]]:
    """Listed numbers without a gap between them: a range of whole numbers may lie inside one."""
    runs: list[tuple[Scalar, Scalar]] = []
    for value in values:
        number = plain(subject.type, value)
        begin, last = runs[-1] if runs else (number, number)
        whole = subject.type.kind is Kind.INTEGER and isinstance(number, int)
        if runs and whole and isinstance(last, int) and number == last + 1:
            runs[-1] = (begin, number)
        else:
            runs.append((number, number))
    return runs
