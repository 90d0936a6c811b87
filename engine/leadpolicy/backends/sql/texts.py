"""Texts, closed lists and sets: equality is that of Unicode's normal form C."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.forms import CodedForm, Plain, known
from leadpolicy.backends.sql.tree import Sql
from leadpolicy.logic.terms import TextMatch, TextTest
from leadpolicy.types import Kind

_NORMALIZED_TO_ASCII: Final = frozenset("K;`")
"""The ASCII characters that others normalize to: KELVIN SIGN, GREEK QUESTION MARK, GREEK VARIA."""
_FUNCTIONS: Final = {
    TextMatch.CONTAINS: "contains",
    TextMatch.STARTS: "starts_with",
    TextMatch.ENDS: "ends_with",
    TextMatch.MATCHES: "regexp_matches",
}
_MOST_BITS: Final = 62
_FEW: Final = 2


def plain_ascii(text: str) -> bool:
    """Whether no other text normalizes to this one, so that raw texts can be compared with it."""
    return text.isascii() and not _NORMALIZED_TO_ASCII.intersection(text)


def normalized(form: Plain) -> Sql:
    """A text in normal form C."""
    return tree.call("nfc_normalize", form.copy())


def subject_for(form: Plain, values: Iterable[str]) -> Sql:
    """The text, normalized where the values it is compared with ask for it."""
    return form.copy() if all(plain_ascii(value) for value in values) else normalized(form)


def text_test(term: TextTest, form: Plain, *, want: bool) -> Sql:
    """A search; pieces of a text are found in its normal form only."""
    found = tree.call(_FUNCTIONS[term.test], normalized(form), tree.text(term.text))
    return found if want else tree.negate(found)


def text_equals(form: Plain, value: str, *, want: bool) -> Sql:
    """Equality with one value."""
    subject = subject_for(form, [value])
    return (tree.eq if want else tree.ne)(subject, tree.text(value))


def text_member(form: Plain, values: Sequence[str], *, want: bool) -> Sql:
    """Membership. `list_position` is evaluated once per distinct value of a compressed block,
    and no list of any length makes a join of it, as IN does.
    """
    if len(values) == 1:
        return text_equals(form, values[0], want=want)
    subject = subject_for(form, values)
    if want:
        return tree.not_null(tree.call("list_position", tree.texts(values), subject))
    return tree.is_null(tree.call("list_position", tree.texts_and_null(values), subject))


def has(form: Plain, element: str, *, want: bool) -> Sql:
    """Whether a list contains an element."""
    elements = form.copy()
    if not plain_ascii(element) and not form.type.values:
        elements = tree.each(elements, "e", tree.call("nfc_normalize", tree.column("e")))
    found = tree.call("list_contains", elements, tree.text(element))
    return found if want else tree.negate(found)


def coded_member(form: CodedForm, values: Iterable[str], *, want: bool) -> Sql:
    """Membership by code: a span of codes where the values stand together, else a bitmap."""
    chosen = set(values)
    codes = [i for i, value in enumerate(form.order, form.first) if (value in chosen) is want]
    if not codes:
        return tree.no()
    if len(codes) == len(form.order):
        return known(form)
    low, high = codes[0], codes[-1]
    if high - low + 1 == len(codes):
        return _span(form, low, high)
    left_out = sorted(set(range(1, form.last + 1)) - set(codes))
    if len(left_out) <= _FEW:
        return tree.every(tree.ne(form.copy(), _code(code)) for code in left_out)
    if form.last <= _MOST_BITS:
        bits = tree.cast(tree.whole(sum(1 << code for code in codes)), tree.BIG)
        shifted = tree.shift_right(bits, tree.cast(form.copy(), tree.BIG))
        return tree.eq(tree.bit_and(shifted, tree.whole(1)), tree.whole(1))
    return tree.some(_span(form, start, end) for start, end in _spans(codes))


def coded_with_coded(compared: Callable[[Sql, Sql], Sql], left: CodedForm, right: CodedForm) -> Sql:
    """Two columns of codes of the same order; raises `TypeError` for others."""
    if left.order != right.order:
        raise TypeError("two columns of codes are compared that mean different values")
    there = [known(form) for form in (left, right) if form.total]
    codes = [
        tree.subtract(tree.cast(form.copy(), tree.INTEGER), _code(form.first))
        if left.total is not right.total
        else form.copy()
        for form in (left, right)
    ]
    return tree.every([compared(*codes), *there])


def _span(form: CodedForm, low: int, high: int) -> Sql:
    if low == high:
        return tree.eq(form.copy(), _code(low))
    if low == 1:
        return tree.le(form.copy(), _code(high))
    if high == form.last:
        return tree.ge(form.copy(), _code(low))
    return tree.between(form.copy(), _code(low), _code(high))


def _code(code: int) -> Sql:
    return tree.whole(code)


def _spans(codes: Sequence[int]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for code in codes:
        if spans and spans[-1][1] == code - 1:
            spans[-1] = (spans[-1][0], code)
        else:
            spans.append((code, code))
    return spans


def ordered_for(values: Sequence[str], chosen: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """The values in an order that puts those of each chosen list together, as far as it can.

    Values that are in the same lists become neighbours; lists that contain one another become
    spans up to the last value, so that one comparison suffices.
    """
    lists = sorted({frozenset(one) for one in chosen}, key=lambda one: (-len(one), sorted(one)))
    return tuple(sorted(values, key=lambda value: tuple(value in one for one in lists)))


def is_coded(kind: Kind) -> bool:
    """Whether values of the kind are stored as codes."""
    return kind in (Kind.CHOICE, Kind.LEVEL)
