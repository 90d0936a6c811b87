"""The plots that analysts ask for: `leadpolicy.plots.funnel(comparison)`.

Every plot shows itself in a notebook and saves itself as PNG or SVG. Where there is nothing to
draw, the plot says why. What a plot needs is loaded when it is first drawn.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from leadpolicy.present.drawing import Plot as Plot
    from leadpolicy.present.plots.changes import alluvial as alluvial
    from leadpolicy.present.plots.ladders import funnel as funnel
    from leadpolicy.present.plots.lanes import swimlane as swimlane
    from leadpolicy.present.plots.likeness import agreement as agreement
    from leadpolicy.present.plots.likeness import upset as upset
    from leadpolicy.present.plots.open import unknowns as unknowns
    from leadpolicy.present.plots.trades import frontier as frontier
    from leadpolicy.present.plots.trades import sweep as sweep
    from leadpolicy.present.plots.waiting import cohorts as cohorts
    from leadpolicy.present.plots.waiting import kaplan_meier as kaplan_meier

_HOMES: Final = {
    "Plot": "leadpolicy.present.drawing",
    "agreement": "leadpolicy.present.plots.likeness",
    "alluvial": "leadpolicy.present.plots.changes",
    "cohorts": "leadpolicy.present.plots.waiting",
    "frontier": "leadpolicy.present.plots.trades",
    "funnel": "leadpolicy.present.plots.ladders",
    "kaplan_meier": "leadpolicy.present.plots.waiting",
    "swimlane": "leadpolicy.present.plots.lanes",
    "sweep": "leadpolicy.present.plots.trades",
    "unknowns": "leadpolicy.present.plots.open",
    "upset": "leadpolicy.present.plots.likeness",
}

__all__ = [*_HOMES]  # noqa: PLE0604  (names of the table above)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
