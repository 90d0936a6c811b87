"""A few rows that do not fit, as every export has them: they must be set aside, not swallowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from leadpolicy.simulate.tables import Table

UNKNOWN_COMPANY: Final = "C9999999"


@dataclass(frozen=True, slots=True)
class Dirt:
    """One planted mistake; `position` is that of the company among the first."""

    says: str
    table: str
    position: int
    make: Callable[[Table, int], None]


def _cell(column: str, text: str) -> Callable[[Table, int], None]:
    def make(table: Table, position: int) -> None:
        table[column][position] = text

    return make


def _row(**columns: str) -> Callable[[Table, int], None]:
    """A row after the last one of the company at the position, or at the end."""

    def make(table: Table, position: int) -> None:
        company = f"C{position + 1:07d}"
        new = {"company_id": company, **columns}
        ids = table["company_id"]
        row = next((i for i, other in enumerate(ids) if other > new["company_id"]), len(ids))
        for name, column in table.items():
            column.insert(row, new.get(name, ""))

    return make


def _again(table: Table, position: int) -> None:
    """The same company a second time, under a slightly different name."""
    for name, column in table.items():
        text = column[position]
        column.insert(position + 1, f"{text} (copy)" if name == "company_name" else text)


DIRT: Final = (
    Dirt("an industry that the value map does not know", "companies", 8,
         _cell("industry", "Quartz dealing")),
    Dirt("a number of employees in words", "companies", 15, _cell("employees", "about fifty")),
    Dirt("an event on 30 February", "events", 29,
         _row(seq="99", at="2025-02-30T10:00:00Z", activity="Download", detail="Guide",
              channel="Web form")),
    Dirt("an event of a company that is not in the export", "events", 0,
         _row(company_id=UNKNOWN_COMPANY, seq="1", at="2025-03-11T09:05:00Z", activity="Request",
              detail="Question", channel="E-mail")),
    Dirt("a judgement that is neither yes nor no", "assessments", 36,
         _row(fact="need.intends_to_act", value="perhaps", assessed_at="2025-04-02T14:20:00Z",
              by="p.reid")),
    Dirt("a judgement of a fact that the vocabulary does not have", "assessments", 43,
         _row(fact="deal.budget", value="yes", assessed_at="2025-04-03T11:45:00Z", by="p.reid")),
    Dirt("a company that stands there twice", "companies", 22, _again),
)  # fmt: skip
"""The duplicate comes last: it moves the positions after it."""


def write_in(tables: Mapping[str, Table]) -> None:
    """Plants every mistake in the tables of the first block."""
    for dirt in DIRT:
        dirt.make(tables[dirt.table], dirt.position)
