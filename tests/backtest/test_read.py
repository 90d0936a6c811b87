"""study.yaml: what is read, and what is said about mistakes, with the place."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
import yaml

from leadpolicy.backtest.read import KEYS, REQUIRED, open_study, read_study
from leadpolicy.backtest.schema import study_schema
from leadpolicy.backtest.study import Capacity, Sweep
from leadpolicy.data.moments import AfterEntry
from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.source import Source
from leadpolicy.vocabulary import load_vocabulary
from tests.conftest import FIXTURES, POLICIES

LEAST = """\
study: least
dataset: demo
policies: [heinz]
outcome: {within: 30 days}
"""


def problems_of(text: str, path: Path = Path("study.yaml")) -> list[str]:
    problems = Problems()
    read_study(Source("study.yaml", text), path, problems)
    return [f"{d.place} {d.code} {d.message}" for d in problems]


def test_the_least_study_has_defaults() -> None:
    problems = Problems()
    found = read_study(Source("study.yaml", LEAST), Path("nowhere/study.yaml"), problems)
    assert not problems
    assert found is not None
    assert found.within == timedelta(days=30)
    assert (found.period, found.reading, found.smallest_difference) == ("quarter", "furthest", None)
    assert found.rungs == ("lead", "qualified_lead", "opportunity")
    assert not found.leave_one_out


def test_everything_that_a_study_may_say(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    text = (
        LEAST
        + """\
policies_in: rules
grain: company
entered: {from: 2024-01-01, until: 2024-06-30}
observed_since: 2024-01-15
rungs: [opportunity, lead]
as_of: 7 days after entry
reading: current
period: month
exclude:
  records: [c1, c2]
  where: {company.kind: [maker, dealer], company.known: no}
segments: [company.industry]
account: company.group
amount: deal.amount
worked: conversation
capacity: {reps: 8, leads_per_rep_and_week: 2.5}
hold_out: 90 days
accept_snapshot: [company.employees]
sweep:
  - {policy: heinz, parameter: k, values: [3, 4]}
leave_one_out: yes
smallest_difference: 2.5 %
"""
    )
    problems = Problems()
    found = read_study(Source("study.yaml", text), tmp_path / "study.yaml", problems)
    assert not problems
    assert found is not None
    assert found.folder == tmp_path / "rules"
    assert found.entered_from == datetime(2024, 1, 1, tzinfo=UTC)
    assert found.entered_until == datetime(2024, 7, 1, tzinfo=UTC)  # the last day is meant whole
    assert found.rungs == ("lead", "opportunity")
    assert found.as_of == AfterEntry(timedelta(days=7))
    assert found.exclude_records == ("c1", "c2")
    assert [(c.fact, c.values) for c in found.exclude_where] == [
        ("company.kind", ("maker", "dealer")), ("company.known", ("no",)),
    ]  # fmt: skip
    assert found.worked == ("conversation",)
    assert found.capacity == Capacity(8, 2.5)
    assert found.capacity.per_week == 20
    assert found.sweeps == (Sweep("heinz", "k", ("3", "4")),)
    assert found.leave_one_out
    assert found.smallest_difference == pytest.approx(0.025)
    assert found.to_dict()["smallest_difference"] == found.smallest_difference


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LEAST.replace("policies: [heinz]\n", ""), "study.yaml:1:1 LP202 a study needs the key"),
        (LEAST + "segment: [x]\n", "study.yaml:5:1 LP201 a study has no key `segment`"),
        (LEAST.replace("30 days", "3 months"), "study.yaml:4:19 LP305"),
        (LEAST.replace("{within: 30 days}", "{name: won}"), "study.yaml:4:11 LP202"),
        (LEAST + "rungs: [leads]\n", "study.yaml:5:8 LP302 there is no rung `leads`"),
        (LEAST + "period: day\n", "study.yaml:5:9 LP302 `day` is not allowed here"),
        (LEAST + "reading: now\n", "study.yaml:5:10 LP302"),
        (LEAST + "as_of: yesterday\n", "study.yaml:5:8 LP301 `yesterday` is not a moment"),
        (LEAST + "entered: {from: 2024-02-30}\n", "study.yaml:5:17 LP301"),
        (LEAST + "entered: {from: 2025-01-01, until: 2024-01-01}\n", "`until` comes before"),
        (LEAST + "seed: 1\n", "study.yaml:5:1 LP201 a study has no key `seed`"),
        (LEAST + "smallest_difference: 5\n", "LP301 `5` is not a share"),
        (LEAST + "leave_one_out: maybe\n", "LP301 `maybe` is neither yes nor no"),
        (LEAST + "capacity: {reps: 8}\n", "LP202 the capacity needs the key"),
        (LEAST + "capacity: {reps: 0, leads_per_rep_and_week: 1}\n", "more than nothing"),
        (LEAST + "segments: [a, a]\n", "study.yaml:5:15 LP209 `a` stands twice"),
        (LEAST + "sweep: {policy: x}\n", "study.yaml:5:8 LP107"),
        (LEAST + "sweep: [{policy: x, parameter: y, values: 3}]\n", "LP107 `values` is a list"),
        (LEAST + "policies_in: nowhere\n", "LP101 there is no folder `nowhere`"),
        (LEAST + "exclude: [c1]\n", "LP107"),
        ("- a\n", "LP107"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(text: str, said: str) -> None:
    assert any(said in problem for problem in problems_of(text)), problems_of(text)


def test_all_mistakes_are_told_at_once() -> None:
    assert len(problems_of(LEAST + "period: day\nreading: now\nperiods: 3\n")) == 3


def test_a_study_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LeadpolicyError, match="there is no study `demmo`") as caught:
        open_study("demmo", FIXTURES)
    assert "did you mean `demo`?" in str(caught.value)
    with pytest.raises(LeadpolicyError, match="there is no study"):
        open_study(tmp_path)


@pytest.mark.parametrize("name", ["demo", "bpi2012", "olist"])
def test_the_bundled_studies_are_read(name: str) -> None:
    study = open_study(name, FIXTURES)
    assert study.name == name
    assert Path(study.dataset).is_dir()
    assert len(study.policies) == 4


# --------------------------------------------------------------------------------------- schema


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    made = study_schema(load_vocabulary(POLICIES / "vocabulary.yaml"))
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


def test_the_schema_knows_the_keys_that_are_read() -> None:
    made = study_schema(load_vocabulary(POLICIES / "vocabulary.yaml"))
    assert list(made["properties"]) == list(KEYS)
    assert made["required"] == list(REQUIRED)


@pytest.mark.parametrize("loader", [yaml.BaseLoader, yaml.SafeLoader])
def test_the_schema_accepts_the_bundled_study(
    validator: jsonschema.Draft202012Validator, loader: type[yaml.BaseLoader]
) -> None:
    text = (FIXTURES / "demo" / "study.yaml").read_text(encoding="utf-8")
    plain = json.loads(json.dumps(yaml.load(text, loader), default=str))
    assert [error.message for error in validator.iter_errors(plain)] == []


@pytest.mark.parametrize(
    "extra",
    ["period: day", "segments: [company.industri]", "leave_one_out: maybe", "segment: [x]",
     "capacity: {reps: 8}", "worked: [talked]", "hold_out: 3 months"],
)  # fmt: skip
def test_the_schema_refuses_what_the_reader_refuses(
    validator: jsonschema.Draft202012Validator, extra: str
) -> None:
    assert not list(validator.iter_errors(yaml.load(LEAST, yaml.BaseLoader)))
    assert list(validator.iter_errors(yaml.load(LEAST + extra, yaml.BaseLoader)))
