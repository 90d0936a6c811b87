"""Nodes to tests: an operator on a fact, on an attribute of an event, or on a parameter."""

from __future__ import annotations

from leadpolicy.diagnostics import listing, suggest
from leadpolicy.logic.terms import Subject
from leadpolicy.operators import OPERATORS, Operator, fitting
from leadpolicy.policy.keywords import FORM_KEYS, HELP
from leadpolicy.policy.model import AllOf, Condition, ParameterTest, Test
from leadpolicy.policy.operands import Scope, is_parameter, parameter_use, read_operands
from leadpolicy.source import Span
from leadpolicy.syntax.nodes import Mapping, Node, Scalar, Sequence
from leadpolicy.syntax.shape import as_text
from leadpolicy.types import Kind, Type, described


def read_test(scope: Scope, key: Scalar, value: Node) -> Condition | None:
    """`fact: …` or `$parameter: …`."""
    if is_parameter(key):
        return _parameter_test(scope, key, value)
    fact = scope.vocabulary.facts.get(key.text)
    if fact is None:
        _unknown_fact(scope, key)
        return None
    span = Span(key.span.source, key.span.start, value.span.end)
    tests = read_tests(scope, Subject(fact.name, fact.type), value, span)
    if tests is None:
        return None
    return tests[0] if len(tests) == 1 else AllOf(tests, span)


def _unknown_fact(scope: Scope, key: Scalar) -> None:
    facts = scope.vocabulary.facts
    if key.text in scope.vocabulary.events:
        scope.problems.error(
            "LP203",
            f"`{key.text}` is an event, not a fact",
            key.span,
            help=f"write `happened: {key.text}` with `within: 90 days` or `within: ever`",
        )
        return
    if "." not in key.text:
        scope.problems.error(
            "LP201",
            f"a condition has no key `{key.text}`",
            key.span,
            expected=HELP,
            help=suggest(key.text, [*FORM_KEYS, *facts]),
        )
        return
    scope.problems.error(
        "LP203",
        f"there is no fact `{key.text}` in the vocabulary",
        key.span,
        help=suggest(key.text, facts) or "`leadpolicy facts` lists them all",
    )


def _parameter_test(scope: Scope, key: Scalar, value: Node) -> Condition | None:
    used = parameter_use(scope, key)
    items = value.items if isinstance(value, Sequence) else (value,)
    scalars = [as_text(item, scope.problems, "a value to compare with") for item in items]
    if used is None or None in scalars:
        return None
    texts = tuple(scalar.text for scalar in scalars if scalar is not None)
    allowed = scope.parameters[used.name].values
    for scalar in scalars:
        if allowed and scalar is not None and scalar.text not in allowed:
            scope.problems.error(
                "LP302",
                f"the parameter `{used.name}` can never be `{scalar.text}`",
                scalar.span,
                expected=f"one of {listing(allowed)}",
                help=suggest(scalar.text, allowed),
            )
            return None
    return ParameterTest(used.name, texts, Span(key.span.source, key.span.start, value.span.end))


def read_tests(scope: Scope, subject: Subject, node: Node, span: Span) -> tuple[Test, ...] | None:
    """All tests that one subject's right-hand side stands for."""
    match node:
        case Mapping() if node.get("fact") is None and node.get("amount") is None:
            return _operators(scope, subject, node, span)
        case Sequence():
            name = "one_of"
        case _:
            name = "is"
            if isinstance(node, Scalar) and is_parameter(node):
                declared = scope.parameters.get(node.text[1:])
                name = "one_of" if declared is not None and declared.listed else "is"
    test = _test(scope, subject, name, node, node.span, span)
    return None if test is None else (test,)


def _operators(
    scope: Scope, subject: Subject, node: Mapping, span: Span
) -> tuple[Test, ...] | None:
    if not node.entries:
        scope.problems.error(
            "LP403",
            "an operator is missing here",
            node.span,
            expected=f"one of {listing(fitting(subject.type), 20)}",
        )
        return None
    tests: list[Test] = []
    for key, value in node.entries:
        whole = (
            span
            if len(node.entries) == 1
            else Span(key.span.source, key.span.start, value.span.end)
        )
        test = _test(scope, subject, key.text, value, key.span, whole)
        if test is not None:
            tests.append(test)
    return tuple(tests) if len(tests) == len(node.entries) else None


def _test(
    scope: Scope, subject: Subject, name: str, value: Node, at: Span, span: Span
) -> Test | None:
    operator = OPERATORS.get(name)
    if operator is None:
        scope.problems.error(
            "LP206",
            f"there is no operator `{name}`",
            at,
            expected=f"for {described(subject.type)}: {listing(fitting(subject.type), 20)}",
            help=_meant(name, subject.type, value),
        )
        return None
    if subject.type.kind not in operator.kinds:
        scope.problems.error(
            "LP303",
            f"`{operator.name}` does not fit `{subject.name}`, which is {described(subject.type)}",
            at,
            expected=listing(fitting(subject.type), 20),
            help=_instead(operator, subject.type),
        )
        return None
    operands = read_operands(scope, subject, operator, value)
    return None if operands is None else Test(subject.name, operator.name, operands, span)


def _meant(name: str, kind: Type, value: Node) -> str | None:
    """The operator that goes by another name elsewhere, or is misspelt."""
    if name.isdigit() and isinstance(value, Scalar) and value.empty:
        return "a comma separates operators: write numbers without commas"
    for operator in OPERATORS.values():
        if name.casefold() in operator.also and kind.kind in operator.kinds:
            return f"write `{operator.name}`"
    return suggest(name, OPERATORS)


def _instead(operator: Operator, kind: Type) -> str | None:
    """The operator that was probably meant."""
    match kind.kind:
        case Kind.CHOICES if operator.picks:
            return "use `contains`, `contains_any` or `contains_all` for a set"
        case Kind.CHOICE if Kind.LEVEL in operator.kinds:
            return "a choice has no order; declare the fact as a `level` if its values do"
        case Kind.BOOLEAN:
            return "compare with true or false"
        case _:
            others = (o for o in OPERATORS.values() if kind.kind in o.kinds)
            near = next((o for o in others if not {*o.also}.isdisjoint(operator.also)), None)
            return None if near is None else f"use `{near.name}`"
