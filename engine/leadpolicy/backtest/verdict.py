"""What a pair of definitions comes to, in words, with the figures that say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from leadpolicy.backtest.paired import Difference, Discordance
from leadpolicy.backtest.power import MOST, POWER, accounts_needed
from leadpolicy.backtest.rates import LEVEL, Share
from leadpolicy.english import plural

Kind: TypeAlias = Literal["same", "b", "a", "trade", "alike", "not enough history"]
ASSUMPTION: Final = (
    f"with {100 * POWER:.0f} % power at a level of {100 * LEVEL:.0f} %, if further records "
    "resemble these"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` names the better of the two, or why neither is; `needed` are further accounts."""

    kind: Kind
    says: str
    needed: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a pair. `q` and `won_q` are adjusted for all tests that lead to verdicts."""

    a: str
    b: str
    discordant: int
    precision_a: Share
    precision_b: Share
    gap: Difference
    q: float | None
    won: Discordance
    won_q: float
    smallest: float
    unit: str = "record"
    """What an account is called."""


def verdict(of: Evidence) -> Verdict:
    """Which of two definitions is better, or how much history it would take to tell.

    Better is who finds a larger share won among what it holds without losing more of the won. If
    both change, in opposite directions, it is a trade that no statistic decides. Differences of
    precision that are surely smaller than the study's smallest count as none.
    """
    if not of.discordant:
        return Verdict("same", f"{of.a} and {of.b} hold the same records.")
    if of.gap.value is None:
        empty = " and ".join(
            name for name, rate in ((of.a, of.precision_a), (of.b, of.precision_b)) if not rate.of
        )
        return Verdict(
            "not enough history",
            f"Not enough history: {empty} holds no record whose outcome is known.",
        )
    told = of.gap.low is not None and of.q is not None
    surely = told and of.q is not None and of.q < LEVEL
    finer = _side(of.gap.value) if surely and not _small(of) else None
    more = _side(of.won.for_b - of.won.for_a) if of.won_q < LEVEL else None
    figures = _figures(of)
    if finer is None and more is None:
        return _undecided(of, figures)
    if finer is not None and more is not None and finer != more:
        strict, wide = _names(of, finer)
        return Verdict(
            "trade",
            f"A trade: {strict} is won more often, {wide} misses fewer of the won. {figures}",
        )
    side = finer or more or "b"
    better, worse = _names(of, side)
    if finer is None:
        if not _no_loss(of, side):
            return _unsettled(of, better, worse, figures)
        reason = (
            f"it holds more of the won than {worse}, and what it holds is not won less often by "
            f"{100 * of.smallest:g} points or more"
        )
    elif more is None:
        reason = (
            f"what it holds is won more often than with {worse}, and it is not shown to miss more "
            "of the won"
        )
    else:
        reason = f"what it holds is won more often than with {worse}, and it misses fewer won"
    return Verdict(side, f"{better} is better: {reason}. {figures}")


def _no_loss(of: Evidence, side: str) -> bool:
    """Whether the interval rules out that this side's precision is lower by what matters."""
    if of.gap.low is None or of.gap.high is None:
        return False
    return of.gap.low > -of.smallest if side == "b" else of.gap.high < of.smallest


def _unsettled(of: Evidence, more: str, less: str, figures: str) -> Verdict:
    """One side holds more of the won; whether by holding more of everything is open."""
    gap = of.gap
    needed = None
    if gap.error is not None:
        total = accounts_needed(of.smallest, gap.error, gap.accounts)
        needed = None if total is None else max(total - gap.accounts, 0)
    sought = f"what it holds is won less often by {100 * of.smallest:g} points or more"
    end = "."
    if needed:
        end = f": {needed:,} more {of.unit}s would be needed ({ASSUMPTION})."
    return Verdict(
        "not enough history",
        f"Not enough history: {more} holds more of the won than {less}, but whether {sought} "
        f"cannot be told{end} {figures}",
        needed,
    )


def _side(difference: float) -> Literal["a", "b"] | None:
    return None if not difference else "b" if difference > 0 else "a"


def _names(of: Evidence, side: str) -> tuple[str, str]:
    return (of.b, of.a) if side == "b" else (of.a, of.b)


def _small(of: Evidence) -> bool:
    """Whether all of the interval is smaller than what the study calls worth knowing."""
    if of.gap.low is None or of.gap.high is None:
        return False
    return max(abs(of.gap.low), abs(of.gap.high)) < of.smallest


def _undecided(of: Evidence, figures: str) -> Verdict:
    gap = of.gap
    if _small(of):
        return Verdict(
            "alike",
            f"Alike: their precision differs by less than {100 * of.smallest:g} points, and "
            f"neither is shown to hold more of the won. {figures}",
        )
    if gap.value is None or gap.error is None:
        return Verdict(
            "not enough history",
            f"Not enough history: too few {of.unit}s with a known outcome on one side for an "
            f"interval. {figures}",
        )
    observed = abs(gap.value) >= of.smallest
    effect = gap.value if observed else of.smallest
    sought = (
        f"a difference as large as the one seen ({100 * abs(effect):.1f} points)"
        if observed
        else f"a difference of {100 * of.smallest:g} points"
    )
    needed = accounts_needed(effect, gap.error, gap.accounts)
    if needed is None:
        return Verdict(
            "not enough history",
            f"Not enough history: more than {MOST:,} {of.unit}s would be needed. {figures}",
        )
    more = max(needed - gap.accounts, 0)
    if not more:
        # The records would do for such a difference, and none was found.
        return Verdict(
            "not enough history",
            f"Not told apart: the {gap.accounts:,} {of.unit}s would do to find {sought}, but the "
            f"figures here are compatible with none. {figures}",
            0,
        )
    return Verdict(
        "not enough history",
        f"Not enough history: {more:,} more {of.unit}s would be needed to tell {sought} "
        f"({ASSUMPTION}). {figures}",
        more,
    )


def _figures(of: Evidence) -> str:
    a, b, gap = of.precision_a, of.precision_b, of.gap
    said = f"Won: {_rate(a)} of {of.a}, {_rate(b)} of {of.b}"
    if gap.value is not None:
        said += f"; difference {_points(gap.value)} points"
        if gap.low is not None and gap.high is not None:
            said += f" (95 % {_points(gap.low)} to {_points(gap.high)})"
    said += (
        f". Of the won, {of.b} alone holds {plural(of.won.for_b, of.unit)}, "
        f"{of.a} alone {of.won.for_a:,}."
    )
    return said


def _rate(of: Share) -> str:
    if of.value is None:
        return "none"
    return f"{of.part:,} of {of.of:,} ({100 * of.value:.1f} %)"


def _points(value: float) -> str:
    rounded = round(100 * value, 1) or 0.0
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"
