"""Comparing numbers exactly, also where the engine's own comparison would round.

The engine compares a 64 bit integer with a double as doubles, and multiplies doubles with
rounding. Here a float means its shortest decimal, as everywhere in the language.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal
from typing import Final

from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.forms import EndsForm, Number, Single, Store
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.logic.terms import Relation
from leadpolicy.types import Kind, Range

TIMES: Final = "leadpolicy_compare_times"
"""A function of three texts a, b, f: the sign of a - b × f. See `sign_of_times`."""

OPERATORS: Final[dict[str, Callable[[Sql, Sql], Sql]]] = {
    "<": tree.lt,
    "<=": tree.le,
    ">": tree.gt,
    ">=": tree.ge,
    "=": tree.eq,
    "<>": tree.ne,
}
MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}

_EXACT: Final = Context(prec=80)
_MOST_EXACT: Final = 2**53
"""Up to here every integer is a double."""
_SAFE: Final = 1e-14
"""Relative distance beyond which rounding cannot change a comparison of a with b × f: three
roundings of at most 2⁻⁵³ each, and then some."""
_TINY: Final = 1e-300
"""Below, doubles lose digits, so that relative distances say nothing."""
_WIDTH, _SCALE = 15, 4
"""Doubles that are decimals of this form are compared as such: 15 digits are always exact."""


def sign_of_times(left: str, right: str, factor: str) -> int:
    """The sign of left - right × factor, in exact decimals."""
    difference = _EXACT.subtract(Decimal(left), _EXACT.multiply(Decimal(right), Decimal(factor)))
    return (difference > 0) - (difference < 0)


def compare(op: str, left: Number, right: Number, times: Decimal | None = None) -> Sql:
    """Whether `left op right × times`; NULL where a side is."""
    if times is not None:
        return _compare_times(op, left, right, times)
    if left.store is Store.LONG and right.store is Store.FLOAT:
        return _long_with_float(op, left, right)
    if left.store is Store.FLOAT and right.store is Store.LONG:
        return _long_with_float(MIRRORED[op], right, left)
    return OPERATORS[op](left.copy(), right.copy())


def _long_with_float(op: str, long: Number, float_: Number) -> Sql:
    """Small integers as doubles; large ones with the float as an integer, which it is there."""
    beyond = 2.0**63
    smaller, larger = (
        tree.yes() if op in ("<", "<=", "<>") else tree.no(),
        tree.yes() if op in (">", ">=", "<>") else tree.no(),
    )
    compared = OPERATORS[op]
    as_integer = tree.cast(tree.call("trunc", float_.copy()), tree.BIG)
    return tree.case(
        [
            (tree.is_null(long.copy()), tree.nothing()),
            (tree.ge(float_.copy(), tree.double(beyond)), smaller),
            (tree.lt(float_.copy(), tree.double(-beyond)), larger),
            (
                tree.between(long.copy(), tree.whole(-_MOST_EXACT), tree.whole(_MOST_EXACT)),
                compared(tree.cast(long.copy(), tree.DOUBLE), float_.copy()),
            ),
        ],
        compared(long.copy(), as_integer),
    )


def _compare_times(op: str, left: Number, right: Number, times: Decimal) -> Sql:
    """As doubles where that is safely away from equality, else as decimals.

    Decimals of the engine's own where 15 digits carry both numbers, else `sign_of_times`.
    """
    compared = OPERATORS[op]
    a, b = (tree.cast(side.copy(), tree.DOUBLE) for side in (left, right))
    product = tree.multiply(b, tree.double(float(times)))
    distance = tree.call("abs", tree.subtract(a.copy(), product.copy()))
    scale = tree.add(tree.call("abs", a.copy()), tree.call("abs", product.copy()))
    limit = tree.add(tree.multiply(tree.double(_SAFE), scale), tree.double(_TINY))
    branches = [
        (tree.gt(distance, limit), compared(a, product)),
    ]
    digits = times.as_tuple()
    if len(digits.digits) <= _WIDTH and -_WIDTH <= int(digits.exponent) <= 0:
        short = [tree.try_decimal(side.copy(), _WIDTH, _SCALE) for side in (left, right)]
        same = tree.every(
            tree.eq(tree.cast(decimal.copy(), tree.DOUBLE), tree.cast(side.copy(), tree.DOUBLE))
            for decimal, side in zip(short, (left, right), strict=True)
        )
        exact = compared(short[0], tree.multiply(short[1], tree.decimal(times)))
        branches.append((same, exact))
    sign = tree.call(
        TIMES,
        tree.cast(left.copy(), tree.TEXT),
        tree.cast(right.copy(), tree.TEXT),
        tree.text(str(times)),
    )
    return tree.case(branches, compared(sign, tree.whole(0)))


def literal(value: float | Range, kind: Kind) -> EndsForm | Single:
    """A number written in a policy. `type` does not matter in it."""
    from leadpolicy.types import Type

    if isinstance(value, Range):
        low, high = (_number(end, kind) for end in (value.low, value.high))
        return EndsForm(Type(kind), low, high, tree.yes())
    return Single(Type(kind), _number(value, kind))


def _number(value: float | None, kind: Kind) -> Number:
    if value is None:
        return Number(tree.nothing(), Store.FLOAT)
    if isinstance(value, int):
        if kind is not Kind.INTEGER and abs(value) <= _MOST_EXACT:
            return Number(tree.double(value), Store.FLOAT)
        store = Store.SHORT if abs(value) < 2**31 else Store.LONG
        return Number(tree.whole(value), store)
    return Number(tree.double(value), Store.FLOAT)


def compare_forms(
    op: Relation,
    left: Single | EndsForm,
    right: Single | EndsForm,
    *,
    want: bool,
    times: Decimal | None = None,
) -> Sql:
    """A formula that is true exactly where the comparison holds (`want`), or where it fails."""
    (low, high), (least, most) = _ends(left), _ends(right)
    if isinstance(left, Single) and isinstance(right, Single):
        return compare(op.value if want else OPPOSITE[op.value], low, least, times)
    match op:
        case Relation.EQ if want:
            same = [] if isinstance(left, Single) else [tree.eq(low.copy(), high.copy())]
            same += [] if isinstance(right, Single) else [tree.eq(least.copy(), most.copy())]
            return tree.every([*same, compare("=", low, least, times)])
        case Relation.EQ:
            apart = (compare("<", high, least, times), compare(">", low, most, times))
            return tree.some(apart)
        case Relation.LT:
            return compare("<", high, least, times) if want else compare(">=", low, most, times)
        case Relation.LE:
            return compare("<=", high, least, times) if want else compare(">", low, most, times)
        case Relation.GT:
            return compare(">", low, most, times) if want else compare("<=", high, least, times)
        case Relation.GE:
            return compare(">=", low, most, times) if want else compare("<", high, least, times)


def _ends(form: Single | EndsForm) -> tuple[Number, Number]:
    if isinstance(form, Single):
        return form.number, form.number
    return form.low, form.high
