"""A comparison as one HTML file that needs nothing else: no network, no script."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from markupsafe import Markup

from leadpolicy.comparison.comparison import Comparison
from leadpolicy.comparison.outcomes import FEW
from leadpolicy.comparison.readiness import SAMPLE
from leadpolicy.comparison.study import READING
from leadpolicy.english import plural
from leadpolicy.files import write_whole
from leadpolicy.present.comparison import plots
from leadpolicy.present.comparison.evidence import deciding, leak_warnings, one_answer
from leadpolicy.present.comparison.findings import findings
from leadpolicy.present.comparison.wording import cause_sentence, crossings_of, few, kappa
from leadpolicy.present.drawing import Plot
from leadpolicy.present.pages import environment, unbroken
from leadpolicy.present.wording import (
    NOT_DEFINED,
    missing,
    names,
    number,
    percent,
    ratio,
    recalled,
    rows_of,
    rung_title,
)
from leadpolicy.version import __version__

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATE: Final = "comparison/report.html.j2"
MOST_CAUSES: Final = 150
"""Rows of causes that a rung shows; the rest is in the JSON."""
ALIKE: Final = 0.1
MOST_CROSSINGS: Final = 20
MOST_FACTS: Final = 40
MOST_SEGMENTS: Final = 40


def html_report(comparison: Comparison) -> str:
    """The report as text."""
    return _environment().get_template(TEMPLATE).render(_context(comparison))


def write_report(comparison: Comparison, path: Path) -> Path:
    """Write the report: the whole new file, or the old one untouched. Raises `LeadpolicyError`."""
    return write_whole(path, html_report(comparison))


def _environment() -> Environment:
    made = environment()
    made.filters |= {
        "number": number,
        "percent": lambda share, digits=1: unbroken(percent(share, digits)),
        "ratio": ratio,
        "recalled": lambda row: unbroken(recalled(row)),
        "rung": rung_title,
        "few": few,
        "names": names,
        "cause": cause_sentence,
        "fact": lambda name: str(name).removeprefix("event:"),
        "kappa": kappa,
    }
    made.globals |= {"rows": rows_of, "plural": plural, "missing": missing}
    return made


def _context(comparison: Comparison) -> dict[str, Any]:
    study = comparison.study
    return {
        "c": comparison,
        "study": study,
        "reading": READING,
        "dash": NOT_DEFINED,
        "most": MOST_CAUSES,
        "sample": SAMPLE,
        "few_below": FEW,
        "version": __version__,
        "findings": findings(comparison),
        "readiness": _readiness(comparison),
        "facts": _facts(comparison),
        "deciding": [one_answer(row) for row in deciding(comparison.missing)],
        "leaks": leak_warnings(comparison.leaks),
        "volumes": _volumes(comparison),
        "ladders": _by(comparison.stages, "policy"),
        "agreement": _per_rung(comparison, comparison.agreement),
        "overlap": _per_rung(comparison, comparison.overlap),
        "exclusive": _per_rung(comparison, comparison.exclusive),
        "refusals": _per_rung(comparison, comparison.refusals),
        "pair_causes": _per_rung(comparison, comparison.disagreements, MOST_CAUSES),
        "crossings": crossings_of(comparison.crossings, ALIKE, MOST_CROSSINGS),
        "outcomes": _per_rung(comparison, comparison.outcomes),
        "segments": _segments(comparison),
        "notes": _notes(comparison),
        "plots": _plots(comparison),
    }


def _plots(comparison: Comparison) -> dict[str, Any]:
    rungs = comparison.study.rungs
    return {
        "missing": _marked(plots.missing_plot(comparison)),
        "volumes": _marked(plots.volumes_plot(comparison)),
        "outcomes": _marked(plots.outcomes_plot(comparison)),
        "agreement": {r: _marked(plots.agreement_plot(comparison, r)) for r in rungs},
        "containment": {r: _marked(plots.containment_plot(comparison, r)) for r in rungs},
    }


def _marked(plot: Plot | None) -> dict[str, Any] | None:
    """A plot for the template. Its SVG is markup that vl-convert has escaped."""
    if plot is None:
        return None
    return {"title": plot.title, "svg": Markup(plot.inline)}


def _by(table: pd.DataFrame, column: str) -> list[tuple[str, list[Any]]]:
    """Rows in groups of equal values, in the order in which they stand."""
    found = groupby(rows_of(table), key=lambda row: str(getattr(row, column)))
    return [(value, list(rows)) for value, rows in found]


def _per_rung(
    comparison: Comparison, table: pd.DataFrame, most: int | None = None
) -> list[dict[str, Any]]:
    """The rows of each rung, those of most records first where they are cut."""
    found: list[dict[str, Any]] = []
    for rung in comparison.study.rungs:
        own = table[table["rung"] == rung]
        if own.empty:
            continue
        if most is not None:
            own = own.sort_values("records", ascending=False, kind="stable")
        found.append({"rung": rung, "rows": rows_of(own.head(most or len(own))), "all": len(own)})
    return found


def _readiness(comparison: Comparison) -> list[dict[str, Any]]:
    conditions = dict(_by(comparison.criteria, "policy"))
    return [
        {
            "policy": row,
            "conditions": conditions.get(row.policy, []),
            "open": row.open_records / row.records if row.records else None,
        }
        for row in rows_of(comparison.policies)
    ]


def _facts(comparison: Comparison) -> list[dict[str, Any]]:
    """Facts by the share of all policies × records that they leave open, the largest first."""
    count = len(comparison.policies)
    found: list[dict[str, Any]] = [
        {
            "fact": str(fact),
            "share": float(own["share"].sum()) / count,
            "in_data": bool(own["in_data"].iloc[0]),
            "ask": str(own["ask"].iloc[0]),
            "owner": str(own["owner"].iloc[0]),
            "policies": list(own["policy"]),
        }
        for fact, own in comparison.missing.groupby("fact")
    ]
    return sorted(found, key=lambda one: (-one["share"], one["fact"]))[:MOST_FACTS]


def _volumes(comparison: Comparison) -> list[tuple[str, list[Any]]]:
    return _by(comparison.volumes, "policy")


def _notes(comparison: Comparison) -> list[str]:
    """What has to be said about kappas that are undefined or one-sided."""
    noted = [*rows_of(comparison.overall), *rows_of(comparison.agreement)]
    return sorted({row.note for row in noted if row.note})


def _segments(comparison: Comparison) -> list[dict[str, Any]]:
    """Per rung the segments as rows and the policies as columns; a last row adds up all."""
    found: list[dict[str, Any]] = []
    counts = ["records", "certain", "unknown", "known", "won"]
    for rung in comparison.study.rungs:
        own = comparison.segments[comparison.segments["rung"] == rung]
        if own.empty:
            continue
        every = list(dict.fromkeys(own["segment"]))
        shown = every[: MOST_SEGMENTS - 1] if len(every) > MOST_SEGMENTS else every
        rest = len(every) - len(shown)
        folded = own["segment"].where(own["segment"].isin(shown), f"({rest} others)")
        keyed = own.assign(segment=folded)
        keyed = pd.concat([keyed, own.assign(segment="(all)")])
        sums = keyed.groupby(["segment", "policy"], sort=False, as_index=False)[counts].sum()
        found.append(
            {
                "rung": rung,
                "policies": list(dict.fromkeys(own["policy"])),
                "rows": _by(
                    sums.sort_values("segment", key=_places(sums), kind="stable"), "segment"
                ),
            }
        )
    return found


def _places(table: pd.DataFrame) -> Any:
    order = {name: at for at, name in enumerate(dict.fromkeys(table["segment"]))}
    return lambda column: column.map(order)
