"""Counting records whose verdicts are alike, without giving them back one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.emit import WORD
from leadpolicy.backends.sql.tree import Sql

ANSWERS: Final = "leadpolicy answers"
RECORDS: Final = "records"
EXAMPLES: Final = "examples"
PACK: Final = 3
"""Words of verdicts that fit into one key, which is a signed number of 64 bits."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most groups that are of use, and examples in each."""

    groups: int
    examples: int = 0


def key(number: int) -> str:
    """The name of a column of packed words."""
    return f"verdicts {number}"


def place(word: int, bit: int) -> tuple[int, int]:
    """Where a bit of a word stands: which key, and which bit of it."""
    return word // PACK, word % PACK * 2 * WORD + bit


def grouped(
    words: Sequence[str],
    masks: Sequence[int],
    by: Sequence[str],
    example: str | None,
    most: Limits,
) -> exp.Select:
    """A query over `ANSWERS`, the answers of a program, with a row per group.

    Its columns are the words' bits that `masks` keeps, packed (see `place`), then the columns in
    `by`, the number of records, and the smallest values of `example` as a list. Of more groups
    than `most.groups` it gives one more than that.
    """
    packed = [
        _packed(words[start : start + PACK], masks[start : start + PACK])
        for start in range(0, len(words), PACK)
    ]
    keys = [key(number) for number in range(len(packed))]
    made = [tree.alias(value, name) for value, name in zip(packed, keys, strict=True)]
    made += [tree.alias(tree.column(name), _inner(name)) for name in by]
    if example is not None and most.examples:
        made.append(tree.alias(tree.column(example), EXAMPLES))
    rows = tree.nested(tree.select(made or [tree.whole(0)], tree.table(ANSWERS)), "rows")
    columns: list[Sql] = [tree.column(name) for name in keys]
    columns += [tree.alias(tree.column(_inner(name)), name) for name in by]
    columns.append(tree.alias(exp.Count(this=exp.Star()), RECORDS))
    if example is not None and most.examples:
        smallest = tree.call("min", tree.column(EXAMPLES), tree.whole(most.examples))
        columns.append(tree.alias(smallest, EXAMPLES))
    group = [*map(tree.column, keys), *(tree.column(_inner(name)) for name in by)]
    query = tree.select(columns, rows, group=group)
    query.set("limit", exp.Limit(expression=tree.whole(most.groups + 1)))
    return query


def _inner(name: str) -> str:
    """A name that no other column has."""
    return f"by {name}"


def _packed(words: Sequence[str], masks: Sequence[int]) -> Sql:
    parts: Iterable[Sql] = (
        tree.multiply(
            tree.cast(
                tree.bit_and(tree.column(word), tree.cast(tree.whole(mask), tree.BITS)), tree.BIG
            ),
            tree.whole(1 << position * 2 * WORD),
        )
        for position, (word, mask) in enumerate(zip(words, masks, strict=True))
    )
    return tree.total(parts)
