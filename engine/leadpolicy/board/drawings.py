"""Small drawings as SVG text, quick enough to be made anew at every move of a slider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leadpolicy.board.look import bare
from leadpolicy.present.wording import number, percent

WIDTH: Final = 680
_NAMES: Final = 190
_FIGURES: Final = 130
_ROW: Final = 30


@dataclass(frozen=True, slots=True)
class Bar:
    """One stage: records certain and open now, and certain before."""

    name: str
    certain: int
    unknown: int
    before: int


@dataclass(frozen=True, slots=True)
class Span:
    """A rate with its interval; None where no outcome is known."""

    name: str
    rate: float | None
    low: float | None
    high: float | None


def bars(found: Sequence[Bar], records: int) -> str:
    """Volumes by stage; a line marks where each bar ended before."""
    most = max((max(b.certain + b.unknown, b.before) for b in found), default=0) or 1
    scale = (WIDTH - _NAMES - _FIGURES) / most
    parts = []
    for place, bar in enumerate(found):
        top = place * _ROW + 4
        certain, unknown = bar.certain * scale, bar.unknown * scale
        at = _NAMES + bar.before * scale
        told = number(bar.certain) + (f" + {number(bar.unknown)} ?" if bar.unknown else "")
        end = _NAMES + max(certain + unknown, bar.before * scale) + 8
        parts.append(
            f'<text x="{_NAMES - 8}" y="{top + 15}" text-anchor="end">{_short(bar.name)}</text>'
            f'<rect x="{_NAMES}" y="{top}" width="{certain:.1f}" height="20" '
            f'style="fill:var(--certain)"/>'
            f'<rect x="{_NAMES + certain:.1f}" y="{top + 0.5}" width="{unknown:.1f}" height="19" '
            f'style="fill:url(#lp-open);stroke:var(--unknown)"/>'
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{top - 3}" y2="{top + 23}" '
            f'style="stroke:var(--before);stroke-width:2;stroke-dasharray:3 2"/>'
            f'<text x="{end:.1f}" y="{top + 15}">{told}</text>'
        )
    label = "; ".join(
        f"{b.name}: {b.certain:,} certain, {b.unknown:,} open, {b.before:,} before" for b in found
    )
    pattern = (
        '<defs><pattern id="lp-open" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><line x1="0" x2="0" y1="0" y2="6" '
        'style="stroke:var(--unknown);stroke-width:3"/></pattern></defs>'
    )
    said = f"Of {records:,} records, by stage. {label}"
    return _svg(pattern + "".join(parts), len(found) * _ROW + 8, said)


def spans(found: Sequence[Span], base: float | None) -> str:
    """Rates with their intervals on a common scale; a line marks the rate of all records."""
    ends = [s.high for s in found if s.high is not None] + ([base] if base is not None else [])
    top_of_scale = min(1.0, max([0.05, *ends]) * 1.15)
    scale = (WIDTH - _NAMES - _FIGURES - 30) / top_of_scale
    parts = []
    for place, span in enumerate(found):
        middle = place * _ROW + 14
        parts.append(
            f'<text x="{_NAMES - 8}" y="{middle + 5}" text-anchor="end">{_short(span.name)}</text>'
        )
        if span.rate is None or span.low is None or span.high is None:
            parts.append(
                f'<text class="f" x="{_NAMES}" y="{middle + 5}">no outcome is known</text>'
            )
            continue
        low, high, rate = (_NAMES + x * scale for x in (span.low, span.high, span.rate))
        parts.append(
            f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}" '
            f'style="stroke:var(--certain);stroke-width:3"/>'
            f'<circle cx="{rate:.1f}" cy="{middle}" r="6" style="fill:var(--certain)"/>'
            f'<text x="{high + 10:.1f}" y="{middle + 5}">{percent(span.rate)}</text>'
        )
    height = len(found) * _ROW + 22
    if base is not None:
        at = _NAMES + base * scale
        parts.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{height - 20}" '
            f'style="stroke:var(--before);stroke-dasharray:2 3"/>'
            f'<text class="f" x="{at:.1f}" y="{height - 5}" text-anchor="middle">'
            f"all {percent(base)}</text>"
        )
    label = "; ".join(
        f"{s.name}: {percent(s.rate)}, from {percent(s.low)} to {percent(s.high)}"
        if s.rate is not None
        else f"{s.name}: no outcome is known"
        for s in found
    )
    return _svg("".join(parts), height, label)


def _svg(inside: str, height: float, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" '
        f'role="img" aria-label="{bare(label)}">{inside}</svg>'
    )


def _short(name: str, most: int = 26) -> str:
    return bare(name if len(name) <= most else name[: most - 1] + "…")
