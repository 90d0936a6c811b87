"""JSON as the engine reads it.

It compares texts as they stand in the message, escapes included, so both sides must be spelled
alike: ASCII, every other character escaped. It refuses a message with a number such as `1e16`, but
reads `1.0e16`, so exponents get a decimal point.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, TypeAlias

Scalar: TypeAlias = bool | int | float | str
Json: TypeAlias = Scalar | Mapping[str, "Json"] | list["Json"]

LONGEST_TEXT: Final = 60_000
"""Bytes, escaped. The engine keeps lengths in 16 bits: a text of 65,539 bytes that begins with
`abc` equals `abc`."""


def encode(value: Json) -> str:
    """A value as JSON that means the same to the engine."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _decimal(value)
        case str():
            return json.dumps(value)
        case list():
            return f"[{','.join(map(encode, value))}]"
        case _:
            return f"{{{','.join(f'{json.dumps(k)}:{encode(v)}' for k, v in value.items())}}}"


def _decimal(value: float) -> str:
    mantissa, mark, exponent = repr(value).partition("e")
    if "." not in mantissa:
        mantissa += ".0"
    return mantissa + mark + exponent
