"""The policies in languages of one-line expressions: zen, CEL, rule-engine.

These languages know null but not UNKNOWN: every comparison is guarded, so that a missing value is
neither in nor out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, TypeAlias

from leadpolicy.logic.terms import (
    All,
    Compare,
    CountAtLeast,
    Known,
    Literal,
    Logic,
    Member,
    Not,
    Other,
    Relation,
    SumAtLeast,
    Term,
)
from leadpolicy.logic.terms import (
    Any as AnyOf,
)
from leadpolicy.types import Value

Run: TypeAlias = Callable[[dict[str, Any]], int]
"""A flat record in, the place in the ladder out, -1 for none."""

OPPOSITE: Final = {">=": "<", "<=": ">", "<": ">=", ">": "<=", "=": "!="}


def library(name: str) -> Any:
    """A peer, imported when it is measured; none of them need be installed."""
    return import_module(name)


def flat(name: str) -> str:
    """A fact's name without dots."""
    return name.replace(".", "_")


def rungs(logic: Logic) -> list[Term]:
    """What each stage asks beyond the stage below it, which it needs."""
    below: Term | None = None
    asked: list[Term] = []
    for stage in logic.stages:
        if below is None:
            asked.append(stage)
        else:
            assert isinstance(stage, All)
            assert stage.terms[0] is below
            rest = stage.terms[1:]
            asked.append(rest[0] if len(rest) == 1 else All(rest))
        below = stage
    return asked


# --------------------------------------------------------------- expressions of one line


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a language of expressions writes the few things that are needed."""

    conjunction: str
    disjunction: str
    true: str
    false: str
    null: Callable[[str], str]
    """That a value is there."""
    choose: Callable[[str, str, str], str]
    decimal: bool = False
    """Whether a number that is not whole, or counts money, must show a decimal point."""


SPELLINGS: Final[Mapping[str, Spelling]] = {
    "zen": Spelling(
        " and ", " or ", "true", "false",
        lambda x: f"{x} != null", lambda c, a, b: f"({c}) ? ({a}) : ({b})",
    ),
    "cel": Spelling(
        " && ", " || ", "true", "false",
        lambda x: f"{x} != null", lambda c, a, b: f"({c}) ? ({a}) : ({b})", decimal=True,
    ),
    "celpy": Spelling(
        " && ", " || ", "true", "false",
        lambda x: f"type({x}) != null_type", lambda c, a, b: f"({c}) ? ({a}) : ({b})",
        decimal=True,
    ),
    "rule-engine": Spelling(
        " and ", " or ", "true", "false",
        lambda x: f"{x} != null", lambda c, a, b: f"({c}) ? ({a}) : ({b})",
    ),
    "python": Spelling(
        " and ", " or ", "True", "False",
        lambda x: f"{x} is not None", lambda c, a, b: f"({a}) if ({c}) else ({b})",
    ),
}  # fmt: skip


def expression(logic: Logic, spelling: Spelling) -> str:
    """The stage as one expression: rung above rung."""
    stages = rungs(logic)
    text = str(len(stages) - 1)
    for place in range(len(stages) - 1, -1, -1):
        lower = str(place - 1) if place else "(0 - 1)"
        text = spelling.choose(holds(stages[place], spelling), text, lower)
    return text


def holds(term: Term, s: Spelling, want: bool = True) -> str:
    """That a term is TRUE, or (without `want`) FALSE."""
    match term:
        case Not():
            return holds(term.term, s, not want)
        case All() | AnyOf():
            together = isinstance(term, All) is want
            joint = s.conjunction if together else s.disjunction
            return "(" + joint.join(holds(part, s, want) for part in term.terms) + ")"
        case CountAtLeast() if want:
            ones = " + ".join(f"({s.choose(holds(part, s), '1', '0')})" for part in term.terms)
            return f"({ones} >= {term.least})"
        case SumAtLeast() if want:
            parts = [
                f"({s.choose(holds(part, s), str(weight), '0')})"
                if weight > 0
                else f"({s.choose(holds(part, s, False), '0', f'(0 - {-weight})')})"
                for weight, part in zip(term.weights, term.terms, strict=True)
            ]
            return f"(({' + '.join(parts)}) >= {term.least})"
        case Known() if want:
            return f"({s.null(flat(term.subject.name))})"
        case Member():
            return _member(term, s, want)
        case Compare():
            return _compare(term, s, want)
        case _:
            raise TypeError(f"{term} is not part of the workload")


def _member(term: Member, s: Spelling, want: bool) -> str:
    x, listed = flat(term.subject.name), ", ".join(json.dumps(v) for v in term.values)
    inside = f"{x} in [{listed}]"
    negation = "!" if s.conjunction == " && " else "not "
    return f"({inside})" if want else f"({s.null(x)}{s.conjunction}{negation}({inside}))"


def _compare(term: Compare, s: Spelling, want: bool) -> str:
    x = flat(term.left.name)
    op = str(term.op) if want else OPPOSITE[term.op]
    if isinstance(term.right, Other):
        y = flat(term.right.subject.name)
        return f"({s.null(x)}{s.conjunction}{s.null(y)}{s.conjunction}{x} {op} {y})"
    assert isinstance(term.right, Literal)
    value = term.right.value
    if isinstance(value, bool):
        return f"({x} == {s.true if value is want else s.false})"
    if term.op is Relation.EQ and want:
        return f"({x} == {literal(value, s)})"
    return f"({s.null(x)}{s.conjunction}{x} {op} {literal(value, s)})"


def literal(value: Value, s: Spelling) -> str:
    """A text or a number."""
    if isinstance(value, float):
        return f"{value:.1f}" if s.decimal or not value.is_integer() else str(int(value))
    return json.dumps(value)


def zen_expression(logic: Logic) -> Run:
    evaluate: Run = library("zen").compile_expression(expression(logic, SPELLINGS["zen"])).evaluate
    return evaluate


def zen_engine(logic: Logic, *, trace: bool = False) -> Run:
    """A decision of one expression node; with `trace`, with everything that it says of itself."""
    place = {"position": {"x": 0, "y": 0}}
    stage = {"id": "s", "key": "stage", "value": expression(logic, SPELLINGS["zen"])}
    graph = {
        "nodes": [
            {"id": "i", "type": "inputNode", "name": "in", **place},
            {"id": "e", "type": "expressionNode", "name": "e", **place,
             "content": {"expressions": [stage]}},
            {"id": "o", "type": "outputNode", "name": "out", **place},
        ],
        "edges": [
            {"id": "1", "sourceId": "i", "targetId": "e", "type": "edge"},
            {"id": "2", "sourceId": "e", "targetId": "o", "type": "edge"},
        ],
    }  # fmt: skip
    engine = library("zen").ZenEngine({"loader": {"type": "static", "content": {"p": graph}}})
    if trace:
        return lambda r: int(engine.evaluate("p", r, {"trace": True})["result"]["stage"])
    return lambda r: int(engine.evaluate("p", r)["result"]["stage"])


def zen_trace(logic: Logic) -> Run:
    return zen_engine(logic, trace=True)


def cel(logic: Logic) -> Run:
    execute: Run = library("cel").compile(expression(logic, SPELLINGS["cel"])).execute
    return execute


def celpy(logic: Logic) -> Run:
    module = library("celpy")
    environment = module.Environment()
    program = environment.program(environment.compile(expression(logic, SPELLINGS["celpy"])))
    return lambda r: int(program.evaluate(module.json_to_cel(r)))


def rule_engine(logic: Logic) -> Run:
    evaluate = library("rule_engine").Rule(expression(logic, SPELLINGS["rule-engine"])).evaluate
    return lambda r: int(evaluate(r))
