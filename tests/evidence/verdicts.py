"""Verdicts: what is not there must not be called, what is there must be found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from leadpolicy.backtest.arrays import DAY, NEVER, Codes, Whole
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.courses import log_rank_frame
from leadpolicy.backtest.effects import Tried, sweeps_frame
from leadpolicy.backtest.paired import by_account, difference
from leadpolicy.backtest.pairs import Judged, compare_held, judged
from leadpolicy.backtest.power import accounts_needed, settled
from leadpolicy.backtest.rates import LEVEL
from leadpolicy.backtest.study import Sweep
from leadpolicy.backtest.tables import pairs_of
from leadpolicy.backtest.view import PolicyView
from leadpolicy.evaluation.codes import FALSE, TRUE, UNKNOWN
from tests.evidence.finding import Finding, drawn, seldom
from tests.evidence.worlds import (
    EVEN,
    RATES,
    START,
    Held,
    Mask,
    cohort_of,
    said,
    two_definitions,
    views_of,
)

BETTER: Final = ("a", "b")
CALLED: Final = ("a", "b", "trade")
World = Callable[[np.random.Generator], tuple[Cohort, list[PolicyView]]]


def judge(cohort: Cohort, seen: list[PolicyView], smallest: float | None = None) -> list[Judged]:
    """Every pair, by the margin that a study has of its own."""
    base = float((cohort.won <= cohort.until).mean())
    return judged(cohort, pairs_of(seen), min(base / 4, 0.05) if smallest is None else smallest)


def copies(studies: int, seed: int) -> list[Finding]:
    """Two definitions that are equally good, and hold different records by chance only."""
    called = verdicts = 0
    for rng in drawn(studies, seed):
        held = two_definitions(rng, 300, EVEN, clustered=True)
        cohort = cohort_of(held.won, held.account)
        (one,) = judge(cohort, views_of(a=held.a, b=held.b), 0.01)
        verdicts += one.verdict.kind in CALLED
        called += one.pair.gap.p is not None and one.pair.gap.p < LEVEL
    return [
        seldom("equally good definitions: precision called different", studies, called),
        seldom("equally good definitions: one called better, or a trade", studies, verdicts),
    ]


def worthless(studies: int, seed: int) -> list[Finding]:
    """Definitions that have nothing to do with the outcome, whatever they hold."""

    def apart(base: float, count: int, first: float, second: float) -> World:
        def world(rng: np.random.Generator) -> tuple[Cohort, list[PolicyView]]:
            won = rng.random(count) < base
            a, b = rng.random(count) < first, rng.random(count) < second
            return cohort_of(won), views_of(a=a, b=b)

        return world

    def inside(base: float, count: int, first: float, second: float) -> World:
        def world(rng: np.random.Generator) -> tuple[Cohort, list[PolicyView]]:
            score, won = rng.random(count), rng.random(count) < base
            return cohort_of(won), views_of(a=score < first, b=score < second)

        return world

    def shared(rng: np.random.Generator) -> tuple[Cohort, list[PolicyView]]:
        account = np.repeat(np.arange(40), rng.integers(1, 9, 40))
        luck = rng.uniform(0, 0.4, 40)[account]
        taste = rng.random((2, 40))[:, account]
        pick = rng.random((2, len(account))) < np.where(taste < 0.4, 0.8, 0.1)
        won = rng.random(len(account)) < luck
        return cohort_of(won, account), views_of(a=pick[0], b=pick[1])

    worlds = {
        "of equal size": apart(0.2, 600, 0.3, 0.3),
        "one much wider": apart(0.2, 2_000, 0.08, 0.6),
        "everyone and a few": apart(0.2, 600, 1.0, 0.1),
        "one inside the other": inside(0.2, 1_000, 0.15, 0.5),
        "at a base rate of 0.5 %": apart(0.005, 4_000, 0.1, 0.4),
        "nested at a base rate of 2 %": inside(0.02, 3_000, 0.1, 0.5),
        "on 40 accounts that share their luck": shared,
    }
    found = []
    for place, (name, world) in enumerate(worlds.items()):
        better = called = 0
        for rng in drawn(studies, seed + place):
            (one,) = judge(*world(rng))
            better += one.verdict.kind in BETTER
            called += one.verdict.kind in CALLED
        found += [
            seldom(f"worthless definitions {name}: one called better", studies, better),
            seldom(f"worthless definitions {name}: better or a trade", studies, called),
        ]
    return found


def wider(studies: int, seed: int) -> list[Finding]:
    """A definition inside another, at very different rates: always a trade, never better."""
    better = trades = 0
    for rng in drawn(studies, seed):
        score = rng.random(3_000)
        won = rng.random(3_000) < np.where(score < 0.2, 0.05, 0.012)
        (one,) = judge(cohort_of(won), views_of(wide=score < 1.0, narrow=score < 0.2))
        better += one.verdict.kind in BETTER
        trades += one.verdict.kind == "trade"
    return [
        Finding("nested: a wider definition of 2 % called better than one of 5 %", studies,
                better / studies, 0.0, 0.0),
        Finding("nested: called a trade with its price", studies, trades / studies, 0.95, 1.0),
    ]  # fmt: skip


def sooner(studies: int, seed: int) -> list[Finding]:
    """A constant hazard and definitions that come early or late and have nothing to do with it.

    Who is won stops changing; who is not goes on to meet the other definition.
    """
    found = []
    for name, hazard in (("an early event", 1 / 60), ("a late event", 1 / 600)):
        tested = better = 0
        for rng in drawn(studies, seed + int(1 / hazard)):
            cohort, seen = _two_events(rng, hazard)
            p = log_rank_frame(cohort, seen)["p"].iloc[0]
            tested += p < LEVEL
            (one,) = judge(cohort, seen)
            better += one.verdict.kind in BETTER
        found += [
            seldom(f"worthless definitions and {name}: the log-rank test calls", studies, tested),
            seldom(f"worthless definitions and {name}: one called better", studies, better),
        ]
    return found


def _two_events(rng: np.random.Generator, hazard: float) -> tuple[Cohort, list[PolicyView]]:
    count = 500
    entered = START + rng.integers(0, 200, count) * DAY
    won = entered + (rng.exponential(1 / hazard, count) * DAY).astype(np.int64)
    events = entered + (rng.exponential(50, (2, count)) * DAY).astype(np.int64)
    # Nobody writes down events of a record that is over.
    events = np.where(events < won, events, NEVER)
    moment = entered + 30 * DAY
    cohort = Cohort(
        ids=tuple(map(str, range(count))), entered=entered, won=won,
        closed=won, told=np.ones(count, np.bool_), moment=moment,
        account=np.arange(count, dtype=np.int64), until=START + 400 * DAY, within=90 * DAY,
    )  # fmt: skip
    seen = [
        replace(view, entered=at)
        for view, at in zip(
            views_of(a=events[0] <= moment, b=events[1] <= moment), events, strict=True
        )
    ]
    return cohort, seen


def missing(studies: int, seed: int) -> list[Finding]:
    """Where they are certain two definitions hold the same; what is won is missing more often."""
    better = 0
    for rng in drawn(studies, seed):
        won = rng.random(600) < 0.4
        lacking = rng.random(600) < np.where(won, 0.7, 0.3)
        everyone = np.full(600, TRUE, np.int8)
        filled = np.where(lacking, UNKNOWN, TRUE).astype(np.int8)
        (one,) = judge(cohort_of(won), [said("all", everyone), said("fact", filled)])
        better += one.verdict.kind != "open"
    return [Finding("what is missing decides between two definitions", studies,
                    better / studies, 0.0, 0.0)]  # fmt: skip


def planted(studies: int, seed: int) -> list[Finding]:
    """A planted difference is found as often as theory says.

    Theory is the power of a normal test on the true standard error, of ten times as many studies.
    """
    table = [two_definitions(rng, 300, RATES, clustered=False) for rng in drawn(10 * studies, seed)]
    error, effect = float(np.std([_gap(one) for one in table])), table[0].truth
    first = _found(studies, seed + 1, 300)
    expected = settled(effect, error, 0.0)
    needed = accounts_needed(effect, error, 300)
    assert needed is not None
    second = _found(studies, seed + 2, needed)
    margin = 0.04
    return [
        Finding(f"a planted {100 * effect:.1f} points on 300 records are found; theory says "
                f"{100 * expected:.1f} %", studies, first, expected - margin, expected + margin),
        Finding(f"on the {needed:,} records that are said to be needed they are found; theory "
                "says 80 %", studies, second, 0.8 - margin, 0.8 + margin),
    ]  # fmt: skip


def needed(studies: int, seed: int) -> list[Finding]:
    """Studies that lack history: with as many more records as they ask for, four of five settle."""
    found = []
    for name, rates in (("alike", (0.3, 0.22, 0.2, 0.1)), ("apart", (0.3, 0.35, 0.2, 0.1))):
        told = []
        generators = drawn(20 * studies, seed + len(rates) + len(name) + int(100 * rates[1]))
        for rng in generators:
            held = two_definitions(rng, 250, rates, clustered=False)
            (one,) = judge(cohort_of(held.won), views_of(a=held.a, b=held.b))
            more = one.verdict.needed
            if one.verdict.kind != "not enough history" or not more or more > 20_000:
                continue
            told.append(_settles(rng, held, 250 + more))
            if len(told) == studies:
                break
        promise = f"definitions {name}: settled with as many more records as are said to be needed"
        found.append(Finding(promise, len(told), float(np.mean(told)), 0.75, 0.85))
    return found


def _settles(rng: np.random.Generator, held: Held, size: int) -> bool:
    pick = rng.integers(0, len(held.won), size)
    (one,) = judge(cohort_of(held.won[pick]), views_of(a=held.a[pick], b=held.b[pick]))
    return one.verdict.kind != "not enough history"


def families(studies: int, seed: int) -> list[Finding]:
    """54 comparisons of which one has an effect, 20 have none at all, and the rest are noise."""
    found = wrong = 0
    for rng in drawn(studies, seed):
        count = 800
        won = rng.random(count) < 0.2
        good = rng.random(count) < np.where(won, 0.62, 0.3)
        whole = rng.random(count) < 0.5
        couples = [(said("a", _codes(whole)), said("b", _codes(good)))]
        couples += [(said("a", _codes(whole)), said("b", _codes(whole)))] * 20
        for _ in range(33):
            other = whole ^ (rng.random(count) < 0.1)
            couples.append((said("a", _codes(whole)), said("b", _codes(other))))
        told = judged(cohort_of(won), couples, 0.05)
        found += told[0].q is not None and told[0].q < LEVEL
        wrong += any(one.verdict.kind in BETTER for one in told[1:])
    return [
        Finding("of 54 comparisons the one with an effect is found", studies, found / studies,
                0.95, 1.0),
        seldom("of the 53 without any effect one is called better", studies, wrong),
    ]  # fmt: skip


def _codes(held: Mask) -> Codes:
    return np.where(held, TRUE, FALSE).astype(np.int8)


def thresholds(studies: int, seed: int) -> list[Finding]:
    """The best of nine thresholds on a score that has nothing to do with the outcome."""
    called = 0
    for rng in drawn(studies, seed):
        score, won = rng.random(800), rng.random(800) < 0.2
        (written,) = views_of(scored=score < 0.5)
        sweep = Sweep("scored", "least", ())
        tried = [
            Tried("scored", sweep, str(n), False, said("scored", _codes(score < n / 10)))
            for n in range(1, 10)
        ]
        called += bool(sweeps_frame(cohort_of(won), [written], tried, None, 0.05)["best"].any())
    return [seldom("a best threshold of a worthless score is named", studies, called)]


def unclustered(studies: int, seed: int) -> list[Finding]:
    """What it costs that a study names no account: worthless pairs called different."""
    found = []
    for size in (4, 12):
        called = 0
        for rng in drawn(studies, seed + size):
            held_a, held_b, won = _companies(rng, size)
            table = by_account(held_a, held_b, won, np.arange(len(won)))
            p = difference(table).p
            called += p is not None and p < LEVEL
        promise = f"accounts of {size} records that nobody names: worthless pairs at p < 0.05"
        found.append(Finding(promise, studies, called / studies, 0.13, 0.40))
    return found


def _companies(rng: np.random.Generator, size: int) -> tuple[Mask, Mask, Mask]:
    """Companies whose records are won together and held together."""
    account: Whole = np.repeat(np.arange(100), size)
    luck = np.where(rng.random(100) < 0.3, 0.8, 0.05)[account]
    taste = rng.random((2, 100))[:, account] < 0.4
    strays = rng.random((2, len(account))) < 0.1
    held = taste ^ strays
    return held[0], held[1], rng.random(len(account)) < luck


def identical(studies: int, seed: int) -> list[Finding]:
    """A definition against itself is never called different."""
    called = 0
    for rng in drawn(studies, seed):
        held = two_definitions(rng, 60, RATES, clustered=True)
        codes = _codes(held.a)
        pair = compare_held(codes, codes, cohort_of(held.won, held.account))
        called += pair.gap.p is not None or pair.won.p is not None
    return [Finding("a definition differs from itself", studies, called / studies, 0.0, 0.0)]


def _gap(held: Held) -> float:
    return float(held.won[held.b].mean() - held.won[held.a].mean())


def _found(studies: int, seed: int, accounts: int) -> float:
    found = 0
    for rng in drawn(studies, seed):
        held = two_definitions(rng, accounts, RATES, clustered=False)
        p = difference(by_account(held.a, held.b, held.won, held.account)).p
        found += p is not None and p < LEVEL
    return found / studies
