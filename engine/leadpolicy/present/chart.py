"""Charts as SVG text: marks on a canvas, scales and axes beside it.

Nothing is laid out twice and nothing is loaded, so that a report takes no longer than its figures
and a chart can be made anew at every move of a slider. Colours are those of `theme`, which the page
decides; texts are made inert here, and measured, so that none is cut.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final, Literal, TypeAlias

from leadpolicy.characters import isolated, visible
from leadpolicy.diagnostics import width as columns_of
from leadpolicy.present.theme import CERTAIN, GRID, INK, MUTED, PAPER

Anchor: TypeAlias = Literal["start", "middle", "end"]
Point: TypeAlias = tuple[float, float]

FONT: Final = "Helvetica, Arial, sans-serif"
SIZE: Final = 12
"""Pixels of a letter where nothing else is said."""
LEAST: Final = 0.55
"""How far a narrow page may shrink a chart: letters stay legible, what is wider is scrolled."""
GAP: Final = 8
"""Pixels between a name and what it names."""
_THOUSANDTHS: Final = {
    222: "ijl'", 278: " !,./:;I[]\\ft|", 333: "()-`r", 355: '"*', 500: "Jcksvxyz",
    584: "+<=>~^", 611: "FTZ", 667: "ABEKPSVXY&", 722: "CDHNRUw", 778: "GOQ", 833: "Mm", 889: "%",
    944: "W", 1015: "@",
}  # fmt: skip
_STEPS: Final = ((1, math.sqrt(2)), (2, math.sqrt(10)), (5, math.sqrt(50)))
"""Round steps, each up to the geometric mean with the next."""
_WIDTHS: Final = {letter: size for size, own in _THOUSANDTHS.items() for letter in own}


def wide(text: str, size: float = SIZE) -> float:
    """About how many pixels a text takes in Helvetica."""
    return size / 1000 * sum(_WIDTHS.get(letter, 556 * columns_of(letter)) for letter in text)


def fitted(text: str, room: float, size: float = SIZE) -> str:
    """A text that takes no more than `room` pixels, its end cut where it must be."""
    if wide(text, size) <= room:
        return text
    while text and wide(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Ruler:
    """From values to pixels, evenly."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        way = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.start + way * (self.end - self.start)

    def ticks(self, about: int = 5) -> list[float]:
        """Round values within the scale, some `about` of them."""
        step = (self.high - self.low) / max(about, 1) or 1.0
        unit = 10.0 ** math.floor(math.log10(step))
        step = unit * next((m for m, most in _STEPS if step / unit < most), 10)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(at * step, 10) for at in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Bands:
    """From names to pixels: the middle of a band of `step` pixels for each."""

    names: Sequence[str]
    step: float

    def __call__(self, name: str) -> float:
        return self.at(self.names.index(name))

    def at(self, place: int) -> float:
        """The middle of the band that stands at a place; names may be equal."""
        return (place + 0.5) * self.step

    @property
    def size(self) -> float:
        """Pixels of all bands together."""
        return self.step * len(self.names)


@dataclass(slots=True)
class Canvas:
    """SVG elements, and the box that holds all of them; (0, 0) is the corner of the plot."""

    parts: list[str] = field(default_factory=list)
    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0

    def _holds(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.left, self.top = min(self.left, x0, x1), min(self.top, y0, y1)
        self.right, self.bottom = max(self.right, x0, x1), max(self.bottom, y0, y1)

    def rect(
        self, x0: float, y0: float, x1: float, y1: float, fill: str, *,
        opacity: float = 1.0, stroke: str = "none",
    ) -> None:  # fmt: skip
        """A rectangle between two corners; nothing where it has no size."""
        if x0 == x1 or y0 == y1:
            return
        self._holds(x0, y0, x1, y1)
        self.parts.append(
            f'<rect x="{min(x0, x1):.1f}" y="{min(y0, y1):.1f}" width="{abs(x1 - x0):.1f}" '
            f'height="{abs(y1 - y0):.1f}" fill="{fill}"{_opacity(opacity)}{_stroke(stroke, 1)}/>'
        )

    def line(
        self, points: Iterable[Point], stroke: str, *, width: float = 1.0, dash: str = ""
    ) -> None:
        """A line from point to point."""
        self.parts.append(
            f'<path d="{self._path(points)}" fill="none"{_stroke(stroke, width, dash)}/>'
        )

    def area(self, points: Iterable[Point], fill: str, opacity: float) -> None:
        """What points enclose."""
        self.parts.append(f'<path d="{self._path(points)}Z" fill="{fill}"{_opacity(opacity)}/>')

    def _path(self, points: Iterable[Point]) -> str:
        known = list(points)
        for x, y in known:
            self._holds(x, y, x, y)
        return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in known)

    def dot(
        self, x: float, y: float, fill: str, *, stroke: str = "none", radius: float = 4.5
    ) -> None:
        """A round mark."""
        self._holds(x - radius, y - radius, x + radius, y + radius)
        self.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{fill}"{_stroke(stroke, 2)}/>'
        )

    def text(
        self, x: float, y: float, text: object, *, anchor: Anchor = "start", fill: str = INK,
        size: float = SIZE, weight: int = 400, turn: float = 0.0,
    ) -> None:  # fmt: skip
        """A text whose letters have their middle at `y`; `turn` in degrees around (x, y)."""
        said = visible(str(text))
        long = wide(said, size) * (1.06 if weight > 400 else 1.0)
        begin = {"start": 0.0, "middle": -long / 2, "end": -long}[anchor]
        if turn:
            slope = math.radians(turn)
            for along in (begin, begin + long):
                self._holds(
                    x + along * math.cos(slope), y + along * math.sin(slope) - size / 2,
                    x + along * math.cos(slope), y + along * math.sin(slope) + size / 2,
                )  # fmt: skip
        else:
            self._holds(x + begin, y - size / 2, x + begin + long, y + size / 2)
        turned = f' transform="rotate({turn:g} {x:.1f} {y:.1f})"' if turn else ""
        heavy = f' font-weight="{weight}"' if weight != 400 else ""
        placed = f' text-anchor="{anchor}"' if anchor != "start" else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y + 0.35 * size:.1f}" font-size="{size:g}" fill="{fill}"'
            f"{placed}{heavy}{turned}>{escape(isolated(said))}</text>"
        )

    def place(self, other: Canvas, x: float, y: float) -> None:
        """Another canvas on this one, its corner at (x, y)."""
        self._holds(x + other.left, y + other.top, x + other.right, y + other.bottom)
        inner = "".join(other.parts)
        self.parts.append(f'<g transform="translate({x:.1f} {y:.1f})">{inner}</g>')

    def svg(self, description: str) -> str:
        """An SVG element that announces itself to screen readers."""
        edge = 4
        x, y = self.left - edge, self.top - edge
        across, down = self.right - self.left + 2 * edge, self.bottom - self.top + 2 * edge
        return (
            f'<svg role="img" aria-label="{escape(visible(description))}" '
            f'style="min-width:{LEAST * across:.0f}px" width="{across:.0f}" '
            f'height="{down:.0f}" viewBox="{x:.1f} {y:.1f} {across:.1f} {down:.1f}" '
            f'font-family="{FONT}">{"".join(self.parts)}</svg>'
        )


def _opacity(opacity: float) -> str:
    return f' opacity="{opacity:.2f}"' if opacity < 1 else ""


def _stroke(stroke: str, width: float, dash: str = "") -> str:
    if stroke == "none":
        return ""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f' stroke="{stroke}" stroke-width="{width:g}"{dashed}'


# -------------------------------------------------------------------------------- axes


def percents(value: float) -> str:
    """A tick of a share."""
    return f"{100 * value:.10g} %"


def counts(value: float) -> str:
    """A tick of a count."""
    return f"{value:,.10g}"


def across(
    canvas: Canvas, scale: Ruler, ticks: Iterable[float], form: Callable[[float], str],
    height: float, *, title: str = "", size: float = 11,
) -> None:  # fmt: skip
    """An axis of numbers below the plot, with its grid."""
    for tick in ticks:
        x = scale(tick)
        canvas.line([(x, 0), (x, height)], GRID)
        canvas.text(x, height + 11, form(tick), anchor="middle", size=size)
    if title:
        canvas.text((scale.start + scale.end) / 2, height + 30, title, anchor="middle", fill=MUTED)


def upwards(
    canvas: Canvas, scale: Ruler, ticks: Iterable[float], form: Callable[[float], str],
    length: float, *, title: str = "",
) -> None:  # fmt: skip
    """An axis of numbers on the left, with its grid."""
    room = 0.0
    for tick in ticks:
        y = scale(tick)
        canvas.line([(0, y), (length, y)], GRID)
        canvas.text(-GAP, y, form(tick), anchor="end", size=11)
        room = max(room, wide(form(tick), 11))
    if title:
        middle = (scale.start + scale.end) / 2
        canvas.text(-room - 22, middle, title, anchor="middle", fill=MUTED, turn=-90)


def names_left(canvas: Canvas, bands: Bands, *, room: float = 260) -> None:
    """Names on the left, each in the middle of its band."""
    for at, name in enumerate(bands.names):
        canvas.text(-GAP, bands.at(at), fitted(name, room), anchor="end")


def names_below(
    canvas: Canvas, bands: Bands, height: float, *, title: str = "", turned: bool = False
) -> None:
    """Names below the plot, turned where they would meet."""
    turned = turned or max((wide(name, 11) for name in bands.names), default=0) > bands.step - 6
    deep = 0.0
    for at, name in enumerate(bands.names):
        if turned:
            canvas.text(bands.at(at) + 3, height + 10, name, anchor="end", size=11, turn=-40)
            deep = max(deep, 0.64 * wide(name, 11))
        else:
            canvas.text(bands.at(at), height + 11, name, anchor="middle", size=11)
    if title:
        canvas.text(bands.size / 2, height + 30 + deep, title, anchor="middle", fill=MUTED)


def names_above(canvas: Canvas, bands: Bands, *, turned: bool = False, title: str = "") -> None:
    """Names above the plot."""
    for at, name in enumerate(bands.names):
        if turned:
            canvas.text(bands.at(at) - 3, -10, name, turn=-40)
        else:
            canvas.text(bands.at(at), -12, name, anchor="middle")
    if title:
        canvas.text(bands.size / 2, -32, title, anchor="middle", fill=MUTED)


@dataclass(frozen=True, slots=True)
class Key:
    """What a colour says: a square, or a line with its dash."""

    name: str
    colour: str
    line: bool = False
    dash: str = ""


def legend(keys: Sequence[Key], length: float) -> Canvas:
    """Keys side by side, in as many rows as `length` pixels ask for."""
    canvas, x, y = Canvas(), 0.0, 0.0
    for key in keys:
        name = fitted(key.name, 320)
        long = wide(name) + 34
        if x and x + long > length:
            x, y = 0.0, y + 18
        if key.line:
            canvas.line([(x, y), (x + 16, y)], key.colour, width=2, dash=key.dash)
        else:
            canvas.rect(x + 2, y - 6, x + 14, y + 6, key.colour)
        canvas.text(x + 21, y, name)
        x += long
    return canvas


def below(canvases: Iterable[Canvas], gap: float = 14) -> Canvas:
    """One under the other, their plots aligned on the left."""
    whole, y = Canvas(), 0.0
    for canvas in canvases:
        whole.place(canvas, 0, y - canvas.top)
        y += canvas.bottom - canvas.top + gap
    return whole


def beside(canvases: Iterable[Canvas], gap: float = 18) -> Canvas:
    """One beside the other, their plots aligned on top."""
    whole, x = Canvas(), 0.0
    for canvas in canvases:
        whole.place(canvas, x - (canvas.left if x else 0), 0)
        x += canvas.right - (canvas.left if x else 0) + gap
    return whole


def heat(
    cells: Iterable[tuple[str, str, float, str]], rows: Bands, columns: Bands, *, full: float
) -> Canvas:
    """A heat map of (row, column, share, text); from `full` on letters are cut out of the cell."""
    canvas = Canvas()
    for row, column, share, text in cells:
        x, y = columns(column), rows(row)
        half_x, half_y = columns.step / 2 - 1, rows.step / 2 - 1
        canvas.rect(
            x - half_x, y - half_y, x + half_x, y + half_y, CERTAIN, opacity=0.06 + 0.94 * share
        )
        canvas.text(x, y, text, anchor="middle", fill=PAPER if share >= full else INK)
    return canvas


def rates(
    canvas: Canvas, x: Ruler, y: float, low: float, rate: float, high: float, *,
    fill: str, stroke: str,
) -> None:  # fmt: skip
    """A rate as a dot with its interval, from left to right."""
    canvas.line([(x(low), y), (x(high), y)], stroke, width=2)
    canvas.dot(x(rate), y, fill, stroke=stroke)
