"""Charts as SVG for a page with a light and a dark theme.

Altair describes a chart, vl-convert draws it without a browser. The colours of a chart are
stand-ins that become CSS variables, so that the page's theme decides; the value after the comma is
what shows where no page defines them.
"""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import altair as alt

INK: Final = "#010101"
MUTED: Final = "#020202"
GRID: Final = "#030303"
CERTAIN: Final = "#040404"
UNKNOWN: Final = "#050505"
ABSENT: Final = "#060606"
PAPER: Final = "#070707"

_VARIABLES: Final = {
    INK: "var(--ink, #1d2733)",
    MUTED: "var(--muted, #5b6875)",
    GRID: "var(--line, #d9dfe5)",
    CERTAIN: "var(--certain, #0b62a4)",
    UNKNOWN: "var(--unknown, #e0a21b)",
    ABSENT: "var(--absent, #a33f6e)",
    PAPER: "var(--paper, #ffffff)",
}
FONT: Final = "Helvetica, Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawn chart. `title` states reading, cohort and denominator, `alt` what is to be seen."""

    title: str
    alt: str
    svg: str


def themed(chart: alt.TopLevelMixin) -> Any:
    """The look that all charts share."""
    return (
        chart.configure(font=FONT, background="transparent", padding=4)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK,
            titleColor=MUTED,
            titleFontWeight="normal",
            domainColor=GRID,
            tickColor=GRID,
            gridColor=GRID,
            labelFontSize=12,
            titleFontSize=12,
            labelLimit=260,
        )
        .configure_legend(
            labelColor=INK, titleColor=MUTED, labelFontSize=12, titleFontSize=12, orient="top"
        )
        .configure_header(
            labelColor=INK, labelFontSize=13, labelFontWeight="bold", labelAnchor="start"
        )
        .configure_title(color=INK, fontSize=13, anchor="start")
        .configure_text(color=INK, fontSize=11)
    )


def draw(chart: alt.TopLevelMixin, title: str, description: str) -> Plot:
    """The chart as inline SVG that announces itself to screen readers."""
    out = io.StringIO()
    themed(chart).save(out, format="svg")
    return Plot(title, description, inline(out.getvalue(), description))


def inline(svg: str, description: str) -> str:
    """An SVG document made ready to stand in a page, next to others."""
    svg = svg[svg.index("<svg") :]
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(f'"{colour}"', f'"{variable}"')
    own = f"p{zlib.crc32(svg.encode()):08x}"
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{own}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{own}-\1)", svg)
    svg = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg)
    label = escape(description, quote=True)
    return svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
