"""Trade-offs: what a threshold does to volume and precision, and which candidates are worth it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import pandas as pd

from leadpolicy.backtest.captions import headline
from leadpolicy.backtest.result import Backtest
from leadpolicy.characters import named
from leadpolicy.comparison.comparison import Comparison
from leadpolicy.comparison.cubes.cube import Cube
from leadpolicy.comparison.outcomes import FEW
from leadpolicy.english import plural
from leadpolicy.present.backtest.plots import sweep_plot
from leadpolicy.present.backtest.wording import order_of
from leadpolicy.present.chart import (
    Anchor,
    Bands,
    Canvas,
    Point,
    Ruler,
    across,
    below,
    counts,
    legend,
    names_below,
    percents,
    upwards,
    wide,
)
from leadpolicy.present.choices import chosen_rung, known_label
from leadpolicy.present.comparison.plots import VERDICTS
from leadpolicy.present.comparison.wording import cohort
from leadpolicy.present.drawing import Plot, blank, draw
from leadpolicy.present.theme import ABSENT, CERTAIN, INK, MUTED, PAPER, UNKNOWN
from leadpolicy.present.wording import missing, percent, rows_of, rung_title

Source: TypeAlias = "Comparison | Backtest | pd.DataFrame"

WIDE: Final = 560
HIGH: Final = 330
MOST_NAMED: Final = 30
"""With more candidates only those on the front are named."""


def sweep(
    data: Cube | Backtest,
    policy: str,
    parameter: str,
    rung: str | None = None,
    *,
    capacity: float | None = None,
    outcome: str = "won",
) -> Plot:
    """Volume and precision at each setting of a parameter; `capacity` draws a line at so many
    records.

    A backtest shows earlier and held-out records side by side; a cube shows all records at the
    moments of the data, and marks the policy's own setting.
    """
    if isinstance(data, Backtest):
        own = data.sweeps
        label = known_label(policy, list(dict.fromkeys(own["policy"])) or [policy])
        rung = chosen_rung(rung, own.loc[own["policy"] == label, "rung"])
        found = sweep_plot(data, rung, label, parameter)
        return found or blank(
            f"{rung_title(rung)}, {label}: {parameter}",
            "The study sweeps no such parameter, or no outcome is known at any of its values.",
        )
    label = known_label(policy, list(data.policies))
    rung = chosen_rung(rung, data.policies[label].rungs)
    table = data.sweep(label, parameter)
    table = table[(table["kind"] == "rung") & (table["name"] == rung)]
    says = data.policies[label].parameters[parameter].says
    title = (
        f"{rung_title(rung)} of {named(label)} as {parameter} moves"
        f"{f' ({named(says)})' if says else ''}. Reading: as they stand, all {data.records:,} "
        f"records at the moment of the data. Bars: records certainly held, and UNKNOWN. Dots: "
        f"share {outcome} of those held with a known outcome, with 95 % Wilson intervals; the "
        f"dashed line is the rate of all records. ● marks the policy's own setting."
    )
    if table.empty:
        return blank(title, f"{label} does not define this rung.")
    rows = rows_of(table)
    told = " ".join(
        f"{row.setting}: {row.certain:,} certain, {row.unknown:,} UNKNOWN, {percent(row.rate)} "
        f"of {row.known:,} {outcome}."
        for row in rows
    )
    return draw(_sweep(rows, parameter, capacity, outcome), title, f"Bars and dots. {told}")


def _sweep(rows: list[Any], parameter: str, capacity: float | None, outcome: str) -> Canvas:
    settings = order_of(row.setting for row in rows)
    length = min(WIDE, 60 + 56 * len(settings))
    own = {str(row.setting) for row in rows if row.own}
    x = Bands([f"{one} ●" if one in own else one for one in settings], length / len(settings))
    places = {one: x.at(at) for at, one in enumerate(settings)}
    upper, lower = Canvas(), Canvas()
    most_held = max(row.certain + row.unknown for row in rows)
    held = Ruler(0, max(float(most_held), capacity or 0.0) or 1.0, 170, 0)
    upwards(upper, held, held.ticks(4), counts, length, title="records")
    for row in rows:
        left, right = (places[str(row.setting)] + way * 0.3 * x.step for way in (-1, 1))
        middle = held(row.certain)
        upper.rect(left, 170, right, middle, CERTAIN)
        upper.rect(left, middle, right, held(row.certain + row.unknown), UNKNOWN)
    if capacity is not None:
        y = held(capacity)
        upper.line([(0, y), (length, y)], ABSENT, width=2, dash="6 3")
        upper.text(length + 5, y, f"capacity {capacity:,.0f}", fill=ABSENT)
    known = [row for row in rows if row.known]
    keys = legend(VERDICTS, length)
    if not known:
        names_below(upper, x, 170, title=parameter)
        return below([keys, upper])
    top = min(1.0, max(max(row.high, row.base_rate) for row in known) * 1.1)
    share = Ruler(0, top, 170, 0)
    upwards(lower, share, share.ticks(), percents, length, title=f"share {outcome}")
    names_below(lower, x, 170, title=parameter)
    base = share(known[0].base_rate)
    lower.line([(0, base), (length, base)], INK, dash="4 3")
    for row in known:
        middle = places[str(row.setting)]
        lower.line([(middle, share(row.low)), (middle, share(row.high))], CERTAIN, width=2)
        lower.dot(middle, share(row.rate), PAPER if row.few else CERTAIN, stroke=CERTAIN)
    return below([keys, upper, lower])


# ------------------------------------------------------------------------------- the front


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: str
    held: int
    known: int
    won: int
    rate: float
    low: float
    high: float


def frontier(*sources: Source, rung: str | None = None, outcome: str | None = None) -> Plot:
    """Volume against precision, a dot per candidate, and the front of those that none beats.

    Sources are comparisons, backtests, and frames of `Cube.sweep`; a candidate is a policy, or a
    policy at a setting.
    """
    there = [name for source in sources for name in _rungs(source)]
    rung = chosen_rung(rung, there)
    found = {one.name: one for source in sources for one in _candidates(source, rung)}
    candidates = [one for one in found.values() if one.known]
    said = "; ".join(dict.fromkeys(_said(source) for source in sources))
    name = outcome or next((_outcome(s) for s in sources if _outcome(s)), "won")
    head = f"{rung_title(rung)}: records held against share {name}"
    if not candidates:
        return blank(head, f"No candidate holds a record whose outcome is known. {said}")
    front = _front(candidates)
    title = (
        f"{head}, {plural(len(candidates), 'candidate')}. {said} Precision is of records "
        f"certainly held with a known outcome, with 95 % Wilson intervals; hollow dots rest on "
        f"fewer than {FEW}. The line joins the {len(front)} that no other beats in both."
    )
    told = " ".join(
        f"{one.name}: {one.held:,} held, {percent(one.rate)} of {one.known:,}"
        f"{', on the front' if one in front else ''}."
        for one in candidates
    )
    return draw(_frontier(candidates, front, name), title, f"Dots with intervals. {told}")


def _rungs(source: Source) -> list[str]:
    if isinstance(source, pd.DataFrame):
        return list(source.loc[source["kind"] == "rung", "name"])
    return list((source.precision if isinstance(source, Backtest) else source.outcomes)["rung"])


def _outcome(source: Source) -> str:
    match source:
        case Comparison():
            return source.study.outcome_name
        case Backtest():
            return source.outcome
        case _:
            return ""


def _said(source: Source) -> str:
    match source:
        case Comparison():
            return f"Reading: as they stand, {cohort(source.study)}."
        case Backtest():
            return headline(source.captions["precision"])
        case _:
            records = int(source["records"].iloc[0]) if len(source) else 0
            return f"Reading: as they stand, all {records:,} records at the moment of the data."


def _candidates(source: Source, rung: str) -> list[_Candidate]:
    match source:
        case Comparison():
            rows = rows_of(source.outcomes[source.outcomes["rung"] == rung])
            named = [(row.policy, row.certain, row) for row in rows]
        case Backtest():
            rows = rows_of(source.precision[source.precision["rung"] == rung])
            named = [(row.policy, row.held, row) for row in rows]
        case _:
            own = source[(source["kind"] == "rung") & (source["name"] == rung)]
            named = [
                (r.policy if r.own else f"{r.policy}, {r.parameter} {r.setting}", r.certain, r)
                for r in rows_of(own)
            ]
    return [
        _Candidate(str(name), int(held), int(r.known), int(r.won), float(r.rate), float(r.low),
                   float(r.high))
        for name, held, r in named if r.known and not missing(r.rate)
    ]  # fmt: skip


def _front(candidates: list[_Candidate]) -> list[_Candidate]:
    """Those of which no other holds as many with as high a precision, and more of one."""
    return sorted(
        (
            one
            for one in candidates
            if not any(
                (other.held >= one.held and other.rate >= one.rate)
                and (other.held > one.held or other.rate > one.rate)
                for other in candidates
            )
        ),
        key=lambda one: one.held,
    )


def _frontier(candidates: list[_Candidate], front: list[_Candidate], outcome: str) -> Canvas:
    x = Ruler(0, max(one.held for one in candidates) * 1.12 or 1.0, 0, WIDE)
    y = Ruler(0, min(1.0, max(one.high for one in candidates) * 1.06) or 1.0, HIGH, 0)
    canvas = Canvas()
    across(canvas, x, x.ticks(6), counts, HIGH, title="records certainly held")
    upwards(canvas, y, y.ticks(6), percents, WIDE, title=f"share {outcome}")
    canvas.line([(x(one.held), y(one.rate)) for one in front], CERTAIN, width=1.5, dash="5 3")
    for one in candidates:
        colour = CERTAIN if one in front else MUTED
        canvas.line([(x(one.held), y(one.low)), (x(one.held), y(one.high))], colour, width=1)
        fill = PAPER if one.known < FEW else colour
        canvas.dot(x(one.held), y(one.rate), fill, stroke=colour)
    named = candidates if len(candidates) <= MOST_NAMED else front
    places = _places(named, [(x(one.held), y(one.rate)) for one in named])
    for one, (at, level, anchor) in zip(named, places, strict=True):
        fill = INK if one in front else MUTED
        canvas.text(at, level, one.name, anchor=anchor, size=11, fill=fill)
    return canvas


def _places(named: list[_Candidate], dots: list[Point]) -> list[tuple[float, float, Anchor]]:
    """A name beside each dot, where it covers neither another name nor another dot, if it can."""
    taken: list[tuple[float, ...]] = [(x - 5, y - 5, x + 5, y + 5) for x, y in dots]
    found: list[tuple[float, float, Anchor]] = []
    tries: list[tuple[int, Anchor]] = [
        (dy, anchor)
        for dy in (0, -11, 11, -20, 20, -32, 32, -44, 44)
        for anchor in ("start", "end")
    ]  # fmt: skip
    for one, (x, y) in zip(named, dots, strict=True):
        long = wide(one.name, 11)
        own = (x - 5, y - 5, x + 5, y + 5)
        best: tuple[int, Anchor] = (0, "start")
        for dy, anchor in tries:
            box = _box(x, y + dy, long, anchor)
            inside = box[0] >= 0 and box[2] <= WIDE + 130 and box[1] >= 0 and box[3] <= HIGH
            if inside and not any(_meets(box, other) for other in taken if other != own):
                best = dy, anchor
                break
        dy, anchor = best
        taken.append(_box(x, y + dy, long, anchor))
        found.append((x + 9 if anchor == "start" else x - 9, y + dy, anchor))
    return found


def _box(x: float, y: float, long: float, anchor: Anchor) -> tuple[float, ...]:
    start = x + 9 if anchor == "start" else x - 9 - long
    return start, y - 6, start + long, y + 6


def _meets(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
