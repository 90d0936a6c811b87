"""The agreement of many policies on one rung as a matrix that fits the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from leadpolicy.present.console import grid, label, line, show
from leadpolicy.present.wording import NOT_DEFINED, missing, rows_of

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

CELL: Final = 6
"""Columns that one policy takes: four characters and the gap."""


def print_matrix(console: Console, title: str, policies: list[str], pairs: pd.DataFrame) -> None:
    """Raw agreement below the diagonal, Cohen's kappa above it, both times 100."""
    place = {name: at for at, name in enumerate(policies)}
    cells: dict[tuple[int, int], str] = {}
    for row in rows_of(pairs):
        low, high = sorted((place[row.a], place[row.b]))
        cells[high, low] = _hundred(row.raw)
        cells[low, high] = _hundred(row.kappa)
    names = max(len(name) for name in policies) + 4
    fit = max(4, (console.width - names - 6) // CELL)
    for start in range(0, len(policies), fit):
        columns = range(start, min(start + fit, len(policies)))
        table = grid(title, *(str(at + 1) for at in columns))
        for at, name in enumerate(policies):
            shown = [Text("·" if at == other else cells.get((at, other), "")) for other in columns]
            for other, text in zip(columns, shown, strict=True):
                text.stylize("magenta" if other > at else "")
            table.add_row(Text(f"{at + 1:>2} ") + label(name), *shown)
        show(console, table)
    line(
        console,
        "Below the diagonal: raw agreement in %. Above it: κ × 100. "
        f"{NOT_DEFINED}: nothing to compute it from.",
        "dim",
    )


def _hundred(value: float) -> str:
    return NOT_DEFINED if missing(value) else str(round(100 * value)).replace("-", "−")
