"""The three values themselves."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth, at_least, every, some, truth

VALUES = st.sampled_from(list(Truth))


def test_the_order_makes_and_the_minimum() -> None:
    assert FALSE < UNKNOWN < TRUE
    for one, other in product(Truth, Truth):
        assert every([one, other]) is min(one, other)
        assert some([one, other]) is max(one, other)


@pytest.mark.parametrize(("value", "negation"), [(TRUE, FALSE), (FALSE, TRUE), (UNKNOWN, UNKNOWN)])
def test_negation(value: Truth, negation: Truth) -> None:
    assert ~value is negation
    assert ~~value is value


def test_nothing_to_hold() -> None:
    assert every([]) is TRUE
    assert some([]) is FALSE


@given(st.lists(VALUES))
def test_de_morgan(values: list[Truth]) -> None:
    assert ~every(values) is some([~value for value in values])
    assert every(values) is every(reversed(values))


@pytest.mark.parametrize(
    ("least", "certain", "possible", "expected"),
    [
        (2, 2, 2, TRUE),
        (2, 2, 5, TRUE),
        (2, 1, 2, UNKNOWN),
        (2, 0, 1, FALSE),
        (0, 0, 0, TRUE),
        (-5, -3, 10, TRUE),
        (-5, -8, -6, FALSE),
        (-5, -8, -5, UNKNOWN),
    ],
)
def test_whether_a_number_reaches_another(
    least: int, certain: int, possible: int, expected: Truth
) -> None:
    assert at_least(least, certain, possible) is expected


def test_booleans() -> None:
    assert (truth(True), truth(False), truth(None)) == (TRUE, FALSE, UNKNOWN)
    assert (TRUE.known, FALSE.known, UNKNOWN.known) == (True, True, False)
    assert [str(value) for value in Truth] == ["FALSE", "UNKNOWN", "TRUE"]
