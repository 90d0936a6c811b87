"""The funnel: how many records each policy holds at each stage of its ladder."""

from __future__ import annotations

from typing import Any, Final

from leadpolicy.characters import named
from leadpolicy.comparison.comparison import Comparison
from leadpolicy.comparison.outcomes import wilson
from leadpolicy.present.chart import (
    Bands,
    Canvas,
    Key,
    Ruler,
    across,
    below,
    legend,
    names_left,
    percents,
)
from leadpolicy.present.choices import known_label, most
from leadpolicy.present.comparison.plots import QUARTERS, VERDICTS, stacked
from leadpolicy.present.comparison.wording import cohort
from leadpolicy.present.drawing import Plot, blank, draw
from leadpolicy.present.theme import CERTAIN, GRID, INK, MUTED
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
        f"{study.records:,} records of {named(study.title)}; bars are certain, then UNKNOWN; lines "
        f"are 95 % Wilson intervals of the certain share.{left_out}"
    )
    if not study.records or not labels:
        return blank(title, "There are no records to count.")
    panels, said = [], []
    for label in labels_shown:
        own = table[(table["policy"] == label) & (table["position"] >= 0)]
        rows = _rows(rows_of(own), study.records)
        panels.append(_panel(rows, _headed(comparison, label)))
        said += [f"{label}, {row['stage']}: {row['text']}." for row in rows[1:]]
    keys = legend((Key(ALL, GRID), *VERDICTS), WIDE)
    chart = below([keys, *panels], 16)
    return draw(chart, title, f"Stacked bars per policy and stage ({cohort(study)}). " +
                " ".join(said))  # fmt: skip


def _headed(comparison: Comparison, label: str) -> str:
    found = comparison.policies.loc[comparison.policies["policy"] == label, "title"]
    title = str(found.iloc[0]) if len(found) else ""
    return f"{label}: {title[:70]}{'…' if len(title) > 70 else ''}" if title else label


def _rows(stages: list[Any], records: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"stage": ALL, "certain": 1.0, "unknown": 0.0, "low": None, "high": None,
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
            {"stage": row.title, "certain": certain, "unknown": unknown, "low": low,
             "high": high, "text": text, "kind": "certain"}
        )  # fmt: skip
    return rows


def _panel(rows: list[dict[str, Any]], title: str) -> Canvas:
    canvas, x = Canvas(), Ruler(0, 1, 0, WIDE)
    y = Bands([row["stage"] for row in rows], ROW)
    across(canvas, x, QUARTERS, percents, y.size, size=10)
    canvas.text(0, -12, title, size=13, weight=600)
    names_left(canvas, y, room=180)
    for at, row in enumerate(rows):
        fill = GRID if row["kind"] == ALL else CERTAIN
        end = stacked(canvas, x, y.at(at), row["certain"], row["unknown"], fill)
        if row["low"] is not None:
            canvas.line([(x(row["low"]), y.at(at)), (x(row["high"]), y.at(at))], INK, width=1.5)
        canvas.text(end + 6, y.at(at), row["text"], size=11, fill=MUTED)
    return canvas
