"""YAML as written: texts, lists and mappings, each with its place. Nothing is typed yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from leadpolicy.diagnostics import cited
from leadpolicy.source import Span


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value, still text. `quoted` tells `"0123"` from `0123`."""

    text: str
    span: Span = field(compare=False, repr=False)
    quoted: bool = field(default=False, compare=False)

    @property
    def empty(self) -> bool:
        """Whether nothing was written (or YAML's null)."""
        return not self.quoted and self.text in ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    span: Span = field(compare=False, repr=False)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values, in the order of the file; keys are unique."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span = field(compare=False, repr=False)

    def get(self, key: str) -> Node | None:
        """The value under a key."""
        return next((value for name, value in self.entries if name.text == key), None)

    def key(self, key: str) -> Scalar | None:
        """The key itself, for its place."""
        return next((name for name, _ in self.entries if name.text == key), None)

    def keys(self) -> list[str]:
        """All keys as text."""
        return [name.text for name, _ in self.entries]


Node: TypeAlias = Scalar | Sequence | Mapping


def what(node: Node) -> str:
    """`a list`, for messages."""
    match node:
        case Scalar():
            return "nothing" if node.empty else f"the value `{cited(node.text)}`"
        case Sequence():
            return "a list"
        case Mapping():
            return "a group of `key: value` pairs"
