"""How long it takes: Kaplan-Meier curves, and cohorts by the period in which records entered."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from leadpolicy.backtest.arrays import DAY
from leadpolicy.backtest.calendar import periods
from leadpolicy.backtest.result import Backtest
from leadpolicy.backtest.study import Unit
from leadpolicy.characters import named
from leadpolicy.data.chronicle import NEVER
from leadpolicy.english import plural
from leadpolicy.history.result import Replay
from leadpolicy.present.backtest.plots import curves_plot
from leadpolicy.present.chart import Bands, Canvas, heat, names_above, names_left
from leadpolicy.present.choices import chosen_rung, known_label
from leadpolicy.present.drawing import Plot, blank, draw
from leadpolicy.present.theme import MUTED
from leadpolicy.present.wording import percent, rung_title

CELL: Final = 52
MOST_PERIODS: Final = 40
FULL: Final = 0.6
"""From this share of the highest on, letters are cut out of the cell."""


def kaplan_meier(backtest: Backtest, rung: str | None = None) -> Plot:
    """Share of records that reached the outcome by day t after they reached a rung, with the
    number still at risk.
    """
    rung = chosen_rung(rung, backtest.curves["rung"])
    return curves_plot(backtest, rung) or blank(
        f"{rung_title(rung)} to {backtest.outcome} (Kaplan-Meier)",
        "No record reached this rung while it was observed, so there is no wait to show.",
    )


def cohorts(
    replay: Replay,
    policy: str | None = None,
    rung: str | None = None,
    *,
    period: Unit = "quarter",
    step: int = 30,
    columns: int = 12,
) -> Plot:
    """Per period of entry the share of records that reached a rung within so many days.

    `step` is how many days a column adds. A cell is empty where not all of its records were
    observed for that long.
    """
    label = known_label(policy or next(iter(replay.policies)), replay.policies)
    rung = chosen_rung(rung, replay.policies[label].rungs)
    head = f"{rung_title(rung)} of {named(label)}: share that got there within so many days"
    entries = replay.first_entry(rung).get(label)
    there = replay.starts != NEVER
    if entries is None or not there.any():
        return blank(head, f"{label} does not define this rung, or there is no record.")
    starts, reached = replay.starts[there], entries[there]
    spans = periods(int(starts.min()), int(starts.max()), period)
    rows = _cells(starts, reached, replay.until, spans.of(starts), step, columns)
    names = [(name, int((spans.of(starts) == at).sum())) for at, name in enumerate(spans.labels)]
    names = [(name, size) for name, size in names if size][-MOST_PERIODS:]
    kept = {name for name, _ in names}
    for row in rows:
        row["period"] = spans.labels[row["at"]]
    rows = [row for row in rows if row["period"] in kept]
    if not rows:
        return blank(head, f"No period was observed for {step} days.")
    first = int(replay.baseline(entries).sum())
    title = (
        f"{head}. Reading: first entry, by {period} of entry, observed until {replay.ends}; "
        f"{named(replay.chronicle.dataset.title or replay.chronicle.dataset.name)}, "
        f"{plural(len(starts), 'record')}. Of all records that entered in the {period}; empty "
        f"where some were not observed for so long. {first:,} were there at their first look."
    )
    told = " ".join(
        f"{row['period']}, {row['days']} days: {percent(row['share'])}."
        for row in rows
        if row["days"] == max(one["days"] for one in rows if one["period"] == row["period"])
    )
    return draw(_heat(rows, names), title, f"Heat map. {told}")


def _cells(
    starts: Any, reached: Any, until: int, period: Any, step: int, columns: int
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    waits = np.where(reached == NEVER, NEVER, reached - starts)
    for at in np.unique(period):
        own = period == at
        watched = until - int(starts[own].max())
        for column in range(columns + 1):
            days = column * step
            if days * DAY > watched:
                break
            share = float((waits[own] <= days * DAY).mean())
            rows.append({"at": int(at), "days": days, "share": share})
    return rows


def _heat(rows: list[dict[str, Any]], names: list[tuple[str, int]]) -> Canvas:
    highest = max((row["share"] for row in rows), default=0.0) or 0.01
    label = {name: f"{name}   {size:,}" for name, size in names}
    down = Bands([label[name] for name, _ in names], 28)
    days = Bands([str(day) for day in sorted({row["days"] for row in rows})], CELL)
    canvas = heat(
        (
            (label[r["period"]], str(r["days"]), r["share"] / highest, f"{100 * r['share']:.0f}")
            for r in rows
        ),
        down, days, full=FULL,
    )  # fmt: skip
    names_left(canvas, down)
    names_above(canvas, days, title="within so many days (cells: percent)")
    canvas.text(-8, -12, "entered in, and how many", anchor="end", size=11, fill=MUTED)
    return canvas
