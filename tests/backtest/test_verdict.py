"""The verdict in words: every kind of it, from figures written by hand."""

from __future__ import annotations

import pytest

from leadpolicy.backtest.paired import Discordance, Lift, RateDifference
from leadpolicy.backtest.power import accounts_needed
from leadpolicy.backtest.rates import share
from leadpolicy.backtest.verdict import Evidence, OpenRecords, Verdict, verdict

TELLS = Lift(1.5, 1.2, 1.9)
NOISE = Lift(1.1, 0.8, 1.5)
NOTHING = OpenRecords()


def judged(
    gap: tuple[float, float, float] | None = (0.08, 0.03, 0.13), *, q: float | None = 0.001,
    a: tuple[int, int] = (20, 100), b: tuple[int, int] = (28, 100),
    won: tuple[int, int] = (4, 12), won_q: float | None = 0.9, error: float = 0.025,
    parted: int = 50, smallest: float = 0.05, accounts: int = 400, unit: str = "record",
    lifts: tuple[Lift, Lift] = (TELLS, TELLS), nested: bool = False, level: float = 0.05,
    missing: OpenRecords = NOTHING, why: str = "",
) -> Verdict:  # fmt: skip
    """Shares are won of held; `gap` is the difference with its interval."""
    found = (
        RateDifference(None, None, None, None, None, accounts)
        if gap is None
        else RateDifference(gap[0], gap[1], gap[2], error, q, accounts)
    )
    if why and gap is not None:
        found = RateDifference(gap[0], None, None, None, None, accounts, why)
    return verdict(
        Evidence(
            "old", "new", parted, share(*a), share(*b) if gap else share(0, 0), *lifts, found, q,
            Discordance(*won, won_q), won_q, smallest, nested, level, missing, unit,
        )
    )  # fmt: skip


def test_the_same_records() -> None:
    found = judged(parted=0)
    assert (found.kind, found.says) == ("same", "old and new hold the same records.")


def test_what_is_missing_decides_nothing() -> None:
    """They part on no record of which both are certain: neither is better."""
    found = judged(parted=0, missing=OpenRecords(300, 155, -0.178, 0.156))
    assert found.kind == "open"
    assert "certainly part on no record" in found.says
    assert "300 records with a known outcome, 155 of them won" in found.says
    assert "between −17.8 and +15.6 however they are decided" in found.says


def test_a_verdict_says_how_much_rests_on_what_is_missing() -> None:
    found = judged(missing=OpenRecords(12, 3, -0.02, 0.2))
    assert found.kind == "b"
    assert found.says.endswith(
        "UNKNOWN with one of them, and left out: 12 records with a known outcome, 3 of them won. "
        "In points the difference is +8.0 where both are certain, and between −2.0 and +20.0 "
        "however they are decided: what is missing could turn it."
    )


def test_bounds_that_meet_are_one_figure_of_all_records() -> None:
    """What is left out moves the difference though no answer does: neither figure bounds both."""
    found = judged((0.0357, -0.01, 0.09), missing=OpenRecords(7, 0, 0.03, 0.0304))
    assert found.says.endswith(
        "7 records with a known outcome, 0 of them won. In points the difference is +3.6 where "
        "both are certain, and +3.0 however they are decided."
    )
    assert judged(None, q=None, missing=OpenRecords(7, 0, 0.03, 0.03)).says.endswith(
        "In points the difference is +3.0 however they are decided."
    )


def test_won_more_often_and_as_many_of_the_won() -> None:
    found = judged()
    assert found.kind == "b"
    assert found.says.startswith(
        "new is better: what it holds is won more often than with old, and it holds more of the "
        "won (28 against 20)."
    )
    assert "20 of 100 (20.0 %) of old, 28 of 100 (28.0 %) of new" in found.says
    assert "difference +8.0 points (95 % +3.0 to +13.0)" in found.says
    assert judged((-0.08, -0.13, -0.03), a=(28, 100), b=(20, 100)).kind == "a"
    assert "holds as many of the won" in judged(a=(20, 100), b=(20, 70)).says


def test_won_more_often_but_fewer_of_the_won_is_a_trade_with_its_price() -> None:
    """Whether or not the difference among the won is significant: want of data is no virtue."""
    for won_q in (0.001, 0.9):
        found = judged(a=(113, 6_000), b=(60, 1_200), won=(53, 0), won_q=won_q)
        assert found.kind == "trade"
        assert "new is won more often, old misses fewer of the won" in found.says
        assert "4,800 more records for 53 more won." in found.says


def test_of_a_trade_it_is_said_what_may_be_chance() -> None:
    chance = "That it misses fewer of the won may be chance."
    for won_q, nested, told in ((0.648, False, True), (0.001, False, False), (0.648, True, False)):
        found = judged(a=(63, 506), b=(60, 338), won=(11, 8), won_q=won_q, nested=nested)
        assert found.kind == "trade"
        assert (chance in found.says) == told


@pytest.mark.parametrize(("low", "turns"), [(-0.02, True), (0.02, False)])
def test_what_is_missing_could_turn_a_verdict(low: float, turns: bool) -> None:
    found = judged(missing=OpenRecords(12, 3, low, 0.2))
    assert ("what is missing could turn it" in found.says) == turns


def test_nested_definitions_are_never_better() -> None:
    """The wider one holds more of everything; and so is the narrower not, where it is finer."""
    found = judged(a=(113, 6_000), b=(60, 1_200), won=(53, 0), nested=True)
    assert (found.kind, "(1.1 % of them)" in found.says) == ("trade", True)
    wider = judged((0.001, -0.02, 0.03), q=0.9, a=(40, 200), b=(80, 400), won=(0, 40), won_q=0.0,
                   nested=True)  # fmt: skip
    assert wider.kind == "alike"
    assert "new holds 200 more records for 40 more won" in wider.says
    nothing_lost = judged((0.08, 0.03, 0.13), a=(20, 100), b=(20, 70), nested=True)
    assert nothing_lost.kind == "trade"


def test_noise_is_called_noise_whatever_the_volumes() -> None:
    """More of the won by holding more of everything, at a rate like that of all records."""
    for q, won_q in ((0.9, 0.001), (0.9, 0.9), (0.001, 0.001)):
        found = judged(a=(20, 100), b=(200, 1_000), won=(2, 182), q=q, won_q=won_q,
                       lifts=(NOISE, Lift(0.98, 0.9, 1.07)))  # fmt: skip
        assert found.kind == "noise"
        assert "lift 1.10 (95 % 0.80 to 1.50) with old" in found.says
        assert "0.98 (95 % 0.90 to 1.07) with new" in found.says


def test_too_few_for_a_lift_tell_nothing() -> None:
    found = judged(lifts=(Lift(3.0), Lift(1.0, 1.0, 1.0)))
    assert (found.kind, "3.00 (too few for an interval)" in found.says) == ("noise", True)


def test_one_that_tells_is_enough_to_compare() -> None:
    assert judged(lifts=(Lift(1.0, 1.0, 1.0), TELLS)).kind == "b"


def test_more_of_the_won_in_no_more_records() -> None:
    found = judged((0.03, -0.01, 0.07), q=0.2, a=(20, 100), b=(23, 100), won=(2, 30), won_q=0.001)
    assert found.kind == "b"
    assert "holds more of the won (23 against 20), and not more records than old" in found.says


def test_more_of_the_won_in_more_records_is_not_better() -> None:
    """As often won, by an interval within what matters: alike, with the price."""
    found = judged((-0.01, -0.04, 0.02), q=0.6, a=(20, 100), b=(38, 200), won=(2, 30), won_q=0.001)
    assert found.kind == "alike"
    assert "less than 5 points; new holds 100 more records for 18 more won" in found.says


def test_more_of_the_won_at_a_rate_that_may_be_lower() -> None:
    found = judged((-0.03, -0.08, 0.02), q=0.3, a=(20, 100), b=(34, 200), won=(2, 30), won_q=0.001)
    assert found.kind == "not enough history"
    assert "new holds 100 more records for 14 more won" in found.says


@pytest.mark.parametrize(
    ("gap", "smallest", "kind"),
    [
        ((0.02, 0.01, 0.03), 0.05, "alike"),
        ((0.02, 0.01, 0.03), 0.02, "b"),
        # At a base rate of 2 % a quarter of it is half a point.
        ((0.031, 0.021, 0.041), 0.0047, "b"),
    ],
)
def test_a_difference_too_small_to_matter_is_none(
    gap: tuple[float, float, float], smallest: float, kind: str
) -> None:
    assert judged(gap, smallest=smallest).kind == kind


def test_not_enough_history_says_how_many_more() -> None:
    """Five points are worth knowing; eight were seen, and may be none or fourteen."""
    found = judged((0.08, -0.06, 0.22), q=0.3, error=0.07)
    needed = accounts_needed(0.08, 0.07, 400, 0.05)
    assert needed is not None
    assert (found.kind, found.needed) == ("not enough history", needed - 400)
    assert f"{needed - 400:,} more records would settle which of them is won more often" in (
        found.says
    )
    assert "or that they differ by less than 5 points, in four of five cases" in found.says


def test_a_difference_that_was_hardly_seen_is_settled_by_being_small() -> None:
    found = judged((0.01, -0.12, 0.14), q=0.9, error=0.07)
    needed = accounts_needed(0.01, 0.07, 400, 0.05)
    assert needed is not None
    assert found.needed == needed - 400
    assert needed < (accounts_needed(0.01, 0.07, 400) or 0)


def test_the_number_allows_for_all_tests() -> None:
    one = judged((0.08, -0.06, 0.22), q=0.3, error=0.07)
    many = judged((0.08, -0.06, 0.22), q=0.3, error=0.07, level=0.005)
    assert (many.needed or 0) > (one.needed or 0)
    assert "at a level of 0.5 %, which allows for all tests" in many.says


def test_where_so_many_would_do_none_are_asked_for() -> None:
    """Between no difference and one that matters, with errors so small that most studies settle."""
    found = judged((0.025, -0.002, 0.052), q=0.07, error=0.013)
    assert (found.kind, found.needed) == ("not enough history", 0)
    assert "Not told apart" in found.says


def test_accounts_are_called_accounts() -> None:
    found = judged((0.08, -0.06, 0.22), q=0.3, error=0.07, unit="account")
    assert "more accounts would settle" in found.says


def test_a_side_without_known_outcomes() -> None:
    found = judged(None, q=None)
    assert found.kind == "not enough history"
    assert "new holds no record whose outcome is known" in found.says


@pytest.mark.parametrize(
    ("why", "said"),
    [("accounts", "too few records that carry weight"), ("won", "too few won or not won records")],
)
def test_too_few_for_an_interval(why: str, said: str) -> None:
    found = judged(q=None, why=why)
    assert (found.kind, said in found.says) == ("not enough history", True)
