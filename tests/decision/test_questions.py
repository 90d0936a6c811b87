"""Questions: every set can decide its stage, and no smaller part of it can."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.decision import Decision, decide
from leadpolicy.decision.dependence import dependence
from leadpolicy.decision.questions import MOST
from leadpolicy.decision.ways import Search
from leadpolicy.decision.witness import Witnesses
from leadpolicy.policy import Policy
from leadpolicy.truth import FALSE, TRUE, Truth
from leadpolicy.types import Range
from leadpolicy.vocabulary import Record
from leadpolicy.vocabulary.model import EVENT
from tests.conftest import REPO
from tests.decision.room import (
    DOMAIN,
    Case,
    Ladder,
    apart,
    card,
    cases,
    known,
    ladders,
    only,
    thinned,
)
from tests.strategies import NOW


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


@given(cases())
def test_sets_of_any_policy_are_proved_by_a_record(case: Case) -> None:
    assume("matches" not in str(case.draft.data()))
    policy, record = case.policy, case.record
    decision = decide(policy, record, as_of=NOW)
    (term,) = policy.logic.stages
    open_atoms = [a for a in dependence(policy).order if decision.evaluation.truth(a) is not TRUE]
    for question in decision.questions:
        assert not [name for name in question.facts if exactly_known(record, name)]
        want = TRUE if question.reaches else FALSE
        search = Search(decision.evaluation.truth, open_atoms)
        answered = [
            proof
            for way in search.ways(term, want)
            if (proof := Witnesses(record, NOW).find(search.wishes(way))) is not None
            and changed(record, proof) == set(question.facts)
            and verdict(policy, proof, "holds") is want
        ]
        assert answered


def changed(before: Record, after: Record) -> set[str]:
    """Facts and logs that differ. Logs are compared by what is in them."""
    facts = {n for n in {*before.facts, *after.facts} if before.facts.get(n) != after.facts.get(n)}
    kinds = {*before.events, *after.events}
    logs = {EVENT + k for k in kinds if before.events.get(k) != after.events.get(k)}
    return facts | logs


def exactly_known(record: Record, name: str) -> bool:
    """Whether there is nothing left to ask about a fact or a log."""
    if not name.startswith(EVENT):
        value = record.facts.get(name)
        return value is not None and not isinstance(value, Range)
    log = record.events.get(name.removeprefix(EVENT))
    return log is not None and log.since is None and not log.happenings


@given(thinned())
def test_questions_on_the_cards_ask_only_for_what_is_open(decision: Decision) -> None:
    if decision.next_open is None:
        assert decision.questions == ()
        return
    assert decision.questions
    for question in decision.questions:
        assert question.stage == decision.next_open.name
        assert not [name for name in question.facts if exactly_known(decision.record, name)]
        assert question.asks == tuple(map(decision.policy.vocabulary.ask, question.facts))
    for reaches in (True, False):
        sets = [frozenset(q.facts) for q in decision.questions if q.reaches is reaches]
        assert [len(one) for one in sets] == sorted(len(one) for one in sets)
        assert not [(a, b) for a in sets for b in sets if a < b]


# ------------------------------------------------------------------------------- cases by hand


def sets(decision: Decision, *, reaches: bool) -> list[tuple[str, ...]]:
    return [question.facts for question in decision.questions if question.reaches is reaches]


def test_one_fact_that_is_wished_two_things_has_to_grant_both() -> None:
    decision = only("{all: [company.employees: {above: 10}, company.employees: {below: 11}]}")
    assert sets(decision, reaches=True) == []  # no whole number lies between
    assert sets(decision, reaches=False) == [("company.employees",)]


def test_money_may_lie_between_two_whole_amounts() -> None:
    decision = only(
        "{all: [deal.budget_amount: {above: 50}, deal.budget_amount: {below: 50.5}]}",
    )
    assert sets(decision, reaches=True) == [("deal.budget_amount",)]


def test_an_answer_stays_within_the_range_that_is_known() -> None:
    wide = only("{all: [company.employees: {at_least: 20}]}", company__employees="11-50")
    assert sets(wide, reaches=True) == sets(wide, reaches=False) == [("company.employees",)]
    twice = only(
        "{all: [company.employees: {at_least: 20}, company.employees: {is_not: 30}, "
        "company.employees: {at_least: 30}]}",
        company__employees="11-30",
    )
    assert sets(twice, reaches=True) == []


def test_two_facts_that_are_compared_are_asked_for_together() -> None:
    when = "{deal.budget_amount: {at_least: {fact: product.price, times: 0.8}}}"
    assert sets(only(when), reaches=True) == [("deal.budget_amount", "product.price")]
    assert sets(only(when, product__price=100), reaches=True) == [("deal.budget_amount",)]
    assert sets(only(when, deal__budget_amount=80), reaches=False) == [("product.price",)]


def test_comparisons_of_different_types_do_not_get_mixed_up() -> None:
    decision = only(
        "{all: [deal.budget_amount: {at_least: {fact: product.price}}, "
        "engagement.interest_expressed: {is: {fact: person.contactable}}]}",
        person__contactable=True,
        product__price=10,
    )
    facts = ("deal.budget_amount", "engagement.interest_expressed")
    assert sets(decision, reaches=True) == [facts]
    assert sets(decision, reaches=False) == [(facts[0],), (facts[1],)]


def test_knowing_a_fact_may_itself_be_the_answer_or_spoil_it() -> None:
    helps = only("{any: [deal.decision_date: {known: true}, person.contactable: true]}")
    assert sets(helps, reaches=True) == [("deal.decision_date",), ("person.contactable",)]
    assert sets(helps, reaches=False) == [("person.contactable",)]  # nothing makes a date unknown
    spoils = only(
        "{all: [company.employees: {known: false}, "
        "{any: [company.employees: {at_least: 5}, person.contactable: true]}]}"
    )
    assert sets(spoils, reaches=True) == [("person.contactable",)]


def test_a_score_may_need_fewer_facts_with_more_rules() -> None:
    decision = only(
        "{points: [{points: 60, when: {all: [company.known: true, "
        "company.employees: {at_least: 5}, company.industry: retail]}}, "
        "{points: 30, when: {person.contactable: true}}, "
        "{points: 30, when: {record.deleted: false}}], at_least: 60}"
    )
    assert sets(decision, reaches=True) == [
        ("person.contactable", "record.deleted"),
        ("company.known", "company.employees", "company.industry"),
    ]


def test_a_log_answers_for_all_conditions_on_it_at_once() -> None:
    both = "{all: [{happened: inbound_request, within: 90 days}, %s]}"
    older = "{not_happened: inbound_request, within: 30 days}"
    assert sets(only(both % older), reaches=True) == [("event:inbound_request",)]
    wider = "{not_happened: inbound_request, within: 120 days}"
    assert sets(only(both % wider), reaches=True) == []
    other = "{not_happened: inbound_request, where: {kind: demo}, within: ever}"
    assert sets(only(both % other), reaches=True) == [("event:inbound_request",)]


def test_an_event_that_is_not_dated_is_asked_about_and_no_other_is_added() -> None:
    policy = only("{happened: inbound_request, within: 90 days, at_least: 2}").policy
    undated = {"facts": {}, "events": [{"event": "inbound_request"}], "as_of": "2026-03-01"}
    assert decide(policy, undated).stages["holds"] is FALSE  # one event is never two
    twice = {**undated, "events": [{"event": "inbound_request"}] * 2}
    assert sets(decide(policy, twice), reaches=True) == [("event:inbound_request",)]


def test_no_open_stage_above_the_present_one_leaves_nothing_to_ask() -> None:
    decision = card("b2b-international", "qualified-with-allocated-budget")
    assert decision.next_open is None
    assert decision.questions == ()


def test_a_card_with_a_range_asks_for_the_number() -> None:
    decision = card("heinz", "size-known-as-a-range")
    assert [(q.facts, q.reaches) for q in decision.questions] == [
        (("company.employees",), True),
        (("company.employees",), False),
    ]


@pytest.mark.parametrize("policy", ["b2b-international", "heinz", "two-way-dialogue"])
def test_the_order_does_not_depend_on_the_process(policy: str, tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text('{"facts": {}, "as_of": "2026-03-01"}', encoding="utf-8")
    outputs = []
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "leadpolicy", "explain", policy, "--json", "--record"]
        ran = subprocess.run(
            [*command, str(record)],
            cwd=REPO,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        )
        outputs.append(ran.stdout)
    assert outputs[0] == outputs[1]
    assert b'"questions"' in outputs[0]
