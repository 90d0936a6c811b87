"""The parts of a dataset.yaml that say how a column is read: `{column: size, nulls: [TBD]}`."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final, Protocol

from leadpolicy.data.amounts import NUMBER_FORMATS
from leadpolicy.data.dates import format_problem
from leadpolicy.data.model import Cell, ColumnRef, Condition, Money, Reading, TableSpec
from leadpolicy.diagnostics import Problems, ValueProblem, listing, suggest
from leadpolicy.syntax.nodes import Mapping, Node, Scalar, Sequence
from leadpolicy.syntax.shape import as_items, as_mapping, as_text, check_keys, text_of
from leadpolicy.types import Kind, Type, Value, read_text

COMMON: Final = ("column", "values", "otherwise", "nulls")
OF_KIND: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.BOOLEAN: ("true", "false"),
    Kind.INTEGER: ("number_format", "times"),
    Kind.NUMBER: ("number_format", "times"),
    Kind.MONEY: ("number_format", "times", "currency", "rates"),
    Kind.TEXT: (),
    Kind.CHOICE: (),
    Kind.LEVEL: (),
    Kind.CHOICES: ("separator",),
    Kind.DATE: ("format",),
    Kind.MOMENT: ("format", "timezone"),
}

ANY_KIND: Final = tuple(dict.fromkeys(key for keys in OF_KIND.values() for key in keys))


class Resolve(Protocol):
    """Finds the table that a column belongs to."""

    def __call__(self, name: Scalar) -> ColumnRef: ...


@dataclass(slots=True)
class Tables:
    """The tables that have been declared, and which of them the records can see."""

    problems: Problems
    specs: AbstractMapping[str, TableSpec]
    main: str = ""
    joined: list[str] = field(default_factory=list)

    def name(self, node: Node | None) -> str | None:
        """The name of a declared table."""
        scalar = as_text(node, self.problems, "the name of a table")
        if scalar is None:
            return None
        if scalar.text not in self.specs:
            self.problems.error(
                "LP502",
                f"there is no table `{scalar.text}`",
                scalar.span,
                expected=f"one of {listing(self.specs)}",
                help=suggest(scalar.text, self.specs),
            )
            return None
        return scalar.text

    def seen(self, name: Scalar) -> ColumnRef:
        """A column of the records' own table, or `table.column` of a joined one."""
        table, dot, column = name.text.partition(".")
        if dot and table in self.joined:
            return ColumnRef(table, column, name.span)
        if dot and table == self.main:
            return ColumnRef(table, column, name.span)
        if dot and table in self.specs:
            self.problems.error(
                "LP502",
                f"the table `{table}` is not joined to the records",
                name.span,
                help="add it under `records: join:`, or name `table:` and `record:` for dated rows",
            )
        return ColumnRef(self.main, name.text, name.span)

    def of(self, table: str) -> Resolve:
        """Columns of one table only."""

        def resolve(name: Scalar) -> ColumnRef:
            return ColumnRef(table, name.text, name.span)

        return resolve


def value_of(node: Node | None, kind: Type, problems: Problems) -> Value | None:
    """A literal of the type, as a policy would write it."""
    if kind.kind is Kind.CHOICES and isinstance(node, Sequence):
        parts: set[str] = set()
        for item in node.items:
            part = value_of(item, kind, problems)
            if isinstance(part, frozenset):
                parts |= part
        return frozenset(parts)
    scalar = as_text(node, problems, f"a value of type {kind}")
    if scalar is None:
        return None
    try:
        return read_text(kind, scalar.text)
    except ValueProblem as problem:
        problems.error(
            problem.code,
            problem.message,
            scalar.span,
            expected=problem.expected,
            help=problem.help,
        )
        return None


def texts_of(node: Node | None, problems: Problems, expected: str) -> list[str]:
    """One text or a list of texts; an empty one is the empty text."""
    items: tuple[Node, ...]
    if node is None:
        return []
    items = (node,) if isinstance(node, Scalar) else as_items(node, problems, expected)
    texts = []
    for item in items:
        if isinstance(item, Scalar):
            texts.append("" if item.empty else item.text)
        else:
            as_text(item, problems, expected)
    return texts


def read_cell(
    node: Node | None,
    kind: Type,
    resolve: Resolve,
    problems: Problems,
    *,
    more: tuple[str, ...] = (),
    of: str,
) -> Cell | None:
    """A column with its reading. `more` are keys that the caller reads; `of` names the thing."""
    if isinstance(node, Scalar):
        name = as_text(node, problems, "the name of a column")
        column = resolve(name) if name is not None else None
        return Cell(column) if column is not None else None
    body = as_mapping(node, problems, "a column, or a mapping with the key `column`")
    if body is None:
        return None
    known = (*COMMON, *OF_KIND[kind.kind], *more)
    check_keys(body, problems, known=known, required=("column",), of=of)
    name = as_text(body.get("column"), problems, "the name of a column")
    column = resolve(name) if name is not None else None
    reading = _reading(body, kind, resolve, problems)
    return Cell(column, reading) if column is not None else None


def _reading(body: Mapping, kind: Type, resolve: Resolve, problems: Problems) -> Reading:
    has_otherwise = body.get("otherwise") is not None
    return Reading(
        values=_value_map(body, kind, problems),
        otherwise=_target(body.get("otherwise"), kind, problems) if has_otherwise else None,
        has_otherwise=has_otherwise,
        nulls=frozenset(texts_of(body.get("nulls"), problems, "texts that stand for nothing")),
        separator=text_of(body.get("separator"), problems, "such as `;`"),
        number_format=_one_of(body.get("number_format"), NUMBER_FORMATS, problems),
        times=_decimal(body.get("times"), problems),
        format=_date_format(body.get("format"), problems),
        timezone=_timezone(body.get("timezone"), problems),
        true=_words(body.get("true"), problems),
        false=_words(body.get("false"), problems),
        money=_money(body, kind, resolve, problems),
        present_means=value_of(body.get("present_means"), kind, problems)
        if body.get("present_means") is not None
        else None,
    )


def _value_map(body: Mapping, kind: Type, problems: Problems) -> dict[str, str | None]:
    node = as_mapping(body.get("values"), problems, "what each text of the column stands for")
    if node is None:
        return {}
    return {key.text: _target(value, kind, problems) for key, value in node.entries}


def _target(node: Node | None, kind: Type, problems: Problems) -> str | None:
    """What a text of the column stands for: a value of the type, or nothing (`null`: missing)."""
    if isinstance(node, Scalar) and node.empty:
        return None
    value_of(node, kind, problems)
    return node.text if isinstance(node, Scalar) else None


def _words(node: Node | None, problems: Problems) -> frozenset[str] | None:
    if node is None:
        return None
    return frozenset(w.casefold() for w in texts_of(node, problems, "words such as [yes, 1]"))


def _one_of(node: Node | None, allowed: tuple[str, ...], problems: Problems) -> str | None:
    scalar = as_text(node, problems, f"one of {listing(allowed)}")
    if scalar is None:
        return None
    if scalar.text not in allowed:
        problems.error(
            "LP302",
            f"`{scalar.text}` is not allowed here",
            scalar.span,
            expected=f"one of {listing(allowed)}",
            help=suggest(scalar.text, allowed),
        )
        return None
    return scalar.text


def _decimal(node: Node | None, problems: Problems) -> Decimal | None:
    scalar = as_text(node, problems, "a number such as 1000")
    if scalar is None:
        return None
    try:
        number = Decimal(scalar.text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number <= 0:
        problems.error(
            "LP301", f"`{scalar.text}` is not a number above zero", scalar.span, expected="1000"
        )
        return None
    return number


def _date_format(node: Node | None, problems: Problems) -> str | None:
    scalar = as_text(node, problems, "such as `%d/%m/%Y`, `iso` or `epoch_ms`")
    if scalar is None:
        return None
    if problem := format_problem(scalar.text):
        problems.error("LP302", problem, scalar.span, expected="`iso`, `epoch_ms`, `epoch_s`, or "
                       "a pattern such as `%d/%m/%Y %H:%M`")  # fmt: skip
        return None
    return scalar.text


def _timezone(node: Node | None, problems: Problems) -> str | None:
    scalar = as_text(node, problems, "a time zone such as Europe/Amsterdam")
    if scalar is None:
        return None
    try:
        zoneinfo.ZoneInfo(scalar.text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        problems.error(
            "LP302",
            f"`{scalar.text}` is not a time zone",
            scalar.span,
            expected="a name of the IANA time zone database such as Europe/Amsterdam, or UTC",
            help=suggest(scalar.text, zoneinfo.available_timezones()),
        )
        return None
    return scalar.text


def _money(body: Mapping, kind: Type, resolve: Resolve, problems: Problems) -> Money | None:
    if kind.kind is not Kind.MONEY:
        return None
    currency, column = None, None
    node = body.get("currency")
    if isinstance(node, Mapping):
        check_keys(node, problems, known=("column",), required=("column",), of="`currency`")
        name = as_text(node.get("column"), problems, "the name of a column")
        column = resolve(name) if name is not None else None
    else:
        currency = _currency(as_text(node, problems, "a currency such as USD"), problems)
    rates: dict[str, Decimal] = {}
    node = as_mapping(body.get("rates"), problems, "what one unit of each currency is worth")
    for key, value in node.entries if node is not None else ():
        code, rate = _currency(key, problems), _decimal(value, problems)
        if code is not None and rate is not None:
            rates[code] = rate
    return Money(currency, column, rates)


def _currency(scalar: Scalar | None, problems: Problems) -> str | None:
    if scalar is None:
        return None
    code = scalar.text
    if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
        problems.error(
            "LP302",
            f"`{code}` is not a currency",
            scalar.span,
            expected="an ISO 4217 code such as USD, or {column: ...}",
        )
        return None
    return code


def read_conditions(
    node: Node | None, resolve: Resolve, problems: Problems
) -> tuple[Condition, ...]:
    """`where: {type: inbound, stage: [a, b], date: {known: true}, status: {not: deleted}}`."""
    body = as_mapping(node, problems, "columns with the texts that count")
    found = []
    for key, value in body.entries if body is not None else ():
        column = resolve(key)
        if not isinstance(value, Mapping):
            texts = texts_of(value, problems, "the texts that count")
            found.append(Condition(column, tuple(texts)))
            continue
        check_keys(value, problems, known=("known", "not"), of="a column under `where`")
        if (given := value.get("known")) is not None:
            found.append(
                Condition(column, known=_one_of(given, ("true", "false"), problems) == "true")
            )
        if (given := value.get("not")) is not None:
            texts = texts_of(given, problems, "the texts that do not count")
            found.append(Condition(column, tuple(texts), negated=True))
    return tuple(found)
