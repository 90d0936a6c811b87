"""leadpolicy: what a lead, a qualified lead and an opportunity are, as versioned policies.

>>> import leadpolicy
>>> policy = leadpolicy.load("policies/heinz")              # doctest: +SKIP
>>> policy.decide({"company.employees": 40}, as_of="2026-03-01")  # doctest: +SKIP

Names are imported when they are first used, so that importing the package costs little.
"""

from __future__ import annotations

from importlib import import_module
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from leadpolicy.version import __version__ as __version__

if TYPE_CHECKING:
    from leadpolicy.backtest.read import open_study as open_study
    from leadpolicy.backtest.result import Backtest as Backtest
    from leadpolicy.backtest.run import backtest
    from leadpolicy.backtest.study import Study as Study
    from leadpolicy.board import explore as explore
    from leadpolicy.comparison.comparison import Comparison as Comparison
    from leadpolicy.comparison.comparison import compare as compare
    from leadpolicy.comparison.cubes.cube import cube as cube
    from leadpolicy.comparison.validation import validate as validate
    from leadpolicy.data.dataset import Dataset as Dataset
    from leadpolicy.data.dataset import open_dataset as open_dataset
    from leadpolicy.data.frames import from_frame as from_frame
    from leadpolicy.data.recordset import RecordSet as RecordSet
    from leadpolicy.decision import Decision as Decision
    from leadpolicy.decision import decide as decide
    from leadpolicy.diagnostics import Diagnostic as Diagnostic
    from leadpolicy.diagnostics import LeadpolicyError as LeadpolicyError
    from leadpolicy.evaluation.stages import evaluate as evaluate
    from leadpolicy.history.result import Replay as Replay
    from leadpolicy.history.run import replay as replay
    from leadpolicy.policy import Policy as Policy
    from leadpolicy.policy import load_policies as load_policies
    from leadpolicy.policy import load_policy, parse_policy
    from leadpolicy.present import plots as plots
    from leadpolicy.truth import Truth as Truth
    from leadpolicy.vocabulary import Record as Record
    from leadpolicy.vocabulary import Vocabulary as Vocabulary
    from leadpolicy.vocabulary import load_vocabulary as load_vocabulary
    from leadpolicy.vocabulary import read_record as read_record

    load = load_policy
    parse = parse_policy
    run_study = backtest

_HOMES: Final = {
    "Backtest": "backtest.result",
    "Comparison": "comparison.comparison",
    "Dataset": "data.dataset",
    "Decision": "decision",
    "Diagnostic": "diagnostics",
    "LeadpolicyError": "diagnostics",
    "Policy": "policy",
    "Record": "vocabulary",
    "RecordSet": "data.recordset",
    "Replay": "history.result",
    "Study": "backtest.study",
    "Truth": "truth",
    "Vocabulary": "vocabulary",
    "compare": "comparison.comparison",
    "cube": "comparison.cubes.cube",
    "decide": "decision",
    "evaluate": "evaluation.stages",
    "explore": "board",
    "from_frame": "data.frames",
    "load": "policy:load_policy",
    "load_policies": "policy",
    "load_vocabulary": "vocabulary",
    "open_dataset": "data.dataset",
    "open_study": "backtest.read",
    "parse": "policy:parse_policy",
    "plots": "present.plots:",
    "read_record": "vocabulary",
    "replay": "history.run",
    "run_study": "backtest.run:backtest",
    "validate": "comparison.validation",
}

_ON_MANY_RECORDS: Final = {"backtest", "comparison", "data", "evaluation", "history"}
"""The rooms that are built on the extra `compare`."""

__all__ = [*_HOMES, "__version__"]  # noqa: PLE0604  (names of the table above)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'leadpolicy' has no attribute {name!r}")
    room, colon, called = _HOMES[name].partition(":")
    if room.partition(".")[0] in _ON_MANY_RECORDS:
        from leadpolicy.extras import brought

        module = brought("compare", f"leadpolicy.{room}")
    else:
        module = import_module(f"leadpolicy.{room}")
    value = module if colon and not called else getattr(module, called or name)
    if isinstance(value, FunctionType):
        from leadpolicy.extras import explaining

        value = explaining(value)  # a library may be looked for only when it is needed
    globals()[name] = value
    return value


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext leadpolicy` calls: `%%policy` writes or changes a policy in a cell."""
    from leadpolicy.present.magic import load

    load(shell)


def __dir__() -> list[str]:
    return sorted(__all__)
