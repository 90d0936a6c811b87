"""Every two definitions of a rung against each other, the records on which they part first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadpolicy.backtest import frames
from leadpolicy.backtest.arrays import Codes, Mask
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.fates import Fate
from leadpolicy.backtest.frames import Row, frame
from leadpolicy.backtest.paired import (
    Discordance,
    Lift,
    RateDifference,
    by_account,
    difference,
    false_discovery,
    level_for_one_more,
    lifts,
    mcnemar,
)
from leadpolicy.backtest.rates import share
from leadpolicy.backtest.tables import pairs_of
from leadpolicy.backtest.verdict import Evidence, OpenRecords, Verdict, verdict
from leadpolicy.backtest.view import PolicyView
from leadpolicy.evaluation.codes import CHANGED, FALSE, TRUE, UNKNOWN

if TYPE_CHECKING:
    import pandas as pd

FATES = {
    Fate.REACHED: "won", Fate.NOT_REACHED: "not won", Fate.IMMATURE: "too new",
    Fate.OVER: "over before", Fate.UNTOLD: "not told", Fate.OUT: "no moment",
}  # fmt: skip
SAID = {FALSE: "not on the rung", UNKNOWN: "UNKNOWN", TRUE: "on the rung"}


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two definitions compared on the records with a known fate of which both are certain."""

    gap: RateDifference
    won: Discordance
    not_won: Discordance
    counts: tuple[tuple[int, int], ...]
    """Records and won among them: held by both, by b only, by a only, by neither."""
    missing: OpenRecords
    """Records with a known fate of which one of them is UNKNOWN."""


def compare_held(a: Codes, b: Codes, cohort: Cohort, fate: Codes | None = None) -> Pair:
    """The verdicts of two definitions on the records of a cohort.

    Among the won the better definition holds more, among the not won fewer: McNemar's test is made
    on each apart, since together the base rate alone would favour whoever holds less.
    """
    fate = cohort.fate if fate is None else fate
    told, won = fate >= Fate.NOT_REACHED, fate == Fate.REACHED
    certain = (a != UNKNOWN) & (b != UNKNOWN)
    known = told & certain
    in_a, in_b, account = a == TRUE, b == TRUE, cohort.account
    table = by_account(in_a[known], in_b[known], won[known], account[known])
    winners, losers = known & won, known & ~won
    counts = table.sum(axis=0).tolist()
    return Pair(
        gap=difference(table),
        won=mcnemar(in_a[winners], in_b[winners], account[winners]),
        not_won=mcnemar(~in_a[losers], ~in_b[losers], account[losers]),
        counts=tuple(zip(counts[0::2], counts[1::2], strict=True)),
        missing=_missing(a, b, told, won),
    )


def _missing(a: Codes, b: Codes, told: Mask, won: Mask) -> OpenRecords:
    lacking = told & ((a == UNKNOWN) | (b == UNKNOWN))
    if not lacking.any():
        return OpenRecords()
    ends = [_bounds(codes, told, won) for codes in (a, b)]
    low = high = None
    if ends[0] is not None and ends[1] is not None:
        low, high = ends[1][0] - ends[0][1], ends[1][1] - ends[0][0]
    return OpenRecords(int(lacking.sum()), int((lacking & won).sum()), low, high)


def _bounds(codes: Codes, told: Mask, won: Mask) -> tuple[float, float] | None:
    """The lowest and the highest precision, whatever the answers to the UNKNOWN are."""
    held, maybe = told & (codes == TRUE), told & (codes == UNKNOWN)
    size, winners = int(held.sum()), int((held & won).sum())
    more_won, more_lost = int((maybe & won).sum()), int((maybe & ~won).sum())
    if not size + more_won + more_lost:
        return None
    low = winners / (size + more_lost) if size + more_lost else 1.0
    high = (winners + more_won) / (size + more_won) if size + more_won else 0.0
    return low, high


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A pair with the tests as adjusted for all of the study, and its verdict.

    The lifts are over all records with a known fate, not only those of which both are certain.
    """

    a: PolicyView
    b: PolicyView
    pair: Pair
    lift_a: Lift
    lift_b: Lift
    q: float | None
    won_q: float | None
    not_won_q: float | None
    verdict: Verdict


def judged(
    cohort: Cohort,
    couples: Sequence[tuple[PolicyView, PolicyView]],
    smallest: float,
    fate: Codes | None = None,
) -> list[Judged]:
    """Each couple with a verdict. The two tests that lead to verdicts are adjusted together, over
    all couples that part at all; `smallest` is the difference that is worth knowing.
    """
    fate = cohort.fate if fate is None else fate
    found = [compare_held(a.verdict, b.verdict, cohort, fate) for a, b in couples]
    adjusted = false_discovery([pair.gap.p for pair in found] + [pair.won.p for pair in found])
    level = level_for_one_more(adjusted)
    qs, won_qs = adjusted[: len(found)], adjusted[len(found) :]
    not_won_qs = false_discovery([pair.not_won.p for pair in found])
    lifted = lifts([view for couple in couples for view in couple], cohort.account, fate)
    rows: list[Judged] = []
    for place, ((a, b), pair) in enumerate(zip(couples, found, strict=True)):
        one, other = lifted[id(a)], lifted[id(b)]
        q, won_q = qs[place], won_qs[place]
        evidence = _evidence(cohort, a, b, pair, (one, other), (q, won_q), smallest, level)
        rows.append(Judged(a, b, pair, one, other, q, won_q, not_won_qs[place], verdict(evidence)))
    return rows


def _evidence(
    cohort: Cohort, a: PolicyView, b: PolicyView, pair: Pair, lifted: tuple[Lift, Lift],
    adjusted: tuple[float | None, float | None], smallest: float, level: float,
) -> Evidence:  # fmt: skip
    both, gained, lost, _ = pair.counts
    only_a, only_b = a.held & b.refused, b.held & a.refused
    return Evidence(
        a=a.policy,
        b=b.policy,
        parted=int((only_a | only_b).sum()),
        precision_a=share(both[1] + lost[1], both[0] + lost[0]),
        precision_b=share(both[1] + gained[1], both[0] + gained[0]),
        lift_a=lifted[0],
        lift_b=lifted[1],
        gap=pair.gap,
        q=adjusted[0],
        won=pair.won,
        won_q=adjusted[1],
        smallest=smallest,
        nested=not (only_a.any() and only_b.any()),
        level=level,
        missing=pair.missing,
        unit="account" if cohort.several else "record",
    )


def pairs_frame(
    cohort: Cohort,
    seen: Sequence[PolicyView],
    smallest: float,
    others: Mapping[str, tuple[Cohort, Sequence[PolicyView]]] | None = None,
) -> pd.DataFrame:
    """Every pair with its tests and a verdict.

    `others` are the same definitions at other moments, by name (`half`, `twice`): the verdict says
    whether it is another there.
    """
    fate = cohort.fate
    elsewhere = {
        name: judged(there, pairs_of(views), smallest)
        for name, (there, views) in (others or {}).items()
    }
    rows: list[Row] = []
    for place, one in enumerate(judged(cohort, pairs_of(seen), smallest, fate)):
        then = {name: found[place].verdict for name, found in elsewhere.items()}
        row = _row(cohort, fate, one, smallest)
        row |= {name: then[name].kind if name in then else None for name in ("half", "twice")}
        rows.append(row | {"says": one.verdict.says + _turns(one, then)})
    return frame(rows, frames.PAIRS)


def _turns(one: Judged, then: Mapping[str, Verdict]) -> str:
    """What the verdict would be at other moments."""
    if not then:
        return ""
    other = {name: at for name, at in then.items() if at.kind != one.verdict.kind}
    if not other:
        return f" It is the same at {' and at '.join(then)} the moment."
    told = [f"at {name} the moment: {_called(one, at.kind)}" for name, at in other.items()]
    return f" It turns with the moment: {', '.join(told)}."


def _called(one: Judged, kind: str) -> str:
    return f"{one.a.policy if kind == 'a' else one.b.policy} is better" if kind in "ab" else kind


def _row(cohort: Cohort, fate: Codes, one: Judged, smallest: float) -> Row:
    a, b, pair = one.a, one.b, one.pair
    both, gained, lost, neither = pair.counts
    no_fate = fate < Fate.NOT_REACHED
    return {
        "rung": a.rung, "a": a.policy, "b": b.policy, "records": len(cohort),
        "known": both[0] + gained[0] + lost[0] + neither[0], "both": both[0],
        "both_won": both[1], "gained": gained[0], "gained_won": gained[1], "lost": lost[0],
        "lost_won": lost[1], "neither": neither[0], "neither_won": neither[1],
        "gained_open": int((b.held & a.refused & no_fate).sum()),
        "lost_open": int((a.held & b.refused & no_fate).sum()),
        "unknown": pair.missing.records, "unknown_won": pair.missing.won,
        "unknown_low": pair.missing.low, "unknown_high": pair.missing.high,
        "precision_a": share(both[1] + lost[1], both[0] + lost[0]).value,
        "precision_b": share(both[1] + gained[1], both[0] + gained[0]).value,
        "lift_a": one.lift_a.value, "lift_a_low": one.lift_a.low,
        "lift_a_high": one.lift_a.high, "lift_b": one.lift_b.value,
        "lift_b_low": one.lift_b.low, "lift_b_high": one.lift_b.high,
        "difference": pair.gap.value, "low": pair.gap.low, "high": pair.gap.high,
        "smallest": smallest, "p": pair.gap.p, "q": one.q, "won_for_a": pair.won.for_a,
        "won_for_b": pair.won.for_b, "won_p": pair.won.p, "won_q": one.won_q,
        "not_won_for_a": pair.not_won.for_a, "not_won_for_b": pair.not_won.for_b,
        "not_won_p": pair.not_won.p, "not_won_q": one.not_won_q,
        "accounts": pair.gap.accounts, "needed": one.verdict.needed, "verdict": one.verdict.kind,
    }  # fmt: skip


def discordant_frame(cohort: Cohort, seen: Sequence[PolicyView]) -> pd.DataFrame:
    """Every record that only one of a pair certainly holds, with what the other says and what
    became of it.

    `change` is read from the first to the second: `gained` and `lost` where both are certain;
    `now certain` and `now open` where the first or the second is UNKNOWN.
    """
    import pandas as pd

    ids = np.array(cohort.ids, object)
    fate = np.array([FATES[Fate(code)] for code in cohort.fate.tolist()], object)
    worked = None if cohort.worked is None else (cohort.worked <= cohort.until).astype(object)
    parts = [frame([], frames.DISCORDANT)]
    for a, b in pairs_of(seen):
        for (before, after), change in CHANGED.items():
            at = np.flatnonzero((a.verdict == before) & (b.verdict == after))
            if TRUE not in (before, after) or not len(at):
                continue
            columns = {
                "rung": a.rung, "a": a.policy, "b": b.policy, "record": ids[at],
                "change": change, "other": SAID[before if after == TRUE else after],
                "fate": fate[at], "amount": np.nan if cohort.amount is None else cohort.amount[at],
                "worked": None if worked is None else worked[at],
            }  # fmt: skip
            parts.append(pd.DataFrame(columns).astype(dict(frames.DISCORDANT)))
    return pd.concat(parts[1:] or parts, ignore_index=True)
