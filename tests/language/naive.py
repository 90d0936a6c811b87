"""The meaning of a condition once more, straight from what its author wrote.

It shares nothing with the project but the type of a fact: no parsing, no terms, no operators.
Numbers are fractions, a range is tried at every point that could make a difference, and None is
UNKNOWN.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise, product
from typing import Any, Final

from leadpolicy.types import NUMERIC, Kind, Type
from leadpolicy.vocabulary import Vocabulary
from tests.strategies import NOW, Draft, Log, Situation

Answer = bool | None

COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "is": lambda a, b: bool(a == b),
    "is_not": lambda a, b: bool(a != b),
    "above": lambda a, b: bool(a > b),
    "after": lambda a, b: bool(a > b),
    "at_least": lambda a, b: bool(a >= b),
    "below": lambda a, b: bool(a < b),
    "before": lambda a, b: bool(a < b),
    "at_most": lambda a, b: bool(a <= b),
}


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers that a value may be; None is an open end."""

    low: Fraction | None
    high: Fraction | None

    def points(self, ends: Iterable[Fraction], *, whole: bool = False) -> list[Fraction]:
        """Numbers inside, one for every way in which it can lie to the ends of all intervals."""
        grid = sorted(
            {*ends, *(end for end in (self.low, self.high) if end is not None), Fraction()}
        )
        grid = [grid[0] - 2, grid[0] - 1, *grid, grid[-1] + 1, grid[-1] + 2]
        steps = Fraction(1) if whole else Fraction(1, 2)
        between = [a + steps * (b - a) for a, b in pairwise(grid)] if not whole else []
        near = [point + step for point in grid for step in (-1, 1)] if whole else []
        tried = sorted({*grid, *between, *near})
        return [
            point
            for point in tried
            if (self.low is None or self.low <= point) and (self.high is None or point <= self.high)
        ]


def holds(draft: Draft, situation: Situation, vocabulary: Vocabulary) -> Answer:
    """What the condition of a draft says of a situation."""
    return _Reader(draft, situation, vocabulary).condition(draft.condition)


def negation(answer: Answer) -> Answer:
    return None if answer is None else not answer


def conjunction(answers: Iterable[Answer]) -> Answer:
    found = list(answers)
    if any(answer is False for answer in found):
        return False
    return None if None in found else True


def disjunction(answers: Iterable[Answer]) -> Answer:
    return negation(conjunction([negation(answer) for answer in answers]))


def agreed(answers: Iterable[bool]) -> Answer:
    """The answer that all possibilities give."""
    found = set(answers)
    return found.pop() if len(found) == 1 else None


def number(value: Any) -> Fraction:
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def interval(value: Any) -> Interval:
    """A number of a record: exact, a range, or an amount that cannot be compared."""
    if not isinstance(value, dict):
        return Interval(number(value), number(value))
    if "currency" in value:
        return Interval(None, None)
    ends = (value.get("from"), value.get("to"))
    low, high = (None if end is None else number(end) for end in ends)
    return Interval(low, high)


def duration(text: str) -> timedelta:
    count, unit = text.split()
    return timedelta(**{unit if unit.endswith("s") else unit + "s": int(count)})


@dataclass(frozen=True, slots=True)
class _Reader:
    draft: Draft
    situation: Situation
    vocabulary: Vocabulary

    def given(self, value: Any) -> Any:
        """A literal, with the value of a parameter put in."""
        if isinstance(value, str) and value.startswith("$"):
            return self.draft.parameters[value[1:]]
        return value

    def condition(self, condition: Any) -> Answer:
        if isinstance(condition, str):
            return self.condition(self.draft.criteria[condition])
        if "of" in condition:
            return self.quorum(condition)
        if "points" in condition:
            return self.points(condition)
        if "happened" in condition:
            return self.happened(condition["happened"], condition)
        if "not_happened" in condition:
            return negation(self.happened(condition["not_happened"], condition))
        ((key, value),) = condition.items()
        if key == "all":
            return conjunction([self.condition(part) for part in value])
        if key == "any":
            return disjunction([self.condition(part) for part in value])
        if key == "none":
            return negation(disjunction([self.condition(part) for part in value]))
        if key.startswith("$"):
            wanted = value if isinstance(value, list) else [value]
            return self.given(key) in wanted
        return self.sides(self.vocabulary.facts[key].type, self.situation.facts.get(key), value)

    def quorum(self, condition: Mapping[str, Any]) -> Answer:
        """Every way to answer the unknown parts."""
        answers = [self.condition(part) for part in condition["of"]]
        sure, open_ = answers.count(True), answers.count(None)
        (word,) = condition.keys() - {"of"}
        k = self.given(condition[word])
        meet = {"at_least": int.__ge__, "at_most": int.__le__, "exactly": int.__eq__}[word]
        return agreed(meet(count, k) for count in range(sure, sure + open_ + 1))

    def points(self, condition: Mapping[str, Any]) -> Answer:
        """Every way to answer the unknown rules."""
        least = number(self.given(condition["at_least"]))
        ways: list[list[Fraction]] = []
        for rule in condition["points"]:
            answer, score = self.condition(rule["when"]), number(self.given(rule["points"]))
            ways.append({True: [score], False: [Fraction()], None: [Fraction(), score]}[answer])
        scores = [sum(way, Fraction()) for way in product(*ways)]
        if "cap" in condition:
            scores = [min(score, number(self.given(condition["cap"]))) for score in scores]
        return agreed(score >= least for score in scores)

    # ------------------------------------------------------------------------------ facts

    def sides(self, kind: Type, value: Any, sides: Any) -> Answer:
        """A value of a type against all that stands to its right."""
        if isinstance(sides, list):
            sides = {"one_of": sides}
        if not isinstance(sides, dict):
            sides = {"is": sides}
        return conjunction([self.test(kind, value, *side) for side in sides.items()])

    def test(self, kind: Type, value: Any, word: str, operand: Any) -> Answer:
        if word == "known":
            return (value is not None) is operand
        if word in ("one_of", "none_of") and not operand:
            return word == "none_of"
        if word in ("contains_any", "contains_all") and not operand:
            return word == "contains_all"
        if isinstance(operand, dict):
            other = self.situation.facts.get(operand["fact"])
            if value is None or other is None:
                return None
            return self.compare(kind, value, word, other, number(operand.get("times", 1)))
        if value is None:
            return None
        if word == "none_of":
            return negation(self.test(kind, value, "one_of", operand))
        if word == "one_of":
            return self.member(kind, value, [self.given(one) for one in operand])
        if word == "between":
            low, high = operand
            return conjunction(
                [
                    self.compare(kind, value, "at_least", low),
                    self.compare(kind, value, "at_most", high),
                ]
            )
        if word in COMPARISONS:
            return self.compare(kind, value, word, self.given(operand))
        if kind.kind is Kind.TEXT:
            return search(word, value, operand)
        if kind.kind is Kind.CHOICES:
            return contains(word, set(value), operand)
        return near(word, value, duration(operand))

    def compare(
        self, kind: Type, value: Any, word: str, other: Any, times: Fraction = Fraction(1)
    ) -> Answer:
        if kind.kind in NUMERIC:
            left, right = interval(value), interval(other)
            right = Interval(*(None if e is None else e * times for e in (right.low, right.high)))
            ends = [e for i in (left, right) for e in (i.low, i.high) if e is not None]
            return agreed(
                COMPARISONS[word](a, b) for a, b in product(left.points(ends), right.points(ends))
            )
        return COMPARISONS[word](comparable(kind, value), comparable(kind, other))

    def member(self, kind: Type, value: Any, listed: list[Any]) -> Answer:
        if kind.kind not in NUMERIC:
            return comparable(kind, value) in [comparable(kind, one) for one in listed]
        wanted = [number(one) for one in listed]
        whole = kind.kind is Kind.INTEGER
        return agreed(point in wanted for point in interval(value).points(wanted, whole=whole))

    # ------------------------------------------------------------------------------ events

    def happened(self, event: str, condition: Mapping[str, Any]) -> Answer:
        log: Log | None = self.situation.logs.get(event)
        least = self.given(condition.get("at_least", 1))
        if least == 0:
            return True
        if log is None:
            return None
        window = self.given(condition["within"])
        begin = None if window == "ever" else NOW - duration(window)
        kinds = self.vocabulary.events[event].attributes
        answers = [
            conjunction(
                [
                    inside(occurrence.at, begin),
                    *(
                        self.sides(kinds[name].type, occurrence.details.get(name), side)
                        for name, side in condition.get("where", {}).items()
                    ),
                ]
            )
            for occurrence in log.occurrences
        ]
        if answers.count(True) >= least:
            return True
        if log.since is not None and (begin is None or begin < log.since):
            return None
        return None if answers.count(True) + answers.count(None) >= least else False


def inside(at: datetime | None, begin: datetime | None) -> Answer:
    if at is None:
        return True if begin is None else None
    return at <= NOW and (begin is None or at > begin)


def comparable(kind: Type, value: Any) -> Any:
    """Something that Python orders as the type does."""
    match kind.kind:
        case Kind.LEVEL:
            return [unicodedata.normalize("NFC", one) for one in kind.values].index(
                unicodedata.normalize("NFC", value)
            )
        case Kind.TEXT | Kind.CHOICE:
            return unicodedata.normalize("NFC", value)
        case _:
            return value


def search(word: str, value: str, operand: str) -> bool:
    text, piece = (unicodedata.normalize("NFC", one) for one in (value, operand))
    match word:
        case "contains":
            return piece in text
        case "starts_with":
            return text[: len(piece)] == piece
        case "ends_with":
            return text[len(text) - len(piece) :] == piece if len(piece) <= len(text) else False
        case _:
            return re.search(piece, text) is not None


def contains(word: str, value: set[str], operand: Any) -> bool:
    wanted = operand if isinstance(operand, list) else [operand]
    found = [element in value for element in wanted]
    return any(found) if word == "contains_any" else all(found)


def near(word: str, value: date, length: timedelta) -> bool:
    """Within the last or the next so much time; dates count in whole days."""
    if not isinstance(value, datetime):
        days = (NOW.date() - value).days if word == "within_last" else (value - NOW.date()).days
        return 0 <= days < length.days
    passed = NOW - value if word == "within_last" else value - NOW
    return timedelta() <= passed < length
