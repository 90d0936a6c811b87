"""Votes that have nothing to do with the cards recommend no definition."""

from __future__ import annotations

import numpy as np

from leadpolicy.workshop.fit import best_by_chance
from tests.evidence.finding import Finding, drawn, seldom


def votes_at_random(studies: int, seed: int) -> list[Finding]:
    """Twelve cards, two teams of three, four answers, and forty settings of some definitions."""
    called = 0
    for rng in drawn(studies, seed):
        readings = rng.integers(0, 4, (40, 12))
        shares = np.zeros((12, 4))
        for _ in range(6):
            shares[np.arange(12), rng.integers(0, 4, 12)] += 1 / (6 * 12)
        fits = shares[np.arange(12)[:, None], readings.T].sum(axis=0)
        called += bool(
            fits.max() > best_by_chance(shares, readings, int(rng.integers(1_000_000_000))) + 1e-9
        )
    return [
        seldom("the best of forty settings is recommended for votes by chance", studies, called)
    ]
