"""The policies as rules: JSONLogic, Rego, business-rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

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
from tests.bench_single.expressions import OPPOSITE, SPELLINGS, Run, flat, holds, library, rungs

# ------------------------------------------------------------------------------ JSONLogic


def datalogic(logic: Logic) -> Run:
    stages = rungs(logic)
    rule: Any = len(stages) - 1
    for place in range(len(stages) - 1, -1, -1):
        rule = {"if": [_json(stages[place]), rule, place - 1]}
    evaluate: Run = library("datalogic_py").Engine().compile(rule).evaluate
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
            op = ("===" if want else "!==") if term.op is Relation.EQ else str(term.op)
            if not want and term.op is not Relation.EQ:
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
    writer = _Rego()
    stages = [writer.rule(stage) for stage in rungs(logic)]
    last = len(stages) - 1
    chain = " else ".join(
        f":= {place} if {{ {'; '.join(stages[: place + 1])} }}" for place in range(last, -1, -1)
    )
    module = "\n".join(["package p", "import rego.v1", *writer.rules, f"stage {chain} else := -1"])
    interpreter = library("regopy").Interpreter()
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
    run_all = library("business_rules").run_all
    actions, fields, variables = (
        library(f"business_rules.{part}") for part in ("actions", "fields", "variables")
    )
    stages = rungs(logic)
    namespace: dict[str, Any] = {}
    writer = _Business(namespace, variables)
    conditions = [writer.conditions(stage) for stage in stages]

    base: Any = actions.BaseActions

    class Outcome(base):  # type: ignore[misc]
        stage = -1

        @actions.rule_action(params={"place": fields.FIELD_NUMERIC})  # type: ignore[untyped-decorator]
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
        op = "greater_than_or_equal_to" if term.op is Relation.GE else "less_than_or_equal_to"
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
        computed = _python(term)

        def get(self: Any) -> int:
            return 1 if computed(self.r) else 0

        get.__name__ = name
        self.namespace[name] = self.variables.numeric_rule_variable(get)
        return self.ask(name, "equal_to", 1)


def _python(term: Term) -> Callable[[dict[str, Any]], bool]:
    """What business-rules cannot say, computed by a function of the record."""
    code = compile(holds(term, SPELLINGS["python"]), "<computed>", "eval")
    return lambda record: bool(eval(code, {}, record))
