"""Facts that know the future are named, and others are not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from leadpolicy.comparison.leaks import KnownEnds, in_column
from leadpolicy.data.chronicle import NEVER, Coded
from leadpolicy.types import Kind, Type
from tests.evidence.finding import Finding, drawn
from tests.evidence.worlds import START, Mask, Numbers

Rng = np.random.Generator
LETTERS: Final = ("a", "b", "c", "d", "e")


def text(kind: Kind, labels: list[str | None]) -> Coded:
    """A column of names."""
    values = sorted({label for label in labels if label is not None})
    place: dict[str | None, int] = {label: at for at, label in enumerate(values)} | {None: -1}
    codes = np.array([place[label] for label in labels], np.int32)
    return Coded(Type(kind, values=LETTERS if kind is Kind.LEVEL else ()), codes, values)


def number(kind: Kind, values: Numbers) -> Coded:
    """A column of numbers; NaN for none."""
    filled = ~np.isnan(values)
    distinct, place = np.unique(values[filled], return_inverse=True)
    codes = np.full(len(values), -1, np.int32)
    codes[filled] = place
    return Coded(Type(kind, currency="EUR" if kind is Kind.MONEY else ""), codes, distinct.tolist())


def _letters(rng: Rng, chances: Numbers, holes: Mask) -> list[str | None]:
    """One letter per record, by its row of chances."""
    steps = np.cumsum(chances, axis=1)
    place = (rng.random((len(steps), 1)) * steps[:, -1:] > steps).sum(axis=1)
    return [None if gap else LETTERS[at] for at, gap in zip(place, holes, strict=True)]


PLANTED: Final[Mapping[str, Callable[[Rng, Mask], Coded]]] = {
    "filled for the won only": lambda rng, won: number(
        Kind.MONEY,
        np.where(won & (rng.random(len(won)) < 0.9), rng.integers(1, 99, len(won)), np.nan),
    ),
    "a reason, filled for the lost only": lambda rng, won: text(
        Kind.TEXT,
        _letters(rng, np.ones((len(won), 5)), won | (rng.random(len(won)) < 0.4)),
    ),
    "an amount that no other record than those near the end has": lambda rng, won: number(
        Kind.MONEY,
        np.where(won | (rng.random(len(won)) < 0.2), rng.integers(1, 12, len(won)), np.nan),
    ),
    "a grade that was given at the end": lambda rng, won: text(
        Kind.LEVEL,
        _letters(rng, np.where(won[:, None], [0.0, 0.0, 0.1, 0.3, 0.6], [0.3] * 3 + [0.08, 0.02]),
                 rng.random(len(won)) < 0.1),
    ),
    "one value of many that only the won have": lambda rng, won: text(
        Kind.CHOICE,
        _letters(rng, np.where(won[:, None], [0.5, 0.2, 0.2, 0.1, 0.0], [0.0, 0.4, 0.4, 0.2, 0.0]),
                 rng.random(len(won)) < 0.1),
    ),
    "a yes that is set with the signature": lambda rng, won: text(
        Kind.TEXT, ["yes" if one else "no" for one in won ^ (rng.random(len(won)) < 0.03)]
    ),
    "a number that grew until the end": lambda rng, won: number(
        Kind.NUMBER, np.round(rng.normal(0.0, 1.0, len(won)) + 2.2 * won.astype(np.float64), 3)
    ),
}  # fmt: skip


def _honest(rng: Rng, won: Mask, strength: float) -> Coded:
    """A fact of the time before; at a strength of 0 it has nothing to do with the outcome, at 1 it
    foretells as well as single facts of real sales do (an area of about 0.72).
    """
    count = len(won)
    score = rng.normal(0, 1, count) + 0.8 * strength * won
    holes = rng.random(count) < rng.choice([0.0, 0.1, 0.5])
    which = rng.integers(0, 5)
    if which == 0:
        return number(Kind.NUMBER, np.where(holes, np.nan, np.round(score, 3)))
    if which == 1:
        return number(Kind.INTEGER, np.where(holes, np.nan, np.floor(np.exp(score))))
    cuts = np.quantile(score, np.sort(rng.random(4)))
    place = np.searchsorted(cuts, score)
    labels = [None if gap else LETTERS[at] for at, gap in zip(place, holes, strict=True)]
    if which == 2:
        return text(Kind.LEVEL, labels)
    if which == 3:
        return text(Kind.CHOICE, labels)
    return text(Kind.TEXT, [None if gap else str(one) for one, gap in
                            zip(score > np.quantile(score, 0.7), holes, strict=True)])  # fmt: skip


def _ends(rng: Rng) -> KnownEnds:
    """Hundreds or thousands of records, some sixty of them won or more."""
    base = float(rng.uniform(0.03, 0.4))
    count = max(int(rng.integers(300, 3_000)), int(60 / base))
    won = rng.random(count) < base
    ended = np.where(won, START, NEVER)
    return KnownEnds(won, np.ones(count, np.bool_), ended, rng.random(count) * 100, "won")


def planted_leaks(studies: int, seed: int) -> list[Finding]:
    """Each kind of leak on records of many numbers and base rates."""
    found = []
    for place, (name, plant) in enumerate(PLANTED.items()):
        told = 0
        for rng in drawn(studies, seed + place):
            ends = _ends(rng)
            told += any(True for _ in in_column("x", plant(rng, ends.won), ends))
        promise = f"a planted leak is named: {name}"
        found.append(Finding(promise, studies, told / studies, 0.99, 1.0))
    return found


def false_alarms(studies: int, seed: int) -> list[Finding]:
    """Twenty facts of all types that know nothing of the future, worthless and good ones."""
    found = []
    for name, strength in (("nothing to do with the outcome", 0.0), ("honest forebodings", 1.0)):
        told = 0
        for rng in drawn(studies, seed + int(strength)):
            ends = _ends(rng)
            for _ in range(20):
                column = _honest(rng, ends.won, strength)
                told += any(True for _ in in_column("x", column, ends))
        promise = f"facts with {name}: called leaks"
        found.append(Finding(promise, 20 * studies, told / (20 * studies), 0.0, 0.05))
    return found
