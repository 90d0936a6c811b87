"""Tables that are wrong: a clear error with its place, never a wrong stage."""

from __future__ import annotations

import resource
import signal
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadpolicy.backends import Between, EventTable
from leadpolicy.backends.sql.program import TableProgram
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.logic import build
from leadpolicy.logic.terms import FromNow, Literal, Logic, Relation, Subject, Term
from leadpolicy.types import Kind, Type

NOW = datetime(2026, 3, 1, tzinfo=UTC)
INDUSTRY = Subject("company.industry", Type(Kind.CHOICE, ("software", "retail")))
EMPLOYEES = Subject("company.employees", Type(Kind.INTEGER))
REVENUE = Subject("company.revenue", Type(Kind.NUMBER))
NAME = Subject("company.name", Type(Kind.TEXT))
SEEN = Subject("company.seen", Type(Kind.MOMENT))
FREE = Subject("company.free", Type(Kind.BOOLEAN))

IS_SOFTWARE = build.compare(Relation.EQ, INDUSTRY, Literal("software"))
IS_LARGE = build.compare(Relation.GE, EMPLOYEES, Literal(20))
IS_RICH = build.compare(Relation.GE, REVENUE, Literal(0.5))
IS_ACME = build.compare(Relation.EQ, NAME, Literal("Acme"))
WAS_SEEN = build.compare(Relation.GT, SEEN, FromNow(-timedelta(days=7)))
ASKED = build.happened("asked", build.YES, timedelta(days=7), 1)


def program(*terms: Term) -> TableProgram:
    return TableProgram({"p": Logic(terms, (build.every(terms),))})


def stages(term: Term, source: object, **given: Any) -> list[int]:
    frame = program(term).run(source, as_of=NOW, **given)
    assert frame is not None
    return [int(code) for code in frame["p stage"]]


def refused(term: Term, source: object, code: str, *texts: str, **given: Any) -> None:
    with pytest.raises(LeadpolicyError) as caught:
        program(term).run(source, as_of=NOW, **given)
    assert_told(caught.value, code, *texts)


def assert_told(error: LeadpolicyError, code: str, *texts: str) -> None:
    assert [d.code for d in error.diagnostics] == [code], str(error)
    for text in texts:
        assert text in str(error)


def table(columns: Mapping[str, list[Any]], **types: pa.DataType) -> pa.Table:
    return pa.table({n: pa.array(v, types.get(n)) for n, v in columns.items()})


# ------------------------------------------------------------------------- names of columns


def test_a_missing_column_is_named_with_the_nearest() -> None:
    refused(
        IS_LARGE, table({"company.employes": [20]}), "LP502",
        "company.employees", "did you mean `company.employes`?",
    )  # fmt: skip


def test_a_fact_that_nobody_recorded_has_to_be_said() -> None:
    assert stages(IS_LARGE, table({"x": [1]}), columns={"company.employees": None}) == [0]


@pytest.mark.parametrize("other", ["company.employees", "Company.Employees"])
def test_columns_of_one_name_are_ambiguous(other: str, tmp_path: Path) -> None:
    names = ["company.employees", other]
    doubled = pa.Table.from_arrays([pa.array([20]), pa.array([1])], names=names)
    refused(IS_LARGE, doubled, "LP502", "more than one column")
    refused(IS_LARGE, pd.DataFrame([[20, 1]], columns=names), "LP502", "more than one column")
    pq.write_table(doubled, tmp_path / "doubled.parquet")
    refused(IS_LARGE, tmp_path / "doubled.parquet", "LP502", "more than one column")


@pytest.mark.parametrize(
    "name", ['quo"te', "it's", "a; DROP TABLE x; --", '"', "select", "ä 東京", "f1", "f1 raw", " "]
)
def test_names_are_names_whatever_they_look_like(name: str, tmp_path: Path) -> None:
    source = table({name: [19, 20, None], "key": ["a", "b", "c"]})
    places = {"company.employees": name}
    assert stages(IS_LARGE, source, columns=places) == [0, 1, 0]
    frame = program(IS_LARGE).run(source, places, as_of=NOW, id=name)
    assert frame is not None
    assert list(frame["p stage"]) == [0, 1, 0]
    assert [None if pd.isna(v) else v for v in frame[name]] == [19, 20, None]
    path = tmp_path / f"{'x' if '/' in name else name} [1]*.parquet"
    pq.write_table(source, path)
    assert stages(IS_LARGE, path, columns=places) == [0, 1, 0]


def test_two_thousand_columns() -> None:
    wide: dict[str, list[Any]] = {f"column {n}": [n] for n in range(2_000)}
    wide["company.employees"] = [20]
    assert stages(IS_LARGE, table(wide)) == [1]


def test_answers_that_would_share_a_name() -> None:
    source = table({"P STAGE": [1], "company.employees": [20]})
    with pytest.raises(LeadpolicyError) as caught:
        program(IS_LARGE).run(source, as_of=NOW, id="P STAGE")
    assert_told(caught.value, "LP209", "P STAGE")


# ------------------------------------------------------------------------- types and values


def test_a_value_outside_the_list() -> None:
    source = table({"company.industry": ["software", "sofware", None, "sofware"]})
    refused(IS_SOFTWARE, source, "LP503", "2 rows", "`sofware`", "one of software, retail")


def test_a_value_outside_the_list_of_an_enumeration() -> None:
    frame = pd.DataFrame({"company.industry": pd.Categorical(["software", "mining"])})
    refused(IS_SOFTWARE, frame, "LP503", "`mining`")


def test_an_unfit_value_is_found_where_no_stage_depends_on_it() -> None:
    both = build.every([IS_LARGE, IS_SOFTWARE])
    source = table({"company.employees": [19, 20], "company.industry": ["mining", "software"]})
    refused(both, source, "LP503", "1 row", "`mining`")


def test_texts_are_no_numbers_and_numbers_no_texts() -> None:
    refused(IS_LARGE, table({"company.employees": ["20"]}), "LP503", "integer", "VARCHAR")
    refused(IS_ACME, table({"company.name": [20]}), "LP503", "text", "BIGINT")
    refused(IS_RICH, table({"company.revenue": ["1.5"]}), "LP503", "number", "VARCHAR")


def test_numbers_that_are_none() -> None:
    source = table({"company.revenue": [0.7, float("nan"), None]})
    refused(IS_RICH, source, "LP503", "`nan`", "NULL")
    refused(IS_RICH, table({"company.revenue": [float("inf")]}), "LP503", "`inf`")
    refused(IS_RICH, pl.DataFrame({"company.revenue": [float("nan")]}), "LP503", "`nan`")


def test_an_integer_column_that_pandas_made_float() -> None:
    frame = pd.DataFrame({"company.employees": [20, None, 19]})
    assert frame["company.employees"].dtype == float
    assert stages(IS_LARGE, frame) == [1, 0, 0]
    refused(IS_LARGE, pd.DataFrame({"company.employees": [20.5]}), "LP503", "`20.5`")
    arrow = table({"company.employees": [20.0, float("nan")]})
    refused(IS_LARGE, arrow, "LP503", "`nan`")


def test_integers_beyond_64_bits() -> None:
    source = table({"company.employees": [2**64 - 1]}, **{"company.employees": pa.uint64()})
    refused(IS_LARGE, source, "LP503", str(2**64 - 1))


def test_numbers_beyond_the_declared_limits() -> None:
    """Both limits belong to what is allowed; ends of ranges have to keep to them, too."""
    share = Subject("company.share", Type(Kind.NUMBER, limits=(0.0, 1.0)))
    staff = Subject("company.staff", Type(Kind.INTEGER, limits=(0.5, 10.0)))
    is_high = build.compare(Relation.GE, share, Literal(0.5))
    is_small = build.compare(Relation.LE, staff, Literal(3))
    assert stages(is_high, table({"company.share": [0.0, 1.0, None]})) == [0, 1, 0]
    assert stages(is_small, table({"company.staff": [1, 10]})) == [1, 0]
    refused(is_high, table({"company.share": [1.5]}), "LP503", "`1.5`", "from 0 to 1")
    refused(is_small, table({"company.staff": [0]}), "LP503", "`0`", "from 0.5 to 10")
    refused(is_small, table({"company.staff": [0.0]}), "LP503", "whole numbers from 0.5 to 10")
    ends = table({"low": [0.5], "high": [1.5]})
    refused(
        is_high,
        ends,
        "LP503",
        "`high`",
        columns={"company.share": Between("low", "high")},
    )


def test_numbers_that_no_float_carries() -> None:
    source = table({"company.revenue": [2**53 + 1]})
    refused(IS_RICH, source, "LP503", str(2**53 + 1))


def test_objects_of_several_types() -> None:
    frame = pd.DataFrame({"company.name": pd.Series(["Acme", 5], dtype=object)})
    refused(IS_ACME, frame, "LP503", "several types")


def test_mixed_time_zones_are_instants() -> None:
    """23:30 on February 21st in New York is the 22nd in UTC: within 7 days before March 1st."""
    moments = [
        datetime(2026, 2, 21, 23, 30, tzinfo=timezone(timedelta(hours=-5))),
        datetime(2026, 2, 22, 0, 30, tzinfo=timezone(timedelta(hours=2))),
    ]
    frame = pd.DataFrame({"company.seen": pd.Series(moments, dtype=object)})
    assert stages(WAS_SEEN, frame) == [1, 0]


def test_an_open_end_is_not_an_unfit_one() -> None:
    places = {"company.revenue": Between("low", "high")}
    source = table({"low": [float("nan")], "high": [9.0]})
    refused(IS_RICH, source, "LP503", "`nan`", columns=places)
    ends: dict[str, list[Any]] = {"low": [0.5, None], "high": [None, 0.4]}
    fine = table(ends, low=pa.float64(), high=pa.float64())
    assert stages(IS_RICH, fine, columns=places) == [1, 0]


def test_a_known_number_without_ends_is_known_and_no_more() -> None:
    """Where the column that says so is empty, nothing is known."""
    places = {"company.revenue": Between("low", "high", "known")}
    nothing: dict[str, list[Any]] = {"low": [None] * 3, "high": [None] * 3}
    source = table(nothing | {"known": [True, False, None]}, low=pa.float64(), high=pa.float64())
    assert stages(build.known(REVENUE), source, columns=places) == [1, 0, 0]
    assert stages(IS_RICH, source, columns=places) == [0, 0, 0]


def test_sets_hold_what_is_declared() -> None:
    tools = Subject("company.tools", Type(Kind.CHOICES, ("crm", "erp")))
    uses_crm = build.has(tools, "crm")
    assert stages(uses_crm, table({"company.tools": [["crm"], [], None]})) == [1, 0, 0]
    refused(uses_crm, table({"company.tools": [["crm", "xls"]]}), "LP503", "xls", "crm, erp")
    refused(uses_crm, table({"company.tools": [["erp", None]]}), "LP503", "1 row")
    refused(uses_crm, table({"company.tools": ["crm"]}), "LP503", "VARCHAR")


def test_an_empty_table_has_no_answers() -> None:
    empty = table({"company.employees": []}, **{"company.employees": pa.int64()})
    assert stages(IS_LARGE, empty) == []


# ----------------------------------------------------------------------------------- moments


def test_a_record_without_its_moment() -> None:
    source = table({"company.seen": [NOW, NOW], "t": [NOW, None]})
    with pytest.raises(LeadpolicyError) as caught:
        program(WAS_SEEN).run(source, as_of="t")
    assert_told(caught.value, "LP503", "no moment of evaluation")
    with pytest.raises(LeadpolicyError) as caught:
        program(WAS_SEEN).run(source, as_of="u")
    assert_told(caught.value, "LP502", "`u`")


# -------------------------------------------------------------------------------------- events


def asked(**columns: list[Any]) -> EventTable:
    rows: dict[str, list[Any]] = {"who": ["a", "a", "b"], "at": [NOW] * 3}
    return EventTable(table(rows | columns), "who")


def test_events_need_their_table_and_the_key() -> None:
    source = table({"key": ["a", "b", None]})
    refused(ASKED, source, "LP502", "`asked`", events={})
    refused(ASKED, source, "LP502", "`id`", events={"asked": asked()})
    frame = program(ASKED).run(source, as_of=NOW, id="key", events={"asked": asked()})
    assert frame is not None
    assert list(frame["p stage"]) == [1, 1, 0]
    frame = program(ASKED).run(source, as_of=NOW, events={"asked": None})
    assert frame is not None
    assert list(frame["p stage"]) == [0, 0, 0]


def test_keys_of_two_types() -> None:
    source = table({"key": [1, 2]})
    refused(ASKED, source, "LP503", "`who`", id="key", events={"asked": asked()})


def test_a_record_without_a_key_has_no_log() -> None:
    source = table({"key": ["c", None]})
    none_asked = build.negate(ASKED)
    frame = program(none_asked).run(source, as_of=NOW, id="key", events={"asked": asked()})
    assert frame is not None
    assert list(frame["p stage"]) == [1, 0]
    assert list(frame["p possible"]) == [1, 1]


# --------------------------------------------------------------------------------------- files


def test_files_that_are_not_there_or_not_known(tmp_path: Path) -> None:
    refused(IS_LARGE, tmp_path / "none.parquet", "LP501", "no such file")
    (tmp_path / "table.xyz").write_text("x", encoding="utf-8")
    refused(IS_LARGE, tmp_path / "table.xyz", "LP501", "kind of file")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.95, 0.999])
def test_a_parquet_file_cut_short(tmp_path: Path, share: float) -> None:
    path = tmp_path / "cut.parquet"
    pq.write_table(table({"company.employees": list(range(10_000))}), path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    refused(IS_LARGE, path, "LP501", "cut.parquet")


def test_a_csv_file_is_read_by_the_vocabulary(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        "company.industry,company.employees,company.seen,company.free\n"
        "software,20,2026-02-28,true\nretail,,2026-02-28T23:00+02:00,false\n,19,,\n",
        encoding="utf-8",
    )
    assert stages(IS_SOFTWARE, path) == [1, 0, 0]
    assert stages(IS_LARGE, path) == [1, 0, 0]
    assert stages(WAS_SEEN, path) == [1, 1, 0]
    path.write_text("company.employees\n20\n1e3\n", encoding="utf-8")
    refused(IS_LARGE, path, "LP503", "`1e3`")
    path.write_text("company.employees\n020\n", encoding="utf-8")
    refused(IS_LARGE, path, "LP503", "`020`")
    path.write_text("company.revenue\n0.30000000000000004\n", encoding="utf-8")
    refused(IS_RICH, path, "LP503", "15 digits")


def test_output_is_whole_or_not_there(tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    good = table({"company.industry": ["software", None]})
    program(IS_SOFTWARE).run(good, as_of=NOW, out=out)
    assert pq.read_table(out).column("p stage").to_pylist() == [1, 0]
    before = out.read_bytes()
    bad = table({"company.industry": ["software"] * 300_000 + ["mining"]})
    with pytest.raises(LeadpolicyError):
        program(IS_SOFTWARE).run(bad, as_of=NOW, out=out)
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]
    below = tmp_path / "new" / "out.parquet"
    program(IS_SOFTWARE).run(good, as_of=NOW, out=below)
    assert pq.read_table(below).column("p stage").to_pylist() == [1, 0]


def test_a_full_disk(tmp_path: Path) -> None:
    """A limit on the size of files is a disk that is full."""
    out = tmp_path / "out.parquet"
    many = table({"company.employees": list(range(200_000)), "key": list(range(200_000))})
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(LeadpolicyError) as caught:
            program(IS_LARGE).run(many, as_of=NOW, id="key", out=out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert_told(caught.value, "LP510", "out.parquet")
    assert list(tmp_path.iterdir()) == []


# -------------------------------------------------------------------------------------- sources


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table], ids=lambda m: m.__name__)
def test_tables_of_other_libraries(make: Any) -> None:
    source = make({"company.industry": ["retail", "software", None]})
    assert stages(IS_SOFTWARE, source) == [0, 1, 0]


def test_relations_of_the_engine() -> None:
    import duckdb

    relation = duckdb.connect().sql("SELECT 'software' AS \"company.industry\"")
    assert stages(IS_SOFTWARE, relation) == [1]


def test_texts_in_two_spellings_are_one() -> None:
    kelvin = Subject("x.unit", Type(Kind.TEXT))
    source = table({"x.unit": ["\u212a", "K", "k"]})
    assert stages(build.compare(Relation.EQ, kelvin, Literal("K")), source) == [1, 1, 0]
    assert stages(build.member(kelvin, ["K", "x"]), source) == [1, 1, 0]


def test_elements_of_sets_in_two_spellings_are_one() -> None:
    tools = Subject("x.tools", Type(Kind.CHOICES))
    spellings = [["Cafe\u0301"], ["Caf\u00e9"], ["Cafe"], None]
    source = table({"x.tools": spellings}, **{"x.tools": pa.list_(pa.string())})
    assert stages(build.has(tools, "Caf\u00e9"), source) == [1, 1, 0, 0]


def test_a_range_in_a_text_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "companies.csv"
    path.write_text("company.employees\n12\n11-50\n", encoding="utf-8")
    with pytest.raises(LeadpolicyError) as caught:
        program(IS_LARGE).run(path, as_of=NOW)
    (found,) = caught.value.diagnostics
    assert "such as `11-50`" in found.message
    assert found.help == "ranges are read by a data set: map the table in a dataset.yaml"
