"""Studies whose truth is known, because it was decided before anything was drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadpolicy.backtest.arrays import DAY, NEVER, Codes
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.spans import VerdictSpans
from leadpolicy.backtest.view import PolicyView
from leadpolicy.evaluation.codes import FALSE, TRUE

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
START = 1_700_000_000_000_000


def cohort_of(won: Mask, account: npt.NDArray[np.int64] | None = None, *, days: int = 30) -> Cohort:
    """A cohort in which every record is mature, and won a day after its moment or never."""
    count = len(won)
    moment = np.full(count, START, np.int64)
    return Cohort(
        ids=tuple(map(str, range(count))),
        entered=moment - DAY,
        won=np.where(won, START + DAY, NEVER),
        closed=np.full(count, NEVER),
        told=np.ones(count, np.bool_),
        moment=moment,
        account=np.arange(count, dtype=np.int64) if account is None else account,
        until=START + 2 * days * DAY,
        within=days * DAY,
    )


@dataclass(frozen=True, slots=True)
class Held:
    """Two definitions on the records of some accounts; `truth` is b's precision less a's."""

    a: Mask
    b: Mask
    won: Mask
    account: npt.NDArray[np.int64]
    truth: float


RATES = (0.3, 0.3, 0.2, 0.1)
"""Shares won of records that both hold, only b, only a, neither: b is the better one."""
EVEN = (0.3, 0.2, 0.2, 0.1)
"""Neither is."""
SHARES = (0.25, 0.15, 0.15, 0.45)
"""Of records that both hold, only b, only a, neither."""


def two_definitions(
    rng: np.random.Generator, accounts: int, rates: tuple[float, float, float, float],
    *, clustered: bool,
) -> Held:  # fmt: skip
    """Records of accounts of one to four, or of one each.

    `rates` are the shares won of records that both hold, only b, only a, neither. Records of a
    clustered account share their luck: the rate of each account is drawn around these rates.
    """
    sizes = rng.integers(1, 5, accounts) if clustered else np.ones(accounts, np.int64)
    account = np.repeat(np.arange(accounts), sizes)
    if clustered:
        # Records of one account also tend to stand alike with both definitions.
        common = rng.choice(4, accounts, p=SHARES)[account]
        alone = rng.choice(4, len(account), p=SHARES)
        kind = np.where(rng.random(len(account)) < 0.5, common, alone)
    else:
        kind = rng.choice(4, len(account), p=SHARES)
    rate = np.array(rates)[kind]
    luck = rng.uniform(-1, 1, accounts)[account] if clustered else 0.0
    won = rng.random(len(account)) < rate * (1 + 0.8 * luck)
    precision_a, precision_b, _ = truth_of(rates)
    return Held(
        (kind == 0) | (kind == 2), (kind == 0) | (kind == 1), won, account,
        precision_b - precision_a,
    )  # fmt: skip


def truth_of(rates: tuple[float, float, float, float]) -> tuple[float, float, float]:
    """The true precision of a and of b, and the share won of all."""
    both, gained, lost, _ = SHARES
    precision_b = (both * rates[0] + gained * rates[1]) / (both + gained)
    precision_a = (both * rates[0] + lost * rates[2]) / (both + lost)
    return precision_a, precision_b, float(np.dot(SHARES, rates))


def views_of(**held: Mask) -> list[PolicyView]:
    """Definitions by the records that they hold; of the others they are certain, too."""
    return [
        said(label, np.where(mask, TRUE, FALSE).astype(np.int8)) for label, mask in held.items()
    ]


def said(label: str, verdicts: Codes) -> PolicyView:
    """A definition by its verdicts at the moments of the records; nothing is told of others."""
    count = len(verdicts)
    never = np.full(count, NEVER, np.int64)
    nothing = np.zeros(0, np.int64)
    return PolicyView(
        label, "lead", never, never, verdicts, 1,
        VerdictSpans(count, nothing, nothing, nothing, nothing, nothing),
    )  # fmt: skip
