"""One pass over all records, after which only groups are left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from leadpolicy.backends import AUTO, EngineTable, all_at_once, engine_name, one_by_one, ready
from leadpolicy.comparison.cubes.groups import Groups, Segment, distinct, families
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.evaluation.codes import OPEN, Codes, Whole, outcome_codes
from leadpolicy.evaluation.engines import STEP, Progress, columns_of
from leadpolicy.logic.terms import Logic, Term
from leadpolicy.logic.walk import atoms

if TYPE_CHECKING:
    import pyarrow as pa

    from leadpolicy.backends import EventTable, OneByOne, Place
    from leadpolicy.data.recordset import RecordSet

MOST: Final = 2_000_000
"""Groups beyond which a move would take too long."""
NOT_KNOWN: Final = "(unknown)"
CUBE: Final = "cube"


@dataclass(frozen=True, slots=True, eq=False)
class CubeTable:
    """A table with a row per record, as engines take it.

    `outcome` is a boolean column: won, not won, or NULL where nothing can be said.
    """

    source: object
    as_of: datetime | str
    columns: Mapping[str, Place] | None = None
    id: str | None = None
    events: Mapping[str, EventTable | None] = field(default_factory=dict)
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class ScanQuestion:
    """What a scan has to find out.

    `columns` stand in families (see `formula.families`).
    """

    columns: tuple[tuple[Term, ...], ...]
    segments: tuple[str, ...]
    examples: int
    advice: str

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every column once."""
        return tuple(dict.fromkeys(term for family in self.columns for term in family))

    @property
    def logic(self) -> Logic:
        """A program that finds it out; columns are made of the verdicts of their atoms."""
        return Logic(tuple(dict.fromkeys([*atoms(self.terms), *self.terms])), ())


def too_many(groups: str, question: ScanQuestion) -> LeadpolicyError:
    """The refusal of a cube that would not be fast."""
    return LeadpolicyError.of(
        "LP506", f"the records fall into {groups} groups that the moves can tell apart",
        expected=f"at most {MOST:,}", help=question.advice,
    )  # fmt: skip


# ------------------------------------------------------------------------------- a table


def scan_table(table: CubeTable, question: ScanQuestion) -> Groups:
    """The groups of a table, which may pass by. Raises `LeadpolicyError`."""
    from leadpolicy.backends.kernels.grouping import grouped

    by = [*question.segments, *([table.outcome] if table.outcome else [])]
    where = str(table.source) if isinstance(table.source, str | Path) else "the table"
    asked = EngineTable(table.source, table.as_of, table.columns or {}, table.id, table.events)
    found = grouped(question.logic, question.terms, asked, by, MOST, question.examples)
    if found is None:
        raise too_many(f"more than {MOST:,}", question)
    examples: list[_Lists] = []
    if found.examples is not None:
        examples = [_Lists(found.examples, place) for place in range(question.examples)]
    outcomes = np.full(len(found.counts), OPEN, np.int8)
    if table.outcome:
        outcomes = _outcomes(found.shared[table.outcome], table.outcome, where)
    return Groups(
        found.counts,
        outcomes,
        {name: _segment(found.shared[name]) for name in question.segments},
        families(question.columns, found.verdicts),
        examples,
        _rank(examples[0].lists) if examples else np.zeros(0, np.int64),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Lists(Sequence[object]):
    """The examples at one place of all groups, taken out when somebody asks."""

    lists: pa.ListArray
    place: int

    def __len__(self) -> int:
        return len(self.lists)

    def __getitem__(self, group: Any) -> Any:
        found = self.lists[int(group)].as_py() or ()
        return found[self.place] if self.place < len(found) else None


def _rank(lists: pa.ListArray) -> Whole:
    """The places of groups when they are sorted by their first ids."""
    import pyarrow.compute as pc

    firsts = pc.list_element(pc.if_else(pc.greater(pc.list_value_length(lists), 0), lists, None), 0)
    found: Whole = pc.rank(firsts, tiebreaker="first").to_numpy().astype(np.int64)
    return found


def _outcomes(column: pa.ChunkedArray, name: str, where: str) -> Codes:
    import pyarrow as pa

    if not pa.types.is_boolean(column.type):
        raise LeadpolicyError.of(
            "LP503", f"the outcome `{name}` is a column of {column.type}", where=where,
            expected="true, false, or nothing where no outcome is known",
        )  # fmt: skip
    return outcome_codes(column.to_pylist())


def _segment(column: pa.ChunkedArray) -> Segment:
    import pandas as pd

    codes, values = pd.factorize(column.to_pandas(), sort=False)
    return labelled(
        [NOT_KNOWN if c < 0 else str(values[c]) for c in range(-1, len(values))], codes + 1
    )


def labelled(names: Sequence[str], codes: Whole) -> Segment:
    """Labels in their natural order, those of no record left out."""
    used = sorted({names[code] for code in np.unique(codes)}, key=lambda n: (n == NOT_KNOWN, n))
    place = {name: number for number, name in enumerate(used)}
    mapped = np.array([place.get(name, 0) for name in names] or [0], np.int64)
    return Segment(tuple(used), mapped[codes])


# ----------------------------------------------------------------------------- records


def scan_records(
    data: RecordSet, question: ScanQuestion, engine: str = AUTO, progress: Progress | None = None
) -> Groups:
    """The groups of a record set, each record evaluated at its moment. Raises `LeadpolicyError`."""
    running = ready(engine_name(engine), {CUBE: question.logic}, dict)
    single = one_by_one(running)
    if single is None and len(data) and question.terms:
        answers = all_at_once(running).of_columns(
            {CUBE: question.logic}, columns_of(data), progress
        )
        verdicts = answers.criteria(CUBE)
        columns = {term: verdicts[:, at] for at, term in enumerate(question.logic.criteria)}
    else:
        columns = _one_by_one(data, question, single, progress)
    segments = {}
    for name in question.segments:
        order = {label: place for place, label in enumerate(data.segments(name))}
        codes = np.array([order[label] for label in data.segment(name)], np.int64)
        segments[name] = Segment(tuple(order), codes)
    return counted(
        {term: columns[term] for term in question.terms}, segments, outcome_codes(data.outcomes),
        list(data.ids), question,
    )  # fmt: skip


def _one_by_one(
    data: RecordSet, question: ScanQuestion, engine: OneByOne | None, progress: Progress | None
) -> dict[Term, Codes]:
    terms = question.terms
    logic = Logic(terms, ())
    verdicts = np.zeros((len(terms), len(data)), np.int8)
    for row, (record, moment) in enumerate(zip(data.records, data.moments, strict=True)):
        if engine is not None:
            verdicts[:, row] = engine.verdicts(logic, record, moment).criteria
        if progress is not None and row % STEP == 0:
            progress("scanning records", row, len(data))
    return dict(zip(terms, verdicts, strict=True))


def counted(
    columns: Mapping[Term, Codes],
    segments: Mapping[str, Segment],
    outcomes: Codes,
    ids: Sequence[object],
    question: ScanQuestion,
) -> Groups:
    """Records with equal columns, segments and outcome as one group. Raises `LeadpolicyError`."""
    import pandas as pd

    rows = len(outcomes)
    index, _ = distinct([*columns.values(), np.zeros(rows, np.int8)])
    for codes in (outcomes.astype(np.int64) + 1, *(one.codes for one in segments.values())):
        index = pd.factorize(index * (int(codes.max(initial=0)) + 1) + codes)[0].astype(np.int64)
    number = int(index.max(initial=-1)) + 1
    if number > MOST:
        raise too_many(f"{number:,}", question)
    first = np.zeros(number, np.int64)
    first[index[::-1]] = np.arange(rows)[::-1]
    examples: list[list[object]] = [[None] * number for _ in range(question.examples)]
    seen = [0] * number
    rank = np.zeros(number, np.int64)
    for order, row in enumerate(sorted(range(rows), key=lambda row: ids[row])):  # type: ignore[arg-type,return-value]
        group = int(index[row])
        if not seen[group]:
            rank[group] = order
        if seen[group] < question.examples:
            examples[seen[group]][group] = ids[row]
        seen[group] += 1
    return Groups(
        np.bincount(index, minlength=number).astype(np.int64),
        outcomes[first],
        {name: Segment(one.labels, one.codes[first]) for name, one in segments.items()},
        families(question.columns, {term: codes[first] for term, codes in columns.items()}),
        examples,
        rank,
    )
