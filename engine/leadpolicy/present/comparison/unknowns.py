"""UNKNOWN by fact: what to ask next."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import pandas as pd

from leadpolicy.comparison.comparison import Comparison
from leadpolicy.english import plural
from leadpolicy.present.axes import lane_axis, shown
from leadpolicy.present.comparison.plots import EMPTY, NOT_THERE
from leadpolicy.present.comparison.wording import cohort
from leadpolicy.present.drawing import ABSENT, INK, MUTED, UNKNOWN, Plot, blank, draw
from leadpolicy.present.wording import percent, rows_of

ROW: Final = 36
MOST_FACTS: Final = 12


def unknowns(comparison: Comparison) -> Plot:
    """The facts and events whose absence leaves most verdicts open, with the question to ask."""
    study, count = comparison.study, len(comparison.policies)
    head = "What to ask next: the share of verdicts that each missing fact leaves open"
    if comparison.missing.empty:
        return blank(head, f"No verdict is open ({cohort(study)}).")
    rows = _rows(comparison.missing, count)
    title = (
        f"{head}. Reading: as they stand, {cohort(study)}. Of "
        f"{plural(count, 'policy', 'policies')} × {plural(study.records, 'record')}, those in "
        f"which a stage is UNKNOWN for want of this. Shown are {len(rows)} of "
        f"{comparison.missing['fact'].nunique()} facts and events."
    )
    told = " ".join(f"{row['fact']}: {row['share_text']}, {row['kind']}." for row in rows)
    return draw(_chart(rows), title, f"Bars per fact or event, with its question. {told}")


def _rows(table: pd.DataFrame, count: int) -> list[dict[str, Any]]:
    keys = ["fact", "in_data", "ask", "owner"]
    parts = table.assign(part=table["share"] / count)
    sums = parts.groupby(keys)["part"].sum().reset_index()
    sums = sums.sort_values(["part", "fact"], ascending=[False, True]).head(MOST_FACTS)
    return [
        {
            "fact": shown(row.fact.removeprefix("event:")),
            "share": row.part,
            "start": 0.0,
            "share_text": percent(row.part),
            "kind": EMPTY if row.in_data else NOT_THERE,
            "ask": shown(row.ask) + (f"  (asks: {shown(row.owner)})" if row.owner else ""),
        }
        for row in rows_of(sums)
    ]


def _chart(rows: list[dict[str, Any]]) -> alt.LayerChart:
    order = [row["fact"] for row in rows]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("fact:N", sort=order, title=None, axis=lane_axis(labelOffset=7)),
    )
    x = alt.X("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5))
    bar = base.mark_bar(height=13, yOffset=8).encode(
        x=x,
        color=alt.Color(
            "kind:N",
            title=None,
            scale=alt.Scale(domain=[EMPTY, NOT_THERE], range=[UNKNOWN, ABSENT]),
        ),
    )
    text = base.mark_text(align="left", dx=5, dy=8, color=INK).encode(x=x, text="share_text:N")
    ask = base.mark_text(align="left", dx=2, dy=-6, color=MUTED, limit=480).encode(
        x=alt.X("start:Q"), text="ask:N"
    )
    chart: alt.LayerChart = (bar + text + ask).properties(width=480, height=ROW * len(rows))
    return chart
