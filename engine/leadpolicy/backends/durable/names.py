"""Property names that durable-rules can tell apart.

The engine keeps the FNV-1a hash of a name in 32 bits and never compares the name itself: a rule on
`liquid` fires for a message that has `costarring`. So names are our own, short, and chosen when a
policy is compiled so that no two of a rule set share a hash.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Final

_BASIS, _PRIME = 0x811C9DC5, 0x01000193
RESERVED: Final = ("id", "sid", "z", "m", "$s", "$forward")
"""Names that the engine or this backend gives a meaning to."""
TICK: Final = "z"
"""A property that every message has, and that is 0."""


def fnv1a(name: str) -> int:
    """The engine's hash of a name."""
    hashed = _BASIS
    for byte in name.encode():
        hashed = (hashed ^ byte) * _PRIME & 0xFFFFFFFF
    return hashed


@dataclass(slots=True)
class FreshNames:
    """Gives out names; one whose hash is taken already is passed over."""

    hash: Callable[[str], int] = fnv1a
    taken: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in RESERVED:
            self.taken[self.hash(name)] = name

    def fresh(self, letter: str) -> str:
        """A name that begins with a letter: `p0`, `p1`, ..."""
        for number in count(len(self.taken)):
            name = f"{letter}{number}"
            hashed = self.hash(name)
            if hashed not in self.taken:
                self.taken[hashed] = name
                return name
        raise AssertionError("names do not end")
