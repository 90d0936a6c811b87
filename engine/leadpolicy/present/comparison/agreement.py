"""How alike policies are: the agreement of pairs, and who holds which records together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from leadpolicy.comparison.comparison import Comparison
from leadpolicy.english import plural
from leadpolicy.evaluation.codes import TRUE, UNKNOWN
from leadpolicy.present.chart import Bands, Canvas, Ruler, below, counts, names_left, upwards
from leadpolicy.present.choices import chosen_rung, most
from leadpolicy.present.comparison.plots import agreement_plot
from leadpolicy.present.comparison.wording import cohort
from leadpolicy.present.drawing import Plot, blank, draw
from leadpolicy.present.theme import CERTAIN, GRID
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
    patterns, sizes = np.unique(held, axis=0, return_counts=True)
    order = sorted(range(len(sizes)), key=lambda at: (-int(sizes[at]), *~patterns[at]))
    some = [at for at in order if patterns[at].any()]
    outside = int(sizes.sum()) - sum(int(sizes[at]) for at in some)
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
        f"{sizes[at]:,}."
        for at in columns
    ]
    names = {label: f"{label}  {int(sets[label].sum()):,}" for label in labels}
    chart = _chart([(patterns[at], int(sizes[at])) for at in columns], names)
    return draw(chart, title, f"Bars per combination of policies. {' '.join(told)}")


def _chart(columns: list[tuple[Any, int]], names: dict[str, str]) -> Canvas:
    """Bars above, and below a column of dots for each: which policies hold these records."""
    length, high = COLUMN * len(columns), 150
    upper, lower = Canvas(), Canvas()
    y = Ruler(0, max(count for _, count in columns), high, 0)
    upwards(upper, y, [t for t in y.ticks(4) if t == int(t)], counts, length, title="records")
    rows = Bands(list(names.values()), ROW)
    names_left(lower, rows, room=280)
    for at, (pattern, count) in enumerate(columns):
        middle = (at + 0.5) * COLUMN
        upper.rect(middle - 9, high, middle + 9, y(count), CERTAIN)
        upper.text(middle, y(count) - 8, f"{count:,}", anchor="middle", size=10)
        on = [rows.at(place) for place, held in enumerate(pattern) if held]
        for place in range(len(rows.names)):
            lower.dot(middle, rows.at(place), GRID, radius=5)
        lower.line([(middle, on[0]), (middle, on[-1])], CERTAIN, width=3)
        for level in on:
            lower.dot(middle, level, CERTAIN, radius=5)
    return below([upper, lower], 8)
