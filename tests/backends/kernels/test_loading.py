"""What tables become, and that they are refused with the words of the SQL room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadpolicy.backends import Between, EventTable
from leadpolicy.backends.interpreter import verdicts
from leadpolicy.backends.kernels.columns import (
    Flags,
    Nothing,
    NumberColumn,
    RangeColumn,
    TextColumn,
    unpacked,
)
from leadpolicy.backends.kernels.convert import column
from leadpolicy.backends.kernels.program import KernelAnswers, KernelProgram
from leadpolicy.backends.kernels.read import CodedTable, load
from leadpolicy.backends.kernels.stream import Stream
from leadpolicy.backends.sql.program import TableProgram
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.logic import build
from leadpolicy.logic.terms import (
    FromNow,
    Literal,
    Logic,
    Other,
    Relation,
    Subject,
    Term,
    TextMatch,
)
from leadpolicy.types import INT64, Kind, Range, Type
from leadpolicy.vocabulary import Record
from tests.backends.kernels.tables import run_table

NOW = datetime(2026, 3, 1, tzinfo=UTC)
INDUSTRY = Subject("company.industry", Type(Kind.CHOICE, ("software", "retail")))
EMPLOYEES = Subject("company.employees", Type(Kind.INTEGER))
REVENUE = Subject("company.revenue", Type(Kind.NUMBER))
NAME = Subject("company.name", Type(Kind.TEXT))
TAGS = Subject("company.tags", Type(Kind.CHOICES))
SEEN = Subject("company.seen", Type(Kind.MOMENT))
FREE = Subject("company.free", Type(Kind.BOOLEAN))

IS_SOFTWARE = build.compare(Relation.EQ, INDUSTRY, Literal("software"))
IS_LARGE = build.compare(Relation.GE, EMPLOYEES, Literal(20))
IS_RICH = build.compare(Relation.GE, REVENUE, Literal(0.5))
IS_ACME = build.compare(Relation.EQ, NAME, Literal("Acme"))
IS_TAGGED = build.has(TAGS, "new")
WAS_SEEN = build.compare(Relation.GT, SEEN, FromNow(-timedelta(days=7)))
IS_FREE = build.compare(Relation.EQ, FREE, Literal(True))
ASKED = build.happened("asked", build.YES, timedelta(days=7), 1)


def program(*terms: Term, full: bool = False) -> KernelProgram:
    return KernelProgram({"p": Logic(terms, (build.every(terms),))}, full=full)


def table(columns: Mapping[str, list[Any]], **types: pa.DataType) -> pa.Table:
    return pa.table({n: pa.array(v, types.get(n)) for n, v in columns.items()})


def answered(term: Term, source: object, **given: Any) -> KernelAnswers:
    made = program(term, full=True)
    return made.run(made.load(source, **given), NOW)


def truths(term: Term, source: object, **given: Any) -> list[int]:
    """0 FALSE, 1 UNKNOWN, 2 TRUE."""
    found = answered(term, source, **given)
    return [int(code) for code in found.truths(found.criteria["p"][0])]


# ------------------------------------------------------------------------- what is read


def test_columns_stay_as_arrow_has_them() -> None:
    source = table(
        {
            "company.employees": [1_000_000, None, 1_000_200],
            "company.industry": ["retail", None, "software"],
            "company.name": ["b", None, "a"],
            "company.free": [True, None, False],
            "company.revenue": [0.5, None, 1e300],
        }
    )
    terms = (IS_LARGE, IS_SOFTWARE, IS_ACME, IS_FREE, IS_RICH)
    loaded = program(*terms).load(source)
    large, industry, name, free, revenue = (
        loaded.columns[t.left.name] for t in terms if hasattr(t, "left")
    )
    assert isinstance(large, NumberColumn)
    assert np.shares_memory(large.array, source.column(0).chunk(0).buffers()[1])
    assert isinstance(industry, NumberColumn)
    assert industry.array.dtype == np.uint8
    assert industry.array[[0, 2]].tolist() == [1, 0]
    assert isinstance(name, TextColumn)
    assert [name.distinct[code] for code in name.array[[0, 2]]] == ["b", "a"]
    assert isinstance(free, Flags)
    assert unpacked(free.array, 3)[[0, 2]].tolist() == [1, 0]
    assert isinstance(revenue, NumberColumn)
    assert revenue.array[[0, 2]].tolist() == [0.5, 1e300]
    for one in (large, industry, name, free, revenue):
        assert one.there is not None
        assert unpacked(one.there, 3).tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    "kind", [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint32(), pa.float64()]
)
def test_integers_of_every_width(kind: pa.DataType) -> None:
    low, high = (0, 100) if str(kind).startswith("u") else (-100, 100)
    values = [low, 19, 20, None, high]
    source = table({"company.employees": values}, **{"company.employees": kind})
    assert truths(IS_LARGE, source) == [0, 0, 2, 1, 2]
    assert truths(IS_LARGE, source.slice(1, 3)) == [0, 2, 1]


def test_the_ends_of_64_bits_in_one_column() -> None:
    source = table({"company.employees": [INT64[0], None, 0, INT64[1], 19, 20]})
    assert truths(IS_LARGE, source) == [0, 1, 0, 2, 0, 2]
    top = build.compare(Relation.LT, EMPLOYEES, Literal(INT64[1]))
    assert truths(top, source) == [2, 1, 2, 0, 2, 2]


def test_large_integers_are_compared_exactly_with_doubles() -> None:
    term = build.compare(Relation.LT, EMPLOYEES, Other(REVENUE))
    source = table(
        {
            "company.employees": [2**53 + 1, 2**53, 5, None, 2**53 + 1],
            "company.revenue": [2.0**53, 2.0**53 + 2, None, 1.0, 2.0**53 + 2],
        }
    )
    assert truths(term, source) == [0, 2, 1, 1, 2]


def test_texts_are_compared_in_normal_form() -> None:
    term = build.compare(Relation.EQ, NAME, Literal("caf\u00e9"))
    source = table({"company.name": ["cafe\u0301", "caf\u00e9", "cafe", None]})
    assert truths(term, source) == [2, 2, 0, 1]


def test_many_texts_are_each_looked_at_once() -> None:
    texts = [f"name {n}" for n in range(3_000)]
    source = table({"company.name": [*texts, None, *reversed(texts)]})
    odd = build.text_test(TextMatch.MATCHES, NAME, "[13579]$")
    expected = [2 * (n % 2) for n in range(3_000)]
    assert truths(odd, source) == [*expected, 1, *reversed(expected)]
    loaded = program(odd).load(source)
    names = loaded.columns["company.name"]
    assert isinstance(names, TextColumn)
    assert len(names.distinct) == 3_000


def test_sets_in_slices() -> None:
    source = table({"company.tags": [["x"], ["new", "x"], [], None, ["new"], ["old"]]})
    assert truths(IS_TAGGED, source) == [0, 2, 0, 1, 2, 0]
    assert truths(IS_TAGGED, source.slice(1, 4)) == [2, 0, 1, 2]


def test_long_lists_of_values() -> None:
    values = tuple(f"v{n}" for n in range(300))
    subject = Subject("company.kind", Type(Kind.CHOICE, values))
    term = build.member(subject, values[::7])
    source = table({"company.kind": [*values, None]})
    assert truths(term, source) == [*(2 * (n % 7 == 0) for n in range(300)), 1]


def test_ranges_in_three_columns() -> None:
    source = table(
        {
            "low": [20, 10, None, None, None, 30],
            "high": [25, 25, 19, None, None, None],
            "there": [True, True, True, True, False, True],
        }
    )
    places = {"company.employees": Between("low", "high", "there")}
    assert truths(IS_LARGE, source, columns=places) == [2, 1, 0, 1, 1, 2]
    known = build.known(EMPLOYEES)
    assert truths(known, source, columns=places) == [2, 2, 2, 2, 0, 2]
    bare = {"company.employees": Between("low", "high")}
    assert truths(known, source, columns=bare) == [2, 2, 2, 0, 0, 2]
    assert isinstance(program(known).load(source, bare).columns["company.employees"], RangeColumn)


def test_a_fact_that_nobody_recorded() -> None:
    made = program(IS_LARGE)
    loaded = made.load(table({"x": [1, 2]}), {"company.employees": None})
    assert loaded.columns["company.employees"] == Nothing()
    assert made.run(loaded, NOW).stage["p"].tolist() == [0, 0]
    assert truths(IS_LARGE, table({"x": [1]}), columns={"company.employees": None}) == [1]


def test_files_and_frames(tmp_path: Path) -> None:
    source = table({"company.employees": [19, 20, None]})
    pq.write_table(source, tmp_path / "t.parquet")
    (tmp_path / "t.csv").write_text("company.employees\n19\n20\n\n", encoding="utf-8")
    frame = pd.DataFrame({"company.employees": pd.array([19, 20, None], dtype="Int64")})
    for one in (tmp_path / "t.parquet", str(tmp_path / "t.csv"), frame, pl.from_arrow(source)):
        assert truths(IS_LARGE, one) == [0, 2, 1]


def test_an_empty_table() -> None:
    source = table({"company.employees": []}, **{"company.employees": pa.int64()})
    found = answered(IS_LARGE, source)
    assert (found.rows, found.stage["p"].tolist(), found.holds.shape) == (0, [], (1, 0))


def test_one_table_for_many_programs(tmp_path: Path) -> None:
    facts = {s.name: s.type for s in (EMPLOYEES, NAME)}
    source = table({"company.employees": [19, 20], "company.name": ["Acme", "B"], "k": [7, 8]})
    loaded = load(source, facts, id="k")
    assert loaded.ids is not None
    assert loaded.ids.tolist() == [7, 8]
    assert program(IS_LARGE).run(loaded, NOW).stage["p"].tolist() == [0, 1]
    assert program(IS_ACME).run(loaded, NOW).stage["p"].tolist() == [1, 0]


def test_a_program_is_planned_anew_for_another_table_or_moment() -> None:
    made = program(WAS_SEEN)
    moments = [NOW - timedelta(days=8), NOW - timedelta(days=6)]
    one = made.load(pa.table({"company.seen": moments}))
    other = made.load(pa.table({"company.seen": moments[::-1]}))
    assert made.run(one, NOW).stage["p"].tolist() == [0, 1]
    assert made.run(other, NOW).stage["p"].tolist() == [1, 0]
    assert made.run(other, NOW - timedelta(days=2)).stage["p"].tolist() == [1, 1]
    assert made.run(other, NOW + timedelta(days=2)).stage["p"].tolist() == [0, 0]


def test_factors_are_exact() -> None:
    """0.1 × 3 is 0.3 for people, and 0.30000000000000004 for the machine."""
    from decimal import Decimal

    other = Subject("company.price", REVENUE.type)
    source = table(
        {
            "company.revenue": [0.3, 0.3, 0.30000000000000004],
            "company.price": [0.1, 0.10000000000000002, 0.1],
        }
    )
    terms = [build.compare(op, REVENUE, Other(other, Decimal(3))) for op in Relation]
    found = {term.op: truths(term, source) for term in terms}
    assert found[Relation.EQ] == [2, 0, 0]
    assert found[Relation.GE] == [2, 0, 2]
    assert found[Relation.GT] == [0, 0, 2]
    assert found[Relation.LE] == [2, 2, 0]
    assert found[Relation.LT] == [0, 2, 0]


def test_ranges_against_ranges() -> None:
    """All pairs of small ranges, open ends included, against the interpreter."""
    other = Subject("company.wanted", EMPLOYEES.type)
    ends = [(1, 2), (2, 2), (2, 3), (3, 4), (None, 2), (2, None), (None, None)]
    values = [a if a == b and a is not None else Range(a, b) for a, b in ends]
    records = [
        Record({EMPLOYEES.name: one, other.name: two}, {}, "r") for one in values for two in values
    ]
    terms = tuple(build.compare(op, EMPLOYEES, Other(other)) for op in Relation)
    logic = Logic(terms, terms[:1])
    found = run_table({"p": logic}, records, [NOW] * len(records))["p"]
    assert found == [verdicts(logic, record, NOW) for record in records]


def test_an_open_end_is_no_number() -> None:
    """Also where the highest known end is the number that is asked for."""
    source = table({"low": [5, 5, 4], "high": [None, 5, 5]})
    places = {"company.employees": Between("low", "high")}
    five = build.compare(Relation.EQ, EMPLOYEES, Literal(5))
    assert truths(five, source, columns=places) == [1, 2, 1]


def test_a_range_of_listed_numbers() -> None:
    source = table({"low": [10, 10, 12, 13, None], "high": [12, 13, 12, 19, 9]})
    places = {"company.employees": Between("low", "high")}
    listed = build.member(EMPLOYEES, [10, 11, 12])
    assert truths(listed, source, columns=places) == [2, 1, 2, 0, 0]


def test_moments_may_be_texts() -> None:
    """A day begins at midnight in UTC; a week before NOW is just too long ago."""
    texts = ["2026-02-21", "2026-02-22", "2026-02-22T00:00:01Z", None]
    assert truths(WAS_SEEN, pa.table({"company.seen": texts})) == [0, 0, 2, 1]


def test_moments_that_no_calendar_reaches() -> None:
    source = pa.table({"company.seen": pa.array([NOW, None])})
    long = timedelta(days=3_000_000)
    ahead, ago = (build.compare(Relation.LT, SEEN, FromNow(o)) for o in (long, -long))
    assert truths(ahead, source) == [2, 1]
    assert truths(ago, source) == [0, 1]


def test_bits_that_begin_inside_a_byte() -> None:
    array = pa.array([True, None, False, True, None, False, None, True, True, False, None])
    found = column(FREE.type, array[3:])
    assert isinstance(found, Flags)
    assert found.there is not None
    there = unpacked(found.there, 8)
    assert there.tolist() == [1, 0, 1, 0, 1, 1, 1, 0]
    assert unpacked(found.array, 8)[there == 1].tolist() == [1, 0, 1, 1, 0]
    assert truths(IS_FREE, pa.table({"company.free": array}).slice(3)) == [2, 1, 0, 1, 2, 2, 0, 1]


def test_numbers_in_a_list_that_are_not_whole() -> None:
    source = table({"company.revenue": [1, 2, 3]})
    assert truths(build.member(REVENUE, [1.5, 2.5]), source) == [0, 0, 0]
    assert truths(build.member(REVENUE, [1.5, 2.0, 2.5, 3.0]), source) == [0, 2, 2]


def test_what_is_not_there_need_not_fit() -> None:
    """Arrow may hold anything where a value is missing, and names that no record has."""
    numbers = pa.array(np.array([np.inf, 0.5]), mask=np.array([True, False]))
    assert truths(IS_RICH, pa.table({"company.revenue": numbers})) == [1, 2]
    names = pa.DictionaryArray.from_arrays(pa.array([1, None]), ["sofware", "software"])
    assert truths(IS_SOFTWARE, pa.table({"company.industry": names})) == [2, 1]
    holes = pa.DictionaryArray.from_arrays(pa.array([1, 0]), [None, "software"])
    assert truths(IS_SOFTWARE, pa.table({"company.industry": holes})) == [2, 1]


def test_ends_of_what_is_not_known_count_for_nothing() -> None:
    source = table({"low": [10, 10], "high": [12, 12], "there": [True, False], "x": [20.0, 20.0]})
    places = {"company.employees": Between("low", "high", "there"), "company.revenue": "x"}
    less = build.compare(Relation.LT, EMPLOYEES, Other(REVENUE))
    assert truths(less, source, columns=places) == [2, 1]


# ------------------------------------------------------------------------------- events


def test_events_are_counted_by_record() -> None:
    source = table({"k": ["a", "b", "c", "a"]})
    events = table(
        {
            "who": ["a", "b", "b", "z", None],
            "at": [NOW, NOW - timedelta(days=8), None, NOW, NOW],
            "what": ["asked"] * 5,
        }
    )
    logs = {"asked": EventTable(events, "who", "at", kind=("what", "asked"))}
    assert truths(ASKED, source, id="k", events=logs) == [2, 1, 0, 2]
    others = {"asked": replace(logs["asked"], kind=("what", "called"))}
    assert truths(ASKED, source, id="k", events=others) == [0, 0, 0, 0]
    assert truths(ASKED, source, events={"asked": None}) == [1, 1, 1, 1]
    late = {"asked": replace(logs["asked"], since=NOW - timedelta(days=6))}
    assert truths(ASKED, source, id="k", events=late) == [2, 1, 1, 2]


def test_undated_events_happened_some_time() -> None:
    source, events = table({"k": ["a", "b"]}), table({"who": ["a"]})
    logs = {"asked": EventTable(events, "who", at=None)}
    ever = build.happened("asked", build.YES, None, 1)
    assert truths(ever, source, id="k", events=logs) == [2, 0]
    assert truths(ASKED, source, id="k", events=logs) == [1, 0]


# ----------------------------------------------------------------------------- refusals


def refused(load_it: Callable[[], object]) -> str:
    with pytest.raises(LeadpolicyError) as caught:
        load_it()
    return str(caught.value)


@pytest.mark.parametrize(
    ("term", "column", "values"),
    [
        (IS_LARGE, "company.employes", [20]),
        (IS_LARGE, "company.employees", ["20"]),
        (IS_LARGE, "company.employees", [20.5, 19.0]),
        (IS_RICH, "company.revenue", [float("inf"), 0.5]),
        (IS_RICH, "company.revenue", [float("nan")]),
        (IS_SOFTWARE, "company.industry", ["software", "sofware", None, "sofware"]),
        (IS_SOFTWARE, "company.industry", [3]),
        (IS_TAGGED, "company.tags", [["new", None]]),
        (WAS_SEEN, "company.seen", ["yesterday"]),
    ],
)
def test_what_does_not_fit_is_refused_as_sql_refuses_it(
    term: Term, column: str, values: list[Any]
) -> None:
    source = pa.table({column: pa.array(values)})
    same = TableProgram({"p": Logic((), (term,))})
    expected = refused(lambda: same.run(source, as_of=NOW))
    assert refused(lambda: program(term).load(source)) == expected


def test_a_value_that_does_not_fit_an_event() -> None:
    events = table({"who": [1], "at": [NOW], "kind": ["nonsense"]})
    kind = Subject("kind", Type(Kind.CHOICE, ("demo",)))
    term = build.happened("asked", build.compare(Relation.EQ, kind, Literal("demo")), None, 1)
    logs = {"asked": EventTable(events, "who", attributes={"kind": "kind"})}
    same = TableProgram({"p": Logic((), (term,))})
    source = table({"k": [1]})
    expected = refused(lambda: same.run(source, as_of=NOW, id="k", events=logs))
    assert "nonsense" in expected
    assert refused(lambda: program(term).load(source, id="k", events=logs)) == expected


def test_events_need_keys_of_one_type() -> None:
    events = table({"who": ["1"], "at": [NOW]})
    logs = {"asked": EventTable(events, "who")}
    made, source = program(ASKED), table({"k": [1]})
    assert "keys are BIGINT" in refused(lambda: made.load(source, id="k", events=logs))
    assert "`id`" in refused(lambda: made.load(source, events=logs))
    assert "events of the kind `asked`" in refused(lambda: made.load(source, id="k"))


def test_what_was_not_loaded_is_named() -> None:
    loaded = program(IS_LARGE).load(table({"company.employees": [1]}))
    assert "`company.revenue` was not loaded" in refused(lambda: program(IS_RICH).run(loaded, NOW))
    assert "`asked` was not loaded" in refused(lambda: program(ASKED).run(loaded, NOW))
    assert "`now` was not loaded" in refused(lambda: program(IS_LARGE).run(loaded, "now"))


def test_every_record_needs_its_moment() -> None:
    made = program(WAS_SEEN)
    source = pa.table({"company.seen": [NOW, NOW], "now": [NOW, None]})
    loaded: CodedTable = made.load(source, moments=["now"])
    assert "no moment of evaluation" in refused(lambda: made.run(loaded, "now"))


def test_more_stages_than_a_code_carries() -> None:
    stages = tuple(build.compare(Relation.GE, EMPLOYEES, Literal(number)) for number in range(128))
    assert "128 stages" in refused(lambda: KernelProgram({"p": Logic((), stages)}))
    made = KernelProgram({"p": Logic((), stages[:127])})
    loaded = made.load(table({"company.employees": [-1, 0, 5, 126, 500, None]}))
    assert made.run(loaded, NOW).stage["p"].tolist() == [0, 1, 6, 127, 127, 0]


def test_policies_without_stages_or_criteria() -> None:
    made = KernelProgram({"p": Logic((), ()), "q": Logic((), (build.YES, build.OPEN))}, full=True)
    found = made.run(made.load(table({"x": [1, 2]})), NOW)
    assert {label: codes.tolist() for label, codes in found.stage.items()} == {
        "p": [0, 0],
        "q": [1, 1],
    }
    assert found.possible["q"].tolist() == [2, 2]


# ------------------------------------------------------------------------------- streams


def streamed(made: KernelProgram, source: object, **given: Any) -> tuple[list[int], list[Any]]:
    stream = Stream(made, source, as_of=given.pop("as_of", NOW), **given)
    found = list(stream.map(lambda answers, kept: (answers.stage["p"].tolist(), kept)))
    keys = [key for _, kept in found for some in kept.values() for key in some.to_pylist()]
    return [code for codes, _ in found for code in codes], keys


def test_a_file_passes_by_in_its_order(tmp_path: Path) -> None:
    names = ["Acme", None, "B", "C", "Acme"] * 7
    source = table({"company.name": names, "k": list(range(35))})
    pq.write_table(source, tmp_path / "t.parquet", row_group_size=4)
    expected = [int(name == "Acme") for name in names]
    for one in (tmp_path / "t.parquet", source, source.to_pandas()):
        assert streamed(program(IS_ACME), one, keep={"k": "the key"}) == (expected, list(range(35)))
    assert streamed(program(build.YES), tmp_path / "t.parquet") == ([1] * 35, [])


def test_each_record_of_a_stream_has_its_moment(tmp_path: Path) -> None:
    seen = [NOW - timedelta(days=day) for day in (8, 6)] * 3
    now = [NOW] * 4 + [NOW - timedelta(days=2), NOW + timedelta(days=2)]
    pq.write_table(pa.table({"company.seen": seen, "now": now}), tmp_path / "t.parquet")
    codes, _ = streamed(program(WAS_SEEN), tmp_path / "t.parquet", as_of="now")
    assert codes == [0, 1, 0, 1, 1, 0]


def test_a_stream_refuses_what_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    source = table({"company.industry": ["software"] * 9 + ["sofware"]})
    pq.write_table(source, path, row_group_size=2)
    same = TableProgram({"p": Logic((), (IS_SOFTWARE,))})
    expected = refused(lambda: same.run(path, as_of=NOW))
    assert refused(lambda: streamed(program(IS_SOFTWARE), path)) == expected
    path.write_bytes(b"PAR1 and nothing more PAR1")
    assert "cannot be read" in refused(lambda: streamed(program(IS_SOFTWARE), path))
