"""Laws of tables: every row has one verdict, and their order does not matter."""

from __future__ import annotations

import random

import pytest

from leadpolicy.backends.sql.session import Session
from leadpolicy.logic import build
from leadpolicy.logic.terms import Logic
from leadpolicy.policy import load_policies
from leadpolicy.types import Kind, Range, Type, Value
from leadpolicy.vocabulary import Record
from tests.backends.closure.worlds import World
from tests.backends.sql.tables import run_table
from tests.backends.sql.test_agrees import stored
from tests.conftest import POLICIES
from tests.strategies import NOW


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(threads=1)


def within(kind: Type, value: Value) -> bool:
    """Whether a table can hold the value: numbers only between the limits of their fact."""
    if kind.limits is None:
        return True
    ends = (value.low, value.high) if isinstance(value, Range) else (value,)
    low, high = kind.limits
    return all(end is None or low <= end <= high for end in ends)  # type: ignore[operator]


def test_true_false_and_unknown_are_all_rows(session: Session) -> None:
    """TRUE of a term, of its negation, and of neither are counted apart and add up."""
    world = World(random.Random(11))
    records = [stored(world.record()) for _ in range(300)]
    for _ in range(10):
        term = world.term(2)
        logics = {"yes": Logic((), (term,)), "no": Logic((), (build.negate(term),))}
        found = run_table(logics, records, [NOW] * len(records), session)
        holds = sum(one.stages[0] == 2 for one in found["yes"])
        fails = sum(one.stages[0] == 2 for one in found["no"])
        unknown = sum(one.stages[0] == 1 for one in found["yes"])
        assert holds + fails + unknown == len(records)


def test_the_order_of_rows_does_not_matter(session: Session) -> None:
    world = World(random.Random(12))
    records = [stored(world.record()) for _ in range(60)]
    logics = {"policy": world.logic()}
    there = run_table(logics, records, [NOW] * len(records), session)["policy"]
    back = run_table(logics, records[::-1], [NOW] * len(records), session)["policy"]
    assert back == there[::-1]


def test_policies_do_not_disturb_one_another(session: Session) -> None:
    """The seed policies in one query say what each says in a query of its own."""
    policies = load_policies([POLICIES])
    assert len(policies) >= 3
    logics = {policy.id: policy.logic for policy in policies}
    vocabulary = policies[0].vocabulary
    rng = random.Random(13)
    world = World(rng, edges=False, texts=("a", "b"))
    facts = {
        name: fact.type
        for name, fact in vocabulary.facts.items()
        if fact.type.kind is not Kind.CHOICES
    }
    records = []
    for _ in range(50):
        drawn = {n: world.known(kind) for n, kind in facts.items() if rng.random() < 0.7}
        records.append(Record({n: v for n, v in drawn.items() if within(facts[n], v)}))
    together = run_table(logics, records, [NOW] * 50, session)
    for label, logic in logics.items():
        alone = run_table({label: logic}, records, [NOW] * 50, session)
        assert alone[label] == together[label]
