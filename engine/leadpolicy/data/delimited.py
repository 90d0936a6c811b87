"""CSV and its relatives: which character separates, where rows begin, which rows are ragged.

Arrow reads the bulk. Where it would read a row otherwise than the CSV reader of Python does, that
one reads, and says what is wrong.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, Any, Final

import numpy as np

from leadpolicy.data.arrow import coded, column_of_chunks
from leadpolicy.data.blocks import LONGEST, Block, Text, block_of
from leadpolicy.data.encodings import Unreadable
from leadpolicy.data.tables import Column, Fault, Rows
from leadpolicy.data.texts import Places

CANDIDATES: Final = (",", ";", "\t", "|")
NAMES: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
SPELLED: Final = {",": '","', ";": '";"', "\t": "tab", "|": '"|"'}
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


def parse(
    file: IO[bytes], encoding: str, delimiter: str | None, wanted: Collection[str], footer: bool
) -> Parsed:
    """All rows of a text. Raises `Unreadable` for a text that is no table at all."""
    text = Text(file, encoding)
    head = _head(text)
    if found := re.fullmatch(r"sep=([^\r\"])\s*", head):
        delimiter = delimiter or found[1]
        head = _head(text)
    if not head:
        raise Unreadable("the file is empty", expected="a header line and rows")
    delimiter = _delimiter(head, delimiter, wanted)
    try:
        header = next(csv.reader(chain([head], text.rest()), delimiter=delimiter, strict=True))
        header = [name.strip() for name in header]
        places = {name: header.index(name) for name in wanted if name in header}
        return _Rows(text, delimiter, header, places).read(footer)
    except csv.Error as error:
        raise Unreadable(
            f"the row cannot be taken apart: {_in_plain_words(str(error))}",
            text.lines,
            help="a quote inside a quoted value is written twice",
        ) from None


def _head(text: Text) -> str:
    """The first line that is not blank."""
    return next((line for line in text.rest() if line.strip()), "")


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
    """Reads block after block, giving each distinct text of a wanted column a number.

    `places` are the wanted columns by their place in the header.
    """

    text: Text
    delimiter: str
    header: list[str]
    places: Mapping[str, int]
    faults: list[Fault] = field(default_factory=list)
    lines: list[Rows] = field(default_factory=list)
    chunks: dict[str, list[Any]] = field(default_factory=dict)

    def read(self, footer: bool) -> Parsed:
        text = self.text
        self.chunks = {name: [] for name in self.places}
        simple = self.delimiter.isascii() and len(self.header) > 0
        while text.at < len(text.data) or text.more():
            data = text.data[text.at :]
            block = block_of(data, self.delimiter, text.ended) if simple and data else None
            if block is not None and self.in_bulk(data, block):
                text.at += len(block.letters)
                text.lines += block.height
            elif data and (text.ended or len(data) > LONGEST or not simple):
                self.one_by_one()
            elif not text.more():
                continue
        columns = {name: column_of_chunks(self.chunks.pop(name)) for name in self.places}
        lines = np.concatenate(self.lines) if self.lines else np.empty(0, np.int64)
        parsed = Parsed(self.header, columns, lines, self.faults)
        drop_footer(parsed, footer)
        return parsed

    def in_bulk(self, data: bytes, block: Block) -> bool:
        """Has Arrow read a block; False, and nothing done, where it does not find the same rows."""
        import pyarrow as pa
        from pyarrow import csv as arrow

        if not len(block.begins):
            return True
        ragged: list[object] = []

        def note(row: object) -> str:
            ragged.append(row)
            return "skip"

        names = [str(place) for place in range(len(self.header))]
        wanted = [names[place] for place in self.places.values()] or names[:1]
        texts = pa.dictionary(pa.int32(), pa.string())
        found = arrow.read_csv(
            pa.BufferReader(pa.py_buffer(data)[: len(block.letters)]),
            arrow.ReadOptions(column_names=names, block_size=len(data) + 1, use_threads=False),
            arrow.ParseOptions(
                delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=note
            ),
            arrow.ConvertOptions(
                check_utf8=False, column_types=dict.fromkeys(wanted, texts), include_columns=wanted
            ),
        )
        lines = block.lines + self.text.lines + 1
        fits = np.ones(len(lines), np.bool_)
        if ragged:
            fits = block.widths(self.delimiter) == len(names)
        if found.num_rows != np.count_nonzero(fits):
            return False
        self.faults += self.ragged(data, block, lines, np.flatnonzero(~fits))
        self.lines.append(lines[fits])
        for name, place in self.places.items():
            self.chunks[name] += found.column(names[place]).chunks
        return True

    def ragged(self, data: bytes, block: Block, lines: Rows, places: Places) -> Iterator[Fault]:
        """The rows of a block that have too many or too few values."""
        for place in places.tolist():
            row = data[block.begins[place] : block.ends[place]].decode()
            lines_of_row = io.StringIO(row, newline="")
            values = next(csv.reader(lines_of_row, delimiter=self.delimiter, strict=True))
            yield _ragged(values, int(lines[place]), len(self.header))

    def one_by_one(self) -> None:
        """Has Python's own reader read what has been read of the text, and the row it ends in."""
        text, part = self.text, self.text.parts
        reader = csv.reader(text.rest(), delimiter=self.delimiter, strict=True)
        rows, lines = [], []
        while text.parts == part and text.at < len(text.data):
            line = text.lines + 1
            row = next(reader, [])
            if len(row) == len(self.header):
                rows.append(row)
                lines.append(line)
            elif row:
                self.faults.append(_ragged(row, line, len(self.header)))
        self.lines.append(np.array(lines, np.int64))
        for name, place in self.places.items():
            self.chunks[name].append(coded([row[place] for row in rows]))


def _ragged(row: list[str], line: int, length: int) -> Fault:
    values = "1 value" if len(row) == 1 else f"{len(row)} values"
    reason = f"has {values} where the header has {length}"
    return Fault(line, reason, " | ".join(row)[:200], len(row))


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
