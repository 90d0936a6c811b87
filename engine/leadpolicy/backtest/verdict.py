"""What a pair of definitions comes to, in words, with the figures that say so.

The rule, on the records of which both definitions are certain and whose outcome is known:

1. Where they part on none, they are the same; what is UNKNOWN leaves that open.
2. Where for both of them a lift of 1 lies within its interval, the outcome does not tell them
   apart, whatever the volumes: noise.
3. The finer one is what is surely won more often: after correction for all tests, and not surely by
   less than is worth knowing.
4. The finer one is better if it also holds at least as many of the won. So is one that surely holds
   more of the won (McNemar, corrected) in no more records.
5. If the finer one holds fewer of the won it is a trade, with its price. One that contains the
   other holds more of everything: it can be no more than a trade.
6. Differences that lie within what is worth knowing are none. All else is not enough history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from leadpolicy.backtest.paired import Discordance, Lift, RateDifference
from leadpolicy.backtest.power import MOST, accounts_needed
from leadpolicy.backtest.rates import LEVEL, Share
from leadpolicy.english import plural

Kind: TypeAlias = Literal["same", "open", "noise", "b", "a", "trade", "alike", "not enough history"]
RELATIVE: Final = 0.25
POINTS: Final = 0.05
"""The difference that is worth knowing, where a study names none: a quarter of the share won of
all, but no more than five points."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` names the better of the two, or why neither is; `needed` are further accounts."""

    kind: Kind
    says: str
    needed: int | None = None


@dataclass(frozen=True, slots=True)
class OpenRecords:
    """Records with a known outcome of which one of the two is UNKNOWN, and won among them.

    `low` and `high` bound the difference whatever the answers are (C. F. Manski, "Nonparametric
    bounds on treatment effects", 1990).
    """

    records: int = 0
    won: int = 0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a pair. `q` and `won_q` are adjusted for all tests that lead to verdicts.

    `parted` are records, of known outcome or not, that one certainly holds and the other certainly
    does not. `held_a` and `held_b` count those with a known outcome, as `precision_a` does.
    """

    a: str
    b: str
    parted: int
    precision_a: Share
    precision_b: Share
    lift_a: Lift
    lift_b: Lift
    gap: RateDifference
    q: float | None
    won: Discordance
    won_q: float | None
    smallest: float
    nested: bool = False
    """One of the two holds all that the other does."""
    level: float = LEVEL
    """The level at which one more difference would be called."""
    missing: OpenRecords = OpenRecords()
    unit: str = "record"
    """What an account is called."""


def verdict(of: Evidence) -> Verdict:
    """Which of two definitions is better, or why that cannot be said."""
    found = _verdict(of)
    return Verdict(found.kind, found.says + _missing(of, found.kind), found.needed)


def _verdict(of: Evidence) -> Verdict:
    if not of.parted:
        if of.missing.records:
            return Verdict(
                "open",
                f"Open: {of.a} and {of.b} certainly part on no record. Which is better rests on "
                "what is missing.",
            )
        return Verdict("same", f"{of.a} and {of.b} hold the same records.")
    if of.gap.value is None:
        empty = " and ".join(
            name for name, rate in ((of.a, of.precision_a), (of.b, of.precision_b)) if not rate.of
        )
        return Verdict(
            "not enough history",
            f"Not enough history: {empty} holds no record whose outcome is known.",
        )
    if not (of.lift_a.tells or of.lift_b.tells):
        return _noise(of)
    finer, fuller = _finer(of), _fuller(of)
    more = _side(of.precision_b.part - of.precision_a.part)
    if finer is not None:
        return _trade(of, finer) if more not in (None, finer) or of.nested else _better(of, finer)
    if fuller is not None and not of.nested:
        better, worse = _rates(of, fuller)
        if better.of <= worse.of:
            return _better(of, fuller)
    if _small(of):
        return _alike(of)
    return _unsettled(of)


def _finer(of: Evidence) -> Literal["a", "b"] | None:
    """The side that is surely won more often, by more than is nothing."""
    if of.gap.value is None or of.q is None or of.q >= LEVEL or _small(of):
        return None
    return _side(of.gap.value)


def _fuller(of: Evidence) -> Literal["a", "b"] | None:
    """The side that surely holds more of the won."""
    if of.won_q is None or of.won_q >= LEVEL:
        return None
    return _side(of.won.for_b - of.won.for_a)


def _side(difference: float) -> Literal["a", "b"] | None:
    return None if not difference else "b" if difference > 0 else "a"


def _names(of: Evidence, side: str) -> tuple[str, str]:
    return (of.b, of.a) if side == "b" else (of.a, of.b)


def _rates(of: Evidence, side: str) -> tuple[Share, Share]:
    first, second = of.precision_a, of.precision_b
    return (second, first) if side == "b" else (first, second)


def _small(of: Evidence) -> bool:
    """Whether all of the interval is smaller than what is worth knowing."""
    if of.gap.low is None or of.gap.high is None:
        return False
    return max(abs(of.gap.low), abs(of.gap.high)) < of.smallest


# --------------------------------------------------------------------------------- sentences


def _better(of: Evidence, side: Literal["a", "b"]) -> Verdict:
    better, worse = _names(of, side)
    rate, other = _rates(of, side)
    if side == _finer(of):
        reason = (
            f"what it holds is won more often than with {worse}, and it holds "
            + ("more" if rate.part > other.part else "as many")
            + f" of the won ({rate.part:,} against {other.part:,})"
        )
    else:
        reason = (
            f"it holds more of the won ({rate.part:,} against {other.part:,}), and not more "
            f"records than {worse} ({rate.of:,} against {other.of:,})"
        )
    return Verdict(side, f"{better} is better: {reason}. {_figures(of)}")


def _trade(of: Evidence, finer: str) -> Verdict:
    strict, wide = _names(of, finer)
    chance = " That it misses fewer of the won may be chance." if not _surely_fuller(of) else ""
    return Verdict(
        "trade",
        f"A trade: {strict} is won more often, {wide} misses fewer of the won: {_price(of, wide)}."
        f"{chance} {_figures(of)}",
    )


def _surely_fuller(of: Evidence) -> bool:
    """Whether one surely holds more of the won; what contains the other does so by itself."""
    return of.nested or _fuller(of) is not None


def _price(of: Evidence, wide: str) -> str:
    """What the wider one costs and brings."""
    rate, other = _rates(of, "b" if wide == of.b else "a")
    records, won = rate.of - other.of, rate.part - other.part
    share = f" ({_percent(won / records)} of them)" if of.nested else ""
    return f"{records:,} more records for {won:,} more won{share}"


def _noise(of: Evidence) -> Verdict:
    return Verdict(
        "noise",
        "Noise: the outcome does not tell them apart. Neither is shown to be won more or less "
        f"often than all records: lift {_lift(of.lift_a)} with {of.a}, {_lift(of.lift_b)} with "
        f"{of.b}. {_figures(of)}",
    )


def _lift(of: Lift) -> str:
    if of.value is None:
        return "not defined"
    if of.low is None or of.high is None:
        return f"{of.value:.2f} (too few for an interval)"
    return f"{of.value:.2f} (95 % {of.low:.2f} to {of.high:.2f})"


def _alike(of: Evidence) -> Verdict:
    wide = _side(of.precision_b.of - of.precision_a.of)
    price = f"; {_names(of, wide)[0]} holds {_price(of, _names(of, wide)[0])}" if wide else ""
    return Verdict(
        "alike",
        f"Alike: their precision differs by less than {_hundredths(of.smallest)} points{price}. "
        f"{_figures(of)}",
    )


def _unsettled(of: Evidence) -> Verdict:
    gap, figures = of.gap, _figures(of)
    wide = _side(of.precision_b.of - of.precision_a.of) if of.nested or _fuller(of) else None
    if wide is not None:
        name = _names(of, wide)[0]
        figures = f"{name} holds {_price(of, name)}. {figures}"
    if gap.value is None or gap.error is None:
        few = f"{of.unit}s that carry weight" if gap.why == "accounts" else "won or not won records"
        return Verdict(
            "not enough history",
            f"Not enough history: too few {few} on one side for an interval. {figures}",
        )
    needed = accounts_needed(gap.value, gap.error, gap.accounts, of.smallest, of.level)
    if needed is None:
        return Verdict(
            "not enough history",
            f"Not enough history: more than {MOST:,} {of.unit}s would be needed. {figures}",
        )
    more = max(needed - gap.accounts, 0)
    sought = (
        f"which of them is won more often, or that they differ by less than "
        f"{_hundredths(of.smallest)} points"
    )
    if not more:
        return Verdict(
            "not enough history",
            f"Not told apart: with {gap.accounts:,} {of.unit}s four of five studies would settle "
            f"{sought}; this one does not. {figures}",
            0,
        )
    strict = (
        f" at a level of {_hundredths(of.level)} %, which allows for all tests"
        if (of.level < LEVEL)
        else ""
    )
    return Verdict(
        "not enough history",
        f"Not enough history: {more:,} more {of.unit}{'' if more == 1 else 's'} would settle "
        f"{sought}, in four of five cases{strict}, if they resemble these. {figures}",
        more,
    )


def _missing(of: Evidence, kind: Kind) -> str:
    """How much rests on what is missing."""
    lacking = of.missing
    if not lacking.records:
        return ""
    s = "" if lacking.records == 1 else "s"
    said = (
        f" UNKNOWN with one of them, and left out: {lacking.records:,} record{s} with a known "
        f"outcome, {lacking.won:,} of them won"
    )
    if lacking.low is None or lacking.high is None:
        return said + "."
    low, high = _points(lacking.low), _points(lacking.high)
    within = low if low == high else f"between {low} and {high}"
    certain = (
        "" if of.gap.value is None else f"{_points(of.gap.value)} where both are certain, and "
    )
    said += f". In points the difference is {certain}{within} however they are decided"
    turns = kind in ("a", "b", "trade") and lacking.low < 0 < lacking.high
    return said + (": what is missing could turn it." if turns else ".")


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
    return f"{of.part:,} of {of.of:,} ({_percent(of.value)})"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _hundredths(share: float) -> str:
    return f"{100 * share:.2g}"


def _points(value: float) -> str:
    rounded = round(100 * value, 1) or 0.0
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"
