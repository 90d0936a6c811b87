"""Plots: charts that show themselves in a notebook, stand in a page, and save themselves.

On a page the colours are CSS variables that the page's theme decides; on its own a plot is a
picture in one of two themes.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from html import escape
from math import ceil
from pathlib import Path
from typing import Final

from leadpolicy.characters import visible
from leadpolicy.diagnostics import LeadpolicyError, width
from leadpolicy.files import write_whole
from leadpolicy.present.chart import FONT, Canvas
from leadpolicy.present.theme import MUTED, THEMES, Theme, notebook_colours

_USED: Final = re.compile(r"var\(--(\w+), #\w{6}\)")
_SIZE: Final = re.compile(r'<svg[^>]*? width="([\d.]+)"[^>]*? height="([\d.]+)"')
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
                    "LP510", f"a plot cannot be saved as `{path.name}`", where=str(path),
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


_STYLE: Final = (
    f"<style>{notebook_colours('.leadpolicy-plot')}"
    ".leadpolicy-plot{margin:10px 0;padding:12px 16px;background:var(--paper);color:var(--ink);"
    "border:1px solid var(--line);border-radius:10px;max-width:60rem;"
    'font:13px/1.4 system-ui,-apple-system,"Segoe UI",sans-serif;overflow-x:auto}'
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


def draw(chart: Canvas, title: str, description: str) -> Plot:
    """A chart with its title, and what is to be seen on it."""
    return Plot(title, description, chart.svg(description))


def blank(title: str, why: str) -> Plot:
    """A plot of nothing, which says why there is nothing to see."""
    canvas = Canvas()
    for at, line in enumerate(textwrap.wrap(visible(why), 84)):
        canvas.text(0, 20 * at + 10, line, size=13, fill=MUTED)
    return draw(canvas, title, why)
