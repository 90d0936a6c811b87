"""A small policy of its own with a vocabulary, examples and records, to be worked on in tests."""

from __future__ import annotations

from pathlib import Path

VOCABULARY = """\
vocabulary: 1
facts:
  company.employees:
    type: integer
    range: [0, 1000000]
    phrase: number of employees
    ask: How many people work there?
    owner: data
    point_in_time: snapshot
  company.interested:
    type: boolean
    phrase: they have shown interest
    ask: Have they shown interest?
    owner: marketing
    point_in_time: judgement
events: {}
"""
POLICY = """\
# Why twenty: see the minutes.
policy: ours
version: 1.0.0
title: "Big & <script>alert('policy')</script>"
organization: Us
vocabulary: 1
grain: company
parameters:
  min_employees: {value: 20, range: [1, 1000], says: Smallest company we serve}  # agreed in May
criteria:
  large_enough:
    says: Large enough for us
    company.employees: {at_least: $min_employees}
  interested:
    says: They want to hear from us
    company.interested: true
stages:
  - stage: lead
    title: Lead
    counts_as: lead
    requires: nothing
    when:
      all: [large_enough, interested]
"""
EXAMPLES = """\
# The author's tests.
policy: ours
as_of: 2026-01-01
cards:
  - card: of-thirty
    says: Thirty people who are interested
    facts: {company.employees: 30, company.interested: true}
    expect: lead   # by far
  - card: of-hundred
    says: A hundred people who are interested
    facts: {company.employees: 100, company.interested: true}
    expect: lead
  - card: of-five
    says: Five people
    facts: {company.employees: 5, company.interested: true}
    expect: none
  - card: unknown
    says: Nobody knows how many
    facts: {company.interested: true}
    expect: {stage: none, possible: lead}
"""
DATASET = """\
dataset: few
title: A few "companies" <b>&
vocabulary: ../../policies/vocabulary.yaml
grain: company
tables:
  companies: {file: companies.csv}
  deals: {file: deals.csv}
records: {table: companies, id: name}
facts:
  company.employees: {column: employees}
  company.interested: {column: interested}
outcome: {name: won, table: deals, record: name, at: won_at}
as_of: 2025-06-30
observed_until: 2025-12-31
"""
NAMES = ("<script>alert(1)</script>", 'Dr "Quote" & Sons', "חברה בעמ", "Balloon 🎈")
"""Names that try to be something else than names; each is one record of 30 people."""
ROWS = (
    *((name, "30", "yes") for name in NAMES),
    ("Small", "5", "yes"),
    ("Ten", "10", "yes"),
    ("Hundred", "100", "yes"),
    ("Cold", "100", "no"),
    ("Open", "", "yes"),
)
WON = ("Ten", "Hundred")


def write_world(root: Path) -> Path:
    """A folder with `policies` and `data/few`; itself."""
    policies, data = root / "policies", root / "data" / "few"
    (policies / "ours").mkdir(parents=True)
    data.mkdir(parents=True)
    (policies / "vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    (policies / "ours" / "1.0.0.yaml").write_text(POLICY, encoding="utf-8")
    (policies / "ours" / "examples.yaml").write_text(EXAMPLES, encoding="utf-8")
    (data / "dataset.yaml").write_text(DATASET, encoding="utf-8")
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in ROWS)
    table = "\n".join(["name,employees,interested", *quoted]) + "\n"
    (data / "companies.csv").write_text(table, encoding="utf-8")
    deals = "".join(f"{name},2025-08-01\n" for name in WON)
    (data / "deals.csv").write_text(f"name,won_at\n{deals}", encoding="utf-8")
    return root
