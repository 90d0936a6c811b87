"""Several policies on the same records: volumes, agreement, disagreements and outcomes.

`compare` is the whole of it; the modules beside it work on plain arrays of verdicts. The names are
loaded when they are used, so that importing this room stays cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from leadpolicy.extras import brought

if TYPE_CHECKING:
    from leadpolicy.comparison.comparison import Comparison, compare
    from leadpolicy.comparison.cubes.cube import Cube, cube
    from leadpolicy.comparison.cubes.moves import Steps
    from leadpolicy.comparison.cubes.scan import CubeTable
    from leadpolicy.comparison.cubes.view import CubeView
    from leadpolicy.comparison.study import ComparedRecords

__all__ = [
    "ComparedRecords",
    "Comparison",
    "Cube",
    "CubeTable",
    "CubeView",
    "Steps",
    "compare",
    "cube",
]

_HOMES: Final = {
    "Comparison": "leadpolicy.comparison.comparison",
    "Cube": "leadpolicy.comparison.cubes.cube",
    "Steps": "leadpolicy.comparison.cubes.moves",
    "ComparedRecords": "leadpolicy.comparison.study",
    "CubeTable": "leadpolicy.comparison.cubes.scan",
    "CubeView": "leadpolicy.comparison.cubes.view",
    "compare": "leadpolicy.comparison.comparison",
    "cube": "leadpolicy.comparison.cubes.cube",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(brought("compare", _HOMES[name]), name)
