"""Data and policies at the edge: each a page that still reads well."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import leadpolicy
from leadpolicy.board.explorer import Explorer
from leadpolicy.data.recordset import RecordSet


def opened(world: Path, employees: list[int | None]) -> tuple[Explorer, RecordSet]:
    policy = leadpolicy.load(world / "policies" / "ours")
    names = [f"company {number}" for number in range(len(employees))]
    frame = pd.DataFrame({"id": names, "company.employees": employees})
    data = leadpolicy.from_frame(frame, policy.vocabulary, id="id", as_of="2026-01-01")
    return leadpolicy.explore(policy, data), data


def test_all_unknown(world: Path) -> None:
    explorer, _ = opened(world, [None, None, None])
    assert "<b>3</b><span>open: facts are missing" in explorer.figures.value
    assert "no outcome is known" in explorer.figures.value
    explorer.sliders["min_employees"].value = "50"
    assert "every record keeps its verdict" in explorer.names.value


def test_zero_records(world: Path) -> None:
    explorer, data = opened(world, [None])
    nothing = RecordSet(data.dataset, [], [], [], [])
    empty = leadpolicy.explore(explorer.policies, nothing)
    assert "There is no record in this data." in empty.figures.value


def test_a_hundred_policies(world: Path) -> None:
    explorer, data = opened(world, [30])
    one = explorer.policies["ours"]
    many = leadpolicy.explore({f"ours {number}": one for number in range(100)}, data)
    assert "91 more are not shown" in many.figures.value
    many.which.value = "ours 99"
    many.sliders["min_employees"].value = "50"
    assert "The change is felt" not in many.names.value
