"""The data contract: what the tables of a data set promise, checked before anybody counts.

`contract` draws it up out of the vocabulary and the mapping, `judge` decides it here and now, and
`run_suite` has Great Expectations decide the same promises and write its Data Docs. Only that last
step imports Great Expectations, which takes seconds; `leadpolicy compare` and `backtest` use the
first two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from leadpolicy.extras import brought

if TYPE_CHECKING:
    from leadpolicy.data.contract.draw import contract
    from leadpolicy.data.contract.gate import stop_on_failures
    from leadpolicy.data.contract.judgement import judge
    from leadpolicy.data.contract.model import Contract, Expectation, Finding, Level
    from leadpolicy.data.contract.suite import run_suite

__all__ = [
    "Contract",
    "Expectation",
    "Finding",
    "Level",
    "contract",
    "judge",
    "run_suite",
    "stop_on_failures",
]

_HOMES: Final = {
    "Contract": "leadpolicy.data.contract.model",
    "Expectation": "leadpolicy.data.contract.model",
    "Finding": "leadpolicy.data.contract.model",
    "Level": "leadpolicy.data.contract.model",
    "contract": "leadpolicy.data.contract.draw",
    "judge": "leadpolicy.data.contract.judgement",
    "run_suite": "leadpolicy.data.contract.suite",
    "stop_on_failures": "leadpolicy.data.contract.gate",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(brought("compare", _HOMES[name]), name)
