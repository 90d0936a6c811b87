"""The closure says what the interpreter says.

`LEADPOLICY_VERDICTS=1000000` sets how many random verdicts are compared (default 60,000).
"""

from __future__ import annotations

import os
import random
from datetime import datetime
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from leadpolicy.backends.closure import Closure, compile_logic
from leadpolicy.backends.interpreter import Evaluation, verdicts
from leadpolicy.decision.reasons import causes
from leadpolicy.logic.terms import Logic
from leadpolicy.truth import FALSE, TRUE, UNKNOWN
from leadpolicy.vocabulary.record import Record
from tests.backends.closure.worlds import World
from tests.conformance.cases import every_case

WANTED = int(os.environ.get("LEADPOLICY_VERDICTS", "60000"))
RECORDS = 20


def assert_agrees(logic: Logic, closure: Closure, record: Record, now: datetime) -> int:
    """Compares all that a closure says with what the interpreter says; gives how many verdicts."""
    evaluation = Evaluation(record.facts, record.events, now)
    expected = verdicts(logic, record, now)
    assert closure.verdicts(record, now) == expected, closure.source
    places = range(len(expected.stages))
    reached = max((n for n in places if expected.stages[n] is TRUE), default=-1)
    possible = max((n for n in places if expected.stages[n] is not FALSE), default=-1)
    assert closure.stage(record.facts, record.events, now) == reached, closure.source
    assert closure.possible(record.facts, record.events, now) == possible, closure.source
    explained = closure.explain(record.facts, record.events, now)
    assert (explained.stage, explained.possible) == (reached, possible)
    assert explained.verdicts == tuple(map(evaluation.truth, closure.terms))
    assert explained.values == tuple(map(record.facts.get, closure.facts))
    lacking = [
        name
        for term, verdict in zip(logic.stages, expected.stages, strict=True)
        if verdict is UNKNOWN
        for name in causes(term, evaluation)
    ]
    assert explained.missing == tuple(dict.fromkeys(lacking))
    assert all(evaluation.truth(term) is not TRUE for term in explained.blocking)
    next_open = reached + 1 < len(logic.stages) and expected.stages[reached + 1] is not TRUE
    assert bool(explained.blocking) == next_open
    return len(explained.verdicts)


def compared(seed: int) -> int:
    """Compares one random policy on a few random records."""
    world = World(random.Random(seed))
    logic = world.logic()
    closure = compile_logic(logic)
    return sum(assert_agrees(logic, closure, world.record(), world.now()) for _ in range(RECORDS))


def test_random_policies_on_random_records() -> None:
    done = 0
    for seed in count():
        try:
            done += compared(seed)
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
        if done >= WANTED:
            break
    assert done >= WANTED


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_hypothesis_finds_no_difference(rng: random.Random) -> None:
    world = World(rng)
    logic = world.logic()
    assert assert_agrees(logic, compile_logic(logic), world.record(), world.now()) >= 1


def test_every_conformance_case() -> None:
    rows = 0
    for case in every_case():
        closure = compile_logic(case.policy.logic)
        for row in case.rows:
            found = closure.verdicts(row.record, row.as_of)
            assert found.stages[0] is row.expected, f"{case.name}: {row.place}"
            assert_agrees(case.policy.logic, closure, row.record, row.as_of)
            rows += 1
    assert rows >= 1_000
