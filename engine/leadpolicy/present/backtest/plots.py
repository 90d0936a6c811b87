"""The plots of a backtest."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import pandas as pd

from leadpolicy.backtest.captions import headline
from leadpolicy.backtest.result import Backtest
from leadpolicy.comparison.outcomes import FEW
from leadpolicy.present.backtest.wording import grouped, marked, order_of
from leadpolicy.present.drawing import (
    ABSENT,
    CERTAIN,
    GRID,
    INK,
    MUTED,
    PAPER,
    UNKNOWN,
    Plot,
    draw,
)
from leadpolicy.present.wording import missing, percent, rows_of, rung_title

ROW: Final = 24
WIDE: Final = 520
COLOURS: Final = (CERTAIN, UNKNOWN, ABSENT, INK, MUTED)
"""One per policy; from the sixth on colours repeat with another dash."""
DASHES: Final = ([1, 0], [6, 3], [2, 2])


def _series(backtest: Backtest, names: list[str]) -> tuple[alt.Scale, alt.Scale]:
    """Colours and dashes of some policies; a policy has the same ones in every plot."""
    places = [_labels(backtest).index(name) for name in names]
    colours = [COLOURS[at % len(COLOURS)] for at in places]
    dashes = [DASHES[at // len(COLOURS) % len(DASHES)] for at in places]
    return alt.Scale(domain=names, range=colours), alt.Scale(domain=names, range=dashes)


def _labels(backtest: Backtest) -> list[str]:
    return [marked(backtest, str(name)) for name in backtest.policies["policy"]]


def flow_plot(backtest: Backtest, rung: str) -> Plot | None:
    """First entries per period as lines, one per policy; the last, incomplete period hollow."""
    table = backtest.flow[backtest.flow["rung"] == rung]
    if table.empty or not table["entries"].sum():
        return None
    rows = [
        {
            "policy": marked(backtest, row.policy),
            "period": row.period,
            "entries": row.entries,
            "whole": "whole" if row.complete else "cut off",
        }
        for row in rows_of(table)
    ]
    names = [name for name in _labels(backtest) if name in {row["policy"] for row in rows}]
    colour, dash = _series(backtest, names)
    legend = alt.Legend(columns=2, labelLimit=260, symbolType="stroke")
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("period:O", title=None, sort=order_of(table["period"]),
                axis=alt.Axis(labelAngle=0 if table["period"].nunique() <= 10 else -45)),
        y=alt.Y("entries:Q", title="first entries", axis=alt.Axis(tickMinStep=1)),
        color=alt.Color("policy:N", title=None, scale=colour, legend=legend),
    )  # fmt: skip
    line = base.mark_line(strokeWidth=2).encode(
        strokeDash=alt.StrokeDash("policy:N", title=None, scale=dash, legend=None)
    )
    dots = base.mark_point(size=45, filled=True, opacity=1).encode(
        fill=alt.condition(
            "datum.whole == 'whole'", alt.Color("policy:N", scale=colour), alt.value(PAPER)
        )
    )
    said = " ".join(
        f"{key[0]}: " + ", ".join(f"{row.period} {row.entries:,}" for row in own) + "."
        for key, own in grouped(table, "policy")
    )
    chart = (line + dots).properties(width=WIDE, height=200)
    title = f"{rung_title(rung)}. {headline(backtest.captions['flow'])}"
    return draw(chart, title, f"Lines of first entries per period. {said}")


def rates_plot(backtest: Backtest, name: str) -> Plot | None:
    """Rates with intervals: `conversion` to the outcome, or `precision`."""
    conversion = name == "conversion"
    table = backtest.conversion if conversion else backtest.precision
    if conversion:
        table = table[table["to"] == backtest.outcome]
    shown = table[table["mature" if conversion else "known"] > 0]
    if shown.empty:
        return None
    highest = min(1.0, float(shown["high"].max()) * 1.05)
    panels = [
        _rates_panel(backtest, own, rung, highest, conversion=conversion)
        for (rung,), own in grouped(shown, "rung")
    ]
    said = " ".join(
        f"{rung_title(row.rung)}, {row.policy}: {percent(row.rate)}, between {percent(row.low)} "
        f"and {percent(row.high)}."
        for row in rows_of(shown)
    )
    dashed = "" if conversion else " The dashed line is the rate of all records."
    return draw(
        alt.vconcat(*panels, spacing=14),
        f"{headline(backtest.captions[name])} 95 % Wilson intervals.{dashed} "
        f"Hollow dots rest on fewer than {FEW} records.",
        f"Dot plot of rates with intervals. {said}",
    )


def _rates_panel(
    backtest: Backtest, table: list[Any], rung: str, highest: float, *, conversion: bool
) -> alt.LayerChart:
    rows = []
    for row in table:
        part, whole = (row.reached, row.mature) if conversion else (row.won, row.known)
        rows.append(
            {
                "policy": marked(backtest, row.policy), "rate": row.rate, "low": row.low,
                "high": row.high, "text": f"{part:,} of {whole:,}",
                "few": "few" if whole < FEW else "enough", "end": highest,
                "base": None if conversion else row.base_rate,
            }
        )  # fmt: skip
    order = [row["policy"] for row in rows]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("policy:N", sort=order, title=None,
                axis=alt.Axis(ticks=False, domain=False, labelPadding=8, minExtent=190))
    )  # fmt: skip
    scale = alt.Scale(domain=[0, highest], nice=False)
    x = alt.X("rate:Q", title=None, scale=scale, axis=alt.Axis(format=".0%", tickCount=6))
    interval = base.mark_rule(color=CERTAIN, strokeWidth=2).encode(x="low:Q", x2="high:Q")
    dot = base.mark_point(size=70, filled=True, opacity=1, stroke=CERTAIN, strokeWidth=2).encode(
        x=x,
        fill=alt.Fill(
            "few:N", scale=alt.Scale(domain=["enough", "few"], range=[CERTAIN, PAPER]), legend=None
        ),
    )
    text = base.mark_text(align="left", dx=8, color=MUTED).encode(x=alt.X("end:Q"), text="text:N")
    layers = interval + dot + text
    if not conversion and not missing(rows[0]["base"]):
        rule = alt.Chart(pd.DataFrame(rows[:1])).mark_rule(strokeDash=[4, 3], color=INK)
        layers = rule.encode(x="base:Q") + layers
    panel: alt.LayerChart = layers.properties(
        title=rung_title(rung), width=400, height=ROW * len(order)
    )
    return panel


def curves_plot(backtest: Backtest, rung: str) -> Plot | None:
    """Kaplan-Meier to the outcome with bands, and a table of records at risk below."""
    table = backtest.curves
    table = table[(table["rung"] == rung) & (table["to"] == backtest.outcome)]
    if table.empty:
        return None
    rows = []
    for (policy,), own in grouped(table, "policy"):
        name = marked(backtest, policy)
        rows.append({"policy": name, "day": 0.0, "share": 0.0, "low": 0.0, "high": 0.0})
        rows += [
            {"policy": name, "day": r.day, "share": r.share, "low": r.low, "high": r.high}
            for r in own
        ]
    names = [name for name in _labels(backtest) if name in {row["policy"] for row in rows}]
    colour, dash = _series(backtest, names)
    last = float(table["day"].max())
    x = alt.X("day:Q", title="days after the first entry",
              scale=alt.Scale(domain=[0, last], nice=False))  # fmt: skip
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=x,
        color=alt.Color("policy:N", title=None, scale=colour,
                        legend=alt.Legend(columns=2, labelLimit=260, symbolOpacity=1)),
    )  # fmt: skip
    band = base.mark_area(opacity=0.13, interpolate="step-after").encode(
        y=alt.Y("low:Q", title=f"share {backtest.outcome}", axis=alt.Axis(format=".0%")),
        y2="high:Q",
    )
    line = base.mark_line(interpolate="step-after", strokeWidth=2).encode(
        y="share:Q", strokeDash=alt.StrokeDash("policy:N", title=None, scale=dash, legend=None)
    )
    top = (band + line).properties(width=WIDE, height=240)
    chart = alt.vconcat(top, _at_risk(backtest, table, names, last), spacing=6)
    said = " ".join(
        f"{key[0]}: by day {own[-1].day:.0f} {percent(own[-1].share)} arrived, "
        f"{own[-1].at_risk:,} still at risk."
        for key, own in grouped(table, "policy")
    )
    title = (
        f"{rung_title(rung)} to {backtest.outcome}, by day t after the first entry (Kaplan-Meier "
        f"with 95 % bands). {headline(backtest.captions['velocity'])}"
    )
    return draw(chart, title, f"Step curves with 95 % bands. {said}")


def _at_risk(backtest: Backtest, table: pd.DataFrame, names: list[str], last: float) -> Any:
    days = sorted(table["day"].unique())[3::4]
    rows = [
        {"policy": marked(backtest, row.policy), "day": row.day, "text": f"{row.at_risk:,}"}
        for row in rows_of(table[table["day"].isin(days)])
    ]
    scale = alt.Scale(domain=[0, last], nice=False)
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_text(align="right", color=INK)
        .encode(
            x=alt.X("day:Q", scale=scale, axis=None),
            y=alt.Y("policy:N", sort=names, title=None,
                    axis=alt.Axis(ticks=False, domain=False, labelPadding=8, labelLimit=190)),
            text="text:N",
        )
        .properties(width=WIDE, height=18 * len(names), title="At risk")
    )  # fmt: skip


def parted_plot(backtest: Backtest, rung: str) -> Plot | None:
    """Per pair the records gained to the right and lost to the left, won ones filled."""
    table = backtest.pairs[backtest.pairs["rung"] == rung]
    if table.empty or not (table["gained"].sum() + table["lost"].sum()):
        return None
    bars, notes = [], []
    for row in rows_of(table):
        name = f"{row.a}, {row.b}"
        for sign, all_, won in ((1, row.gained, row.gained_won), (-1, row.lost, row.lost_won)):
            bars += [
                {"pair": name, "from": 0, "to": sign * won, "kind": "won"},
                {"pair": name, "from": sign * won, "to": sign * all_, "kind": "not won"},
            ]
            text = f"{won:,} of {all_:,}" if all_ else ""
            notes.append({"pair": name, "at": sign * all_, "text": text, "right": sign > 0})
    order = order_of(bar["pair"] for bar in bars)
    reach = max(abs(bar["to"]) for bar in bars) * 1.6
    y = alt.Y("pair:N", sort=order, title=None,
              axis=alt.Axis(ticks=False, domain=False, labelPadding=8, labelLimit=320))  # fmt: skip
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    axis = alt.Axis(format="s", tickCount=6, labelExpr="format(abs(datum.value), ',')")
    kinds = alt.Scale(domain=["won", "not won"], range=[CERTAIN, GRID])
    colour = alt.Color("kind:N", title=None, scale=kinds)
    bar = alt.Chart(pd.DataFrame(bars)).mark_bar(height=ROW - 10).encode(
        y=y, x=alt.X("from:Q", title="lost (first only)  ←  records  →  gained (second only)",
                     scale=scale, axis=axis), x2="to:Q", color=colour,
    )  # fmt: skip
    texts = []
    for right in (True, False):
        own = pd.DataFrame([note for note in notes if note["right"] is right])
        texts.append(
            alt.Chart(own)
            .mark_text(align="left" if right else "right", dx=5 if right else -5, color=INK)
            .encode(y=y, x=alt.X("at:Q"), text="text:N")
        )
    chart = alt.layer(bar, *texts).properties(width=440, height=ROW * len(order))
    said = " ".join(
        f"{row.a} or {row.b}: gained {row.gained:,}, {row.gained_won:,} of them won; lost "
        f"{row.lost:,}, {row.lost_won:,} of them won."
        for row in rows_of(table)
    )
    title = (
        f"{rung_title(rung)}: records that only one of two definitions holds, with a known "
        f"outcome. {headline(backtest.captions['discordant'])}"
    )
    return draw(chart, title, f"Bars to both sides. {said}")


def sweep_plot(backtest: Backtest, rung: str, policy: str, parameter: str) -> Plot | None:
    """Precision and volume per value, on earlier and on held-out records."""
    table = backtest.sweeps
    table = table[
        (table["rung"] == rung) & (table["policy"] == policy) & (table["parameter"] == parameter)
    ]
    shown = table[table["known"] > 0]
    if shown.empty:
        return None
    values = order_of(table["value"])
    parts = order_of(table["part"])
    rows = [
        {
            "value": row.value, "part": row.part, "rate": row.rate, "low": row.low,
            "high": row.high, "text": f"{row.won:,} of {row.known:,}",
        }
        for row in rows_of(shown)
    ]  # fmt: skip
    scale = alt.Scale(domain=parts, range=[CERTAIN, UNKNOWN][: len(parts)])
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("value:N", sort=values, title=parameter, axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("part:N", sort=parts),
        color=alt.Color("part:N", title=None, scale=scale),
    )
    top = max(float(shown["high"].max()) * 1.05, 0.05)
    y = alt.Y("rate:Q", title=f"share {backtest.outcome}", axis=alt.Axis(format=".0%"),
              scale=alt.Scale(domain=[0, min(top, 1.0)], nice=False))  # fmt: skip
    interval = base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q")
    dots = base.mark_point(size=60, filled=True, opacity=1).encode(y=y)
    held = pd.DataFrame(
        [{"value": r.value, "part": r.part, "held": r.held} for r in rows_of(table)]
    )
    volume = (
        alt.Chart(held)
        .mark_bar()
        .encode(
            x=alt.X("value:N", sort=values, title=None, axis=alt.Axis(labels=False, ticks=False)),
            xOffset=alt.XOffset("part:N", sort=parts),
            y=alt.Y("held:Q", title="records held", axis=alt.Axis(tickCount=3)),
            color=alt.Color("part:N", title=None, scale=scale),
        )
        .properties(width=WIDE, height=70)
    )
    chart = alt.vconcat(volume, (interval + dots).properties(width=WIDE, height=190), spacing=8)
    said = " ".join(
        f"{row.value}, {row.part}: {row.held:,} held, {percent(row.rate)} of {row.known:,}."
        for row in rows_of(table)
    )
    named = f"{rung_title(rung)}, {marked(backtest, policy)}: {parameter}."
    title = f"{named} {headline(backtest.captions['sweeps'])}"
    return draw(chart, title, f"Volume as bars and rates with intervals per value. {said}")


def decay_plot(backtest: Backtest, rung: str) -> Plot | None:
    """Precision by the period in which records entered."""
    table = backtest.decay[(backtest.decay["rung"] == rung) & (backtest.decay["known"] > 0)]
    if table.empty or table["period"].nunique() < 2:
        return None
    rows = [
        {
            "policy": marked(backtest, row.policy), "period": row.period, "rate": row.rate,
            "low": row.low, "high": row.high,
        }
        for row in rows_of(table)
    ]  # fmt: skip
    names = [name for name in _labels(backtest) if name in {row["policy"] for row in rows}]
    colour, _ = _series(backtest, names)
    periods = [p for p in order_of(backtest.decay["period"]) if p in set(table["period"])]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("period:O", title="entered in", sort=periods, axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("policy:N", sort=names),
        color=alt.Color("policy:N", title=None, scale=colour,
                        legend=alt.Legend(columns=2, labelLimit=260)),
    )  # fmt: skip
    rule = base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q")
    dot = base.mark_point(size=50, filled=True, opacity=1).encode(
        y=alt.Y("rate:Q", title=f"share {backtest.outcome}", axis=alt.Axis(format=".0%"))
    )
    said = " ".join(
        f"{key[0]}: " + ", ".join(f"{r.period} {percent(r.rate)} of {r.known:,}" for r in own) + "."
        for key, own in grouped(table, "policy")
    )
    title = f"{rung_title(rung)}. {headline(backtest.captions['decay'])}"
    chart = (rule + dot).properties(width=WIDE + 60, height=200)
    return draw(chart, title, f"Rates with intervals per period of entry. {said}")
