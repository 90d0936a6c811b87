"""Tables in the engine's memory: the same verdicts, for one policy and for many variants of it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.backends.sql.load import load
from leadpolicy.backends.sql.program import Run, TableProgram
from leadpolicy.backends.sql.session import Session
from leadpolicy.backends.sql.sparse import asked_of_all
from leadpolicy.logic import build
from leadpolicy.logic.terms import Literal, Logic, Relation, Subject, Term
from leadpolicy.truth import TRUE
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary import Record
from tests.backends.closure.worlds import FACTS, World
from tests.backends.sql.tables import columns_of, last
from tests.backends.sql.test_agrees import stored
from tests.strategies import NOW

EMPLOYEES = Subject("employees", Type(Kind.INTEGER))
REVENUE = Subject("revenue", Type(Kind.NUMBER))


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(threads=1)


def prepared(
    logics: Mapping[str, Logic], records: Sequence[Record], session: Session, *, full: bool = False
) -> Run:
    program = TableProgram(logics, full=full)
    columns, places = columns_of("", program.facts, [record.facts for record in records])
    columns["id"] = pa.array([f"r{i}" for i in range(len(records))])
    loaded = load(
        pa.table(columns), program.facts, places, keep=["id"], programs=[program], session=session
    )
    return program.prepare(loaded, as_of=NOW, id="id")


def ladder_of(common: Term, own: Term, above: Term) -> Logic:
    low = build.every([common, own])
    return Logic((), (low, build.every([low, above])))


@pytest.mark.parametrize("full", [False, True])
def test_random_policies_on_loaded_tables(session: Session, full: bool) -> None:
    for seed in range(25):
        world = World(random.Random(seed), texts=("a", "b", "", "é"))
        terms = [world.atom(FACTS, events=False) for _ in range(6)]
        logic = Logic((), (build.some(terms[:2]), build.at_least(2, terms)))
        records = [stored(world.record()) for _ in range(80)]
        run = prepared({"policy": logic}, records, session, full=full)
        found = run.arrow().column(run.layout.stage["policy"]).to_pylist()
        assert found == [last(verdicts(logic, r, NOW).stages, TRUE) for r in records], seed


def test_policies_with_something_in_common_are_asked_of_candidates(session: Session) -> None:
    """In the order of the table, with its keys, and the same as without."""
    several = 0
    for seed in range(25):
        world = World(random.Random(seed), texts=("a", "b", "", "é"))
        common = world.atom(FACTS, events=False)
        logics = {
            f"policy {n}": ladder_of(
                common, world.atom(FACTS, events=False), world.atom(FACTS, events=False)
            )
            for n in range(3)
        }
        records = [stored(world.record()) for _ in range(120)]
        run = prepared(logics, records, session)
        several += run.candidates is not None
        answers = run.arrow()
        assert answers.column("id").to_pylist() == [f"r{i}" for i in range(len(records))]
        assert answers.to_pydict() == session.connection.sql(run.sql).to_arrow_table().to_pydict()
        for label, logic in logics.items():
            expected = [last(verdicts(logic, r, NOW).stages, TRUE) for r in records]
            assert answers.column(run.layout.stage[label]).to_pylist() == expected, seed
    assert several > 20


def at_least(number: int) -> Term:
    return build.compare(Relation.GE, EMPLOYEES, Literal(number))


def at_most(number: float) -> Term:
    return build.compare(Relation.LE, REVENUE, Literal(number))


def test_of_thresholds_that_differ_the_weakest_is_asked_first() -> None:
    logics = {
        "a": Logic((), (build.every([at_least(50), at_most(1.5)]),)),
        "b": Logic((), (build.every([at_least(20), at_most(2.5)]),)),
        "c": Logic((), (build.every([at_least(90), at_most(0.5)]),)),
    }
    assert asked_of_all(logics) == (at_least(20), at_most(2.5))
    assert asked_of_all(logics | {"d": Logic((), (at_least(30),))}) == (at_least(20),)
    assert asked_of_all(logics | {"e": Logic((), (at_most(3.5),))}) == (at_most(3.5),)
    assert asked_of_all(logics | {"f": Logic((), (build.known(EMPLOYEES),))}) == ()


def test_a_stage_that_does_not_need_the_lowest_is_looked_for_everywhere() -> None:
    alone = Logic((), (at_least(50), at_most(1.5)))
    assert asked_of_all({"a": alone, "b": alone}) == ()


def test_without_keys_there_is_a_row_for_every_record(session: Session, tmp_path: Path) -> None:
    employees = [10, 60, None, 95]
    logics = {f"least {n}": Logic((), (at_least(n),)) for n in (50, 90)}
    program = TableProgram(logics)
    table = pa.table({"employees": pa.array(employees, pa.int64())})
    loaded = load(table, program.facts, programs=[program], session=session)
    run = program.prepare(loaded, as_of=NOW)
    expected = {"least 50 stage": [0, 1, 0, 1], "least 90 stage": [0, 0, 0, 1]}
    assert run.candidates is not None
    assert run.arrow().to_pydict() == expected
    assert run.pandas().to_dict("list") == expected
    run.write(tmp_path / "stages.parquet")
    assert pq.read_table(tmp_path / "stages.parquet").to_pydict() == expected
