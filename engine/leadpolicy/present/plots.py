"""The plots that analysts ask for: `leadpolicy.plots.funnel(comparison)`.

Every plot shows itself in a notebook and saves itself as PNG or SVG. Where there is nothing to
draw, the plot says why. What a plot needs is loaded when it is first drawn.
"""

# ruff: noqa: PLC0414  (a type checker takes `as` for "this is public")

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from leadpolicy.extras import brought

if TYPE_CHECKING:
    from leadpolicy.present.backtest.thresholds import frontier as frontier
    from leadpolicy.present.backtest.thresholds import sweep as sweep
    from leadpolicy.present.backtest.waiting import cohorts as cohorts
    from leadpolicy.present.backtest.waiting import kaplan_meier as kaplan_meier
    from leadpolicy.present.comparison.agreement import agreement as agreement
    from leadpolicy.present.comparison.agreement import upset as upset
    from leadpolicy.present.comparison.alluvial import alluvial as alluvial
    from leadpolicy.present.comparison.funnel import funnel as funnel
    from leadpolicy.present.comparison.unknowns import unknowns as unknowns
    from leadpolicy.present.drawing import Plot as Plot
    from leadpolicy.present.history.swimlane import swimlane as swimlane

_HOMES: Final = {
    "Plot": "leadpolicy.present.drawing",
    "agreement": "leadpolicy.present.comparison.agreement",
    "alluvial": "leadpolicy.present.comparison.alluvial",
    "cohorts": "leadpolicy.present.backtest.waiting",
    "frontier": "leadpolicy.present.backtest.thresholds",
    "funnel": "leadpolicy.present.comparison.funnel",
    "kaplan_meier": "leadpolicy.present.backtest.waiting",
    "swimlane": "leadpolicy.present.history.swimlane",
    "sweep": "leadpolicy.present.backtest.thresholds",
    "unknowns": "leadpolicy.present.comparison.unknowns",
    "upset": "leadpolicy.present.comparison.agreement",
}

__all__ = [*_HOMES]  # noqa: PLE0604  (names of the table above)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(brought("compare", _HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
