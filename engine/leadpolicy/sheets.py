"""CSV that people open in a spreadsheet: no cell of it is run.

A spreadsheet takes a text that begins with `=`, `+`, `-`, `@`, a tab or a line's end for a formula,
whoever typed it into a web form. Such a cell gets an apostrophe in front, as OWASP recommends
("CSV Injection"), and control characters show as codes; numbers stay numbers. Programs that read
the files back set LEADPOLICY_CSV=raw and find every text as it is.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable
from typing import Final

from leadpolicy.characters import visible

RAW: Final = "LEADPOLICY_CSV"
"""The variable that, set to `raw`, leaves every cell as it is."""
RISKY: Final = r"^[=+\-@\t\r\n\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}']|[\p{C}\x{2028}\x{2029}]"
"""What `cell` may change, as a regular expression of RE2; the apostrophe only hides others."""
_FORMULA: Final = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def raw() -> bool:
    """Whether cells are written as they are."""
    return os.environ.get(RAW, "").casefold() == "raw"


def cell(text: str) -> str:
    """A text that no spreadsheet runs; `heard` takes the apostrophe off again."""
    if raw():
        return text
    shown = visible(text)
    return f"'{shown}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else shown


def heard(text: str) -> str:
    """What a cell said before it got its apostrophe."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text, 1) else text


def csv_text(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """The text of a CSV file, lines ended by LF."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([cell(name) for name in header])
    writer.writerows([cell(one) if isinstance(one, str) else one for one in row] for row in rows)
    return out.getvalue()
