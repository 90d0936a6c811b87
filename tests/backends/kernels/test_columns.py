"""Numbers that stand for values and ends of spans, at the edges of every type; planes."""

from __future__ import annotations

import math
import sys
from datetime import UTC, date, datetime

import numpy as np
import pytest

from leadpolicy.backends.kernels.columns import Interval, both, number_of, packed, unpacked
from leadpolicy.types import Kind, Type

ENDS = (-(2**63), 2**63 - 1)


@pytest.mark.parametrize(
    ("span", "whole"),
    [
        (Interval(), (None, None)),
        (Interval(10, 19), (10, 19)),
        (Interval(12, above=True), (13, None)),
        (Interval(most=12), (None, 12)),
        (Interval(most=12, below=True), (None, 11)),
        (Interval(11.5, 12.5), (12, 12)),
        (Interval(12.25, 12.75), (13, 12)),
        (Interval(*ENDS), ENDS),
        (Interval(*ENDS, above=True, below=True), (ENDS[0] + 1, ENDS[1] - 1)),
    ],
)
def test_spans_of_whole_numbers(span: Interval, whole: tuple[int | None, int | None]) -> None:
    assert span.whole() == whole


def test_spans_of_doubles_take_their_neighbours() -> None:
    assert Interval(0.3, 0.3).doubles() == (0.3, 0.3)
    assert Interval(0.3, above=True).doubles() == (math.nextafter(0.3, 1), None)
    assert Interval(most=0.3, below=True).doubles() == (None, math.nextafter(0.3, 0))
    assert Interval(sys.float_info.max, above=True).doubles()[0] == math.inf
    assert Interval(2**53 + 1).doubles() == (float(2**53 + 2), None)
    assert Interval(most=2**53 + 1).doubles() == (None, float(2**53))
    assert Interval(2**53 + 1, above=True).doubles()[0] == float(2**53 + 2)


def test_literals_have_the_places_of_their_values() -> None:
    level = Type(Kind.LEVEL, ("low", "high"))
    assert number_of(level, "high") == 1
    assert number_of(Type(Kind.BOOLEAN), False) == 0
    assert number_of(Type(Kind.DATE), date(1970, 1, 2)) == 1
    assert number_of(Type(Kind.DATE), date(1, 1, 1)) == -719_162
    moment = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert number_of(Type(Kind.MOMENT), moment) == -1


def test_planes_where_both_are_set() -> None:
    one, other = (packed(np.array(bits)) for bits in ([1, 1, 0, 0, 1], [1, 0, 1, 0, 1]))
    found = both(one, other)
    assert found is not None
    assert unpacked(found, 5).tolist() == [1, 0, 0, 0, 1]
    assert both(None, other) is other
    assert both(one, None) is one
    assert both(None, None) is None
