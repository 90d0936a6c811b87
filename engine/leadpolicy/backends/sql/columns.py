"""Columns typed by the vocabulary: which column holds which fact, and how its values are read.

Types come from the vocabulary, never from a look at the data. A column whose type does not fit is
refused when the table is opened; a value that does not fit is found while the table is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from leadpolicy.backends import Between, Place
from leadpolicy.backends.sql import reading, tree
from leadpolicy.backends.sql.forms import CodedForm, EndsForm, Form, Number, Plain, Single, Store
from leadpolicy.backends.sql.texts import is_coded, ordered_for
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.diagnostics import Problems, suggest
from leadpolicy.logic.terms import Compare, Literal, Member, Other, Relation, Term
from leadpolicy.logic.walk import walk
from leadpolicy.types import NUMERIC, TEMPORAL, Kind, Type, show_number


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a table with the engine's types. `texts`: a text file, where all is text."""

    where: str
    types: Mapping[str, str]
    ambiguous: frozenset[str] = frozenset()
    texts: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A typed column to be made: its name, its value, and the raw value to compare it with.

    Where the raw value is there and the typed one is not, the raw one does not fit.
    """

    name: str
    value: Sql = field(compare=False)
    raw: Sql | None = field(default=None, compare=False)
    column: str = ""
    expected: str = ""
    total: bool = False
    """The value is NULL only where the raw one does not fit, so that this need not be kept."""

    @property
    def raw_name(self) -> str:
        """What the raw value is called beside the typed one."""
        return f"{self.name} raw"


@dataclass(frozen=True, slots=True)
class Bound:
    """A fact's form over typed columns, with the columns to be made."""

    form: Form
    parts: tuple[Part, ...]


def header_of(where: str, columns: Sequence[tuple[str, str]], *, texts: bool = False) -> Header:
    """Columns by name. Names that differ only in case are the same name to the engine."""
    counts = Counter(name.casefold() for name, _ in columns)
    ambiguous = frozenset(name for name, _ in columns if counts[name.casefold()] > 1)
    return Header(where, dict(columns), ambiguous, texts)


class Binder:
    """Finds the columns of facts in one table; problems are collected. Without `limited` numbers
    may be beyond their limits.
    """

    def __init__(
        self,
        header: Header,
        problems: Problems,
        prefix: str = "f",
        *,
        limited: bool = True,
    ) -> None:
        self.header = header
        self.problems = problems
        self.prefix = prefix
        self.limited = limited
        self.made = 0

    def facts(
        self,
        wanted: Mapping[str, Type],
        places: Mapping[str, Place],
        orders: Mapping[str, tuple[str, ...]],
    ) -> dict[str, Bound]:
        """All facts. One that `places` does not speak of stands in the column of its own name."""
        bound = {}
        for name, kind in wanted.items():
            place = places.get(name, name)
            order = orders.get(name, kind.values)
            found = self.fact(name, kind, place, order)
            if found is not None:
                bound[name] = found
        return bound

    def fact(self, fact: str, kind: Type, place: Place, order: tuple[str, ...]) -> Bound | None:
        """A fact's form; None where the column is missing or does not fit (which is noted)."""
        self.made += 1
        name = f"{self.prefix}{self.made}"
        if place is None:
            return missing(kind, order)
        if isinstance(place, Between):
            return self._range(fact, kind, place, name)
        part, store = self._part(fact, kind, place, name, order)
        if part is None:
            return None
        return Bound(_form(kind, part, store, order), (part,))

    def _range(self, fact: str, kind: Type, place: Between, name: str) -> Bound | None:
        if kind.kind not in NUMERIC:
            self.problems.error(
                "LP503", f"`{fact}` is no number: it has no range of two columns",
                where=self.header.where, expected=f"one column of type {kind}",
            )  # fmt: skip
            return None
        low, store = self._part(fact, kind, place.low, f"{name} low", ())
        high, other = self._part(fact, kind, place.high, f"{name} high", ())
        if low is None or high is None:
            return None
        columns = [tree.column(part.name) for part in (low, high)]
        known: Sql = tree.negate(tree.every(tree.is_null(end.copy()) for end in columns))
        parts = [low, high]
        if place.known is not None:
            flag, _ = self._part(fact, Type(Kind.BOOLEAN), place.known, f"{name} known", ())
            if flag is None:
                return None
            parts.append(flag)
            flagged = tree.column(flag.name)
            known = tree.call("coalesce", flagged, tree.no())
        low_end, high_end = Number(columns[0], store), Number(columns[1], other)
        return Bound(EndsForm(kind, low_end, high_end, known), tuple(parts))

    def _part(
        self, fact: str, kind: Type, column: str, name: str, order: tuple[str, ...]
    ) -> tuple[Part | None, Store]:
        stored = self.column_type(column, f"`{fact}`")
        if stored is None:
            return None, Store.SHORT
        raw = tree.column(column)
        dated = kind.kind in TEMPORAL and stored == "VARCHAR"
        read = (reading.of_text if self.header.texts or dated else reading.of_typed)(
            kind, raw, stored, order
        )
        if read is None:
            self._unfit(fact, kind, column, stored)
            return None, Store.SHORT
        if self.limited:
            read = reading.limited(read, kind)
        checked = raw.copy() if read.checked else None
        made = Part(name, read.value, checked, column, expected(kind), total=read.total)
        return made, read.store

    def column_type(self, column: str, what: str) -> str | None:
        """The engine's type of a column; None where it is missing or ambiguous (noted)."""
        header = self.header
        if column in header.ambiguous:
            self.problems.error(
                "LP502", f"{what}: more than one column is called `{column}`, in whatever case",
                where=header.where, help="give the columns different names",
            )  # fmt: skip
            return None
        if column not in header.types:
            self.problems.error(
                "LP502", f"{what}: there is no column `{column}`", where=header.where,
                help=suggest(column, header.types)
                or "name the column that holds it (`columns`, --columns), or say that what the "
                "table does not have was not recorded (`partial`, --partial)",
            )  # fmt: skip
            return None
        return header.types[column]

    def _unfit(self, fact: str, kind: Type, column: str, stored: str) -> None:
        shown = stored if len(stored) < 40 else stored.split("(", maxsplit=1)[0]
        self.problems.error(
            "LP503", f"`{fact}` is of type {kind}, the column `{column}` is {shown}",
            where=self.header.where, expected=expected(kind),
            help="convert the column when the table is written; types are not guessed",
        )  # fmt: skip


def expected(kind: Type) -> str:
    """What a column must hold, for a message."""
    match kind.kind:
        case Kind.CHOICE | Kind.LEVEL:
            shown = ", ".join(kind.values[:12]) + (", …" if len(kind.values) > 12 else "")
            return f"one of {shown}"
        case Kind.CHOICES:
            return "lists of texts" + (f" out of {', '.join(kind.values)}" if kind.values else "")
        case Kind.INTEGER:
            return "whole numbers " + (_limits(kind) or "of 64 bits")
        case Kind.NUMBER | Kind.MONEY:
            return "finite numbers " + (_limits(kind) or "of at most 15 digits")
        case Kind.BOOLEAN:
            return "booleans"
        case Kind.TEXT:
            return "texts"
        case Kind.DATE:
            return "dates"
        case Kind.MOMENT:
            return "timestamps"


def _limits(kind: Type) -> str:
    if kind.limits is None:
        return ""
    low, high = map(show_number, kind.limits)
    return f"from {low} to {high}"


def _form(kind: Type, part: Part, store: Store, order: tuple[str, ...]) -> Form:
    """A form over a typed value."""
    value = tree.column(part.name)
    if kind.kind in NUMERIC:
        return Single(kind, Number(value, store))
    if is_coded(kind.kind):
        return CodedForm(kind, value, order, part.total)
    return Plain(kind, value)


def missing(kind: Type, order: tuple[str, ...]) -> Bound:
    """A fact that nobody recorded."""
    nothing = reading.nothing(kind)
    if kind.kind in NUMERIC:
        return Bound(Single(kind, Number(nothing, Store.SHORT)), ())
    if is_coded(kind.kind):
        return Bound(CodedForm(kind, nothing, order), ())
    return Bound(Plain(kind, nothing), ())


def orders_for(wanted: Mapping[str, Type], terms: Iterable[Term]) -> dict[str, tuple[str, ...]]:
    """The order of codes for each choice, such that the lists that policies ask for are spans.

    Levels keep theirs, and so do facts that are compared with one another.
    """
    lists: dict[str, list[tuple[str, ...]]] = {}
    compared: set[str] = set()
    for term in walk(terms):
        match term:
            case Member() if term.subject.type.kind is Kind.CHOICE:
                values = tuple(str(value) for value in term.values)
                lists.setdefault(term.subject.name, []).append(values)
            case Compare(op=Relation.EQ, left=left, right=Literal(value=str() as value)):
                lists.setdefault(left.name, []).append((value,))
            case Compare(left=left, right=Other(subject=subject)):
                compared |= {left.name, subject.name}
            case _:
                pass
    return {
        name: ordered_for(kind.values, lists.get(name, ()))
        for name, kind in wanted.items()
        if kind.kind is Kind.CHOICE and name not in compared
    }


def guard(parts: Iterable[Part]) -> Sql | None:
    """A filter that lets every row pass and raises an error where a raw value was lost."""
    checks = [_fits(part) for part in parts if part.raw is not None]
    if not checks:
        return None
    return tree.case([(tree.every(checks), tree.yes())], tree.failure(tree.Word.BOOLEAN))


def raw_columns(parts: Iterable[Part]) -> list[Sql]:
    """The raw values that the check needs, under their names."""
    return [
        tree.alias(part.raw.copy(), part.raw_name)
        for part in parts
        if part.raw is not None and not part.total
    ]


def _fits(part: Part) -> Sql:
    value = tree.column(part.name)
    if part.total:
        return tree.not_null(value)
    return tree.eq(tree.is_null(value), tree.is_null(tree.column(part.raw_name)))
