"""A small version of `python -m tests.evidence`, with bounds as wide as few studies need."""

from __future__ import annotations

import math

import pytest

from tests.evidence import findings
from tests.evidence.findings import Finding

FEW = 150
FOUR_ERRORS = 4 * math.sqrt(0.05 * 0.95 / FEW)


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(lambda: findings.conversion(FEW, 11), id="conversion"),
        pytest.param(lambda: findings.bootstrap(FEW, 12), id="bootstrap"),
        pytest.param(lambda: findings.survival(FEW, 13), id="survival"),
        pytest.param(lambda: findings.survival(FEW, 14, late=True), id="late"),
        pytest.param(lambda: findings.ends(FEW, 15), id="ends"),
        pytest.param(lambda: findings.censored(FEW, 16)[0], id="censored"),
    ],
)
def test_intervals_cover(found: object) -> None:
    assert callable(found)
    of: Finding = found()
    assert abs(of.share - 0.95) < FOUR_ERRORS, of


def test_the_naive_ratio_halves_the_truth() -> None:
    of = findings.censored(FEW, 17)[1]
    assert of.kept, of


def test_equally_good_definitions_are_seldom_called_different() -> None:
    for of in findings.copies(FEW, 18):
        assert of.share < 0.05 + FOUR_ERRORS, of


def test_a_definition_does_not_differ_from_itself() -> None:
    assert findings.identical(30, 19).share == 0.0
