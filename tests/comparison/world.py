"""Six companies and three small policies, few enough to work out every figure by hand.

======  =========  ========  ======  =====  ===========  ============  =================
record  employees  industry  urgent  asked  wide: lead   narrow: lead  odd: qualified
======  =========  ========  ======  =====  ===========  ============  =================
a             100  it        yes     yes    TRUE         TRUE          TRUE
b             100  it        no      yes    TRUE         FALSE         FALSE
c              20  it        yes     yes    TRUE         FALSE         TRUE
d               ?  it        yes     yes    TRUE         UNKNOWN       TRUE
e             100  retail    yes     yes    TRUE         FALSE         TRUE
f               5  it        ?       no     FALSE        FALSE         UNKNOWN
======  =========  ========  ======  =====  ===========  ============  =================

a and c were won, b, d and f were not, of e nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from leadpolicy.data.frames import from_frame
from leadpolicy.data.recordset import RecordSet
from leadpolicy.diagnostics import Problems
from leadpolicy.policy import Policy, parse_policy
from leadpolicy.vocabulary import Vocabulary, read_vocabulary

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)

VOCABULARY = """\
vocabulary: 1
facts:
  company.employees:
    {type: integer, phrase: number of employees, ask: How many work there?, owner: data,
     point_in_time: snapshot}
  company.industry:
    {type: choice, values: [it, retail], phrase: industry, ask: Which industry?, owner: data,
     point_in_time: snapshot}
  need.urgent:
    {type: boolean, phrase: it is urgent, ask: Is it urgent?, owner: sales,
     point_in_time: judgement}
  need.size:
    {type: level, values: [small, middling, large], phrase: size of the need, ask: How large?,
     owner: sales, point_in_time: judgement}
events:
  inbound_request: {phrase: asked us, ask: Have they asked?, owner: marketing}
  badge_scan: {phrase: had a badge scanned, ask: Were they at the fair?, owner: marketing}
"""

WIDE = """\
policy: wide
version: 1.0.0
title: Whoever asks is a lead
organization: Wide Ltd
vocabulary: 1
grain: company
parameters:
  smallest: {value: 10, range: [1, 1000], says: Smallest company we serve}
criteria:
  asked: {says: They asked us, happened: inbound_request, within: ever}
  large_enough: {says: Large enough to serve, company.employees: {at_least: $smallest}}
stages:
  - {stage: lead, counts_as: lead, requires: nothing, when: asked}
  - {stage: chance, counts_as: opportunity, requires: lead, when: large_enough}
"""

NARROW = """\
policy: narrow
version: 1.0.0
title: Large and urgent, and no shop
organization: Narrow Ltd
vocabulary: 1
grain: company
criteria:
  in_retail: {says: It is a shop, company.industry: retail}
  is_large: {says: It is large, company.employees: {at_least: 50}}
  is_urgent: {says: It is urgent, need.urgent: true}
stages:
  - stage: lead
    counts_as: lead
    requires: nothing
    when: {all: [is_large, is_urgent]}
    excludes: [in_retail]
"""

ODD = """\
policy: odd
version: 1.0.0
title: Urgency is all
organization: Odd Ltd
vocabulary: 1
grain: company
stages:
  - stage: prospect
    title: Prospect
    counts_as: qualified_lead
    requires: nothing
    when: {need.urgent: true}
"""

ROWS: list[dict[str, Any]] = [
    {"id": "a", "company.employees": 100, "company.industry": "it", "need.urgent": True},
    {"id": "b", "company.employees": 100, "company.industry": "it", "need.urgent": False},
    {"id": "c", "company.employees": 20, "company.industry": "it", "need.urgent": True},
    {"id": "d", "company.employees": None, "company.industry": "it", "need.urgent": True},
    {"id": "e", "company.employees": 100, "company.industry": "retail", "need.urgent": True},
    {"id": "f", "company.employees": 5, "company.industry": "it", "need.urgent": None},
]
ASKED = ("a", "b", "c", "d", "e")
OUTCOMES: dict[str, bool | None] = {
    "a": True, "b": False, "c": True, "d": False, "e": None, "f": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """The vocabulary, the policies and the records."""

    vocabulary: Vocabulary
    wide: Policy
    narrow: Policy
    odd: Policy
    rows: list[dict[str, Any]] = field(default_factory=lambda: list(ROWS))

    def policy(self, text: str) -> Policy:
        return parse_policy(text, self.vocabulary)

    def records(self, order: Iterable[str] | None = None, name: str = "six") -> RecordSet:
        """The six companies, or some of them in some order."""
        ids = list(order) if order is not None else [row["id"] for row in self.rows]
        by_id = {row["id"]: row for row in self.rows}
        found = from_frame(
            pd.DataFrame([by_id[id] for id in ids], dtype=object),
            self.vocabulary,
            id="id",
            as_of=AS_OF,
            events=pd.DataFrame(
                [{"id": id, "event": "inbound_request", "at": "2026-01-15"} for id in ASKED]
            ),
            name=name,
        )
        found.outcomes = [OUTCOMES.get(id) for id in ids]
        found.outcome_name = "won"
        return found


def make_world(folder: Path) -> World:
    """The world, with its vocabulary in a file of this folder."""
    file = folder / "vocabulary.yaml"
    file.write_text(VOCABULARY, encoding="utf-8")
    problems = Problems()
    vocabulary = read_vocabulary(file, problems)
    problems.stop_on_errors()
    assert vocabulary is not None
    wide, narrow, odd = (parse_policy(text, vocabulary) for text in (WIDE, NARROW, ODD))
    return World(vocabulary, wide, narrow, odd)
