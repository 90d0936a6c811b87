"""Several policies on the same records: volumes, agreement, disagreements and outcomes.

`compare` is the whole of it; the modules beside it work on plain arrays of verdicts. The names are
loaded when they are used, so that importing this room stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from leadpolicy.comparison.comparison import Comparison, compare
    from leadpolicy.comparison.evaluation import Evaluation, evaluate
    from leadpolicy.comparison.study import Study

__all__ = ["Comparison", "Evaluation", "Study", "compare", "evaluate"]

_HOMES: Final = {
    "Comparison": "leadpolicy.comparison.comparison",
    "Evaluation": "leadpolicy.comparison.evaluation",
    "Study": "leadpolicy.comparison.study",
    "compare": "leadpolicy.comparison.comparison",
    "evaluate": "leadpolicy.comparison.evaluation",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(_HOMES[name]), name)
