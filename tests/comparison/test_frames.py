"""A frame of any kind is compared, scanned and evaluated as the same records from anywhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import leadpolicy
from leadpolicy.comparison.comparison import compare
from leadpolicy.comparison.cubes.cube import cube
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.policy.load import load_policies
from leadpolicy.policy.model import Policy
from tests.conftest import POLICIES

ROWS: list[dict[str, Any]] = [
    {"firm": "a", "company.employees": 40, "branch": "manufacturing", "won": True},
    {"firm": "b", "company.employees": 5, "branch": "manufacturing", "won": False},
    {"firm": "c", "company.employees": None, "branch": None, "won": False},
]
EVENTS: list[dict[str, Any]] = [
    {"firm": "a", "event": "inbound_request", "kind": "demo", "at": "2026-02-20"}
]
MEANING: dict[str, Any] = {
    "as_of": "2026-03-01",
    "id": "firm",
    "facts": {"company.employees": "company.employees", "company.industry": "branch"},
    "outcome": "won",
}


def in_pandas(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Whole numbers with gaps, as pandas has them when it is asked to."""
    return pd.DataFrame(rows).convert_dtypes()


FORMS: dict[str, Callable[[list[dict[str, Any]]], Any]] = {
    "rows": lambda rows: rows,
    "pandas": in_pandas,
    "polars": pl.DataFrame,
    "lazy": lambda rows: pl.DataFrame(rows).lazy(),
    "arrow": pa.Table.from_pylist,
    "duckdb": lambda rows: duckdb.connect().from_arrow(pa.Table.from_pylist(rows)),
}


@pytest.fixture(scope="module")
def policies() -> list[Policy]:
    return load_policies(["heinz", "salesdevs"], policies=POLICIES)


@pytest.mark.parametrize("form", FORMS)
def test_every_kind_of_frame_gives_the_same(form: str, policies: list[Policy]) -> None:
    made = FORMS[form]
    found = compare(policies, made(ROWS), events=made(EVENTS), **MEANING)
    expected = compare(policies, ROWS, events=EVENTS, **MEANING)
    assert found.evaluation.ids == ("a", "b", "c")
    assert found.study.base.won == 1
    for name, table in expected.frames().items():
        assert found.frames()[name].to_json() == table.to_json(), name
    scanned = cube(policies, made(ROWS), events=made(EVENTS), **MEANING)
    assert scanned.records == 3
    assert scanned.view("heinz").volumes().to_json() == (
        cube(policies, ROWS, events=EVENTS, **MEANING).view("heinz").volumes().to_json()
    )


def test_a_file_is_a_frame(tmp_path: Path, policies: list[Policy]) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "firms.parquet")
    in_pandas(ROWS).to_csv(tmp_path / "firms.csv", index=False)
    for name in ("firms.parquet", "firms.csv"):
        found = compare(policies, tmp_path / name, **MEANING)
        assert found.evaluation.ids == ("a", "b", "c")
        assert found.volumes.to_json() == compare(policies, ROWS, **MEANING).volumes.to_json()


def test_without_ids_records_are_numbered(policies: list[Policy]) -> None:
    for form in ("rows", "pandas", "polars", "arrow"):
        found = compare(policies, FORMS[form](ROWS), as_of="2026-03-01")
        assert found.evaluation.ids == ("1", "2", "3")


def test_what_is_missing_is_told(policies: list[Policy]) -> None:
    with pytest.raises(LeadpolicyError, match=r"LP513.*as_of"):
        compare(policies, ROWS)
    with pytest.raises(LeadpolicyError, match="`id`"):
        compare(policies, ROWS, as_of="2026-03-01", events=EVENTS)


MIXED: list[dict[str, Any]] = [
    {"firm": "a", "company.employees": 40, "company.industry": "manufacturing"},
    {"firm": "b", "company.employees": "many", "company.industry": "manufacturing"},
    {"firm": "c", "company.employees": 2**70, "company.industry": "manufacturing"},
]


def test_a_value_of_another_type_costs_its_row(policies: list[Policy]) -> None:
    found = compare(policies, MIXED, as_of="2026-03-01", id="firm")
    assert found.evaluation.ids[0] == "a"
    first = next(iter(found.evaluation.data.quarantine))
    assert (first.record, first.value) == ("b", "many")
    for rows in (MIXED[:2], MIXED[2:]):
        with pytest.raises(LeadpolicyError, match=r"company\.employees.*holds values"):
            leadpolicy.evaluate(policies, rows, as_of="2026-03-01", id="firm", partial=True)


EVENT_MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("no column event", {"events": [{"firm": "a", "at": "2026-01-01"}]}, "LP502"),
    (
        "not recorded",
        {"events": EVENTS, "recorded": ["meeting"]},
        r"LP204.*among the kinds",
    ),
    (
        "misspelt",
        {"events": [{**EVENTS[0], "event": "inbond_request"}]},
        "LP204: the event `inbond_request` is not",
    ),
    ("a mapping", {"events": {"a": 1}}, "LP204|LP506"),
    ("a mapping of numbers", {"events": {1: 2}}, "LP204|LP506"),
    ("a mapping of rows", {"events": {"inbound_request": EVENTS}}, "LP506"),
    ("a misspelt mapping", {"events": {"inbond_request": None}}, "LP204|LP506"),
]


@pytest.mark.parametrize("given", EVENT_MISTAKES, ids=lambda given: given[0])
def test_events_that_cannot_be_taken_are_refused_by_every_door(
    given: tuple[str, dict[str, Any], str], policies: list[Policy]
) -> None:
    _, events, told = given
    asked = {"as_of": "2026-03-01", "id": "firm", **events}
    for door in (compare, cube):
        with pytest.raises(LeadpolicyError, match=told):
            door(policies, ROWS, **asked)
    with pytest.raises(LeadpolicyError, match=told):
        leadpolicy.evaluate(policies, ROWS, **asked, partial=True)


def test_an_event_without_a_kind_is_no_event(policies: list[Policy]) -> None:
    events = [*EVENTS, {"firm": "b", "event": None, "kind": "demo", "at": "2026-02-20"}]
    found = compare(policies, ROWS, events=events, **MEANING)
    assert [str(row) for row in found.evaluation.data.quarantine] == [
        "events:2: the row `` names no event"
    ]
    with pytest.raises(LeadpolicyError, match=r"LP503.*1 row without a kind"):
        leadpolicy.evaluate(
            policies, ROWS, as_of="2026-03-01", id="firm", events=events, partial=True
        )


def test_results_come_in_every_form(policies: list[Policy]) -> None:
    given: dict[str, Any] = {"as_of": "2026-03-01", "id": "firm", "partial": True}
    rows = [{"firm": "a", "company.employees": 40, "company.industry": "manufacturing"}]
    arrow = leadpolicy.evaluate(policies, rows, as_="arrow", **given)
    assert arrow.column_names[:3] == ["firm", "heinz_stage", "heinz_possible"]
    assert all(name.isidentifier() for name in arrow.column_names)
    frame = leadpolicy.evaluate(policies, rows, as_="polars", **given)
    assert isinstance(frame, pl.DataFrame)
    assert frame.columns == arrow.column_names
    assert leadpolicy.evaluate(policies, rows, **given).heinz_possible.tolist() == (
        arrow.column("heinz_possible").to_pylist()
    )


def test_texts_that_are_dates_are_dates_for_every_door(policies: list[Policy]) -> None:
    asked: dict[str, Any] = {"id": "firm", "partial": True}
    dated = [{**row, "looked": "2026-03-01"} for row in ROWS]
    made = [{**EVENTS[0], "at": pd.Timestamp(EVENTS[0]["at"])}]
    expected = leadpolicy.evaluate(policies, ROWS, as_of="2026-03-01", events=made, **asked)
    for engine in ("sql", "kernels", "interpreter"):
        for moment in ("2026-03-01", "looked"):
            found = leadpolicy.evaluate(
                policies, dated, as_of=moment, events=EVENTS, engine=engine, **asked
            )
            pd.testing.assert_frame_equal(found, expected)
    with pytest.raises(LeadpolicyError, match=r"(?s)LP503.*soon"):
        leadpolicy.evaluate(
            policies, ROWS, as_of="2026-03-01", events=[{**EVENTS[0], "at": "soon"}], **asked
        )


def test_a_moment_that_is_no_day_is_no_column(policies: list[Policy]) -> None:
    for door in (compare, cube, leadpolicy.evaluate):
        with pytest.raises(LeadpolicyError, match=r"LP513.*28 days|LP513.*2026-02-30"):
            door(policies, ROWS, as_of="2026-02-30", id="firm")


ASKED = """\
policy: asking
version: 1.0.0
title: Asks
organization: Nobody
vocabulary: 1
grain: company
criteria:
  asked: {says: s, happened: inbound_request, within: 30 days}
stages:
  - {stage: some, requires: nothing, when: {all: [asked]}}
"""


def test_lists_of_nothing(policies: list[Policy]) -> None:
    """No event at all is known of the kinds that were recorded; no record at all is refused."""
    given: dict[str, Any] = {"as_of": "2026-03-01", "id": "firm", "events": []}
    recorded = ["inbound_request"]
    found = compare(policies, ROWS, recorded=recorded, **given)
    assert found.evaluation.data.records[0].events["inbound_request"].happenings == ()
    asking = leadpolicy.parse(ASKED, policies[0].vocabulary)
    for kinds, verdict in ((recorded, "false"), (None, "unknown")):
        said = leadpolicy.evaluate(
            asking, ROWS, recorded=kinds, partial=True, explain=True, **given
        )
        assert set(said.asking__asked) == {verdict}
    for door in (compare, cube, leadpolicy.evaluate):
        with pytest.raises(LeadpolicyError, match=r"LP505.*there are no rows"):
            door(policies, [], as_of="2026-03-01", id="firm")


def test_keys_may_be_categories(policies: list[Policy]) -> None:
    given: dict[str, Any] = {"as_of": "2026-03-01", "id": "firm", "partial": True}
    rows, events = pd.DataFrame(ROWS), pd.DataFrame(EVENTS)
    expected = leadpolicy.evaluate(policies, rows, events=events, **given)
    kinds = {"firm": "category", "event": "category"}
    found = leadpolicy.evaluate(
        policies, rows.astype({"firm": "category"}), events=events.astype(kinds), **given
    )
    assert found.heinz_stage.tolist() == expected.heinz_stage.tolist()
    assert found.heinz_possible.tolist() == expected.heinz_possible.tolist()


def test_a_column_called_nearly_like_a_fact_is_noted(policies: list[Policy]) -> None:
    rows = [{"firm": "a", "company.employes": 40, "won": True}]
    found = compare(policies, rows, as_of="2026-03-01", id="firm")
    assert "did you mean `company.employees`" in "".join(found.evaluation.data.notes)


def test_no_name_and_no_data_set(policies: list[Policy], tmp_path: Path) -> None:
    with pytest.raises(LeadpolicyError, match=r"LP509.*an empty name"):
        compare("", ROWS, as_of="2026-03-01", id="firm")
    file = tmp_path / "companies.parquet"
    pd.DataFrame(ROWS).to_parquet(file)
    with pytest.raises(LeadpolicyError, match=r"(?s)is a table.*leadpolicy evaluate"):
        leadpolicy.open_dataset(file)


def test_a_cube_names_its_engine(policies: list[Policy]) -> None:
    asked: dict[str, Any] = {"as_of": "2026-03-01", "id": "firm"}
    assert cube(policies, ROWS, engine="sql", **asked).engine == "sql"
    assert cube(policies, ROWS, **asked).engine == "kernels"
