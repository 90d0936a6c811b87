"""Small drawings of the explorer, made anew at every move of a slider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leadpolicy.present.chart import Bands, Canvas, Ruler, names_left
from leadpolicy.present.theme import CERTAIN, INK, MUTED, UNKNOWN
from leadpolicy.present.wording import number, percent

NAMES: Final = 170
"""Pixels kept for names, so that nothing jumps while a slider moves."""
FIGURES: Final = 130
WIDE: Final = 370
ROW: Final = 30


@dataclass(frozen=True, slots=True)
class StageBar:
    """One stage: records certain and open now, and certain before."""

    name: str
    certain: int
    unknown: int
    before: int


@dataclass(frozen=True, slots=True)
class RateSpan:
    """A rate with its interval; None where no outcome is known."""

    name: str
    rate: float | None
    low: float | None
    high: float | None


def bars(found: Sequence[StageBar], records: int) -> str:
    """Volumes by stage; a line marks where each bar ended before."""
    most = max((max(b.certain + b.unknown, b.before) for b in found), default=0) or 1
    x, canvas = Ruler(0, most, 0, WIDE), _lanes([bar.name for bar in found])
    for place, bar in enumerate(found):
        y = (place + 0.5) * ROW
        middle, end, before = x(bar.certain), x(bar.certain + bar.unknown), x(bar.before)
        canvas.rect(0, y - 10, middle, y + 10, CERTAIN)
        canvas.rect(middle, y - 10, end, y + 10, UNKNOWN)
        canvas.line([(before, y - 13), (before, y + 13)], INK, width=2, dash="3 2")
        told = number(bar.certain) + (f" + {number(bar.unknown)} ?" if bar.unknown else "")
        canvas.text(max(end, before) + 8, y, told, size=13)
    label = "; ".join(
        f"{b.name}: {b.certain:,} certain, {b.unknown:,} open, {b.before:,} before" for b in found
    )
    return canvas.svg(f"Of {records:,} records, by stage. {label}")


def spans(found: Sequence[RateSpan], base: float | None) -> str:
    """Rates with their intervals on a common scale; a line marks the rate of all records."""
    ends = [s.high for s in found if s.high is not None] + ([base] if base is not None else [])
    x = Ruler(0, min(1.0, max([0.05, *ends]) * 1.15), 0, WIDE - 30)
    canvas = _lanes([span.name for span in found])
    for place, span in enumerate(found):
        y = (place + 0.5) * ROW
        if span.rate is None or span.low is None or span.high is None:
            canvas.text(0, y, "no outcome is known", size=13, fill=MUTED)
            continue
        canvas.line([(x(span.low), y), (x(span.high), y)], CERTAIN, width=3)
        canvas.dot(x(span.rate), y, CERTAIN, radius=6)
        canvas.text(x(span.high) + 10, y, percent(span.rate), size=13)
    if base is not None:
        at, foot = x(base), len(found) * ROW
        canvas.line([(at, 0), (at, foot)], INK, dash="2 3")
        canvas.text(at, foot + 10, f"all {percent(base)}", size=13, fill=MUTED, anchor="middle")
    label = "; ".join(
        f"{s.name}: {percent(s.rate)}, from {percent(s.low)} to {percent(s.high)}"
        if s.rate is not None
        else f"{s.name}: no outcome is known"
        for s in found
    )
    return canvas.svg(label)


def _lanes(names: list[str]) -> Canvas:
    canvas = Canvas(left=-NAMES, right=WIDE + FIGURES)
    names_left(canvas, Bands(names, ROW), room=NAMES - 8)
    return canvas
