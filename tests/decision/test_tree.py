"""The tree: every verdict is the interpreter's, and follows from the steps below it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leadpolicy.decision import Decision, Step, decide
from leadpolicy.decision.outline import Outline, Role, outlines
from leadpolicy.policy import load_policy, parse_policy
from leadpolicy.policy.model import AllOf, AnyOf, Condition, Given, NoneOf, Policy, Quorum, Ref
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth, at_least, every, some
from leadpolicy.vocabulary import Origin, Record
from tests.conftest import POLICIES
from tests.decision.room import (
    Case,
    card,
    cases,
    known,
    ladders,
    only,
    seed_vocabulary,
    thinned,
    walk,
)
from tests.strategies import NOW, PARAMETERS

FEW = int(str(PARAMETERS["few"]))


def combined(condition: Condition | None, truths: list[Truth]) -> Truth | None:
    """What the parts of a condition make of it; None where the form needs more than verdicts."""
    match condition:
        case AllOf():
            return every(truths)
        case AnyOf():
            return some(truths)
        case NoneOf():
            return ~some(truths)
        case Quorum():
            given = condition.count
            count = int(str(given.value)) if isinstance(given, Given) else FEW
            certain, possible = truths.count(TRUE), len(truths) - truths.count(FALSE)
            enough = at_least(count, certain, possible)
            more = at_least(count + 1, certain, possible)
            exact = every([enough, ~more])
            return {"at_least": enough, "at_most": ~more, "exactly": exact}[condition.bound]
        case _:
            return None


def consistent(decision: Decision) -> None:
    """Verdicts are the interpreter's, and a whole is what its parts make it."""
    policy, evaluation = decision.policy, decision.evaluation
    for stage, step in zip(policy.stages, decision.tree, strict=True):
        assert (step.name, step.truth) == (stage.name, decision.stages[stage.name])
        deciding = [inner.truth for inner in step.steps if inner.role is not Role.ADVISES]
        assert step.truth is every(deciding)
        for inner in walk(step.steps):
            assert inner.label
            if inner.condition is not None:
                found = evaluation.truth(policy.terms[inner.condition])
                assert inner.truth is (~found if inner.role is Role.EXCLUDES else found)


@given(thinned())
def test_trees_of_the_cards_are_consistent(decision: Decision) -> None:
    consistent(decision)


@given(st.data())
def test_trees_of_random_ladders_are_consistent(data: st.DataObject) -> None:
    policy = data.draw(ladders()).policy
    consistent(decide(policy, data.draw(known(policy)), as_of=NOW))


@given(cases())
def test_trees_of_any_policy_are_consistent(case: Case) -> None:
    decision = decide(case.policy, case.record, as_of=NOW)
    consistent(decision)
    for step in walk(decision.tree):
        below = [inner.truth for inner in step.steps]
        condition = step.condition if not isinstance(step.condition, Ref) else None
        if below and (whole := combined(condition, below)) is not None:
            assert step.truth is whole


@given(cases())
def test_what_a_policy_looks_at_stands_in_the_tree(case: Case) -> None:
    decision = decide(case.policy, case.record, as_of=NOW)
    if decision.evaluation.truth(case.policy.logic.stages[0]) is UNKNOWN:
        shown = {seen.fact for step in walk(decision.tree) for seen in step.seen}
        shown |= {f"event:{s.counted.event}" for s in walk(decision.tree) if s.counted}
        assert set(decision.missing) <= shown


# ------------------------------------------------------------------------------- cases by hand


def find(steps: tuple[Step, ...], label: str) -> Step:
    """The step whose label begins so."""
    return next(step for step in walk(steps) if step.label.startswith(label))


def parse(stages: str, criteria: str = "{}", parameters: str = "{}") -> Policy:
    text = (
        "policy: one\nversion: 1.0.0\ntitle: One\nvocabulary: 1\ngrain: company\n"
        f"parameters: {parameters}\ncriteria: {criteria}\nstages: {stages}\n"
    )
    return parse_policy(text, seed_vocabulary())


def test_none_of_these_shows_the_parts_with_their_own_verdicts() -> None:
    decision = only(
        "{none: [company.known: true, record.deleted: true]}",
        company__known=False,
        record__deleted=False,
    )
    (group,) = decision.tree[0].steps
    assert (group.label, group.truth) == ("none of these", TRUE)
    assert [step.truth for step in group.steps] == [FALSE, FALSE]


def test_a_named_criterion_with_a_single_denied_part_says_so() -> None:
    policy = parse(
        "[{stage: s, requires: nothing, when: alive}]",
        "{alive: {says: Nobody deleted it, none: [record.deleted: true]}}",
    )
    (step,) = decide(policy, {"record.deleted": False}, as_of=NOW).tree[0].steps
    assert (step.label, step.grouping, step.truth) == (
        "Nobody deleted it",
        "it is not so that",
        TRUE,
    )
    assert [(inner.label, inner.truth) for inner in step.steps] == [
        ("the record was deleted", FALSE)
    ]


def test_what_did_not_happen_is_said_in_full_with_what_is_on_record() -> None:
    written = [{"event": "outbound_attempt", "at": "2026-02-01"}]
    (step,) = only("{not_happened: outbound_attempt, within: 90 days}", written).tree[0].steps
    assert step.label == (
        "it did not happen in the last 90 days that the buyer was written to or called by us"
    )
    assert step.truth is FALSE
    assert step.counted is not None
    assert (step.counted.certain, step.counted.recorded) == (1, 1)


def test_what_rules_a_stage_out_is_told_from_what_it_requires() -> None:
    policy = parse(
        "[{stage: s, requires: nothing, when: reachable, excludes: [customer, gone]}]",
        "{reachable: {says: We can reach them, person.contactable: true}, "
        "customer: {says: A customer, company.relationship: customer}, "
        "gone: {says: They left, any: [record.deleted: true, {happened: meeting, within: ever}]}}",
    )
    facts = {"person.contactable": True, "company.relationship": "customer"}
    reachable, customer, gone = decide(policy, facts, as_of=NOW).tree[0].steps
    assert (reachable.role, reachable.truth) == (Role.CONDITION, TRUE)
    assert (customer.role, customer.truth) == (Role.EXCLUDES, FALSE)
    assert customer.label == "ruled out by “A customer”"
    assert [(seen.fact, seen.value) for seen in customer.seen] == [
        ("company.relationship", "customer")
    ]
    assert (gone.label, gone.truth) == ("may be ruled out", UNKNOWN)
    (inside,) = gone.steps
    assert (inside.label, inside.grouping) == ("They left", "at least one of these")
    assert [step.truth for step in inside.steps] == [UNKNOWN, UNKNOWN]
    free = decide(policy, facts | {"company.relationship": "none"}, as_of=NOW)
    assert free.tree[0].steps[1].label == "not ruled out by “A customer”"


def test_advice_is_marked_and_never_counts() -> None:
    decision = card("before-contact", "cold-call-no")
    advice = decision.tree[-1].steps[-1]
    assert decision.tree[-1].truth is TRUE
    assert (advice.role, advice.truth, advice.advice) == (Role.ADVISES, FALSE, True)
    assert advice.label == "good to have: We have never contacted them"
    assert advice.counted is not None


MODES = "{mode: {value: one, values: [one, both], says: How many}}"
EITHER = (
    "[{stage: s, requires: nothing, when: {any: ["
    "{all: [$mode: one, {any: [company.known: true, person.contactable: true]}]}, "
    "{all: [$mode: both, company.known: true, person.contactable: true]}]}}]"
)


def test_what_a_parameter_switches_off_is_left_out() -> None:
    policy = parse(EITHER, parameters=MODES)
    (group,) = decide(policy, {"company.known": True}, as_of=NOW).tree[0].steps
    assert group.label == "at least one of these"
    assert [step.label for step in group.steps] == [
        "we know which company it is",
        "we have a way to reach them",
    ]
    both = policy.with_parameters(mode="both")
    assert [s.truth for s in decide(both, {"company.known": True}, as_of=NOW).tree[0].steps] == [
        TRUE,
        UNKNOWN,
    ]


def test_a_parameter_that_decides_is_shown() -> None:
    off = parse(
        "[{stage: s, requires: nothing, when: {all: [$mode: both, company.known: true]}}]",
        parameters=MODES,
    )
    steps = decide(off, {"company.known": True}, as_of=NOW).tree[0].steps
    assert [(step.label, step.truth) for step in steps] == [
        ("the parameter mode is both, while it is one now", FALSE),
        ("we know which company it is", TRUE),
    ]


def test_both_ends_of_one_fact_are_one_step() -> None:
    decision = only(
        "{company.employees: {at_least: 20, below: 500}}",
        company__employees=600,
    )
    (step,) = decision.tree[0].steps
    assert step.label == "number of employees is at least 20 and below 500"
    assert [(seen.fact, seen.value) for seen in step.seen] == [("company.employees", 600)]
    assert step.steps == ()


def test_a_quorum_tells_how_far_it_has_come() -> None:
    decision = card("heinz", "urgency-not-asked-yet")
    step = find(decision.tree, "Enough of the five characteristics")
    assert step.grouping == "all 5 of these (parameter needed_of_five)"
    assert step.tally == "4 hold, 1 unknown"
    assert len(step.steps) == 5


def test_a_score_tells_points_and_how_far_it_has_come() -> None:
    decision = only(
        "{points: [{points: 15, when: {company.known: true}}, "
        "{points: 2.5, when: {person.contactable: true}}, "
        "{points: -5, when: {record.deleted: true}}], at_least: 15}",
        company__known=True,
        record__deleted=True,
    )
    (step,) = decision.tree[0].steps
    assert (step.label, step.truth) == ("at least 15 points", FALSE)
    assert step.tally == "between 10 and 12.5 points now"
    assert [inner.label for inner in step.steps] == [
        "15 points: we know which company it is",
        "2.5 points: we have a way to reach them",
        "-5 points: the record was deleted",
    ]


def test_a_criterion_shows_its_rule_unless_the_value_says_it_all() -> None:
    decision = card("b2b-international", "nineteen-employees")
    size = find(decision.tree, "It has enough employees")
    assert size.rule == "number of employees is at least 20 (parameter min_employees)"
    assert [(seen.fact, seen.value) for seen in size.seen] == [("company.employees", 19)]
    assert find(decision.tree, "They know well").rule == ""


def test_both_sides_of_a_comparison_are_seen() -> None:
    decision = card("conversation-first", "budget-equals-the-price")
    budget = find(decision.tree, "Their budget covers our price")
    assert [seen.fact for seen in budget.seen] == ["deal.budget_amount", "product.price"]


def test_values_come_with_their_source_and_date() -> None:
    policy = parse("[{stage: s, requires: nothing, when: {company.known: true}}]")
    origin = Origin("crm", NOW, "m.novak")
    record = Record({"company.known": True}, origins={"company.known": origin})
    (step,) = decide(policy, record, as_of=NOW).tree[0].steps
    assert step.seen[0].origin == origin
    assert step.to_dict()["seen"] == [
        {
            "fact": "company.known",
            "value": True,
            "source": "crm",
            "at": "2026-03-01T12:00:00Z",
            "by": "m.novak",
        }
    ]


def test_events_tell_what_counted_and_the_last_of_them() -> None:
    asked = [
        {"event": "inbound_request", "at": "2026-01-10", "kind": "demo"},
        {"event": "inbound_request", "at": "2026-02-20", "kind": "demo"},
        {"event": "inbound_request", "at": "2026-02-25", "kind": "job"},
        {"event": "inbound_request", "at": "2025-01-01", "kind": "demo"},
        {"event": "inbound_request", "kind": "demo"},
    ]
    when = "{happened: inbound_request, where: {kind: demo}, within: 90 days}"
    (step,) = only(when, asked).tree[0].steps
    assert step.counted is not None
    assert step.counted.to_dict() == {
        "event": "inbound_request",
        "counted": 2,
        "possible": 3,
        "recorded": 5,
        "last": "2026-02-20T00:00:00Z",
    }
    (missing,) = only(when).tree[0].steps
    assert missing.to_dict()["counted"] is None


def test_outlines_are_made_once_for_a_policy() -> None:
    policy = load_policy(POLICIES / "heinz")
    first: tuple[Outline, ...] = outlines(policy)
    assert outlines(policy) is first
    assert [outline.name for outline in first] == [stage.name for stage in policy.stages]
