"""The table in policies/README.md shows what each backend can say."""

from __future__ import annotations

import pytest

from tests.conformance.backends import BACKENDS
from tests.conformance.support import README, REFUSES, YES, columns, outcomes, refreshed


def test_every_row_is_asked_and_answered_rightly_or_refused() -> None:
    for feature, found in outcomes().items():
        assert set(found) == set(BACKENDS), feature
        for name, counted in found.items():
            assert set(counted) <= {YES, REFUSES}, f"{feature}: {name}"
            assert counted.total() == found["interpreter"].total(), f"{feature}: {name}"


def test_only_durable_rules_refuses() -> None:
    refusing = {
        (feature, name)
        for feature, found in outcomes().items()
        for name, counted in found.items()
        if counted[REFUSES]
    }
    assert {name for _, name in refusing} <= {"durable-rules"}
    assert len(refusing) <= 3


def test_the_table_is_current() -> None:
    text = README.read_text(encoding="utf-8")
    if columns(text) != list(BACKENDS):
        pytest.skip("a backend is not installed")
    assert refreshed(text) == text, "python -m tests.conformance.support"
