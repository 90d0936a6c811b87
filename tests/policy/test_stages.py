"""The ladder: what a stage requires, what excludes from it, what only advises."""

from __future__ import annotations

from typing import Any, Final

import pytest

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.governance.examples import reached
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth
from leadpolicy.vocabulary import Record
from tests.policy.samples import policy_of, small
from tests.strategies import NOW

LADDER: Final = small(
    criteria={
        "rival": {"says": "A competitor", "company.country": "XX"},
        "rich": {"says": "They have budget", "deal.budget_status": "allocated"},
    },
    stages=[
        {"stage": "list", "requires": "nothing", "when": {"company.employees": {"above": 0}}},
        {"stage": "lead", "counts_as": "lead", "requires": "list", "excludes": ["rival"],
         "advises": ["rich"], "when": {"engagement.interest_expressed": True}},
        {"stage": "deal", "counts_as": "opportunity", "requires": "nothing",
         "when": {"all": [{"company.growth": {"above": 0}}, {"any": ["lead", "rich"]}]}},
    ],
)  # fmt: skip
SIZE, ASKED, PLACE, GROWTH, BUDGET = (
    "company.employees",
    "engagement.interest_expressed",
    "company.country",
    "company.growth",
    "deal.budget_status",
)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        # required, condition and no exclusion
        ({SIZE: 5, ASKED: True, PLACE: "NO", GROWTH: 1.0}, (TRUE, TRUE, TRUE)),
        ({SIZE: 0, ASKED: True, PLACE: "NO", GROWTH: 1.0}, (FALSE, FALSE, UNKNOWN)),
        ({SIZE: 5, ASKED: False, PLACE: "NO", GROWTH: 1.0}, (TRUE, FALSE, UNKNOWN)),
        ({SIZE: 5, ASKED: True, PLACE: "XX", GROWTH: 1.0}, (TRUE, FALSE, UNKNOWN)),
        # what is missing
        ({ASKED: True, PLACE: "NO", GROWTH: 1.0}, (UNKNOWN, UNKNOWN, UNKNOWN)),
        ({SIZE: 5, PLACE: "NO"}, (TRUE, UNKNOWN, UNKNOWN)),
        ({SIZE: 5, ASKED: True}, (TRUE, UNKNOWN, UNKNOWN)),
        ({SIZE: 5, ASKED: False}, (TRUE, FALSE, UNKNOWN)),
        ({SIZE: 0}, (FALSE, FALSE, UNKNOWN)),
        ({}, (UNKNOWN, UNKNOWN, UNKNOWN)),
        # a later stage that requires nothing does not care for the ladder
        ({SIZE: 0, GROWTH: 1.0, BUDGET: "allocated"}, (FALSE, FALSE, TRUE)),
        ({SIZE: 0, GROWTH: 1.0, BUDGET: "none"}, (FALSE, FALSE, FALSE)),
        ({GROWTH: 0.0}, (UNKNOWN, UNKNOWN, FALSE)),
    ],
)
def test_verdicts(facts: dict[str, Any], expected: tuple[Truth, ...]) -> None:
    assert verdicts(policy_of(LADDER).logic, Record(facts), NOW).stages == expected


@pytest.mark.parametrize("budget", ["allocated", "none", None])
def test_what_advises_never_gates(budget: str | None) -> None:
    facts: dict[str, Any] = {SIZE: 5, ASKED: True, PLACE: "NO"}
    if budget is not None:
        facts[BUDGET] = budget
    assert verdicts(policy_of(LADDER).logic, Record(facts), NOW).stages[1] is TRUE


@pytest.mark.parametrize(
    ("verdict", "stage", "possible"),
    [
        ((TRUE, TRUE, TRUE), "deal", "deal"),
        ((TRUE, FALSE, FALSE), "list", "list"),
        ((FALSE, FALSE, TRUE), "deal", "deal"),
        ((TRUE, UNKNOWN, FALSE), "list", "lead"),
        ((TRUE, FALSE, UNKNOWN), "list", "deal"),
        ((UNKNOWN, FALSE, FALSE), None, "list"),
        ((FALSE, FALSE, FALSE), None, None),
        ((FALSE, TRUE, UNKNOWN), "lead", "deal"),
    ],
)
def test_the_stage_is_the_last_that_is_true(
    verdict: tuple[Truth, ...], stage: str | None, possible: str | None
) -> None:
    assert reached(policy_of(LADDER), verdict) == (stage, possible)


def test_rungs() -> None:
    policy = policy_of(LADDER)
    assert policy.rungs == ("lead", "opportunity")
    assert [stage.name for stage in policy.rung("lead")] == ["lead"]
    assert policy.rung("qualified_lead") == ()
    assert policy.stage("deal").requires is None
    with pytest.raises(KeyError):
        policy.stage("customer")


def test_facts_and_events_are_those_that_decide() -> None:
    policy = policy_of(LADDER)
    assert policy.facts == (PLACE, SIZE, GROWTH, BUDGET, ASKED)
    advised = small(
        criteria={
            "soon": {"says": "Soon", "deal.decision_date": {"within_next": "30 days"}},
            "asked": {"says": "Asked", "happened": "inbound_request", "within": "ever"},
        },
        stages=[
            {"stage": "lead", "requires": "nothing", "advises": ["soon"],
             "excludes": ["asked"], "when": {SIZE: {"above": {"fact": GROWTH}}}},
        ],
    )  # fmt: skip
    assert policy_of(advised).facts == (SIZE, GROWTH)
    assert policy_of(advised).events == ("inbound_request",)


def test_shared_conditions_are_one_term() -> None:
    policy = policy_of(LADDER)
    again = policy_of(LADDER)
    assert policy.logic.stages == again.logic.stages
    assert policy.logic.criteria[1] is again.logic.criteria[1]
