"""What results in a notebook share: their look, sections to open, tables, plots.

Plain HTML without script or external resource; details open and close with the keyboard. The theme
of Jupyter decides, else that of the system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from leadpolicy.characters import inert
from leadpolicy.present.theme import notebook_colours

if TYPE_CHECKING:
    from leadpolicy.present.drawing import Plot


def themed(name: str, rules: str) -> str:
    """A style for everything of the class `name`; in `rules` `&` stands for it."""
    own = f".{name}"
    return (
        f"<style>{notebook_colours(own)}{own}{{background:var(--paper);color:var(--ink);"
        "border:1px solid var(--line);border-radius:10px;padding:16px 20px;max-width:60rem;"
        'font:14px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;overflow-wrap:anywhere;'
        "text-align:left}"
        f"{own} *{{box-sizing:border-box}}{rules.replace('&', own)}</style>"
    )


Drawing: TypeAlias = "tuple[str, Callable[[], Plot | None]]"
"""A plot's short name, and how it is drawn."""
_CLASS: Final = "leadpolicy-result"
_STYLE: Final = themed(
    _CLASS,
    "& .h{font-weight:650;font-size:1.15em;margin:0 0 6px}"
    "& p,& ul,& ol{margin:4px 0 8px}& ul,& ol{padding-left:1.4em}& li{margin:2px 0}"
    "& + &{margin-top:10px}& summary{cursor:pointer;font-weight:650;padding:6px 0}"
    "& details{border-top:1px solid var(--line)}"
    "& .faint{color:var(--muted);font-size:.92em}"
    "& blockquote{margin:4px 0 8px;padding:0 0 0 10px;border-left:3px solid var(--line);"
    "color:var(--muted)}"
    "& a{color:var(--certain)}"
    "& code{font-size:.88em;color:var(--muted);background:var(--panel);padding:0 4px;"
    "border-radius:4px;border:0}"
    "& table{border-collapse:collapse;margin:4px 0 10px;font-size:.95em}"
    "& th,& td{padding:3px 12px 3px 0;text-align:left !important;border:0;border-bottom:1px solid "
    "var(--line);color:var(--ink)}& thead th{color:var(--muted);font-weight:500}"
    "& tr{background:none !important}& .num{text-align:right !important}"
    "& .leadpolicy-plot{margin:0 0 8px;border:0;padding:0}",
)
MOST_NOTES: Final = 6


def box(parts: Iterable[str]) -> str:
    """Parts of a result in a frame of its own, with their style."""
    return f'<div class="{_CLASS}">{_STYLE}{"".join(parts)}</div>'


def head(title: str, *under: str) -> str:
    """A title, and lines that stay in the background."""
    lines = "<br>".join(inert(line) for line in under if line)
    return f'<div class="h">{inert(title)}</div><div class="faint">{lines}</div>'


def listed(items: Iterable[str]) -> str:
    """Texts as a list; nothing where there are none."""
    found = "".join(f"<li>{inert(item)}</li>" for item in items)
    return f"<ul>{found}</ul>" if found else ""


def folded(title: str, body: str, *, open: bool = False) -> str:
    """A section to open."""
    return f"<details{' open' if open else ''}><summary>{inert(title)}</summary>{body}</details>"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], words: int = 2) -> str:
    """A table; the first `words` columns are text, the others numbers."""
    kinds = ["" if at < words else ' class="num"' for at in range(len(heads))]
    head = "".join(f"<th{k} scope='col'>{inert(h)}</th>" for k, h in zip(kinds, heads, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{k}>{inert(c)}</td>" for k, c in zip(kinds, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def plots(drawn: Sequence[Drawing]) -> str:
    """All plots, the first one open."""
    found = [(name, plot.figure()) for name, draw in drawn if (plot := draw()) is not None]
    parts = [folded(name, figure, open=not at) for at, (name, figure) in enumerate(found)]
    return box(parts) if found else ""


def hint(name: str, frames: Iterable[str]) -> str:
    """Which frames a result has, for whoever goes on from here."""
    return f"<p class='faint'>Data frames, as .name or .{name}(): {inert(', '.join(frames))}</p>"


def first(notes: Sequence[str]) -> list[str]:
    """The first notes, and how many more there are."""
    rest = len(notes) - MOST_NOTES
    return [*notes[:MOST_NOTES], *([f"and {rest} more"] if rest > 0 else [])]
