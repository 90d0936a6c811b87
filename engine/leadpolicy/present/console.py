"""Lines and tables on a terminal that no name from a file can break."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from leadpolicy.characters import visible

if TYPE_CHECKING:
    from rich.console import Console

WIDTH: Final = 100
"""Columns where nobody says how wide the output is, as in a pipe."""


def stdout_console(width: int = WIDTH) -> Console:
    """Standard output as wide as its terminal or COLUMNS says, else `width` columns."""
    from rich.console import Console

    wide = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if wide else width, markup=False, emoji=False, highlight=False)


def heading(console: Console, text: str, *, first: bool = False) -> None:
    """A section's title, after an empty line where it is not the first."""
    if not first:
        console.print()
    console.print(Text(visible(text), style="bold"), highlight=False)


def line(console: Console, text: str, style: str = "", *, indent: int = 2) -> None:
    """A paragraph, wrapped and indented."""
    margin = " " * indent
    for row in Text(visible(text), style=style).wrap(console, console.width - indent):
        row.rstrip()
        console.print(Text(margin) + row, highlight=False, no_wrap=True, overflow="ignore")


def said(text: object, style: str = "") -> Text:
    """A text from a file as a table cell."""
    return Text(visible(str(text)), style=style, overflow="fold")


def label(text: object) -> Text:
    """The name of a policy."""
    return said(text, "cyan")


def grid(*columns: str, gap: int = 2) -> Table:
    """A table without lines: the first column holds names, the others numbers."""
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0))
    for at, column in enumerate(columns):
        table.add_column(
            Text(column, style="dim"),
            justify="right" if at else "left",
            vertical="bottom",
            no_wrap=True,
            overflow="ellipsis",
        )
    return table


def show(console: Console, table: Table) -> None:
    """A table, indented. One that is wider than the console goes on below, under its first column
    again: no figure and no heading is cut.
    """
    for part in _parts(table, console.width - 2):
        console.print(Padding(part, (0, 0, 0, 2), expand=False), highlight=False)


def _parts(table: Table, room: int) -> list[Table]:
    gap = table.padding[1]
    widths = [_width(column) + gap for column in table.columns]
    if not widths or sum(widths) - gap <= room:
        return [table]
    first, *others = table.columns
    own = min(widths[0], max(room - max(widths[1:], default=0), 1))
    if own < widths[0]:
        first = replace(first, no_wrap=False, overflow="fold", max_width=own - gap)
    groups: list[list[Column]] = [[]]
    left = room + gap - own
    for column, width in zip(others, widths[1:], strict=True):
        if width > left and groups[-1]:
            groups.append([])
            left = room + gap - own
        groups[-1].append(column)
        left -= width
    return [_of_columns(table, [first, *group]) for group in groups]


def _of_columns(table: Table, columns: Sequence[Column]) -> Table:
    part = Table(box=None, pad_edge=False, padding=table.padding)
    part.columns = [replace(column, _index=at) for at, column in enumerate(columns)]
    part.rows = table.rows
    return part


def _width(column: Column) -> int:
    """The longest line of a column with its heading."""
    cells = [column.header, *column.cells]
    lines = (row for cell in cells for row in str(cell).splitlines())
    return max((cell_len(row) for row in lines), default=0)
