"""A small history on disk: companies that ask, talk and buy, with two definitions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

VOCABULARY: Final = """
vocabulary: 1
facts:
  company.size: {type: integer, phrase: size, ask: How large?, owner: data, point_in_time: snapshot}
  company.group: {type: text, phrase: group, ask: Whose is it?, owner: data, point_in_time: yes}
  company.kind: {type: choice, values: [maker, dealer, customer], phrase: kind, ask: Which kind?,
                 owner: data, point_in_time: yes}
  company.worth: {type: money, currency: EUR, phrase: worth, ask: Worth?, owner: data,
                  point_in_time: yes}
events:
  inbound_request: {phrase: asked us, ask: Did they ask?, owner: marketing}
  conversation: {phrase: talked to us, ask: Did we talk?, owner: sales}
"""
ASKS: Final = """
policy: asks
version: 1.0.0
title: Who asks is a lead
organization: Test
vocabulary: 1
grain: company
parameters:
  window: {value: 90 days, says: How long a request counts}
criteria:
  asked: {says: They asked, happened: inbound_request, within: $window}
stages:
  - {stage: lead, counts_as: lead, requires: nothing, when: asked}
"""
TALKS: Final = """
policy: talks
version: 1.0.0
title: Whom we talked to is a lead
organization: Test
vocabulary: 1
grain: company
criteria:
  asked: {says: They asked, happened: inbound_request, within: ever}
  talked: {says: We talked, happened: conversation, within: ever}
stages:
  - {stage: lead, counts_as: lead, requires: nothing, when: talked}
  - {stage: qualified, counts_as: qualified_lead, requires: lead, when: {all: [asked, talked]}}
"""
LARGE: Final = """
policy: large
version: 1.0.0
title: Who is large is a lead
organization: Test
vocabulary: 1
grain: company
criteria:
  is_large: {says: Large, company.size: {at_least: 10}}
stages:
  - {stage: lead, counts_as: lead, requires: nothing, when: is_large}
"""
NAMELESS: Final = """
policy: nameless
version: 1.0.0
title: No stage of it is a rung
organization: Test
vocabulary: 1
grain: company
criteria:
  asked: {says: They asked, happened: inbound_request, within: ever}
stages:
  - {stage: named, requires: nothing, when: asked}
"""
DATASET: Final = """
dataset: small
title: A small history
vocabulary: policies/vocabulary.yaml
grain: company
tables:
  companies: {file: companies.csv}
  events: {file: events.csv}
records: {table: companies, id: id, entered_at: entered}
facts:
  company.size: {column: size}
  company.group: {column: grp}
  company.kind: {column: kind}
  company.worth: {column: worth, currency: EUR}
events:
  inbound_request: {table: events, record: id, at: at, where: {type: ask}}
  conversation: {table: events, record: id, at: at, where: {type: talk}}
outcome: {name: won, table: events, record: id, at: at, where: {type: won}}
closed: {table: events, record: id, at: at, where: {type: [won, lost]}}
as_of: 10 days after entry
observed_until: 2024-12-31
"""
STUDY: Final = """
study: small
title: Asking or talking?
dataset: .
policies_in: policies
policies: [asks, talks]
rungs: [lead, qualified_lead]
outcome: {name: won, within: 60 days}
"""


def write_history(
    folder: Path,
    companies: Iterable[tuple[str, str, str, str, str, str]] | None = None,
    events: Iterable[tuple[str, str, str]] | None = None,
    **changes: str,
) -> Path:
    """Write data set, policies and study.yaml; `changes` replace `study` or `dataset`.

    By default eighty companies enter day after day: every second asks on the day after, every
    third talks on the fifth day, and of those that talk two in three are won a month later.
    """
    if companies is None or events is None:
        companies, events = eighty()
    tables: dict[str, list[tuple[str, ...]]] = {
        "companies.csv": [("id", "entered", "size", "grp", "kind", "worth"), *companies],
        "events.csv": [("id", "at", "type"), *events],
    }
    for name, rows in tables.items():
        (folder / name).write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "dataset.yaml").write_text(changes.get("dataset", DATASET), encoding="utf-8")
    policies = folder / "policies"
    for text in (ASKS, TALKS, LARGE, NAMELESS):
        name = text.split("policy: ")[1].split("\n")[0]
        (policies / name).mkdir(parents=True, exist_ok=True)
        (policies / name / "1.0.0.yaml").write_text(text, encoding="utf-8")
    (policies / "vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    study = folder / "study.yaml"
    study.write_text(changes.get("study", STUDY), encoding="utf-8")
    return study


def eighty() -> tuple[list[tuple[str, str, str, str, str, str]], list[tuple[str, str, str]]]:
    companies, events = [], []
    for n in range(80):
        name = f"c{n:02}"
        kind = ("maker", "dealer")[n % 2]
        companies.append((name, day(n), str(5 + n % 10), f"g{n // 2}", kind, str(100 + n)))
        if n % 2 == 0:
            events.append((name, day(n + 1), "ask"))
        if n % 3 == 0:
            events.append((name, day(n + 5), "talk"))
            events.append((name, day(n + 35), "won" if n % 9 else "lost"))
    return companies, events


def day(number: int) -> str:
    """A day counted from 2024-01-01."""
    from datetime import date, timedelta

    return (date(2024, 1, 1) + timedelta(days=number)).isoformat()
