"""In which encoding a text file is, and a clear word where it is in several."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_FOREIGN: Final = (
    (b"PK\x03\x04", "an Excel file", "excel"),
    (b"PAR1", "a Parquet file", "parquet"),
)
BROKEN: Final = (gzip.BadGzipFile, EOFError, zlib.error)
MOST_GROWN: Final = 200
"""How many times as large a packed file may be unpacked; exports reach 5 to 50 times."""
FREE: Final = 100_000_000
"""So many bytes may always be unpacked."""
_PART: Final = 1 << 20


class Unreadable(Exception):
    """A file that cannot be read as declared: why, where, and what to do."""

    def __init__(
        self,
        message: str,
        line: int | None = None,
        expected: str | None = None,
        help: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.expected = expected
        self.help = help


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding, and a note where it was not evident."""

    name: str
    note: str | None = None


def open_bytes(path: Path) -> IO[bytes]:
    """The file, unpacked if it is gzipped. Reading raises `Unreadable` where it grows too much."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return io.BufferedReader(_Unpacked(path), _PART) if packed else path.open("rb")


class _Unpacked(io.RawIOBase):
    """A gzipped file that does not unpack without end."""

    def __init__(self, path: Path) -> None:
        self.file = gzip.GzipFile(path, "rb")
        self.most = most_unpacked(path.stat().st_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        read = self.file.readinto(buffer)
        if self.file.tell() > self.most:
            raise grown()
        return read

    def close(self) -> None:
        self.file.close()
        super().close()


def most_unpacked(packed: int) -> int:
    """How many bytes so many packed ones may become."""
    return max(packed * MOST_GROWN, FREE)


def grown() -> Unreadable:
    """A packed file grows out of proportion."""
    return Unreadable(
        f"unpacked, the file is more than {MOST_GROWN} times as large: tables are not like that",
        help="if it is one nevertheless, unpack it and name the unpacked file",
    )


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[TextIO]:
    """The file as text, unpacked if it is gzipped, with its line ends as they are."""
    with (
        open_bytes(path) as file,
        io.TextIOWrapper(file, encoding, newline="") as text,
    ):
        yield text


def first_guess(path: Path) -> str:
    """The encoding that the first bytes announce, else UTF-8."""
    with open_bytes(path) as file:
        head = file.read(400)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    for mark, what, kind in _FOREIGN:
        if head.startswith(mark):
            raise Unreadable(f"this is {what}, not a text", help=f"add `format: {kind}`")
    if b"\x00" in head:
        odd = head[1::2].count(0) >= head[::2].count(0)
        name = "utf-16-le" if odd else "utf-16-be"
        raise Unreadable(
            "the file holds zero bytes: it is UTF-16 without a mark, or no text",
            help=f"add `encoding: {name}`, or save it as UTF-8",
        )
    return "utf-8"


def explain(path: Path, declared: str | None) -> Encoding:
    """The encoding to read a file in that is not what `declared` (or UTF-8) promised.

    Raises `Unreadable` with the line where the text stops making sense.
    """
    if declared is not None:
        line = _first_bad_line(path, declared)
        raise Unreadable(
            f"the text is not in the declared encoding {declared}",
            line,
            help="correct `encoding:`, or leave it out",
        )
    first_wide, first_other = _utf8_lines(path)
    if first_wide is not None and first_other is not None:
        raise Unreadable(
            f"the file mixes encodings: line {first_wide} is UTF-8, line {first_other} is not",
            first_other,
            expected="one encoding in the whole file",
            help="two exports may have been pasted together; save each as UTF-8 first",
        )
    bad = _first_bad_line(path, "cp1252")
    if bad is not None:
        raise Unreadable(
            "the text is neither UTF-8 nor Windows-1252 (cp1252)",
            bad,
            help="add `encoding:` with the one it was saved in",
        )
    note = (
        f"is not UTF-8 (line {first_other}); it is read as Windows-1252. "
        "Add `encoding: cp1252` to confirm, or the encoding it is in"
    )
    return Encoding("cp1252", note)


def _utf8_lines(path: Path) -> tuple[int | None, int | None]:
    """The first line with characters beyond ASCII in UTF-8, and the first that is not UTF-8."""
    wide, other = None, None
    with open_bytes(path) as file:
        for number, line in enumerate(file, start=1):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                other = other or number
            else:
                wide = wide or number
            if wide and other:
                break
    return wide, other


def _first_bad_line(path: Path, encoding: str) -> int | None:
    with open_bytes(path) as file:
        data = file.read()
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return None
