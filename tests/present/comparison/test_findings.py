"""The sentences that stand first: none names a choice where there is none."""

from __future__ import annotations

import pytest

from leadpolicy.comparison.comparison import compare
from leadpolicy.present.comparison.findings import findings
from tests.comparison.world import WIDE, World, make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


def test_two_policies_are_neither_furthest_nor_closest(world: World) -> None:
    """Shown twice under two names, so that one pair meets on more than one rung."""
    other = world.policy(WIDE.replace("policy: wide", "policy: again"))
    said = findings(compare([world.wide, other], world.records()))
    assert (
        "Where both decide, wide and again agree on so many records: lead 100 %, opportunity 100 %."
    ) in said
    assert not any("Furthest apart" in sentence for sentence in said)


def test_where_no_rate_is_told_apart_one_sentence_says_so(world: World) -> None:
    """Two of five records were won: each interval holds the rate of all."""
    said = findings(compare([world.wide, world.narrow], world.records()))
    assert (
        "None of 3 rates of “won” can be told apart from the rate of all records (40.0 %)."
    ) in said
