"""What `leadpolicy engines` says of agreement is what the tests have measured."""

from __future__ import annotations

import pytest

from leadpolicy.backends import BACKENDS
from leadpolicy.backends.listed import measured
from tests.conformance.agreement import cases


def test_every_engine_was_compared() -> None:
    found = measured()
    assert list(found) == list(BACKENDS)
    for name, numbers in found.items():
        assert name == "interpreter" or numbers["verdicts"] > 0


@pytest.mark.parametrize("name", BACKENDS)
def test_the_numbers_of_cases_are_current(name: str) -> None:
    now = cases()
    if name not in now:
        pytest.skip("this engine is not installed")
    kept = {key: measured()[name][key] for key in ("cases", "refused")}
    assert kept == now[name], "python -m tests.conformance.agreement"
