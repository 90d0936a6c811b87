"""Tables say what the interpreter says.

`LEADPOLICY_VERDICTS=1000000` sets how many random verdicts are compared (default 20,000), and
`LEADPOLICY_SEED` where the random worlds begin.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.backends.sql.session import Session
from leadpolicy.logic.terms import Logic
from leadpolicy.truth import TRUE
from leadpolicy.types import INT64, Kind, Range, Value
from leadpolicy.vocabulary import EventLog, Record
from tests.backends.closure.worlds import ATTRIBUTES, FACTS, World
from tests.backends.sql.tables import last, run_table, stages_alone
from tests.strategies import NOW, asked, drafts, situations, vocabularies

WANTED = int(os.environ.get("LEADPOLICY_VERDICTS", "20000"))
SEED = int(os.environ.get("LEADPOLICY_SEED", "0"))
RECORDS = 60
POLICIES = 3


def storable(name: str, value: Value) -> bool:
    """Whether 64 bits carry it: the world makes ranges that end one beyond them."""
    kinds = {s.name: s.type.kind for s in (*FACTS.values(), *ATTRIBUTES.values())}
    if kinds[name] is not Kind.INTEGER or not isinstance(value, Range):
        return True
    ends = [end for end in (value.low, value.high) if end is not None]
    return all(INT64[0] <= end <= INT64[1] for end in ends)


def stored(record: Record) -> Record:
    """The record without what no column can carry."""
    facts = {name: v for name, v in record.facts.items() if storable(name, v)}
    logs = {
        kind: EventLog(
            tuple(
                replace(h, details={n: v for n, v in h.details.items() if storable(n, v)})
                for h in log.happenings
            ),
            log.since,
        )
        for kind, log in record.events.items()
    }
    return Record(facts, logs, record.id)


def compared(seed: int, session: Session) -> int:
    """Compares random policies on random records, at one moment or at one for each."""
    world = World(random.Random(seed))
    logics: dict[str, Logic] = {f"policy {n}": world.logic() for n in range(POLICIES)}
    records = [stored(world.record()) for _ in range(RECORDS)]
    now = world.now()
    moments = [now if seed % 2 else world.now() for _ in records]
    found = run_table(logics, records, moments, session)
    short = stages_alone(logics, records, now, session)
    done = 0
    for label, logic in logics.items():
        for place, (record, moment) in enumerate(zip(records, moments, strict=True)):
            expected = verdicts(logic, record, moment)
            assert found[label][place] == expected, f"{label}, record {place}: {record}"
            alone = verdicts(logic, record, now)
            assert short[label][place] == last(alone.stages, TRUE), f"{label}, record {place}"
            done += len(expected.criteria) + len(expected.stages)
    return done


def test_random_policies_on_random_tables() -> None:
    session = Session(threads=1)
    done = 0
    for seed in count(SEED):
        try:
            done += compared(seed, session)
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
        if done >= WANTED:
            break
    assert done >= WANTED


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
)
@given(st.data())
def test_policies_as_people_write_them(data: st.DataObject) -> None:
    vocabulary = data.draw(vocabularies())
    draft = data.draw(drafts(vocabulary))
    names = asked(draft, vocabulary)
    drawn = data.draw(st.lists(situations(vocabulary, names), min_size=1, max_size=5))
    records = [situation.record(vocabulary) for situation in drawn]
    logic = draft.policy(vocabulary).logic
    found = run_table({"policy": logic}, records, [NOW] * len(records))["policy"]
    assert found == [verdicts(logic, record, NOW) for record in records]
