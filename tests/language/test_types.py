"""Values of every type: how they are read, shown and carried through JSON."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpolicy.diagnostics import ValueProblem
from leadpolicy.times import read_date, read_duration, read_moment, show_duration
from leadpolicy.types import Kind, Range, Type, Value, plain, read_python, read_text, show
from tests.strategies import NASTY_TEXTS

LISTED: Final = ("a", "b", "B\u00fccher", "NO")
TYPES: Final = {
    kind: Type(
        kind,
        LISTED if kind in (Kind.CHOICE, Kind.LEVEL, Kind.CHOICES) else (),
        "EUR" if kind is Kind.MONEY else None,
    )
    for kind in Kind
}
AT: Final = datetime(2026, 2, 28, 9, 30, tzinfo=UTC)


def refusal(kind: Kind, given: object) -> ValueProblem:
    with pytest.raises(ValueProblem) as caught:
        read_python(TYPES[kind], given)
    return caught.value


# ------------------------------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.BOOLEAN, "true", True),
        (Kind.BOOLEAN, "false", False),
        (Kind.INTEGER, "20", 20),
        (Kind.INTEGER, " 20 ", 20),
        (Kind.INTEGER, "1_000", 1000),
        (Kind.INTEGER, "-0", 0),
        (Kind.INTEGER, "9223372036854775807", 2**63 - 1),
        (Kind.INTEGER, "11-50", Range(11, 50)),
        (Kind.INTEGER, "200+", Range(200, None)),
        (Kind.INTEGER, "7-7", 7),
        (Kind.NUMBER, "0.5", 0.5),
        (Kind.NUMBER, "5e-1", 0.5),
        (Kind.NUMBER, "-0.0", 0.0),
        (Kind.NUMBER, "123456789012345", 123456789012345.0),
        (Kind.MONEY, "EUR 5_000.50", 5000.5),
        (Kind.MONEY, "5 EUR", 5.0),
        (Kind.MONEY, "EUR 5-10", Range(5.0, 10.0)),
        (Kind.MONEY, "USD 5", Range(None, None)),
        (Kind.TEXT, "e\u0301", "\u00e9"),
        (Kind.TEXT, "", ""),
        (Kind.TEXT, " x ", " x "),
        (Kind.CHOICE, "Bu\u0308cher", "B\u00fccher"),
        (Kind.LEVEL, "b", "b"),
        (Kind.CHOICES, "a", frozenset({"a"})),
        (Kind.DATE, "2024-02-29", date(2024, 2, 29)),
        (Kind.MOMENT, "2026-02-28T09:30Z", AT),
        (Kind.MOMENT, "2026-02-28T10:30+01:00", AT),
        (Kind.MOMENT, "2026-02-28", datetime(2026, 2, 28, tzinfo=UTC)),
    ],
)
def test_reading(kind: Kind, text: str, value: Value) -> None:
    found = read_text(TYPES[kind], text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (Kind.BOOLEAN, "yes", "`yes` is not true or false"),
        (Kind.INTEGER, "", "`` is not a whole number"),
        (Kind.INTEGER, "20.0", "`20.0` is not a whole number"),
        (Kind.INTEGER, "0x1F", "`0x1F` is not a whole number"),
        (Kind.INTEGER, "50-11", "the range `50-11` ends before it begins"),
        (Kind.INTEGER, "1-2-3", "`1-2-3` is not a whole number"),
        (Kind.INTEGER, "11-50.5", "`50.5` is not a whole number"),
        (Kind.NUMBER, "0,5", "`0,5` is not a number"),
        (Kind.NUMBER, "1__0", "`1__0` is not a number"),
        (Kind.NUMBER, "nan", "`nan` is not a number"),
        (Kind.NUMBER, "1e400", "`1e400` is too large"),
        (Kind.NUMBER, "0.1234567890123456789",
         "`0.1234567890123456789` has more digits than can be compared exactly"),
        (Kind.NUMBER, "EUR 5", "`EUR 5` is not a number"),
        (Kind.MONEY, "5 euros", "`5 euros` is not a number"),
        (Kind.CHOICE, "A", "`A` is not one of the declared values"),
        (Kind.CHOICE, "", "`` is not one of the declared values"),
        (Kind.DATE, "2026-2-1", "`2026-2-1` is not a date"),
        (Kind.DATE, "2026-02-29", "`2026-02-29` is not a date: February 2026 has 28 days"),
        (Kind.DATE, "9999-02-30", "`9999-02-30` is not a date: February 9999 has 28 days"),
        (Kind.DATE, "2100-02-29", "`2100-02-29` is not a date: February 2100 has 28 days"),
        (Kind.DATE, "2026-04-31", "`2026-04-31` is not a date: April 2026 has 30 days"),
        (Kind.DATE, "2026-00-01", "`2026-00-01` is not a date: the months are 01 to 12"),
        (Kind.DATE, "0000-01-01", "`0000-01-01` is not a date: the years are 0001 to 9999"),
        (Kind.DATE, "2026-02-28T00:00Z", "`2026-02-28T00:00Z` is not a date"),
        (Kind.MOMENT, "2026-02-30T12:00Z", "`2026-02-30` is not a date: February 2026 has 28 days"),
        (Kind.MOMENT, "2026-02-28T24:01Z", "`2026-02-28T24:01Z` is not a moment"),
        (Kind.MOMENT, "now", "`now` is not a moment"),
        (Kind.MOMENT, "9999-12-31T23:00-05:00",
         "`9999-12-31T23:00:00-05:00` is outside the years 1 to 9999 in UTC"),
    ],
)  # fmt: skip
def test_refusing(kind: Kind, text: str, message: str) -> None:
    assert refusal(kind, text).message == message


@pytest.mark.parametrize(
    ("kind", "text", "help"),
    [
        (Kind.BOOLEAN, "No", "write `false`"),
        (Kind.BOOLEAN, "ON", "write `true`"),
        (Kind.INTEGER, "1,000", "write `1000`"),
        (Kind.INTEGER, "1 000", "write `1000`"),
        (Kind.INTEGER, "1e3", "write `1000`"),
        (Kind.INTEGER, "0123", "write `123`; a code with leading zeros belongs in a text fact"),
        (Kind.INTEGER, "1,5", None),
        (Kind.NUMBER, "0,5", "write `0.5`"),
        (Kind.NUMBER, "1,000.5", "write `1000.5`"),
        (Kind.NUMBER, "1.000,5", None),
        (Kind.NUMBER, "NaN", "a number that is not known is left out"),
        (Kind.CHOICE, "Bucher", "did you mean `B\u00fccher`?"),
    ],
)
def test_what_was_probably_meant(kind: Kind, text: str, help: str | None) -> None:
    assert refusal(kind, text).help == help


@given(st.sampled_from(list(Kind)), st.one_of(st.sampled_from(NASTY_TEXTS), st.text(max_size=12)))
def test_any_text_is_a_value_or_refused_with_a_reason(kind: Kind, text: str) -> None:
    found = attempt(kind, text)
    if isinstance(found, ValueProblem):
        assert found.message
        assert "\n" not in found.message
        assert found.expected
    else:
        assert isinstance(show(found, TYPES[kind]), str)
        assert read_python(TYPES[kind], json.loads(json.dumps(plain(found)))) == found


def attempt(kind: Kind, text: str) -> Value | ValueProblem:
    """The value, or the reason why there is none."""
    try:
        return read_text(TYPES[kind], text)
    except ValueProblem as problem:
        return problem


@pytest.mark.parametrize("kind", list(Kind))
def test_very_long_texts_are_refused_quickly_and_briefly(kind: Kind) -> None:
    for text in ("9" * 100_000, "0" * 100_000, "1-" + "9" * 100_000, "x" * 100_000):
        if kind in (Kind.TEXT, Kind.NUMBER, Kind.MONEY) and not (
            kind is not Kind.TEXT and "x" in text
        ):
            continue
        assert len(refusal(kind, text).message) < 200


# ------------------------------------------------------------------------------------ objects


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        (Kind.BOOLEAN, True, True),
        (Kind.INTEGER, 20, 20),
        (Kind.INTEGER, 20.0, 20),
        (Kind.INTEGER, Decimal(20), 20),
        (Kind.INTEGER, {"from": 11, "to": 50}, Range(11, 50)),
        (Kind.INTEGER, {"from": "11"}, Range(11, None)),
        (Kind.INTEGER, {"to": 50}, Range(None, 50)),
        (Kind.INTEGER, {"from": 5, "to": 5}, 5),
        (Kind.INTEGER, {"from": None, "to": None}, Range(None, None)),
        (Kind.NUMBER, 1, 1.0),
        (Kind.NUMBER, Decimal("0.1"), 0.1),
        (Kind.NUMBER, -0.0, 0.0),
        (Kind.MONEY, {"amount": 5, "currency": "EUR"}, 5.0),
        (Kind.MONEY, {"amount": "5_000", "currency": "EUR"}, 5000.0),
        (Kind.MONEY, {"amount": 5, "currency": "USD"}, Range(None, None)),
        (Kind.CHOICES, [], frozenset()),
        (Kind.CHOICES, ("a", "b", "a"), frozenset({"a", "b"})),
        (Kind.CHOICES, {"Bu\u0308cher"}, frozenset({"B\u00fccher"})),
        (Kind.DATE, date(2026, 2, 28), date(2026, 2, 28)),
        (Kind.MOMENT, datetime(2026, 2, 28, 9, 30), AT),
        (Kind.MOMENT, datetime(2026, 2, 28, 10, 30, tzinfo=timezone(timedelta(hours=1))), AT),
        (Kind.MOMENT, date(2026, 2, 28), datetime(2026, 2, 28, tzinfo=UTC)),
    ],
)
def test_python_objects(kind: Kind, given: object, value: Value) -> None:
    found = read_python(TYPES[kind], given)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (Kind.BOOLEAN, 1),
        (Kind.INTEGER, True),
        (Kind.INTEGER, 20.5),
        (Kind.INTEGER, math.nan),
        (Kind.INTEGER, math.inf),
        (Kind.INTEGER, 2**63),
        (Kind.INTEGER, [20]),
        (Kind.INTEGER, {}),
        (Kind.INTEGER, {"from": 50, "to": 11}),
        (Kind.INTEGER, {"from": 1, "until": 2}),
        (Kind.INTEGER, {"from": [1]}),
        (Kind.INTEGER, {"from": "1-5"}),
        (Kind.INTEGER, {"amount": 5, "currency": "EUR"}),
        (Kind.NUMBER, math.nan),
        (Kind.NUMBER, -math.inf),
        (Kind.NUMBER, Decimal("NaN")),
        (Kind.NUMBER, 2**63 - 1),
        (Kind.TEXT, 5),
        (Kind.CHOICE, ["a"]),
        (Kind.CHOICES, ["c"]),
        (Kind.CHOICES, [1]),
        (Kind.DATE, AT),
        (Kind.DATE, 20260228),
        (Kind.MOMENT, 1772000000),
        (Kind.MOMENT, timedelta(1)),
    ],
)
def test_objects_that_are_no_values(kind: Kind, given: object) -> None:
    assert refusal(kind, given).message


def test_limits_hold_for_both_ends_of_a_range() -> None:
    kind = Type(Kind.INTEGER, limits=(0.0, 100.0))
    for fine in (0, 100, "0-100", "50+", {"to": 100}):
        assert read_python(kind, fine) is not None
    for outside in (-1, 101, "50-101", "101+", {"from": -1, "to": 5}, {"to": 101}):
        with pytest.raises(ValueProblem, match="outside the allowed range"):
            read_python(kind, outside)


# ------------------------------------------------------------------------------------ showing


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (True, Kind.BOOLEAN, "yes"),
        (1234567, Kind.INTEGER, "1,234,567"),
        (0.1, Kind.NUMBER, "0.1"),
        (5_000_000.0, Kind.MONEY, "EUR 5,000,000"),
        (Range(11, 50), Kind.INTEGER, "11 to 50"),
        (Range(11, None), Kind.INTEGER, "11 or more"),
        (Range(None, 50), Kind.INTEGER, "at most 50"),
        (Range(None, None), Kind.MONEY, "an unknown amount"),
        (Range(None, None, "USD 5"), Kind.MONEY, "USD 5"),
        (frozenset({"b", "a"}), Kind.CHOICES, "a, b"),
        (frozenset(), Kind.CHOICES, "none"),
        (date(2026, 2, 28), Kind.DATE, "2026-02-28"),
        (AT, Kind.MOMENT, "2026-02-28 09:30 UTC"),
        (datetime(2026, 2, 28, tzinfo=UTC), Kind.MOMENT, "2026-02-28"),
    ],
)
def test_showing(value: Value, kind: Kind, shown: str) -> None:
    assert show(value, TYPES[kind]) == shown


def test_what_a_source_said_has_no_meaning() -> None:
    assert Range(11, 50, "11-50") == Range(11, 50)
    assert hash(Range(11, 50, "11-50")) == hash(Range(11, 50))


# ----------------------------------------------------------------------------- lengths of time


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90 days", timedelta(days=90)),
        ("1 day", timedelta(days=1)),
        ("2 weeks", timedelta(days=14)),
        ("36 hours", timedelta(hours=36)),
        ("15 minutes", timedelta(minutes=15)),
        ("15minutes", timedelta(minutes=15)),
    ],
)
def test_lengths_of_time(text: str, length: timedelta) -> None:
    assert read_duration(text) == length
    assert read_duration(show_duration(length)) == length


@pytest.mark.parametrize(
    "text", ["", "90", "days", "-1 days", "1.5 days", "0 days", "1 month", "2 years", "1 d", "ever",
             "9" * 5000 + " days", "100001 days"],
)  # fmt: skip
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(ValueProblem) as caught:
        read_duration(text)
    assert caught.value.code == "LP305"


@given(st.dates())
def test_every_date_comes_back(day: date) -> None:
    assert read_date(day.isoformat()) == day


@given(
    st.datetimes(
        timezones=st.timezones(), min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)
    )
)
def test_every_moment_is_in_utc(moment: datetime) -> None:
    found = read_moment(moment.isoformat())
    assert found == moment.astimezone(UTC)
    assert found.tzinfo is UTC


def test_offsets_with_seconds() -> None:
    odd: Any = timezone(timedelta(hours=1, seconds=7))
    assert read_moment(datetime(1900, 1, 1, tzinfo=odd).isoformat()) == datetime(
        1899, 12, 31, 22, 59, 53, tzinfo=UTC
    )
