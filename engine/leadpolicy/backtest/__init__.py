"""Studies: what definitions would have done on a history, and how sure one may be of it.

The names are loaded when they are used, so that importing this room stays cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from leadpolicy.extras import brought

if TYPE_CHECKING:
    from leadpolicy.backtest.read import open_study
    from leadpolicy.backtest.result import Backtest
    from leadpolicy.backtest.run import backtest
    from leadpolicy.backtest.study import Capacity, Study, StudyCondition, Sweep

__all__ = ["Backtest", "Capacity", "Study", "StudyCondition", "Sweep", "backtest", "open_study"]

_HOMES: Final = {
    "Backtest": "result",
    "Capacity": "study",
    "StudyCondition": "study",
    "Study": "study",
    "Sweep": "study",
    "backtest": "run",
    "open_study": "read",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(brought("compare", f"{__name__}.{_HOMES[name]}"), name)
