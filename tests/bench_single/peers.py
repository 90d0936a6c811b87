"""The same policies in other rule languages, written out of the policy's own terms.

These languages know null but not UNKNOWN: every comparison is guarded, so that a missing value is
neither in nor out, and only *holds* is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final, TypeAlias

from leadpolicy.logic.terms import (
    All,
    Any as AnyOf,
    Compare,
    Comparison,
    CountAtLeast,
    Known,
    Literal,
    Logic,
    Member,
    Not,
    Other,
    SumAtLeast,
    Term,
)
from leadpolicy.types import Kind, Value

Run: TypeAlias = Callable[[dict[str, Any]], int]
"""A flat record in, the place in the ladder out, -1 for none."""

OPPOSITE: Final = {">=": "<", "<=": ">", "<": ">=", ">": "<=", "=": "!="}


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
        text = spelling.choose(_holds(stages[place], spelling), text, lower)
    return text


def _holds(term: Term, s: Spelling, want: bool = True) -> str:
    match term:
        case Not():
            return _holds(term.term, s, not want)
        case All() | AnyOf():
            together = isinstance(term, All) is want
            joint = s.conjunction if together else s.disjunction
            return "(" + joint.join(_holds(part, s, want) for part in term.terms) + ")"
        case CountAtLeast() if want:
            ones = " + ".join(f"({s.choose(_holds(part, s), '1', '0')})" for part in term.terms)
            return f"({ones} >= {term.least})"
        case SumAtLeast() if want:
            parts = [
                f"({s.choose(_holds(part, s), str(weight), '0')})"
                if weight > 0
                else f"({s.choose(_holds(part, s, False), '0', f'(0 - {-weight})')})"
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
    if term.op is Comparison.EQ and want:
        return f"({x} == {literal(value, s)})"
    return f"({s.null(x)}{s.conjunction}{x} {op} {literal(value, s)})"


def literal(value: Value, s: Spelling) -> str:
    """A text or a number."""
    if isinstance(value, float):
        return f"{value:.1f}" if s.decimal or not value.is_integer() else str(int(value))
    return json.dumps(value)


def zen_expression(logic: Logic) -> Run:
    import zen

    evaluate: Run = zen.compile_expression(expression(logic, SPELLINGS["zen"])).evaluate
    return evaluate


def zen_engine(logic: Logic, *, trace: bool = False) -> Run:
    """A decision of one expression node; with `trace`, with everything that it says of itself."""
    import zen

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
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"p": graph}}})
    if trace:
        return lambda r: int(engine.evaluate("p", r, {"trace": True})["result"]["stage"])
    return lambda r: int(engine.evaluate("p", r)["result"]["stage"])


def zen_trace(logic: Logic) -> Run:
    return zen_engine(logic, trace=True)


def cel(logic: Logic) -> Run:
    import cel as library

    execute: Run = library.compile(expression(logic, SPELLINGS["cel"])).execute
    return execute


def celpy(logic: Logic) -> Run:
    import celpy as library

    environment = library.Environment()
    program = environment.program(environment.compile(expression(logic, SPELLINGS["celpy"])))
    return lambda r: int(program.evaluate(library.json_to_cel(r)))


def rule_engine(logic: Logic) -> Run:
    import rule_engine as library

    evaluate = library.Rule(expression(logic, SPELLINGS["rule-engine"])).evaluate
    return lambda r: int(evaluate(r))


# ------------------------------------------------------------------------------ JSONLogic


def datalogic(logic: Logic) -> Run:
    import datalogic_py

    stages = rungs(logic)
    rule: Any = len(stages) - 1
    for place in range(len(stages) - 1, -1, -1):
        rule = {"if": [_json(stages[place]), rule, place - 1]}
    evaluate: Run = datalogic_py.Engine().compile(rule).evaluate
    return evaluate


def _json(term: Term, want: bool = True) -> Any:
    match term:
        case Not():
            return _json(term.term, not want)
        case All() | AnyOf():
            word = "and" if isinstance(term, All) is want else "or"
            return {word: [_json(part, want) for part in term.terms]}
        case CountAtLeast() if want:
            return {">=": [{"+": [{"if": [_json(p), 1, 0]} for p in term.terms]}, term.least]}
        case SumAtLeast() if want:
            parts = [
                {"if": [_json(p), w, 0]} if w > 0 else {"if": [_json(p, False), 0, w]}
                for w, p in zip(term.weights, term.terms, strict=True)
            ]
            return {">=": [{"+": parts}, term.least]}
        case Known() if want:
            return _there(term.subject.name)
        case Member():
            inside = {"in": [{"var": flat(term.subject.name)}, list(term.values)]}
            if want:
                return {"and": [_there(term.subject.name), inside]}
            return {"and": [_there(term.subject.name), {"!": [inside]}]}
        case Compare():
            x = {"var": flat(term.left.name)}
            op = ("===" if want else "!==") if term.op is Comparison.EQ else str(term.op)
            if not want and term.op is not Comparison.EQ:
                op = OPPOSITE[term.op]
            guards = [_there(term.left.name)]
            if isinstance(term.right, Other):
                guards.append(_there(term.right.subject.name))
                return {"and": [*guards, {op: [x, {"var": flat(term.right.subject.name)}]}]}
            assert isinstance(term.right, Literal)
            return {"and": [*guards, {op: [x, term.right.value]}]}
        case _:
            raise TypeError(f"{term} is not part of the workload")


def _there(name: str) -> Any:
    return {"!==": [{"var": flat(name)}, None]}


# ----------------------------------------------------------------------------------- Rego


def regopy(logic: Logic) -> Run:
    from regopy import Interpreter

    writer = _Rego()
    stages = [writer.rule(stage) for stage in rungs(logic)]
    last = len(stages) - 1
    chain = " else ".join(
        f":= {place} if {{ {'; '.join(stages[: place + 1])} }}" for place in range(last, -1, -1)
    )
    module = "\n".join(["package p", "import rego.v1", *writer.rules, f"stage {chain} else := -1"])
    interpreter = Interpreter()
    interpreter.add_module("p", module)
    bundle = interpreter.build("data.p.stage")

    def run(record: dict[str, Any]) -> int:
        interpreter.set_input(record)
        return int(interpreter.query_bundle(bundle).results[0].expressions[0])

    return run


class _Rego:
    """Every compound term becomes a rule of its own, since Rego has no OR inside a body."""

    def __init__(self) -> None:
        self.rules: list[str] = []

    def rule(self, term: Term, want: bool = True) -> str:
        """The name of a rule that is true where the term holds (or fails)."""
        name = f"r{len(self.rules)}"
        self.rules.append("")
        place = len(self.rules) - 1
        if isinstance(term, CountAtLeast):
            counted = [
                f"{name}_n contains {i} if {{ {self.body(part)} }}"
                for i, part in enumerate(term.terms)
            ]
            text = [*counted, f"{name} if {{ count({name}_n) >= {term.least} }}"]
        elif isinstance(term, SumAtLeast):
            text = self.score(name, term)
        elif isinstance(term, All | AnyOf) and isinstance(term, All) is not want:
            text = [f"{name} if {{ {self.body(part, want)} }}" for part in term.terms]
        else:
            text = [f"{name} if {{ {self.body(term, want)} }}"]
        self.rules[place] = "\n".join(text)
        return name

    def score(self, name: str, term: SumAtLeast) -> list[str]:
        text = []
        for i, (weight, part) in enumerate(zip(term.weights, term.terms, strict=True)):
            if weight > 0:
                text.append(f'{name}_p["{i}"] := {weight} if {{ {self.body(part)} }}')
            else:
                spared = self.rule(part, want=False)
                text.append(f'{name}_p["{i}"] := {weight} if {{ not {spared} }}')
        text.append(f"{name} if {{ sum([v | v := {name}_p[_]]) >= {term.least} }}")
        return text

    def body(self, term: Term, want: bool = True) -> str:
        match term:
            case Not():
                return self.body(term.term, not want)
            case All() if want:
                return "; ".join(self.body(part) for part in term.terms)
            case All() | AnyOf() | CountAtLeast() | SumAtLeast():
                return self.rule(term, want)
            case Known():
                return f"input.{flat(term.subject.name)} != null"
            case Member():
                x = f"input.{flat(term.subject.name)}"
                listed = ", ".join(json.dumps(value) for value in term.values)
                return f"{x} != null; {'' if want else 'not '}{x} in {{{listed}}}"
            case Compare():
                x = f"input.{flat(term.left.name)}"
                op = {"=": "=="}.get(term.op, str(term.op)) if want else OPPOSITE[term.op]
                if isinstance(term.right, Other):
                    y = f"input.{flat(term.right.subject.name)}"
                    return f"{x} != null; {y} != null; {x} {op} {y}"
                assert isinstance(term.right, Literal)
                return f"{x} != null; {x} {op} {json.dumps(term.right.value)}"
            case _:
                raise TypeError(f"{term} is not part of the workload")


# ------------------------------------------------------------------------- business-rules


def business_rules(logic: Logic) -> Run:
    """Texts, numbers and booleans as texts; missing numbers as -1, for which nothing is asked.

    Quorums, scores and facts against facts cannot be said: they are computed by the variables.
    """
    from business_rules import actions, fields, run_all, variables

    stages = rungs(logic)
    namespace: dict[str, Any] = {}
    writer = _Business(namespace, variables)
    conditions = [writer.conditions(stage) for stage in stages]

    class Outcome(actions.BaseActions):  # type: ignore[misc]
        stage = -1

        @actions.rule_action(params={"place": fields.FIELD_NUMERIC})  # type: ignore[misc]
        def reached(self, place: int) -> None:
            self.stage = place

    def start(self: Any, record: dict[str, Any]) -> None:
        self.r = record

    namespace["__init__"] = start
    variable_class = type("Facts", (variables.BaseVariables,), namespace)
    rules = [
        {
            "conditions": {"all": [c for below in conditions[: place + 1] for c in below]},
            "actions": [{"name": "reached", "params": {"place": place}}],
        }
        for place in range(len(stages) - 1, -1, -1)
    ]

    def run(record: dict[str, Any]) -> int:
        outcome = Outcome()
        run_all(rules, variable_class(record), outcome, True)
        return outcome.stage

    return run


class _Business:
    """Adds a variable for every fact that is used."""

    def __init__(self, namespace: dict[str, Any], variables: Any) -> None:
        self.namespace = namespace
        self.variables = variables

    def conditions(self, term: Term, want: bool = True) -> list[Any]:
        match term:
            case All() if want:
                return [c for part in term.terms for c in self.conditions(part)]
            case Not():
                return self.conditions(term.term, not want)
            case CountAtLeast() | SumAtLeast():
                return [self.computed(term)]
            case Member() if want:
                x = self.text(term.subject.name)
                return [{"any": [self.ask(x, "equal_to", value) for value in term.values]}]
            case Member():
                x = self.text(term.subject.name)
                pattern = "^(?!(" + "|".join(str(v).replace(".", r"\.") for v in term.values)
                return [self.ask(x, "non_empty", ""), self.ask(x, "matches_regex", pattern + ")$)")]
            case Compare():
                return self.compare(term, want)
            case _:
                raise TypeError(f"{term} is not part of the workload")

    def compare(self, term: Compare, want: bool) -> list[Any]:
        if isinstance(term.right, Other):
            return [self.computed(term)]
        assert isinstance(term.right, Literal)
        value = term.right.value
        if isinstance(value, bool):
            return [self.ask(self.text(term.left.name), "equal_to", str(value is want))]
        if isinstance(value, str):
            x = self.text(term.left.name)
            if want:
                return [self.ask(x, "equal_to", value)]
            return [self.ask(x, "non_empty", ""), self.ask(x, "matches_regex", f"^(?!{value}$)")]
        x = self.number(term.left.name)
        op = "greater_than_or_equal_to" if term.op is Comparison.GE else "less_than_or_equal_to"
        return [self.ask(x, "greater_than_or_equal_to", 0), self.ask(x, op, value)]

    @staticmethod
    def ask(name: str, operator: str, value: object) -> dict[str, object]:
        return {"name": name, "operator": operator, "value": value}

    def text(self, fact: str) -> str:
        name = flat(fact)

        def get(self: Any) -> Any:
            value = self.r[name]
            return "" if value is None else str(value)

        get.__name__ = name
        self.namespace[name] = self.variables.string_rule_variable(get)
        return name

    def number(self, fact: str) -> str:
        name = flat(fact)

        def get(self: Any) -> Any:
            value = self.r[name]
            return -1 if value is None else value

        get.__name__ = name
        self.namespace[name] = self.variables.numeric_rule_variable(get)
        return name

    def computed(self, term: Term) -> dict[str, object]:
        name = f"computed_{len(self.namespace)}"
        holds = _python(term)

        def get(self: Any) -> int:
            return 1 if holds(self.r) else 0

        get.__name__ = name
        self.namespace[name] = self.variables.numeric_rule_variable(get)
        return self.ask(name, "equal_to", 1)


def _python(term: Term) -> Callable[[dict[str, Any]], bool]:
    """What business-rules cannot say, computed by a function of the record."""
    code = compile(_holds(term, SPELLINGS["python"]), "<computed>", "eval")
    return lambda record: bool(eval(code, {}, record))


# -------------------------------------------------------------------------- durable-rules


def durable(logic: Logic) -> Run:
    """Our own backend, in its process of its own: all verdicts, not the stage only."""
    from datetime import UTC, datetime

    from leadpolicy.backends.durable import verdicts
    from leadpolicy.truth import TRUE
    from leadpolicy.vocabulary.record import Record

    names = {flat(name): name for name in _names(logic)}

    def run(record: dict[str, Any]) -> int:
        facts = {names[k]: v for k, v in record.items() if v is not None and k in names}
        found = verdicts(logic, Record(facts), datetime(2026, 3, 1, tzinfo=UTC)).stages
        return max((place for place, verdict in enumerate(found) if verdict is TRUE), default=-1)

    return run


def _names(logic: Logic) -> set[str]:
    from leadpolicy.backends.closure import compiled

    return set(compiled(logic).facts)


PEERS: Final[Mapping[str, tuple[str, Callable[[Logic], Run]]]] = {
    "zen-engine expression": ("zen", zen_expression),
    "zen-engine decision": ("zen", zen_engine),
    "datalogic-py": ("datalogic_py", datalogic),
    "common-expression-language": ("cel", cel),
    "cel-python": ("celpy", celpy),
    "rule-engine": ("rule_engine", rule_engine),
    "business-rules": ("business_rules", business_rules),
    "regopy": ("regopy", regopy),
    "durable-rules (our backend)": ("durable_rules_engine", durable),
}


def installed(name: str) -> bool:
    """Whether a peer can be measured here."""
    return find_spec(PEERS[name][0]) is not None
