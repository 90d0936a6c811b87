"""What durable-rules cannot say or carry, and what is therefore computed outside of it."""

from __future__ import annotations

from typing import Final

from leadpolicy.backends import Limit, refused
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.source import Span

MOST_PARTS: Final = 200
MOST_POINTS: Final = 2**62
MOST_EXACT: Final = 2**53
INT64: Final = 2**63


LIMITS: Final = (
    Limit(
        "parts",
        "policy",
        f"a list of more than {MOST_PARTS} conditions",
        "a message holds at most 252 properties, and every condition needs one",
    ),
    Limit(
        "points",
        "policy",
        "a score whose points add up to 2^62 or more",
        "the engine adds in 64 bits and wraps around",
    ),
    Limit(
        "long text",
        "policy or record",
        "a text of more than 60,000 bytes",
        "the engine keeps lengths in 16 bits",
    ),
    Limit(
        "large number",
        "policy or record",
        "a whole number that does not fit into 64 bits, or, where the vocabulary says number or "
        "money, that a float does not carry",
        "the engine calculates with 64-bit integers and floats",
    ),
)
"""Refused with a diagnostic, never answered wrongly."""

OUTSIDE: Final = (
    Limit(
        "text searches",
        "policy",
        "contains, starts_with, ends_with, matches",
        "the engine has a dialect of regular expressions of its own and no other search: the test "
        "reaches it as a property that is true or false",
    ),
    Limit(
        "factors",
        "policy",
        "a comparison with another fact times a factor",
        "the engine multiplies floats, which is not exact",
    ),
    Limit(
        "mixed numbers",
        "policy",
        "a comparison of a whole number with a number",
        "the engine turns both into floats, which is not exact above 2^53",
    ),
    Limit(
        "sets and now",
        "record",
        "whether a set has an element; how far a date is from now",
        "there are no sets, and rules cannot calculate with dates: both reach it as properties",
    ),
)
"""Computed by the interpreter's own functions before a record is sent."""


def refuse(name: str, what: str, *, where: str = "", span: Span | None = None) -> LeadpolicyError:
    """The error for something beyond a limit."""
    limit = next(limit for limit in LIMITS if limit.name == name)
    why = f"{limit.what} is refused: {limit.why}"
    return LeadpolicyError([refused("durable", what, why, where=where or None, span=span)])
