"""Asking nodes for the shape that is expected, noting a problem where they have another."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as AbstractMapping

from leadpolicy.diagnostics import Problems, cited, listing, suggest
from leadpolicy.syntax.nodes import Mapping, Node, Scalar, Sequence, what


def as_mapping(node: Node | None, problems: Problems, expected: str) -> Mapping | None:
    """The node if it is a mapping."""
    if isinstance(node, Mapping):
        return node
    if node is not None:
        problems.error(
            "LP107",
            f"{what(node)} stands where `key: value` pairs are expected",
            node.span,
            expected=expected,
        )
    return None


def as_items(node: Node | None, problems: Problems, expected: str) -> tuple[Node, ...]:
    """The items of a list; nothing where there is no list."""
    if isinstance(node, Sequence):
        return node.items
    if node is not None:
        problems.error(
            "LP107", f"{what(node)} stands where a list is expected", node.span, expected=expected
        )
    return ()


def as_text(node: Node | None, problems: Problems, expected: str) -> Scalar | None:
    """The node if it is a single value that is not empty."""
    if isinstance(node, Scalar):
        if not node.empty:
            return node
        problems.error("LP108", "a value is missing here", node.span, expected=expected)
    elif node is not None:
        problems.error(
            "LP107",
            f"{what(node)} stands where a single value is expected",
            node.span,
            expected=expected,
        )
    return None


def text_of(node: Node | None, problems: Problems, expected: str) -> str | None:
    """The text of a single value."""
    scalar = as_text(node, problems, expected)
    return scalar.text if scalar is not None else None


def check_keys(
    mapping: Mapping,
    problems: Problems,
    *,
    known: Collection[str],
    required: Collection[str] = (),
    of: str,
) -> None:
    """Notes keys that are not known and required ones that are missing. `of` names the thing.

    Required keys may come with what to write there.
    """
    for key, _ in mapping.entries:
        if key.text not in known:
            problems.error(
                "LP201",
                f"{of} has no key `{cited(key.text)}`",
                key.span,
                expected=f"one of {listing(known, 20)}",
                help=suggest(key.text, known),
            )
    present = mapping.keys()
    for key_text in required:
        if key_text not in present:
            first = mapping.entries[0][0].span if mapping.entries else mapping.span
            expected = required[key_text] if isinstance(required, AbstractMapping) else None
            problems.error("LP202", f"{of} needs the key `{key_text}`", first, expected=expected)
