"""The rule sets say what the interpreter says.

`LEADPOLICY_DURABLE_VERDICTS=100000` sets how many random verdicts are compared (default 10,000).
"""

from __future__ import annotations

import os
import random
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadpolicy.backends.durable import Durable
from leadpolicy.backends.interpreter import verdicts
from tests.backends.closure.worlds import World

WANTED = int(os.environ.get("LEADPOLICY_DURABLE_VERDICTS", "10000"))
RECORDS = 20


def test_random_policies_on_random_records(durable: Durable) -> None:
    done = 0
    for seed in count():
        world = World(random.Random(seed))
        logic = world.logic()
        for _ in range(RECORDS):
            record, now = world.record(), world.now()
            expected = verdicts(logic, record, now)
            assert durable.verdicts(logic, record, now) == expected, f"seed {seed}"
            done += len(expected.criteria) + len(expected.stages)
        if done >= WANTED:
            break
    assert done >= WANTED


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.randoms(use_true_random=False))
def test_hypothesis_finds_no_difference(durable: Durable, rng: random.Random) -> None:
    world = World(rng)
    logic, record, now = world.logic(), world.record(), world.now()
    assert durable.verdicts(logic, record, now) == verdicts(logic, record, now)
