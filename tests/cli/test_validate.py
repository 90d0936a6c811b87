"""`leadpolicy validate`, and the gate before `compare` and `backtest`; see `test_gates`, too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pandas as pd
import pytest

import leadpolicy as public
from leadpolicy.diagnostics import LeadpolicyError
from tests.cli.conftest import Run
from tests.conftest import FIXTURES, POLICIES, skip_without

pytestmark = pytest.mark.filterwarnings("ignore")

VOCABULARY: Final = """\
vocabulary: 1
facts:
  company.industry: {type: choice, values: [retail, other], phrase: the trade, ask: Which trade?,
    owner: data, point_in_time: snapshot}
events: {}
"""
POLICY: Final = """\
policy: shops
version: 1.0.0
title: A shop is a lead
organization: Shops Ltd
source: {author: us}
vocabulary: 1
grain: company
stages:
  - stage: lead
    counts_as: lead
    says: It is a shop
    requires: nothing
    when: {company.industry: retail}
"""
DATASET: Final = """\
dataset: shops
vocabulary: policies/vocabulary.yaml
grain: company
tables: {companies: {file: companies.csv}}
records: {table: companies, id: id, entered_at: entered}
facts: {company.industry: trade}
outcome: {name: won, table: companies, at: won, where: {won: {known: true}}}
as_of: at entry
observed_until: 2026-02-01
"""
STUDY: Final = """\
study: shops
dataset: .
policies: [shops]
policies_in: policies
entered: {from: 2026-01-01, until: 2026-01-31}
outcome: {name: won, within: 10 days}
accept_snapshot: [company.industry]
"""


@pytest.fixture
def shops(tmp_path: Path) -> Path:
    """Forty companies; the trade of four of them (10 %) is a word nobody declared."""
    (tmp_path / "policies" / "shops").mkdir(parents=True)
    (tmp_path / "policies" / "vocabulary.yaml").write_text(VOCABULARY)
    (tmp_path / "policies" / "shops" / "1.0.0.yaml").write_text(POLICY)
    (tmp_path / "dataset.yaml").write_text(DATASET)
    (tmp_path / "study.yaml").write_text(STUDY)
    rows = [
        f"c{n},2026-01-{n % 20 + 1:02},{'butcher' if n < 4 else 'retail' if n % 2 else 'other'},"
        + (f"2026-01-{n % 20 + 5:02}" if n % 3 == 0 else "")
        for n in range(40)
    ]
    (tmp_path / "companies.csv").write_text("\n".join(["id,entered,trade,won", *rows]) + "\n")
    return tmp_path


def test_compare_and_backtest_stop_and_go_on_when_told(leadpolicy: Run, shops: Path) -> None:
    asked = ("compare", "shops", "--data", str(shops), "--policies", str(shops / "policies"))
    ran = leadpolicy(*asked)
    assert ran.code == 2
    assert ran.out == ""
    assert "LP508" in ran.err
    assert "companies.trade.fits (4 of 40 rows fail)" in ran.err
    assert "--accept 'companies.trade.fits'" in ran.err
    ran = leadpolicy(*asked, "--accept", "companies.trade.fits")
    assert ran.code == 0
    assert "Set aside: 4 rows: companies.trade is not one of the declared values" in ran.out
    ran = leadpolicy(*asked, "--accept", "companies.trade")
    assert ran.code == 2
    assert "names no critical expectation of shops" in ran.err

    study = ("backtest", str(shops / "study.yaml"))
    ran = leadpolicy(*study)
    assert ran.code == 2
    assert "companies.trade.fits" in ran.err
    assert leadpolicy(*study, "--accept", "companies.trade.fits").code == 0


def test_a_broken_critical_expectation_is_a_finding(leadpolicy: Run, shops: Path) -> None:
    skip_without("validate", "great_expectations")
    out = shops / "out"
    ran = leadpolicy("validate", str(shops), "--out", str(out), columns=120)
    assert ran.code == 1
    assert "critical: companies.trade.fits: 4 of 40 rows" in ran.out
    assert "companies.csv:2: c0: trade `butcher` is not one of the declared values" in ran.out
    assert "every command that draws figures from this data stops" in ran.out
    assert len((out / "quarantine.csv").read_text().splitlines()) == 1 + 4
    assert "butcher" in (out / "companies.html").read_text()
    ran = leadpolicy(
        "validate", str(shops), "--out", str(out), "--accept", "companies.trade.fits", "--json"
    )
    assert ran.code == 0
    found = json.loads(ran.out)
    broken = {e["name"]: e["level"] for e in found["expectations"] if not e["kept"]}
    assert broken == {"companies.trade.domain": "warning", "companies.trade.fits": "critical"}
    assert found["accepted"] == ["companies.trade.fits"]


def test_the_bundled_history(leadpolicy: Run, tmp_path: Path) -> None:
    skip_without("validate", "great_expectations")
    ran = leadpolicy(
        "validate", str(FIXTURES / "demo"), "--out", str(tmp_path), "--policy", "heinz",
        "--policies", str(POLICIES), columns=120,
    )  # fmt: skip
    assert ran.code == 0
    assert "Leak: deal.amount knows the future (won only): filled for 274 records" in ran.out
    assert "alone decides" in ran.out
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "http" not in page
    for table in ("companies", "people", "events", "assessments", "deals", "lifecycle"):
        assert f'href="{table}.html"' in page
        assert (tmp_path / f"{table}.html").is_file()


def test_the_python_call_says_what_the_command_says(leadpolicy: Run, tmp_path: Path) -> None:
    skip_without("validate", "great_expectations")
    data = str(FIXTURES / "example")
    heinz = public.load("heinz", policies=POLICIES)
    found = public.validate(data, [heinz], out=tmp_path, engine="sql")
    ran = leadpolicy(
        "validate", data, "--out", str(tmp_path), "--json", "--policy", "heinz",
        "--policies", str(POLICIES), "--engine", "sql",
    )  # fmt: skip
    assert json.loads(ran.out) == json.loads(found.to_json())
    assert found.to_dict()["engine"] == "sql"
    assert found.kept == (ran.code == 0)


def test_a_frame_is_held_against_its_contract(tmp_path: Path) -> None:
    skip_without("validate", "great_expectations")
    columns = {"company.known": [True, True, False], "company.employees": [5, -1, 9]}
    frame = pd.DataFrame({"id": ["a", "b", "b"], **columns})
    heinz = public.load("heinz", policies=POLICIES)
    found = public.validate(frame, heinz, id="id", as_of="2026-03-01")
    rows = found.failing_rows()
    assert list(zip(rows["line"], rows["column"], rows["value"], strict=True)) == [
        (3, "id", "b"), (3, "id", "b"), (2, "company.employees", "-1"),
    ]  # fmt: skip
    assert found.failing_rows("arrow").num_rows == 3
    assert [one.policy for one, _ in found.readiness] == ["heinz"]
    assert not list(tmp_path.iterdir())
    with pytest.raises(LeadpolicyError, match="in the words of policies"):
        public.validate(frame, id="id", as_of="2026-03-01")


def test_a_data_set_that_is_not_there(leadpolicy: Run) -> None:
    ran = leadpolicy("validate", "nowhere")
    assert ran.code == 2
    assert "LP101" in ran.err
    assert "Traceback" not in ran.err


def test_a_comparison_names_the_leak_before_the_rates(leadpolicy: Run) -> None:
    ran = leadpolicy("compare", "heinz", "--data", "demo", columns=120)
    assert ran.code == 0
    leak = ran.out.index("Leak: deal.amount knows the future")
    assert ran.out.index("Outcome: share won") < leak < ran.out.index("won of known")
