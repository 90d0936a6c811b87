"""The words that make up the condition forms."""

from __future__ import annotations

from typing import Final

LISTS: Final = ("all", "any", "none")
BOUNDS: Final = ("at_least", "at_most", "exactly")
EVENTS: Final = ("happened", "not_happened")
FORMS: Final[tuple[str, ...]] = (*LISTS, "of", "points", *EVENTS)
FORM_KEYS: Final[tuple[str, ...]] = (
    *LISTS,
    *BOUNDS,
    "of",
    "points",
    "cap",
    *EVENTS,
    "where",
    "within",
)
HELP: Final = (
    "a criterion's name, or one of: `fact: value`, all, any, none, at_least with of, "
    "points, happened, not_happened"
)
