"""Trade-offs: what a threshold does to volume and precision, and which candidates are worth it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import altair as alt
import pandas as pd

from leadpolicy.backtest.captions import headline
from leadpolicy.backtest.result import Backtest
from leadpolicy.comparison.comparison import Comparison
from leadpolicy.comparison.cubes.cube import Cube
from leadpolicy.comparison.outcomes import FEW
from leadpolicy.english import plural
from leadpolicy.present.axes import chosen_rung, known_label, shown
from leadpolicy.present.backtest.plots import sweep_plot
from leadpolicy.present.backtest.wording import order_of
from leadpolicy.present.comparison.wording import cohort
from leadpolicy.present.drawing import (
    ABSENT,
    CERTAIN,
    INK,
    MUTED,
    PAPER,
    UNKNOWN,
    Plot,
    blank,
    draw,
)
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
        f"{rung_title(rung)} of {shown(label)} as {parameter} moves"
        f"{f' ({shown(says)})' if says else ''}. Reading: as they stand, all {data.records:,} "
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


def _sweep(rows: list[Any], parameter: str, capacity: float | None, outcome: str) -> Any:
    settings = order_of(row.setting for row in rows)
    wide = min(WIDE, 60 + 56 * len(settings))
    names = {row.setting: f"{row.setting} ●" if row.own else str(row.setting) for row in rows}
    order = [names[one] for one in settings]
    turn = -40 if any(len(one) > 8 for one in order) else 0
    bars: list[dict[str, Any]] = []
    for row in rows:
        bars.append({"at": names[row.setting], "from": 0, "to": row.certain, "kind": "certain"})
        bars.append({"at": names[row.setting], "from": row.certain, "kind": "UNKNOWN",
                     "to": row.certain + row.unknown})  # fmt: skip
    x = alt.X("at:N", sort=order, title=None, axis=alt.Axis(labels=False, ticks=False))
    y = alt.Y("from:Q", title="records", axis=alt.Axis(tickCount=4))
    kinds = alt.Scale(domain=["certain", "UNKNOWN"], range=[CERTAIN, UNKNOWN])
    volume: Any = (
        alt.Chart(pd.DataFrame(bars))
        .mark_bar(width=alt.RelativeBandSize(0.6))
        .encode(x=x, y=y, y2="to:Q", color=alt.Color("kind:N", title=None, scale=kinds))
    )
    if capacity is not None:
        line = pd.DataFrame([{"from": capacity, "text": f"capacity {capacity:,.0f}"}])
        rule = alt.Chart(line).mark_rule(color=ABSENT, strokeWidth=2, strokeDash=[6, 3])
        text = alt.Chart(line).mark_text(align="left", dx=5, color=ABSENT, fontSize=12)
        end: Any = alt.value(wide)
        volume = volume + rule.encode(y="from:Q") + text.encode(x=end, y="from:Q", text="text:N")
    upper = volume.properties(width=wide, height=170)
    dots = pd.DataFrame(
        [
            {"at": names[r.setting], "rate": r.rate, "low": r.low, "high": r.high,
             "base": r.base_rate, "few": "few" if r.few else "enough"}
            for r in rows if r.known
        ],
        columns=["at", "rate", "low", "high", "base", "few"],
    )  # fmt: skip
    if dots.empty:
        return upper
    below = alt.X("at:N", sort=order, title=parameter, scale=alt.Scale(domain=order),
                  axis=alt.Axis(labelAngle=turn))  # fmt: skip
    base = alt.Chart(dots).encode(x=below)
    top = min(1.0, max(float(dots["high"].max()), float(dots["base"].max())) * 1.1)
    share = alt.Y("rate:Q", title=f"share {outcome}", axis=alt.Axis(format=".0%", tickCount=5),
                  scale=alt.Scale(domain=[0, top], nice=False))  # fmt: skip
    interval = base.mark_rule(color=CERTAIN, strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q")
    dot = base.mark_point(size=70, filled=True, opacity=1, stroke=CERTAIN, strokeWidth=2).encode(
        y=share, fill=_filled()
    )
    rule = alt.Chart(dots.head(1)).mark_rule(strokeDash=[4, 3], color=INK).encode(y="base:Q")
    return alt.vconcat(upper, (rule + interval + dot).properties(width=wide, height=170))


def _filled() -> alt.Fill:
    """Hollow where a rate rests on few records."""
    scale = alt.Scale(domain=["enough", "few"], range=[CERTAIN, PAPER])
    return alt.Fill("few:N", scale=scale, legend=None)


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


def _frontier(candidates: list[_Candidate], front: list[_Candidate], outcome: str) -> Any:
    right = max(one.held for one in candidates) * 1.12
    top = min(1.0, max(one.high for one in candidates) * 1.06)
    named = candidates if len(candidates) <= MOST_NAMED else front
    places = _places(named, front, right, top)
    rows = [
        {
            "held": one.held, "rate": one.rate, "low": one.low, "high": one.high,
            "front": one in front,
            "kind": "few" if one.known < FEW else "front" if one in front else "other",
        }
        for one in candidates
    ]  # fmt: skip
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("held:Q", title="records certainly held",
                scale=alt.Scale(domain=[0, right], nice=False)),
        color=alt.condition("datum.front", alt.value(CERTAIN), alt.value(MUTED)),
    )  # fmt: skip
    interval = base.mark_rule(strokeWidth=1.5, opacity=0.55).encode(y=alt.Y("low:Q"), y2="high:Q")
    dot = base.mark_point(size=75, filled=True, opacity=1, strokeWidth=2).encode(
        y=alt.Y("rate:Q", title=f"share {outcome}", axis=alt.Axis(format=".0%", tickCount=6),
                scale=alt.Scale(domain=[0, top], nice=False)),
        stroke=alt.condition("datum.front", alt.value(CERTAIN), alt.value(MUTED)),
        fill=alt.Fill("kind:N", legend=None, scale=alt.Scale(
            domain=["front", "other", "few"], range=[CERTAIN, MUTED, PAPER])),
    )  # fmt: skip
    line = (
        alt.Chart(pd.DataFrame([{"held": one.held, "rate": one.rate} for one in front]))
        .mark_line(color=CERTAIN, strokeWidth=1.5, strokeDash=[5, 3])
        .encode(x="held:Q", y="rate:Q")
    )
    texts = [
        alt.Chart(pd.DataFrame(own))
        .mark_text(align=align, fontSize=11)
        .encode(
            x="x:Q", y="y:Q", text="text:N",
            color=alt.condition("datum.front", alt.value(INK), alt.value(MUTED)),
        )
        for align in ("left", "right")
        if (own := [place for place in places if place["align"] == align])
    ]  # fmt: skip
    return alt.layer(line, interval, dot, *texts).properties(width=WIDE, height=HIGH)


def _places(
    named: list[_Candidate], front: list[_Candidate], right: float, top: float
) -> list[dict[str, Any]]:
    """A name beside each dot, where it covers neither another name nor another dot, if it can."""
    dots = [(one.held / right * WIDE, (1 - one.rate / top) * HIGH) for one in named]
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in dots]
    found: list[dict[str, Any]] = []
    for one, (x, y) in zip(named, dots, strict=True):
        wide = 6.0 * len(one.name)
        tries = [
            (align, dy)
            for dy in (0, -11, 11, -20, 20, -32, 32, -44, 44)
            for align in ("left", "right")
        ]
        best = None
        for align, dy in tries:
            start = x + 9 if align == "left" else x - 9 - wide
            box = (start, y + dy - 6, start + wide, y + dy + 6)
            inside = start >= 0 and box[2] <= WIDE + 130 and box[1] >= 0 and box[3] <= HIGH
            own = (x - 5, y - 5, x + 5, y + 5)
            if inside and not any(_meets(box, other) for other in taken if other != own):
                best = (align, dy, box)
                break
        align, dy, box = best or ("left", 0, (x + 9, y - 6, x + 9 + wide, y + 6))
        taken.append(box)
        at = x + 9 if align == "left" else x - 9
        found.append(
            {"x": at / WIDE * right, "y": (1 - (y + dy) / HIGH) * top, "text": shown(one.name),
             "align": align, "front": one in front}
        )  # fmt: skip
    return found


def _meets(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
