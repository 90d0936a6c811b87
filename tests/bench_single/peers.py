"""Other engines for one record at a time, each with the same policies out of the same terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any, Final

from leadpolicy.backends.closure import compiled
from leadpolicy.backends.durable import verdicts
from leadpolicy.logic.terms import Logic
from leadpolicy.truth import TRUE
from leadpolicy.vocabulary.record import Record
from tests.bench_single import expressions, rules
from tests.bench_single.expressions import Run, flat
from tests.bench_single.workload import NOW


def durable(logic: Logic) -> Run:
    """Our own backend, in its process of its own: all verdicts, not the stage only."""
    names = {flat(name): name for name in compiled(logic).facts}

    def run(record: dict[str, Any]) -> int:
        facts = {names[k]: v for k, v in record.items() if v is not None and k in names}
        found = verdicts(logic, Record(facts), NOW).stages
        return max((place for place, verdict in enumerate(found) if verdict is TRUE), default=-1)

    return run


PEERS: Final[Mapping[str, tuple[str, Callable[[Logic], Run]]]] = {
    "zen-engine expression": ("zen", expressions.zen_expression),
    "zen-engine decision": ("zen", expressions.zen_engine),
    "datalogic-py": ("datalogic_py", rules.datalogic),
    "common-expression-language": ("cel", expressions.cel),
    "cel-python": ("celpy", expressions.celpy),
    "rule-engine": ("rule_engine", expressions.rule_engine),
    "business-rules": ("business_rules", rules.business_rules),
    "regopy": ("regopy", rules.regopy),
    "durable-rules (our backend)": ("durable_rules_engine", durable),
}
"""The module that must be there, and what makes a policy into a function of a flat record."""


def installed(name: str) -> bool:
    """Whether a peer can be measured here."""
    return find_spec(PEERS[name][0]) is not None
