"""A text in blocks of whole rows, and where in them its rows begin.

Only blocks of which every reader of CSV thinks alike are told as such: a quote opens where a value
begins and closes where it ends, and lines end as on Windows or Unix.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

import numpy as np

from leadpolicy.data.tables import Mask, Rows
from leadpolicy.data.texts import Letters, Places

LONGEST: Final = 131_072
"""A longer value is taken for a quote that nobody closed, as Python's own reader does."""
_BLOCK: Final = 1 << 22
_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r(?=[^\n]))")
_LIKE_ASCII: Final = frozenset({"utf-8", "utf-8-sig", "ascii", "cp1252", "iso8859-1"})
_FEED, _RETURN, _QUOTE = b'\n\r"'


class Text:
    """The text of a file as UTF-8.

    `data[at:]` is what has been read, in so many `parts`, and not yet used; `lines` were used.
    """

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self.data = b""
        self.at = 0
        self.lines = 0
        self.parts = 0
        self.ended = False
        self._file = file
        name = codecs.lookup(encoding).name
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._like_ascii = name in _LIKE_ASCII
        self._begun = False

    def more(self) -> bool:
        """Reads on; False at the end. Raises `UnicodeError` where the encoding does not fit."""
        if self.ended:
            return False
        raw = self._file.read(_BLOCK)
        self.ended = not raw
        self.parts += 1
        plain = self._like_ascii and self._begun and raw.isascii()
        if not plain or self._decoder.getstate()[0]:
            raw = self._decoder.decode(raw, self.ended).encode()
        self._begun = True
        self.data = self.data[self.at :] + raw
        self.at = 0
        return True

    def line(self) -> str:
        """The next line with its end; empty at the end of the text."""
        while not (found := _LINE.match(self.data, self.at)):
            if not self.more():
                line = self.data[self.at :]
                self.at = len(self.data)
                self.lines += bool(line)
                return line.decode()
        self.at = found.end()
        self.lines += 1
        return found[0].decode()

    def rest(self) -> Iterator[str]:
        """All lines that follow."""
        return iter(self.line, "")


@dataclass(slots=True)
class Block:
    """Whole rows, each with the place where it begins and its line, counted from 0.

    Blank lines are no rows. `ends` are where rows end, `quotes` where the quotes are.
    """

    letters: Letters
    begins: Places
    ends: Places
    lines: Rows
    height: int
    quotes: Places

    def widths(self, delimiter: str) -> Rows:
        """How many values each row has."""
        between = np.flatnonzero(self.letters == ord(delimiter))
        if len(self.quotes):
            between = between[np.searchsorted(self.quotes, between) % 2 == 0]
        return np.searchsorted(between, self.ends) - np.searchsorted(between, self.begins) + 1


def block_of(data: bytes, delimiter: str, whole: bool) -> Block | None:
    """The rows at the beginning of a text; None where readers would not agree on them.

    `whole`: the text ends here, and so does its last row.
    """
    if data.startswith(codecs.BOM_UTF8):
        return None  # a part of the first value for some, a mark of the encoding for others
    letters = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(letters == _FEED)
    if whole and letters[-1] != _FEED:
        ends = np.append(ends, len(letters))
    quotes = np.flatnonzero(letters == _QUOTE) if b'"' in data else np.zeros(0, np.int64)
    outside = np.searchsorted(quotes, ends) % 2 == 0
    row_ends = ends[outside]
    if not len(row_ends):
        return None
    size = min(int(row_ends[-1]) + 1, len(letters))
    letters, quotes = letters[:size], quotes[: np.searchsorted(quotes, size)]
    if not (_plain_ends(data, letters) and _plain_quotes(letters, quotes, delimiter)):
        return None
    begins = np.append(0, row_ends[:-1] + 1)
    if (row_ends - begins).max() >= LONGEST:
        return None
    lines = np.append(0, np.flatnonzero(outside)[:-1] + 1)
    height = int(np.flatnonzero(outside)[-1]) + 1
    filled = ~_blank(letters, begins, row_ends)
    return Block(letters, begins[filled], row_ends[filled], lines[filled], height, quotes)


def _blank(letters: Letters, begins: Places, ends: Places) -> Mask:
    lengths = ends - begins
    blank: Mask = lengths == 0
    short = np.flatnonzero(lengths == 1)
    blank[short] = letters[begins[short]] == _RETURN
    return blank


def _plain_ends(data: bytes, letters: Letters) -> bool:
    """Whether every carriage return stands before a line feed."""
    if b"\r" not in data:
        return True
    returns = np.flatnonzero(letters == _RETURN)
    if len(returns) and returns[-1] + 1 == len(letters):
        return False
    return bool((letters[returns + 1] == _FEED).all())


def _plain_quotes(letters: Letters, quotes: Places, delimiter: str) -> bool:
    """Whether quotes open where values begin, close where they end, and are doubled inside."""
    if not len(quotes):
        return True
    edge = np.zeros(256, np.bool_)
    edge[[_FEED, _RETURN, _QUOTE, ord(delimiter)]] = True
    opening, closing = quotes[::2], quotes[1::2]
    before = letters[np.maximum(opening - 1, 0)]
    after = letters[np.minimum(closing + 1, len(letters) - 1)]
    opens = edge[before] | (opening == 0)
    closes = edge[after] | (closing + 1 == len(letters))
    return bool(opens.all() and closes.all())
