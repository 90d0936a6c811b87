"""Numbers as people and spreadsheets write them: `1,234.5`, `1.234,5`, `45k`, `(500)`, `$45,000`.

They are read only where a dataset.yaml declares the format, and turned into the plain spelling
that `leadpolicy.types` reads; without a declaration `1,234` is refused, because it could be
one thousand or one.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from leadpolicy.diagnostics import ValueProblem
from leadpolicy.types import Range, make_range

_BLANKS: Final = " \u00a0\u202f\u2009"
_SHAPES: Final = {
    "en": (",", "."),
    "de": (".", ","),
    "fr": (_BLANKS, ","),
    "ch": ("'’", "."),
    "plain": ("", "."),
}
NUMBER_FORMATS: Final = tuple(_SHAPES)
_EXAMPLES: Final = {
    "en": "1,234.5",
    "de": "1.234,5",
    "fr": "1 234,5",
    "ch": "1'234.5",
    "plain": "1234.5",
}
_SUFFIXES: Final = {"k": 3, "m": 6, "mn": 6, "mio": 6, "bn": 9, "b": 9, "mrd": 9}
_PARTS: Final = re.compile(r"([+-]?)(.*?)\s*([A-Za-z]*)\.?\Z")
_SPAN: Final = re.compile(r"(.*\d\s*[A-Za-z]*)\s*(?:-|–|—|\.\.|\bto\b)\s*(\d.*)\Z")
_OPEN: Final = re.compile(r"(?:(.*\d\s*[A-Za-z]*?)\s*(?:\+|or more)|(?:>=|≥)\s*(\d.*))\Z")
_CODE: Final = re.compile(r"(?:([A-Z]{3})\s*(.*\d.*)|(.*\d.*?)\s*([A-Z]{3}))\Z")
_SYMBOLS: Final = {"€": "EUR", "£": "GBP"}
_AMBIGUOUS: Final = "$¥"


def plain_number(text: str, number_format: str) -> str:
    """`1.234,5` in German spelling as `1234.5`; ranges and open ends keep their sign.

    Raises `ValueProblem` where the groups of digits do not fit the declared format.
    """
    text = text.strip()
    if found := _OPEN.match(text):
        return _one(found[1] or found[2], number_format) + "+"
    if not text.startswith(("-", "+", "(")) and (found := _SPAN.match(text)):
        low, high = found[1], found[2]
        unit = re.search(r"[A-Za-z]+\Z", high)
        if unit and not re.search(r"[A-Za-z]\s*\Z", low):
            low += unit[0]  # 10-50k are 10,000 to 50,000
        return f"{_one(low, number_format)}-{_one(high, number_format)}"
    return _one(text, number_format)


def _one(text: str, number_format: str) -> str:
    text = text.strip()
    negative = text.startswith("(") and text.endswith(")")
    if negative:
        text = text[1:-1].strip()
    found = _PARTS.match(text)
    if found is None or not found[2]:
        raise _unfit(text, number_format)
    sign, digits, unit = found[1], found[2], found[3].casefold()
    groups, point = _SHAPES[number_format]
    if unit and unit not in _SUFFIXES:
        raise _unfit(text, number_format)
    group = f"[{re.escape(groups)}]" if groups else r"(?!)"
    shape = rf"(\d+|\d{{1,3}}(?:{group}\d{{3}})+)(?:{re.escape(point)}(\d+))?\Z"
    parts = re.match(shape, digits)
    if parts is None:
        raise _unfit(text, number_format)
    whole, fraction = re.sub(group, "", parts[1]), parts[2] or ""
    if unit:
        shifted = Decimal(f"{whole}.{fraction or '0'}").scaleb(_SUFFIXES[unit])
        number = f"{shifted.normalize():f}"
    else:
        number = f"{whole}.{fraction}" if fraction.strip("0") else whole
    return ("-" if negative or sign == "-" else "") + number


def _unfit(text: str, number_format: str) -> ValueProblem:
    example = _EXAMPLES[number_format]
    return ValueProblem(
        f"`{text}` is not a number in the declared format {number_format} ({example})",
        f"a number such as {example}",
    )


def split_currency(text: str, declared: bool) -> tuple[str | None, str]:
    """The currency that an amount names, and the amount: `EUR 5`, `5 EUR`, `€5`.

    `$` names several currencies and is accepted only where the currency is declared.
    """
    text = text.strip()
    found = _CODE.match(text)
    if found and (found[1] or found[4]).casefold() not in _SUFFIXES:
        return found[1] or found[4], (found[2] or found[3]).strip()
    bracketed = text.startswith("(") and text.endswith(")")
    inner = text[1:-1].strip() if bracketed else text
    sign, rest = ("-", inner[1:]) if inner.startswith("-") else ("", inner)
    for symbol in (*_SYMBOLS, *_AMBIGUOUS):
        if rest.startswith(symbol) or rest.endswith(symbol):
            if symbol in _AMBIGUOUS and not declared:
                raise ValueProblem(
                    f"`{text}` has the sign {symbol}, which several currencies use",
                    "the currency declared in the dataset.yaml",
                    "add `currency: USD`, or whichever it is",
                )
            amount = f"{sign}{rest.strip(symbol).strip()}"
            return _SYMBOLS.get(symbol), f"({amount})" if bracketed else amount
    return None, text


def scaled(value: int | float | Range, factor: Decimal, places: int | None) -> int | float | Range:
    """The number times an exact factor, rounded to `places` decimals where that is given."""
    if isinstance(value, Range):
        low, high = (_times(end, factor, places) for end in (value.low, value.high))
        return make_range(low, high, value.text)
    result = _times(value, factor, places)
    assert result is not None
    return result


def _times(value: float | None, factor: Decimal, places: int | None) -> float | None:
    if value is None:
        return None
    product = Decimal(repr(value)) * factor
    if places is not None:
        product = round(product, places)
    whole = product == product.to_integral_value()
    return int(product) if whole and isinstance(value, int) else float(product)
