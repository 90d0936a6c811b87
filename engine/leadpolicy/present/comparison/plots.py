"""The plots of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from leadpolicy.comparison.comparison import Comparison
from leadpolicy.comparison.outcomes import FEW
from leadpolicy.present.comparison.wording import cohort
from leadpolicy.present.drawing import (
    ABSENT,
    CERTAIN,
    INK,
    MUTED,
    PAPER,
    UNKNOWN,
    Plot,
    draw,
)
from leadpolicy.present.wording import NOT_DEFINED, missing, percent, rows_of, rung_title

ROW: Final = 22
MOST_FACTS: Final = 15
FULL: Final = 0.7
"""From this share on a cell of a heat map is so full of colour that letters are cut out of it."""
EMPTY: Final = "in the data, but not filled"
NOT_THERE: Final = "not in the data at all"


def volumes_plot(comparison: Comparison) -> Plot | None:
    """Per rung and policy the share of records that is certain, and the share UNKNOWN, stacked."""
    table, study = comparison.volumes, comparison.study
    if not study.records or table.empty:
        return None
    rungs = list(study.rungs)
    panels = [_volume_panel(table[table["rung"] == r], r, first=r == rungs[0]) for r in rungs]
    chart = alt.hconcat(*panels, spacing=18).resolve_scale(color="shared")
    return draw(
        chart,
        f"Records on each rung, as a share of all records ({cohort(study)}): certain, and apart "
        f"those that cannot be decided",
        "Stacked bars per rung and policy. " + _volume_sentences(table),
    )


def _volume_panel(table: pd.DataFrame, rung: str, *, first: bool) -> alt.LayerChart:
    order = list(table["policy"])
    bars: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for row in rows_of(table):
        if not row.defined:
            notes.append({"policy": row.policy, "at": 0.0, "text": "not defined"})
            continue
        certain, unknown = row.certain / row.records, row.unknown / row.records
        bars.append({"policy": row.policy, "from": 0.0, "to": certain, "verdict": "certain"})
        bars.append(
            {"policy": row.policy, "from": certain, "to": certain + unknown, "verdict": "UNKNOWN"}
        )
        text = f"{row.certain:,}" + (f" + {row.unknown:,}" if row.unknown else "")
        notes.append({"policy": row.policy, "at": certain + unknown, "text": text, "n": True})
    y = alt.Y(
        "policy:N",
        sort=order,
        title=None,
        scale=alt.Scale(domain=order),
        axis=alt.Axis(labels=first, ticks=False, domain=False, labelPadding=8),
    )
    x = alt.X(
        "from:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1.45], nice=False),
        axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], labelFontSize=10),
    )
    colour = alt.Color(
        "verdict:N",
        title=None,
        scale=alt.Scale(domain=["certain", "UNKNOWN"], range=[CERTAIN, UNKNOWN]),
    )
    size = {"width": 225, "height": ROW * len(order)}
    bar = (
        alt.Chart(pd.DataFrame(bars))
        .mark_bar(height=ROW - 8)
        .encode(y=y, x=x, x2="to:Q", color=colour)
    )
    text = (
        alt.Chart(pd.DataFrame(notes))
        .mark_text(align="left", dx=4, baseline="middle")
        .encode(
            y=y,
            x=alt.X("at:Q"),
            text="text:N",
            color=alt.condition("datum.n", alt.value(INK), alt.value(MUTED)),
        )
    )
    panel: alt.LayerChart = (bar + text).properties(title=rung_title(rung), **size)
    return panel


def _volume_sentences(table: pd.DataFrame) -> str:
    return " ".join(
        f"{row.policy}, {rung_title(row.rung)}: {row.certain:,} certain, {row.unknown:,} unknown."
        for row in rows_of(table[table["defined"]])
    )


def matrix_plot(
    cells: Sequence[tuple[str, str, float | None]], order: Sequence[str], title: str, what: str
) -> Plot | None:
    """A heat map of shares: one cell per row and column. `what` says what a cell is."""
    if not cells:
        return None
    rows = [
        {
            "row": a,
            "column": b,
            "share": value or 0.0,
            "text": NOT_DEFINED if value is None else f"{100 * value:.0f}",
            "on": "full" if value is not None and value >= FULL else "pale",
        }
        for a, b, value in cells
    ]
    side = 44 if len(order) <= 8 else 36
    scale = alt.Scale(domain=list(order), paddingInner=0.06)
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("row:N", title=None, scale=scale, axis=alt.Axis(ticks=False, domain=False)),
        x=alt.X(
            "column:N",
            title=None,
            scale=scale,
            axis=alt.Axis(orient="top", labelAngle=-40, ticks=False, domain=False),
        ),
    )
    shade = base.mark_rect(fill=CERTAIN).encode(
        opacity=alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.06, 1]), legend=None)
    )
    text = base.mark_text(fontSize=12).encode(
        text="text:N",
        color=alt.Color(
            "on:N",
            scale=alt.Scale(domain=["full", "pale"], range=[PAPER, INK]),
            legend=None,
        ),
    )
    chart = (shade + text).properties(width=side * len(order), height=int(side * 0.7) * len(order))
    said = " ".join(f"{a}, {b}: {percent(value)}." for a, b, value in cells if a != b)
    return draw(chart, title, f"Heat map. {what} {said}")


def agreement_plot(comparison: Comparison, rung: str) -> Plot | None:
    """Raw agreement of every pair on a rung."""
    pairs = comparison.agreement[comparison.agreement["rung"] == rung]
    if pairs.empty:
        return None
    order = _defining(comparison, rung)
    cells: list[tuple[str, str, float | None]] = []
    for row in rows_of(pairs):
        raw = _number(row.raw)
        cells += [(row.a, row.b, raw), (row.b, row.a, raw)]
    least, most = int(pairs["decided"].min()), int(pairs["decided"].max())
    among = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    return matrix_plot(
        cells,
        order,
        f"{rung_title(rung)}: on how many of 100 records two policies say the same, among those "
        f"that both decide ({among} of {comparison.study.records:,} records, by pair)",
        "A cell is the raw agreement of the policy in its row with the one in its column.",
    )


def containment_plot(comparison: Comparison, rung: str) -> Plot | None:
    """How much of what one policy holds the other holds, too."""
    pairs = comparison.overlap[comparison.overlap["rung"] == rung]
    if pairs.empty:
        return None
    cells: list[tuple[str, str, float | None]] = []
    for row in rows_of(pairs):
        cells += [(row.a, row.b, _number(row.a_in_b)), (row.b, row.a, _number(row.b_in_a))]
    return matrix_plot(
        cells,
        _defining(comparison, rung),
        f"{rung_title(rung)}: of 100 records that the policy in the row certainly holds, how many "
        f"the policy in the column holds as well ({cohort(comparison.study)})",
        "A cell is the share of the row's records that the column holds as well.",
    )


def outcomes_plot(comparison: Comparison) -> Plot | None:
    """Rates of the outcome with 95 % intervals, and the rate of all records as a line."""
    table, study = comparison.outcomes, comparison.study
    shown = table[table["known"] > 0]
    if shown.empty:
        return None
    highest = min(1.0, float(shown["high"].max()) * 1.05)
    panels = [
        _outcome_panel(shown[shown["rung"] == rung], rung, highest)
        for rung in study.rungs
        if (shown["rung"] == rung).any()
    ]
    said = " ".join(
        f"{row.policy}, {rung_title(row.rung)}: {row.won:,} of {row.known:,}, "
        f"{percent(row.rate)}, between {percent(row.low)} and {percent(row.high)}."
        for row in rows_of(shown)
    )
    return draw(
        alt.vconcat(*panels, spacing=14).resolve_scale(x="shared"),
        f"Share {study.outcome_name} among records certainly on the rung, with 95 % Wilson "
        f"intervals; the dashed line is the rate of all records, {percent(study.base.rate)} "
        f"({study.denominator}; as of {study.as_of}). "
        f"Hollow dots rest on fewer than {FEW} records",
        f"Dot plot with intervals. {said}",
    )


def _outcome_panel(table: pd.DataFrame, rung: str, highest: float) -> alt.LayerChart:
    rows = [
        {
            "policy": row.policy,
            "rate": row.rate,
            "low": row.low,
            "high": row.high,
            "base": row.base_rate,
            "text": f"{row.won:,} of {row.known:,}",
            "few": "few" if row.few else "enough",
            "end": highest,
        }
        for row in rows_of(table)
    ]
    order = [row["policy"] for row in rows]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y(
            "policy:N",
            sort=order,
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelPadding=8, minExtent=170),
        )
    )
    x = alt.X(
        "rate:Q",
        title=None,
        scale=alt.Scale(domain=[0, highest], nice=False),
        axis=alt.Axis(format=".0%", tickCount=6),
    )
    line = (
        alt.Chart(pd.DataFrame(rows[:1])).mark_rule(strokeDash=[4, 3], color=INK).encode(x="base:Q")
    )
    interval = base.mark_rule(color=CERTAIN, strokeWidth=2).encode(x="low:Q", x2="high:Q")
    dot = base.mark_point(size=70, filled=True, opacity=1, stroke=CERTAIN, strokeWidth=2).encode(
        x=x,
        fill=alt.Fill(
            "few:N",
            scale=alt.Scale(domain=["enough", "few"], range=[CERTAIN, PAPER]),
            legend=None,
        ),
    )
    text = base.mark_text(align="left", dx=8, color=MUTED).encode(x=alt.X("end:Q"), text="text:N")
    panel: alt.LayerChart = (line + interval + dot + text).properties(
        title=rung_title(rung), width=430, height=ROW * len(order)
    )
    return panel


def missing_plot(comparison: Comparison) -> Plot | None:
    """The facts whose absence leaves most verdicts open."""
    table = comparison.missing
    if table.empty:
        return None
    count = len(comparison.policies)
    open_share = (table["share"] / count).groupby([table["fact"], table["in_data"]]).sum()
    facts = open_share.reset_index().sort_values(["share", "fact"], ascending=[False, True])
    rows = [
        {
            "fact": row.fact.removeprefix("event:"),
            "share": row.share,
            "kind": EMPTY if row.in_data else NOT_THERE,
            "text": percent(row.share),
        }
        for row in rows_of(facts.head(MOST_FACTS))
    ]
    order = [row["fact"] for row in rows]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y(
            "fact:N",
            sort=order,
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelPadding=8),
        ),
        x=alt.X("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5)),
    )
    bar = base.mark_bar(height=ROW - 8).encode(
        color=alt.Color(
            "kind:N",
            title=None,
            scale=alt.Scale(domain=[EMPTY, NOT_THERE], range=[UNKNOWN, ABSENT]),
        )
    )
    text = base.mark_text(align="left", dx=4, color=INK).encode(text="text:N")
    said = " ".join(f"{row['fact']}: {row['text']}, {row['kind']}." for row in rows)
    return draw(
        (bar + text).properties(width=430, height=ROW * len(rows)),
        f"What leaves verdicts open: the share of policies × records ({count} × "
        f"{comparison.study.records:,}) in which a stage is UNKNOWN for want of this",
        f"Bars per fact or event. {said}",
    )


def _defining(comparison: Comparison, rung: str) -> list[str]:
    table = comparison.volumes
    return list(table.loc[(table["rung"] == rung) & table["defined"], "policy"])


def _number(value: Any) -> float | None:
    return None if missing(value) else float(value)
