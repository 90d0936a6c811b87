"""Promises decided on whole columns, without any library of tests."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from leadpolicy.data.contract.model import (
    Among,
    Contract,
    Expectation,
    Filled,
    Finding,
    Level,
    Moments,
    NotBefore,
    Numbers,
    Reaches,
    RowsRead,
    Sheet,
    Unique,
    Within,
    Words,
    mask_of,
)
from leadpolicy.data.tables import Mask, Rows
from leadpolicy.times import from_microseconds, microseconds
from leadpolicy.types import show


def judge(contract: Contract, levels: Iterable[Level] = tuple(Level)) -> list[Finding]:
    """What became of every promise of these levels, in the order of the contract."""
    wanted = frozenset(levels)
    return [
        judge_one(one, contract.sheets[one.sheet])
        for one in contract.expectations
        if one.level in wanted
    ]


def judge_one(expectation: Expectation, sheet: Sheet) -> Finding:
    """What became of one promise."""
    match expectation.check:
        case Among() | Within() | NotBefore() | Unique():
            return _by_row(expectation, sheet)
        case Filled(column=column, share=least):
            filled = int(mask_of(sheet.columns[column]).sum())
            share = filled / sheet.rows if sheet.rows else 1.0
            observed = f"{filled:,} of {sheet.rows:,} rows"
            return Finding(expectation, share >= least, sheet.rows, sheet.rows - filled, observed)
        case Reaches(column=column, moment=moment):
            found = sheet.columns[column]
            assert isinstance(found, Moments)
            known = found.array[mask_of(found)]
            if not len(known):
                return Finding(expectation, True, 0, 0, "no date")
            last = int(known.max())
            observed = f"last {show(from_microseconds(last))}"
            return Finding(expectation, last >= microseconds(moment), len(known), 0, observed)
        case RowsRead(least=least_rows, most=most):
            kept = least_rows <= sheet.rows <= most
            observed = f"{sheet.rows:,} of {most:,} rows"
            return Finding(expectation, kept, most, most - sheet.rows, observed)


def _by_row(expectation: Expectation, sheet: Sheet) -> Finding:
    looked_at, failing = _rows(expectation, sheet)
    count, bad = int(looked_at.sum()), int(failing.sum())
    kept = not bad or (count - bad) / count >= expectation.mostly
    rows: Rows = np.flatnonzero(failing)
    if isinstance(expectation.check, Unique):
        rows = _all_but_the_first(sheet, expectation.check, rows)
    return Finding(expectation, kept, count, bad, f"{bad:,} of {count:,} rows", rows)


def _rows(expectation: Expectation, sheet: Sheet) -> tuple[Mask, Mask]:
    """The rows that a promise is about, and those that break it."""
    match expectation.check:
        case Among(column=column, allowed=allowed):
            words = sheet.columns[column]
            assert isinstance(words, Words)
            fine = np.array([word in allowed for word in words.words] + [True], np.bool_)
            return words.codes >= 0, ~fine[words.codes]
        case Within(column=column, low=low, high=high):
            numbers = sheet.columns[column]
            assert isinstance(numbers, Numbers)
            known = mask_of(numbers)
            outside = np.zeros(sheet.rows, np.bool_)
            if low is not None:
                outside |= numbers.array < low
            if high is not None:
                outside |= numbers.array > high
            return known, known & outside
        case Unique(column=column):
            words = sheet.columns[column]
            assert isinstance(words, Words)
            known = words.codes >= 0
            often = np.bincount(words.codes[known], minlength=len(words.words)) > 1
            return known, known & np.append(often, False)[words.codes]
        case NotBefore(later=later, earlier=earlier):
            after, before = sheet.columns[later], sheet.columns[earlier]
            assert isinstance(after, Moments)
            assert isinstance(before, Moments)
            both = mask_of(after) & mask_of(before)
            return both, both & (after.array < before.array)
        case _:
            nothing = np.zeros(sheet.rows, np.bool_)
            return nothing, nothing


def _all_but_the_first(sheet: Sheet, check: Unique, rows: Rows) -> Rows:
    words = sheet.columns[check.column]
    assert isinstance(words, Words)
    _, first = np.unique(words.codes[rows], return_index=True)
    later = np.ones(len(rows), np.bool_)
    later[first] = False
    return rows[later]


def reason_of(finding: Finding, sheet: Sheet, row: int) -> str:
    """What is wrong with one of the rows that break a promise."""
    one = finding.expectation
    column = one.because
    if not one.reason and not column and isinstance(one.check, Among):
        column = one.check.column
    words = sheet.columns.get(column)
    return words.words[int(words.codes[row])] if isinstance(words, Words) else one.reason
