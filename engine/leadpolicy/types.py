"""The types of facts and the values they take.

A value is read by the type that the vocabulary declares, never guessed from its spelling: `NO` is
a country where a country is expected and an error where a boolean is. Values are Python objects:

=========  ==========================================================
type       value
=========  ==========================================================
boolean    `bool`
integer    `int` (64 bit) or `Range`
number     `float` (finite) or `Range`
money      `float` in the declared currency, or `Range`
text       `str`, Unicode normal form C
choice     `str`, one of the declared values
level      `str`, one of the declared values, which are in order
choices    `frozenset[str]`
date       `datetime.date`
moment     `datetime.datetime` in UTC
=========  ==========================================================
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, TypeAlias

from leadpolicy.diagnostics import ValueProblem, cited, listing, suggest
from leadpolicy.times import in_utc, read_date, read_moment

INT64: Final = (-(2**63), 2**63 - 1)


class Kind(StrEnum):
    """The kinds of types that a fact can have."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    TEXT = "text"
    CHOICE = "choice"
    LEVEL = "level"
    CHOICES = "choices"
    DATE = "date"
    MOMENT = "moment"


NUMERIC: Final = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.MONEY})
TEMPORAL: Final = frozenset({Kind.DATE, Kind.MOMENT})
ORDERED: Final = NUMERIC | TEMPORAL | {Kind.LEVEL}


@dataclass(frozen=True, slots=True)
class Range:
    """A number known only to lie between two ends, both included; None is an open end.

    `text` keeps what the source said (`11-50`, `USD 6,000,000`), for people; it has no meaning.
    """

    low: float | None
    high: float | None
    text: str = field(default="", compare=False)

    def __lt__(self, other: float) -> bool:
        """Whether every number of the range is smaller; likewise for the other comparisons."""
        return self.high is not None and self.high < other

    def __le__(self, other: float) -> bool:
        return self.high is not None and self.high <= other

    def __gt__(self, other: float) -> bool:
        return self.low is not None and self.low > other

    def __ge__(self, other: float) -> bool:
        return self.low is not None and self.low >= other

    def __str__(self) -> str:
        if self.text:
            return self.text
        if self.low is None and self.high is None:
            return "an unknown amount"
        if self.high is None:
            return f"{show_number(self.low or 0)} or more"
        if self.low is None:
            return f"at most {show_number(self.high)}"
        return f"{show_number(self.low)} to {show_number(self.high)}"


Value: TypeAlias = bool | int | float | str | frozenset[str] | date | datetime | Range


@dataclass(frozen=True, slots=True)
class Type:
    """A kind with what belongs to it: the closed list, the currency, the limits."""

    kind: Kind
    values: tuple[str, ...] = ()
    currency: str | None = None
    limits: tuple[float, float] | None = None

    def rank(self, value: str) -> int:
        """The place of a level in its order, from 0."""
        return self.values.index(value)

    def __str__(self) -> str:
        return f"{self.kind} in {self.currency}" if self.currency else str(self.kind)


def described(kind: Type) -> str:
    """A type in a sentence: `an integer`, `money in EUR`, `a set of choices`."""
    match kind.kind:
        case Kind.MONEY:
            return str(kind)
        case Kind.CHOICES:
            return "a set of choices"
        case Kind.INTEGER:
            return "an integer"
        case _:
            return f"a {kind}"


# ------------------------------------------------------------------------------ reading text

_LONGEST_INTEGER = 100
_SOME_NUMBER = "a number such as 20 or 0.5"
_INTEGER = re.compile(r"[+-]?\d+(_\d+)*\Z")
_NUMBER = re.compile(r"[+-]?(\d+(_\d+)*(\.\d+)?|\.\d+)([eE][+-]?\d+)?\Z")
_CURRENCY = re.compile(r"(?:([A-Z]{3})\s*(.+)|(.+?)\s*([A-Z]{3}))\Z")
_SPAN = re.compile(r"(.*\d)\s*(?:-|–|—|\.\.|to)\s*(\d.*)\Z")
_OPEN = re.compile(r"(?:(.*\d)\s*(?:\+|or more)|(?:>=|≥)\s*(\d.*))\Z")


def read_text(kind: Type, text: str) -> Value:
    """The value that a text stands for in a policy, a card or a cleaned table cell.

    Raises `ValueProblem` with what was expected. An empty text is no value of any type but text.
    """
    match kind.kind:
        case Kind.TEXT:
            return unicodedata.normalize("NFC", text)
        case Kind.CHOICE | Kind.LEVEL:
            return _listed(kind, unicodedata.normalize("NFC", text))
        case Kind.CHOICES:
            return frozenset([_element(kind, unicodedata.normalize("NFC", text))])
        case Kind.BOOLEAN:
            return _boolean(text)
        case Kind.INTEGER | Kind.NUMBER | Kind.MONEY:
            return within_limits(kind, _numeric(kind, text))
        case Kind.DATE:
            return read_date(text)
        case Kind.MOMENT:
            return read_moment(text)


def _listed(kind: Type, text: str) -> str:
    if text in kind.values:
        return text
    raise ValueProblem(
        f"`{cited(text)}` is not one of the declared values",
        f"one of {listing(kind.values)}",
        suggest(text, kind.values),
        "LP302",
    )


def _element(kind: Type, text: str) -> str:
    return _listed(kind, text) if kind.values else text


def _boolean(text: str) -> bool:
    if text in ("true", "false"):
        return text == "true"
    likely = {"yes": "true", "on": "true", "no": "false", "off": "false", "y": "true", "n": "false"}
    meant = likely.get(text.casefold()) or {"true": "true", "false": "false"}.get(text.casefold())
    help = f"write `{meant}`" if meant else None
    raise ValueProblem(f"`{cited(text)}` is not true or false", "true or false", help)


def _numeric(kind: Type, text: str) -> int | float | Range:
    text = text.strip()
    if kind.kind is not Kind.MONEY:
        return _number_or_range(kind, text)
    found = _CURRENCY.match(text)
    try:
        amount = _number_or_range(kind, text if found is None else found[2] or found[3])
    except ValueProblem as problem:
        if problem.expected != _SOME_NUMBER:
            raise
        example = f"an amount such as 5_000_000 or {kind.currency} 5_000_000"
        raise replace(problem, expected=example) from None
    if found is not None and (found[1] or found[4]) != kind.currency:
        return Range(None, None, text)
    return amount


def _number_or_range(kind: Type, text: str) -> int | float | Range:
    exact = _integer if kind.kind is Kind.INTEGER else _number
    for pattern in (_INTEGER, _NUMBER):
        if pattern.match(text):
            return exact(text)
    ends = [_ungrouped(end) for end in found.groups()] if (found := _SPAN.match(text)) else []
    if ends and all(_NUMBER.match(end) for end in ends):
        low, high = (exact(end) for end in ends)
        if low > high:
            raise ValueProblem(
                f"the range `{cited(text)}` ends before it begins", "the lower end first"
            )
        return make_range(low, high, text)
    if found := _OPEN.match(text):
        return make_range(exact(_ungrouped(found[1] or found[2])), None, text)
    return exact(text)


def _ungrouped(text: str) -> str:
    """`1,001` as `1001`: inside a range a comma between groups of three digits is unambiguous."""
    text = text.strip()
    return text.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+", text) else text


def _without_grouping(text: str) -> str:
    """`1,000` and `1 000` as `1000`, `0,5` as `0.5`: what was probably meant."""
    close = text.replace(" ", "")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", close):
        return close.replace(",", "")
    return close.replace(",", ".") if close.count(",") == 1 else close


def _integer(text: str) -> int:
    if not _INTEGER.match(text):
        plain = _without_grouping(text)
        help = f"write `{plain}`" if _INTEGER.match(plain) else None
        if _NUMBER.match(text) and float(text).is_integer() and abs(float(text)) < 1e15:
            help = f"write `{int(float(text))}`"
        raise ValueProblem(
            f"`{cited(text)}` is not a whole number", "a whole number such as 20", help
        )
    if len(text) <= _LONGEST_INTEGER and re.match(r"[+-]?0\d", text):
        raise ValueProblem(
            f"`{cited(text)}` has leading zeros and could be read in two ways",
            "a whole number such as 20",
            f"write `{int(text)}`; a code with leading zeros belongs in a text fact",
        )
    number = int(text) if len(text) <= _LONGEST_INTEGER else INT64[1] + 1
    if not INT64[0] <= number <= INT64[1]:
        raise ValueProblem(
            f"`{cited(text)}` does not fit into 64 bits",
            f"a whole number between {INT64[0]} and {INT64[1]}",
        )
    return number


def _number(text: str) -> float:
    if not _NUMBER.match(text):
        plain = _without_grouping(text)
        help = f"write `{plain}`" if _NUMBER.match(plain) else None
        if text.casefold().lstrip("+-.") in ("nan", "inf", "infinity"):
            help = "a number that is not known is left out"
        raise ValueProblem(f"`{cited(text)}` is not a number", _SOME_NUMBER, help)
    return exact_float(text)


def exact_float(text: str) -> float:
    """The float whose shortest spelling is this decimal number; refuses what a float cannot carry.

    Comparing such floats is comparing the decimals, so no rounding ever decides a verdict.
    """
    plain = text.replace("_", "")
    number = float(plain)
    if not math.isfinite(number):
        raise ValueProblem(f"`{cited(text)}` is too large", "a number below 1.8e308")
    try:
        same = Decimal(repr(number)) == Decimal(plain)
    except InvalidOperation:
        same = False
    if not same:
        raise ValueProblem(
            f"`{cited(text)}` has more digits than can be compared exactly",
            "at most 15 significant digits",
            f"write `{number!r}`",
        )
    return number + 0.0  # a negative zero becomes zero


def make_range(low: float | None, high: float | None, text: str = "") -> int | float | Range:
    """A range, or the number itself where both ends are the same."""
    if low is not None and low == high:
        return low
    return Range(low, high, text)


def within_limits(kind: Type, value: int | float | Range) -> int | float | Range:
    """The value, checked against the declared limits (both included)."""
    if kind.limits is None:
        return value
    low, high = kind.limits
    ends = (value.low, value.high) if isinstance(value, Range) else (value, value)
    if any(end is not None and not low <= end <= high for end in ends):
        raise ValueProblem(
            f"`{show(value)}` is outside the allowed range",
            f"between {show_number(low)} and {show_number(high)}",
            code="LP302",
        )
    return value


# --------------------------------------------------------------------- reading Python objects


def read_python(kind: Type, value: object) -> Value:
    """The value that a Python or JSON object stands for.

    Texts are read as in a policy; numbers, booleans, dates, lists and `{"from": 11, "to": 50}` as
    what they are. Raises `ValueProblem`; None is never a value (a missing fact is left out).
    """
    if isinstance(value, str):
        return read_text(kind, value)
    match kind.kind, value:
        case Kind.BOOLEAN, bool():
            return value
        case _, bool():
            raise _unfit(kind, value)
        case ((Kind.INTEGER | Kind.NUMBER | Kind.MONEY), Range()):
            return within_limits(kind, value)
        case ((Kind.INTEGER | Kind.NUMBER | Kind.MONEY), (int() | float() | Decimal())):
            return within_limits(kind, _python_number(kind, value))
        case ((Kind.INTEGER | Kind.NUMBER | Kind.MONEY), AbstractMapping()):
            return within_limits(kind, _python_range(kind, value))
        case Kind.CHOICES, (list() | tuple() | set() | frozenset()):
            return _python_choices(kind, value)
        case Kind.DATE, date() if not isinstance(value, datetime):
            return value
        case Kind.MOMENT, datetime():
            return in_utc(value)
        case Kind.MOMENT, date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        case _:
            raise _unfit(kind, value)


def _unfit(kind: Type, value: object) -> ValueProblem:
    return ValueProblem(
        f"`{value}` ({type(value).__name__}) is not a value of type {kind}", str(kind)
    )


def _python_number(kind: Type, value: int | float | Decimal) -> int | float:
    if kind.kind is Kind.INTEGER:
        if not math.isfinite(value) or value != int(value):
            raise ValueProblem(f"`{value}` is not a whole number", "a whole number such as 20")
        return _integer(str(int(value)))
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueProblem(
                f"`{value}` is not a number", "a number", "a number that is not known is left out"
            )
        return value + 0.0
    return exact_float(str(value))


def _python_range(kind: Type, value: AbstractMapping[Any, Any]) -> int | float | Range:
    keys = set(value)
    if kind.kind is Kind.MONEY and keys == {"amount", "currency"}:
        amount = _one_number(kind, value["amount"])
        if value["currency"] != kind.currency:
            return Range(None, None, f"{value['currency']} {show_number(amount)}")
        return amount
    if not keys <= {"from", "to"} or not keys:
        raise ValueProblem(f"`{dict(value)}` is not a number or a range", "{from: 11, to: 50}")
    low, high = (
        None if value.get(end) is None else _one_number(kind, value[end]) for end in ("from", "to")
    )
    if low is not None and high is not None and low > high:
        raise ValueProblem("the range ends before it begins", "the lower end in `from`")
    return make_range(low, high)


def _one_number(kind: Type, value: object) -> int | float:
    """A number inside a mapping, as text or as what it is."""
    plain = Type(Kind.INTEGER if kind.kind is Kind.INTEGER else Kind.NUMBER)
    number = read_python(plain, value)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ValueProblem(f"`{number}` is not a single number", "{from: 11, to: 50}")
    return number


def _python_choices(kind: Type, value: Iterable[object]) -> frozenset[str]:
    texts = list(value)
    for text in texts:
        if not isinstance(text, str):
            raise _unfit(kind, text)
    return frozenset(_element(kind, unicodedata.normalize("NFC", str(text))) for text in texts)


# ------------------------------------------------------------------------------------ showing


def show_number(number: float) -> str:
    """A number for people: `5,000,000`, `0.5`."""
    if isinstance(number, int):
        return f"{number:,}"
    if number.is_integer() and abs(number) < 1e15:
        return f"{int(number):,}"
    return f"{number:,.15g}" if abs(number) < 1e15 else repr(number)


def show(value: Value, kind: Type | None = None) -> str:
    """A value for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        amount = show_number(value)
        return f"{kind.currency} {amount}" if kind is not None and kind.currency else amount
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or "none"
    if isinstance(value, datetime):
        if (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
            return value.date().isoformat()
        return value.strftime("%Y-%m-%d %H:%M") + " UTC"
    return str(value)


def plain(value: Value) -> Any:
    """A value as JSON can carry it; `read_python` reads it back."""
    if isinstance(value, Range):
        if value.low is None and value.high is None:
            return value.text.replace(",", "") or {"from": None, "to": None}
        return {"from": value.low, "to": value.high}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value
