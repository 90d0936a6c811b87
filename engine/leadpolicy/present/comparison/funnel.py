"""The funnel: how many records each policy holds at each stage of its ladder."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import pandas as pd

from leadpolicy.comparison.comparison import Comparison
from leadpolicy.comparison.outcomes import wilson
from leadpolicy.present.axes import known_label, lane_axis, most, shown
from leadpolicy.present.comparison.wording import cohort
from leadpolicy.present.drawing import CERTAIN, GRID, INK, MUTED, UNKNOWN, Plot, blank, draw
from leadpolicy.present.wording import percent, rows_of

ROW: Final = 24
WIDE: Final = 330
MOST_POLICIES: Final = 12
ALL: Final = "all records"


def funnel(comparison: Comparison, *policies: str) -> Plot:
    """Per policy the share of all records at each stage: certain with its interval, and UNKNOWN.

    `policies` are labels; default: all of the comparison.
    """
    study, table = comparison.study, comparison.stages
    there = list(dict.fromkeys(table["policy"]))
    labels = [known_label(one, there) for one in policies] or there
    labels_shown, left_out = most(labels, MOST_POLICIES, "policies")
    title = (
        f"Records at each stage, per policy. Reading: as they stand, {study.as_of}. Shares of all "
        f"{study.records:,} records of {shown(study.title)}; bars are certain, then UNKNOWN; lines "
        f"are 95 % Wilson intervals of the certain share.{left_out}"
    )
    if not study.records or not labels:
        return blank(title, "There are no records to count.")
    panels, said = [], []
    for label in labels_shown:
        own = table[(table["policy"] == label) & (table["position"] >= 0)]
        rows = _rows(rows_of(own), study.records)
        panels.append(_panel(rows, shown(_headed(comparison, label))))
        said += [f"{label}, {row['stage']}: {row['text']}." for row in rows[1:]]
    chart = alt.vconcat(*panels, spacing=16).resolve_scale(color="shared")
    return draw(chart, title, f"Stacked bars per policy and stage ({cohort(study)}). " +
                " ".join(said))  # fmt: skip


def _headed(comparison: Comparison, label: str) -> str:
    found = comparison.policies.loc[comparison.policies["policy"] == label, "title"]
    title = str(found.iloc[0]) if len(found) else ""
    return f"{label}: {title[:70]}{'…' if len(title) > 70 else ''}" if title else label


def _rows(stages: list[Any], records: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"stage": ALL, "certain": 1.0, "unknown": 0.0, "low": None, "high": None, "end": 1.0,
         "text": f"{records:,}", "kind": ALL}
    ]  # fmt: skip
    for row in stages:
        low, high = wilson(int(row.certain), records) or (None, None)
        certain, unknown = row.certain / records, row.unknown / records
        text = f"{row.certain:,} = {percent(certain)}"
        if low is not None and high is not None:
            text += f"  [{100 * low:.1f} – {100 * high:.1f}]"
        text += f"   + {row.unknown:,} UNKNOWN" if row.unknown else ""
        rows.append(
            {"stage": shown(row.title), "certain": certain, "unknown": unknown, "low": low,
             "high": high, "end": certain + unknown, "text": text, "kind": "certain"}
        )  # fmt: skip
    return rows


def _panel(rows: list[dict[str, Any]], title: str) -> alt.LayerChart:
    order = [row["stage"] for row in rows]
    bars = [
        {"stage": row["stage"], "from": start, "to": start + row[size], "verdict": verdict}
        for row in rows
        for start, size, verdict in (
            (0.0, "certain", row["kind"]),
            (row["certain"], "unknown", "UNKNOWN"),
        )
    ]
    y = alt.Y("stage:N", sort=order, title=None, scale=alt.Scale(domain=order),
              axis=lane_axis(minExtent=130, labelLimit=180))  # fmt: skip
    x = alt.X("from:Q", title=None, scale=alt.Scale(domain=[0, 1.85], nice=False),
              axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1],
                            labelFontSize=10))  # fmt: skip
    kinds = alt.Scale(domain=[ALL, "certain", "UNKNOWN"], range=[GRID, CERTAIN, UNKNOWN])
    colour = alt.Color("verdict:N", title=None, scale=kinds)
    bar = (
        alt.Chart(pd.DataFrame(bars))
        .mark_bar(height=ROW - 10)
        .encode(y=y, x=x, x2="to:Q", color=colour)
    )
    base = alt.Chart(pd.DataFrame(rows)).encode(y=y)
    line = base.mark_rule(color=INK, strokeWidth=1.5).encode(x=alt.X("low:Q"), x2="high:Q")
    text = base.mark_text(align="left", dx=6, color=MUTED).encode(x=alt.X("end:Q"), text="text:N")
    panel: alt.LayerChart = (bar + line + text).properties(
        title=title, width=WIDE * 1.85, height=ROW * len(order)
    )
    return panel
