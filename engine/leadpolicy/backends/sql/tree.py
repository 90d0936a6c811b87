"""Short names for the nodes of SQL that policies need. SQL is made as a tree, never out of text.

Every builder takes ownership of its arguments: a node has one parent, so that whoever uses an
expression twice copies it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import reduce
from typing import Final, TypeAlias

from sqlglot import exp

Sql: TypeAlias = exp.Expr
Word: TypeAlias = exp.DType

TINY: Final = Word.UTINYINT
SMALL: Final = Word.SMALLINT
INTEGER: Final = Word.INT
BIG: Final = Word.BIGINT
BITS: Final = Word.USMALLINT
HUGE: Final = Word.INT128
DOUBLE: Final = Word.DOUBLE
TEXT: Final = Word.VARCHAR
DATE: Final = Word.DATE
_INT32: Final = 2**31
_INT64: Final = 2**63
_INT128: Final = 2**127

DIALECT: Final = "duckdb"
MOST_ADDED: Final = 64
"""Numbers added in one chain; longer sums are sums of sums, as the engine reads 1,000 levels."""


def render(tree: Sql) -> str:
    """The text that the engine reads."""
    return tree.sql(DIALECT)


# -------------------------------------------------------------------------------- values


def yes() -> Sql:
    """TRUE."""
    return exp.true()


def no() -> Sql:
    """FALSE."""
    return exp.false()


def nothing() -> Sql:
    """NULL."""
    return exp.null()


def text(value: str) -> Sql:
    """A text; quotes are taken care of."""
    return exp.Literal.string(value)


def texts(values: Iterable[str]) -> Sql:
    """A list of texts."""
    return exp.Array(expressions=[text(value) for value in values])


def texts_and_null(values: Iterable[str]) -> Sql:
    """A list of texts that begins with NULL, which is found there, too."""
    return exp.Array(expressions=[nothing(), *map(text, values)])


def whole(value: int) -> Sql:
    """An integer, of the narrowest of the engine's types that carries it from 32 bits on."""
    if -_INT32 < value < _INT32:
        return exp.Literal.number(value)
    narrow = BIG if -_INT64 <= value < _INT64 else HUGE
    if not -_INT128 <= value < _INT128:
        raise OverflowError(value)
    return cast(text(str(value)), narrow)


def double(value: float) -> Sql:
    """The very float: a number with a decimal point would be read as a fixed decimal."""
    return cast(text(repr(float(value))), DOUBLE)


def decimal(value: Decimal) -> Sql:
    """A fixed decimal with just the digits that it needs."""
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    scale = max(-exponent, 0)
    width = max(len(digits) + max(exponent, 0), scale, 1)
    return cast_decimal(text(f"{value:f}"), width, scale)


# --------------------------------------------------------------------------------- names


def column(name: str) -> Sql:
    """A column, whatever its name looks like."""
    return exp.column(name, quoted=True)


def name(text_: str) -> exp.Identifier:
    """A quoted name."""
    return exp.to_identifier(text_, quoted=True)


def alias(tree: Sql, as_: str) -> Sql:
    """An expression under a name."""
    return exp.Alias(this=tree, alias=name(as_))


def table(name_: str) -> Sql:
    """A table by its name."""
    return exp.Table(this=name(name_))


# ----------------------------------------------------------------------------- functions


def call(function: str, *arguments: Sql) -> Sql:
    """A function of the engine."""
    return exp.Anonymous(this=function, expressions=list(arguments))


def cast(tree: Sql, to: Word) -> Sql:
    """A conversion that must succeed."""
    return exp.Cast(this=tree, to=exp.DataType(this=to))


def try_cast(tree: Sql, to: Word) -> Sql:
    """A conversion; NULL where it does not succeed."""
    return exp.TryCast(this=tree, to=exp.DataType(this=to))


def _decimal_type(width: int, scale: int) -> exp.DataType:
    sizes = [exp.DataTypeParam(this=exp.Literal.number(size)) for size in (width, scale)]
    return exp.DataType(this=Word.DECIMAL, expressions=sizes)


def cast_decimal(tree: Sql, width: int, scale: int) -> Sql:
    """A conversion to a fixed decimal."""
    return exp.Cast(this=tree, to=_decimal_type(width, scale))


def try_decimal(tree: Sql, width: int, scale: int) -> Sql:
    """A conversion to a fixed decimal; NULL where it does not succeed."""
    return exp.TryCast(this=tree, to=_decimal_type(width, scale))


UNFIT: Final = "leadpolicy: a value does not fit"
"""The message of the engine's error; the diagnosis is made by a second look."""


def failure(kind: Word) -> Sql:
    """An error where it is evaluated, and of any type."""
    return cast(call("error", text(UNFIT)), kind)


def each(array: Sql, variable: str, body: Sql) -> Sql:
    """The list with a function applied to every element."""
    return call(
        "list_transform", array, exp.Lambda(this=body, expressions=[exp.to_identifier(variable)])
    )


# -------------------------------------------------------------------------------- truths


def _paren(tree: Sql) -> Sql:
    return exp.Paren(this=tree)


def _binary(make: type[exp.Binary], left: Sql, right: Sql) -> Sql:
    joined: Sql = make(this=_operand(left), expression=_operand(right))
    return joined


def _operand(tree: Sql) -> Sql:
    if isinstance(tree, exp.Binary | exp.Not | exp.Connector | exp.Between | exp.Neg):
        return _paren(tree)
    return tree


def eq(left: Sql, right: Sql) -> Sql:
    """Left = right."""
    return _binary(exp.EQ, left, right)


def ne(left: Sql, right: Sql) -> Sql:
    """Left <> right."""
    return _binary(exp.NEQ, left, right)


def lt(left: Sql, right: Sql) -> Sql:
    """Left < right."""
    return _binary(exp.LT, left, right)


def le(left: Sql, right: Sql) -> Sql:
    """Left <= right."""
    return _binary(exp.LTE, left, right)


def gt(left: Sql, right: Sql) -> Sql:
    """Left > right."""
    return _binary(exp.GT, left, right)


def ge(left: Sql, right: Sql) -> Sql:
    """Left >= right."""
    return _binary(exp.GTE, left, right)


def add(left: Sql, right: Sql) -> Sql:
    """Left + right."""
    return _binary(exp.Add, left, right)


def subtract(left: Sql, right: Sql) -> Sql:
    """Left - right."""
    return _binary(exp.Sub, left, right)


def multiply(left: Sql, right: Sql) -> Sql:
    """Left * right."""
    return _binary(exp.Mul, left, right)


def bit_and(left: Sql, right: Sql) -> Sql:
    """The bits that both have."""
    return _binary(exp.BitwiseAnd, left, right)


def shift_right(left: Sql, right: Sql) -> Sql:
    """Bits moved to the right."""
    return _binary(exp.BitwiseRightShift, left, right)


def between(tree: Sql, low: Sql, high: Sql) -> Sql:
    """Both ends included."""
    return exp.Between(this=_operand(tree), low=low, high=high)


def is_null(tree: Sql) -> Sql:
    """Whether there is no value."""
    return exp.Is(this=_operand(tree), expression=exp.null())


def not_null(tree: Sql) -> Sql:
    """Whether there is a value."""
    return exp.Not(this=is_null(tree))


def negate(tree: Sql) -> Sql:
    """NOT."""
    return exp.Not(this=_operand(tree))


def opposite(tree: Sql) -> Sql:
    """NOT, without two in a row."""
    return tree.this if isinstance(tree, exp.Not) else negate(tree)


def is_yes(tree: Sql) -> bool:
    """Whether a formula is the constant TRUE."""
    return isinstance(tree, exp.Boolean) and tree.this is True


def is_no(tree: Sql) -> bool:
    """Whether a formula is the constant FALSE."""
    return isinstance(tree, exp.Boolean) and tree.this is False


def every(trees: Iterable[Sql]) -> Sql:
    """AND of formulas that are true or not; of none it is true."""
    parts = [tree for tree in trees if not is_yes(tree)]
    if any(is_no(tree) for tree in parts):
        return no()
    return _chain(exp.And, parts) if parts else yes()


def some(trees: Iterable[Sql]) -> Sql:
    """OR of formulas that are true or not; of none it is false."""
    parts = [tree for tree in trees if not is_no(tree)]
    if any(is_yes(tree) for tree in parts):
        return yes()
    return _chain(exp.Or, parts) if parts else no()


def _chain(make: type[exp.Connector], parts: Sequence[Sql]) -> Sql:
    if len(parts) == 1:
        return parts[0]
    wrapped = [_paren(p) if isinstance(p, exp.Connector | exp.Not) else p for p in parts]
    joined = wrapped[0]
    for part in wrapped[1:]:
        joined = make(this=joined, expression=part)
    return joined


def total(trees: Iterable[Sql]) -> Sql:
    """The sum of at least one number."""
    parts = list(trees)
    while len(parts) > MOST_ADDED:
        groups = (parts[n : n + MOST_ADDED] for n in range(0, len(parts), MOST_ADDED))
        parts = [_paren(_added(group)) for group in groups]
    return _added(parts)


def _added(parts: Iterable[Sql]) -> Sql:
    return reduce(lambda left, right: exp.Add(this=left, expression=right), parts)


def case(branches: Iterable[tuple[Sql, Sql]], default: Sql | None) -> Sql:
    """The first branch whose condition is true; branches that cannot be taken are left out."""
    taken: list[tuple[Sql, Sql]] = []
    for condition, value in branches:
        if is_yes(condition):
            default = value
            break
        if not is_no(condition):
            taken.append((condition, value))
    if not taken:
        return exp.null() if default is None else default
    ifs = [exp.If(this=condition, true=value) for condition, value in taken]
    return exp.Case(ifs=ifs, default=default)


# ------------------------------------------------------------------------------- queries


def select(
    columns: Iterable[Sql], source: Sql, *, where: Sql | None = None, group: Iterable[Sql] = ()
) -> exp.Select:
    """SELECT columns FROM source; `where` and `group` where they are given."""
    query = exp.Select(expressions=list(columns))
    query.set("from_", exp.From(this=source))
    if where is not None and not is_yes(where):
        query.set("where", exp.Where(this=where))
    grouped = list(group)
    if grouped:
        query.set("group", exp.Group(expressions=grouped))
    return query


def nested(query: exp.Select, as_: str) -> Sql:
    """A query to select from."""
    return exp.Subquery(this=query, alias=exp.TableAlias(this=name(as_)))


def order(query: exp.Select, by: str) -> None:
    """Puts the rows of a query into the order of a column."""
    ordered = exp.Ordered(this=column(by), nulls_first=False)
    query.set("order", exp.Order(expressions=[ordered]))
