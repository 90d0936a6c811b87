"""Columns read as a whole give what reading cell by cell gives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadpolicy.data import iso
from leadpolicy.data.arrow import column_of_arrow
from leadpolicy.data.dates import moment_text
from leadpolicy.data.model import PLAIN, Money, Reading
from leadpolicy.data.tables import column_of_objects
from leadpolicy.data.texts import Texts
from leadpolicy.data.values import Converted, convert
from leadpolicy.diagnostics import ValueProblem
from leadpolicy.times import from_microseconds
from leadpolicy.types import Kind, Type, Value

INTEGER = Type(Kind.INTEGER)
SMALL = Type(Kind.INTEGER, limits=(0, 100))
NUMBER = Type(Kind.NUMBER)
EUROS = Type(Kind.MONEY, currency="EUR")
BOOLEAN = Type(Kind.BOOLEAN)
DATE = Type(Kind.DATE)
MOMENT = Type(Kind.MOMENT)
TEXT = Type(Kind.TEXT)


def told(found: Converted) -> list[Value | str | None]:
    """Per row the value, or why there is none."""
    codes = found.codes.tolist()
    return [found.values[code] if found.filled[code] else found.bad.get(code) for code in codes]


whole = st.integers(-(2**63), 2**63 - 1) | st.integers(-5, 120)
numbers = st.floats() | st.integers(-5, 120).map(float) | st.sampled_from([0.0, -0.0])
moments = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))


@given(st.lists(st.none() | whole, max_size=6), st.sampled_from([INTEGER, SMALL, NUMBER, EUROS]))
@example([2**53, 2**53 + 1, None], NUMBER)
def test_whole_numbers(cells: list[int | None], kind: Type) -> None:
    typed = convert(column_of_arrow(pa.array(cells, pa.int64())), kind, PLAIN)
    assert told(typed) == told(convert(column_of_objects(cells), kind, PLAIN))


@given(st.lists(st.none() | numbers, max_size=6), st.sampled_from([INTEGER, SMALL, NUMBER, EUROS]))
def test_numbers(cells: list[float | None], kind: Type) -> None:
    typed = convert(column_of_arrow(pa.array(cells, pa.float64())), kind, PLAIN)
    assert told(typed) == told(convert(column_of_objects(cells), kind, PLAIN))


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin", "+05:30"])
@given(cells=st.lists(st.none() | moments, max_size=6), kind=st.sampled_from([MOMENT, DATE, TEXT]))
def test_moments(cells: list[datetime | None], kind: Type, zone: str | None) -> None:
    array = pa.array(cells, pa.timestamp("us")).cast(pa.int64()).cast(pa.timestamp("us", zone))
    plain = column_of_objects(array.to_pylist())
    assert told(convert(column_of_arrow(array), kind, PLAIN)) == told(convert(plain, kind, PLAIN))


def test_clock_readings_of_a_declared_zone() -> None:
    array = pa.array([datetime(2026, 7, 1, 12), None, datetime(2026, 7, 1, 12)])
    found = convert(column_of_arrow(array), MOMENT, Reading(timezone="Europe/Berlin"))
    assert told(found) == [datetime(2026, 7, 1, 10, tzinfo=UTC), None, told(found)[0]]


@given(st.lists(st.none() | st.dates(), max_size=6), st.sampled_from([MOMENT, DATE]))
def test_dates(cells: list[date | None], kind: Type) -> None:
    typed = convert(column_of_arrow(pa.array(cells, pa.date32())), kind, PLAIN)
    assert told(typed) == told(convert(column_of_objects(cells), kind, PLAIN))


def test_booleans() -> None:
    found = convert(column_of_arrow(pa.array([True, None, False])), BOOLEAN, PLAIN)
    assert told(found) == [True, None, False]


def test_years_that_no_calendar_has_do_not_fit() -> None:
    array = pa.array([2**62, 0], pa.int64()).cast(pa.timestamp("us", "UTC"))
    first, second = told(convert(column_of_arrow(array), MOMENT, PLAIN))
    assert first == "is not a moment"
    assert second == datetime(1970, 1, 1, tzinfo=UTC)


def test_what_is_declared_about_typed_cells_still_counts() -> None:
    column = column_of_arrow(pa.array([0, 7, None]))
    assert told(convert(column, INTEGER, Reading(nulls=frozenset({"0"})))) == [None, 7, None]
    assert told(convert(column, INTEGER, Reading(values={"7": "70"}))) == [0, 70, None]
    assert told(convert(column, EUROS, Reading(money=Money("EUR")))) == [0.0, 7.0, None]


def test_texts_that_differ_in_white_space_are_the_same() -> None:
    column = column_of_arrow(pa.array(["a", "a ", None, "b"]))
    assert column.codes.tolist() == [0, 0, 2, 1]
    assert list(column.cells) == ["a", "b", None]


written = st.builds(
    lambda moment, form, zone: moment.strftime(form) + zone,
    st.datetimes(datetime(1000, 1, 1), datetime(9990, 1, 1)),
    st.sampled_from(
        ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%d/%m/%Y"]
    ),
    st.sampled_from(["", "Z", "+02:00", "-11:30", "+24:00", "z", " "]),
)
strange = st.sampled_from(
    ["2026-02-29", "2024-02-29", "2026-13-01", "2026-01-32", "2026-01-00", "0000-01-01",
     "2026-01-01T24:00", "2026-01-01T10:60", "2026-01-01T10:00:60", "2026-01-01x10:00",
     "2026-01-01T10:00:00.123", "2026-01-01T10:00:00.12", "2026-01-01T10:00:00.1234567Z",
     "2026-1-1", "20260101", "2026-W01-1", "\uff12\uff10\uff12\uff16-01-01", "", "soon",
     "9999-12-31T23:59:59-10:00"]
)  # fmt: skip


@given(st.lists(written | strange, min_size=1, max_size=8))
def test_moments_in_iso_form(texts: list[str]) -> None:
    found, certain = iso.instants(Texts(pa.array(texts, pa.large_string())))
    for text, instant, sure in zip(texts, found.tolist(), certain.tolist(), strict=True):
        if sure:
            assert from_microseconds(instant) == moment_text(text, None, None)
    values = told(convert(column_of_arrow(pa.array(texts)), MOMENT, PLAIN))
    for text, value in zip(texts, values, strict=True):
        try:
            expected = moment_text(text, None, None) if text.strip() else None
        except ValueProblem:
            assert value is not None
            assert not isinstance(value, datetime)
        else:
            assert value == expected


def test_the_usual_forms_are_certain() -> None:
    texts = ["2026-02-28", "2026-02-28T09:30", "2026-02-28 09:30:15.5+02:00",
             "2026-02-28 09:30:15.125+02:00", "2026-02-28T09:30:15.000001Z"]  # fmt: skip
    found, certain = iso.instants(Texts(pa.array(texts, pa.large_string())))
    assert certain.tolist() == [True, True, False, True, True]
    assert from_microseconds(int(found[3])) == datetime(
        2026, 2, 28, 9, 30, 15, 125_000, tzinfo=timezone(timedelta(hours=2))
    )


def test_values_of_a_typed_column_are_distinct() -> None:
    array = pa.array(np.array([0.0, -0.0, 1.5, 1.5]))
    found = convert(column_of_arrow(array), NUMBER, PLAIN)
    from leadpolicy.data.coding import share

    (codes,), values = share([found.part(np.arange(4))])
    assert list(values) == [0.0, 1.5]
    assert codes.tolist() == [0, 0, 1, 1]
