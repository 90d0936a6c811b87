"""Cubes of policies with very many criteria."""

from __future__ import annotations

import pytest

from leadpolicy.comparison.cubes.moves import settings
from leadpolicy.comparison.cubes.reduce import reduced
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.policy import Policy
from leadpolicy.policy.load import parse_policy
from leadpolicy.vocabulary import load_vocabulary
from tests import large

SIZE = 2_000


def chained(names: list[str]) -> Policy:
    """A chain of criteria whose first test asks for a parameter of each name."""
    text = large.chain(SIZE)
    first = "company.employees: {at_least: 0}"
    tests = ", ".join(f"{{company.employees: {{at_least: ${name}}}}}" for name in names)
    declared = "".join(f"  {n}: {{value: 20, range: [1, 99], says: Enough}}\n" for n in names)
    text = text.replace(f"    {first}", f"    any: [{tests}]", 1)
    text = text.replace("criteria:\n", f"parameters:\n{declared}criteria:\n", 1)
    return parse_policy(text, load_vocabulary("policies/vocabulary.yaml"))


def test_a_long_chain_is_one_column_for_each_setting() -> None:
    policy = chained(["least"])
    allowed = settings({"large": policy}, {"least": [10, 20, 30]})["large"]
    assert len(reduced(policy, allowed)) == len(policy.stages)


def test_what_would_have_to_be_taken_apart_too_deep_is_refused_by_name() -> None:
    policy = chained(["least", "most"])
    values = list(range(1, 11))
    allowed = settings({"large": policy}, {"least": values, "most": values})["large"]
    with pytest.raises(LeadpolicyError) as refused:
        reduced(policy, allowed)
    (found,) = refused.value.diagnostics
    assert found.code == "LP512"
