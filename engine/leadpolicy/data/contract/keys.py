"""Promises about keys: ids that are unique, rows that belong to somebody, partners that exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from leadpolicy.data.contract.model import (
    OK,
    Among,
    Expectation,
    Level,
    Sheet,
    Unique,
    Words,
    critical,
)
from leadpolicy.data.contract.uses import Ground
from leadpolicy.data.model import ColumnRef, DatedFact, JoinSpec
from leadpolicy.data.model import Rows as RowsSpec
from leadpolicy.data.record_rows import NAMELESS
from leadpolicy.data.tables import Mask, Table

STRANGER = "is the id of no record: the row belongs to nobody"


def key_promises(
    on: Ground, sheets: Mapping[str, Sheet], *, critical_only: bool
) -> Iterator[Expectation]:
    """What is promised of ids, of the records that rows name, and of joins."""
    yield from _ids(on, sheets)
    yield from _owners(on, sheets)
    for join in on.spec.records.join:
        yield from _partners(on, join, sheets, critical_only=critical_only)


def _two(
    sheet: Sheet, name: str, column: str, says: str, source: str, check: str
) -> Iterator[Expectation]:
    yield Expectation(
        f"{name}.{check}", sheet.name, Among(column, (OK,)), Level.WARNING, says, source=source
    )
    yield critical(sheet, f"{name}.fits", column, f"at least 95 %: {says}", source)


def _ids(on: Ground, sheets: Mapping[str, Sheet]) -> Iterator[Expectation]:
    ref = on.spec.records.id
    if ref is None:
        return
    sheet = sheets[on.main.name]
    column = on.main.columns[ref.column].distinct()
    nameless = on.main.empty(ref.column) & on.chosen
    named = on.chosen & ~nameless
    sheet.columns[ref.column] = Words(np.where(named, column.codes, np.int32(-1)), column.texts())
    yield Expectation(
        f"{on.main.name}.{ref.column}.unique",
        sheet.name,
        Unique(ref.column),
        Level.WARNING,
        f"no two rows have the same {ref.column}",
        source=ref.column,
        reason="is the id of an earlier record; the first is kept",
    )
    words, codes = [OK, NAMELESS], np.where(on.chosen, 0, -1).astype(np.int32)
    codes[nameless] = 1
    first = np.full(len(column.cells), -1, np.int64)
    own = np.flatnonzero(on.fits)
    first[column.codes[own]] = own
    for row in np.flatnonzero(named & ~on.fits).tolist():
        line = int(on.main.lines[first[column.codes[row]]])
        codes[row] = len(words)
        words.append(f"is the id of an earlier record, on {on.main.unit} {line}; the first is kept")
    whole = f"{ref.column} → id"
    sheet.columns[whole] = Words(codes, words)
    name = f"{on.main.name}.{ref.column}"
    says = f"{ref.column} is filled, and no earlier row has the same"
    yield from _two(sheet, name, whole, says, ref.column, "id")


def _owners(on: Ground, sheets: Mapping[str, Sheet]) -> Iterator[Expectation]:
    """The records that rows of other tables belong to; rows without one are left out."""
    wanted: dict[ColumnRef, Mask] = {}
    for rows in _row_specs(on):
        if rows.record is not None and rows.record != on.spec.records.id:
            mask = on.table(rows.table).where(rows.where)
            wanted[rows.record] = wanted[rows.record] | mask if rows.record in wanted else mask
    for ref, mask in wanted.items():
        table = on.table(ref.table)
        empty = table.empty(ref.column)
        codes = np.where(on.belonging(ref), 0, np.where(empty, 1, 2))
        column = f"{ref.column} → {on.main.name}"
        codes = np.where(mask, codes, -1).astype(np.int32)
        sheets[table.name].columns[column] = Words(codes, [OK, NAMELESS, STRANGER])
        says = f"{ref.column} is the id of a row of {on.main.name}"
        name = f"{table.name}.{ref.column}"
        yield from _two(sheets[table.name], name, column, says, ref.column, "reference")


def _row_specs(on: Ground) -> Iterator[RowsSpec]:
    spec = on.spec
    yield from (fact.rows for fact in spec.facts if isinstance(fact, DatedFact))
    yield from (event.rows for event in spec.events)
    yield from spec.closed
    if spec.assessments is not None:
        yield spec.assessments.rows
    if spec.outcome is not None:
        yield spec.outcome.rows


def _partners(
    on: Ground, join: JoinSpec, sheets: Mapping[str, Sheet], *, critical_only: bool
) -> Iterator[Expectation]:
    """One row per key on the right; a missing partner on the left is told and nothing more."""
    right = on.table(join.table)
    keys = _keys(right, [ref.column for _, ref in join.on])
    shown = " and ".join(ref.column for _, ref in join.on)
    sheet = sheets[right.name]
    sheet.columns[f"{shown} (key)"] = keys
    yield Expectation(
        f"{right.name}.{shown}.unique",
        right.name,
        Unique(f"{shown} (key)"),
        Level.CRITICAL,
        f"no two rows of {right.name} have the same {shown}: it is joined by it",
        source=join.on[0][1].column,
        reason="is the key of an earlier row",
    )
    tables = {left.table for left, _ in join.on}
    if critical_only or len(tables) > 1:
        return
    left = on.table(tables.pop())
    own = _keys(left, [ref.column for ref, _ in join.on])
    there = set(keys.words)
    by_code = np.array([0 if word in there else 1 for word in own.words] + [-1], np.int32)
    codes = by_code[own.codes]
    if left.name == on.main.name:
        codes = np.where(on.fits, codes, np.int32(-1))
    names = " and ".join(ref.column for ref, _ in join.on)
    column = f"{names} → {right.name}"
    sheets[left.name].columns[column] = Words(codes, [OK, f"stands in no row of {right.name}"])
    yield Expectation(
        f"{left.name}.{names}.reference",
        left.name,
        Among(column, (OK,)),
        Level.WARNING,
        f"{names} finds a row of {right.name}",
        source=join.on[0][0].column,
    )


def _keys(table: Table, columns: list[str]) -> Words:
    """The key of each row as one text; none where a part of it is empty."""
    parts = [table.columns[name].distinct() for name in columns]
    empty = np.logical_or.reduce([table.empty(name) for name in columns])
    if len(parts) == 1:
        return Words(np.where(empty, np.int32(-1), parts[0].codes), parts[0].texts())
    texts = [part.texts() for part in parts]
    whole = np.stack([part.codes for part in parts])
    distinct, codes = np.unique(whole, axis=1, return_inverse=True)
    words = [
        "\x1f".join(of[code] for of, code in zip(texts, row, strict=True))
        for row in distinct.T.tolist()
    ]
    return Words(np.where(empty, -1, codes.reshape(-1)).astype(np.int32), words)
