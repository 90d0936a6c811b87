"""Stages by name out of tables of every kind; tables that are wrong are refused."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import leadpolicy
from leadpolicy.data.moments import parse_as_of
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.evaluation.stages import evaluate
from leadpolicy.policy import Policy, parse_policy
from leadpolicy.vocabulary import load_vocabulary
from tests.comparison.world import World

VOCABULARY = """\
vocabulary: 1
facts:
  firm.size: {type: integer, range: [0, 1000], phrase: p, ask: a, owner: data, point_in_time: yes}
  firm.rate: {type: number, range: [0, 1], phrase: p, ask: a, owner: data, point_in_time: yes}
  firm.score: {type: number, phrase: p, ask: a, owner: data, point_in_time: yes}
  firm.kind: {type: choice, values: [it, retail], phrase: p, ask: a, owner: data,
              point_in_time: yes}
  firm.seen: {type: moment, phrase: p, ask: a, owner: data, point_in_time: yes}
  firm.name: {type: text, phrase: p, ask: a, owner: data, point_in_time: yes}
events:
  asked: {phrase: asked us, ask: a, owner: sales, attributes: {what: {type: text, phrase: w}}}
  left: {phrase: left us, ask: a, owner: sales}
"""

SIZES = """\
policy: sizes
version: 1.0.0
title: By size
organization: Nobody
vocabulary: 1
grain: company
criteria:
  small: {says: s, firm.size: {at_least: 10}}
  it: {says: s, firm.kind: it}
stages:
  - {stage: lead, requires: nothing, when: small}
  - {stage: best, requires: lead, when: it}
"""


def one(fact: str, condition: str) -> str:
    """A policy of one stage that asks for one thing."""
    return f"""\
policy: one
version: 1.0.0
title: One
organization: Nobody
vocabulary: 1
grain: company
stages:
  - {{stage: yes, requires: nothing, when: {{{fact}: {condition}}}}}
"""


class Here:
    """Policies over a vocabulary, and a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        file = folder / "vocabulary.yaml"
        file.write_text(VOCABULARY, encoding="utf-8")
        self.vocabulary = load_vocabulary(file)
        self.sizes = self.policy(SIZES)

    def policy(self, text: str) -> Policy:
        return parse_policy(text, self.vocabulary)


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(tmp_path)


AS_OF = "2026-03-01"
ROWS: dict[str, list[Any]] = {
    "key": ["a", "b", "c", "d"],
    "firm.size": [10, 9, None, 20],
    "firm.kind": ["it", "it", "it", None],
}
STAGE = ["best", None, None, "lead"]
POSSIBLE = ["best", None, "best", "best"]


def stages(found: pd.DataFrame, name: str = "sizes_stage") -> list[Any]:
    return [None if pd.isna(value) else value for value in found[name]]


def refused(policy: Policy, source: object, code: str, *texts: str, **given: Any) -> None:
    with pytest.raises(LeadpolicyError) as caught:
        evaluate(policy, source, as_of=AS_OF, **given)
    assert {d.code for d in caught.value.diagnostics} == {code}, str(caught.value)
    for text in texts:
        assert text in str(caught.value)


# ------------------------------------------------------------------------------------- answers


def forms(folder: Path) -> Iterator[object]:
    table = pa.table(ROWS)
    yield table
    yield table.to_pandas()
    yield pl.DataFrame(ROWS)
    yield pl.DataFrame(ROWS).lazy()
    yield duckdb.connect().from_arrow(table)
    pq.write_table(table, folder / "t.parquet")
    yield folder / "t.parquet"
    table.to_pandas().astype({"firm.size": "Int64"}).to_csv(folder / "t.csv", index=False)
    yield str(folder / "t.csv")


def test_tables_of_every_kind_give_the_same(here: Here) -> None:
    for source in forms(here.folder):
        found = evaluate(here.sizes, source, as_of=AS_OF, id="key")
        assert list(found.columns) == ["key", "sizes_stage", "sizes_possible"]
        assert list(found["key"]) == ["a", "b", "c", "d"]
        assert stages(found) == STAGE
        assert stages(found, "sizes_possible") == POSSIBLE


def test_it_is_part_of_the_package(here: Here) -> None:
    found = leadpolicy.evaluate([here.sizes], pa.table(ROWS), as_of=date(2026, 3, 1))
    assert list(found.columns) == ["sizes_stage", "sizes_possible"]
    assert list(found["sizes_stage"].cat.categories) == ["lead", "best"]


def test_criteria_come_as_words(here: Here) -> None:
    found = evaluate(here.sizes, pa.table(ROWS), as_of=AS_OF, explain=True, as_="arrow")
    assert isinstance(found, pa.Table)
    assert found.column("sizes__small").to_pylist() == ["true", "false", "unknown", "true"]
    assert found.column("sizes__it").to_pylist() == ["true", "true", "true", "unknown"]


def test_a_file_is_written_whole(here: Here) -> None:
    out = here.folder / "out.parquet"
    assert evaluate(here.sizes, pa.table(ROWS), as_of=AS_OF, id="key", out=out) is None
    assert pq.read_table(out).column("sizes_stage").to_pylist() == STAGE
    text = here.folder / "out.csv"
    evaluate(here.sizes, pa.table(ROWS), as_of=AS_OF, id="key", out=text)
    assert text.read_text(encoding="utf-8").splitlines()[:3] == [
        "key,sizes_stage,sizes_possible",
        "a,best,best",
        "b,,",
    ]
    refused(here.sizes, pa.table(ROWS), "LP510", "kind of file", out=here.folder / "out.xyz")
    refused(here.sizes, pa.table(ROWS), "LP510", "a folder", out=_folder(here, "x.parquet"))
    left = {path.name for path in here.folder.iterdir()}
    assert left == {"vocabulary.yaml", "out.parquet", "out.csv", "x.parquet"}


def _folder(here: Here, name: str) -> Path:
    made = here.folder / name
    made.mkdir()
    return made


def test_a_data_set_needs_no_description(world: World) -> None:
    records = world.records()
    found = evaluate([world.wide, world.narrow], records)
    assert list(found["record"]) == list(records.ids)
    assert stages(found, "narrow_stage") == ["lead", None, None, None, None, None]
    assert stages(found, "narrow_possible") == ["lead", None, None, "lead", None, None]
    with pytest.raises(LeadpolicyError, match="describes a table"):
        evaluate(world.wide, records, id="x")
    with pytest.raises(LeadpolicyError, match="moments already"):
        evaluate(world.wide, records, as_of=AS_OF)


def test_variants_of_one_policy_have_names_of_their_own(world: World) -> None:
    found = evaluate([world.wide, world.wide.with_parameters(smallest=50)], world.records())
    assert "wide_1_0_0_smallest_50_stage" in found.columns


def test_columns_are_named_by_hand(here: Here) -> None:
    table = pa.table({"low": [10, 5], "high": [None, 20], "branch": ["it", "retail"]})
    places: dict[str, Any] = {"firm.size": ("low", "high"), "firm.kind": "branch"}
    found = evaluate(here.sizes, table, as_of=AS_OF, columns=places)
    assert stages(found) == ["best", None]
    assert stages(found, "sizes_possible") == ["best", "lead"]
    places["firm.sise"] = "low"
    refused(here.sizes, table, "LP203", "did you mean `firm.size`", columns=places)


def test_what_nobody_recorded_is_said(here: Here) -> None:
    table = pa.table({"firm.size": [10]})
    refused(here.sizes, table, "LP502", "firm.kind")
    for given in ({"partial": True}, {"columns": {"firm.kind": None}}):
        found = evaluate(here.sizes, table, as_of=AS_OF, **given)
        assert stages(found) == ["lead"]
        assert stages(found, "sizes_possible") == ["best"]


# -------------------------------------------------------------------------------------- moments


def test_the_moment_is_a_date_or_a_column(here: Here) -> None:
    week = here.policy(one("firm.seen", "{within_last: 7 days}"))
    seen = [datetime(2026, 2, 25, tzinfo=UTC), datetime(2026, 2, 25, tzinfo=UTC)]
    own = [datetime(2026, 2, 26, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)]
    table = pa.table({"firm.seen": seen, "now": own})
    assert stages(evaluate(week, table, as_of=AS_OF), "one_stage") == ["yes", "yes"]
    assert stages(evaluate(week, table, as_of="now"), "one_stage") == ["yes", None]
    with pytest.raises(LeadpolicyError, match="as_of"):
        evaluate(week, table)
    with pytest.raises(LeadpolicyError, match="7 days after entry"):
        evaluate(week, table, as_of=parse_as_of("7 days after entry"))


def test_mixed_time_zones_are_instants(here: Here) -> None:
    """23:30 on February 21st in New York is the 22nd in UTC: within 7 days before March 1st."""
    week = here.policy(one("firm.seen", "{within_last: 7 days}"))
    moments = [
        datetime(2026, 2, 21, 23, 30, tzinfo=timezone(timedelta(hours=-5))),
        datetime(2026, 2, 22, 0, 30, tzinfo=timezone(timedelta(hours=2))),
    ]
    frame = pd.DataFrame({"firm.seen": pd.Series(moments, dtype=object)})
    assert stages(evaluate(week, frame, as_of=AS_OF), "one_stage") == ["yes", None]


# --------------------------------------------------------------------------------------- events


def test_events_stand_in_one_table(here: Here) -> None:
    asked = here.policy(
        SIZES.replace("firm.kind: it", "happened: asked, within: 7 days, where: {what: price}")
        .replace("firm.size: {at_least: 10}", "not_happened: left, within: ever")
    )  # fmt: skip
    events = pa.table(
        {
            "key": ["a", "a", "b"],
            "event": ["asked", "asked", "asked"],
            "at": [datetime(2026, 2, 27, tzinfo=UTC)] * 3,
            "what": ["price", "time", "time"],
        }
    )
    records = pa.table({"key": ["a", "b"]})
    found = evaluate(
        asked, records, as_of=AS_OF, id="key", events=events, recorded=["asked", "left"]
    )
    assert stages(found) == ["best", "lead"]
    found = evaluate(asked, records, as_of=AS_OF, id="key", events=events)
    assert stages(found) == [None, None], "nobody recorded who left"
    assert stages(found, "sizes_possible") == ["best", "lead"]
    found = evaluate(asked, records, as_of=AS_OF)
    assert stages(found, "sizes_possible") == ["best", "best"]
    refused(asked, records, "LP502", "`id`", events=events)
    refused(asked, records, "LP204", "happened", id="key", events=events, recorded=["left"])
    unknown = events.set_column(1, "event", pa.array(["asked", "askd", "left"]))
    refused(asked, records, "LP204", "did you mean `asked`", id="key", events=unknown)
    refused(asked, records, "LP502", "`event`", id="key", events=records)


# ------------------------------------------------------------------------------- wrong tables


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pa.array(["10", "x"]), ("integer", "VARCHAR")),
        (pa.array([10.5, None]), ("`10.5`",)),
        (pa.array([10.0, float("nan")]), ("`nan`",)),
        (pa.array([10, -1]), ("`-1`", "from 0 to 1,000")),
        (pa.array([10, 1001]), ("`1001`", "from 0 to 1,000")),
        (pa.array([True, False]), ("integer", "BOOLEAN")),
        (pa.array([[1], [2]]), ("integer",)),
    ],
)
def test_a_column_that_holds_something_else(
    here: Here, column: pa.Array, texts: tuple[str, ...]
) -> None:
    """Also where no stage depends on the value: the second record's is no number in any case."""
    table = pa.table({"firm.size": column, "firm.kind": ["it", "retail"]})
    refused(here.sizes, table, "LP503", "firm.size", *texts)


@pytest.mark.parametrize(
    "condition", ["{above: 0.5}", "{below: 0.5}", "{is: 0.5}", "{known: true}"]
)
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_is_no_answer(here: Here, condition: str, bad: float) -> None:
    policy = here.policy(one("firm.score", condition))
    refused(policy, pa.table({"firm.score": [0.5, bad]}), "LP503", "firm.score")
    refused(policy, pl.DataFrame({"firm.score": [bad, 0.5]}), "LP503", "firm.score")


def test_what_pandas_writes_for_missing_is_missing(here: Here) -> None:
    """There NaN is how a missing number is written, as everywhere in pandas."""
    policy = here.policy(one("firm.score", "{below: 0.5}"))
    frame = pd.DataFrame({"firm.score": [0.1, None]})
    found = evaluate(policy, frame, as_of=AS_OF)
    assert stages(found, "one_stage") == ["yes", None]
    assert stages(found, "one_possible") == ["yes", "yes"]


@pytest.mark.parametrize("rate", [-0.001, 1.001])
def test_limits_of_the_vocabulary(here: Here, rate: float) -> None:
    policy = here.policy(one("firm.rate", "{below: 0.5}"))
    fine = evaluate(policy, pa.table({"firm.rate": [0.0, 1.0]}), as_of=AS_OF)
    assert stages(fine, "one_stage") == ["yes", None]
    refused(policy, pa.table({"firm.rate": [0.5, rate]}), "LP503", f"`{rate}`", "from 0 to 1")
    path = here.folder / "t.csv"
    path.write_text(f"firm.rate\n0.5\n{rate}\n", encoding="utf-8")
    refused(policy, path, "LP503", f"`{rate}`")


def test_a_value_outside_the_list(here: Here) -> None:
    table = pa.table({"firm.size": [1, 1], "firm.kind": ["it", "mining"]})
    refused(here.sizes, table, "LP503", "`mining`", "it, retail")
    frame = table.to_pandas().astype({"firm.kind": "category"})
    refused(here.sizes, frame, "LP503", "`mining`")


def test_objects_of_several_types(here: Here) -> None:
    frame = pd.DataFrame({"firm.size": pd.Series([10, "x"], dtype=object), "firm.kind": "it"})
    refused(here.sizes, frame, "LP503", "firm.size")


def test_two_columns_of_one_name(here: Here) -> None:
    doubled = pa.Table.from_arrays(
        [pa.array([1]), pa.array([99]), pa.array(["it"])], ["firm.size", "FIRM.SIZE", "firm.kind"]
    )
    refused(here.sizes, doubled, "LP502", "more than one column")


NASTY = ['quo"te', "it's", "a; DROP TABLE x; --", "select", "ä 東京", "answers", "sizes", "%s{}"]


@pytest.mark.parametrize("name", NASTY)
def test_names_are_names(here: Here, name: str) -> None:
    """Of columns, files, keys and their values."""
    table = pa.table({f"{name} n": [10, 9], name: ["a", name], "firm.kind": ["it", None]})
    path = here.folder / f"{name} *[1].parquet"
    pq.write_table(table, path)
    places = {"firm.size": f"{name} n"}
    out = here.folder / f"{name} out.parquet"
    evaluate(here.sizes, path, as_of=AS_OF, id=name, columns=places, out=out, explain=True)
    found = pq.read_table(out).to_pydict()
    assert found[name] == ["a", name]
    assert found["sizes_stage"] == ["best", None]


def test_stages_are_names_too(here: Here) -> None:
    """A choice with quotes in it, and a policy file of a strange version label."""
    text = VOCABULARY.replace("[it, retail]", '[it, "o\'clock\\"; --"]')
    file = here.folder / "other.yaml"
    file.write_text(text, encoding="utf-8")
    policy = parse_policy(
        SIZES.replace("firm.kind: it", 'firm.kind: "o\'clock\\"; --"'), load_vocabulary(file)
    )
    table = pa.table({"firm.size": [10, 10], "firm.kind": ["it", "o'clock\"; --"]})
    assert stages(evaluate(policy, table, as_of=AS_OF)) == ["lead", "best"]


def test_a_key_that_is_called_like_an_answer(here: Here) -> None:
    table = pa.table(ROWS).rename_columns(["Sizes_Stage", "firm.size", "firm.kind"])
    refused(here.sizes, table, "LP209", "Sizes_Stage", id="Sizes_Stage")


def test_an_empty_table_has_no_stages(here: Here) -> None:
    empty = pa.table(ROWS).slice(0, 0)
    found = evaluate(here.sizes, empty, as_of=AS_OF, id="key")
    assert len(found) == 0
    assert list(found.columns) == ["key", "sizes_stage", "sizes_possible"]


def test_two_thousand_columns(here: Here) -> None:
    wide = {f"column {number}": [number] for number in range(2_000)}
    found = evaluate(
        here.sizes, pa.table({**wide, "firm.size": [10], "firm.kind": ["it"]}), as_of=AS_OF
    )
    assert stages(found) == ["best"]


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_parquet_file_cut_short(here: Here, share: float) -> None:
    path = here.folder / "cut write.parquet"
    sizes = [number % 1_000 for number in range(10_000)]
    pq.write_table(pa.table({"firm.size": sizes, "firm.kind": ["it"] * 10_000}), path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    refused(here.sizes, path, "LP501", "cut write.parquet", out=here.folder / "out.parquet")
    assert not (here.folder / "out.parquet").exists()


def test_what_is_no_table(here: Here) -> None:
    refused(here.sizes, here.folder / "none.parquet", "LP501", "no such file")
    refused(here.sizes, here.folder, "LP101", "dataset.yaml")
    folder = _folder(here, "folder.parquet")
    refused(here.sizes, folder, "LP101", "folder.parquet")
    refused(here.sizes, {"firm.size": [1]}, "LP506", "list of dictionaries")
    with pytest.raises(LeadpolicyError, match="no policy"):
        evaluate([], pa.table(ROWS), as_of=AS_OF)
    with pytest.raises(LeadpolicyError, match="polars"):
        evaluate(here.sizes, pa.table(ROWS), as_of=AS_OF, as_="numpy")  # type: ignore[arg-type]


def test_a_full_disk_leaves_what_was_there(here: Here) -> None:
    """A limit on the size of files is a disk that is full."""
    out = here.folder / "out.parquet"
    evaluate(here.sizes, pa.table(ROWS), as_of=AS_OF, out=out)
    before = out.read_bytes()
    many = pa.table(
        {
            "key": [f"{number * 7919:x}" for number in range(300_000)],
            "firm.size": [number % 1_000 for number in range(300_000)],
            "firm.kind": ["it"] * 300_000,
        }
    )
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        refused(here.sizes, many, "LP510", "File too large", id="key", out=out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert out.read_bytes() == before
    assert {path.name for path in here.folder.iterdir()} == {"vocabulary.yaml", "out.parquet"}


def test_a_file_that_may_not_be_read(here: Here) -> None:
    path = here.folder / "secret.parquet"
    pq.write_table(pa.table(ROWS), path)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    refused(here.sizes, path, "LP501", "secret.parquet")


def test_a_value_that_does_not_fit_leaves_no_file(here: Here) -> None:
    table = pa.table({"firm.size": [1] * 300_000 + [5_000], "firm.kind": ["it"] * 300_001})
    out = here.folder / "out.csv"
    refused(here.sizes, table, "LP503", "`5000`", out=out)
    assert {path.name for path in here.folder.iterdir()} == {"vocabulary.yaml"}
