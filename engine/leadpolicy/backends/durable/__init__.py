"""durable-rules: policies as rule sets of its engine, record by record and event by event.

    with Durable() as durable:
        durable.verdicts(policy.logic, record, as_of)

The engine knows no nulls, forgets names for their hashes, crashes and hangs on some input. So it
gets two positive formulas for every term (`program`), plain properties under names of our own
(`names`, `properties`), JSON that it reads rightly (`wire`), and a process of its own (`process`,
`worker`). What it cannot say is listed in `limits`.
"""

from __future__ import annotations

from leadpolicy.backends import Limit
from leadpolicy.backends.durable.limits import LIMITS, OUTSIDE
from leadpolicy.backends.durable.process import Durable, lacking, verdicts
from leadpolicy.backends.durable.program import Program, compile_logic

__all__ = [
    "LIMITS",
    "OUTSIDE",
    "Durable",
    "Limit",
    "Program",
    "compile_logic",
    "lacking",
    "verdicts",
]
