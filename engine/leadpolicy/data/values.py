"""Cells to values of a type: every distinct cell once, and nothing guessed.

A cell that does not fit keeps its reason; the row is then set aside by whoever asked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import numpy as np

from leadpolicy.data import amounts, dates
from leadpolicy.data.bulk_values import Direct, convert_directly, moments_of
from leadpolicy.data.chronicle import UNDATED
from leadpolicy.data.coding import Packed, Part, at_rows
from leadpolicy.data.model import Money, Reading
from leadpolicy.data.tables import Codes, Column, Mask, Rows, cell_text
from leadpolicy.data.texts import Texts
from leadpolicy.diagnostics import ValueProblem
from leadpolicy.times import microseconds
from leadpolicy.types import (
    NUMERIC,
    TEMPORAL,
    Kind,
    Range,
    Type,
    Value,
    make_range,
    read_python,
    read_text,
    show_number,
    within_limits,
)

TRUE_WORDS: Final = frozenset({"true", "yes", "1"})
FALSE_WORDS: Final = frozenset({"false", "no", "0"})
_NUMBER: Final = Type(Kind.NUMBER)
_QUOTED: Final = re.compile(r"\A`[^`]*` ")


@dataclass(slots=True)
class Converted:
    """`values[codes[row]]` is the value of a row, where `filled[codes[row]]`; else it has none.

    `cells` are what the values were made of. `filled` marks the codes with a value; `bad` has the
    reason for each code that is no value; `twice` holds the codes whose clock reading happened
    twice. Only codes in `done` have been looked at. `instants` are the values of moments as
    microseconds since 1970, `UNDATED` where there is none.
    """

    codes: Codes
    cells: Sequence[object]
    values: list[Value | None] | Packed
    done: Mask
    instants: Rows
    filled: Mask
    bad: dict[int, str] = field(default_factory=dict)
    twice: set[int] = field(default_factory=set)

    def bad_rows(self, rows: Rows) -> Mask:
        """Which of the rows hold a cell that does not fit."""
        if not self.bad:
            return np.zeros(len(rows), np.bool_)
        hits = np.zeros(len(self.values), np.bool_)
        hits[list(self.bad)] = True
        return hits[self.codes[rows]]

    def happened_twice(self, rows: Mask | Rows | None) -> bool:
        """Whether one of the rows holds a clock reading that happened twice."""
        if not self.twice:
            return False
        return bool(np.isin(self.codes if rows is None else self.codes[rows], [*self.twice]).any())

    def part(self, rows: Rows) -> Part:
        """The values of some rows, as codes and their values; a row number of -1 has none."""
        return at_rows(self.codes, self.filled, rows), self.values

    def whole_numbers(self) -> Rows:
        """Per code the whole number, 0 where there is none."""
        if isinstance(self.values, Packed):
            return np.where(self.filled, self.values.array, 0)
        numbers = [value if isinstance(value, int) else 0 for value in self.values]
        return np.array(numbers, np.int64)


@dataclass(slots=True)
class Conversion:
    """Turns a column into values, a part of its rows at a time, each distinct cell once.

    `currency` is the column that names the currency of each amount.
    """

    column: Column
    kind: Type
    reading: Reading
    nulls: frozenset[str]
    currency: InitVar[Column | None] = None
    converted: Converted = field(init=False)
    mixes_zones: bool = field(init=False, default=False)
    """Whether some cells are times with a zone, and others times without one."""

    def __post_init__(self, currency: Column | None) -> None:
        if self.kind.kind is Kind.MOMENT and self.reading.format in (None, "iso"):
            self.mixes_zones = _mixes_zones(self.column.cells)
        if currency is not None:
            self.column = _paired(self.column, currency)
        self.nulls = self.nulls | self.reading.nulls | {""}
        direct = convert_directly(self.column.cells, self.kind, self.reading, self.nulls)
        if direct is not None:
            self.converted = self.directly(direct)
            return
        self.column = self.column.distinct()
        count = len(self.column.cells)
        done = np.zeros(count, np.bool_)
        instants = np.full(count, UNDATED, np.int64)
        filled = np.zeros(count, np.bool_)
        self.converted = Converted(
            self.column.codes, self.column.cells, [None] * count, done, instants, filled
        )

    def directly(self, direct: Direct) -> Converted:
        """All values at once; the cells left open are worked out when they are asked for."""
        moments = self.kind.kind is Kind.MOMENT
        done = ~direct.open
        if isinstance(self.column.cells, Texts):
            done |= self.column.cells.among(self.nulls)
        return Converted(
            self.column.codes,
            self.column.cells,
            direct.values,
            done,
            moments_of(direct) if moments else np.empty(0, np.int64),
            direct.filled,
        )

    def of(self, rows: Mask | Rows | None = None) -> Converted:
        """The values, with those of the cells in `rows` worked out (default: all)."""
        if self.converted.done.all():
            return self.converted
        used = np.zeros(len(self.column.cells), np.bool_)
        used[self.column.codes if rows is None else self.column.codes[rows]] = True
        cells = self.column.cells
        codes = np.flatnonzero(used & ~self.converted.done)
        new = codes.tolist()
        found = cells.some(codes) if isinstance(cells, Texts) else map(cells.__getitem__, new)
        for code, cell in zip(new, found, strict=True):
            self._one(code, cell)
        self.converted.done |= used
        return self.converted

    def _one(self, code: int, cell: object) -> None:
        converted = self.converted
        try:
            value = convert_cell(cell, self.kind, self.reading, self.nulls)
        except ValueProblem as problem:
            converted.bad[code] = _QUOTED.sub("", problem.message)
            return
        converted.filled[code] = value is not None
        if not isinstance(converted.values, Packed):
            converted.values[code] = value
        elif value is not None:
            converted.values.put(code, value)
        if self.kind.kind is Kind.MOMENT and isinstance(value, datetime):
            converted.instants[code] = microseconds(value)
            if self.reading.timezone and _is_twice(cell, self.reading):
                converted.twice.add(code)


def _mixes_zones(cells: Sequence[object]) -> bool:
    if isinstance(cells, Texts):
        return cells.mix_zones()
    return isinstance(cells, list) and dates.mixed_zones(cells)


def convert(
    column: Column, kind: Type, reading: Reading, nulls: frozenset[str] = frozenset()
) -> Converted:
    """The values of a whole column."""
    return Conversion(column, kind, reading, nulls).of()


@dataclass(frozen=True, slots=True)
class _Amount:
    """An amount with the text of its currency cell."""

    amount: object
    currency: str


def _paired(amount: Column, currency: Column) -> Column:
    """One column of amounts with their currencies; each distinct pair once."""
    width = len(currency.cells)
    both = amount.codes.astype(np.int64) * width + currency.codes
    pairs, codes = np.unique(both, return_inverse=True)
    texts = currency.texts()
    cells = [_Amount(amount.cells[p // width], texts[p % width]) for p in pairs.tolist()]
    return Column(codes.astype(np.int32), cells)


def convert_cell(cell: object, kind: Type, reading: Reading, nulls: frozenset[str]) -> Value | None:
    """The value of one cell, None where it holds nothing. Raises `ValueProblem`."""
    code: str | None = None
    if isinstance(cell, _Amount):
        code = "" if cell.currency in nulls else cell.currency
        cell = cell.amount
    if cell is None:
        return None
    text = cell if isinstance(cell, str) else cell_text(cell)
    if text in reading.values:
        target = reading.values[text]
        return None if target is None else read_text(kind, target)
    if text in nulls:
        return None
    if reading.present_means is not None:
        return reading.present_means
    try:
        if isinstance(cell, str):
            return _from_text(cell, kind, reading, code)
        return _from_object(cell, text, kind, reading, code)
    except ValueProblem:
        if not reading.has_otherwise:
            raise
        return None if reading.otherwise is None else read_text(kind, reading.otherwise)


def _from_text(text: str, kind: Type, reading: Reading, code: str | None) -> Value | None:
    match kind.kind:
        case Kind.BOOLEAN:
            return _boolean(text, reading)
        case Kind.INTEGER | Kind.NUMBER:
            plain = text
            if reading.number_format is not None:
                plain = amounts.plain_number(text, reading.number_format)
            value = read_text(_unlimited(kind, reading), plain)
            if isinstance(value, Range):
                value = Range(value.low, value.high, text)
            return _sized(value, kind, reading)
        case Kind.MONEY:
            return _money(text, kind, reading, code)
        case Kind.CHOICES:
            parts = text.split(reading.separator) if reading.separator else [text]
            return _choices(parts, kind, reading)
        case Kind.DATE:
            return dates.day_text(text, reading.format)
        case Kind.MOMENT:
            return dates.moment_text(text, reading.format, reading.timezone)
        case Kind.TEXT | Kind.CHOICE | Kind.LEVEL:
            return read_text(kind, text)


def _from_object(
    cell: object, text: str, kind: Type, reading: Reading, code: str | None
) -> Value | None:
    """A typed cell of a spreadsheet, a Parquet file, JSON or a frame."""
    if kind.kind is Kind.CHOICES and isinstance(cell, list | tuple | set | frozenset):
        return _choices([cell_text(part) for part in cell], kind, reading)
    if isinstance(cell, list | tuple | dict | set | bytes):
        raise ValueProblem(f"`{text}` is a list or structure, not a single value", str(kind))
    if isinstance(cell, float) and math.isnan(cell) and kind.kind not in NUMERIC:
        raise ValueProblem(f"`{text}` is not a value")
    if kind.kind in TEMPORAL and isinstance(cell, date | datetime):
        return dates.kind_of(cell, kind.kind, reading.timezone)
    if kind.kind in NUMERIC and isinstance(cell, int | float | Decimal | Range):
        if isinstance(cell, bool):
            raise ValueProblem(f"`{text}` is not a number", str(kind))
        if kind.kind is Kind.MONEY:
            number = read_python(_NUMBER, cell)
            return _in_currency(number, code, kind, reading)
        return _sized(read_python(_unlimited(kind, reading), cell), kind, reading)
    return _from_text(text, kind, reading, code)


def _boolean(text: str, reading: Reading) -> bool:
    word = text.casefold()
    yes = TRUE_WORDS if reading.true is None else reading.true
    no = FALSE_WORDS if reading.false is None else reading.false
    if word in yes:
        return True
    if word in no:
        return False
    raise ValueProblem(f"`{text}` is none of the words for true and false", "such as yes or no")


def _choices(parts: list[str], kind: Type, reading: Reading) -> frozenset[str]:
    found: set[str] = set()
    for given in parts:
        part = given.strip()
        target = reading.values.get(part, part)
        if target is not None and target != "" and part not in reading.nulls:
            value = read_text(kind, target)
            assert isinstance(value, frozenset)
            found |= value
    return frozenset(found)


def _unlimited(kind: Type, reading: Reading) -> Type:
    """The type to read before a factor applies: its limits are checked afterwards."""
    return kind if reading.times is None else _NUMBER


def _sized(value: Value, kind: Type, reading: Reading) -> Value:
    if reading.times is None or not isinstance(value, int | float | Range):
        return value
    number = amounts.scaled(value, reading.times, None)
    if kind.kind is Kind.INTEGER and isinstance(number, float):
        return read_python(kind, number)
    return within_limits(kind, number)


def _money(text: str, kind: Type, reading: Reading, code: str | None) -> Value:
    money = reading.money or Money()
    declared = money.currency is not None or money.column is not None
    named, amount = amounts.split_currency(text, declared)
    if reading.number_format is not None:
        amount = amounts.plain_number(amount, reading.number_format)
    try:
        number = read_text(_NUMBER, amount)
    except ValueProblem as problem:
        message = f"`{text}` is not an amount of money"
        raise ValueProblem(message, problem.expected, problem.help) from None
    return _in_currency(number, named if named is not None else code, kind, reading)


def _in_currency(number: Value, code: str | None, kind: Type, reading: Reading) -> Value:
    """The amount in the fact's currency; without a rate only its currency is known.

    Rates are multiplied exactly and rounded to two decimals.
    """
    money = reading.money or Money()
    assert isinstance(number, int | float | Range)
    if reading.times is not None:
        number = amounts.scaled(number, reading.times, None)
    if code is None:
        code = money.currency or kind.currency
    if code == kind.currency:
        return within_limits(kind, number)
    shown = number.text or str(number) if isinstance(number, Range) else show_number(number)
    if not code:
        return Range(None, None, f"{shown} in a currency that is not named")
    if code in money.rates:
        converted = amounts.scaled(number, money.rates[code], 2)
        if isinstance(converted, Range):
            converted = make_range(converted.low, converted.high, f"{code} {shown}")
        return within_limits(kind, converted)
    return Range(None, None, f"{code} {shown}")


def _is_twice(cell: object, reading: Reading) -> bool:
    """Whether a cell is a clock reading of the hour that clocks are put back over."""
    if isinstance(cell, datetime):
        return dates.reads_twice(cell, reading.timezone)
    if not isinstance(cell, str) or reading.format not in (None, "iso"):
        return False
    try:
        return dates.reads_twice(datetime.fromisoformat(cell), reading.timezone)
    except ValueError:
        return False
