"""A backtest as it shows itself in a notebook."""

from __future__ import annotations

from leadpolicy.backtest.result import Backtest
from leadpolicy.present.backtest.plots import rates_plot
from leadpolicy.present.backtest.waiting import kaplan_meier
from leadpolicy.present.backtest.wording import cohort_line, grouped, outcome_line
from leadpolicy.present.comparison.evidence import used_leaks
from leadpolicy.present.notebook import Drawing, box, first, folded, head, hint, listed, plots
from leadpolicy.present.wording import rung_title
from leadpolicy.shown import html


@html.register
def backtest_summary(backtest: Backtest) -> str:
    """The verdicts, the cohort, and the plots to open."""
    summary = box(
        [
            head(backtest.title, cohort_line(backtest), outcome_line(backtest)),
            listed(used_leaks(backtest.leaks)),
            *(
                folded(
                    f"{rung_title(rung)}: which is better?",
                    listed(r.says for r in rows),
                    open=not at,
                )
                for at, ((rung,), rows) in enumerate(grouped(backtest.pairs, "rung"))
            ),
            folded("What to beware of", listed(first(backtest.notes))) if backtest.notes else "",
            hint("frames", backtest.frames()),
        ]
    )
    drawn: list[Drawing] = [
        ("Precision", lambda: rates_plot(backtest, "precision")),
        ("Conversion", lambda: rates_plot(backtest, "conversion")),
        ("Time to the outcome", lambda: kaplan_meier(backtest)),
    ]
    return summary + plots(drawn)
