"""The plots of a comparison's report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from leadpolicy.comparison.comparison import Comparison
from leadpolicy.comparison.outcomes import FEW
from leadpolicy.present.chart import (
    Bands,
    Canvas,
    Key,
    Ruler,
    across,
    below,
    beside,
    heat,
    legend,
    names_above,
    names_left,
    percents,
    rates,
)
from leadpolicy.present.comparison.wording import cohort
from leadpolicy.present.drawing import Plot, draw
from leadpolicy.present.theme import ABSENT, CERTAIN, INK, MUTED, PAPER, UNKNOWN
from leadpolicy.present.wording import NOT_DEFINED, missing, percent, rows_of, rung_title

if TYPE_CHECKING:
    import pandas as pd

ROW: Final = 22
MOST_FACTS: Final = 15
FULL: Final = 0.7
"""From this share on a cell of a heat map is so full of colour that letters are cut out of it."""
EMPTY: Final = "in the data, but not filled"
NOT_THERE: Final = "not in the data at all"
QUARTERS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
ABSENCES: Final = (Key(EMPTY, UNKNOWN), Key(NOT_THERE, ABSENT))
VERDICTS: Final = (Key("certain", CERTAIN), Key("UNKNOWN", UNKNOWN))


def volumes_plot(comparison: Comparison) -> Plot | None:
    """Per rung and policy the share of records that is certain, and the share UNKNOWN, stacked."""
    table, study = comparison.volumes, comparison.study
    if not study.records or table.empty:
        return None
    panels = [_volumes(table[table["rung"] == rung], rung, first=not at)
              for at, rung in enumerate(study.rungs)]  # fmt: skip
    return draw(
        below([legend(VERDICTS, 600), beside(panels)]),
        f"Records on each rung, as a share of all records ({cohort(study)}): certain, and apart "
        f"those that cannot be decided",
        "Stacked bars per rung and policy. " + _volume_sentences(table),
    )


def _volumes(table: pd.DataFrame, rung: str, *, first: bool) -> Canvas:
    canvas, x = Canvas(), Ruler(0, 1, 0, 155)
    y = Bands(list(table["policy"]), ROW)
    across(canvas, x, QUARTERS, percents, y.size, size=10)
    canvas.text(0, -12, rung_title(rung), size=13, weight=600)
    if first:
        names_left(canvas, y)
    for at, row in enumerate(rows_of(table)):
        if not row.defined:
            canvas.text(4, y.at(at), "not defined", size=11, fill=MUTED)
            continue
        text = f"{row.certain:,}" + (f" + {row.unknown:,}" if row.unknown else "")
        end = stacked(canvas, x, y.at(at), row.certain / row.records,
                      row.unknown / row.records)  # fmt: skip
        canvas.text(end + 4, y.at(at), text, size=11)
    return canvas


def stacked(
    canvas: Canvas, x: Ruler, y: float, certain: float, unknown: float, fill: str = CERTAIN
) -> float:
    """A bar of what is certain and, after it, what is UNKNOWN; where it ends."""
    middle, end = x(certain), x(certain + unknown)
    canvas.rect(x(0), y - 7, middle, y + 7, fill)
    canvas.rect(middle, y - 7, end, y + 7, UNKNOWN)
    return end


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
    side = 44 if len(order) <= 8 else 36
    rows, columns = Bands(order, int(side * 0.7)), Bands(order, side)
    canvas = heat(
        ((a, b, v or 0.0, NOT_DEFINED if v is None else f"{100 * v:.0f}") for a, b, v in cells),
        rows, columns, full=FULL,
    )  # fmt: skip
    names_left(canvas, rows)
    names_above(canvas, columns, turned=True)
    said = " ".join(f"{a}, {b}: {percent(value)}." for a, b, value in cells if a != b)
    return draw(canvas, title, f"Heat map. {what} {said}")


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
    panels = []
    for rung in study.rungs:
        own = rows_of(shown[shown["rung"] == rung])
        if own:
            rows = [(row.policy, row, row.won, row.known) for row in own]
            panels.append(rates_panel(rows, rung, highest, own[0].base_rate))
    said = " ".join(
        f"{row.policy}, {rung_title(row.rung)}: {row.won:,} of {row.known:,}, "
        f"{percent(row.rate)}, between {percent(row.low)} and {percent(row.high)}."
        for row in rows_of(shown)
    )
    return draw(
        below(panels),
        f"Share {study.outcome_name} among records certainly on the rung, with 95 % Wilson "
        f"intervals; the dashed line is the rate of all records, {percent(study.base.rate)} "
        f"({study.denominator}; as of {study.as_of}). "
        f"Hollow dots rest on fewer than {FEW} records",
        f"Dot plot with intervals. {said}",
    )


def rates_panel(
    rows: Sequence[tuple[str, Any, int, int]], rung: str, highest: float, base: float | None
) -> Canvas:
    """Rates of (name, row, part, whole) with their intervals, and the rate of all as a line."""
    canvas, x = Canvas(), Ruler(0, highest, 0, 400)
    y = Bands([name for name, *_ in rows], ROW)
    across(canvas, x, x.ticks(6), percents, y.size)
    canvas.text(0, -12, rung_title(rung), size=13, weight=600)
    names_left(canvas, y)
    if base is not None:
        canvas.line([(x(base), 0), (x(base), y.size)], INK, dash="4 3")
    for at, (_, row, part, whole) in enumerate(rows):
        fill = PAPER if whole < FEW else CERTAIN
        rates(canvas, x, y.at(at), row.low, row.rate, row.high, fill=fill, stroke=CERTAIN)
        canvas.text(x.end + 8, y.at(at), f"{part:,} of {whole:,}", size=11, fill=MUTED)
    return canvas


def missing_plot(comparison: Comparison) -> Plot | None:
    """The facts whose absence leaves most verdicts open."""
    table = comparison.missing
    if table.empty:
        return None
    count = len(comparison.policies)
    open_share = (table["share"] / count).groupby([table["fact"], table["in_data"]]).sum()
    facts = open_share.reset_index().sort_values(["share", "fact"], ascending=[False, True])
    rows = rows_of(facts.head(MOST_FACTS))
    canvas, y = Canvas(), Bands([str(row.fact).removeprefix("event:") for row in rows], ROW)
    x = Ruler(0, max(row.share for row in rows), 0, 430)
    across(canvas, x, x.ticks(), percents, y.size)
    names_left(canvas, y)
    said = []
    for at, (name, row) in enumerate(zip(y.names, rows, strict=True)):
        end = x(row.share)
        canvas.rect(0, y.at(at) - 7, end, y.at(at) + 7, UNKNOWN if row.in_data else ABSENT)
        canvas.text(end + 4, y.at(at), percent(row.share), size=11)
        said.append(f"{name}: {percent(row.share)}, {EMPTY if row.in_data else NOT_THERE}.")
    return draw(
        below([legend(ABSENCES, 430), canvas]),
        f"What leaves verdicts open: the share of policies × records ({count} × "
        f"{comparison.study.records:,}) in which a stage is UNKNOWN for want of this",
        f"Bars per fact or event. {' '.join(said)}",
    )


def _defining(comparison: Comparison, rung: str) -> list[str]:
    table = comparison.volumes
    return list(table.loc[(table["rung"] == rung) & table["defined"], "policy"])


def _number(value: Any) -> float | None:
    return None if missing(value) else float(value)
