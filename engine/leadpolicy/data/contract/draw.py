"""The contract of a data set: the vocabulary and the mapping as promises about its tables.

Every promise about single rows stands twice: as a warning that is broken by the first row, and,
under the name `….fits`, as a critical one that is broken when more than 5 % of the rows fail. Rows
that break a warning are set aside by the reader or told in its notes, so that figures stay right;
with more of them the figures would no longer speak of the same records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from leadpolicy.data.coding import Packed
from leadpolicy.data.contract.dates import date_promises
from leadpolicy.data.contract.keys import key_promises
from leadpolicy.data.contract.model import (
    LEAST_FILLED,
    OK,
    Among,
    Contract,
    Expectation,
    Filled,
    Level,
    Numbers,
    RowsRead,
    Sheet,
    Within,
    Words,
    critical,
    spared,
)
from leadpolicy.data.contract.uses import Ground, Use, ground, uses
from leadpolicy.data.dataset import Dataset
from leadpolicy.data.recordset import Progress
from leadpolicy.data.tables import Codes, Mask, Table, cell_text
from leadpolicy.data.values import Converted, convert_cell
from leadpolicy.data.workbench import Work, without_collection
from leadpolicy.diagnostics import ValueProblem, listing, suggest
from leadpolicy.types import Kind, Range, Type, Value, show

RECORDS = "records"


def contract(dataset: Dataset, progress: Progress | None = None) -> Contract:
    """The contract of a data set. Reads the tables; raises `LeadpolicyError` where it cannot."""
    work = dataset.work(progress)
    if progress is not None:
        progress("drawing up the contract", 0, 1)
    with without_collection():
        return draw(work, dataset.title)


def draw(work: Work, title: str = "") -> Contract:
    """The contract of a mapping and its tables."""
    sheets, found = promised(work)
    return Contract(work.spec.name, title, tuple(found), sheets)


def promised(
    work: Work, *, critical_only: bool = False
) -> tuple[dict[str, Sheet], Iterator[Expectation]]:
    """The promises one by one, and the sheets, which get the columns that each needs."""
    on = ground(work)
    sheets = {name: Sheet(name, len(t), table=t) for name, t in work.tables.items()}
    records = "records" if RECORDS not in sheets else "records of " + work.spec.name
    sheets[records] = Sheet(
        records,
        len(on.records),
        ids=on.records.ids,
        file=on.main.file,
        lines=on.main.lines[on.records.rows],
    )
    found = _named_apart(_promises(on, sheets, records, critical_only=critical_only))
    if critical_only:
        found = (one for one in found if one.level is Level.CRITICAL)
    return sheets, found


def _promises(
    on: Ground, sheets: Mapping[str, Sheet], records: str, *, critical_only: bool
) -> Iterator[Expectation]:
    yield from (_rows_read(table) for table in on.work.tables.values())
    yield from key_promises(on, sheets, critical_only=critical_only)
    read = uses(on)
    often = Counter((use.table, use.column) for use in read)
    for use in read:
        name = f"{use.table}.{use.column}"
        if often[use.table, use.column] > 1:
            name += f"[{use.label}]"
        if use.kind.kind is not Kind.TEXT or use.needed:
            yield from _cells(on, use, name, sheets, critical_only=critical_only)
        if not critical_only:
            yield from _known(on, use, sheets[records])
    if on.spec.assessments is not None:
        yield from _judgements(on, sheets)
    yield from date_promises(on, sheets, records, critical_only=critical_only)


def _named_apart(found: Iterable[Expectation]) -> Iterator[Expectation]:
    """The promises, those of the same name with a number."""
    seen: Counter[str] = Counter()
    for one in found:
        seen[one.name] += 1
        again = seen[one.name]
        yield one if again == 1 else replace(one, name=f"{one.name} ({again})")


def _rows_read(table: Table) -> Expectation:
    read = table.rows_read
    least = max(read - spared(read), 0)
    return Expectation(
        f"{table.name}.rows.fits",
        table.name,
        RowsRead(least, read),
        Level.CRITICAL,
        f"at least 95 % of the {read:,} rows of {table.file} have as many cells as the header",
    )


# ------------------------------------------------------------------------------------- cells


def _cells(
    on: Ground, use: Use, name: str, sheets: Mapping[str, Sheet], *, critical_only: bool
) -> Iterator[Expectation]:
    """What is promised of a column read as one type."""
    sheet = sheets[use.table]
    converted = on.work.convert(use.cell, use.kind, use.mask)
    says = f"{use.column}, read as {use.label},"
    whole = f"{use.column} → {use.label}"
    sheet.columns[whole] = verdicts(converted, use.mask, use.needed, converted.bad)
    if not critical_only:
        yield from _strictly(use, name, converted, sheet, (says, whole))
    yield critical(sheet, f"{name}.fits", whole, f"at least 95 % of {says} fit", use.column)


def _strictly(
    use: Use, name: str, converted: Converted, sheet: Sheet, named: tuple[str, str]
) -> Iterator[Expectation]:
    """What is promised of every cell; `named` are the use in words and its column in the sheet."""
    says, whole = named
    outside = _outside(converted, use) if use.kind.limits is not None else {}
    match use.kind.kind:
        case Kind.CHOICE | Kind.LEVEL if use.kind.values:
            seen = f"{whole} (value)"
            sheet.columns[seen] = _values(converted, use.mask)
            domain = Among(seen, tuple(use.kind.values))
            yield _strict(use, f"{name}.domain", domain,
                          f"{says} is one of {listing(use.kind.values, 6)}", whole)  # fmt: skip
        case Kind.CHOICES | Kind.CHOICE | Kind.LEVEL:
            yield _strict(use, f"{name}.domain", Among(whole, (OK,)),
                          f"{says} names declared values only")  # fmt: skip
        case _:
            readable = f"{whole} (readable)" if outside else whole
            if outside:
                bad = {code: why for code, why in converted.bad.items() if code not in outside}
                sheet.columns[readable] = verdicts(
                    converted, use.mask, use.needed, bad, frozenset(outside)
                )
            yield _strict(use, f"{name}.type", Among(readable, (OK,)),
                          f"{says} is {_kind(use.kind)}")  # fmt: skip
    if use.kind.limits is not None:
        low, high = use.kind.limits
        number = f"{whole} (number)"
        sheet.columns[number] = _numbers(converted, use.mask, outside, (low, high))
        shown = f"from {show(low)} to {show(high)}"
        yield _strict(use, f"{name}.range", Within(number, low, high), f"{says} is {shown}",
                      whole)  # fmt: skip


def _kind(kind: Type) -> str:
    match kind.kind:
        case Kind.INTEGER:
            return "a whole number"
        case Kind.NUMBER | Kind.MONEY:
            return "a number" if kind.kind is Kind.NUMBER else "an amount of money"
        case Kind.BOOLEAN:
            return "yes or no"
        case Kind.DATE | Kind.MOMENT:
            return "a date" if kind.kind is Kind.DATE else "a moment"
        case _:
            return "there"


def _strict(
    use: Use, name: str, check: Among | Within, says: str, because: str = ""
) -> Expectation:
    return Expectation(
        name, use.table, check, Level.WARNING, says, source=use.column, because=because
    )


def verdicts(
    converted: Converted,
    mask: Mask,
    needed: str,
    bad: Mapping[int, str],
    fine: frozenset[int] = frozenset(),
) -> Words:
    """For each row that it fits, or the reason why not; nothing where it is empty and may be."""
    words = [OK]
    by_code = _judged(converted, words, needed, bad, fine)
    rows = np.flatnonzero(mask)
    found = np.full(len(mask), -1, np.int32)
    found[rows] = by_code[converted.codes[rows]]
    return Words(found, words)


def _judged(
    converted: Converted,
    words: list[str],
    needed: str,
    bad: Mapping[int, str],
    fine: frozenset[int] = frozenset(),
) -> Codes:
    """For each cell the place in `words` of what is to be said of it; new ones are added there."""
    by_code = np.where(converted.filled, 0, -1).astype(np.int32)
    if needed:
        by_code[by_code == -1] = len(words)
        words.append(needed)
    by_code[list(fine)] = 0
    places: dict[str, int] = {}
    for code, reason in bad.items():
        if reason not in places:
            places[reason] = len(words)
            words.append(reason)
        by_code[code] = places[reason]
    return by_code


def _values(converted: Converted, mask: Mask) -> Words:
    """What each cell says: the value, or its text where it is none."""
    words: list[str] = []
    places: dict[str, int] = {}
    by_code = np.full(len(converted.filled), -1, np.int32)
    said = {code: cell_text(converted.cells[code]) for code in converted.bad}
    values = converted.values
    said |= {code: str(values[code]) for code in np.flatnonzero(converted.filled).tolist()}
    for code, text in said.items():
        if text not in places:
            places[text] = len(words)
            words.append(text)
        by_code[code] = places[text]
    return Words(np.where(mask, by_code[converted.codes], np.int32(-1)), words)


def _outside(converted: Converted, use: Use) -> dict[int, Value]:
    """The cells that are numbers and do not fit only because of the declared range."""
    unlimited = replace(use.kind, limits=None)
    found: dict[int, Value] = {}
    for code in converted.bad:
        try:
            value = convert_cell(
                converted.cells[code], unlimited, use.cell.reading, frozenset({""})
            )
        except ValueProblem:
            continue
        if value is not None:
            found[code] = value
    return found


def _numbers(
    converted: Converted, mask: Mask, outside: Mapping[int, Value], limits: tuple[float, float]
) -> Numbers:
    """The number of each row; of a range the end that is further out."""
    numbers = np.full(len(converted.filled), np.nan)
    values = converted.values
    if isinstance(values, Packed):
        numbers[converted.filled] = values.array[converted.filled]
    else:
        for code in np.flatnonzero(converted.filled).tolist():
            numbers[code] = _far(values[code], limits)
    for code, value in outside.items():
        numbers[code] = _far(value, limits)
    return Numbers(np.where(mask, numbers[converted.codes], np.nan))


def _far(value: Value | None, limits: tuple[float, float]) -> float:
    match value:
        case Range(low=low, high=high):
            if low is not None and (low < limits[0] or high is None):
                return float(low)
            return float(high) if high is not None else np.nan
        case int() | float():
            return float(value)
        case _:
            return np.nan


def _known(on: Ground, use: Use, records: Sheet) -> Iterator[Expectation]:
    """How many records a fact in a column is known of."""
    if not use.fact or not use.mask.any():
        return
    converted = on.work.convert(use.cell, use.kind, use.mask)
    rows = on.records.rows
    known = np.where(converted.filled[converted.codes[rows]], 0, -1).astype(np.int32)
    column = f"{use.fact} known"
    records.columns[column] = Words(known, ["known"])
    yield Expectation(
        f"{records.name}.{use.fact}.known",
        records.name,
        Filled(column, LEAST_FILLED),
        Level.WARNING,
        f"{use.fact} is known of at least 5 % of the records",
        source=use.column,
    )


# -------------------------------------------------------------------------------- judgements


def _judgements(on: Ground, sheets: Mapping[str, Sheet]) -> Iterator[Expectation]:
    """The rows of assessments name a fact each, and a value of its type."""
    spec = on.spec.assessments
    assert spec is not None
    table = on.table(spec.rows.table)
    column = table.columns[spec.fact.column]
    mask = on.rows(spec.rows)
    texts = column.texts()
    facts = on.spec.vocabulary.facts
    fact_codes = np.where(mask, column.codes, np.int32(-1))
    sheet = sheets[table.name]
    named = f"{spec.fact.column} → fact"
    strange = [code for code in np.unique(fact_codes[mask]).tolist() if texts[code] not in facts]
    unknown = np.isin(fact_codes, strange)
    by_code = np.zeros(len(texts) + 1, np.int32)
    by_code[strange] = np.arange(1, len(strange) + 1)
    by_code[-1] = -1
    hints = [suggest(texts[code], facts) for code in strange]
    reasons = ["is no fact" + (f" ({hint})" if hint else "") for hint in hints]
    sheet.columns[named] = Words(by_code[fact_codes], [OK, *reasons])
    base = f"{table.name}.{spec.fact.column}"
    says = f"{spec.fact.column} is a fact of the vocabulary"
    yield Expectation(f"{base}.domain", table.name, Among(named, (OK,)), Level.WARNING, says,
                      source=spec.fact.column)  # fmt: skip
    yield critical(sheet, f"{base}.fits", named, f"at least 95 %: {says}", spec.fact.column)
    words, found = [OK], np.full(len(table), -1, np.int32)
    rows = np.flatnonzero(mask & ~unknown)
    rows = rows[np.argsort(fact_codes[rows], kind="stable")]
    begins = np.flatnonzero(np.diff(fact_codes[rows], prepend=-1))
    for own in np.split(rows, begins[1:]) if len(rows) else ():
        fact = facts[texts[fact_codes[own[0]]]]
        converted = on.work.convert(spec.value, fact.type, own)
        found[own] = _judged(converted, words, "", converted.bad)[converted.codes[own]]
    value = f"{spec.value.column.column} → value of the fact"
    sheet.columns[value] = Words(found, words)
    base = f"{table.name}.{spec.value.column.column}"
    says = f"{spec.value.column.column} is a value of the fact that the row names"
    yield Expectation(f"{base}.domain", table.name, Among(value, (OK,)), Level.WARNING, says,
                      source=spec.value.column.column)  # fmt: skip
    yield critical(sheet, f"{base}.fits", value, f"at least 95 %: {says}", spec.value.column.column)
