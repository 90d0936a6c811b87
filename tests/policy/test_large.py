"""Policies of very many criteria: everything is walked once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from leadpolicy.decision import Step, decide
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.logic.walk import walk
from leadpolicy.policy.load import parse_policy
from leadpolicy.vocabulary import load_vocabulary
from tests import large

SIZE = 3_000


def steps(found: Iterable[Step]) -> Iterator[Step]:
    pending = list(found)
    while pending:
        one = pending.pop()
        yield one
        pending += one.steps


@pytest.mark.parametrize("shape", large.SHAPES)
def test_an_explanation_opens_every_criterion_once(shape: str) -> None:
    policy = large.policy(shape, SIZE)
    facts = {"company.employees": 30, "engagement.inbound_requests": 3}
    tree = decide(policy, facts, as_of="2026-03-01").tree
    for stage in tree:
        opened = [one.name for one in steps(stage.steps) if one.name and one.steps]
        assert len(opened) == len(set(opened))
    named = {one.name for one in steps(tree[0].steps)}
    assert named - {""} == set(policy.criteria)


@pytest.mark.parametrize("shape", large.SHAPES)
def test_terms_are_as_many_as_what_is_written(shape: str) -> None:
    policy = large.policy(shape, SIZE)
    assert len(list(walk(policy.logic.stages))) <= 6 * SIZE
    assert len(policy.terms) <= 8 * SIZE


def test_a_long_circle_is_told_in_short() -> None:
    text = large.chain(SIZE).replace(
        "    company.employees: {at_least: 0}", f"    any: [c{SIZE - 1}]"
    )
    with pytest.raises(LeadpolicyError) as refused:
        parse_policy(text, load_vocabulary("policies/vocabulary.yaml"))
    (found,) = refused.value.diagnostics
    assert found.code == "LP401"
    assert len(found.message) < 200
