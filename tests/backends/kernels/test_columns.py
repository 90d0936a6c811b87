"""Codes keep the order of values, at the edges of every type."""

from __future__ import annotations

import math
import sys
from datetime import UTC, date, datetime

import numpy as np
import pytest

from leadpolicy.backends.kernels.columns import (
    Codes,
    Floats,
    Span,
    doubles,
    exact,
    narrowest,
    number_of,
    span_of_codes,
    span_of_floats,
)
from leadpolicy.types import Kind, Type

TENS = Codes(np.zeros(0, np.uint8), range(10, 20))
APART = Codes(np.zeros(0, np.uint8), (-(2**63), 0, 7, 2**63 - 1), first=2)


@pytest.mark.parametrize(
    ("span", "codes"),
    [
        (Span(), (1, 10)),
        (Span(10, 19), (1, 10)),
        (Span(12), (3, 10)),
        (Span(12, above=True), (4, 10)),
        (Span(most=12), (1, 3)),
        (Span(most=12, below=True), (1, 2)),
        (Span(11.5, 12.5), (3, 3)),
        (Span(-(2**63), 2**63 - 1), (1, 10)),
        (Span(25), (11, 10)),
        (Span(most=3), (1, 0)),
        (Span(12.25, 12.75), (4, 3)),
    ],
)
def test_spans_of_whole_numbers(span: Span, codes: tuple[int, int]) -> None:
    assert span_of_codes(TENS, span) == codes


@pytest.mark.parametrize(
    ("span", "codes"),
    [
        (Span(), (2, 5)),
        (Span(0, 7), (3, 4)),
        (Span(0, 7, above=True, below=True), (4, 3)),
        (Span(2**63 - 1), (5, 5)),
        (Span(2**63 - 2, above=True), (5, 5)),
        (Span(most=-(2**63)), (2, 2)),
    ],
)
def test_spans_of_numbers_far_apart(span: Span, codes: tuple[int, int]) -> None:
    assert span_of_codes(APART, span) == codes


def test_spans_of_doubles_take_their_neighbours() -> None:
    assert span_of_floats(Span(0.3, 0.3)) == (0.3, 0.3)
    assert span_of_floats(Span(0.3, above=True)) == (math.nextafter(0.3, 1), math.inf)
    assert span_of_floats(Span(most=0.3, below=True)) == (-math.inf, math.nextafter(0.3, 0))
    assert span_of_floats(Span(sys.float_info.max, above=True))[0] == math.inf
    assert span_of_floats(Span(2**53 + 1)) == (float(2**53 + 2), math.inf)
    assert span_of_floats(Span(most=2**53 + 1)) == (-math.inf, float(2**53))
    assert span_of_floats(Span(2**53 + 1, above=True))[0] == float(2**53 + 2)


@pytest.mark.parametrize(
    ("highest", "kind"),
    [(0, "u1"), (255, "u1"), (256, "u2"), (65_535, "u2"), (65_536, "u4"), (2**32, "u8")],
)
def test_codes_are_as_narrow_as_can_be(highest: int, kind: str) -> None:
    assert np.dtype(narrowest(highest)) == np.dtype(kind)


def test_literals_have_the_places_of_their_values() -> None:
    level = Type(Kind.LEVEL, ("low", "high"))
    assert number_of(level, "high") == 1
    assert number_of(Type(Kind.BOOLEAN), False) == 0
    assert number_of(Type(Kind.DATE), date(1970, 1, 2)) == 1
    assert number_of(Type(Kind.DATE), date(1, 1, 1)) == -719_162
    moment = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert number_of(Type(Kind.MOMENT), moment) == -1


def test_values_come_back_out_of_codes() -> None:
    low = Codes(np.array([0, 1, 2, 4], np.uint8), range(10, 13), first=2, open=True)
    assert exact(low, np.arange(4)) == [None, -math.inf, 10, 12]
    high = Codes(np.array([0, 1, 3, 4], np.uint8), range(10, 13), open=True)
    assert exact(high, np.arange(4)) == [None, 10, 12, math.inf]
    found = doubles(high)
    assert found is not None
    assert found[1:].tolist() == [10.0, 12.0, math.inf]
    assert math.isnan(found[0])
    assert doubles(APART) is None
    assert exact(Floats(np.array([0.5, np.nan])), np.arange(2)) == [0.5, None]
