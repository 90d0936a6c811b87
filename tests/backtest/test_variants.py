"""A criterion that is not asked, and other values of a parameter."""

from __future__ import annotations

import pytest

from leadpolicy.backtest.study import Sweep
from leadpolicy.backtest.variants import reduced, removable, swept, without
from leadpolicy.logic import build
from leadpolicy.logic.terms import Term
from leadpolicy.policy import Policy, load_policy, parse_policy
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary.model import Fact, PointInTime, Vocabulary
from tests.conftest import POLICIES

WORDS = Vocabulary(
    "1",
    {
        name: Fact(name, Type(Kind.BOOLEAN), "it", "Is it?", "data", PointInTime.YES)
        for name in ("f.a", "f.b", "f.c", "f.d")
    },
    {},
)
HEAD = """
policy: p
version: 1.0.0
title: P
organization: P
vocabulary: 1
grain: company
parameters:
  k: {value: 3, says: How many}
  strict: {value: yes, values: [yes, no], says: How}
criteria:
  a: {says: A, f.a: true}
  b: {says: B, f.b: true}
  c: {says: C, f.c: true}
  d: {says: D, f.d: true}
"""


def policy_with(when: str, more: str = "", excludes: str = "") -> Policy:
    stage = f"  - {{stage: lead, counts_as: lead, requires: nothing, when: {when}{excludes}}}\n"
    return parse_policy(HEAD + more + "stages:\n" + stage, WORDS)


def lead(policy: Policy) -> Term:
    return policy.logic.stages[0]


@pytest.mark.parametrize(
    ("when", "left"),
    [
        ("{all: [a, b]}", "b"),
        ("{any: [a, b]}", "b"),
        ("{none: [a, b]}", "{none: [b]}"),
        ("{at_least: 2, of: [a, b, c]}", "{at_least: 2, of: [b, c]}"),
        ("{at_least: 3, of: [a, b, c]}", "{all: [b, c]}"),
        ("{at_least: $k, of: [a, b, c]}", "{all: [b, c]}"),
        ("{exactly: 1, of: [a, b, c]}", "{exactly: 1, of: [b, c]}"),
        ("{at_most: 1, of: [a, b, c]}", "{at_most: 1, of: [b, c]}"),
        (
            "{at_least: 20, points: [{points: 15, when: a}, {points: 20, when: b}]}",
            "{at_least: 20, points: [{points: 20, when: b}]}",
        ),
        ("{all: [{any: [a]}, b]}", "b"),
        ("{any: [b, {all: [a, {$strict: yes}]}]}", "b"),
        ("{all: [b, c]}", "{all: [b, c]}"),
    ],
)
def test_a_criterion_that_is_not_asked(when: str, left: str) -> None:
    assert lead(without(policy_with(when), "a")) is lead(policy_with(left))


def test_a_stage_of_which_nothing_is_left_asks_nothing() -> None:
    assert lead(without(policy_with("a"), "a")) is build.YES


def test_an_exclusion_that_is_not_asked() -> None:
    policy = policy_with("b", excludes=", excludes: [a, c]")
    assert lead(without(policy, "a")) is lead(policy_with("b", excludes=", excludes: [c]"))


def test_what_stood_on_nothing_else_goes_with_it() -> None:
    more = "  only_a: {says: Only a, all: [a]}\n  via: {says: Via, any: [only_a]}\n"
    policy = policy_with("{all: [via, b]}", more)
    assert lead(without(policy, "a")) is lead(policy_with("b", more))


def test_only_criteria_that_decide_a_stage_are_left_out() -> None:
    more = "  mixed: {says: Mixed, all: [c, d]}\n"
    policy = policy_with("{all: [a, mixed]}", more, ", excludes: [b]")
    assert removable(policy) == ["a", "b", "c", "d", "mixed"]
    assert removable(policy_with("a")) == ["a"]


def test_every_seed_policy_can_do_without_each_of_its_criteria() -> None:
    heinz = load_policy("heinz", policies=POLICIES)
    found = reduced({"heinz": heinz})
    assert {name for _, name, _ in found.values()} == set(removable(heinz))
    assert all(len(one.stages) == len(heinz.stages) for _, _, one in found.values())


def test_other_values_of_a_parameter() -> None:
    policy = policy_with("{at_least: $k, of: [a, b, c]}")
    found = swept({"p": policy}, [Sweep("p", "k", ("2", "3"))])
    two, three = (changed for _, _, _, changed in found.values())
    assert lead(two) is lead(policy_with("{at_least: 2, of: [a, b, c]}"))
    assert three.identity == policy.identity
