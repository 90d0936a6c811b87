"""Small histories on which an answer is known by hand, through data set, policies and study."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from leadpolicy.backtest.result import Backtest
from leadpolicy.backtest.run import backtest
from leadpolicy.comparison.comparison import Comparison, compare
from leadpolicy.data.contract.gate import stop_on_failures
from leadpolicy.data.dataset import open_dataset
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.policy import Policy, load_policies
from leadpolicy.present.wording import rows_of

VOCABULARY: Final = """
vocabulary: 1
facts:
  d.size: {type: integer, phrase: size, ask: Size?, owner: data, point_in_time: yes}
  d.score: {type: integer, phrase: score, ask: Score?, owner: data, point_in_time: yes}
  d.firm: {type: text, phrase: firm, ask: Whose?, owner: data, point_in_time: yes}
events: {}
"""
POLICY: Final = """
policy: {name}
version: 1.0.0
title: {name}
vocabulary: 1
grain: deal
criteria: {{c: {{says: C, {when}}}}}
stages: [{{stage: lead, counts_as: lead, requires: nothing, when: c}}]
"""
DEFINITIONS: Final = {
    "everyone": "d.score: {known: true}",
    "sized": "d.size: {at_least: 20}",
    "high": "d.score: {at_least: 80}",
    "higher": "d.score: {at_least: 95}",
    "low": "d.score: {below: 30}",
    "same": "d.score: {between: [80, 100000]}",
    "nobody": "d.score: {above: 100000}",
}
DATASET: Final = """
dataset: small
vocabulary: vocabulary.yaml
grain: deal
tables: {deals: deals.csv}
records: {table: deals, id: id, entered_at: created}
facts: {d.size: size, d.score: score, d.firm: firm}
outcome: {name: won, table: deals, at: closed, where: {stage: Won}}
closed: {table: deals, at: closed, where: {stage: Lost}}
as_of: 10 days after entry
observed_until: 2025-12-31
"""
STUDY: Final = """
study: small
dataset: .
policies_in: policies
policies: [%s]
rungs: [lead]
outcome: {name: won, within: %s}
"""
Deal = tuple[str, str, str, str, str, str, str]


def deal(number: int, stage: str, *, closed: str = "2025-03-01", size: str = "50",
         score: object = 50, firm: str = "", created: str = "2025-01-05") -> Deal:  # fmt: skip
    return f"R{number:04}", created, stage, closed, size, str(score), firm


def write(folder: Path, deals: Iterable[Deal], policies: Sequence[str], within: str = "90 days",
          more: str = "") -> Path:  # fmt: skip
    rows = [("id", "created", "stage", "closed", "size", "score", "firm"), *deals]
    (folder / "deals.csv").write_text("".join(",".join(row) + "\n" for row in rows), "utf-8")
    (folder / "vocabulary.yaml").write_text(VOCABULARY, "utf-8")
    (folder / "dataset.yaml").write_text(DATASET, "utf-8")
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "policies" / "vocabulary.yaml").write_text(VOCABULARY, "utf-8")
    for name, when in DEFINITIONS.items():
        (folder / "policies" / name).mkdir(exist_ok=True)
        text = POLICY.format(name=name, when=when)
        (folder / "policies" / name / "1.0.0.yaml").write_text(text, "utf-8")
    study = folder / "study.yaml"
    study.write_text(STUDY % (", ".join(policies), within) + more, "utf-8")
    return study


def carried_out(
    folder: Path, deals: Iterable[Deal], policies: Sequence[str], **more: str
) -> Backtest:
    return backtest(write(folder, deals, policies, **more))


def compared(folder: Path, policies: Sequence[str]) -> Comparison:
    given: list[Policy] = load_policies(policies, policies=folder / "policies")
    return compare(given, open_dataset(folder))


def only(table: Any, **chosen: str) -> Any:
    """The one row with these values."""
    for name, value in chosen.items():
        table = table[table[name] == value]
    (row,) = rows_of(table)
    return row


# ------------------------------------------------------------------------------- what is missing


def half_of_the_sizes(number: int) -> Deal:
    stage = "Won" if number % 4 in (1, 2) else "Lost"
    return deal(number, stage, closed="2025-02-01", size="50" if number % 2 else "")


def test_what_is_missing_makes_nobody_better(tmp_path: Path) -> None:
    """600 deals; one definition holds all, the other the 300 whose size is known."""
    found = carried_out(tmp_path, map(half_of_the_sizes, range(600)), ["everyone", "sized"])
    pair = only(found.pairs)
    assert (pair.verdict, pair.gained, pair.lost, pair.unknown) == ("open", 0, 0, 300)
    assert set(found.discordant["change"]) == {"now open"}
    assert "300 records with a known outcome" in pair.says
    # The comparison says the same: nothing that they certainly disagree on.
    other = compared(tmp_path, ["everyone", "sized"])
    assert only(other.agreement).undecided == 300
    assert other.contested.empty


def test_recall_is_told_without_and_with_what_is_missing(tmp_path: Path) -> None:
    found = carried_out(tmp_path, map(half_of_the_sizes, range(600)), ["everyone", "sized"])
    row = only(found.precision, policy="sized")
    assert (row.recall, row.recall_possible) == (0.5, 1.0)


# --------------------------------------------------------------------------------- without a date


def sixty_won(number: int) -> Deal:
    if number < 60:
        return deal(number, "Won", closed="2025-03-01" if number % 2 else "")
    return deal(number, "Lost")


def test_won_without_a_date_is_not_lost(tmp_path: Path) -> None:
    """60 of 1,000 are won, 30 of them nobody knows when."""
    write(tmp_path, map(sixty_won, range(1_000)), ["everyone"])
    row = only(compared(tmp_path, ["everyone"]).outcomes)
    assert (row.won, row.known, row.rate) == (60, 1_000, 0.06)
    assert any("30 records won without a date" in note for note in
               compared(tmp_path, ["everyone"]).study.notes)  # fmt: skip


def test_won_without_a_date_is_set_apart_by_number_where_there_is_a_window(tmp_path: Path) -> None:
    found = carried_out(tmp_path, map(sixty_won, range(1_000)), ["everyone"])
    row = only(found.precision)
    assert (row.won, row.known, row.untold) == (30, 970, 30)
    (note,) = (note for note in found.notes if "whether within the window" in note)
    assert "30 records won without a date" in note
    assert "60 of 1,000 would be won (6.0 %)" in note


def test_dates_of_the_won_are_judged_apart_from_those_of_the_lost(tmp_path: Path) -> None:
    """3 % of all dates are missing, and half of those of the won."""
    write(tmp_path, map(sixty_won, range(1_000)), ["everyone"])
    with pytest.raises(LeadpolicyError) as raised:
        stop_on_failures(open_dataset(tmp_path))
    assert "deals.closed[when won].fits (30 of 60 rows fail)" in str(raised.value)
    stop_on_failures(open_dataset(tmp_path), ["deals.closed[when won].fits"])


def test_an_outcome_before_the_entry_is_in_no_rate(tmp_path: Path) -> None:
    deals = [deal(n, "Won", closed="2024-12-01" if n < 3 else "2025-02-01") for n in range(100)]
    found = carried_out(tmp_path, deals, ["everyone"])
    assert only(found.precision).known == 97
    assert any("3 records with an outcome dated before the entry" in n for n in found.notes)


# ---------------------------------------------------------------------------- between definitions


def scored(number: int) -> Deal:
    """Of 6,000 deals 2 % are won; of the fifth that is scored 80 and more 5 %."""
    score = number % 100
    won = number % 20 == 0 if score >= 80 else (number // 100) % 90 == 0
    return deal(number, "Won" if won else "Lost", score=score)


def test_nested_definitions_are_a_trade_with_its_price(tmp_path: Path) -> None:
    found = carried_out(tmp_path, map(scored, range(6_000)), ["everyone", "high"])
    pair = only(found.pairs)
    assert pair.verdict == "trade"
    more, won = pair.lost, pair.lost_won
    assert (
        f"{more:,} more records for {won:,} more won ({100 * won / more:.1f} % of them)"
        in pair.says
    )


def test_two_definitions_that_are_the_same_by_construction(tmp_path: Path) -> None:
    found = carried_out(tmp_path, map(scored, range(2_000)), ["high", "same"])
    pair = only(found.pairs)
    assert pair.verdict == "same"
    assert (str(pair.p), str(pair.q)) == ("nan", "nan")


def test_a_rung_that_nobody_reaches(tmp_path: Path) -> None:
    found = carried_out(tmp_path, map(scored, range(2_000)), ["high", "nobody"])
    pair = only(found.pairs)
    assert pair.verdict == "not enough history"
    assert "nobody holds no record whose outcome is known" in pair.says


def test_noise_is_noise_whatever_the_volumes(tmp_path: Path) -> None:
    """Every fifth deal is won, whatever its score."""
    deals = [deal(n, "Won" if (n // 100) % 5 == 0 else "Lost", score=n % 100) for n in range(2_000)]
    found = carried_out(tmp_path, deals, ["everyone", "high", "low"])
    assert set(found.pairs["verdict"]) == {"noise"}


def test_a_base_rate_of_half_a_percent(tmp_path: Path) -> None:
    """20 of 4,000 are won: the margin is an eighth of a point, not five."""
    deals = [deal(n, "Won" if n % 200 == 0 else "Lost", score=(n * 7) % 100) for n in range(4_000)]
    found = carried_out(tmp_path, deals, ["everyone", "low"])
    pair = only(found.pairs)
    assert pair.smallest == pytest.approx(0.005 / 4)
    assert pair.verdict not in ("a", "b")


def test_one_account_with_half_of_the_records(tmp_path: Path) -> None:
    deals = [
        deal(n, "Won" if n % 3 == 0 else "Lost", score=90 if n % 2 else 10,
             firm="giant" if n < 200 else f"f{n}")
        for n in range(400)
    ]  # fmt: skip
    found = carried_out(tmp_path, deals, ["high", "low"], more="account: d.firm\n")
    pair = only(found.pairs)
    assert pair.verdict in ("not enough history", "noise")
    assert str(pair.low) == "nan"


def test_forty_accounts_are_counted_as_forty(tmp_path: Path) -> None:
    deals = [
        deal(n, "Won" if n % 4 == 0 else "Lost", score=90 if n % 3 else 10, firm=f"f{n % 40}")
        for n in range(400)
    ]  # fmt: skip
    few = only(carried_out(tmp_path, deals, ["everyone", "high"], more="account: d.firm\n").pairs)
    many = only(carried_out(tmp_path, deals, ["everyone", "high"]).pairs)
    assert few.accounts == 40
    assert many.accounts == 400


def test_without_accounts_the_study_says_what_that_can_cost(tmp_path: Path) -> None:
    plain = carried_out(tmp_path, map(scored, range(500)), ["everyone", "high"])
    assert "names no account" in plain.captions["pairs"]
    named = carried_out(tmp_path, map(scored, range(500)), ["everyone", "high"],
                        more="account: d.firm\n")  # fmt: skip
    assert "names no account" not in named.captions["pairs"]


def test_a_window_longer_than_the_history_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LeadpolicyError, match="longer than the history"):
        carried_out(tmp_path, map(scored, range(100)), ["everyone"], within="900 days")


def test_the_verdict_says_where_it_turns_with_the_moment(tmp_path: Path) -> None:
    """What is scored low is won within 8 days or never: later than that it is worth nothing."""
    deals = []
    for n in range(1_200):
        low = n % 2 == 0
        soon = low and n % 6 == 0
        late = not low and n % 6 == 1
        day = "2025-01-13" if soon else "2025-03-01"
        deals.append(
            deal(n, "Won" if soon or late else "Lost", closed=day, score=10 if low else 90)
        )
    found = carried_out(tmp_path, deals, ["low", "high"], more="as_of: 10 days after entry\n")
    pair = only(found.pairs)
    assert pair.verdict == "b"
    assert pair.half == "noise"
    assert "It turns with the moment: at half the moment: noise" in pair.says


def test_beside_those_still_open_stand_all_comers(tmp_path: Path) -> None:
    """Of 100 ten are won in a week and ten in two months; at ten days the first are over."""
    deals = [
        deal(n, "Won" if n < 20 else "Lost", closed="2025-01-10" if n < 10 else "2025-03-10")
        for n in range(100)
    ]
    row = only(carried_out(tmp_path, deals, ["everyone"]).precision)
    assert (row.won, row.known) == (10, 90)
    assert (row.comers_won, row.comers_known, row.comers_rate) == (20, 100, 0.2)


# ------------------------------------------------------------------------------ load and agreement


def test_load_counts_the_weeks_in_which_records_came_in(tmp_path: Path) -> None:
    """Seven a week for twenty weeks, watched for 30 more: seven a week, not three."""
    deals = [
        deal(n, "Lost", created=str(date(2025, 1, 6) + timedelta(days=n)), closed="2025-11-01")
        for n in range(140)
    ]
    more = "capacity: {reps: 1, leads_per_rep_and_week: 5}\n"
    row = only(carried_out(tmp_path, deals, ["everyone"], more=more).capacity)
    assert row.per_rep_and_week == pytest.approx(7.0)
    assert row.outside == 0


def test_load_names_what_comes_from_outside_the_cohort(tmp_path: Path) -> None:
    """Of seven a week three are not in the cohort, and have to be taken on all the same."""
    deals = [
        deal(n, "Lost", created=str(date(2025, 1, 6) + timedelta(days=n)), closed="2025-11-01",
             size="5" if n % 7 < 3 else "50")
        for n in range(140)
    ]  # fmt: skip
    more = "capacity: {reps: 1, leads_per_rep_and_week: 5}\nexclude: {where: {d.size: 5}}\n"
    row = only(carried_out(tmp_path, deals, ["everyone"], more=more).capacity)
    assert row.per_rep_and_week == pytest.approx(4.0, abs=0.2)
    assert row.outside == pytest.approx(3 * row.weeks, abs=3)


def test_agreement_over_time_is_of_those_that_either_holds(tmp_path: Path) -> None:
    """Of 2,000 they hold 400 and 100, those 100 both: they "agree" on 85 %, and hold a quarter."""
    found = carried_out(tmp_path, map(scored, range(2_000)), ["high", "higher"])
    row = rows_of(found.agreement)[-1]
    assert (row.either, row.both) == (400, 100)
    assert row.overlap == 0.25
    assert row.raw == pytest.approx(0.85)


@pytest.mark.parametrize(
    ("shares", "told"),
    [((3, 2, 4, 2, 3), "no trend told from chance"), ((1, 3, 5, 7, 9), "rising")],
)
def test_a_trend_is_named_where_it_is_no_chance(
    tmp_path: Path, shares: tuple[int, ...], told: str
) -> None:
    """Five months of 40 deals each, of which so many of ten are won."""
    deals = [
        deal(n, "Won" if n % 10 < shares[n // 40] else "Lost",
             created=f"2025-0{n // 40 + 1}-05", closed=f"2025-0{n // 40 + 2}-01")
        for n in range(200)
    ]  # fmt: skip
    found = carried_out(tmp_path, deals, ["everyone"], more="period: month\n")
    assert only(found.trends).direction == told


def test_a_best_value_is_a_better_one(tmp_path: Path) -> None:
    """No threshold on a score that tells nothing is the best of several."""
    deals = [deal(n, "Won" if (n // 100) % 5 == 0 else "Lost", score=n % 100) for n in range(2_000)]
    study = write(tmp_path, deals, ["sweepable"])
    policy = tmp_path / "policies" / "sweepable"
    policy.mkdir()
    text = POLICY.format(name="sweepable", when="d.score: {at_least: $least}")
    text = text.replace("criteria:", "parameters: {least: {value: 50, says: Least}}\ncriteria:")
    (policy / "1.0.0.yaml").write_text(text, "utf-8")
    sweep = "sweep: [{policy: sweepable, parameter: least, values: [20, 50, 80, 95]}]\n"
    study.write_text(study.read_text("utf-8") + sweep, "utf-8")
    found = backtest(study).sweeps
    assert not found["best"].any()
    assert set(found.loc[~found["current"], "verdict"]) == {"noise"}
