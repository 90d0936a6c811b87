"""A comparison as it shows itself in a notebook."""

from __future__ import annotations

from leadpolicy.comparison.comparison import Comparison
from leadpolicy.english import plural
from leadpolicy.present.comparison.agreement import agreement
from leadpolicy.present.comparison.findings import findings
from leadpolicy.present.comparison.plots import outcomes_plot, volumes_plot
from leadpolicy.present.comparison.unknowns import unknowns
from leadpolicy.present.notebook import Drawing, box, first, folded, head, hint, listed, plots
from leadpolicy.shown import html


@html.register
def comparison_summary(comparison: Comparison) -> str:
    """What stands out, the volumes, and more plots to open."""
    study = comparison.study
    policies = [f"{row.policy}: {row.title}" for row in comparison.policies.itertuples()]
    summary = box(
        [
            head(f"Comparison of {plural(len(policies), 'policy', 'policies')}", study.cohort),
            listed(findings(comparison)),
            folded("The policies", listed(policies)),
            folded("What to beware of", listed(first(study.notes))) if study.notes else "",
            hint("frames", comparison.frames()),
        ]
    )
    drawn: list[Drawing] = [
        ("Volumes", lambda: volumes_plot(comparison)),
        ("Outcomes", lambda: outcomes_plot(comparison)),
        ("Agreement", lambda: agreement(comparison)),
        ("What to ask next", lambda: unknowns(comparison)),
    ]
    return summary + plots(drawn if study.records else [])
