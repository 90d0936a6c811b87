"""An argument of a wrong kind gets a sentence, whatever it is and wherever it is given."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

import pandas as pd
import pytest

import leadpolicy
from leadpolicy.board import explore
from leadpolicy.comparison.comparison import compare
from leadpolicy.comparison.cubes.cube import cube
from leadpolicy.data.dataset import open_dataset
from leadpolicy.data.recordset import RecordSet
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.evaluation.stages import evaluate
from leadpolicy.policy.load import load_policy
from tests.conftest import FIXTURES, POLICIES, skip_without

FRAME: Final = pd.DataFrame({"id": ["a", "b"], "company.employees": [10, 20]})
WRONG: Final[dict[str, tuple[object, ...]]] = {
    "policies": (None, 5, 2.5, b"heinz", [5], [None], object(), []),
    "data": (None, 5, b"demo", object(), {"a": 1}, [1, 2], "", "no-such-data-set", "none.parquet"),
    "as_of": (5, 2.5, b"2026", object(), ["2026-03-01"]),
    "by": (5, ["company.industry"], object(), "no.such.fact"),
    "rungs": (None, "lead", 5, [5], ["leads"], object()),
    "top": (None, -1, 2.5, "10", True, object()),
    "examples": (None, -1, 2.5, "3", True, object()),
    "engine": (None, 5, "kernel", ["sql"], object()),
    "progress": (5, "yes", object()),
    "columns": (5, "a=b", ["a"], {1: "a"}, object()),
    "facts": (5, "a=b", ["a"], {1: "a"}, object()),
    "id": (5, ["id"], b"id", object()),
    "entered_at": (5, ["at"], object()),
    "recorded": (5, "asked", [5], object()),
    "segments": (None, 5, "company.industry", [5], ["no.such.fact"]),
    "parameters": (5, "k=3", ["k"], {1: 2}, object()),
    "partial": (None, 1, "yes", object()),
    "explain": (None, 1, "yes", object()),
    "out": (5, b"x.parquet", ["x.parquet"], "x.xyz"),
    "as_": (None, 5, "numpy", object()),
    "events": (5, b"x", object(), "none.parquet", [1]),
    "outcome": (5, ["won"], object(), "no such column"),
    "reps": (None, -1, 2.5, "3", True, object()),
    "saved": (5, "yes", object()),
    "accept": (None, 5, "x", [5], ["no such promise"], object()),
    "until": (5, "2026-03-01", object()),
    "accept_snapshot": (None, 5, [5], ["no.such.fact"], object()),
    "session": (5, "x", object()),
    "batch": (None, 0, -1, 2.5, "10", True, object()),
    "study": (None, 5, b"demo", object(), ["demo"], "no-such-study"),
    "chronicle": (5, "demo", object(), FRAME),
    "replayed": (5, "x", object()),
}
CALLS: Final[tuple[Callable[..., Any], ...]] = (
    compare, evaluate, cube, explore, leadpolicy.validate, leadpolicy.replay, leadpolicy.run_study,
)  # fmt: skip
FIT: Final = (
    (leadpolicy.validate, "policies", None),
    (leadpolicy.run_study, "policies", None),
    (leadpolicy.validate, "out", "x.xyz"),
)
"""What is wrong elsewhere, and fits here: nothing, or the name of a folder."""


@pytest.fixture(scope="module")
def records() -> RecordSet:
    return open_dataset(FIXTURES / "example").records()


def told(value: object) -> str:
    """A name for a test that is the same in every process."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def wrong() -> list[tuple[Callable[..., Any], str, object]]:
    return [
        (call, name, value)
        for call in CALLS
        for name in inspect.signature(call).parameters
        for value in WRONG[name]
        if (call, name, value) not in FIT
    ]


@pytest.mark.parametrize(
    ("call", "name", "value"), wrong(), ids=lambda v: getattr(v, "__name__", None) or told(v)[:20]
)
def test_every_parameter(
    records: RecordSet, call: Callable[..., Any], name: str, value: object
) -> None:
    policy = load_policy("heinz", policies=POLICIES)
    given: dict[str, Any] = {"policies": policy, "data": records}
    if name in ("id", "events", "recorded", "columns", "facts", "outcome", "entered_at", "as_of"):
        given |= {"data": FRAME, "as_of": "2026-03-01", "id": "id"}
    if name in ("events", "recorded") and call is evaluate:
        given["partial"] = True
    if name == "recorded":
        given["events"] = pd.DataFrame({"id": ["a"], "event": ["x"], "at": ["2026-01-01"]})
    if call is leadpolicy.replay:
        given["data"] = records.dataset
    if call is leadpolicy.run_study:
        given = {"study": "demo"}
    if call is explore:
        skip_without("notebooks", "ipywidgets")
    if call is leadpolicy.validate:
        skip_without("validate", "great_expectations")
    given[name] = value
    with pytest.raises(LeadpolicyError) as caught:
        call(**given)
    for diagnostic in caught.value.diagnostics:
        assert diagnostic.message[0] != "<"
        assert "Traceback" not in str(caught.value)


def test_decide_and_replay_say_so_too(records: RecordSet) -> None:
    policy = load_policy("heinz", policies=POLICIES)
    for value in (None, 5, "kernel"):
        with pytest.raises(LeadpolicyError, match="there is no engine"):
            policy.decide({}, as_of="2026-03-01", engine=value)  # type: ignore[arg-type]
        with pytest.raises(LeadpolicyError, match="there is no engine"):
            leadpolicy.replay([policy], records.dataset, engine=value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        *(("until", value, "LP506") for value in (5, 2.5, [], {}, object())),
        *(("until", value, "LP513") for value in ("nonsense", "2026-02-30", "")),
        *(("accept_snapshot", value, "LP506") for value in (None, 5, {"a": 1}, [5], object())),
        ("accept_snapshot", "none of the facts", "LP203"),
    ],
    ids=told,
)
def test_what_a_replay_is_given(records: RecordSet, name: str, value: object, code: str) -> None:
    policy = load_policy("heinz", policies=POLICIES)
    given: dict[str, Any] = {"accept_snapshot": "all", name: value}
    with pytest.raises(LeadpolicyError, match=code):
        leadpolicy.replay([policy], records.dataset, **given)


def test_the_end_of_a_replay_may_be_a_text(records: RecordSet) -> None:
    policy = load_policy("heinz", policies=POLICIES)
    day = leadpolicy.replay(
        [policy], records.dataset, accept_snapshot="all", until=date(2026, 3, 1)
    )
    text = leadpolicy.replay([policy], records.dataset, accept_snapshot="all", until="2026-03-01")
    assert text.until == day.until


D = "2026-03-01"
TWICE = pd.DataFrame([["a", 1, 2]], columns=["firm", "company.employees", "company.employees"])
NAMED_TWICE = pd.DataFrame([["a", "b", 2]], columns=["firm", "firm", "company.employees"])
ROWS = [{"firm": "a", "company.employees": 40}]
HEINZ = load_policy("heinz", policies=POLICIES)
WORDS = HEINZ.vocabulary
NO_NAMES: Final[tuple[Any, ...]] = (None, 5, [], object())
REFUSED: Final[list[tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any]]]] = [
    *(("decide", leadpolicy.decide, (value, {}), {"as_of": D}) for value in NO_NAMES),
    *(("of a record", HEINZ.decide, ({key: 3},), {"as_of": D}) for key in (5, None, 2.5)),
    *(("of a record", HEINZ.decide, (value,), {"as_of": D}) for value in NO_NAMES),
    *(("columns", compare, (HEINZ, TWICE), {"as_of": D, "id": one}) for one in ("firm", None)),
    *(("columns", cube, (HEINZ, NAMED_TWICE), {"as_of": D, "id": one}) for one in ("firm",)),
    ("outcome", compare, (HEINZ, NAMED_TWICE), {"as_of": D, "outcome": "firm"}),
    *(("settings", cube, (HEINZ, ROWS), {"as_of": D, "parameters": {"a": v}}) for v in (1, None)),
    ("settings", cube, (HEINZ, ROWS), {"as_of": D, "parameters": {"heinz": {"fit_mode": 1}}}),
    ("form", evaluate, (HEINZ, ROWS), {"as_of": D, "as_": TWICE}),
    *(
        (name, getattr(leadpolicy, name), (value,), {})
        for name in ("open_dataset", "open_study", "load_vocabulary", "run_study", "load")
        for value in NO_NAMES
    ),
    *(("parse", leadpolicy.parse, (value, WORDS), {}) for value in NO_NAMES),
    *(("parse", leadpolicy.parse, ("policy: a", value), {}) for value in (*NO_NAMES, "x")),
    *(("read_record", leadpolicy.read_record, (WORDS, v), {}) for v in (*NO_NAMES, "x")),
    *(("read_record", leadpolicy.read_record, (v, {}), {}) for v in (*NO_NAMES, "x")),
    *(("from_frame", leadpolicy.from_frame, (ROWS, v), {"as_of": D}) for v in (*NO_NAMES, "x")),
    *(
        (f"from_frame {name}", leadpolicy.from_frame, (ROWS, WORDS), {"as_of": D, name: value})
        for name, values in (
            ("as_of", NO_NAMES), ("id", NO_NAMES[1:]), ("facts", NO_NAMES[1:]),
            ("outcome", NO_NAMES[1:]), ("progress", NO_NAMES[1:]),
        )
        for value in values
    ),
]  # fmt: skip


@pytest.mark.parametrize("given", REFUSED, ids=lambda given: f"{given[0]} {told(given[2])}"[:60])
def test_every_call_has_a_sentence_for_what_it_cannot_take(
    given: tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any]],
) -> None:
    _, call, values, named = given
    with pytest.raises(LeadpolicyError):
        call(*values, **named)


def test_a_decision_may_name_its_policy() -> None:
    found = leadpolicy.decide(str(POLICIES / "heinz"), {}, as_of=D)
    assert found.policy.id == "heinz"
    with pytest.raises(LeadpolicyError, match="policies are named"):
        leadpolicy.decide(POLICIES, {}, as_of=D)


def test_records_are_read_with_a_progress_that_can_be_called(records: RecordSet) -> None:
    for value in (5, "yes", object()):
        with pytest.raises(LeadpolicyError, match="`progress`"):
            records.dataset.records(progress=value)  # type: ignore[arg-type]
