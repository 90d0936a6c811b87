"""Which one answer would decide most records."""

from __future__ import annotations

import pandas as pd

from leadpolicy.comparison.comparison import compare
from leadpolicy.data.frames import from_frame
from tests.comparison.world import AS_OF, World

BOTH = """\
policy: both
version: 1.0.0
title: Large and urgent
organization: Both Ltd
vocabulary: 1
grain: company
stages:
  - stage: lead
    counts_as: lead
    requires: nothing
    when: {all: [{company.employees: {at_least: 50}}, {need.urgent: true}]}
"""


def test_an_answer_decides_alone_where_nothing_else_is_missing(world: World) -> None:
    """Both lack: neither answer is enough. Small companies are decided whatever else is missing."""
    policy = world.policy(BOTH)
    frame = pd.DataFrame(
        {
            "id": ["both", "urgent", "size", "small", "all"],
            "company.employees": [None, 100, None, 5, 100],
            "need.urgent": [None, None, "yes", None, "yes"],
        }
    )
    records = from_frame(frame, policy.vocabulary, id="id", as_of=AS_OF)
    table = compare([policy], records).missing.set_index("fact")
    assert list(table.loc["company.employees", ["open", "alone"]]) == [2, 1]
    assert list(table.loc["need.urgent", ["open", "alone"]]) == [2, 1]
    assert table.loc["need.urgent", "share_alone"] == 1 / 5
    assert table.loc["need.urgent", "undecided"] == 3


def test_leaks_are_part_of_a_comparison(world: World) -> None:
    found = compare([world.wide], world.records())
    assert found.leaks.empty
    assert found.to_dict()["leaks"] == []
