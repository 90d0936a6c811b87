"""What tests of the data room share: a vocabulary, and a folder that becomes a data set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest

from leadpolicy.data.dataset import Dataset, open_dataset
from leadpolicy.data.recordset import RecordSet
from leadpolicy.diagnostics import LeadpolicyError

_FACTS: Final = {
    "record.created_at": "type: moment",
    "company.employees": "type: integer, range: [0, 1000000]",
    "company.annual_revenue": "type: money, currency: EUR",
    "company.industry": "type: choice, values: [manufacturing, retail, other]",
    "company.country": "type: choice, values: [NO, IT, NA]",
    "company.tech_stack": "type: choices, values: [windows, linux, sap]",
    "company.note": "type: text",
    "person.job_level": "type: level, values: [ic, manager, director]",
    "engagement.interest_expressed": "type: boolean",
    "engagement.score": "type: number",
    "deal.budget_status": "type: level, values: [none, identified, allocated]",
    "deal.decision_date": "type: date",
}
_REST: Final = "phrase: it, ask: What?, owner: data, point_in_time: snapshot"
_EVENTS: Final = """\
events:
  inbound_request:
    phrase: asked us for something
    ask: Have they asked?
    owner: marketing
    attributes:
      kind: {type: choice, values: [demo, question], phrase: kind of request}
  website_visit: {phrase: visited our website, ask: Have they visited?, owner: marketing}
"""
VOCABULARY: Final = "\n".join(
    [
        "vocabulary: 1",
        "facts:",
        *(f"  {name}: {{{kind}, {_REST}}}" for name, kind in _FACTS.items()),
        _EVENTS,
    ]
)

TOP: Final = """\
dataset: small
vocabulary: vocabulary.yaml
"""


@dataclass(frozen=True, slots=True)
class Room:
    """A folder of tables with a dataset.yaml."""

    folder: Path

    def write(self, **tables: str | bytes) -> None:
        """Tables by name: `companies="id\\n1\\n"` writes companies.csv."""
        for name, content in tables.items():
            data = content if isinstance(content, bytes) else dedent(content).encode()
            (self.folder / f"{name}.csv").write_bytes(data)

    def open(self, mapping: str) -> Dataset:
        """The data set of a mapping, which is written below the keys every mapping has."""
        (self.folder / "dataset.yaml").write_text(TOP + dedent(mapping), encoding="utf-8")
        return open_dataset("dataset.yaml")

    def records(self, mapping: str, as_of: str = "2026-03-01") -> RecordSet:
        """The records of a mapping."""
        return self.open(mapping).records(as_of)

    def column(self, cells: list[str], fact: str, reading: str = "") -> RecordSet:
        """Records a, b, c, ... that have one fact, with one cell each."""
        rows = [f'{chr(ord("a") + i)},"{cell}"' for i, cell in enumerate(cells)]
        self.write(companies="\n".join(["id,cell", *rows]) + "\n")
        more = f", {reading}" if reading else ""
        return self.records(
            f"""\
            tables: {{companies: {{file: companies.csv}}}}
            records: {{table: companies, id: id}}
            facts: {{{fact}: {{column: cell{more}}}}}
            """
        )

    def refusal(self, mapping: str, as_of: str = "2026-03-01") -> str:
        """The message of a data set that cannot be used."""
        with pytest.raises(LeadpolicyError) as caught:
            self.records(mapping, as_of)
        return str(caught.value)
