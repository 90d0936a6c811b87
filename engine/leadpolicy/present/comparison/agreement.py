"""How alike policies are: the agreement of pairs, and who holds which records together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from leadpolicy.comparison.comparison import Comparison
from leadpolicy.english import plural
from leadpolicy.evaluation.codes import TRUE, UNKNOWN
from leadpolicy.present.axes import chosen_rung, lane_axis, most, shown
from leadpolicy.present.comparison.plots import agreement_plot
from leadpolicy.present.comparison.wording import cohort
from leadpolicy.present.drawing import CERTAIN, GRID, INK, Plot, blank, draw
from leadpolicy.present.wording import rung_title

MOST_SETS: Final = 24
MOST_POLICIES: Final = 20
COLUMN: Final = 30
ROW: Final = 24


def agreement(comparison: Comparison, rung: str | None = None) -> Plot:
    """Heat map of raw agreement of every two policies; default: the highest rung."""
    rung = chosen_rung(rung, comparison.agreement["rung"])
    found = agreement_plot(comparison, rung)
    if found is not None:
        reading = f"{found.title}. Reading: as they stand, {cohort(comparison.study)}."
        return replace(found, title=reading)
    return blank(
        f"{rung_title(rung)}: on how many of 100 records two policies say the same",
        "Fewer than two of these policies define this rung, so there is no pair to compare.",
    )


def upset(comparison: Comparison, rung: str | None = None) -> Plot:
    """Which policies hold records together: one column per combination that occurs."""
    evaluation, study = comparison.evaluation, comparison.study
    rung = chosen_rung(rung, (r for one in evaluation.policies for r in one.rungs))
    sets = {one.label: one.rungs[rung] == TRUE for one in evaluation.defining(rung)}
    head = f"{rung_title(rung)}: which policies hold the same records"
    if not sets or not any(held.any() for held in sets.values()):
        return blank(head, f"No policy certainly holds a record on this rung ({cohort(study)}).")
    largest = sorted(sets, key=lambda label: (-int(sets[label].sum()), label))
    labels, left_out = most(largest, MOST_POLICIES, "policies")
    held = np.column_stack([sets[label] for label in labels])
    patterns, counts = np.unique(held, axis=0, return_counts=True)
    order = sorted(range(len(counts)), key=lambda at: (-int(counts[at]), *~patterns[at]))
    some = [at for at in order if patterns[at].any()]
    outside = int(counts.sum()) - sum(int(counts[at]) for at in some)
    columns, cut = most(some, MOST_SETS, "combinations")
    open_ = np.column_stack([one.rungs[rung] == UNKNOWN for one in evaluation.defining(rung)])
    unsure = int((open_.any(axis=1) & ~held.any(axis=1)).sum())
    title = (
        f"{head}. Reading: as they stand, {cohort(study)}; held where certain. A column counts the "
        f"records that exactly the policies with a dot hold. {plural(outside, 'record')} "
        f"{'is' if outside == 1 else 'are'} held by none, {unsure:,} of them UNKNOWN to some."
        f"{left_out}{cut}"
    )
    told = [
        f"{' and '.join(label for label, on in zip(labels, patterns[at], strict=True) if on)}: "
        f"{counts[at]:,}."
        for at in columns
    ]
    names = {label: f"{shown(label)}  {int(sets[label].sum()):,}" for label in labels}
    chart = _chart([(patterns[at], int(counts[at])) for at in columns], names)
    return draw(chart, title, f"Bars per combination of policies. {' '.join(told)}")


def _chart(columns: list[tuple[Any, int]], names: dict[str, str]) -> alt.VConcatChart:
    wide = COLUMN * len(columns)
    x = alt.X("set:O", axis=None, scale=alt.Scale(domain=list(range(len(columns)))))
    bars = pd.DataFrame([{"set": at, "records": n} for at, (_, n) in enumerate(columns)])
    top = alt.Chart(bars).encode(
        x=x, y=alt.Y("records:Q", title="records", axis=alt.Axis(tickCount=4, tickMinStep=1))
    )
    bar = top.mark_bar(color=CERTAIN, width=COLUMN * 0.6)
    text = top.mark_text(dy=-7, color=INK, fontSize=10).encode(
        text=alt.Text("records:Q", format=",")
    )
    rows = list(names.values())
    dots, lines = [], []
    for at, (pattern, _) in enumerate(columns):
        on = [name for name, held in zip(rows, pattern, strict=True) if held]
        dots += [{"set": at, "policy": name, "on": name in on} for name in rows]
        lines.append({"set": at, "from": on[0], "to": on[-1]})
    y = alt.Y("policy:N", sort=rows, title=None, scale=alt.Scale(domain=rows),
              axis=lane_axis(labelLimit=280))  # fmt: skip
    dot = (
        alt.Chart(pd.DataFrame(dots))
        .mark_circle(size=110, opacity=1)
        .encode(x=x, y=y, color=alt.condition("datum.on", alt.value(CERTAIN), alt.value(GRID)))
    )
    line = (
        alt.Chart(pd.DataFrame(lines))
        .mark_rule(color=CERTAIN, strokeWidth=3)
        .encode(x=x, y=alt.Y("from:N", sort=rows), y2="to:N")
    )
    upper = (bar + text).properties(width=wide, height=150)
    lower = alt.layer(dot, line).properties(width=wide, height=ROW * len(rows))
    chart: alt.VConcatChart = alt.vconcat(upper, lower, spacing=8)
    return chart
