"""durable-rules, as a caller meets it."""

from __future__ import annotations

from datetime import datetime

from leadpolicy.backends import Logics, Spans, named
from leadpolicy.backends.durable.limits import LIMITS
from leadpolicy.backends.durable.process import verdicts
from leadpolicy.backends.durable.program import compile_logic
from leadpolicy.backends.interpreter import Verdicts
from leadpolicy.diagnostics import Diagnostic, LeadpolicyError
from leadpolicy.logic.terms import Logic
from leadpolicy.vocabulary.record import Record


class DurableRules:
    """Rule sets of durable-rules in a process of their own, record by record."""

    about = "rule sets of durable-rules in a process of their own, event by event"
    limits = LIMITS

    def refusals(self, logics: Logics, spans: Spans) -> list[Diagnostic]:
        found: list[Diagnostic] = []
        for label, logic in logics.items():
            try:
                compile_logic(logic, spans.get(label))
            except LeadpolicyError as error:
                found += named(error.diagnostics, label)
        return found

    def verdicts(self, logic: Logic, record: Record, as_of: datetime) -> Verdicts:
        return verdicts(logic, record, as_of)
