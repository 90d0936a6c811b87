"""What a simulation found, and what it was promised to find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from leadpolicy.backtest.rates import LEVEL

COVERED: Final = (0.935, 0.965)
"""What 95 % intervals have to cover, in parts of one."""


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


def covering(promise: str, studies: int, truths: Iterable[bool]) -> Finding:
    """How often an interval held the truth."""
    told = list(truths)
    return Finding(promise, studies, float(np.mean(told)), *COVERED)


def seldom(promise: str, studies: int, called: int) -> Finding:
    """How often something was called that is not there: the level, and twice the error of so many
    studies.
    """
    spare = 2 * float(np.sqrt(LEVEL * (1 - LEVEL) / studies))
    return Finding(promise, studies, called / studies, 0.0, LEVEL + spare)


def drawn(studies: int, seed: int) -> Iterator[np.random.Generator]:
    """A generator per study, so that one study does not depend on how many others there are."""
    for sequence in np.random.SeedSequence(seed).spawn(studies):
        yield np.random.default_rng(sequence)
