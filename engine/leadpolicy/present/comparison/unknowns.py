"""UNKNOWN by fact: what to ask next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from leadpolicy.comparison.comparison import Comparison
from leadpolicy.english import plural
from leadpolicy.present.chart import (
    GAP,
    Bands,
    Canvas,
    Ruler,
    across,
    below,
    fitted,
    legend,
    percents,
)
from leadpolicy.present.comparison.plots import ABSENCES, EMPTY, NOT_THERE
from leadpolicy.present.comparison.wording import cohort
from leadpolicy.present.drawing import Plot, blank, draw
from leadpolicy.present.theme import ABSENT, MUTED, UNKNOWN
from leadpolicy.present.wording import percent, rows_of

if TYPE_CHECKING:
    import pandas as pd

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
            "fact": row.fact.removeprefix("event:"),
            "share": row.part,
            "share_text": percent(row.part),
            "kind": EMPTY if row.in_data else NOT_THERE,
            "ask": f"{row.ask}  (asks: {row.owner})" if row.owner else row.ask,
        }
        for row in rows_of(sums)
    ]


def _chart(rows: list[dict[str, Any]]) -> Canvas:
    canvas, y = Canvas(), Bands([row["fact"] for row in rows], ROW)
    x = Ruler(0, max(row["share"] for row in rows), 0, 480)
    across(canvas, x, x.ticks(), percents, y.size)
    for at, row in enumerate(rows):
        middle, end = y.at(at), x(row["share"])
        colour = UNKNOWN if row["kind"] == EMPTY else ABSENT
        canvas.text(-GAP, middle + 7, fitted(row["fact"], 260), anchor="end")
        canvas.text(2, middle - 7, fitted(row["ask"], 480, 11), size=11, fill=MUTED)
        canvas.rect(0, middle + 1, end, middle + 14, colour)
        canvas.text(end + 5, middle + 8, row["share_text"], size=11)
    return below([legend(ABSENCES, 480), canvas])
