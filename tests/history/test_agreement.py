"""Laws on random histories: the engine says what the interpreter defines, at every moment."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadpolicy.backends.sql.session import Session
from leadpolicy.data.chronicle import NEVER, Chronicle
from leadpolicy.data.dataset import open_dataset
from leadpolicy.history import ledger
from leadpolicy.history.definition import StageSpan, replay_record
from leadpolicy.history.run import replay
from leadpolicy.policy import load_policies
from leadpolicy.times import from_microseconds, microseconds
from tests.history.agreement import by_engine, disagreements, unforeseen
from tests.history.worlds import Life, World, at, chronicle, moments_near, random_life, worlds
from tests.strategies import NOW

ENOUGH = settings(max_examples=8, suppress_health_check=list(HealthCheck), deadline=None)
LATER = "2027-01-01"


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """One engine for all."""
    engine = Session(threads=1)
    yield engine
    engine.close()


@ENOUGH
@given(data=st.data())
def test_the_engine_agrees_with_the_interpreter(session: Session, data: st.DataObject) -> None:
    world = data.draw(worlds())
    history = world.chronicle(data.draw(st.integers(0, 2**32)), 20)
    assert disagreements(world.policies, history, session, batch=100) == []


@ENOUGH
@given(data=st.data())
def test_between_the_points_nothing_changes(data: st.DataObject) -> None:
    world = data.draw(worlds())
    seed = data.draw(st.integers(0, 2**32))
    history = world.chronicle(seed, 3)
    rng = random.Random(seed)
    for number in range(len(history)):
        assert unforeseen(world.policies, history, number, rng) == []


def _lives(world: World, seed: int, count: int) -> list[Life]:
    rng = random.Random(seed)
    return [random_life(rng, world.vocabulary, world.pool) for _ in range(count)]


def _until(life: Life, moment: int) -> Life:
    """Only what had happened and was known at a moment."""
    events = {
        kind: [e for e in log if at(e[0]) <= moment and (len(e) < 3 or at(e[2]) <= moment)]
        for kind, log in life.events.items()
    }
    changes = {n: [c for c in found if at(c[0]) <= moment] for n, found in life.changes.items()}
    return replace(life, events=events, changes=changes)


def _before(
    found: dict[tuple[str, int], list[StageSpan]], moment: int
) -> dict[tuple[str, int], list[StageSpan]]:
    """The spans that began by then; one that is still going on has no end."""
    return {
        key: [
            replace(s, end=s.end if s.end <= moment else NEVER) for s in spans if s.begin <= moment
        ]
        for key, spans in found.items()
        if spans[0].begin <= moment
    }


@ENOUGH
@given(data=st.data())
def test_what_comes_later_changes_nothing_before(session: Session, data: st.DataObject) -> None:
    world = data.draw(worlds())
    seed = data.draw(st.integers(0, 2**32))
    lives = _lives(world, seed, 20)
    moment = moments_near(random.Random(seed))
    whole = chronicle(world.vocabulary, lives, until=LATER)
    early = chronicle(world.vocabulary, [_until(life, moment) for life in lives], until=LATER)
    won = np.full(len(lives), moment + 1, np.int64)
    results = [
        by_engine(replay(world.policies, history, accept_snapshot="all", session=session))
        for history in (replace(whole, won=won, closed=won), early)
    ]
    # a record with nothing dated by then is looked at for the first time when something is
    first, second = (_before(found, moment) for found in results)
    assert first == second


def _shuffled(life: Life, rng: random.Random) -> Life:
    """The rows in another order; those of one fact at one moment keep theirs, which means
    something.
    """
    events = {kind: rng.sample(log, len(log)) for kind, log in life.events.items()}
    return replace(life, events=events)


@ENOUGH
@given(data=st.data())
def test_the_order_of_rows_and_records_changes_nothing(
    session: Session, data: st.DataObject
) -> None:
    world = data.draw(worlds())
    seed = data.draw(st.integers(0, 2**32))
    rng = random.Random(seed)
    lives = _lives(world, seed, 20)
    order = rng.sample(range(len(lives)), len(lives))
    moved = [_shuffled(lives[number], rng) for number in order]

    def spans(history: Chronicle) -> dict[tuple[str, int], list[StageSpan]]:
        return by_engine(replay(world.policies, history, accept_snapshot="all", session=session))

    found = spans(chronicle(world.vocabulary, lives, until=LATER))
    other = spans(chronicle(world.vocabulary, moved, until=LATER))
    assert {(label, order[n]): s for (label, n), s in other.items()} == found


@ENOUGH
@given(data=st.data())
def test_the_size_of_batches_changes_nothing(session: Session, data: st.DataObject) -> None:
    world = data.draw(worlds())
    history = world.chronicle(data.draw(st.integers(0, 2**32)), 5)
    small, large = (
        replay(world.policies, history, accept_snapshot="all", session=session, batch=batch)
        for batch in (1, 10**6)
    )
    assert by_engine(small) == by_engine(large)
    assert small.points == large.points


@ENOUGH
@given(data=st.data())
def test_long_lists_of_values_travel_with_their_steps(
    session: Session, data: st.DataObject
) -> None:
    world = data.draw(worlds())
    history = world.chronicle(data.draw(st.integers(0, 2**32)), 20)
    with mock.patch.object(ledger, "_MOST_KEPT", 0):
        assert disagreements(world.policies, history, session, batch=100) == []


def test_real_applications_agree(real_data: Path, fixtures: Path) -> None:
    """Every 40th record of `bpi2012`; `python -m tests.history.agreement --bpi2012` takes all."""
    folder = fixtures / "bpi2012"
    found = load_policies(sorted((folder / "policies").glob("*/*.*.*.yaml")))
    whole = open_dataset(folder).chronicle()
    policies = {policy.identity: policy for policy in found}
    assert len(policies) >= 4
    with_engine = by_engine(replay(policies, whole))
    for number in range(0, len(whole), 40):
        for label, spans in replay_record(policies, whole, number).items():
            assert with_engine[label, number] == spans


def test_now_is_where_random_histories_are() -> None:
    """The moments that random policies speak of are those of random records."""
    rng = random.Random(1)
    near = [moments_near(rng) for _ in range(100)]
    assert all(abs(moment - microseconds(NOW)) < 40 * 86_400_000_000 for moment in near)
    assert from_microseconds(near[0]).tzinfo is not None
