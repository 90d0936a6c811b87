"""Conditions in plain English."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from leadpolicy.policy import Policy, parse_policy
from leadpolicy.policy.model import AllOf, AnyOf, EventTest, NoneOf, Points, Quorum, Ref
from leadpolicy.policy.phrases import Line, lines, sentence, series
from leadpolicy.vocabulary import Vocabulary, load_vocabulary
from tests.conftest import POLICIES

HEAD = """
policy: phrases
version: 1.0.0
title: Phrases
vocabulary: 1
grain: company
parameters:
  least: {value: 20, says: Smallest company}
  sizes: {value: [20, 500], says: Sizes}
  places: {value: [DE, AT, CH], says: Countries}
  places2: {value: [DE], says: Country}
  window: {value: 2 weeks, says: Window}
  often: {value: 2, says: How often}
  mode: {value: any, values: [any, both], says: Mode}
  wanted: {value: 2, says: How many}
  yes_or_no: {value: false, says: A switch}
criteria:
  fits:
    says: They fit us.
    company.industry: manufacturing
  asked:
    says: They asked
    happened: inbound_request
    within: ever
"""


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary(POLICIES / "vocabulary.yaml")


def policy_with(condition: str, vocabulary: Vocabulary) -> Policy:
    """A policy whose second stage has this condition."""
    body = textwrap.indent(textwrap.dedent(condition).strip("\n"), "      ")
    stages = f"""\
stages:
  - stage: first
    title: First Look
    requires: nothing
    when: fits
  - stage: second
    requires: nothing
    when:
{body}
"""
    return parse_policy(HEAD + stages, vocabulary)


def spoken(condition: str, vocabulary: Vocabulary) -> str:
    policy = policy_with(condition, vocabulary)
    return sentence(policy.stages[1].when, policy)


def outline(line: Line, depth: int = 0) -> list[str]:
    return [
        "  " * depth + str(line),
        *(text for part in line.parts for text in outline(part, depth + 1)),
    ]


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (
            "company.employees: {at_least: $least}",
            "number of employees is at least 20 (parameter least)",
        ),
        ("company.employees: {below: 5_000}", "number of employees is below 5,000"),
        (
            "company.employees: {at_least: 20, below: 500}",
            "number of employees is at least 20 and below 500",
        ),
        ("company.employees: {between: [20, 500]}", "number of employees is between 20 and 500"),
        (
            "company.employees: {between: [$least, 500]}",
            "number of employees is between 20 (parameter least) and 500",
        ),
        (
            "company.employees: {between: $sizes}",
            "number of employees is between 20 and 500 (parameter sizes)",
        ),
        ("company.annual_revenue: {above: 5e6}", "annual revenue is above EUR 5,000,000"),
        ("engagement.score: {at_least: 0.5}", "engagement score is at least 0.5 points"),
        ("product.limit_used_pct: 80", "share of the free limit used up is 80 percent"),
        ("company.country: NO", "country is NO"),
        ("company.country: [DE, AT]", "country is DE or AT"),
        (
            "company.country: {one_of: $places}",
            "country is DE, AT or CH (parameter places)",
        ),
        ("company.country: {one_of: $places2}", "country is DE (parameter places2)"),
        ("company.country: {none_of: [DE]}", "country is not DE"),
        ("company.country: {none_of: [DE, AT]}", "country is neither DE nor AT"),
        ("company.country: {none_of: [DE, AT, CH]}", "country is neither DE, AT nor CH"),
        ("company.country: {known: true}", "country is known"),
        ("company.country: {known: false}", "country is not known"),
        (
            "deal.budget_status: could_allocate",
            "state of the budget is “could allocate”",
        ),
        (
            "deal.budget_status: {at_least: identified}",
            "state of the budget is at least identified",
        ),
        (
            "person.buying_role: {contains_any: [decision_maker, champion]}",
            "part in the purchase contains “decision maker” or champion",
        ),
        (
            "person.buying_role: {contains_all: [user, champion]}",
            "part in the purchase contains user and champion",
        ),
        ("company.tech_stack: {contains: windows}", "technology they run contains windows"),
        (
            "crm.lead_status: {starts_with: 'In '}",
            "lead status as the CRM records it starts with “In ”",
        ),
        (
            "deal.decision_date: {within_next: $window}",
            "day on which they will decide is within the next 14 days (parameter window)",
        ),
        (
            "deal.decision_date: {before: 2026-03-01}",
            "day on which they will decide is before 2026-03-01",
        ),
        (
            "deal.budget_amount: {at_least: {fact: product.price, times: 0.8}}",
            "budget is at least 0.8 times the price of the product",
        ),
        (
            "deal.budget_amount: {above: {fact: product.price}}",
            "budget is above the price of the product",
        ),
        ("engagement.interest_expressed: true", "they have shown interest"),
        ("engagement.interest_expressed: false", "it is not so that they have shown interest"),
        ("engagement.interest_expressed: {is_not: false}", "they have shown interest"),
        (
            "engagement.interest_expressed: {known: true}",
            "it is known whether they have shown interest",
        ),
        (
            "engagement.interest_expressed: $yes_or_no",
            "it is not so that they have shown interest (parameter yes_or_no)",
        ),
        (
            "company.known: {is: {fact: deal.exists}}",
            "we know which company it is if and only if a deal has been opened",
        ),
    ],
)
def test_tests_of_facts(condition: str, text: str, vocabulary: Vocabulary) -> None:
    assert spoken(condition, vocabulary) == text


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (
            "{happened: inbound_request, within: ever}",
            "the buyer asked us for something, at any time",
        ),
        (
            (
                "happened: inbound_request\nwhere: {kind: [demo, question]}\nat_least: 2\n"
                "within: 90 days"
            ),
            (
                "the buyer asked us for something (kind of request: demo, question), "
                "at least 2 times, in the last 90 days"
            ),
        ),
        (
            "{happened: meeting, at_least: $often, within: $window}",
            (
                "the buyer met with us, at least 2 times (parameter often), "
                "in the last 14 days (parameter window)"
            ),
        ),
        (
            "happened: inbound_request\nwhere: {kind: {none_of: [white_paper, job]}}\nwithin: ever",
            (
                "the buyer asked us for something "
                "(kind of request: anything but white paper or job), at any time"
            ),
        ),
        (
            "happened: proposal\nwhere: {amount: {at_least: 5_000}}\nwithin: ever",
            (
                "the buyer was sent an offer by us "
                "(value of the offer is at least EUR 5,000), at any time"
            ),
        ),
        (
            "{not_happened: opt_out, within: ever}",
            "it never happened that the buyer asked us not to write to them any more",
        ),
        (
            "{not_happened: meeting, within: 1 days}",
            "it did not happen in the last 1 day that the buyer met with us",
        ),
        (
            "{not_happened: meeting, at_least: 3, within: 30 days}",
            "it did not happen at least 3 times in the last 30 days that the buyer met with us",
        ),
    ],
)
def test_events(condition: str, text: str, vocabulary: Vocabulary) -> None:
    assert spoken(condition, vocabulary) == text


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ("fits", "They fit us"),
        ("first", "the stage “First Look” is reached"),
        ("all: [fits, asked]", "“They fit us” and “They asked”"),
        (
            "any: [company.known: true, {all: [fits, asked]}]",
            "we know which company it is or (“They fit us” and “They asked”)",
        ),
        ("none: [fits, asked]", "none of these: “They fit us”; “They asked”"),
        ("none: [company.country: DE]", "it is not so that country is DE"),
        (
            "{at_least: 2, of: [fits, asked, company.known: true]}",
            "at least 2 of these 3: “They fit us”; “They asked”; we know which company it is",
        ),
        (
            "{exactly: $wanted, of: [fits, asked, company.known: true]}",
            (
                "exactly 2 of these 3 (parameter wanted): "
                "“They fit us”; “They asked”; we know which company it is"
            ),
        ),
        (
            "{at_least: $wanted, of: [fits, asked]}",
            "all 2 of these (parameter wanted): “They fit us”; “They asked”",
        ),
        (
            (
                "points:\n  - {points: 1, when: fits}\n  - {points: 2.5, when: asked}\n"
                "at_least: 3\ncap: 10"
            ),
            (
                "at least 3 points, counted up to 10: "
                "1 point if “They fit us”; 2.5 points if “They asked”"
            ),
        ),
        (
            "any:\n  - all: [$mode: any, fits]\n  - all: [$mode: both, fits, asked]",
            (
                "depending on the parameter mode, with any (as it is now): “They fit us”; "
                "with both: (“They fit us” and “They asked”)"
            ),
        ),
        (
            "any:\n  - fits\n  - all: [$mode: both, asked]",
            "“They fit us”; or (if the parameter mode is both, while it is any now: They asked)",
        ),
    ],
)
def test_what_is_put_together(condition: str, text: str, vocabulary: Vocabulary) -> None:
    assert spoken(condition, vocabulary) == text


def test_lines_open_what_is_nested_and_name_criteria(vocabulary: Vocabulary) -> None:
    policy = policy_with(
        """
        any:
          - all:
              - fits
              - {at_least: 1, of: [company.known: true, {none: [asked, first]}]}
          - company.employees: {at_least: 20, below: 500}
        """,
        vocabulary,
    )
    line = lines(policy.stages[1].when, policy)
    assert outline(line) == [
        "at least one of these",
        "  both of these",
        "    They fit us",
        "    at least 1 of these 2",
        "      we know which company it is",
        "      none of these",
        "        They asked",
        "        the stage “First Look” is reached",
        "  number of employees is at least 20 and below 500",
    ]


def test_lines_keep_the_condition_they_stand_for(vocabulary: Vocabulary) -> None:
    policy = policy_with(
        "all: [fits, {any: [asked, {none: [first, fits]}]}, "
        "{at_least: 1, of: [fits, asked]}, {happened: meeting, within: ever}]",
        vocabulary,
    )
    line = lines(policy.stages[1].when, policy)
    assert isinstance(line.condition, AllOf)
    kinds = [type(part.condition) for part in line.parts]
    assert kinds == [Ref, AnyOf, Quorum, EventTest]
    assert isinstance(line.parts[1].parts[1].condition, NoneOf)
    assert all(part.condition in policy.terms for part in line.parts)


def test_branches_of_a_parameter_are_its_settings(vocabulary: Vocabulary) -> None:
    policy = policy_with(
        "any:\n  - all: [$mode: any, {any: [fits, asked]}]\n  - all: [$mode: both, fits, asked]",
        vocabulary,
    )
    when = policy.stages[1].when
    assert outline(lines(when, policy)) == [
        "depending on the parameter mode",
        "  set to any (as it is now): at least one of these",
        "    They fit us",
        "    They asked",
        "  set to both: both of these",
        "    They fit us",
        "    They asked",
    ]
    other = policy.with_parameters(mode="both")
    assert outline(lines(when, other))[1] == "  set to any: at least one of these"
    assert outline(lines(when, other))[4] == "  set to both (as it is now): both of these"


def test_rules_of_points_are_labelled(vocabulary: Vocabulary) -> None:
    policy = policy_with(
        "points:\n  - {points: -1, when: fits}\n  - {points: 20, when: asked}\nat_least: $least",
        vocabulary,
    )
    line = lines(policy.stages[1].when, policy)
    assert isinstance(line.condition, Points)
    assert outline(line) == [
        "at least 20 points (parameter least)",
        "  -1 point: They fit us",
        "  20 points: They asked",
    ]


def test_a_changed_parameter_is_spoken_of_with_its_new_value(vocabulary: Vocabulary) -> None:
    policy = policy_with("company.employees: {at_least: $least}", vocabulary)
    changed = policy.with_parameters(least=50)
    text = sentence(changed.stages[1].when, changed)
    assert text == "number of employees is at least 50 (parameter least)"


@pytest.mark.parametrize(
    ("texts", "joined"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a or b"),
        (["a", "b", "c"], "a, b or c"),
        (["a, b", "c"], "a, b; or c"),
        (["a, b", "c", "d"], "a, b; c; or d"),
    ],
)
def test_series(texts: list[str], joined: str) -> None:
    assert series(texts, "or") == joined


def test_phrases_need_nothing_for_the_terminal() -> None:
    code = (
        "import sys, leadpolicy.policy.phrases; print(sorted({'rich', 'typer'} & {*sys.modules}))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
