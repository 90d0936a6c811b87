"""A data set with everything a contract speaks of, clean or dirtied at random."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Final

from tests.data.room import Room

MAPPING: Final = """\
tables:
  companies: {file: companies.csv}
  people: {file: people.csv}
  events: {file: events.csv}
  judgements: {file: judgements.csv}
  deals: {file: deals.csv}
records:
  table: companies
  id: id
  join:
    - {table: people, on: {contact: person}}
  entered_at: created
facts:
  record.created_at: created
  company.employees: employees
  company.industry: industry
  company.tech_stack: {column: tech, separator: ";"}
  company.annual_revenue: revenue
  engagement.interest_expressed: interest
  person.job_level: people.level
events:
  inbound_request:
    table: events
    record: company
    at: at
    attributes:
      kind: kind
assessments: {table: judgements, record: company, fact: fact, value: value, at: at}
outcome: {name: won, table: deals, record: company, at: closed, where: {result: won}}
closed: {table: deals, record: company, at: closed}
as_of: 2026-03-01
observed_until: 2026-03-01
"""
HEADS: Final = {
    "companies": "id,contact,created,employees,industry,tech,revenue,interest",
    "people": "person,level",
    "events": "company,at,kind",
    "judgements": "company,fact,value,at",
    "deals": "company,closed,result",
}


def clean(count: int) -> dict[str, list[list[str]]]:
    """Tables of so many companies in which nothing is wrong."""
    tables: dict[str, list[list[str]]] = {name: [] for name in HEADS}
    for n in range(count):
        day = date(2026, 1, 1) + timedelta(days=n % 50)
        tables["companies"].append(
            [f"c{n}", f"p{n}", day.isoformat(), str(10 + n), "retail", "windows;sap", "1000", "yes"]
        )
        tables["people"].append([f"p{n}", "manager"])
        tables["events"].append([f"c{n}", (day + timedelta(days=2)).isoformat(), "demo"])
        tables["judgements"].append(
            [f"c{n}", "deal.budget_status", "identified", (day + timedelta(days=3)).isoformat()]
        )
        tables["deals"].append(
            [f"c{n}", (day + timedelta(days=9)).isoformat(), "won" if n % 2 else "lost"]
        )
    return tables


def write(room: Room, tables: dict[str, list[list[str]]]) -> None:
    """Writes the tables into a room."""
    texts = {
        name: "\n".join([HEADS[name], *(",".join(row) for row in rows)]) + "\n"
        for name, rows in tables.items()
    }
    room.write(**texts)


DIRT: Final = {
    "companies": ["", "c1", "about fifty", "2000000", "-5", "steel", "amiga", "maybe", "2026-02-30",
                  "2027-01-01", "11-50"],
    "people": ["chief", "", "p999"],
    "events": ["c999", "", "soon", "2025-01-01", "gift"],
    "judgements": ["deal.budget", "plenty", "", "2026-13-01"],
    "deals": ["c999", "", "2020-01-01", "never"],
}  # fmt: skip


def dirty(seed: int, count: int = 40) -> dict[str, list[list[str]]]:
    """Tables in which a random share of the cells is wrong; keys of joins stay unique."""
    draw = random.Random(seed)
    tables = clean(count)
    share = draw.choice([0.0, 0.01, 0.05, 0.2])
    for name, rows in tables.items():
        first = 1 if name == "people" else 0
        for row in rows:
            for place in range(first, len(row)):
                if draw.random() < share:
                    row[place] = draw.choice(DIRT[name])
    return tables
