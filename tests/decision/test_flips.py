"""Flips: single changes that really give the stage they name, the nearest first."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.decision import Decision, Flip, decide
from leadpolicy.decision.flips import MOST, distance
from leadpolicy.truth import TRUE
from leadpolicy.types import Kind, Range, Type, Value
from leadpolicy.vocabulary import Record
from leadpolicy.vocabulary.model import EVENT
from tests.decision.room import (
    DOMAIN,
    Case,
    apart,
    card,
    cases,
    known,
    ladders,
    only,
    stage_of,
    thinned,
)
from tests.strategies import NOW


def reached(decision: Decision, record: Record) -> str | None:
    """The stage that another record has under the same policy."""
    found = verdicts(decision.policy.logic, record, decision.as_of).stages
    names = [
        stage.name
        for stage, verdict in zip(decision.policy.stages, found, strict=True)
        if verdict is TRUE
    ]
    return names[-1] if names else None


def differences(one: Record, other: Record) -> set[str]:
    """The names of facts and logs that differ."""
    facts = {n for n in {*one.facts, *other.facts} if one.facts.get(n) != other.facts.get(n)}
    kinds = {*one.events, *other.events}
    return facts | {EVENT + k for k in kinds if one.events.get(k) != other.events.get(k)}


def sound(decision: Decision) -> None:
    """What holds for every flip."""
    for flip in decision.flips:
        assert flip.stage != decision.stage
        assert reached(decision, flip.record) == flip.stage
        assert differences(decision.record, flip.record) == {flip.fact}
        if not flip.fact.startswith(EVENT):
            assert flip.instead_of == decision.record.facts[flip.fact]
            assert flip.value == flip.record.facts[flip.fact]
    distances = [flip.distance for flip in decision.flips]
    assert distances == sorted(distances)
    assert len(distances) <= MOST
    assert len({(flip.fact, flip.stage) for flip in decision.flips}) == len(distances)


@given(thinned())
def test_flips_of_the_cards_are_sound(decision: Decision) -> None:
    sound(decision)


@given(cases())
def test_flips_of_any_policy_are_sound(case: Case) -> None:
    sound(decide(case.policy, case.record, as_of=NOW))


@given(st.data())
def test_no_nearer_flip_was_missed(data: st.DataObject) -> None:
    policy = data.draw(st.one_of(ladders(), apart())).policy
    record = data.draw(known(policy))
    nearest: dict[tuple[str, str | None], float] = {}
    for name, old in record.facts.items():
        for value in DOMAIN[name]:
            stage = stage_of(policy, Record({**record.facts, name: value}))
            if stage != stage_of(policy, record):
                far = distance(policy.vocabulary.facts[name].type, old, value)
                nearest[name, stage] = min(far, nearest.get((name, stage), far))
    found = {(f.fact, f.stage): f.distance for f in decide(policy, record, as_of=NOW).flips}
    assert found.items() <= nearest.items()
    assert sorted(found.values()) == sorted(nearest.values())[:MOST]


# ------------------------------------------------------------------------------- cases by hand


def by_fact(decision: Decision) -> dict[str, Flip]:
    return {flip.fact: flip for flip in reversed(decision.flips)}


@pytest.mark.parametrize("policy", ["heinz", "b2b-international", "before-contact"])
def test_one_employee_too_few(policy: str) -> None:
    name = {"heinz": "one-employee-too-few"}.get(policy, "nineteen-employees")
    if policy == "heinz":
        base = card("heinz", "ideal-company-unknown-person")
        facts = {**base.record.facts, "company.employees": 19}
        decision = decide(base.policy, Record(facts, base.record.events), as_of=base.as_of)
    else:
        decision = card(policy, name)
    assert decision.flip is not None
    assert decision.flip.text.startswith("with 20 employees instead of 19 it would be at “")
    assert (decision.flip.instead_of, decision.flip.value) == (19, 20)


def test_either_way_out_of_an_either_or_is_considered() -> None:
    when = "{any: [company.employees: {at_least: 500}, company.employees: {below: 10}]}"
    assert only(when, company__employees=12).flips[0].value == 9
    assert only(when, company__employees=450).flips[0].value == 500


def test_a_number_within_a_known_range_is_nearest() -> None:
    decision = only("{company.employees: {at_least: 20}}", company__employees="11-50")
    assert [(flip.value, flip.distance) for flip in decision.flips] == [(20, 0.0)]
    assert decision.flips[0].text == "with 20 employees instead of 11-50 it would be at “Holds”"


def test_the_other_side_of_a_comparison_flips_too() -> None:
    when = "{deal.budget_amount: {at_least: {fact: product.price, times: 0.5}}}"
    decision = only(when, deal__budget_amount=40, product__price=100)
    found = by_fact(decision)
    assert found["deal.budget_amount"].value == 50
    assert found["product.price"].value == 80


def test_a_set_changes_by_as_few_elements_as_it_takes() -> None:
    when = "{company.tech_stack: {contains_all: [windows, erp, crm]}}"
    decision = only(when, company__tech_stack=["windows", "erp"])
    assert decision.flips[0].value == frozenset({"windows", "erp", "crm"})
    assert decision.flips[0].distance == 1
    assert decision.flips[0].text == (
        "with “crm, erp, windows” instead of “erp, windows” as the technology they run "
        "it would be at “Holds”"
    )


def test_a_day_moves_to_the_edge_of_its_window() -> None:
    decision = only(
        "{deal.decision_date: {within_next: 90 days}}", deal__decision_date="2026-06-05"
    )
    assert decision.flips[0].value == date(2026, 5, 29)  # less than 90 days ahead of 1 March
    assert decision.flips[0].text == (
        "with 2026-05-29 instead of 2026-06-05 as the day on which they will decide "
        "it would be at “Holds”"
    )


def test_a_score_counts_every_rule_a_fact_has_a_part_in() -> None:
    decision = only(
        "{points: [{points: 5, when: {company.employees: {at_least: 10}}}, "
        "{points: 5, when: {company.employees: {at_least: 100}}}], at_least: 10}",
        company__employees=5,
    )
    assert decision.flips[0].value == 100


def test_a_level_moves_step_by_step() -> None:
    decision = only("{deal.budget_status: {at_least: identified}}", deal__budget_status="none")
    assert decision.flips[0].value == "identified"
    assert decision.flips[0].text == (
        "with “identified” instead of “none” as the state of the budget it would be at “Holds”"
    )


def test_a_boolean_is_said_as_a_clause() -> None:
    decision = only("{engagement.interest_expressed: true}", engagement__interest_expressed=False)
    assert decision.flips[0].text == (
        "if it were so that they have shown interest, it would be at “Holds”"
    )


def test_an_event_that_is_lacking_would_have_to_happen_now() -> None:
    asked = [{"event": "inbound_request", "at": "2026-02-01", "kind": "demo"}]
    when = "{happened: inbound_request, where: {kind: demo}, within: 90 days, at_least: 3}"
    (flip,) = only(when, asked).flips
    assert (flip.fact, flip.times, flip.stage) == ("event:inbound_request", 2, "holds")
    assert flip.happening is not None
    assert flip.happening.details == {"kind": "demo"}
    assert flip.text == (
        "if the buyer asked us for something 2 more times now (kind of request: demo), "
        "it would be at “Holds”"
    )
    assert flip.to_dict() == {
        "fact": "event:inbound_request",
        "times": 2,
        "details": {"kind": "demo"},
        "stage": "holds",
        "says": flip.text,
    }


def test_what_happened_might_not_have_happened() -> None:
    written = [{"event": "outbound_attempt", "at": "2026-02-01"}]
    (flip,) = only("{not_happened: outbound_attempt, within: 90 days}", written).flips
    assert (flip.times, flip.happening, flip.stage) == (0, None, "holds")
    assert flip.text == (
        "if it were not so that the buyer was written to or called by us, in the last 90 days, "
        "it would be at “Holds”"
    )


def test_a_log_that_nobody_kept_and_a_fact_that_is_missing_do_not_flip() -> None:
    assert only("{happened: inbound_request, within: ever}").flips == ()
    assert only("{company.employees: {at_least: 20}}").flips == ()


def test_two_changes_at_once_are_no_flip() -> None:
    both = "{all: [company.known: true, person.contactable: true]}"
    assert only(both, company__known=False, person__contactable=False).flips == ()


NUMBER = Type(Kind.NUMBER)


@pytest.mark.parametrize(
    ("kind", "old", "new", "far"),
    [
        (NUMBER, 20, 19, 0.05),
        (NUMBER, 0, 3, 3.0),
        (NUMBER, Range(11, 50), 30, 0.0),
        (NUMBER, Range(10, 50), 9, 0.1),
        (NUMBER, Range(None, 50), 75, 0.5),
        (Type(Kind.LEVEL, ("a", "b", "c")), "a", "c", 2.0),
        (Type(Kind.CHOICE, ("a", "b", "c")), "a", "c", 1.0),
        (Type(Kind.BOOLEAN), True, False, 1.0),
        (Type(Kind.CHOICES), frozenset("ab"), frozenset("bc"), 2.0),
        (Type(Kind.DATE), date(2026, 3, 1), date(2026, 3, 31), 1.0),
    ],
)
def test_distance(kind: Type, old: Value, new: Value, far: float) -> None:
    assert distance(kind, old, new) == pytest.approx(far)
