"""Every way to run a policy, so that one table of cases judges them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from leadpolicy.backends import durable
from leadpolicy.backends.closure import compile_logic
from leadpolicy.backends.interpreter import Verdicts, verdicts
from leadpolicy.logic.terms import Logic
from leadpolicy.vocabulary import Record

Run: TypeAlias = Callable[[Record, datetime], Verdicts]
Backend: TypeAlias = Callable[[Logic], Run]


def interpreter(logic: Logic) -> Run:
    """The definition of the meaning."""
    return partial(verdicts, logic)


def closure(logic: Logic) -> Run:
    """The policy as Python code."""
    return compile_logic(logic).verdicts


def durable_rules(logic: Logic) -> Run:
    """The policy as a durable-rules rule set, evaluated by its engine."""
    return partial(durable.verdicts, logic)


BACKENDS: Final[Mapping[str, Backend]] = {
    "interpreter": interpreter,
    "closure": closure,
    # Compiled when it is installed, and so not everywhere.
    **({"durable-rules": durable_rules} if durable.installed() else {}),
}
