"""What UNKNOWN stages lack, for many records at once: facts and logs that nobody recorded.

It says what `decision.reasons.missing_facts` says of one record: an atom counts that is UNKNOWN
and stands in what is UNKNOWN, up to the stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from leadpolicy.backends import all_at_once, automatic, backend
from leadpolicy.backends.columns import MISSING, CodedValues, Columns, PackedValues
from leadpolicy.evaluation.codes import UNKNOWN, Mask, Whole
from leadpolicy.evaluation.engines import columns_of
from leadpolicy.evaluation.verdicts import PolicyVerdicts, RecordVerdicts
from leadpolicy.logic.terms import Logic, Term
from leadpolicy.logic.walk import is_atom, looked_at, parts, walk
from leadpolicy.types import Range
from leadpolicy.vocabulary.model import EVENT

TERMS = "terms"


class Lacking:
    """The verdicts of every part of every policy on some of the records."""

    def __init__(self, evaluation: RecordVerdicts, rows: Iterable[Whole]) -> None:
        self.rows = np.unique(np.concatenate([np.zeros(0, np.int64), *rows]))
        self.columns = columns_of(evaluation.data).take(self.rows)
        roots = [term for one in evaluation.policies for term in one.policy.logic.stages]
        terms = tuple(walk(roots))
        self.place = {term: place for place, term in enumerate(terms)}
        logic = Logic(terms, ())
        engine = all_at_once(backend(automatic()))
        said = engine.of_columns({TERMS: logic}, self.columns, None).criteria(TERMS)
        self.open: Sequence[Mask] = list(np.ascontiguousarray(said.T) == UNKNOWN)
        self._imprecise: dict[str, Mask] = {}

    def of(self, one: PolicyVerdicts, rows: Whole) -> dict[str, Mask]:
        """For each fact, or `event:NAME`, which of the rows lack it."""
        at = np.searchsorted(self.rows, rows)
        order = list(walk(one.policy.logic.stages))
        reached: dict[Term, Mask] = {
            term: self.open[self.place[term]][at] for term in one.policy.logic.stages
        }
        found: dict[str, Mask] = {}
        for term in reversed(order):
            here = reached.get(term)
            if here is None or not here.any():
                continue
            for part in parts(term):
                below = here & self.open[self.place[part]][at]
                reached[part] = reached[part] | below if part in reached else below
            if is_atom(term):
                for name in looked_at(term):
                    lacks = here if name.startswith(EVENT) else here & self._unclear(name)[at]
                    found[name] = found[name] | lacks if name in found else lacks
        return {name: lacks for name, lacks in found.items() if lacks.any()}

    def _unclear(self, fact: str) -> Mask:
        """Where a fact is missing, or known only as a range."""
        if fact not in self._imprecise:
            self._imprecise[fact] = _unclear(self.columns, fact)
        return self._imprecise[fact]


def _unclear(columns: Columns, fact: str) -> Mask:
    column: CodedValues | None = columns.facts.get(fact)
    if column is None or not len(column.values):
        return np.ones(len(columns), np.bool_)
    unclear: Mask = column.codes == MISSING
    if not isinstance(column.values, PackedValues):
        ranges = np.array([isinstance(value, Range) for value in column.values] + [False])
        unclear |= ranges[column.codes]
    return unclear


def counted(lacking: Mapping[str, Mask]) -> dict[str, tuple[int, int]]:
    """For each name how many rows lack it, and how many lack nothing else."""
    if not lacking:
        return {}
    single = np.sum(list(lacking.values()), axis=0) == 1
    return {name: (int(rows.sum()), int((rows & single).sum())) for name, rows in lacking.items()}
