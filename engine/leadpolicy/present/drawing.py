"""Charts as SVG, for a page with a light and a dark theme, and as pictures of their own.

Altair describes a chart, vl-convert draws it without a browser. The colours of a chart are
stand-ins that become CSS variables, so that the page's theme decides; the value after the comma is
what shows where no page defines them.
"""

from __future__ import annotations

import io
import re
import textwrap
import zlib
from dataclasses import dataclass
from html import escape
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from leadpolicy.diagnostics import LeadpolicyError, width
from leadpolicy.files import write_whole
from leadpolicy.present.characters import visible

if TYPE_CHECKING:
    import altair as alt

Theme: TypeAlias = Literal["light", "dark"]

INK: Final = "#010101"
MUTED: Final = "#020202"
GRID: Final = "#030303"
CERTAIN: Final = "#040404"
UNKNOWN: Final = "#050505"
ABSENT: Final = "#060606"
PAPER: Final = "#070707"

_NAMES: Final = {
    INK: "ink",
    MUTED: "muted",
    GRID: "line",
    CERTAIN: "certain",
    UNKNOWN: "unknown",
    ABSENT: "absent",
    PAPER: "paper",
}
# Blue, amber and magenta differ in lightness, too, and stay apart for colour-blind readers.
THEMES: Final[dict[Theme, dict[str, str]]] = {
    "light": {
        "ink": "#1d2733", "muted": "#5b6875", "line": "#d9dfe5", "certain": "#0b62a4",
        "unknown": "#e0a21b", "absent": "#a33f6e", "paper": "#ffffff",
    },
    "dark": {
        "ink": "#e4eaf0", "muted": "#9daab6", "line": "#39444f", "certain": "#6cb8f0",
        "unknown": "#e6b450", "absent": "#e283ab", "paper": "#15191e",
    },
}  # fmt: skip
_VARIABLES: Final = {
    stand_in: f"var(--{name}, {THEMES['light'][name]})" for stand_in, name in _NAMES.items()
}
_USED: Final = re.compile(r"var\(--(\w+), #\w{6}\)")
_SIZE: Final = re.compile(r'<svg[^>]*? width="([\d.]+)"[^>]*? height="([\d.]+)"')
FONT: Final = "Helvetica, Arial, sans-serif"
_LETTER: Final = 6.3
"""Pixels that a letter of a title takes on average."""
_LINE: Final = 17
_MARGIN: Final = 14


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawn chart. `title` states reading, cohort and denominator, `alt` what is to be seen.

    `inline` is an SVG element for a page that sets the colours. On its own a plot is a picture with
    its title: in a notebook, and as a file. No browser is needed for either.
    """

    title: str
    alt: str
    inline: str

    def svg(self, theme: Theme = "light") -> str:
        """A picture with its title, as an SVG document."""
        return _picture(self, _checked(theme))

    def png(self, theme: Theme = "light", *, scale: float = 2.0) -> bytes:
        """The same picture in pixels; `scale` 2 is right for screens of today."""
        import vl_convert

        return bytes(vl_convert.svg_to_png(self.svg(theme), scale=scale))

    def save(self, path: str | Path, theme: Theme = "light") -> Path:
        """Writes a `.svg` or `.png`, whole or not at all. Raises `LeadpolicyError`."""
        path = Path(path)
        match path.suffix.lower():
            case ".svg":
                return write_whole(path, self.svg(theme))
            case ".png":
                return write_whole(path, self.png(theme))
            case _:
                raise LeadpolicyError.of(
                    "LP506", f"a plot cannot be saved as `{path.name}`", where=str(path),
                    expected="a name that ends in .png or .svg",
                )  # fmt: skip

    def figure(self) -> str:
        """The plot with its title as HTML that follows the theme of a notebook."""
        head, rest = _parted(self.title)
        said = f"<b>{escape(visible(head))}</b>"
        said += f"<br>{escape(visible(rest))}" if rest else ""
        return (
            f'<figure class="leadpolicy-plot">{_STYLE}<figcaption>{said}</figcaption>'
            f"{self.inline}</figure>"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.figure(), "text/plain": f"{self.title}\n{self.alt}"}


def _colours(theme: Theme) -> str:
    return ";".join(f"--{name}:{value}" for name, value in THEMES[theme].items())


_STYLE: Final = (
    f"<style>.leadpolicy-plot{{{_colours('light')};margin:10px 0;padding:12px 16px;"
    "background:var(--paper);color:var(--ink);border:1px solid var(--line);border-radius:10px;"
    'max-width:60rem;font:13px/1.4 system-ui,-apple-system,"Segoe UI",sans-serif;overflow-x:auto}'
    f"@media (prefers-color-scheme:dark){{.leadpolicy-plot{{{_colours('dark')}}}}}"
    '[data-jp-theme-light="true"] .leadpolicy-plot,.vscode-light .leadpolicy-plot'
    f"{{{_colours('light')}}}"
    '[data-jp-theme-light="false"] .leadpolicy-plot,.vscode-dark .leadpolicy-plot'
    f"{{{_colours('dark')}}}"
    ".leadpolicy-plot figcaption{margin:0 0 8px;max-width:52rem;color:var(--muted)}"
    ".leadpolicy-plot figcaption b{color:var(--ink);font-weight:650}"
    ".leadpolicy-plot svg{max-width:100%;height:auto;display:block}</style>"
)


def _checked(theme: str) -> Theme:
    match theme:
        case "light" | "dark":
            return theme
        case _:
            raise LeadpolicyError.of(
                "LP506", f"there is no theme `{theme}`", expected="light or dark"
            )


def _parted(title: str) -> tuple[str, str]:
    """The first sentence of a title, and the rest."""
    head, stop, rest = title.partition(". ")
    return head + stop.strip(), rest


def _picture(plot: Plot, theme: Theme) -> str:
    """The title in lines above the chart, on a ground of its own."""
    size = _SIZE.search(plot.inline)
    assert size is not None
    across, down = float(size[1]), float(size[2])
    wide = max(across, 420.0)
    letters = int(wide / _LETTER)
    head, rest = _parted(visible(plot.title))
    lines = [(line, "ink", 600) for line in _wrapped(head, letters - 3)]
    lines += [(line, "muted", 400) for line in _wrapped(rest, letters)]
    top = _MARGIN + _LINE * len(lines) + 8
    total_w, total_h = ceil(wide + 2 * _MARGIN), ceil(top + down + _MARGIN)
    texts = "".join(
        f'<text x="{_MARGIN}" y="{_MARGIN + _LINE * at + 12}" font-family="{FONT}" '
        f'font-size="13" font-weight="{weight}" fill="var(--{colour}, #000000)">'
        f"{escape(line)}</text>"
        for at, (line, colour, weight) in enumerate(lines)
    )
    inner = plot.inline.replace("<svg", f'<svg x="{_MARGIN}" y="{top}"', 1)
    document = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total_w}" height="{total_h}" '
        f'viewBox="0 0 {total_w} {total_h}"><title>{escape(visible(plot.title))}</title>'
        f"<desc>{escape(visible(plot.alt))}</desc>"
        f'<rect width="100%" height="100%" fill="var(--paper, #000000)"/>{texts}{inner}</svg>'
    )
    return _USED.sub(lambda found: THEMES[theme].get(found[1], found[0]), document)


def _wrapped(text: str, letters: int) -> list[str]:
    wide = width(text) / max(len(text), 1)
    return textwrap.wrap(text, max(20, int(letters / max(wide, 1))))


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


def blank(title: str, why: str) -> Plot:
    """A plot of nothing, which says why there is nothing to see."""
    lines = textwrap.wrap(visible(why), 84)
    texts = "".join(
        f'<text x="4" y="{20 * at + 18}" font-family="{FONT}" font-size="13" '
        f'fill="{MUTED}">{escape(line)}</text>'
        for at, line in enumerate(lines)
    )
    svg = f'<svg width="560" height="{20 * len(lines) + 8}" xmlns="http://www.w3.org/2000/svg">'
    return Plot(title, why, inline(f"{svg}{texts}</svg>", why))
