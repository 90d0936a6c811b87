"""JSON Schemas of single values, by the type that the vocabulary declares, and small parts.

An editor types values by YAML 1.2 (`20` is a number, `NO` a text, `5_000_000` a text, `0123` a
number); other readers leave texts. Both are accepted wherever the language accepts the spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from leadpolicy.operators import Shape
from leadpolicy.types import Kind, Type

Schema: TypeAlias = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
NAME: Final = "[a-z][a-z0-9_]*"
PARAMETER: Final = r"\$[a-z][a-z0-9_]*"
PARAMETER_USE: Final[Schema] = {"type": "string", "pattern": f"^{PARAMETER}$"}
TEXT: Final[Schema] = {"type": ["string", "number", "boolean"]}
DURATION: Final = r"\d+ *(?:minute|hour|day|week)s?"

_INTEGER: Final = r"[+-]?\d+(?:_\d+)*"
_NUMBER: Final = r"[+-]?(?:\d+(?:_\d+)*(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"
_GROUPED: Final = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+(?:_\d+)*(?:\.\d+)?)"
_DAY: Final = r"\d{4}-\d{2}-\d{2}"
_MOMENT: Final = (
    rf"{_DAY}(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?(?:Z|[+-]\d{{2}}:?\d{{2}})?)?"
)
_TYPED: Final = re.compile(rf"{_INTEGER}\Z|{_NUMBER}\Z")


def literal(kind: Type) -> Schema:
    """A value written in a policy."""
    match kind.kind:
        case Kind.BOOLEAN:
            return {"type": ["boolean", "string"], "pattern": "^(?:true|false)$"}
        case Kind.INTEGER:
            return {
                "type": ["integer", "string"],
                "pattern": f"^{_signed(kind, _INTEGER)}$",
                **_limits(kind),
            }
        case Kind.NUMBER:
            return {
                "type": ["number", "string"],
                "pattern": f"^{_signed(kind, _NUMBER)}$",
                **_limits(kind),
            }
        case Kind.MONEY:
            amount: Schema = {
                "type": ["number", "string"],
                "pattern": _money(kind.currency, _NUMBER),
            }
            return {"anyOf": [amount | _limits(kind), _amount(kind.currency)]}
        case Kind.TEXT:
            return dict(TEXT)
        case Kind.CHOICE | Kind.LEVEL:
            return {"enum": _spellings(kind.values)}
        case Kind.CHOICES:
            return {"enum": _spellings(kind.values)} if kind.values else dict(TEXT)
        case Kind.DATE:
            return {"type": "string", "pattern": f"^{_DAY}$"}
        case Kind.MOMENT:
            return {"type": "string", "pattern": f"^{_MOMENT}$"}


def operand(
    kind: Type,
    shape: Shape = Shape.ONE,
    *,
    value: Schema | None = None,
    other: Schema | None = None,
) -> Schema:
    """What may stand to the right of an operator.

    `value` stands for a literal of the type (default: `literal(kind)`), `other` for another fact.
    """
    value = value or literal(kind)
    match shape:
        case Shape.ONE:
            return {"anyOf": [value, PARAMETER_USE, *([other] if other else [])]}
        case Shape.MANY:
            return {"anyOf": [{"type": "array", "items": value}, PARAMETER_USE]}
        case Shape.PAIR:
            return {"anyOf": [span({"anyOf": [value, PARAMETER_USE]}), PARAMETER_USE]}
        case Shape.FLAG:
            return operand(Type(Kind.BOOLEAN))
        case Shape.DURATION:
            return {"type": "string", "pattern": f"^(?:{DURATION}|{PARAMETER})$"}
        case Shape.PATTERN:
            return dict(TEXT)


def other_fact(kind: Type, names: Iterable[str]) -> Schema:
    """`{fact: product.price, times: 0.8}`"""
    keys: Schema = {"fact": {"enum": list(names), "description": "Another fact."}}
    if kind.kind in (Kind.INTEGER, Kind.NUMBER, Kind.MONEY):
        factor = {"type": ["number", "string"], "pattern": f"^{_NUMBER}$", "exclusiveMinimum": 0}
        keys["times"] = {**factor, "description": "Times this factor."}
    return object_of(keys, ("fact",))


def card_value(kind: Type) -> Schema:
    """A value on a card: also a range of numbers, another currency, or nothing (not known)."""
    match kind.kind:
        case Kind.INTEGER | Kind.NUMBER | Kind.MONEY:
            currency = "[A-Z]{3}" if kind.kind is Kind.MONEY else None
            ends = {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "properties": {"from": literal(kind), "to": literal(kind)},
            }
            written: Schema = {"type": "string", "pattern": _money(currency, _between())}
            ways = [literal(kind), written, ends]
            if currency:
                ways.append(_amount(None))
            return {"anyOf": [*ways, _NOTHING]}
        case Kind.CHOICES:
            return {"anyOf": [{"type": "array", "items": literal(kind)}, literal(kind), _NOTHING]}
        case _:
            return {"anyOf": [literal(kind), _NOTHING]}


_NOTHING: Final[Schema] = {"type": "null"}


def scalar(says: str) -> Schema:
    """A short value such as a number or a name."""
    return {"type": ["string", "number"], "description": says}


def span(item: Schema) -> Schema:
    """A list of two."""
    return {"type": "array", "items": item, "minItems": 2, "maxItems": 2}


def _signed(kind: Type, number: str) -> str:
    """Without a minus where no value is below zero."""
    return number.replace("[+-]", r"\+", 1) if kind.limits and kind.limits[0] >= 0 else number


def _limits(kind: Type) -> Schema:
    if kind.limits is None:
        return {}
    low, high = (int(end) if float(end).is_integer() else end for end in kind.limits)
    return {"minimum": low, "maximum": high}


def _between() -> str:
    """`20`, `11-50`, `10000+`, `5 or more`."""
    two = rf"{_GROUPED} *(?:-|–|—|\.\.|to) *{_GROUPED}"
    one = rf"{_GROUPED} *(?:\+|or more)|(?:>=|≥) *{_GROUPED}"
    return f"(?:{_NUMBER}|{two}|{one})"


def _money(currency: str | None, amount: str) -> str:
    """`EUR 5_000_000`, `5_000_000 EUR`, or without the currency."""
    if currency is None:
        return f"^{amount}$"
    return rf"^(?:(?:{currency} *)?{amount}|{amount} *{currency})$"


def _amount(currency: str | None) -> Schema:
    code: Schema = {"const": currency} if currency else {"type": "string", "pattern": "^[A-Z]{3}$"}
    return {
        "type": "object",
        "properties": {"amount": literal(Type(Kind.NUMBER)), "currency": code},
        "required": ["amount", "currency"],
        "additionalProperties": False,
    }


def _spellings(values: tuple[str, ...]) -> list[str | int | float | bool]:
    """The declared values, and what an editor takes them for where they look like numbers."""
    found: list[str | int | float | bool] = list(values)
    for value in values:
        if value in ("true", "false"):
            found.append(value == "true")
        elif _TYPED.match(value):
            number = float(value.replace("_", ""))
            found.append(int(number) if number.is_integer() else number)
    return found


# ------------------------------------------------------------------------------ small parts


def whole(title: str, top: Schema, defs: Schema) -> Schema:
    """A complete schema document."""
    return {"$schema": DIALECT, "title": title, **top, "$defs": defs}


def object_of(properties: Schema, required: Iterable[str] = (), says: str = "") -> Schema:
    """A closed mapping."""
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if names := list(required):
        found["required"] = names
    return described(found, says)


def named(body: Schema, says: str, form: str = NAME) -> Schema:
    """A mapping from names to things of one kind."""
    return {
        "type": "object",
        "propertyNames": {"pattern": anchored(form)},
        "additionalProperties": body,
        "description": says,
    }


def text(says: str = "") -> Schema:
    """Any single value, which is read as a text."""
    return described(dict(TEXT), says)


def pattern(form: str, says: str = "") -> Schema:
    """A text of a certain form."""
    return described({"type": "string", "pattern": anchored(form)}, says)


def anchored(form: str) -> str:
    """A regular expression of this project as one of JSON Schema: anchored at both ends."""
    bare = form.removesuffix(r"\Z").removeprefix("^").removesuffix("$")
    return f"^(?:{bare})$"


def described(schema: Schema, says: str) -> Schema:
    """With a description, if there is one."""
    return {**schema, "description": says} if says else schema


def moment(says: str) -> Schema:
    """A date or a moment."""
    return described(card_value(Type(Kind.MOMENT)), says)
