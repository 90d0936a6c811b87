"""A backtest as one HTML file that needs nothing else: no network, no script."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from leadpolicy.backtest.result import Backtest
from leadpolicy.english import plural
from leadpolicy.files import write_whole
from leadpolicy.present.backtest import plots
from leadpolicy.present.backtest import wording as said
from leadpolicy.present.comparison.evidence import leak_warnings
from leadpolicy.present.drawing import Plot
from leadpolicy.present.pages import environment, unbroken
from leadpolicy.present.wording import (
    missing,
    number,
    percent,
    ratio,
    reasons_aside,
    recalled,
    rows_of,
    rung_title,
)
from leadpolicy.version import __version__

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATE: Final = "backtest/report.html.j2"
MOST_DISCORDANT: Final = 12
"""Records of a pair that the page shows; all are in the JSON."""


def html_report(backtest: Backtest) -> str:
    """The report as text."""
    return _environment().get_template(TEMPLATE).render(_context(backtest))


def write_report(backtest: Backtest, path: Path) -> Path:
    """Write the report: the whole new file, or the old one untouched. Raises `LeadpolicyError`."""
    return write_whole(path, html_report(backtest))


def _environment() -> Environment:
    made = environment()
    made.filters |= {
        "number": number,
        "percent": _percent,
        "ratio": ratio,
        "rung": rung_title,
        "p": said.p_value,
        "points": said.points,
        "decimal": said.decimal,
        "days": said.days,
        "day_count": said.day_count,
        "change": said.change,
    }
    made.globals |= {
        "plural": plural,
        "missing": missing,
        "interval": lambda low, high: unbroken(said.interval(low, high)),
        "points_interval": said.points_interval,
        "ratio_interval": said.ratio_interval,
        "of": said.of,
        "recalled": lambda row: unbroken(recalled(row)),
        "against": said.against,
    }
    return made


def _percent(value: Any, digits: int = 1) -> str:
    return unbroken(percent(value, digits))


def _context(backtest: Backtest) -> dict[str, Any]:
    rungs = said.order_of(backtest.precision["rung"])
    return {
        "b": backtest,
        "study": backtest.study.to_dict(),
        "caption": backtest.captions,
        "cohort": said.cohort_line(backtest),
        "aside": reasons_aside(backtest.facts["set_aside"]),
        "leaks": leak_warnings(backtest.leaks),
        "outcome": said.outcome_line(backtest),
        "mark": lambda policy: said.marked(backtest, policy),
        "version": __version__,
        "policies": rows_of(backtest.policies),
        "pairs": said.grouped(backtest.pairs, "rung"),
        "discordant": _discordant(backtest),
        "stock": {(r.rung, r.policy, r.period): r for r in rows_of(backtest.stock)},
        "periods": said.order_of(backtest.flow["period"]),
        "flow": said.grouped(backtest.flow, "rung", "policy"),
        "segments": _segments(backtest),
        "agreement": _agreement(backtest),
        "ends": _ends(backtest),
        "criteria": _criteria(backtest),
        "by_rung": {
            name: said.grouped(getattr(backtest, name), "rung")
            for name in ("precision", "revenue", "conversion", "capacity", "velocity", "trends",
                         "log_rank")
        },
        "sweeps": said.grouped(backtest.sweeps, "rung", "policy", "parameter"),
        "plots": _plots(backtest, rungs),
    }  # fmt: skip


def _plots(backtest: Backtest, rungs: list[str]) -> dict[str, list[dict[str, Any]]]:
    sweeps = [key for key, _ in said.grouped(backtest.sweeps, "rung", "policy", "parameter")]
    drawn = {
        "parted": [plots.parted_plot(backtest, rung) for rung in rungs],
        "precision": [plots.rates_plot(backtest, "precision")],
        "conversion": [plots.rates_plot(backtest, "conversion")],
        "flow": [plots.flow_plot(backtest, rung) for rung in rungs],
        "curves": [plots.curves_plot(backtest, rung) for rung in rungs],
        "decay": [plots.decay_plot(backtest, rung) for rung in rungs],
        "sweeps": [plots.sweep_plot(backtest, *key) for key in sweeps],
    }
    return {name: [_marked(plot) for plot in found if plot] for name, found in drawn.items()}


def _marked(plot: Plot) -> dict[str, Any]:
    """A plot for the template. Its SVG is markup that vl-convert has escaped."""
    return {"title": plot.title, "svg": Markup(plot.inline)}


def _discordant(backtest: Backtest) -> list[dict[str, Any]]:
    """Per pair the records on which they part, those with a known outcome first."""
    order = {"won": 0, "not won": 1}
    found = []
    for (rung, a, b), rows in said.grouped(backtest.discordant, "rung", "a", "b"):
        shown = sorted(rows, key=lambda row: order.get(row.fate, 2))[:MOST_DISCORDANT]
        found.append({"rung": rung, "a": a, "b": b, "rows": shown, "all": len(rows)})
    return found


def _segments(backtest: Backtest) -> list[dict[str, Any]]:
    """Per fact and rung the segments as rows and the policies as columns."""
    found = []
    for (fact, rung), table in backtest.segments.groupby(["fact", "rung"], sort=False):
        rows = {(r.segment, r.policy): r for r in rows_of(table)}
        found.append(
            {
                "fact": fact,
                "rung": rung,
                "policies": said.order_of(table["policy"]),
                "segments": said.order_of(table["segment"]),
                "rows": rows,
            }
        )
    return found


def _agreement(backtest: Backtest) -> list[dict[str, Any]]:
    return [
        {"rung": rung, "a": a, "b": b, "rows": rows}
        for (rung, a, b), rows in said.grouped(backtest.agreement, "rung", "a", "b")
    ]


def _ends(backtest: Backtest) -> list[dict[str, Any]]:
    """Per rung and policy the shares by way of ending, on the last day that is reported."""
    found = []
    for (rung, policy), rows in said.grouped(backtest.ends, "rung", "policy"):
        last = max(row.day for row in rows)
        own = [row for row in rows if row.day == last]
        found.append(
            {"rung": rung, "policy": policy, "rows": own, "day": last, "all": own[0].records}
        )
    return found


def _criteria(backtest: Backtest) -> list[dict[str, Any]]:
    """Per rung and policy the criteria that make a difference, the largest first."""
    found = []
    for (rung, policy), rows in said.grouped(backtest.criteria, "rung", "policy"):
        moved = sorted((row for row in rows if row.change), key=lambda row: -abs(row.change))
        idle = [row.without for row in rows if not row.change]
        found.append({"rung": rung, "policy": policy, "rows": moved, "idle": idle})
    return found
