"""Every way to run a policy, so that one table of cases judges them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Final, TypeAlias, cast

from leadpolicy.backends.interpreter import Verdicts
from leadpolicy.logic.terms import Logic
from leadpolicy.vocabulary import Record

Run: TypeAlias = Callable[[Logic, Record, datetime], Verdicts]

BACKENDS: Final[Mapping[str, str]] = {
    "interpreter": "leadpolicy.backends.interpreter:verdicts",
}
"""Name to `module:function`; the function reads one record at one moment."""


def backend(name: str) -> Run:
    """The function that runs a policy, imported when it is asked for."""
    module, _, function = BACKENDS[name].partition(":")
    return cast("Run", getattr(import_module(module), function))
