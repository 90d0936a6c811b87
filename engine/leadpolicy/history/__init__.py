"""History: what each record would have been under each policy, at every moment.

`replay` gives exact timelines out of the embedded engine; `replay_record` is what they mean, one
record at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from leadpolicy.extras import brought

if TYPE_CHECKING:
    from leadpolicy.history.definition import StageSpan, replay_record
    from leadpolicy.history.result import Replay, Timelines
    from leadpolicy.history.run import replay

__all__ = ["Replay", "StageSpan", "Timelines", "replay", "replay_record"]

_HOMES: Final = {
    "Replay": "result",
    "StageSpan": "definition",
    "Timelines": "result",
    "replay": "run",
    "replay_record": "definition",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(brought("compare", f"{__name__}.{_HOMES[name]}"), name)
