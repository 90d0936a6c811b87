"""Formulas over groups, under one choice of settings: the interpreter's rules for whole columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from typing import Any, TypeAlias

import numpy as np

from leadpolicy.comparison.cubes.formula import (
    Counting,
    FixedPart,
    Formula,
    Junction,
    Leaf,
    Opposite,
    Scoring,
)
from leadpolicy.comparison.cubes.groups import Groups
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.evaluation.codes import FALSE, TRUE, UNKNOWN, Codes
from leadpolicy.logic.terms import Const, Term
from leadpolicy.policy.lower import NUMBER, Lowering
from leadpolicy.policy.model import Written

Array: TypeAlias = "np.ndarray[Any, Any]"
_SAFE = 2**62


@dataclass(slots=True)
class Answering:
    """`found` remembers every formula's verdicts, so that stages may refer to one another."""

    groups: Groups
    lowering: Lowering
    found: dict[Formula, Codes] = field(default_factory=dict)

    def verdicts(self, formula: Formula) -> Codes:
        """A verdict per group. Raises `LeadpolicyError` for a setting that was not scanned."""
        if formula not in self.found:
            self.found[formula] = self._answer(formula)
        return self.found[formula]

    def _answer(self, formula: Formula) -> Codes:
        match formula:
            case FixedPart():
                return self.column(formula.column)
            case Leaf():
                meaning = formula.meaning(self.lowering)
                column = formula.columns.get(meaning)
                if column is None:
                    raise LeadpolicyError.of(
                        "LP302", "the parameters have a setting that was not scanned",
                        help="write values as they were given when the cube was made",
                    )  # fmt: skip
                return self.column(column)
            case Junction():
                fold = np.minimum if formula.conjunction else np.maximum
                return reduce(fold, [self.verdicts(part) for part in formula.parts])
            case Opposite():
                return np.int8(TRUE) - self.verdicts(formula.part)
            case Counting():
                return self._counting(formula)
            case Scoring():
                return self._scoring(formula)

    def column(self, term: Term) -> Codes:
        """The verdicts of a column."""
        if isinstance(term, Const):
            return np.full(len(self.groups), term.value.value, np.int8)
        return self.groups.families[term].column(term)

    def _steps(self, tally: Sequence[Term], least: int) -> Array:
        """How many of the columns are at least so true."""
        steps = np.zeros(len(self.groups), np.int16)
        for term in tally:
            steps += self.column(term) >= least
        return steps

    def _counting(self, formula: Counting) -> Codes:
        certain = self._steps(formula.tally, TRUE)
        possible = self._steps(formula.tally, UNKNOWN)
        for part in formula.parts:
            verdicts = self.verdicts(part)
            certain += verdicts == TRUE
            possible += verdicts != FALSE
        count = int(self.lowering.number(formula.count))
        count = min(count, len(formula.tally) + len(formula.parts) + 1)
        enough = _at_least(count, certain, possible)
        if formula.bound == "at_least":
            return enough
        not_more = np.int8(TRUE) - _at_least(count + 1, certain, possible)
        return not_more if formula.bound == "at_most" else np.minimum(enough, not_more)

    def _scoring(self, formula: Scoring) -> Codes:
        number = self._number
        least = number(formula.least)
        if formula.cap is not None and number(formula.cap) < least:
            return np.zeros(len(self.groups), np.int8)
        weights = [number(weight) for weight, _ in formula.parts]
        numbers = [*formula.sums, *weights, least]
        scale = Decimal(10) ** max(_decimals(one) for one in numbers)
        kind = np.int64 if sum(abs(one) for one in numbers) * scale < _SAFE else object
        sums = np.array([int(one * scale) for one in formula.sums], kind)
        low = sums[self._steps(formula.tally, TRUE)]
        high = sums[self._steps(formula.tally, UNKNOWN)]
        for weight, (_, part) in zip(weights, formula.parts, strict=True):
            points = int(weight * scale)
            when_low, when_high = np.array(
                [[0, min(points, 0), points], [0, max(points, 0), points]], kind
            )
            verdicts = self.verdicts(part)
            low = low + when_low[verdicts]
            high = high + when_high[verdicts]
        return _at_least(int(least * scale), low, high)

    def _number(self, written: Written) -> Decimal:
        return self.lowering.number(written, NUMBER)


def _at_least(least: int, certain: Array, possible: Array) -> Codes:
    """Between `certain` and `possible` lies what has to reach `least`."""
    reached: Codes = (certain >= least).astype(np.int8)
    reached += possible >= least
    return reached


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0
