"""Whole studies on small histories."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from leadpolicy.backtest.read import open_study
from leadpolicy.backtest.result import Backtest
from leadpolicy.backtest.run import backtest
from leadpolicy.backtest.study import Capacity, Study, Sweep
from leadpolicy.data.moments import AfterEntry
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.present.wording import rows_of
from tests.backtest.history import DATASET, STUDY, day, eighty, write_history


def carry_out(study: Path | Study) -> Backtest:
    return backtest(study)


def row_of(table: pd.DataFrame, **wanted: str) -> Any:
    for name, value in wanted.items():
        table = table[table[name] == value]
    (row,) = rows_of(table)
    return row


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Backtest:
    return carry_out(write_history(tmp_path_factory.mktemp("small")))


def test_what_eighty_companies_come_to(small: Backtest) -> None:
    """27 of 80 talk, of which 18 are won; 40 ask, of which 14 talk."""
    talks = row_of(small.precision, policy="talks", rung="lead")
    assert (talks.held, talks.known, talks.won) == (27, 27, 18)
    assert (talks.recall, talks.base_rate) == (1.0, 18 / 80)
    asks = row_of(small.precision, policy="asks", rung="lead")
    assert (asks.held, asks.known) == (40, 40)
    # Those that ask are even, those won every third but not every ninth.
    assert asks.won == len([n for n in range(0, 80, 6) if n % 9])


def test_the_records_on_which_two_definitions_part(small: Backtest) -> None:
    pair = row_of(small.pairs, a="asks", b="talks")
    assert (pair.both, pair.gained, pair.lost, pair.neither) == (14, 13, 26, 27)
    assert (pair.gained_won, pair.lost_won) == (9, 0)
    listed = small.discordant[small.discordant["change"] == "gained"]
    assert set(listed["record"]) == {f"c{n:02}" for n in range(3, 80, 6)}
    assert set(listed["fate"]) == {"won", "not won"}
    assert pair.verdict == "b"
    assert "talks is better" in small.verdicts[0]


def test_conversion_from_rung_to_rung_and_to_the_outcome(small: Backtest) -> None:
    step = row_of(small.conversion, policy="talks", rung="lead", to="qualified_lead")
    assert (step.entered, step.reached, step.mature, step.immature) == (27, 14, 27, 0)
    won = row_of(small.conversion, policy="talks", rung="lead", to="won")
    assert (won.reached, won.mature) == (18, 27)


def test_time_to_the_outcome(small: Backtest) -> None:
    """From the talk on day 5 to day 35, whose whole day counts: 31 days for all."""
    curve = row_of(small.velocity, policy="talks", rung="lead", to="won")
    assert (curve.records, curve.arrived) == (27, 18)
    assert curve.median == pytest.approx(31, abs=0.01)
    (last,) = rows_of(
        small.curves.query("policy == 'talks' and rung == 'lead' and to == 'won'").tail(1)
    )
    assert last.share == pytest.approx(18 / 27)


def test_flow_and_stock(small: Backtest) -> None:
    flow = small.flow[(small.flow["policy"] == "asks") & (small.flow["rung"] == "lead")]
    assert flow["entries"].sum() == 40
    stock = row_of(small.stock, policy="asks", rung="lead", period="2024 Q4")
    assert (stock.current, stock.records) == (0, 80)  # requests count for 90 days


def test_every_frame_has_a_caption_and_fits_into_json(small: Backtest) -> None:
    plain = json.loads(small.to_json())
    for name in small.frames():
        if name not in ("policies", "leaks"):
            assert small.captions[name]
            assert "records that entered from" in small.captions[name]
        assert len(plain[name]) == len(small.frames()[name])
    assert plain["verdicts"] == small.verdicts
    assert plain["study"]["within"] == "60 days"


def test_the_same_study_gives_the_same_figures(tmp_path: Path) -> None:
    study = write_history(tmp_path)
    assert carry_out(study).to_json() == carry_out(study).to_json()


def test_what_is_known_against_the_data_stands_first(tmp_path: Path) -> None:
    """The worth of a company is filled in when it is won."""
    companies, events = eighty()
    won = {name for name, _, kind in events if kind == "won"}
    told = [(*one[:5], "900" if one[0] in won else "") for one in companies]
    study = write_history(tmp_path, told, events, study=STUDY + "amount: company.worth\n")
    (leak,) = rows_of(carry_out(study).leaks)
    assert (leak.fact, leak.sort) == ("company.worth", "never won")
    assert leak.policies == ("the amounts of this study",)


def test_a_study_in_python_is_the_study_in_yaml(tmp_path: Path) -> None:
    study = write_history(tmp_path)
    written = Study(
        name="small", title="Asking or talking?", dataset=str(tmp_path),
        folder=tmp_path / "policies", policies=("asks", "talks"), within=timedelta(days=60),
        rungs=("lead", "qualified_lead"), outcome="won",
    )  # fmt: skip
    assert carry_out(written).pairs.equals(carry_out(study).pairs)


def test_everything_that_a_study_can_ask(tmp_path: Path) -> None:
    study = replace(
        open_study(write_history(tmp_path)),
        segments=("company.kind",), amount="company.worth", worked=("conversation",),
        account="company.group", capacity=Capacity(2, 1), hold_out=timedelta(days=20),
        leave_one_out=True, sweeps=(Sweep("asks", "window", ("5 days", "90 days")),),
        as_of=AfterEntry(timedelta(days=10)), reading="current", period="month",
    )  # fmt: skip
    found = carry_out(study)
    assert found.facts["accounts"] == 40
    kinds = found.segments[found.segments["policy"] == "asks"]
    assert kinds.groupby("segment")["held"].sum().to_dict() == {"dealer": 0, "maker": 40}
    # Of the 40 that ask 26 were never talked to.
    assert row_of(found.precision, policy="asks").never_worked == 26
    amounts = row_of(found.revenue, policy="asks")
    assert amounts.amount_held == sum(100 + n for n in range(0, 80, 2))
    load = row_of(found.capacity, policy="asks")
    assert load.weeks_over > 0
    # Within 10 days of entry a request of the day after is over with a window of 5 days.
    held = {(r.value, r.part): r.held for r in rows_of(found.sweeps)}
    assert held["5 days", "earlier"] + held["5 days", "held out"] == 0
    assert held["90 days", "earlier"] + held["90 days", "held out"] == 40
    assert held["90 days", "held out"] == 10
    # Five days hold nobody, so that there is nothing to be better than.
    assert not found.sweeps["best"].any()
    less = row_of(found.criteria, policy="talks", rung="qualified_lead", without="asked")
    assert (less.held, less.change) == (27, 13)
    assert "account" in found.captions["pairs"]
    assert "narrower than they should be" in found.captions["precision"]
    # Each group stands together, so that each has one plot and one table.
    for name, keys in (("criteria", ["rung", "policy"]), ("sweeps", ["rung", "policy"])):
        groups = found.frames()[name][keys].agg(tuple, axis=1)
        assert (groups != groups.shift()).sum() == groups.nunique()


# ------------------------------------------------------------------------------------ bad input


def refused(study: Path | Study) -> str:
    with pytest.raises(LeadpolicyError) as caught:
        carry_out(study)
    return str(caught.value)


def test_a_cohort_without_records_says_who_was_left_out(tmp_path: Path) -> None:
    text = STUDY + "entered: {from: 2030-01-01}\n"
    said = refused(write_history(tmp_path, study=text))
    assert "LP505" in said
    assert "entered outside the cohort: 80" in said


def test_a_cohort_of_one_record_has_rates_and_no_differences(tmp_path: Path) -> None:
    text = STUDY + "entered: {from: 2024-01-01, until: 2024-01-01}\n"
    found = carry_out(write_history(tmp_path, study=text))
    assert found.facts["records"] == 1
    row = row_of(found.precision, policy="asks")
    assert (row.known, row.won, row.low) == (1, 0, 0.0)
    assert "Not enough history" in found.verdicts[0] or "same records" in found.verdicts[0]


def test_an_outcome_that_nobody_reached(tmp_path: Path) -> None:
    companies = [(f"c{n}", day(n), "5", "g", "maker", "1") for n in range(30)]
    events = [(f"c{n}", day(n + 1), "ask") for n in range(0, 30, 2)]
    found = carry_out(write_history(tmp_path, companies, events))
    row = row_of(found.precision, policy="asks")
    assert (row.won, row.rate) == (0, 0.0)
    assert row.high > 0
    assert pd.isna(row.lift)
    assert pd.isna(row.recall)
    assert any("No record reached the outcome" in note for note in found.notes)


def test_a_window_longer_than_the_history(tmp_path: Path) -> None:
    said = refused(write_history(tmp_path, study=STUDY.replace("60 days", "900 days")))
    assert "the maturity window of 900 days is longer than the history" in said
    assert "`within` of at most 355 days" in said


def test_an_outcome_before_the_entry_is_counted_and_not_used(tmp_path: Path) -> None:
    companies = [(f"c{n}", day(10 + n), "5", "g", "maker", "1") for n in range(30)]
    events = [("c0", day(2), "won"), ("c0", day(11), "ask"), ("c1", day(30), "won")]
    found = carry_out(write_history(tmp_path, companies, events))
    assert found.facts["not_told"] == 1
    assert found.facts["won"] == 1
    assert any("outcome dated before the entry" in note for note in found.notes)
    assert row_of(found.precision, policy="asks").known == 0


def test_a_record_that_closed_before_it_entered_is_over_from_the_start(tmp_path: Path) -> None:
    companies = [(f"c{n}", day(10 + n), "5", "g", "maker", "1") for n in range(30)]
    events = [("c0", day(2), "lost"), ("c0", day(11), "ask"), ("c1", day(12), "ask")]
    found = carry_out(write_history(tmp_path, companies, events))
    asks = row_of(found.precision, policy="asks")
    assert (asks.held, asks.over, asks.known) == (2, 1, 1)
    assert any("1 record closed before the entry" in note for note in found.notes)


def test_policies_without_the_rung_that_is_asked_for(tmp_path: Path) -> None:
    text = STUDY.replace("[asks, talks]", "[nameless]")
    assert "none of the policies defines lead or qualified_lead" in refused(
        write_history(tmp_path, study=text)
    )
    text = STUDY.replace("rungs: [lead, qualified_lead]", "rungs: [opportunity]")
    assert "none of the policies defines opportunity" in refused(
        write_history(tmp_path, study=text)
    )


def test_one_policy_alone_is_shown_and_compared_with_nothing(tmp_path: Path) -> None:
    found = carry_out(write_history(tmp_path, study=STUDY.replace("[asks, talks]", "[asks]")))
    assert found.pairs.empty
    assert found.discordant.empty
    assert row_of(found.precision, policy="asks").held == 40
    assert "There is one policy, so that nothing is compared." in found.notes


def test_facts_known_only_as_of_today_are_refused_or_marked(tmp_path: Path) -> None:
    text = STUDY.replace("[asks, talks]", "[asks, large]")
    said = refused(write_history(tmp_path, study=text))
    assert "knows company.size only as of today" in said
    assert "accept_snapshot: [company.size]" in said
    text += "accept_snapshot: [company.size]\n"
    found = carry_out(write_history(tmp_path, study=text))
    assert found.badged == {"large"}
    assert all("known only as they are today" in one for one in found.captions.values())


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("exclude: {records: [c99]}\n", "`c99`, which is no record"),
        ("exclude: {where: {company.sort: [maker]}}\n", "`company.sort`, which is not in the"),
        ("exclude: {where: {company.kind: [maker, maker2]}}\n", "maker2"),
        ("segments: [company.kin]\n", "did you mean `company.kind`?"),
        ("amount: company.kind\n", "which is no number"),
        ("account: company.house\n", "the account of the study is `company.house`"),
        ("worked: [conversations]\n", "did you mean `conversation`?"),
        ("grain: person\n", "one person per record"),
        ("as_of: 2023-01-01\n", "comes before every record entered"),
        ("sweep: [{policy: ask, parameter: window, values: [5 days]}]\n", "did you mean `asks`?"),
        ("sweep: [{policy: asks, parameter: windo, values: [5 days]}]\n",
         "did you mean `window`?"),
        ("sweep: [{policy: asks, parameter: window, values: [5 years]}]\n", "5 years"),
    ],
)  # fmt: skip
def test_what_a_study_asks_must_exist(tmp_path: Path, extra: str, said: str) -> None:
    assert said in refused(write_history(tmp_path, study=STUDY + extra))


def test_another_outcome_than_the_data_tell(tmp_path: Path) -> None:
    text = STUDY.replace("name: won", "name: wonn")
    assert "did you mean `won`?" in refused(write_history(tmp_path, study=text))


def test_data_that_do_not_say_until_when_they_were_observed(tmp_path: Path) -> None:
    text = DATASET.replace("observed_until: 2024-12-31\n", "")
    assert "does not say until when it was observed" in refused(
        write_history(tmp_path, dataset=text)
    )


def test_records_are_left_out_by_name_and_by_fact(tmp_path: Path) -> None:
    text = STUDY + "exclude: {records: [c00], where: {company.kind: dealer}}\n"
    found = carry_out(write_history(tmp_path, study=text))
    assert found.facts["records"] == 39
    assert found.facts["left_out"] == {"excluded by name": 1, "excluded by a fact": 40}


def test_a_policy_against_a_variant_of_itself(tmp_path: Path) -> None:
    """Within five days of entry plus one every request of the day after is over on day ten."""
    text = STUDY.replace("[asks, talks]", '[asks, "asks(window=5 days)"]')
    found = carry_out(write_history(tmp_path, study=text + "reading: current\n"))
    pair = row_of(found.pairs, a="asks@1.0.0" if "asks@1.0.0" in set(found.pairs["a"]) else "asks")
    assert pair.b == "asks@1.0.0(window=5 days)"
    assert (pair.both, pair.gained, pair.lost) == (0, 0, 40)


def test_a_moment_before_observation_began_is_none(tmp_path: Path) -> None:
    """Looked at ten days after entry; observed from day 20 on: ten records were too early."""
    found = carry_out(write_history(tmp_path, study=STUDY + f"observed_since: {day(20)}\n"))
    assert found.facts["no_moment"] == 10
