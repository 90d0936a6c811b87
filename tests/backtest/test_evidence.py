"""A small version of `python -m tests.evidence`, with bounds as wide as few studies need."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from tests.evidence.finding import Finding
from tests.evidence.findings import PROMISES

FEW = 40


@pytest.mark.parametrize("promise", PROMISES, ids=lambda one: one.__name__)
def test_promises_are_kept(promise: Callable[[int, int], list[Finding]]) -> None:
    for found in promise(FEW, 11):
        spare = 4 * math.sqrt(0.25 if 0.2 < found.most < 0.9 else 0.05) / math.sqrt(found.studies)
        if found.least == found.most:
            spare = 0.0
        assert found.least - spare <= found.share <= found.most + spare, found
