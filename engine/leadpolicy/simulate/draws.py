"""Random columns that do not depend on how many companies are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from leadpolicy.simulate.model import BLOCK

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Texts: TypeAlias = npt.NDArray[np.object_]

NEVER: Final = np.inf
"""The time of what does not happen."""


class Draws:
    """The random numbers of one block of companies.

    Every draw is made for the whole block and then cut to `count` rows, so that the first companies
    of a long history are those of a short one with the same seed. Never draw a number of values
    that depends on values drawn before.
    """

    def __init__(self, seed: int, block: int, count: int) -> None:
        self._generator = np.random.Generator(np.random.PCG64([seed, block]))
        self.count = count

    def uniform(self, *shape: int) -> Floats:
        """Between 0 and 1."""
        return self._generator.random((BLOCK, *shape))[: self.count]

    def chance(self, probability: float | Floats) -> Bools:
        """TRUE with this probability (one for all, or one per company)."""
        return np.asarray(self.uniform() < probability)

    def normal(self, *shape: int) -> Floats:
        """Standard normal."""
        return self._generator.standard_normal((BLOCK, *shape))[: self.count]

    def waiting(self, *shape: int) -> Floats:
        """Exponential with mean 1."""
        return self._generator.standard_exponential((BLOCK, *shape))[: self.count]

    def pick(self, weights: Sequence[float]) -> Ints:
        """An index per company, drawn with these weights."""
        return self.pick_by_row(np.asarray([weights]), np.zeros(self.count, np.int64))

    def pick_by_row(self, weights: Floats, row: Ints) -> Ints:
        """An index per company, drawn with the weights in the row of the table it belongs to."""
        edges = np.cumsum(weights, axis=1)
        edges /= edges[:, -1:]
        below = self.uniform()[:, None] >= edges[row]
        return np.asarray(np.minimum(below.sum(axis=1), weights.shape[1] - 1), np.int64)


def sigmoid(log_odds: Floats) -> Floats:
    """The probability with these log-odds."""
    return 1.0 / (1.0 + np.exp(-log_odds))


def texts(labels: Sequence[str]) -> Texts:
    """Labels as an array to be picked from by index."""
    out = np.empty(len(labels), dtype=object)
    out[:] = list(labels)
    return out
