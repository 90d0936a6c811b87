"""The verdict in words: every kind of it, from figures written by hand."""

from __future__ import annotations

from leadpolicy.backtest.paired import Difference, Discordance
from leadpolicy.backtest.power import accounts_needed
from leadpolicy.backtest.rates import share
from leadpolicy.backtest.verdict import Evidence, Verdict, verdict


def judged(
    gap: tuple[float, float, float] | None = (0.08, 0.03, 0.13), *, q: float | None = 0.001,
    won: tuple[int, int] = (4, 5), won_q: float = 1.0, error: float = 0.025,
    discordant: int = 50, smallest: float = 0.05, accounts: int = 400, unit: str = "record",
) -> Verdict:  # fmt: skip
    found = (
        Difference(None, None, None, None, None, accounts)
        if gap is None
        else Difference(gap[0], gap[1], gap[2], error, q, accounts)
    )
    return verdict(
        Evidence(
            "old", "new", discordant, share(20, 100), share(28, 100) if gap else share(0, 0),
            found, q, Discordance(*won, won_q), won_q, smallest, unit,
        )
    )  # fmt: skip


def test_the_same_records() -> None:
    found = judged(discordant=0)
    assert (found.kind, found.says) == ("same", "old and new hold the same records.")


def test_won_more_often() -> None:
    found = judged()
    assert found.kind == "b"
    assert found.says.startswith("new is better: what it holds is won more often than with old")
    assert "20 of 100 (20.0 %) of old, 28 of 100 (28.0 %) of new" in found.says
    assert "difference +8.0 points (95 % +3.0 to +13.0)" in found.says


def test_won_less_often() -> None:
    assert judged((-0.08, -0.13, -0.03)).kind == "a"


def test_won_more_often_and_fewer_missed() -> None:
    found = judged(won=(2, 30), won_q=0.001)
    assert (found.kind, "misses fewer won" in found.says) == ("b", True)


def test_a_trade() -> None:
    found = judged(won=(30, 2), won_q=0.001)
    assert found.kind == "trade"
    assert "new is won more often, old misses fewer of the won" in found.says


def test_more_of_the_won_at_a_rate_that_is_not_lower() -> None:
    found = judged((-0.01, -0.04, 0.02), q=0.6, won=(2, 30), won_q=0.001)
    assert found.kind == "b"
    assert "holds more of the won than old" in found.says
    assert "not won less often by 5 points or more" in found.says


def test_more_of_the_won_at_a_rate_that_may_be_lower() -> None:
    found = judged((-0.03, -0.08, 0.02), q=0.3, won=(2, 30), won_q=0.001, error=0.0255)
    assert found.kind == "not enough history"
    needed = accounts_needed(0.05, 0.0255, 400)
    assert needed is not None
    assert found.needed == needed - 400 > 0
    assert f"{needed - 400:,} more records would be needed" in found.says


def test_a_difference_too_small_to_matter_is_none() -> None:
    """Surely above zero, surely below five points, and as many won: alike."""
    assert judged((0.02, 0.01, 0.03), q=0.01).kind == "alike"
    assert judged((0.02, 0.01, 0.03), q=0.01, smallest=0.02).kind == "b"
    # If the other holds more of the won, it is the better one.
    assert judged((0.02, 0.01, 0.03), q=0.01, won=(30, 2), won_q=0.001).kind == "a"


def test_not_enough_history_says_how_many_more() -> None:
    """The difference seen is larger than the smallest, so it is the one to look for."""
    found = judged((0.08, -0.06, 0.22), q=0.3, error=0.07)
    needed = accounts_needed(0.08, 0.07, 400)
    assert needed is not None
    assert (found.kind, found.needed) == ("not enough history", needed - 400)
    assert "as large as the one seen (8.0 points)" in found.says
    assert "80 % power at a level of 5 %, if further records resemble these" in found.says


def test_a_difference_that_was_hardly_seen_is_sought_at_the_smallest_that_matters() -> None:
    found = judged((0.01, -0.12, 0.14), q=0.9, error=0.07)
    needed = accounts_needed(0.05, 0.07, 400)
    assert needed is not None
    assert found.needed == needed - 400
    assert "a difference of 5 points" in found.says


def test_accounts_are_called_accounts() -> None:
    assert "more accounts would be needed" in judged((0.08, -0.06, 0.22), q=0.3, error=0.07,
                                                     unit="account").says  # fmt: skip


def test_a_side_without_known_outcomes() -> None:
    found = judged(None, q=None)
    assert found.kind == "not enough history"
    assert "new holds no record whose outcome is known" in found.says


def test_too_few_for_an_interval() -> None:
    found = verdict(
        Evidence("old", "new", 9, share(3, 5), share(4, 6), Difference(0.07, None, None, None,
                 None, 11), None, Discordance(1, 2, 1.0), 1.0, 0.05)
    )  # fmt: skip
    assert found.kind == "not enough history"
    assert "too few records" in found.says
