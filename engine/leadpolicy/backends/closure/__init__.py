"""One record, fast: a policy as Python code.

Two positive formulas are written for every term, *holds* and *fails*; UNKNOWN is neither. Both
stop as soon as they are decided. Ranges take part because `Range` compares with a number, or with
another range, only where the answer is certain. What is rare (ranges in lists, factors near
equality) is left to the interpreter's own functions.

    closure = compile_logic(policy.logic)
    closure.stage(facts, events, now)      # 1: the place in the ladder, -1 for none
    closure.explain(facts, events, now)    # every verdict and value, and what stands in the way
    print(closure.source)                  # the code
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from leadpolicy.backends import Limit, Logics, Spans
from leadpolicy.backends.closure.code import Writer
from leadpolicy.backends.closure.model import Closure, Explanation
from leadpolicy.backends.interpreter import Verdicts
from leadpolicy.diagnostics import Diagnostic
from leadpolicy.logic.terms import Logic
from leadpolicy.logic.walk import conjuncts, looked_at, parts, subjects, walk
from leadpolicy.vocabulary.record import Record


def compile_logic(logic: Logic) -> Closure:
    """Writes and compiles the code of a policy."""
    writer = Writer()
    terms = list(walk((*logic.stages, *logic.criteria)))
    place = {term: number for number, term in enumerate(terms)}
    names = tuple(dict.fromkeys(s.name for term in terms for s in subjects(term)))
    functions = [
        writer.ladder("stage", logic.stages, want=True),
        writer.ladder("possible", logic.stages, want=False),
        writer.everything(logic, terms, names),
    ]
    source = "\n\n\n".join([*writer.functions, *functions]) + "\n"
    namespace: dict[str, Any] = dict(writer.constants)
    exec(compile(source, "<policy>", "exec"), namespace)  # names are ours, texts are literals
    return Closure(
        namespace["stage"],
        namespace["possible"],
        tuple(terms),
        names,
        namespace["everything"],
        tuple(tuple(place[part] for part in parts(term)) for term in terms),
        tuple(place[term] for term in logic.stages),
        tuple(tuple(place[t] for t in conjuncts(term)) for term in logic.stages),
        tuple(looked_at(term) for term in terms),
        source,
    )


@lru_cache(maxsize=64)
def compiled(logic: Logic) -> Closure:
    """The closure of a policy, compiled once."""
    return compile_logic(logic)


def verdicts(logic: Logic, record: Record, as_of: datetime) -> Verdicts:
    """What a policy says of a record, given what is known of it at a moment."""
    return compiled(logic).verdicts(record, as_of)


class Compiled:
    """Policies as Python code, record by record."""

    about = "the policy as Python code, for one record at a time"
    limits: tuple[Limit, ...] = ()

    def refusals(self, logics: Logics, spans: Spans) -> list[Diagnostic]:
        return []

    def verdicts(self, logic: Logic, record: Record, as_of: datetime) -> Verdicts:
        return verdicts(logic, record, as_of)


__all__ = ["Closure", "Compiled", "Explanation", "compile_logic", "compiled", "verdicts"]
