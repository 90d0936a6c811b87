"""Which one answer would decide most records."""

from __future__ import annotations

from pathlib import Path

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


COUNTED = """\
dataset: counted
vocabulary: vocabulary.yaml
grain: company
tables: {all: all.csv}
records: {table: all, id: id}
events:
  visit: {table: all, record: id, count: visits}
as_of: 2026-03-01
"""
WORDS = """\
vocabulary: 1
facts: {}
events:
  visit:
    phrase: visited us
    ask: Have they?
    owner: data
    attributes: {page: {type: choice, values: [home, prices], phrase: page}}
"""
VISITS = """\
policy: visits
version: 1.0.0
title: Visits
vocabulary: 1
grain: company
criteria:
  ever: {says: They came, happened: visit, within: ever}
  lately: {says: They came lately, happened: visit, within: 30 days}
  prices: {says: They saw prices, happened: visit, where: {page: prices}, within: ever}
stages: [{stage: lead, requires: nothing, when: {all: [ever, lately, prices]}}]
"""


def test_readiness_looks_at_attributes_and_dates_of_events(tmp_path: Path) -> None:
    """A log that only counts has no dates, and nobody wrote down which page it was."""
    (tmp_path / "vocabulary.yaml").write_text(WORDS)
    (tmp_path / "dataset.yaml").write_text(COUNTED)
    (tmp_path / "all.csv").write_text("id,visits\na,3\nb,0\n")
    (tmp_path / "visits").mkdir()
    (tmp_path / "visits" / "1.0.0.yaml").write_text(VISITS)
    table = compare([tmp_path / "visits" / "1.0.0.yaml"], tmp_path).criteria
    own = table[table["kind"] == "criterion"].set_index("name")
    assert own["ready"].to_dict() == {"ever": "fully", "lately": "partly", "prices": "partly"}
    assert own.loc["lately", "absent"] == ("event:visit (dates)",)
    assert own.loc["prices", "absent"] == ("event:visit.page",)
