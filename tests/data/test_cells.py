"""Every cell of `cases/cells.yaml` becomes its value or is refused with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from leadpolicy.types import Range, Value, show
from tests.data.room import Room

CASES: Final = yaml.load(
    (Path(__file__).parent / "cases" / "cells.yaml").read_text(encoding="utf-8"),
    Loader=yaml.BaseLoader,
)


def spelled(case: dict[str, Any]) -> str:
    reading = ",".join(f"{k}={v}" for k, v in case.get("as", {}).items())
    return f"{case['fact']}-{case['cell']}-{reading}"


def as_yaml(reading: dict[str, Any]) -> str:
    """The keys of a column mapping in one line."""
    text = yaml.safe_dump(reading, default_flow_style=True, width=1000).strip()
    return text[1:-1].replace("'null'", "null")


@pytest.mark.parametrize("case", CASES, ids=spelled)
def test_cell(case: dict[str, Any], room: Room) -> None:
    # A second record keeps the data set from being empty where the cell is refused.
    found = room.column([case["cell"], ""], case["fact"], as_yaml(case.get("as", {})))
    if "refused" in case:
        assert [row.reason for row in found.quarantine] == [case["refused"]]
        assert found.ids == ["b"]
        return
    assert not found.quarantine.rows
    value = found.records[0].facts.get(case["fact"])
    if isinstance(value, int | float) and not isinstance(value, bool):
        assert float(case["value"]) == value
    else:
        assert case["value"] == spelled_out(value)


def spelled_out(value: Value | None) -> str:
    match value:
        case None:
            return "null"
        case Range() if value.low is not None or value.high is not None:
            ends = ("" if end is None else f"{end:g}" for end in (value.low, value.high))
            return "..".join(ends)
        case _:
            return show(value)


def test_a_time_that_clocks_showed_twice_is_noted(room: Room) -> None:
    found = room.column(["2025-10-26 02:30"], "record.created_at", "timezone: Europe/Amsterdam")
    assert found.notes == [
        "companies.cell: of two readings when clocks go back, the first is taken"
    ]


def test_amounts_with_their_currency_in_another_column(room: Room) -> None:
    room.write(companies="id,amount,cur\na,100,EUR\nb,100,USD\nc,100,GBP\nd,100,\n")
    found = room.records(
        """\
        tables: {companies: {file: companies.csv}}
        records: {table: companies, id: id}
        facts:
          company.annual_revenue: {column: amount, currency: {column: cur}, rates: {USD: 0.92}}
        """
    )
    values = [show(record.facts["company.annual_revenue"]) for record in found.records]
    assert values == ["100", "92", "GBP 100", "100 in a currency that is not named"]
    assert found.notes == ["company.annual_revenue: USD is converted at 0.92, to the cent"]
