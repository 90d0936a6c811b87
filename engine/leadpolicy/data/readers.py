"""Files to tables: CSV, Parquet, Excel and JSON lines, each with the place of every row.

Cells stay as they are written until the vocabulary says what they should be.
"""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from leadpolicy.data import delimited, encodings
from leadpolicy.data.arrow import column_of_arrow
from leadpolicy.data.encodings import Encoding, Unreadable, open_text
from leadpolicy.data.model import Format, TableSpec
from leadpolicy.data.tables import Column, Fault, Table, cell_text, column_of_objects
from leadpolicy.diagnostics import Problems, listing, suggest
from leadpolicy.files import strange
from leadpolicy.source import Span


def read_table(
    spec: TableSpec, wanted: Mapping[str, Span | None], problems: Problems
) -> Table | None:
    """The wanted columns of a table; None, with the reason noted, where it cannot be read.

    `wanted` maps the columns to the places that ask for them.
    """
    if not spec.path.is_file():
        _missing(spec, problems)
        return None
    try:
        return _READERS[spec.format](spec, wanted, problems)
    except Unreadable as error:
        place = f"{spec.path}:{error.line}" if error.line else str(spec.path)
        problems.error(
            "LP501",
            f"table {spec.name}: {error.message}",
            where=place,
            expected=error.expected,
            help=error.help,
        )
    except encodings.BROKEN:
        problems.error("LP501", f"table {spec.name}: the file is damaged (not a whole gzip file)",
                       where=str(spec.path))  # fmt: skip
    except OSError as error:
        problems.error("LP501", f"table {spec.name}: the file cannot be read: {error.strerror}",
                       where=str(spec.path))  # fmt: skip
    return None


def _missing(spec: TableSpec, problems: Problems) -> None:
    folder = spec.path.parent
    if not folder.is_dir():
        what, near = f"there is no folder {folder}", None
    else:
        odd = strange(spec.path)
        what = f"{spec.path} is {odd}" if odd else f"there is no file {spec.path.name} in {folder}"
        near = suggest(spec.path.name, [p.name for p in folder.iterdir() if p.is_file()])
    problems.error(
        "LP501",
        f"table {spec.name}: {what}",
        spec.span,
        help=near or "paths are relative to `root`, or else to the dataset.yaml",
    )


def check_header(
    spec: TableSpec, header: list[str], wanted: Mapping[str, Span | None], problems: Problems
) -> None:
    """Notes wanted columns that are missing or stand twice."""
    for name, span in wanted.items():
        count = header.count(name)
        if count == 1:
            continue
        if count == 0:
            problems.error(
                "LP502",
                f"the table {spec.name} ({spec.shown}) has no column `{name}`",
                span,
                expected=f"one of {listing([n for n in header if n], 20)}",
                help=suggest(name, header),
                where=None if span is not None else str(spec.path),
            )
        else:
            at = [str(i) for i, other in enumerate(header, start=1) if other == name]
            problems.error(
                "LP209",
                f"the table {spec.name} ({spec.shown}) has {count} columns `{name}`: "
                f"number {listing(at)}",
                span,
                help="rename or remove one of them",
                where=None if span is not None else str(spec.path),
            )


def _twice(header: list[str], wanted: Collection[str]) -> list[str]:
    unused = {n for n in header if n and header.count(n) > 1 and n not in wanted}
    if not unused:
        return []
    return [f"has several columns named {listing(sorted(unused))}; none of them is used"]


# ---------------------------------------------------------------------------------------- CSV


def _read_csv(
    spec: TableSpec, wanted: Mapping[str, Span | None], problems: Problems
) -> Table | None:
    encoding = Encoding(spec.encoding or encodings.first_guess(spec.path))
    try:
        parsed = _parse(spec, encoding, wanted)
    except UnicodeError:
        encoding = encodings.explain(spec.path, spec.encoding)
        parsed = _parse(spec, encoding, wanted)
    check_header(spec, parsed.header, wanted, problems)
    if not set(wanted) <= set(parsed.columns):
        return None
    notes = [*_twice(parsed.header, wanted), *parsed.notes]
    if encoding.note:
        notes.append(encoding.note)
    return Table(
        spec.name,
        spec.shown,
        parsed.columns,
        parsed.lines,
        "line",
        tuple(parsed.faults),
        tuple(f"{spec.shown} {note}" for note in notes),
        spec.nulls,
    )


def _parse(spec: TableSpec, encoding: Encoding, wanted: Collection[str]) -> delimited.Parsed:
    with encodings.open_bytes(spec.path) as file:
        footer = spec.footer is not None
        return delimited.parse(file, encoding.name, spec.delimiter, wanted, footer)


# ------------------------------------------------------------------------------------- Parquet


def _read_parquet(
    spec: TableSpec, wanted: Mapping[str, Span | None], problems: Problems
) -> Table | None:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        header = list(parquet.read_schema(spec.path).names)
        check_header(spec, header, wanted, problems)
        if not set(wanted) <= set(header):
            return None
        data = parquet.read_table(spec.path, columns=list(wanted))
    except pa.ArrowException as error:
        raise Unreadable(f"this is not a Parquet file: {str(error).splitlines()[0]}") from None
    columns = {name: column_of_arrow(data.column(name)) for name in wanted}
    return _plain_table(spec, columns, data.num_rows)


def _plain_table(
    spec: TableSpec, columns: Mapping[str, Column], rows: int, notes: tuple[str, ...] = ()
) -> Table:
    lines = np.arange(1, rows + 1, dtype=np.int64)
    return Table(spec.name, spec.shown, columns, lines, "row", (), notes, spec.nulls)


# --------------------------------------------------------------------------------------- Excel


def _read_excel(
    spec: TableSpec, wanted: Mapping[str, Span | None], problems: Problems
) -> Table | None:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        # What it warns of are styles and extensions, which do not matter.
        warnings.filterwarnings("ignore", module="openpyxl")
        with zipfile.ZipFile(spec.path) as packed:
            grows = sum(part.file_size for part in packed.infolist())
        if grows > encodings.most_unpacked(spec.path.stat().st_size):
            raise encodings.grown()
        book = openpyxl.load_workbook(spec.path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError):
        raise Unreadable(
            "this is not an Excel workbook (.xlsx)", help="save it as .xlsx or .csv"
        ) from None
    try:
        if spec.sheet is not None and spec.sheet not in book.sheetnames:
            raise Unreadable(
                f"the workbook has no sheet `{spec.sheet}`",
                expected=f"one of {listing(book.sheetnames)}",
                help=suggest(spec.sheet, book.sheetnames),
            )
        sheet = book[spec.sheet] if spec.sheet else book[book.sheetnames[0]]
        rows = list(enumerate(sheet.iter_rows(values_only=True), start=1))
    finally:
        book.close()
    notes: tuple[str, ...] = ()
    if spec.sheet is None and len(book.sheetnames) > 1:
        first = book.sheetnames[0]
        notes = (f"{spec.shown} has {len(book.sheetnames)} sheets; the first, `{first}`, is read",)
    return _sheet_table(spec, rows, wanted, problems, notes)


def _sheet_table(
    spec: TableSpec,
    rows: Iterable[tuple[int, tuple[object, ...]]],
    wanted: Mapping[str, Span | None],
    problems: Problems,
    notes: tuple[str, ...],
) -> Table | None:
    filled = [(n, row) for n, row in rows if any(cell not in (None, "") for cell in row)]
    if not filled:
        raise Unreadable("the sheet is empty", expected="a header row and rows")
    header = [cell_text(cell).strip() for cell in filled[0][1]]
    check_header(spec, header, wanted, problems)
    if not set(wanted) <= set(header):
        return None
    body = filled[1:]
    columns = {}
    for name in wanted:
        place = header.index(name)
        columns[name] = column_of_objects(row[place] for _, row in body)
    lines = np.fromiter((n for n, _ in body), np.int64, len(body))
    notes += tuple(f"{spec.shown} {note}" for note in _twice(header, wanted))
    return Table(spec.name, spec.shown, columns, lines, "row", (), notes, spec.nulls)


# ---------------------------------------------------------------------------------- JSON lines


def _read_json_lines(
    spec: TableSpec, wanted: Mapping[str, Span | None], problems: Problems
) -> Table | None:
    encoding = Encoding(spec.encoding or encodings.first_guess(spec.path))
    try:
        found, faults = _json_rows(spec.path, encoding)
    except UnicodeError:
        encoding = encodings.explain(spec.path, spec.encoding)
        found, faults = _json_rows(spec.path, encoding)
    header: dict[str, None] = {}
    for _, row in found:
        header.update(dict.fromkeys(row))
    if found:
        check_header(spec, list(header), wanted, problems)
        if not set(wanted) <= set(header):
            return None
    columns = {name: column_of_objects(row.get(name) for _, row in found) for name in wanted}
    lines = np.fromiter((n for n, _ in found), np.int64, len(found))
    notes = (f"{spec.shown} {encoding.note}",) if encoding.note else ()
    return Table(spec.name, spec.shown, columns, lines, "line", tuple(faults), notes, spec.nulls)


def _json_rows(
    path: Path, encoding: Encoding
) -> tuple[list[tuple[int, dict[str, object]]], list[Fault]]:
    rows: list[tuple[int, dict[str, object]]] = []
    faults: list[Fault] = []
    with open_text(path, encoding.name) as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):  # also a number of too many digits
                faults.append(Fault(number, "is not a line of JSON", line.strip()[:200]))
                continue
            if isinstance(row, dict):
                rows.append((number, _flat(row)))
            else:
                faults.append(Fault(number, "is not a JSON object", line.strip()[:200]))
    return rows, faults


def _flat(row: Mapping[str, object], before: str = "") -> dict[str, object]:
    """Objects inside objects as `outer.inner`."""
    flat: dict[str, object] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{before}{key}."))
        else:
            flat[before + key] = value
    return flat


_READERS: Final = {
    Format.CSV: _read_csv,
    Format.PARQUET: _read_parquet,
    Format.EXCEL: _read_excel,
    Format.JSON_LINES: _read_json_lines,
}
