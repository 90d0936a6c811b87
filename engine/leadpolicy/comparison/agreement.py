"""How far policies agree on a rung: raw agreement, Cohen's kappa for two, Fleiss' kappa for all.

Agreement is counted among records that every policy concerned decides (TRUE or FALSE); how many
are left out because one of them says UNKNOWN stands beside every figure.

Sources: J. Cohen, "A coefficient of agreement for nominal scales", 1960; J. L. Fleiss, "Measuring
nominal scale agreement among many raters", 1971. Both correct for the agreement that chance would
bring. Where every verdict is the same, chance alone explains all of it and kappa is 0/0: undefined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from leadpolicy.evaluation.codes import FALSE, TRUE, UNKNOWN, Codes, Whole, crossed, share


class KappaNote(StrEnum):
    """What a reader has to know before believing a kappa."""

    NONE = ""
    NOTHING_DECIDED = "undefined: no record is decided by all"
    CONSTANT = "undefined: all verdicts are the same"
    ONE_SIDED = "one side says the same of every record, so kappa is 0 whatever the other says"


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two policies on one rung. `raw` and `kappa` are None where they are not defined."""

    records: int
    decided: int
    undecided: int
    both: int
    only_a: int
    only_b: int
    neither: int
    raw: float | None
    kappa: float | None
    note: KappaNote


@dataclass(frozen=True, slots=True)
class OverallAgreement:
    """All policies that define a rung.

    `unanimous` is the share of decided records on which all say the same, `raw` the mean agreement
    of a pair, which is what Fleiss' kappa corrects.
    """

    policies: int
    records: int
    decided: int
    undecided: int
    unanimous: float | None
    raw: float | None
    kappa: float | None
    note: KappaNote


def pair_agreement(a: Codes, b: Codes) -> PairAgreement:
    """Agreement of two columns of verdicts on the same records."""
    return agreement_of(crossed(a, b))


def agreement_of(counts: Sequence[Sequence[int]]) -> PairAgreement:
    """Agreement, of how many records have each verdict of one with each of the other."""
    both, neither = counts[TRUE][TRUE], counts[FALSE][FALSE]
    only_a, only_b = counts[TRUE][FALSE], counts[FALSE][TRUE]
    records = sum(map(sum, counts))
    n = both + neither + only_a + only_b
    kappa, note = cohens(both, only_a, only_b, neither)
    return PairAgreement(
        records=records,
        decided=n,
        undecided=records - n,
        both=both,
        only_a=only_a,
        only_b=only_b,
        neither=neither,
        raw=share(both + neither, n),
        kappa=kappa,
        note=note,
    )


def cohens(both: int, only_a: int, only_b: int, neither: int) -> tuple[float | None, KappaNote]:
    """Cohen's kappa of a two-by-two table, with what has to be said about it."""
    n = both + only_a + only_b + neither
    if not n:
        return None, KappaNote.NOTHING_DECIDED
    if n in (both, neither):
        return None, KappaNote.CONSTANT
    alike = (both + neither) / n
    by_chance = ((both + only_a) * (both + only_b) + (only_b + neither) * (only_a + neither)) / n**2
    constant = {both + only_a, both + only_b} & {0, n}
    kappa = (alike - by_chance) / (1 - by_chance)
    return kappa, KappaNote.ONE_SIDED if constant else KappaNote.NONE


def overall_agreement(columns: Codes, counts: Whole | None = None) -> OverallAgreement:
    """Agreement of all columns of verdicts; one column per policy, at least two. A row is a
    record, or a group of so many.
    """
    groups, raters = columns.shape
    weights = np.ones(groups, np.int64) if counts is None else counts
    decided = (columns != UNKNOWN).all(axis=1)
    yes, weight = (columns[decided] == TRUE).sum(axis=1), weights[decided]
    n, records = int(weight.sum()), int(weights.sum())
    said = int((yes * weight).sum())
    pairs = raters * (raters - 1)
    agreeing = int(((yes * (yes - 1) + (raters - yes) * (raters - yes - 1)) * weight).sum())
    alike = agreeing / (n * pairs) if n else None
    kappa: float | None = None
    note = KappaNote.NONE
    if alike is None:
        note = KappaNote.NOTHING_DECIDED
    elif said in (0, n * raters):
        note = KappaNote.CONSTANT
    else:
        rate = said / (n * raters)
        by_chance = rate**2 + (1 - rate) ** 2
        kappa = (alike - by_chance) / (1 - by_chance)
    return OverallAgreement(
        policies=raters,
        records=records,
        decided=n,
        undecided=records - n,
        unanimous=share(int(weight[(yes == 0) | (yes == raters)].sum()), n),
        raw=alike,
        kappa=kappa,
        note=note,
    )
