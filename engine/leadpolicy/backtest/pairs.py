"""Every two definitions of a rung against each other, the records on which they part first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadpolicy.backtest import frames
from leadpolicy.backtest.arrays import Codes, Mask
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.fates import Fate
from leadpolicy.backtest.frames import Row, frame
from leadpolicy.backtest.paired import (
    DRAWS,
    Difference,
    Discordance,
    by_account,
    difference,
    false_discovery,
    mcnemar,
)
from leadpolicy.backtest.rates import share
from leadpolicy.backtest.tables import pairs_of
from leadpolicy.backtest.verdict import Evidence, Verdict, verdict
from leadpolicy.backtest.view import View

if TYPE_CHECKING:
    import pandas as pd

FATES = {
    Fate.REACHED: "won", Fate.NOT_REACHED: "not won", Fate.IMMATURE: "too new",
    Fate.OVER: "over before", Fate.UNTOLD: "not told", Fate.OUT: "no moment",
}  # fmt: skip
MAYBE, NOT_HELD = "UNKNOWN", "not on the rung"


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two sets of records compared on those with a known fate."""

    gap: Difference
    won: Discordance
    not_won: Discordance
    counts: tuple[tuple[int, int], ...]
    """Records and won among them: held by both, by b only, by a only, by neither."""


def compare_held(
    a: Mask, b: Mask, cohort: Cohort, seed: int, *, fate: Codes | None = None, draws: int = DRAWS
) -> Pair:
    """Two sets of records of a cohort against each other.

    Among the won the better definition holds more, among the not won fewer: McNemar's test is made
    on each apart, since together the base rate alone would favour whoever holds less.
    """
    fate = cohort.fate if fate is None else fate
    known, won = fate >= Fate.NOT_REACHED, fate == Fate.REACHED
    lost = known & ~won
    account = cohort.account
    table = by_account(a[known], b[known], won[known], account[known])
    sets = (a & b, b & ~a, a & ~b, ~a & ~b)
    return Pair(
        gap=difference(table, draws=draws, seed=seed),
        won=mcnemar(a[won], b[won], account[won]),
        not_won=mcnemar(~a[lost], ~b[lost], account[lost]),
        counts=tuple((int((s & known).sum()), int((s & won).sum())) for s in sets),
    )


def pairs_frame(
    cohort: Cohort, seen: Sequence[View], *, seed: int, smallest: float, draws: int = DRAWS
) -> pd.DataFrame:
    """Every pair with its tests and a verdict.

    The two tests that lead to verdicts are adjusted together, over all pairs of the study.
    """
    fate = cohort.fate
    found = [
        (a, b, compare_held(a.held, b.held, cohort, seed, fate=fate, draws=draws))
        for a, b in pairs_of(seen)
    ]
    tests = [pair.gap.p for _, _, pair in found] + [pair.won.p for _, _, pair in found]
    adjusted = false_discovery(tests)
    qs, won_qs = adjusted[: len(found)], adjusted[len(found) :]
    not_won_qs = false_discovery([pair.not_won.p for _, _, pair in found])
    rows = [
        _row(cohort, fate, a, b, pair, q, won_q or 0.0, not_won_q or 0.0, smallest)
        for (a, b, pair), q, won_q, not_won_q in zip(found, qs, won_qs, not_won_qs, strict=True)
    ]
    return frame(rows, frames.PAIRS)


def _row(  # noqa: PLR0913, PLR0917
    cohort: Cohort, fate: Codes, a: View, b: View, pair: Pair, q: float | None,
    won_q: float, not_won_q: float, smallest: float,
) -> Row:  # fmt: skip
    both, gained, lost, neither = pair.counts
    unknown_fate = fate < Fate.NOT_REACHED
    rate_a = share(both[1] + lost[1], both[0] + lost[0])
    rate_b = share(both[1] + gained[1], both[0] + gained[0])
    said = _verdict(cohort, a, b, pair, q, won_q, smallest)
    return {
        "rung": a.rung, "a": a.policy, "b": b.policy, "records": len(cohort),
        "known": both[0] + gained[0] + lost[0] + neither[0], "both": both[0],
        "both_won": both[1], "gained": gained[0], "gained_won": gained[1], "lost": lost[0],
        "lost_won": lost[1], "neither": neither[0], "neither_won": neither[1],
        "gained_open": int((b.held & ~a.held & unknown_fate).sum()),
        "lost_open": int((a.held & ~b.held & unknown_fate).sum()),
        "precision_a": rate_a.value, "precision_b": rate_b.value,
        "difference": pair.gap.value, "low": pair.gap.low, "high": pair.gap.high,
        "p": pair.gap.p, "q": q, "won_for_a": pair.won.for_a, "won_for_b": pair.won.for_b,
        "won_p": pair.won.p, "won_q": won_q, "not_won_for_a": pair.not_won.for_a,
        "not_won_for_b": pair.not_won.for_b, "not_won_p": pair.not_won.p,
        "not_won_q": not_won_q, "accounts": pair.gap.accounts, "needed": said.needed,
        "verdict": said.kind, "says": said.says,
    }  # fmt: skip


def _verdict(
    cohort: Cohort, a: View, b: View, pair: Pair, q: float | None, won_q: float, smallest: float
) -> Verdict:
    both, gained, lost, _ = pair.counts
    return verdict(
        Evidence(
            a=a.policy,
            b=b.policy,
            discordant=int((a.held != b.held).sum()),
            precision_a=share(both[1] + lost[1], both[0] + lost[0]),
            precision_b=share(both[1] + gained[1], both[0] + gained[0]),
            gap=pair.gap,
            q=q,
            won=pair.won,
            won_q=won_q,
            smallest=smallest,
            unit="account" if cohort.several else "record",
        )
    )


def discordant_frame(cohort: Cohort, seen: Sequence[View]) -> pd.DataFrame:
    """Every record that only one of a pair holds, with what the other says and what became of it.

    `change` is `gained` where b holds it and a does not, `lost` the other way round.
    """
    import pandas as pd

    ids = np.array(cohort.ids, object)
    fate = np.array([FATES[Fate(code)] for code in cohort.fate.tolist()], object)
    worked = None if cohort.worked is None else (cohort.worked <= cohort.until).astype(object)
    parts = [frame([], frames.DISCORDANT)]
    for a, b in pairs_of(seen):
        for change, mask, other in (
            ("gained", b.held & ~a.held, a),
            ("lost", a.held & ~b.held, b),
        ):
            at = np.flatnonzero(mask)
            columns = {
                "rung": a.rung, "a": a.policy, "b": b.policy, "record": ids[at],
                "change": change, "other": np.where(other.unknown[at], MAYBE, NOT_HELD),
                "fate": fate[at], "amount": np.nan if cohort.amount is None else cohort.amount[at],
                "worked": None if worked is None else worked[at],
            }  # fmt: skip
            if len(at):
                parts.append(pd.DataFrame(columns).astype(dict(frames.DISCORDANT)))
    return pd.concat(parts[1:] or parts, ignore_index=True)
