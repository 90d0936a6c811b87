"""The parts of a dataset.yaml that say which rows and columns mean which facts and events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from leadpolicy.data.cells import ANY_KIND, Tables, read_cell, read_conditions, value_of
from leadpolicy.data.model import (
    AssessmentsSpec,
    Cell,
    ColumnFact,
    ConstantFact,
    DatedFact,
    EventSpec,
    FactSpec,
    OutcomeSpec,
    RecordsSpec,
    Rows,
)
from leadpolicy.diagnostics import Problems, ValueProblem, suggest
from leadpolicy.syntax.nodes import Mapping, Node, Scalar, Sequence
from leadpolicy.syntax.shape import as_mapping, as_text, check_keys, text_of
from leadpolicy.times import read_duration, read_moment
from leadpolicy.types import Kind, Type, Value
from leadpolicy.vocabulary.model import EventKind, Fact, Vocabulary

ROWS_KEYS: Final = ("table", "record", "at", "sequence", "where")
TOLD_KEYS: Final = (*ROWS_KEYS, "known")
EVENT_KEYS: Final = (*TOLD_KEYS, "count", "attributes", "recorded_since", "complete")
DATED_KEYS: Final = (*TOLD_KEYS, "column", "constant", "absent_means")
MOMENT: Final = Type(Kind.MOMENT)
TEXT: Final = Type(Kind.TEXT)
BOOLEAN: Final = Type(Kind.BOOLEAN)


@dataclass(slots=True)
class Meanings:
    """Reads the parts that speak of facts and events."""

    vocabulary: Vocabulary
    tables: Tables
    records: RecordsSpec
    problems: Problems

    def facts(self, node: Node | None) -> tuple[FactSpec, ...]:
        body = as_mapping(node, self.problems, "facts with the columns they stand in")
        found: list[FactSpec] = []
        for key, value in body.entries if body is not None else ():
            fact = self.vocabulary.facts.get(key.text)
            if fact is None:
                self.unknown("LP203", "the fact", key, list(self.vocabulary.facts))
            elif isinstance(value, Sequence):
                found.extend(s for item in value if (s := self.dated(fact, item)) is not None)
            elif (spec := self.fact(fact, value)) is not None:
                found.append(spec)
        return tuple(found)

    def unknown(self, code: str, what: str, key: Scalar, known: list[str]) -> None:
        self.problems.error(
            code,
            f"{what} `{key.text}` is not in the vocabulary",
            key.span,
            help=suggest(key.text, known),
        )

    def fact(self, fact: Fact, node: Node) -> FactSpec | None:
        if isinstance(node, Mapping) and node.get("table") is not None:
            return self.dated(fact, node)
        if isinstance(node, Mapping) and node.get("constant") is not None:
            check_keys(node, self.problems, known=("constant",), of="a constant fact")
            value = value_of(node.get("constant"), fact.type, self.problems)
            return ConstantFact(fact, value) if value is not None else None
        cell = read_cell(
            node,
            fact.type,
            self.tables.seen,
            self.problems,
            more=("present_means", "absent_means"),
            of=f"a fact of type {fact.type.kind}",
        )
        absent = self.absent(fact, node)
        return ColumnFact(fact, cell, absent) if cell is not None else None

    def absent(self, fact: Fact, node: Node) -> Value | None:
        given = node.get("absent_means") if isinstance(node, Mapping) else None
        return value_of(given, fact.type, self.problems) if given is not None else None

    def dated(self, fact: Fact, node: Node) -> DatedFact | None:
        body = as_mapping(node, self.problems, "rows that give the fact: table, record, at")
        if body is None:
            return None
        value = None
        rows = self.rows(body)
        constant = value_of(body.get("constant"), fact.type, self.problems) if (
            body.get("constant") is not None) else None  # fmt: skip
        if rows is not None and body.get("constant") is None:
            value = self.value_cell(body, fact.type, rows.table, f"a dated {fact.type.kind}")
        else:
            check_keys(body, self.problems, known=DATED_KEYS, of="a dated fact")
        if rows is not None and rows.at is None:
            self.problems.error("LP202", "a fact out of rows needs the key `at`: the column with "
                                "the date", body.span)  # fmt: skip
        if rows is None or (value is None and constant is None):
            return None
        return DatedFact(fact, rows, value, constant, self.absent(fact, body))

    def value_cell(self, body: Mapping, kind: Type, table: str, of: str) -> Cell | None:
        resolve = self.tables.of(table)
        more = (*TOLD_KEYS, "present_means", "absent_means")
        return read_cell(body, kind, resolve, self.problems, more=more, of=of)

    def rows(self, body: Mapping) -> Rows | None:
        table = self.tables.name(body.get("table"))
        if table is None:
            if body.get("table") is None:
                self.problems.error("LP202", "rows need the key `table`", body.span)
            return None
        resolve = self.tables.of(table)
        name = as_text(body.get("record"), self.problems, "the column with the record's id")
        record = resolve(name) if name is not None else None
        if body.get("record") is None and table != self.records.table:
            self.problems.error(
                "LP202",
                f"rows of `{table}` need the key `record`: the column with the record's id",
                body.span,
            )
        if record is not None and self.records.id is None:
            self.problems.error("LP202", "records have no `id` that rows could refer to",
                                name.span if name is not None else body.span)  # fmt: skip
        at, known = body.get("at"), body.get("known")
        sequence = as_text(body.get("sequence"), self.problems, "a column that orders rows")
        return Rows(
            table,
            record,
            read_cell(at, MOMENT, resolve, self.problems, of="`at`") if at is not None else None,
            resolve(sequence) if sequence is not None else None,
            read_conditions(body.get("where"), resolve, self.problems),
            read_cell(known, MOMENT, resolve, self.problems, of="`known`")
            if known is not None
            else None,
        )

    def events(self, node: Node | None) -> tuple[EventSpec, ...]:
        body = as_mapping(node, self.problems, "events with the rows they stand in")
        found = []
        for key, value in body.entries if body is not None else ():
            kind = self.vocabulary.events.get(key.text)
            if kind is None:
                self.unknown("LP204", "the event", key, list(self.vocabulary.events))
                continue
            for item in value.items if isinstance(value, Sequence) else (value,):
                spec = self.event(kind, item)
                if spec is not None:
                    found.append(spec)
        return tuple(found)

    def event(self, kind: EventKind, node: Node) -> EventSpec | None:
        body = as_mapping(node, self.problems, "the keys table, record and at")
        if body is None:
            return None
        check_keys(body, self.problems, known=EVENT_KEYS, required=("table",), of="an event")
        rows = self.rows(body) if body.get("table") is not None else None
        if rows is None:
            return None
        count = as_text(body.get("count"), self.problems, "the column with the number of events")
        for key in ("at", "known"):
            if count is not None and body.get(key) is not None:
                self.problems.error("LP403", "a number of events has no date", count.span,
                                    help=f"leave out `{key}` or `count`")  # fmt: skip
        cells, constants = self.attributes(kind, body, rows)
        since = _moment(body.get("recorded_since"), self.problems)
        column = self.tables.of(rows.table)(count) if count is not None else None
        complete = value_of(body.get("complete"), BOOLEAN, self.problems)
        return EventSpec(kind, rows, column, cells, constants, since, complete is not False)

    def attributes(
        self, kind: EventKind, body: Mapping, rows: Rows
    ) -> tuple[dict[str, Cell], dict[str, Value]]:
        node = as_mapping(body.get("attributes"), self.problems, "attributes with their columns")
        cells: dict[str, Cell] = {}
        constants: dict[str, Value] = {}
        for key, value in node.entries if node is not None else ():
            attribute = kind.attributes.get(key.text)
            if attribute is None:
                self.unknown("LP205", f"the attribute of {kind.name}", key, list(kind.attributes))
            elif isinstance(value, Mapping) and value.get("constant") is not None:
                check_keys(value, self.problems, known=("constant",), of="a constant attribute")
                constant = value_of(value.get("constant"), attribute.type, self.problems)
                if constant is not None:
                    constants[key.text] = constant
            else:
                resolve, of = (
                    self.tables.of(rows.table),
                    f"an attribute of type {attribute.type.kind}",
                )
                cell = read_cell(value, attribute.type, resolve, self.problems, of=of)
                if cell is not None:
                    cells[key.text] = cell
        return cells, constants

    def assessments(self, node: Node | None) -> AssessmentsSpec | None:
        body = as_mapping(node, self.problems, "the keys table, record, fact, value, at and by")
        if body is None:
            return None
        known = (*TOLD_KEYS, "fact", "value", "by")
        required = ("table", "record", "fact", "value", "at")
        check_keys(body, self.problems, known=known, required=required, of="`assessments`")
        rows = self.rows(body) if body.get("table") is not None else None
        if rows is None:
            return None
        resolve = self.tables.of(rows.table)
        fact = as_text(body.get("fact"), self.problems, "the column with the fact's name")
        by = as_text(body.get("by"), self.problems, "the column with the person's name")
        node = body.get("value")
        value = read_cell(node, TEXT, resolve, self.problems, more=ANY_KIND, of="`value`")
        if fact is None or value is None:
            return None
        return AssessmentsSpec(rows, resolve(fact), value, resolve(by) if by is not None else None)

    def outcome(self, node: Node | None) -> OutcomeSpec | None:
        body = as_mapping(node, self.problems, "the keys name, table, record, at and where")
        if body is None:
            return None
        check_keys(body, self.problems, known=("name", *ROWS_KEYS, "within"), required=("name",),
                   of="`outcome`")  # fmt: skip
        within = None
        if (scalar := as_text(body.get("within"), self.problems, "such as 90 days")) is not None:
            try:
                within = read_duration(scalar.text)
            except ValueProblem as problem:
                self.problems.error(problem.code, problem.message, scalar.span,
                                    expected=problem.expected, help=problem.help)  # fmt: skip
        rows = self.rows(body)
        name = text_of(body.get("name"), self.problems, "a text") or "outcome"
        return OutcomeSpec(name, rows, within) if rows is not None else None

    def closed(self, node: Node | None) -> tuple[Rows, ...]:
        items = () if node is None else node.items if isinstance(node, Sequence) else (node,)
        found = []
        for item in items:
            body = as_mapping(item, self.problems, "the keys table, record, at and where")
            if body is not None:
                check_keys(body, self.problems, known=ROWS_KEYS, required=("at",), of="`closed`")
                if (rows := self.rows(body)) is not None:
                    found.append(rows)
        return tuple(found)


def _moment(node: Node | None, problems: Problems) -> datetime | None:
    scalar = as_text(node, problems, "the date since which events are recorded")
    if scalar is None:
        return None
    try:
        return read_moment(scalar.text)
    except ValueProblem as problem:
        problems.error(problem.code, problem.message, scalar.span, expected=problem.expected)
        return None
