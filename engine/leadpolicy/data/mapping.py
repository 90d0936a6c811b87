"""dataset.yaml to a typed mapping, with every problem noted at its place.

Only what the file says is checked here; whether the tables have the columns is seen when they are
read.
"""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path
from typing import Final

from leadpolicy.data.cells import Tables, read_cell, read_conditions, texts_of
from leadpolicy.data.meanings import Meanings
from leadpolicy.data.model import ColumnRef, DatasetSpec, Format, JoinSpec, RecordsSpec, TableSpec
from leadpolicy.data.moments import AsOf, end_of_day, read_as_of
from leadpolicy.diagnostics import Problems, ValueProblem, listing, suggest
from leadpolicy.source import Source
from leadpolicy.syntax.nodes import Mapping, Node, Scalar
from leadpolicy.syntax.reader import read_source, read_yaml
from leadpolicy.syntax.shape import as_items, as_mapping, as_text, check_keys, text_of
from leadpolicy.times import read_date, read_moment
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary.load import read_vocabulary
from leadpolicy.vocabulary.model import Vocabulary

TOP_KEYS: Final = (
    "dataset", "title", "about", "source", "vocabulary", "grain", "root", "tables", "records",
    "facts", "events", "assessments", "outcome", "closed", "as_of", "observed_until",
)  # fmt: skip
TABLE_KEYS: Final = ("file", "format", "encoding", "delimiter", "sheet", "nulls", "footer")
RECORDS_KEYS: Final = ("table", "id", "join", "entered_at", "where")
GRAINS: Final = ("person", "company", "deal")
FORMATS: Final = tuple(str(f) for f in Format if f is not Format.FRAME)
DELIMITERS: Final = {"tab": "\t", "\\t": "\t", "semicolon": ";", "comma": ",", "pipe": "|"}
MOMENT: Final = Type(Kind.MOMENT)
_SUFFIXES: Final = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".txt": Format.CSV,
    ".parquet": Format.PARQUET,
    ".xlsx": Format.EXCEL,
    ".xlsm": Format.EXCEL,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
}
_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


def read_dataset(
    path: Path, problems: Problems, vocabulary: Vocabulary | None = None
) -> DatasetSpec | None:
    """The mapping in a dataset.yaml; None, with the reasons noted, where it cannot be read."""
    source = read_source(path, problems)
    if source is None:
        return None
    return read_mapping(source, path, problems, vocabulary)


def read_mapping(
    source: Source, path: Path, problems: Problems, vocabulary: Vocabulary | None = None
) -> DatasetSpec | None:
    """The mapping in a text; `path` is where its relative paths start from."""
    top = as_mapping(read_yaml(source, problems), problems, "the keys dataset, tables and records")
    if top is None:
        return None
    check_keys(
        top,
        problems,
        known=TOP_KEYS,
        required=("dataset", "vocabulary", "tables", "records"),
        of="a data set",
    )
    words = vocabulary or _vocabulary(top, path, problems)
    tables = Tables(problems, _tables(top, path, problems))
    records = _records(top.get("records"), tables, problems)
    if words is None or records is None:
        return None
    reading = Meanings(words, tables, records, problems)
    spec = DatasetSpec(
        name=_plain(top, "dataset", problems) or path.parent.name,
        title=_plain(top, "title", problems) or _plain(top, "dataset", problems) or "",
        about=_plain(top, "about", problems) or "",
        source=_source(top, problems),
        grain=_grain(top.get("grain"), problems),
        path=path,
        vocabulary=words,
        tables=tables.specs,
        records=records,
        facts=reading.facts(top.get("facts")),
        events=reading.events(top.get("events")),
        assessments=reading.assessments(top.get("assessments")),
        outcome=reading.outcome(top.get("outcome")),
        closed=reading.closed(top.get("closed")),
        as_of=_as_of(top.get("as_of"), records, problems),
        observed_until=_until(top.get("observed_until"), problems),
    )
    return None if problems.errors else spec


# ----------------------------------------------------------------------------- the simple keys


def _plain(body: Mapping, key: str, problems: Problems) -> str | None:
    return text_of(body.get(key), problems, "a text")


def _source(top: Mapping, problems: Problems) -> dict[str, str]:
    node = as_mapping(top.get("source"), problems, "where the data come from")
    entries = node.entries if node is not None else ()
    return {key.text: text_of(value, problems, "a text") or "" for key, value in entries}


def _vocabulary(top: Mapping, path: Path, problems: Problems) -> Vocabulary | None:
    scalar = as_text(top.get("vocabulary"), problems, "the path of a vocabulary.yaml")
    if scalar is None:
        return None
    target = path.parent / scalar.text
    if not target.is_file():
        problems.error("LP101", f"there is no file `{scalar.text}`", scalar.span,
                       help="the path is relative to the dataset.yaml")  # fmt: skip
        return None
    return read_vocabulary(target, problems)


def _choice(node: Node | None, allowed: tuple[str, ...], problems: Problems) -> str | None:
    scalar = as_text(node, problems, f"one of {listing(allowed)}")
    if scalar is not None and scalar.text not in allowed:
        problems.error(
            "LP302",
            f"`{scalar.text}` is not allowed here",
            scalar.span,
            expected=f"one of {listing(allowed)}",
            help=suggest(scalar.text, allowed),
        )
        return None
    return scalar.text if scalar is not None else None


def _grain(node: Node | None, problems: Problems) -> str:
    return _choice(node, GRAINS, problems) or "company"


def _as_of(node: Node | None, records: RecordsSpec, problems: Problems) -> AsOf | None:
    scalar = as_text(node, problems, "a date, or `7 days after entry`")
    if scalar is None:
        return None
    try:
        as_of = read_as_of(scalar.text)
    except ValueProblem as problem:
        problems.error(problem.code, problem.message, scalar.span, expected=problem.expected,
                       help=problem.help)  # fmt: skip
        return None
    if "entry" in scalar.text and records.entered_at is None:
        problems.error("LP202", "the data set does not say when records enter", scalar.span,
                       help="add `entered_at: COLUMN` under `records`")  # fmt: skip
    return as_of


def _until(node: Node | None, problems: Problems) -> datetime | None:
    """A day means its end: the data hold that day, too."""
    scalar = as_text(node, problems, "a date")
    if scalar is None:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", scalar.text.strip()):
            return end_of_day(read_date(scalar.text))
        return read_moment(scalar.text)
    except ValueProblem as problem:
        problems.error(problem.code, problem.message, scalar.span, expected=problem.expected)
        return None


# ----------------------------------------------------------------------------------- the tables


def expand(text: str, folder: Path) -> Path:
    """A path with `${NAME:-default}` filled in from the environment.

    What the environment says is relative to where the command runs, all else to `folder`.
    """
    named = _VARIABLE.search(text)
    from_outside = named is not None and bool(os.environ.get(named[1]))
    filled = _VARIABLE.sub(lambda m: os.environ.get(m[1]) or m[2] or "", text)
    path = Path(filled).expanduser()
    return path if path.is_absolute() or from_outside else folder / path


def _tables(top: Mapping, path: Path, problems: Problems) -> dict[str, TableSpec]:
    root = _plain(top, "root", problems)
    folder = expand(root, path.parent) if root else path.parent
    node = as_mapping(top.get("tables"), problems, "tables by name, each with a `file`")
    found = {}
    for name, value in node.entries if node is not None else ():
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name.text):
            problems.error("LP210", f"`{name.text}` is not a name for a table", name.span,
                           expected="letters, digits and underscores")  # fmt: skip
        spec = _table(name.text, value, folder, problems)
        if spec is not None:
            found[name.text] = spec
    return found


def _table(name: str, node: Node, folder: Path, problems: Problems) -> TableSpec | None:
    if isinstance(node, Scalar):
        file, body = as_text(node, problems, "a file"), Mapping((), node.span)
    else:
        table = as_mapping(node, problems, "a mapping with the key `file`")
        if table is None:
            return None
        body = table
        check_keys(body, problems, known=TABLE_KEYS, required=("file",), of="a table")
        file = as_text(body.get("file"), problems, "a file")
    if file is None:
        return None
    delimiter = _plain(body, "delimiter", problems)
    delimiter = DELIMITERS.get(delimiter or "", delimiter)
    if delimiter is not None and len(delimiter) != 1:
        problems.error("LP302", f"`{delimiter}` is not a delimiter", body.span,
                       expected="one character, or `tab`")  # fmt: skip
    return TableSpec(
        name=name,
        path=folder / file.text,
        shown=file.text,
        format=_format(file, body.get("format"), problems),
        encoding=_encoding(body.get("encoding"), problems),
        delimiter=delimiter,
        sheet=_plain(body, "sheet", problems),
        nulls=frozenset(texts_of(body.get("nulls"), problems, "texts that stand for nothing")),
        footer=_choice(body.get("footer"), ("salesforce",), problems),
        span=file.span,
    )


def _format(file: Scalar, declared: Node | None, problems: Problems) -> Format:
    name = _choice(declared, FORMATS, problems)
    if name is not None:
        return Format(name)
    suffix = Path(file.text.removesuffix(".gz")).suffix.casefold()
    if declared is None and suffix not in _SUFFIXES:
        problems.error(
            "LP501",
            f"`{file.text}` does not tell by its name how it is stored",
            file.span,
            expected=f"a name that ends in {listing(_SUFFIXES)} (.gz may follow)",
            help="add `format:`; save old .xls files as .xlsx" if suffix == ".xls" else
            "add `format: csv`, or whichever it is",
        )  # fmt: skip
    return _SUFFIXES.get(suffix, Format.CSV)


def _encoding(node: Node | None, problems: Problems) -> str | None:
    scalar = as_text(node, problems, "an encoding such as utf-8 or cp1252")
    if scalar is None:
        return None
    try:
        "".encode(scalar.text)
    except LookupError:
        problems.error("LP302", f"`{scalar.text}` is not an encoding", scalar.span,
                       expected="such as utf-8, utf-16 or cp1252")  # fmt: skip
        return None
    return scalar.text


def _records(node: Node | None, tables: Tables, problems: Problems) -> RecordsSpec | None:
    body = as_mapping(node, problems, "the keys table and id")
    if body is None:
        return None
    check_keys(body, problems, known=RECORDS_KEYS, required=("table",), of="`records`")
    table = tables.name(body.get("table"))
    if table is None:
        return None
    tables.main = table
    own = tables.of(table)
    joins = []
    for item in as_items(body.get("join"), problems, "a list of {table: ..., on: ...}"):
        join = _join(item, tables, problems)
        if join is not None:
            joins.append(join)
            tables.joined.append(join.table)
    id_name = as_text(body.get("id"), problems, "the name of a column")
    entered = body.get("entered_at")
    return RecordsSpec(
        table,
        own(id_name) if id_name is not None else None,
        tuple(joins),
        read_cell(entered, MOMENT, tables.seen, problems, of="`entered_at`") if entered else None,
        read_conditions(body.get("where"), own, problems),
    )


def _join(node: Node, tables: Tables, problems: Problems) -> JoinSpec | None:
    body = as_mapping(node, problems, "{table: ..., on: {left column: right column}}")
    if body is None:
        return None
    check_keys(body, problems, known=("table", "on"), required=("table", "on"), of="a join")
    table = tables.name(body.get("table"))
    on = as_mapping(body.get("on"), problems, "{left column: right column}")
    if table is None or on is None:
        return None
    if table == tables.main or table in tables.joined:
        problems.error("LP209", f"the table `{table}` is there already", body.span)
        return None
    pairs = []
    for left, right in on.entries:
        name = as_text(right, problems, f"a column of {table}")
        if name is not None:
            pairs.append((tables.seen(left), ColumnRef(table, name.text, name.span)))
    return JoinSpec(table, tuple(pairs), body.span)
