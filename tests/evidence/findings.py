"""Each promise, tried on many simulated studies, and the bounds that it has to keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from leadpolicy.backtest.arrays import DAY, NEVER
from leadpolicy.backtest.fates import Fate, fates
from leadpolicy.backtest.paired import by_account, difference
from leadpolicy.backtest.pairs import compare_held, pairs_frame
from leadpolicy.backtest.power import accounts_needed, power_of
from leadpolicy.backtest.rates import LEVEL, share
from leadpolicy.backtest.velocity import competing_ends, kaplan_meier
from tests.evidence.worlds import START, Held, cohort_of, only_held, two_definitions

COVERED: Final = (0.935, 0.965)
"""What 95 % intervals have to cover, in parts of one."""
DRAWS: Final = 2_000
SPREAD: Final = 0.6
"""Of the logarithm of waits, whose median is 75 days."""
RATES: Final = (0.3, 0.3, 0.2, 0.1)
EVEN: Final = (0.3, 0.2, 0.2, 0.1)


@dataclass(frozen=True, slots=True)
class Finding:
    """A share over `studies` simulated studies, and between what it has to lie."""

    promise: str
    studies: int
    share: float
    least: float
    most: float

    @property
    def kept(self) -> bool:
        return self.least <= self.share <= self.most

    def __str__(self) -> str:
        bounds = f"{100 * self.least:.1f} to {100 * self.most:.1f} %"
        state = "kept" if self.kept else "BROKEN"
        return (
            f"{state:7} {100 * self.share:5.1f} %  ({bounds}; {self.studies:,} studies)  "
            f"{self.promise}"
        )


def conversion(studies: int, seed: int) -> Finding:
    """Wilson intervals of mature conversions; sizes and true rates differ from study to study."""
    rng = np.random.default_rng(seed)
    covered = 0
    for _ in range(studies):
        count, rate = int(rng.integers(60, 400)), float(rng.uniform(0.05, 0.5))
        start = START + rng.integers(0, 180, count) * DAY
        won = np.where(rng.random(count) < rate, start + rng.integers(1, 60, count) * DAY, NEVER)
        until = START + 200 * DAY
        told, closed = np.ones(count, np.bool_), np.full(count, NEVER)
        codes = fates(start, won, closed, told, 60 * DAY, until)
        mature = int((codes >= Fate.NOT_REACHED).sum())
        of = share(int((codes == Fate.REACHED).sum()), mature)
        covered += of.low is not None and of.high is not None and of.low <= rate <= of.high
    promise = "Wilson intervals of conversions within the window cover the true rate"
    return Finding(promise, studies, covered / studies, *COVERED)


def bootstrap(studies: int, seed: int) -> Finding:
    """Differences of precision on records of accounts that share their luck."""
    rng = np.random.default_rng(seed)
    covered = 0
    for number in range(studies):
        held = two_definitions(rng, 250, RATES, clustered=True)
        table = by_account(held.a, held.b, held.won, held.account)
        of = difference(table, draws=DRAWS, seed=number)
        covered += of.low is not None and of.high is not None and of.low <= held.truth <= of.high
    promise = "bootstrap intervals by account cover the true difference of two precisions"
    return Finding(promise, studies, covered / studies, *COVERED)


def survival(studies: int, seed: int, *, late: bool = False) -> Finding:
    """Kaplan-Meier at 120 days: three in ten ever arrive, the newest were watched for 10 days."""
    rng = np.random.default_rng(seed)
    horizon, covered = 120.0, 0
    truth = 0.3 * _lognormal_by(horizon)
    for _ in range(studies):
        wait, watched = _waits(rng, 600)
        entry = rng.uniform(0, 40, len(wait)) * (rng.random(len(wait)) < 0.3) if late else None
        days, arrived = np.minimum(wait, watched), wait <= watched
        curve = kaplan_meier(days, arrived, [horizon], entry)
        (point,) = curve.points
        covered += (
            point.low is not None and point.high is not None and point.low <= truth <= point.high
        )
    what = "with records that came late under observation " if late else ""
    promise = f"Kaplan-Meier intervals {what}cover the true share that arrives by day 120"
    return Finding(promise, studies, covered / studies, *COVERED)


def ends(studies: int, seed: int) -> Finding:
    """Aalen-Johansen at 120 days, where records are won, lost or cut off."""
    rng = np.random.default_rng(seed)
    covered = 0
    # Two constant hazards: the share won by t is h1 / h * (1 - exp(-h t)).
    won_by, lost_by = 1 / 300, 1 / 150
    truth = won_by / (won_by + lost_by) * (1 - np.exp(-(won_by + lost_by) * 120))
    for _ in range(studies):
        count = 400
        first = np.column_stack([
            rng.uniform(20, 300, count), rng.exponential(1 / won_by, count),
            rng.exponential(1 / lost_by, count),
        ])  # fmt: skip
        found = competing_ends(
            first.min(axis=1), first.argmin(axis=1).astype(np.int64), ("won", "lost"), [120.0]
        )
        won = found[0]
        covered += won.low is not None and won.high is not None and won.low <= truth <= won.high
    promise = "Aalen-Johansen intervals cover the true share won by day 120"
    return Finding(promise, studies, covered / studies, *COVERED)


def censored(studies: int, seed: int) -> tuple[Finding, Finding]:
    """True conversion 30 %, half of the lags over 75 days, records arriving over 180 days.

    By day 170 27.4 % have truly converted; dividing by all who entered shows about half of 30 %.
    """
    rng = np.random.default_rng(seed)
    truth, covered, naive = 0.3 * _lognormal_by(170), 0, 0.0
    for _ in range(studies):
        wait, watched = _waits(rng, 1_000, least=0.0)
        (point,) = kaplan_meier(np.minimum(wait, watched), wait <= watched, [170.0]).points
        covered += (
            point.low is not None and point.high is not None and point.low <= truth <= point.high
        )
        naive += float((wait <= watched).mean())
    promise = f"of censored records the interval holds the true {100 * truth:.1f} % by day 170"
    kept = Finding(promise, studies, covered / studies, *COVERED)
    halved = "dividing by all who entered instead shows, of a true 30 %, on average"
    return kept, Finding(halved, studies, naive / studies, 0.14, 0.175)


def copies(studies: int, seed: int) -> tuple[Finding, Finding]:
    """Two definitions that are equally good, and hold different records by chance only."""
    rng = np.random.default_rng(seed)
    called = verdicts = 0
    for number in range(studies):
        held = two_definitions(rng, 300, EVEN, clustered=True)
        cohort = cohort_of(held.won, held.account)
        seen = [only_held("a", held.a), only_held("b", held.b)]
        table = pairs_frame(cohort, seen, seed=number, smallest=0.01, draws=DRAWS)
        verdicts += table["verdict"].iloc[0] in ("a", "b", "trade")
        called += float(table["p"].iloc[0]) < LEVEL
    # The share itself has an error: it may exceed the level by twice that.
    spare = 2 * float(np.sqrt(LEVEL * (1 - LEVEL) / studies))
    return (
        Finding("equally good definitions: precision called different", studies, called / studies,
                0.0, LEVEL + spare),
        Finding("equally good definitions: one called better", studies, verdicts / studies,
                0.0, LEVEL + spare),
    )  # fmt: skip


def planted(studies: int, seed: int) -> tuple[Finding, Finding]:
    """A planted difference is found as often as theory says, and with the size that is asked for.

    Theory is the power of a normal test on the true standard error, here that of 4,000 studies.
    """
    rng = np.random.default_rng(seed)
    table = [two_definitions(rng, 300, RATES, clustered=False) for _ in range(2_000)]
    error = float(np.std([_gap(one) for one in table]))
    effect = table[0].truth
    first = _found(rng, studies, 300)
    expected = power_of(effect, error)
    needed = accounts_needed(effect, error, 300)
    assert needed is not None
    second = _found(rng, studies, needed)
    margin = 0.04
    return (
        Finding(f"a planted {100 * effect:.1f} points on 300 records are found; theory says "
                f"{100 * expected:.1f} %", studies, first, expected - margin, expected + margin),
        Finding(f"on the {needed:,} records that are said to be needed they are found; theory "
                "says 80 %", studies, second, 0.8 - margin, 0.8 + margin),
    )  # fmt: skip


def identical(studies: int, seed: int) -> Finding:
    """A definition against itself is never called different."""
    rng = np.random.default_rng(seed)
    called = 0
    for number in range(studies):
        held = two_definitions(rng, 60, RATES, clustered=True)
        pair = compare_held(held.a, held.a, cohort_of(held.won, held.account), number, draws=100)
        called += pair.gap.p != 1.0 or pair.won.p != 1.0
    return Finding("a definition differs from itself", studies, called / studies, 0.0, 0.0)


def everything(studies: int = 2_000, seed: int = 1) -> list[Callable[[], list[Finding]]]:
    """All promises, each to be called."""
    return [
        lambda: [conversion(2 * studies, seed)],
        lambda: [bootstrap(studies, seed + 1)],
        lambda: [survival(studies, seed + 2)],
        lambda: [survival(studies, seed + 3, late=True)],
        lambda: [ends(studies, seed + 4)],
        lambda: [*censored(studies, seed + 5)],
        lambda: [*copies(studies, seed + 6)],
        lambda: [*planted(studies, seed + 7)],
        lambda: [identical(studies, seed + 8)],
    ]


def _lognormal_by(day: float) -> float:
    from scipy.stats import lognorm

    return float(lognorm.cdf(day, s=SPREAD, scale=75))


def _waits(
    rng: np.random.Generator, count: int, least: float = 10.0
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    """Waits of which three in ten ever end, and for how long each record could be watched."""
    ever = rng.random(count) < 0.3
    wait = np.where(ever, rng.lognormal(np.log(75), SPREAD, count), np.inf)
    return wait, rng.uniform(least, 180, count)


def _gap(held: Held) -> float:
    return float(held.won[held.b].mean() - held.won[held.a].mean())


def _found(rng: np.random.Generator, studies: int, accounts: int) -> float:
    found = 0
    for number in range(studies):
        held = two_definitions(rng, accounts, RATES, clustered=False)
        table = by_account(held.a, held.b, held.won, held.account)
        p = difference(table, draws=DRAWS, seed=number).p
        found += p is not None and p < LEVEL
    return found / studies
