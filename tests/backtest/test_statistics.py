"""Figures against hand-worked examples, and against scipy where it computes the same."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from scipy import stats

from leadpolicy.backtest.arrays import DAY, NEVER
from leadpolicy.backtest.calendar import periods
from leadpolicy.backtest.courses import trend
from leadpolicy.backtest.effects import held_out
from leadpolicy.backtest.fates import Fate, fates, steps
from leadpolicy.backtest.paired import (
    by_account,
    difference,
    effective,
    false_discovery,
    level_for_one_more,
    lift,
    mcnemar,
)
from leadpolicy.backtest.power import accounts_needed, settled
from leadpolicy.backtest.rates import precision, revenue, share
from leadpolicy.backtest.velocity import competing_ends, kaplan_meier, log_rank
from tests.backtest.worlds import START, cohort, moments

YES = np.array([True])


def test_fates_of_every_kind() -> None:
    start = moments([0, 0, 0, 80, 10, 10, 0, None, 120])
    won = moments([30, 31, None, 81, 5, 10, 3, None, None])
    closed = moments([None] * 9)
    told = np.array([True] * 6 + [False] + [True] * 2)
    found = fates(start, won, closed, told, 30 * DAY, START + 100 * DAY)
    assert [Fate(code).name for code in found.tolist()] == [
        "REACHED",  # on the last day of the window
        "NOT_REACHED",  # a day too late
        "NOT_REACHED",
        "IMMATURE",  # won already, but not followed for 30 days
        "OVER",  # before the window
        "OVER",  # at its very beginning
        "UNTOLD",
        "OUT",
        "OUT",  # begins after the end of observation
    ]


def test_an_early_end_does_not_make_a_record_mature() -> None:
    """Lost after two days and won after two days: both wait until the window has passed."""
    start, closed = moments([80, 80]), moments([82, 82])
    found = fates(start, moments([None, 82]), closed, np.ones(2, np.bool_), 30 * DAY,
                  START + 100 * DAY)  # fmt: skip
    assert found.tolist() == [Fate.IMMATURE, Fate.IMMATURE]


def test_a_higher_rung_may_be_entered_at_once() -> None:
    start, target = moments([10, 10, 10, 90]), moments([10, 9, 41, 90])
    closed = moments([None] * 4)
    found = steps(start, target, closed, 30 * DAY, START + 100 * DAY)
    assert found.tolist() == [Fate.REACHED, Fate.OVER, Fate.NOT_REACHED, Fate.IMMATURE]


def test_nothing_of_twelve_may_still_be_a_quarter() -> None:
    of = share(0, 12)
    assert of.value == 0.0
    assert of.low == pytest.approx(0.0)
    assert of.high == pytest.approx(0.2425, abs=1e-4)
    assert share(0, 0).value is None


def test_precision_recall_and_lift_by_hand() -> None:
    held = np.array([True, True, True, False, False, False, True, False])
    fate = np.array([1, 1, 0, 1, 0, 0, -1, -2], np.int8)
    found = precision(held, fate)
    assert (found.picked, found.of.part, found.of.of, found.immature) == (4, 2, 3, 1)
    assert found.recall.value == pytest.approx(2 / 3)
    assert found.base.value == pytest.approx(3 / 6)
    assert found.lift == pytest.approx((2 / 3) / (1 / 2))


def test_revenue_leaves_unknown_amounts_out_and_counts_them() -> None:
    held = np.array([True, True, True, False])
    fate = np.array([1, 0, 1, 1], np.int8)
    found = revenue(held, fate, np.array([100.0, 300.0, np.nan, 100.0]))
    assert (found.precision, found.recall, found.without_amount) == (0.25, 0.5, 1)


# ------------------------------------------------------------------------------------- pairs


def test_mcnemar_is_exact_and_two_sided() -> None:
    """One against nine discordant: 2 · (C(10,0) + C(10,1)) / 2^10."""
    right_a = np.array([True] + [False] * 9)
    found = mcnemar(right_a, ~right_a, np.arange(10))
    assert (found.for_a, found.for_b) == (1, 9)
    assert found.p == pytest.approx(2 * 11 / 1024)


def test_an_account_counts_once_for_mcnemar() -> None:
    right_a = np.array([True, True, True, False, False])
    account = np.array([7, 7, 7, 8, 9])
    found = mcnemar(right_a, ~right_a, account)
    assert (found.for_a, found.for_b) == (1, 2)


def test_sums_by_account() -> None:
    a, b = np.array([1, 1, 0, 1], bool), np.array([0, 1, 1, 1], bool)
    won = np.array([1, 0, 1, 1], bool)
    found = by_account(a, b, won, np.array([5, 5, 5, 2]))
    # held by both, by b only, by a only, by neither: records and won
    assert found.tolist() == [[1, 1, 0, 0, 0, 0, 0, 0], [1, 0, 1, 1, 1, 1, 0, 0]]


def test_the_difference_agrees_with_a_robust_regression() -> None:
    """Two disjoint sets: least squares of won on the side, errors by account (Liang and Zeger)."""
    from statsmodels.regression.linear_model import OLS

    rng = np.random.default_rng(3)
    account = rng.integers(0, 80, 400)
    b = rng.random(400) < 0.5
    won = rng.random(400) < np.where(b, 0.45, 0.2) * (0.5 + rng.random(80)[account])
    found = difference(by_account(~b, b, won, account))
    design = np.column_stack([np.ones(400), b])
    other = OLS(won.astype(float), design).fit(
        cov_type="cluster", cov_kwds={"groups": account, "use_correction": False}
    )
    groups = len(np.unique(account))
    assert found.value == pytest.approx(float(other.params[1]))
    assert found.low is not None
    assert found.high is not None
    free = effective(np.bincount(account)) - 1
    reach = float(stats.t.ppf(0.975, free)) * float(other.bse[1]) * (groups / (groups - 1)) ** 0.5
    assert (found.high - found.low) / 2 == pytest.approx(reach)


def test_a_difference_that_is_called_has_an_interval_without_zero() -> None:
    rng = np.random.default_rng(9)
    told = 0
    for _ in range(60):
        a, b = rng.random(300) < 0.5, rng.random(300) < 0.5
        won = rng.random(300) < np.where(b & ~a, 0.36, 0.2)
        found = difference(by_account(a, b, won, np.arange(300)))
        assert found.low is not None
        assert found.high is not None
        assert found.p is not None
        if found.p < 0.05:
            told += 1
            assert not found.low <= 0 <= found.high
    assert 5 < told < 55


def test_accounts_of_one_size_count_as_many_as_they_are() -> None:
    assert effective(np.full(40, 3)) == pytest.approx(40)
    # One with half of all records: 1 / (1/4 + 50 · (1/100)²)
    assert effective(np.array([50] + [1] * 50)) == pytest.approx(1 / (0.25 + 50 / 100**2))


def test_too_few_accounts_get_no_interval() -> None:
    a = np.array([True] * 9 + [False] * 50)
    found = difference(by_account(a, ~a, ~a, np.arange(59)))
    assert (found.value, found.why) == (1.0, "accounts")
    assert (found.low, found.high, found.p) == (None, None, None)


def test_one_account_with_half_of_the_records_gets_no_interval() -> None:
    account = np.array([0] * 100 + list(range(1, 101)))
    a = np.arange(200) % 2 == 0
    won = np.arange(200) % 3 == 0
    assert difference(by_account(a, ~a, won, account)).why == "accounts"
    assert difference(by_account(a, ~a, won, np.arange(200))).low is not None


def test_too_few_won_get_no_interval() -> None:
    """40 of 1,000 are won; on a side of 100 four would be expected, on one of 150 six."""
    won = np.arange(1_000) % 25 == 0
    for size, why in ((100, "won"), (150, "")):
        a = np.arange(1_000) < size
        assert difference(by_account(a, ~a, won, np.arange(1_000))).why == why


def test_nothing_won_on_one_side_is_no_certainty() -> None:
    """0 of 150 against 24 of 450: as seen, the first side has no error at all."""
    a = np.arange(600) < 150
    won = (np.arange(600) >= 150) & (np.arange(600) < 174)
    found = difference(by_account(a, ~a, won, np.arange(600)))
    # Each side around the common rate of 24 in 600: squares of what each record adds.
    common, own = 24 / 600, 24 / 450
    alike = 150 * common**2 / 150**2
    alike += (24 * (1 - common) ** 2 + 426 * common**2) / 450**2
    seen = (24 * (1 - own) ** 2 + 426 * own**2) / 450**2
    assert found.error is not None
    assert found.error**2 == pytest.approx(max(alike, seen) * 600 / 599)
    assert alike > seen


def test_lift_by_hand() -> None:
    """20 of 60 won where 30 of 200 are: the error of log(20/60) − log(30/200), by record."""
    held, won = np.arange(200) < 60, np.zeros(200, bool)
    won[:20] = won[60:70] = True
    ones = np.ones(200, np.int64)
    found = lift(held.astype(int), (held & won).astype(int), ones, won.astype(int))
    assert found.value == pytest.approx(20 / 60 / (30 / 200))
    parts = (won - 1 / 3) * held / 20 - (won - 0.15) / 30
    error = math.sqrt((parts**2).sum() * 200 / 199)
    reach = math.exp(float(stats.t.ppf(0.975, 59)) * error)
    assert found.value is not None
    assert found.low == pytest.approx(found.value / reach)
    assert found.high == pytest.approx(found.value * reach)
    assert found.tells


def test_lift_of_everyone_is_one() -> None:
    ones, won = np.ones(50, np.int64), (np.arange(50) < 5).astype(int)
    found = lift(ones, won, ones, won)
    assert (found.value, found.low, found.high, found.tells) == (1.0, 1.0, 1.0, False)


def test_lift_where_nothing_held_was_won() -> None:
    """None of 20: up to 16.1 % by Wilson, which is 3.2 times the 5 % of all."""
    ones, won = np.ones(100, np.int64), (np.arange(100) >= 95).astype(int)
    held = (np.arange(100) < 20).astype(int)
    found = lift(held, held * won, ones, won)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.1611 / 0.05, abs=0.01)


def test_a_side_that_holds_nothing_has_no_precision() -> None:
    a = np.zeros(20, np.bool_)
    assert difference(by_account(a, ~a, a, np.arange(20))).value is None


def test_false_discovery_is_benjamini_and_hochberg_and_keeps_gaps() -> None:
    """Three tests: 0.01 · 3 / 1, 0.02 · 3 / 2, 0.5 · 3 / 3."""
    assert false_discovery([0.01, None, 0.5, 0.02]) == [
        pytest.approx(0.03), None, pytest.approx(0.5), pytest.approx(0.03),
    ]  # fmt: skip
    assert false_discovery([None]) == [None]


def test_what_does_not_part_is_in_no_family() -> None:
    same = np.ones(30, bool)
    assert difference(by_account(same, same, same, np.arange(30))).p is None
    assert mcnemar(same, same, np.arange(30)).p is None


def test_the_level_for_one_more_is_its_rank_among_all() -> None:
    """One of four tests is called: the second is held against two quarters of the level."""
    assert level_for_one_more([0.01, 0.2, None, 0.4, 0.9]) == pytest.approx(0.05 * 2 / 4)
    assert level_for_one_more([]) == 0.05
    assert level_for_one_more([0.01, 0.02]) == 0.05


def test_the_number_needed_has_the_power_it_promises() -> None:
    """z of 80 % power at 5 %: (1.95996 + 0.84162)² = 7.849 times the squared spread per effect."""
    needed = accounts_needed(0.05, 0.04, 400)
    assert needed == pytest.approx(7.849 * (0.04 * 20) ** 2 / 0.05**2, rel=0.001)
    assert needed is not None
    assert settled(0.05, 0.04 * math.sqrt(400 / needed), 0.0) == pytest.approx(0.8, abs=0.001)
    assert accounts_needed(0.0, 0.04, 400) is None


def test_no_difference_is_settled_as_soon_as_it_is_surely_small() -> None:
    """5 % of studies of no difference call one; in 75 % more the interval lies within ±5 points,
    which is so where the estimate is within z of 87.5 %: (1.95996 + 1.15035)².
    """
    needed = accounts_needed(0.0, 0.04, 400, 0.05)
    assert needed == pytest.approx((1.95996 + 1.15035) ** 2 * (0.04 * 20) ** 2 / 0.05**2, rel=0.001)
    # From twice 1.96 errors on every interval is within or without zero.
    assert settled(0.025, 0.05 / 2 / 1.96, 0.05) == 1.0


def test_many_tests_need_more_history() -> None:
    one, many = accounts_needed(0.05, 0.04, 400), accounts_needed(0.05, 0.04, 400, level=0.005)
    assert one is not None
    assert many is not None
    assert many > 1.6 * one


# ------------------------------------------------------------------------------------ velocity


def test_kaplan_meier_by_hand() -> None:
    """At risk 5, 4, 2: 1 − 4/5 · 3/4 · 1/2."""
    days = np.array([10.0, 20.0, 25.0, 30.0, 40.0])
    arrived = np.array([True, True, False, True, False])
    curve = kaplan_meier(days, arrived, [5, 10, 30, 40, 50])
    assert [(p.day, round(p.share, 10), p.at_risk) for p in curve.points] == [
        (5, 0.0, 5), (10, 0.2, 5), (30, 0.7, 2), (40, 0.7, 1),
    ]  # fmt: skip
    assert (curve.median, curve.arrived, curve.followed) == (30, 3, 40)


def test_kaplan_meier_agrees_with_scipy() -> None:
    rng = np.random.default_rng(2)
    wait, watched = rng.lognormal(4, 1, 300), rng.uniform(1, 200, 300)
    days, arrived = np.minimum(wait, watched), wait <= watched
    sample = stats.CensoredData.right_censored(days, ~arrived)
    sf = stats.ecdf(sample).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that the limits at the very last are not defined
        ends = sf.confidence_interval(method="log-log")
    for point in kaplan_meier(days, arrived, [20, 60, 120]).points:
        assert 1 - point.share == pytest.approx(float(sf.evaluate(point.day)))
        assert 1 - (point.high or 0) == pytest.approx(float(ends.low.evaluate(point.day)))
        assert 1 - (point.low or 0) == pytest.approx(float(ends.high.evaluate(point.day)))


def test_records_that_came_late_are_not_at_risk_before() -> None:
    """By day 10 one of 2 has arrived, by day 20 one of 2: the third came on day 15."""
    days, arrived = np.array([10.0, 20.0, 30.0]), np.array([True, True, False])
    curve = kaplan_meier(days, arrived, [10, 20], np.array([0.0, 0.0, 15.0]))
    assert [(p.share, p.at_risk) for p in curve.points] == [(0.5, 2), (0.75, 2)]
    assert curve.late == 1


def test_who_came_too_late_was_never_at_risk() -> None:
    curve = kaplan_meier(np.array([10.0, 20.0]), np.array([True, True]), [20], np.array([10.0, 0]))
    assert (curve.records, curve.arrived) == (1, 1)


def test_nobody_arrived() -> None:
    curve = kaplan_meier(np.array([10.0, 20.0]), np.array([False, False]), [10])
    (point,) = curve.points
    assert (point.share, point.low) == (0.0, 0.0)
    # Exact binomial, none of two: 1 − 0.025^(1/2).
    assert point.high == pytest.approx(1 - 0.025**0.5)
    assert curve.median is None
    assert kaplan_meier(np.zeros(0), np.zeros(0, np.bool_), [1]).points == ()


def test_ends_that_compete_by_hand() -> None:
    """Won on day 1 of 4, lost on day 2 of 3, won on day 3 of 2: 1/4 + 3/4 · 2/3 · 1/2."""
    found = competing_ends(
        np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 2, 1, 0]), ("won", "lost"), [3.0]
    )
    assert {end.way: end.share for end in found} == {
        "won": pytest.approx(0.5), "lost": pytest.approx(0.25),
    }  # fmt: skip
    assert competing_ends(np.array([1.0]), np.array([0]), ("won",), [1.0]) == ()


def test_log_rank_agrees_with_scipy() -> None:
    rng = np.random.default_rng(4)
    one, other = rng.exponential(50, 80), rng.exponential(90, 80)
    cut = 100.0
    days = [np.minimum(one, cut), np.minimum(other, cut)]
    arrived = [one <= cut, other <= cut]
    sides = [stats.CensoredData.right_censored(d, ~a) for d, a in zip(days, arrived, strict=True)]
    own = [np.arange(80), np.arange(80, 160)]
    # The variance is counted, not derived: nearly the same for records on their own.
    assert log_rank(days, arrived, own) == pytest.approx(stats.logrank(*sides).pvalue, abs=0.01)
    nobody = np.zeros(0), np.zeros(0, np.bool_), np.zeros(0, np.int64)
    alone = [days[0], nobody[0]], [arrived[0], nobody[1]], [own[0], nobody[2]]
    assert log_rank(*alone) is None


def test_log_rank_counts_accounts() -> None:
    """Every record four times in its account: no more is known than before. (Records on their own
    have the usual variance where it is larger, which differs by chance.)
    """
    rng = np.random.default_rng(8)
    days = [rng.exponential(50, 40), rng.exponential(70, 40)]
    arrived = [days[0] < 90, days[1] < 90]
    own = [np.arange(40), np.arange(40, 80)]
    once = log_rank(days, arrived, own)
    four = log_rank(
        [np.repeat(one, 4) for one in days],
        [np.repeat(one, 4) for one in arrived],
        [np.repeat(one, 4) for one in own],
    )
    assert four == pytest.approx(once, abs=0.01)


def test_a_trend_is_cochran_and_armitages() -> None:
    """Shares 0.2, 0.5, 0.8 of ten each, scores −1, 0, 1: (−1 · −3 + 1 · 3)² over p q Σ n t² = 5,
    with the variance of a sample without replacement, 29 in 30.
    """
    found = trend([(2, 10), (5, 10), (8, 10)])
    assert found["direction"] == "rising"
    assert found["p"] == pytest.approx(stats.chi2.sf(36 / 5 * 29 / 30, 1))
    assert trend([(2, 10), (0, 0), (5, 10)])["p"] is None


# ------------------------------------------------------------------------------------ calendar


def test_periods_begin_with_the_calendar() -> None:
    day = START + 45 * DAY  # 2024-02-15, a Thursday
    assert periods(START, day, "month").labels == ("2024-01", "2024-02")
    assert periods(START, day, "quarter").labels == ("2024 Q1",)
    assert periods(START, day, "year").labels == ("2024",)
    weeks = periods(day, day + 4 * DAY, "week")
    assert weeks.labels == ("2024-02-12", "2024-02-19")
    assert weeks.of(moments([42 - 1, 42, 48, 49, 56])).tolist() == [-1, 0, 0, 1, -1]
    assert weeks.ends(day).tolist() == [day, day]


def test_moments_before_1970_have_their_period() -> None:
    before = -40 * DAY
    made = periods(before, before, "month")
    assert made.labels == ("1969-11",)
    assert made.of(np.array([before])).tolist() == [0]
    assert periods(-DAY, -DAY, "week").labels == ("1969-12-29",)


def test_only_records_with_a_known_outcome_are_held_out() -> None:
    """Observed for 100 days with a window of 30: the last known entered on day 70."""
    made = cohort(entered=[0, 50, 65, 70, 90], won=[None] * 5)
    assert held_out(made, 10 * DAY).tolist() == [False, False, True, True, True]
    assert not held_out(made, None).any()
    assert made.won[0] == NEVER
