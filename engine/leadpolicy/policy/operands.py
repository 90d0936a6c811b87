"""What stands to the right of an operator, read by the type of what stands to the left."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from leadpolicy.diagnostics import Problems, ValueProblem, cited, listing, suggest
from leadpolicy.logic.terms import Subject
from leadpolicy.operators import OPERATORS, Operator, Shape
from leadpolicy.policy.model import FactUse, Given, Parameter, ParameterUse, Written
from leadpolicy.source import Span
from leadpolicy.syntax.nodes import Mapping, Node, Scalar, Sequence, what
from leadpolicy.syntax.shape import as_text, check_keys
from leadpolicy.times import read_duration
from leadpolicy.types import (
    NUMERIC,
    Kind,
    Range,
    Type,
    Value,
    described,
    read_text,
    show,
    within_limits,
)
from leadpolicy.vocabulary.model import Vocabulary

BOOLEAN: Final = Type(Kind.BOOLEAN)
_PARAMETER: Final = re.compile(r"\$[^\W\d]")
COUNT: Final = Type(Kind.INTEGER, limits=(0, 1_000_000))


@dataclass(slots=True)
class Scope:
    """What conditions may refer to, and where problems go."""

    vocabulary: Vocabulary
    problems: Problems
    parameters: dict[str, Parameter] = field(default_factory=dict)
    used_parameters: set[str] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)
    """Names of all parameters, also of those that cannot be used."""

    def note(self, problem: ValueProblem, span: Span | None) -> None:
        """A value problem as a diagnostic at its place."""
        self.problems.error(
            problem.code, problem.message, span, expected=problem.expected, help=problem.help
        )


def read_operands(
    scope: Scope, subject: Subject, operator: Operator, node: Node
) -> tuple[Written, ...] | None:
    """The operands as written and typed; None where something is wrong (and noted)."""
    if isinstance(node, Scalar) and is_parameter(node):
        used = parameter_use(scope, node)
        if used is not None and not fits(scope, used, subject.type, operator.shape):
            return None
        return (used,) if used is not None else None
    match operator.shape:
        case Shape.FLAG:
            return _one(read_literal(scope, BOOLEAN, node))
        case Shape.DURATION:
            return _one(read_window(scope, node, subject.type))
        case Shape.PATTERN:
            return _one(_pattern(scope, node))
        case Shape.ONE:
            return _one(_single(scope, subject, operator, node))
        case Shape.MANY:
            return _many(scope, subject, node, operator)
        case Shape.PAIR:
            return _pair(scope, subject, node)


def _one(operand: Written | None) -> tuple[Written, ...] | None:
    return None if operand is None else (operand,)


def is_parameter(node: Scalar) -> bool:
    """Whether a value is `$name`; a quoted one is a text."""
    return not node.quoted and _PARAMETER.match(node.text) is not None


def parameter_use(scope: Scope, node: Scalar) -> ParameterUse | None:
    """The use of a declared parameter."""
    name = node.text[1:]
    if name in scope.declared and name not in scope.parameters:
        return None
    if name not in scope.parameters:
        hint = suggest(name, scope.parameters)
        help = hint or ("declare it under `parameters:`" if not scope.parameters else None)
        scope.problems.error("LP207", f"there is no parameter `{name}`", node.span, help=help)
        return None
    scope.used_parameters.add(name)
    return ParameterUse(name, node.span)


def fits(scope: Scope, used: ParameterUse, kind: Type, shape: Shape) -> bool:
    """Whether the parameter's value can stand here; the reason is noted."""
    parameter = scope.parameters[used.name]
    try:
        resolve(parameter, kind, shape)
    except ValueProblem as problem:
        message = f"the parameter `{used.name}` does not fit here: {problem.message}"
        scope.note(ValueProblem(message, problem.expected, problem.help, problem.code), used.span)
        return False
    return True


def resolve(parameter: Parameter, kind: Type, shape: Shape) -> tuple[Given, ...]:
    """A parameter's value as operands of this type and shape. Raises `ValueProblem`."""
    texts = parameter.texts
    if shape in (Shape.MANY, Shape.PAIR) and not parameter.listed:
        raise ValueProblem(f"`{parameter.shown}` is a single value", "a list of values")
    if shape not in (Shape.MANY, Shape.PAIR) and parameter.listed:
        raise ValueProblem(f"`[{parameter.shown}]` is a list", "a single value")
    if shape is Shape.PAIR and len(texts) != 2:
        raise ValueProblem("two values are needed", "a list of two values")
    if shape is Shape.DURATION:
        return (Given(window(kind, texts[0])),)
    if shape is Shape.FLAG:
        return (Given(read_text(BOOLEAN, texts[0])),)
    if shape is Shape.PATTERN:
        return (Given(check_pattern(texts[0])),)
    given = tuple(Given(literal(kind, text)) for text in texts)
    if shape is Shape.PAIR:
        check_order(kind, given)
    return given


def literal(kind: Type, text: str) -> Value:
    """A value written in a policy: never a range, never another currency. Raises `ValueProblem`."""
    value = read_text(kind, text)
    if isinstance(value, Range):
        if value.low is None and value.high is None:
            raise ValueProblem(
                f"`{text}` is in another currency than the fact, which is in {kind.currency}",
                f"an amount in {kind.currency}",
                code="LP304",
            )
        raise ValueProblem(f"`{text}` is a range", "one number", "use `between: [low, high]`")
    return value


def read_literal(scope: Scope, kind: Type, node: Node) -> Given | None:
    """A typed literal."""
    if isinstance(node, Mapping) and kind.kind is Kind.MONEY:
        return _amount(scope, kind, node)
    if isinstance(node, Scalar) and node.empty:
        scope.problems.error(
            "LP108",
            "a value is missing here",
            node.span,
            expected=described(kind),
            help="whether anything is known at all is asked with `known: false`",
        )
        return None
    scalar = as_text(node, scope.problems, described(kind))
    if scalar is None:
        return None
    try:
        return Given(literal(kind, scalar.text), scalar.span)
    except ValueProblem as problem:
        scope.note(problem, scalar.span)
        return None


def _amount(scope: Scope, kind: Type, node: Mapping) -> Given | None:
    """`{amount: 5_000_000, currency: EUR}`"""
    keys = ("amount", "currency")
    check_keys(node, scope.problems, known=keys, required=keys, of="an amount of money")
    amount = as_text(node.get("amount"), scope.problems, "a number")
    currency = as_text(node.get("currency"), scope.problems, "a currency such as EUR")
    if amount is None or currency is None:
        return None
    try:
        return Given(literal(kind, f"{currency.text} {amount.text}"), node.span)
    except ValueProblem as problem:
        scope.note(problem, node.span)
        return None


def read_window(scope: Scope, node: Node, kind: Type | None = None) -> Given | None:
    """A fixed length of time; for dates a number of whole days."""
    scalar = as_text(node, scope.problems, "a length of time such as 90 days")
    if scalar is None:
        return None
    try:
        return Given(window(kind or COUNT, scalar.text), scalar.span)
    except ValueProblem as problem:
        scope.note(problem, scalar.span)
        return None


def window(kind: Type, text: str) -> timedelta:
    """A fixed length of time, for dates a number of whole days. Raises `ValueProblem`."""
    duration = read_duration(text)
    if kind.kind is Kind.DATE and duration.seconds:
        raise ValueProblem(
            f"`{cited(text)}` is not a number of whole days",
            "days or weeks, for a date",
            code="LP305",
        )
    return duration


def check_pattern(text: str) -> str:
    """The regular expression, if RE2 accepts it. Raises `ValueProblem`."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(text, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        help = None
        if any(mark in text for mark in ("(?=", "(?!", "(?<")) or "\\1" in text:
            help = (
                "look-ahead, look-behind and back-references are left out: they can take for ever"
            )
        raise ValueProblem(
            f"the regular expression is not valid: {reason}",
            "an RE2 expression, such as '^(VP|Head)'",
            help,
            "LP306",
        ) from None
    return unicodedata.normalize("NFC", text)


def _pattern(scope: Scope, node: Node) -> Given | None:
    scalar = as_text(node, scope.problems, "a regular expression")
    if scalar is None:
        return None
    try:
        return Given(check_pattern(scalar.text), scalar.span)
    except ValueProblem as problem:
        scope.note(problem, scalar.span)
        return None


def _single(scope: Scope, subject: Subject, operator: Operator, node: Node) -> Written | None:
    if isinstance(node, Mapping) and node.get("fact") is not None:
        if "." not in subject.name:
            scope.problems.error(
                "LP303",
                f"`{subject.name}` is a detail of an event and cannot be compared with a "
                "fact of the record",
                node.span,
                help="compare it with a value or a parameter",
            )
            return None
        if operator.facts:
            return _other_fact(scope, subject, operator, node)
        scope.problems.error(
            "LP303", f"`{operator.name}` cannot compare with another fact", node.span
        )
        return None
    if isinstance(node, Sequence):
        many = next(
            (
                n
                for n, o in OPERATORS.items()
                if o.shape is Shape.MANY and o.picks is not False and subject.type.kind in o.kinds
            ),
            None,
        )
        scope.problems.error(
            "LP107",
            f"`{operator.name}` takes one value, not a list",
            node.span,
            help=f"use `{many}`" if many else None,
        )
        return None
    return read_literal(scope, subject.type, node)


def _other_fact(
    scope: Scope, subject: Subject, operator: Operator, node: Mapping
) -> FactUse | None:
    check_keys(node, scope.problems, known=("fact", "times"), of="an operand")
    name = as_text(node.get("fact"), scope.problems, "the name of a fact")
    if name is None:
        return None
    other = scope.vocabulary.facts.get(name.text)
    if other is None:
        scope.problems.error(
            "LP203",
            f"there is no fact `{name.text}` in the vocabulary",
            name.span,
            help=suggest(name.text, scope.vocabulary.facts),
        )
        return None
    if reason := _incomparable(subject.type, other.type):
        code, help = reason
        scope.problems.error(
            code,
            f"`{subject.name}` ({described(subject.type)}) cannot be compared with "
            f"`{other.name}` ({described(other.type)})",
            node.span,
            help=help,
        )
        return None
    factor = node.get("times")
    times = _factor(scope, factor, subject.type)
    return None if factor is not None and times is None else FactUse(name.text, times, node.span)


def _incomparable(left: Type, right: Type) -> tuple[str, str | None] | None:
    """The code and the help for two types that do not go together."""
    if left.kind is Kind.MONEY and right.kind is Kind.MONEY:
        different = left.currency != right.currency
        return ("LP304", "nothing is converted between currencies") if different else None
    if left.kind in NUMERIC and right.kind in NUMERIC:
        return ("LP307", None) if Kind.MONEY in (left.kind, right.kind) else None
    if left.kind is not right.kind:
        return "LP307", None
    if left.kind in (Kind.LEVEL, Kind.CHOICE) and left.values != right.values:
        return "LP307", "their lists of values differ"
    return None


def _factor(scope: Scope, node: Node | None, kind: Type) -> Decimal | None:
    scalar = as_text(node, scope.problems, "a positive number")
    if scalar is None:
        return None
    if kind.kind not in NUMERIC:
        scope.problems.error("LP303", f"`times` has no meaning for {kind}", scalar.span)
        return None
    try:
        factor = Decimal(scalar.text.replace("_", ""))
    except InvalidOperation:
        factor = Decimal("NaN")
    sound = factor.is_finite() and factor > 0 and len(factor.as_tuple().digits) <= 15
    if not (sound and abs(factor.adjusted()) <= 15):
        scope.problems.error(
            "LP301",
            f"`{cited(scalar.text)}` is not a factor",
            scalar.span,
            expected="a positive number of at most 15 digits, such as 0.8",
        )
        return None
    return factor


def _many(
    scope: Scope, subject: Subject, node: Node, operator: Operator
) -> tuple[Written, ...] | None:
    if isinstance(node, Mapping) and node.get("fact") is not None:
        scope.problems.error(
            "LP303", f"`{operator.name}` cannot compare with another fact", node.span
        )
        return None
    if not isinstance(node, Sequence):
        scope.problems.error(
            "LP107",
            f"`{operator.name}` takes a list, not {what(node)}",
            node.span,
            help=f"write `[{node.text}]`" if isinstance(node, Scalar) else None,
        )
        return None
    if not node.items:
        scope.problems.warn("LP901", f"`{operator.name}` has an empty list", node.span)
    read = [read_literal(scope, subject.type, item) for item in node.items]
    given = tuple(operand for operand in read if operand is not None)
    seen: dict[Given, Given] = {}
    for operand in given:
        if operand in seen:
            scope.problems.warn("LP907", "the value stands twice in the list", operand.span)
        seen[operand] = operand
    return given if len(given) == len(read) else None


def _pair(scope: Scope, subject: Subject, node: Node) -> tuple[Written, ...] | None:
    if not isinstance(node, Sequence) or len(node.items) != 2:
        scope.problems.error(
            "LP107", "`between` takes two values", node.span, expected="a list such as [20, 500]"
        )
        return None
    ends: list[Written] = []
    for item in node.items:
        if isinstance(item, Scalar) and is_parameter(item):
            used = parameter_use(scope, item)
            if used is not None and fits(scope, used, subject.type, Shape.ONE):
                ends.append(used)
        elif (given := read_literal(scope, subject.type, item)) is not None:
            ends.append(given)
    try:
        check_order(subject.type, tuple(end for end in ends if isinstance(end, Given)))
    except ValueProblem as problem:
        scope.note(problem, node.span)
        return None
    return tuple(ends) if len(ends) == 2 else None


def check_order(kind: Type, ends: tuple[Given, ...]) -> None:
    """Two ends stand in order. Raises `ValueProblem`; fewer than two ends have no order."""
    if len(ends) != 2:
        return
    low, high = (_place(kind, end.value) for end in ends)
    if low > high:
        raise ValueProblem(
            f"`{show(ends[1].value, kind)}` comes before `{show(ends[0].value, kind)}`",  # type: ignore[arg-type]
            "the lower end first",
            code="LP302",
        )


def _place(kind: Type, value: object) -> Any:
    return kind.rank(str(value)) if kind.kind is Kind.LEVEL else value


def read_count(scope: Scope, node: Node, kind: Type = COUNT) -> Written | None:
    """A whole number (or, with another type, a number) or a parameter that holds one."""
    if isinstance(node, Scalar) and is_parameter(node):
        used = parameter_use(scope, node)
        return used if used is not None and fits(scope, used, kind, Shape.ONE) else None
    return read_literal(scope, kind, node)


def checked_against(parameter: Parameter) -> ValueProblem | None:
    """Whether the parameter's value respects its own range and list of values."""
    if parameter.values:
        for text in parameter.texts:
            if text not in parameter.values:
                return ValueProblem(
                    f"`{text}` is not one of the values of the parameter `{parameter.name}`",
                    f"one of {listing(parameter.values)}",
                    suggest(text, parameter.values),
                    "LP302",
                )
    if parameter.range is not None:
        number = Type(Kind.NUMBER)
        try:
            low, high = (read_text(number, text) for text in parameter.range)
            if isinstance(low, float) and isinstance(high, float):
                limits = Type(Kind.NUMBER, limits=(low, high))
                for text in parameter.texts:
                    value = read_text(number, text)
                    if isinstance(value, float):
                        within_limits(limits, value)
        except ValueProblem as problem:
            return ValueProblem(
                f"the parameter `{parameter.name}`: {problem.message}",
                problem.expected,
                problem.help,
                problem.code,
            )
    return None
