"""Findings that do not stop a policy, but that its author would want to know."""

from __future__ import annotations

from typing import Any, Final

import pytest

from leadpolicy.diagnostics import Problems, Severity
from leadpolicy.governance.check import check_paths
from tests.conftest import POLICIES
from tests.policy.samples import RICH, findings, rich, small


def when(condition: Any, **more: Any) -> dict[str, Any]:
    """A policy with one stage of this condition."""
    stages = [{"stage": "lead", "requires": "nothing", "when": condition}]
    return small(stages=stages, **more)


def warnings(document: Any) -> list[tuple[str, str]]:
    """Code and underlined text of every finding; all of them are warnings."""
    found = findings(document)
    assert all(d.severity is Severity.WARNING and d.span is not None for d in found)
    return [(d.code, d.span.text.splitlines()[0]) for d in found if d.span is not None]


def messages(document: Any) -> list[str]:
    """What the findings say."""
    return [f"{d.code}: {d.message}" for d in findings(document)]


SIZE: Final = {"company.employees": {"at_least": 20}}
GROWS: Final = {"company.growth": {"above": 0}}


def test_a_sound_policy_has_no_findings() -> None:
    assert findings(small()) == []
    assert findings(when({"all": [SIZE, GROWS]})) == []


# ------------------------------------------------------------------------------- empty lists


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"all": [SIZE, {"any": []}]}, "`any` has an empty list, which is always FALSE"),
        ({"any": [SIZE, {"all": []}]}, "`all` has an empty list, which is always TRUE"),
        ({"any": [SIZE, {"none": []}]}, "`none` has an empty list, which is always TRUE"),
        ({"any": [SIZE, {"company.industry": []}]}, "`one_of` has an empty list"),
        ({"any": [SIZE, {"company.industry": {"none_of": []}}]}, "`none_of` has an empty list"),
        ({"any": [SIZE, {"company.tech_stack": {"contains_any": []}}]},
         "`contains_any` has an empty list"),
        ({"any": [SIZE, {"points": [], "at_least": 1}]}, "`points` has an empty list"),
    ],
)  # fmt: skip
def test_empty_lists(condition: Any, message: str) -> None:
    assert f"LP901: {message}" in messages(when(condition))


def test_an_empty_list_of_a_quorum() -> None:
    found = messages(when({"any": [SIZE, {"at_least": 1, "of": []}]}))
    assert sorted(found) == [
        "LP404: 1 of 0 can never be reached",
        "LP901: `of` has an empty list, which is without meaning",
    ]


# ------------------------------------------------------------------------- what is never used


def test_unused_criteria() -> None:
    document = small(
        criteria={
            "used": {"says": "Used", "all": [SIZE, "inside"]},
            "inside": {"says": "Used by another", **GROWS},
            "unused": {"says": "Not used", "all": ["only_there"]},
            "only_there": {"says": "Used by what is not used", "company.country": "NO"},
            "out": {"says": "Excludes", "company.country": "IT"},
            "good": {"says": "Advises", "company.country": "DE"},
        },
        stages=[
            {"stage": "lead", "requires": "nothing", "when": "used", "excludes": ["out"],
             "advises": ["good"]},
        ],
    )  # fmt: skip
    assert warnings(document) == [("LP902", "unused"), ("LP902", "only_there")]


def test_unused_parameters() -> None:
    parameter = {"value": 20, "says": "How many"}
    document = when(
        {"company.employees": {"at_least": "$used"}},
        parameters={"used": parameter, "un": parameter},
    )
    assert warnings(document) == [("LP903", "un")]


@pytest.mark.parametrize(
    "condition",
    [
        {"company.employees": "$p"},
        {"company.employees": {"between": ["$p", 50]}},
        {"at_least": "$p", "of": [SIZE, GROWS]},
        {"points": [{"points": "$p", "when": SIZE}], "at_least": 1},
        {"points": [{"points": 1, "when": SIZE}], "at_least": "$p"},
        {"happened": "badge_scan", "at_least": "$p", "within": "ever"},
        {"all": [{"$p": 1}, SIZE]},
    ],
)
def test_every_use_of_a_parameter_counts(condition: Any) -> None:
    document = when(condition, parameters={"p": {"value": 1, "says": "A number"}})
    assert "LP903" not in {d.code for d in findings(document)}


# ------------------------------------------------------------------------------------ numbers


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"at_least": 3, "of": [SIZE, GROWS]}, "3 of 2 can never be reached"),
        ({"exactly": 3, "of": [SIZE, GROWS]}, "3 of 2 can never be reached"),
        ({"at_least": "$k", "of": [SIZE, GROWS]}, "3 of 2 can never be reached"),
        ({"at_least": 0, "of": [SIZE, GROWS]}, "at least 0 of 2 is always TRUE"),
        ({"at_most": 2, "of": [SIZE, GROWS]}, "at most 2 of 2 is always TRUE"),
        ({"points": [{"points": 5, "when": SIZE}], "at_least": 6},
         "the points threshold is never reached"),
        ({"points": [{"points": 5, "when": SIZE}], "at_least": 5, "cap": 4},
         "the points threshold is never reached"),
        ({"points": [{"points": 5, "when": SIZE}], "at_least": 0},
         "the points threshold is always reached"),
    ],
)  # fmt: skip
def test_numbers_that_are_never_or_always_reached(condition: Any, message: str) -> None:
    parameters = {"k": {"value": 3, "says": "How many"}}
    document = when({"any": [condition, GROWS]}, parameters=parameters)
    assert f"LP404: {message}" in messages(document)


@pytest.mark.parametrize(
    "condition",
    [
        {"at_least": 2, "of": [SIZE, GROWS]},
        {"exactly": 0, "of": [SIZE, GROWS]},
        {"at_most": 1, "of": [SIZE, GROWS]},
        {"points": [{"points": 5, "when": SIZE}], "at_least": 5, "cap": 5},
        {"points": [{"points": -5, "when": SIZE}], "at_least": 0},
    ],
)
def test_numbers_that_can_be_reached(condition: Any) -> None:
    assert findings(when(condition)) == []


# ----------------------------------------------------------------------------- contradictions


@pytest.mark.parametrize(
    ("parts", "fact"),
    [
        ([{"company.employees": {"at_least": 50}}, {"company.employees": {"below": 50}}],
         "company.employees"),
        ([{"company.employees": {"above": 50}}, {"company.employees": {"at_most": 50}}],
         "company.employees"),
        ([{"company.employees": 5}, {"company.employees": {"above": 5}}], "company.employees"),
        ([{"company.employees": 5}, {"company.employees": 6}], "company.employees"),
        ([{"company.industry": "retail"}, {"company.industry": ["software", "manufacturing"]}],
         "company.industry"),
        ([{"engagement.interest_expressed": True}, {"engagement.interest_expressed": False}],
         "engagement.interest_expressed"),
        ([{"deal.budget_status": {"at_least": "identified"}},
          {"deal.budget_status": {"below": "could_allocate"}}], "deal.budget_status"),
        ([{"person.title": "VP"}, {"person.title": "CEO"}], "person.title"),
        ([SIZE, {"all": [GROWS, {"company.employees": {"at_most": 5}}]}], "company.employees"),
    ],
)  # fmt: skip
def test_bounds_that_exclude_one_another(parts: list[Any], fact: str) -> None:
    found = messages(when({"any": [GROWS, {"all": parts}]}))
    assert f"LP904: no value of `{fact}` can satisfy all of this" in found


def test_bounds_of_one_fact_in_one_place() -> None:
    document = when({"any": [GROWS, {"company.employees": {"at_least": 50, "below": 20}}]})
    assert messages(document) == ["LP904: no value of `company.employees` can satisfy all of this"]
    ends = {"low": {"value": 50, "says": "From"}, "high": {"value": 20, "says": "To"}}
    document = when(
        {"any": [GROWS, {"company.employees": {"between": ["$low", "$high"]}}]}, parameters=ends
    )
    assert messages(document) == ["LP904: no value of `company.employees` can satisfy all of this"]


@pytest.mark.parametrize(
    "condition",
    [
        {"all": [{"company.employees": {"at_least": 50}}, {"company.employees": {"at_most": 50}}]},
        {"any": [{"company.employees": {"at_least": 50}}, {"company.employees": {"below": 50}}]},
        {"none": [{"company.employees": {"at_least": 50}}, {"company.employees": {"below": 20}}]},
        {"all": [{"company.industry": ["retail", "software"]}, {"company.industry": "retail"}]},
        {"all": [{"deal.budget_status": {"at_least": "none"}}, {"deal.budget_status": "none"}]},
        {"all": [{"company.employees": {"above": {"fact": "company.growth"}}}, SIZE]},
    ],
)
def test_bounds_that_leave_a_value(condition: Any) -> None:
    assert findings(when(condition)) == []


def test_a_stage_that_contradicts_what_it_requires() -> None:
    document = small(
        criteria={"tiny": {"says": "They are tiny", "company.employees": {"below": 10}}},
        stages=[
            {"stage": "lead", "requires": "nothing", "when": SIZE},
            {"stage": "opportunity", "requires": "lead", "when": "tiny"},
        ],
    )
    (found,) = messages(document)
    assert found == (
        "LP904: the stage `opportunity` can never be reached: no value of `company.employees` "
        "satisfies it together with the stages and criteria that it builds on"
    )
    assert warnings(document) == [("LP904", "opportunity")]


def test_what_is_the_same_for_every_record() -> None:
    document = small(
        criteria={
            "always": {"says": "Always", "any": [SIZE, {"all": []}]},
            "never": {"says": "Never", "all": [SIZE, {"any": []}]},
        },
        stages=[
            {"stage": "one", "requires": "nothing", "when": "always"},
            {"stage": "two", "requires": "nothing", "when": "never"},
        ],
    )
    found = messages(document)
    assert "LP905: the criterion `always` is always TRUE" in found
    assert "LP904: the criterion `never` is never TRUE" in found
    assert "LP905: the stage `one` is always TRUE" in found
    assert "LP904: the stage `two` is never TRUE" in found


def test_what_a_parameter_decides_is_meant() -> None:
    mode = {"mode": {"value": "any", "values": ["any", "both"], "says": "Reading"}}
    assert findings(when({"all": [{"$mode": "both"}, SIZE]}, parameters=mode)) == []


def test_repetition() -> None:
    assert warnings(when({"all": [SIZE, GROWS, SIZE]})) == [("LP907", "company.employees:")]
    listed = when({"company.industry": ["retail", "software", "retail"]})
    assert warnings(listed) == [("LP907", "retail")]
    twice = when({"at_least": 2, "of": [SIZE, SIZE, GROWS]})
    assert findings(twice) == [], "a part that stands twice counts twice, which may be meant"


# ---------------------------------------------------------------------------------- stranding


def ladder(lead: Any, opportunity: Any, requires: str = "lead", **more: Any) -> dict[str, Any]:
    return small(
        stages=[
            {"stage": "lead", "counts_as": "lead", "requires": "nothing", "when": lead},
            {
                "stage": "deal",
                "counts_as": "opportunity",
                "requires": requires,
                "when": opportunity,
            },
        ],
        **more,
    )


ASKED: Final = {"happened": "inbound_request", "within": "ever"}
SCANNED: Final = {"happened": "badge_scan", "within": "ever"}


def test_an_opportunity_that_needs_what_only_the_buyer_can_start() -> None:
    (found,) = findings(ladder({"all": [ASKED, SIZE]}, GROWS))
    assert found.code == "LP906"
    assert found.message == (
        "a record without `inbound_request` can never reach `deal`, because it requires `lead`"
    )
    assert found.help is not None
    assert "requires: nothing" in found.help
    (found,) = findings(ladder({"any": [ASKED, SCANNED]}, GROWS))
    assert found.message.startswith("a record without `badge_scan` or `inbound_request` can never")


@pytest.mark.parametrize(
    ("lead", "opportunity", "requires"),
    [
        (ASKED, GROWS, "nothing"),
        ({"any": [ASKED, SIZE]}, GROWS, "lead"),
        (ASKED, {"all": [ASKED, GROWS]}, "lead"),
        (SIZE, GROWS, "lead"),
        ({"none": [ASKED]}, GROWS, "lead"),
    ],
)
def test_ladders_that_strand_nobody(lead: Any, opportunity: Any, requires: str) -> None:
    assert findings(ladder(lead, opportunity, requires)) == []


# ------------------------------------------------------------------------------------ accepts


ACCEPTED: Final[dict[str, dict[str, Any]]] = {
    "LP404": when({"any": [SIZE, {"at_least": 3, "of": [GROWS, ASKED]}]}),
    "LP901": when({"any": [SIZE, {"company.industry": []}]}),
    "LP902": small(criteria={"unused": {"says": "Not used", **SIZE}}),
    "LP903": small(parameters={"unused": {"value": 1, "says": "Not used"}}),
    "LP904": when({"any": [GROWS, {"company.employees": {"at_least": 50, "below": 20}}]}),
    "LP905": when({"happened": "badge_scan", "within": "ever", "at_least": 0}),
    "LP906": ladder(ASKED, GROWS),
    "LP907": when({"all": [SIZE, GROWS, SIZE]}),
}


@pytest.mark.parametrize("code", ACCEPTED)
def test_an_accepted_finding_is_not_mentioned(code: str) -> None:
    document = ACCEPTED[code]
    assert {d.code for d in findings(document)} == {code}
    assert findings({**document, "accepts": {code: "We know"}}) == []
    other = "LP902" if code != "LP902" else "LP903"
    assert {d.code for d in findings({**document, "accepts": {other: "We know"}})} == {code}


def test_only_findings_of_the_lint_can_be_accepted() -> None:
    (found,) = findings(small(accepts={"LP301": "I like it"}))
    assert (found.code, found.severity) == ("LP302", Severity.ERROR)


def test_an_accepted_finding_needs_a_reason() -> None:
    document = {**ACCEPTED["LP907"], "accepts": {"LP907": None}}
    assert sorted(d.code for d in findings(document)) == ["LP108", "LP907"]


def test_lint_waits_until_there_are_no_errors() -> None:
    document = rich()
    document["criteria"]["unused"] = {"says": "Not used", "company.employees": "many"}
    assert [d.code for d in findings(document)] == ["LP301"]


def test_the_rich_policy_strands_what_sales_brought() -> None:
    assert warnings(dict(RICH)) == [("LP906", "opportunity")]


def test_the_seed_policies_have_no_findings() -> None:
    problems = Problems()
    assert check_paths([POLICIES], problems) > 10
    assert list(problems) == []
