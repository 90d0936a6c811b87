"""The plots of a backtest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leadpolicy.backtest.captions import headline
from leadpolicy.backtest.result import Backtest
from leadpolicy.comparison.outcomes import FEW
from leadpolicy.present.backtest.wording import grouped, marked, order_of
from leadpolicy.present.chart import (
    Bands,
    Canvas,
    Key,
    Ruler,
    across,
    below,
    counts,
    legend,
    names_below,
    names_left,
    percents,
    upwards,
)
from leadpolicy.present.comparison.plots import rates_panel
from leadpolicy.present.drawing import Plot, draw
from leadpolicy.present.theme import ABSENT, CERTAIN, GRID, INK, MUTED, PAPER, UNKNOWN
from leadpolicy.present.wording import missing, percent, rows_of, rung_title

if TYPE_CHECKING:
    import pandas as pd

ROW: Final = 24
WIDE: Final = 520
COLOURS: Final = (CERTAIN, UNKNOWN, ABSENT, INK, MUTED)
"""One per policy; from the sixth on colours repeat with another dash."""
DASHES: Final = ("", "6 3", "2 2")


def _series(backtest: Backtest, policies: set[str], *, line: bool = True) -> dict[str, Key]:
    """Colours and dashes of some policies; a policy has the same ones in every plot."""
    names = [str(name) for name in backtest.policies["policy"]]
    return {
        name: Key(marked(backtest, name), COLOURS[at % len(COLOURS)], line,
                  DASHES[at // len(COLOURS) % len(DASHES)])
        for at, name in enumerate(names)
        if name in policies
    }  # fmt: skip


def flow_plot(backtest: Backtest, rung: str) -> Plot | None:
    """First entries per period as lines, one per policy; the last, incomplete period hollow."""
    table = backtest.flow[backtest.flow["rung"] == rung]
    if table.empty or not table["entries"].sum():
        return None
    keys = _series(backtest, set(table["policy"]))
    periods = order_of(table["period"])
    canvas, x = Canvas(), Bands(periods, WIDE / len(periods))
    y = Ruler(0, float(table["entries"].max()), 200, 0)
    upwards(canvas, y, [tick for tick in y.ticks() if tick == int(tick)], counts, WIDE,
            title="first entries")  # fmt: skip
    names_below(canvas, x, 200)
    runs = grouped(table, "policy")
    for (policy,), own in runs:
        key = keys[policy]
        points = [(x(str(row.period)), y(row.entries)) for row in own]
        canvas.line(points, key.colour, width=2, dash=key.dash)
        for row, point in zip(own, points, strict=True):
            canvas.dot(*point, key.colour if row.complete else PAPER, stroke=key.colour, radius=3.5)
    said = " ".join(
        f"{key[0]}: " + ", ".join(f"{row.period} {row.entries:,}" for row in own) + "."
        for key, own in runs
    )
    title = f"{rung_title(rung)}. {headline(backtest.captions['flow'])}"
    chart = below([legend(list(keys.values()), WIDE), canvas])
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
    panels = []
    for (rung,), own in grouped(shown, "rung"):
        rows = [
            (marked(backtest, r.policy), r, r.reached, r.mature) if conversion
            else (marked(backtest, r.policy), r, r.won, r.known)
            for r in own
        ]  # fmt: skip
        base = None if conversion or missing(own[0].base_rate) else own[0].base_rate
        panels.append(rates_panel(rows, rung, highest, base))
    said = " ".join(
        f"{rung_title(row.rung)}, {row.policy}: {percent(row.rate)}, between {percent(row.low)} "
        f"and {percent(row.high)}."
        for row in rows_of(shown)
    )
    dashed = "" if conversion else " The dashed line is the rate of all records."
    return draw(
        below(panels),
        f"{headline(backtest.captions[name])} 95 % Wilson intervals.{dashed} "
        f"Hollow dots rest on fewer than {FEW} records.",
        f"Dot plot of rates with intervals. {said}",
    )


def curves_plot(backtest: Backtest, rung: str) -> Plot | None:
    """Kaplan-Meier to the outcome with bands, and a table of records at risk below."""
    table = backtest.curves
    table = table[(table["rung"] == rung) & (table["to"] == backtest.outcome)]
    if table.empty:
        return None
    keys = _series(backtest, set(table["policy"]))
    canvas, x = Canvas(), Ruler(0, float(table["day"].max()), 0, WIDE)
    y = Ruler(0, float(max(table["high"].max(), table["share"].max())) or 1.0, 240, 0)
    upwards(canvas, y, y.ticks(), percents, WIDE, title=f"share {backtest.outcome}")
    across(canvas, x, x.ticks(8), counts, 240, title="days after the first entry")
    runs = grouped(table, "policy")
    for (policy,), own in runs:
        band = [(x(day), y(low), y(high)) for day, low, high in
                _steps([(r.day, r.low, r.high) for r in own])]  # fmt: skip
        canvas.area([*((at, low) for at, low, _ in band),
                     *((at, high) for at, _, high in reversed(band))],
                    keys[policy].colour, 0.13)  # fmt: skip
    for (policy,), own in runs:
        steps = _steps([(r.day, r.share, r.share) for r in own])
        canvas.line([(x(day), y(share)) for day, share, _ in steps], keys[policy].colour, width=2,
                    dash=keys[policy].dash)  # fmt: skip
    chart = below([legend(list(keys.values()), WIDE), canvas, _at_risk(table, keys, x)])
    said = " ".join(
        f"{key[0]}: by day {own[-1].day:.0f} {percent(own[-1].share)} arrived, "
        f"{own[-1].at_risk:,} still at risk."
        for key, own in runs
    )
    title = (
        f"{rung_title(rung)} to {backtest.outcome}, by day t after the first entry (Kaplan-Meier "
        f"with 95 % bands). {headline(backtest.captions['velocity'])}"
    )
    return draw(chart, title, f"Step curves with 95 % bands. {said}")


def _steps(points: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """A curve that keeps its values until the next day, from nothing on the first."""
    found = [(0.0, 0.0, 0.0)]
    for day, low, high in points:
        found += [(day, *found[-1][1:]), (day, low, high)]
    return found


def _at_risk(table: pd.DataFrame, keys: dict[str, Key], x: Ruler) -> Canvas:
    canvas = Canvas()
    y = Bands([key.name for key in keys.values()], 18)
    canvas.text(0, -10, "At risk", size=13, weight=600)
    names_left(canvas, y, room=190)
    places = {policy: at for at, policy in enumerate(keys)}
    days = sorted(table["day"].unique())[3::4]
    for row in rows_of(table[table["day"].isin(days)]):
        middle = y.at(places[row.policy])
        canvas.text(x(row.day), middle, f"{row.at_risk:,}", anchor="end", size=11)
    return canvas


def parted_plot(backtest: Backtest, rung: str) -> Plot | None:
    """Per pair the records gained to the right and lost to the left, won ones filled."""
    table = backtest.pairs[backtest.pairs["rung"] == rung]
    if table.empty or not (table["gained"].sum() + table["lost"].sum()):
        return None
    rows = rows_of(table)
    reach = 1.6 * max(max(row.gained, row.lost) for row in rows)
    canvas, x = Canvas(), Ruler(-reach, reach, 0, 440)
    y = Bands([f"{row.a}, {row.b}" for row in rows], ROW)
    across(canvas, x, x.ticks(6), lambda value: counts(abs(value)), y.size,
           title="lost (first only)  ←  records  →  gained (second only)")  # fmt: skip
    names_left(canvas, y, room=320)
    for at, row in enumerate(rows):
        middle = y.at(at)
        for sign, all_, won in ((1, row.gained, row.gained_won), (-1, row.lost, row.lost_won)):
            canvas.rect(x(0), middle - 7, x(sign * won), middle + 7, CERTAIN)
            canvas.rect(x(sign * won), middle - 7, x(sign * all_), middle + 7, GRID)
            if all_:
                canvas.text(x(sign * all_) + 5 * sign, middle, f"{won:,} of {all_:,}", size=11,
                            anchor="start" if sign > 0 else "end")  # fmt: skip
    said = " ".join(
        f"{row.a} or {row.b}: gained {row.gained:,}, {row.gained_won:,} of them won; lost "
        f"{row.lost:,}, {row.lost_won:,} of them won."
        for row in rows
    )
    title = (
        f"{rung_title(rung)}: records that only one of two definitions holds, with a known "
        f"outcome. {headline(backtest.captions['discordant'])}"
    )
    keys = (Key("won", CERTAIN), Key("not won", GRID))
    return draw(below([legend(keys, 440), canvas]), title, f"Bars to both sides. {said}")


def sweep_plot(backtest: Backtest, rung: str, policy: str, parameter: str) -> Plot | None:
    """Precision and volume per value, on earlier and on held-out records."""
    table = backtest.sweeps
    table = table[
        (table["rung"] == rung) & (table["policy"] == policy) & (table["parameter"] == parameter)
    ]
    shown = table[table["known"] > 0]
    if shown.empty:
        return None
    values, parts = order_of(table["value"]), order_of(table["part"])
    keys = [Key(part, (CERTAIN, UNKNOWN)[at % 2]) for at, part in enumerate(parts)]
    x = Bands(values, WIDE / len(values))
    wide = x.step * 0.8 / len(parts)
    volume, below_it = Canvas(), Canvas()
    held = Ruler(0, float(table["held"].max()) or 1.0, 70, 0)
    upwards(volume, held, held.ticks(3), counts, WIDE, title="records held")
    top = min(max(float(shown["high"].max()) * 1.05, 0.05), 1.0)
    y = Ruler(0, top, 190, 0)
    upwards(below_it, y, y.ticks(), percents, WIDE, title=f"share {backtest.outcome}")
    names_below(below_it, x, 190, title=parameter)
    for row in rows_of(table):
        place = parts.index(str(row.part))
        middle = x(str(row.value)) + (place - (len(parts) - 1) / 2) * wide
        colour = keys[place].colour
        volume.rect(middle - wide * 0.45, 70, middle + wide * 0.45, held(row.held), colour)
        if row.known > 0:
            below_it.line([(middle, y(row.low)), (middle, y(row.high))], colour, width=2)
            below_it.dot(middle, y(row.rate), colour, radius=4)
    said = " ".join(
        f"{row.value}, {row.part}: {row.held:,} held, {percent(row.rate)} of {row.known:,}."
        for row in rows_of(table)
    )
    named = f"{rung_title(rung)}, {marked(backtest, policy)}: {parameter}."
    title = f"{named} {headline(backtest.captions['sweeps'])}"
    chart = below([legend(keys, WIDE), volume, below_it])
    return draw(chart, title, f"Volume as bars and rates with intervals per value. {said}")


def decay_plot(backtest: Backtest, rung: str) -> Plot | None:
    """Precision by the period in which records entered."""
    table = backtest.decay[(backtest.decay["rung"] == rung) & (backtest.decay["known"] > 0)]
    if table.empty or table["period"].nunique() < 2:
        return None
    keys = _series(backtest, set(table["policy"]), line=False)
    periods = [p for p in order_of(backtest.decay["period"]) if p in set(table["period"])]
    length = WIDE + 60
    canvas, x = Canvas(), Bands(periods, length / len(periods))
    y = Ruler(0, float(table["high"].max()), 200, 0)
    upwards(canvas, y, y.ticks(), percents, length, title=f"share {backtest.outcome}")
    names_below(canvas, x, 200, title="entered in")
    wide = x.step * 0.8 / len(keys)
    places = {policy: at for at, policy in enumerate(keys)}
    for row in rows_of(table):
        colour = keys[row.policy].colour
        middle = x(str(row.period)) + (places[row.policy] - (len(keys) - 1) / 2) * wide
        canvas.line([(middle, y(row.low)), (middle, y(row.high))], colour, width=2)
        canvas.dot(middle, y(row.rate), colour, radius=4)
    said = " ".join(
        f"{key[0]}: " + ", ".join(f"{r.period} {percent(r.rate)} of {r.known:,}" for r in own) + "."
        for key, own in grouped(table, "policy")
    )
    title = f"{rung_title(rung)}. {headline(backtest.captions['decay'])}"
    chart = below([legend(list(keys.values()), length), canvas])
    return draw(chart, title, f"Rates with intervals per period of entry. {said}")
