"""CSV and its relatives: which character separates, where rows begin, which rows are ragged."""

from __future__ import annotations

import csv
import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TextIO

import numpy as np

from leadpolicy.data.encodings import Unreadable
from leadpolicy.data.tables import Codes, Column, Fault, Rows, column_of_texts

CANDIDATES: Final = (",", ";", "\t", "|")
NAMES: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
SPELLED: Final = {",": '","', ";": '";"', "\t": "tab", "|": '"|"'}
_CHUNK: Final = 50_000
_BREAK: Final = re.compile(r"\r\n|\r|\n")
_FOOTER: Final = re.compile(r"(?i)Copyright \(c\) .*salesforce|Confidential Information - Do Not")


@dataclass(slots=True)
class Parsed:
    """What a delimited text holds: the header, the wanted columns, line numbers, bad rows."""

    header: list[str]
    columns: dict[str, Column]
    lines: Rows
    faults: list[Fault]
    notes: list[str] = field(default_factory=list)


def split(line: str, delimiter: str) -> list[str]:
    """The values of a single line."""
    return next(csv.reader([line], delimiter=delimiter), [])


def choose_delimiter(head: str, wanted: Collection[str]) -> str:
    """The character that finds most of the wanted columns in the header, else most columns."""

    def score(candidate: str) -> tuple[int, int]:
        names = [name.strip() for name in split(head, candidate)]
        return len(set(names) & set(wanted)), len(names)

    return max(CANDIDATES, key=score)


def parse(stream: TextIO, delimiter: str | None, wanted: Collection[str], footer: bool) -> Parsed:
    """All rows of a text. Raises `Unreadable` for a text that is no table at all."""
    before, head = _head(stream)
    if found := re.fullmatch(r"sep=(.)\s*", head):
        delimiter = delimiter or found[1]
        skipped, head = _head(stream)
        before += skipped + 1
    if not head:
        raise Unreadable("the file is empty", expected="a header line and rows")
    delimiter = _delimiter(head, delimiter, wanted)
    reader = csv.reader(itertools.chain([head], stream), delimiter=delimiter, strict=True)
    rows = _Rows(reader, before)
    try:
        header = [name.strip() for name in next(reader)]
        return rows.read(header, wanted, footer)
    except csv.Error as error:
        raise Unreadable(
            f"the row cannot be taken apart: {_in_plain_words(str(error))}",
            before + reader.line_num,
            help="a quote inside a quoted value is written twice",
        ) from None


def _head(stream: TextIO) -> tuple[int, str]:
    """The first line that is not blank, and how many blank ones stand before it."""
    skipped = 0
    for line in stream:
        if line.strip():
            return skipped, line
        skipped += 1
    return skipped, ""


def _delimiter(head: str, declared: str | None, wanted: Collection[str]) -> str:
    best = choose_delimiter(head, wanted)
    if declared is None:
        return best
    found = {name.strip() for name in split(head, declared)} & set(wanted)
    if not found and len(split(head, declared)) == 1 and len(split(head, best)) > 1:
        said = NAMES.get(declared, f"`{declared}`")
        raise Unreadable(
            f"separated by {said}, the table has a single column `{head.strip()[:60]}`",
            1,
            expected=f"columns separated by {said}, as declared",
            help=f"{NAMES[best]} separates them: write `delimiter: {SPELLED[best]}`",
        )
    return declared


def _in_plain_words(problem: str) -> str:
    if "field larger" in problem or "unexpected end" in problem:
        return "a quote is opened and never closed"
    if "expected after" in problem:
        return "a quoted value goes on after its closing quote"
    return problem


@dataclass(slots=True)
class _Rows:
    """Reads row after row in chunks, giving each distinct text of a wanted column a number."""

    reader: Any
    before: int
    faults: list[Fault] = field(default_factory=list)
    lines: list[Rows] = field(default_factory=list)

    def read(self, header: list[str], wanted: Collection[str], footer: bool) -> Parsed:
        places = {name: header.index(name) for name in wanted if name in header}
        numbers: dict[str, defaultdict[str, int]] = {
            name: defaultdict(itertools.count().__next__) for name in places
        }
        codes: dict[str, list[Codes]] = {name: [] for name in places}
        for rows in self.chunks(len(header)):
            by_column = list(zip(*rows, strict=True))
            for name, place in places.items():
                number = numbers[name].__getitem__
                chunk = np.fromiter(map(number, by_column[place]), np.int32, len(rows))
                codes[name].append(chunk)
        columns = {
            name: column_of_texts(_joined(codes[name], np.int32), numbers[name]) for name in places
        }
        parsed = Parsed(header, columns, _joined(self.lines, np.int64), self.faults)
        drop_footer(parsed, footer)
        return parsed

    def chunks(self, length: int) -> Iterator[list[list[str]]]:
        """Rows of the right length, in chunks; others become faults, blank lines are skipped."""
        while True:
            start = self.reader.line_num
            rows: list[list[str]] = list(itertools.islice(self.reader, _CHUNK))
            if not rows:
                return
            places = self.places(rows, start)
            fits = np.fromiter(map(len, rows), np.int64, len(rows)) == length
            if not fits.all():
                for i in np.flatnonzero(~fits):
                    if rows[i]:
                        self.faults.append(_ragged(rows[i], int(places[i]), length))
                rows = [row for row, fit in zip(rows, fits, strict=True) if fit]
                places = places[fits]
            if rows:
                self.lines.append(places)
                yield rows

    def places(self, rows: Sequence[list[str]], start: int) -> Rows:
        """The line on which each row begins; quoted values may hold line ends."""
        first = self.before + start + 1
        if self.reader.line_num - start == len(rows):
            return np.arange(first, first + len(rows), dtype=np.int64)
        heights = (1 + sum(len(_BREAK.findall(value)) for value in row) for row in rows)
        ends = itertools.accumulate(heights, initial=first)
        return np.fromiter(ends, np.int64, len(rows) + 1)[:-1]


def _ragged(row: list[str], line: int, length: int) -> Fault:
    values = "1 value" if len(row) == 1 else f"{len(row)} values"
    reason = f"has {values} where the header has {length}"
    return Fault(line, reason, " | ".join(row)[:200], len(row))


def _joined(parts: list[Any], dtype: Any) -> Any:
    return np.concatenate(parts) if parts else np.empty(0, dtype)


def drop_footer(parsed: Parsed, declared: bool) -> None:
    """Takes the lines below a Salesforce report away where `footer: salesforce` is declared."""
    last = int(parsed.lines[-1]) if len(parsed.lines) else 0
    below = [fault for fault in parsed.faults if fault.line > last]
    if not any(_FOOTER.match(fault.text) for fault in below):
        return
    if not declared:
        parsed.notes.append(
            "ends in the footer of a Salesforce report; add `footer: salesforce` to skip it"
        )
        return
    parsed.faults[:] = [fault for fault in parsed.faults if fault.line <= last]
    parsed.notes.append(f"ends in a report footer of {len(below)} lines, which is skipped")
