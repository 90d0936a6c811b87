"""Questions: every set can decide its stage, and no smaller part of it can."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.decision import Decision, decide
from leadpolicy.decision.questions import MOST
from leadpolicy.decision.ways import Search
from leadpolicy.decision.witness import Witnesses
from leadpolicy.policy import Policy, parse_policy
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth
from leadpolicy.types import Range
from leadpolicy.vocabulary import Record, Vocabulary
from leadpolicy.vocabulary.model import EVENT
from tests.conftest import REPO
from tests.decision.room import DOMAIN, NOW, Ladder, apart, card, known, ladders, thinned
from tests.strategies import drafts, situations, vocabularies


def verdict(policy: Policy, record: Record, stage: str) -> Truth:
    """What the interpreter says of a stage."""
    place = [one.name for one in policy.stages].index(stage)
    return Evaluation(record.facts, record.events, NOW).truth(policy.logic.stages[place])


def able(policy: Policy, record: Record, facts: Iterable[str], stage: str, want: Truth) -> bool:
    """Whether some values of just these facts give the stage the wanted truth."""
    names = list(facts)
    answers = product(*(DOMAIN[name] for name in names))
    filled = ({**record.facts, **dict(zip(names, chosen, strict=True))} for chosen in answers)
    return any(verdict(policy, Record(facts), stage) is want for facts in filled)


@given(st.data())
def test_on_distinct_facts_the_sets_are_exactly_the_smallest_that_work(data: st.DataObject) -> None:
    policy = data.draw(apart()).policy
    record = data.draw(known(policy))
    decision = decide(policy, record, as_of=NOW)
    if decision.next_open is None:
        assert decision.questions == ()
        return
    missing = [name for name in policy.facts if name not in record.facts]
    for want, reaches in ((TRUE, True), (FALSE, False)):
        working: list[frozenset[str]] = []
        for size in range(1, len(missing) + 1):
            for names in map(frozenset, combinations(missing, size)):
                smaller = any(other < names for other in working)
                if not smaller and able(policy, record, names, "holds", want):
                    working.append(names)
        shown = [frozenset(q.facts) for q in decision.questions if q.reaches is reaches]
        assert set(shown) <= set(working)
        assert [len(names) for names in shown] == [len(names) for names in working[:MOST]]


@given(st.data())
def test_on_shared_facts_every_set_works_and_no_part_of_it_does(data: st.DataObject) -> None:
    ladder: Ladder = data.draw(ladders())
    record = data.draw(known(ladder.policy))
    decision = decide(ladder.policy, record, as_of=NOW)
    for question in decision.questions:
        want = TRUE if question.reaches else FALSE
        assert able(ladder.policy, record, question.facts, question.stage, want)
        for smaller in combinations(question.facts, len(question.facts) - 1):
            assert not able(ladder.policy, record, smaller, question.stage, want)


@given(st.data())
def test_every_set_is_proved_by_a_record_that_keeps_all_that_is_known(data: st.DataObject) -> None:
    vocabulary: Vocabulary = data.draw(vocabularies())
    policy = data.draw(drafts(vocabulary)).policy(vocabulary)
    record = data.draw(situations(vocabulary)).record(vocabulary)
    decision = decide(policy, record, as_of=NOW)
    (term,) = policy.logic.stages
    evaluation = decision.evaluation
    atoms = [t for t, found in list(evaluation.truths.items()) if found is UNKNOWN]
    for question in decision.questions:
        assert not [n for n in question.facts if exactly_known(decision, n)]
        want = TRUE if question.reaches else FALSE
        search = Search(evaluation.truth, atoms)
        witnesses = Witnesses(record, NOW)
        for way in search.ways(term, want):
            answered = witnesses.find(search.wishes(way))
            if answered is None:
                continue
            kept = {n: v for n, v in record.facts.items() if not isinstance(v, Range)}
            assert {n: answered.facts[n] for n in kept} == kept
            for atom, verdict_before in evaluation.truths.items():
                after = Evaluation(answered.facts, answered.events, NOW).truth(atom)
                assert verdict_before is UNKNOWN or after is verdict_before or _asks_known(atom)


def _asks_known(atom: object) -> bool:
    return "known" in str(atom).casefold()


def exactly_known(decision: Decision, name: str) -> bool:
    """Whether there is nothing left to ask about a fact or a log."""
    if not name.startswith(EVENT):
        value = decision.record.facts.get(name)
        return value is not None and not isinstance(value, Range)
    log = decision.record.events.get(name.removeprefix(EVENT))
    return log is not None and log.since is None and not log.happenings
