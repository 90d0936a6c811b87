"""Conditions in plain English: as one sentence, or as a tree of lines.

Pure text: whoever prints it decides on lists, colour and width. Parameters are named where their
values stand ("at least 20 (parameter min_employees)"), so that a reader knows what may be set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from leadpolicy.operators import OPERATORS, Shape
from leadpolicy.policy.model import (
    AllOf,
    AnyOf,
    Condition,
    EventTest,
    FactUse,
    Given,
    NoneOf,
    ParameterTest,
    ParameterUse,
    Points,
    Policy,
    Quorum,
    Ref,
    Test,
    Written,
)
from leadpolicy.policy.operands import COUNT, resolve
from leadpolicy.times import show_duration
from leadpolicy.types import Kind, Type, Value, show, show_number
from leadpolicy.vocabulary.model import Attribute, Fact

NUMBER: Final = Type(Kind.NUMBER)
_BOUNDS: Final = {"at_least": "at least", "at_most": "at most", "exactly": "exactly"}
_NOT_SO: Final = "it is not so that"
_SPELT: Final = frozenset({Kind.CHOICE, Kind.LEVEL, Kind.CHOICES})


@dataclass(frozen=True, slots=True)
class Line:
    """A condition in words. With `parts`, the text only introduces them ("all of these").

    `label` says what stands before: "15 points", or the setting under which the line counts.
    """

    text: str
    condition: Condition
    parts: tuple[Line, ...] = ()
    label: str = ""

    def __str__(self) -> str:
        return f"{self.label}: {self.text}" if self.label else self.text


def sentence(condition: Condition, policy: Policy) -> str:
    """The whole condition in one line, without a full stop; criteria are named by what they say."""
    match condition:
        case AllOf():
            return _both_bounds(condition, policy) or _guarded_sentence(condition, policy)
        case AnyOf():
            if _switch(condition) is not None:
                return _switch_sentence(condition, policy)
            return series(_inner(condition.parts, policy), "or") or "nothing at all"
        case NoneOf():
            texts = _inner(condition.parts, policy)
            return (
                f"{_NOT_SO} {texts[0]}" if len(texts) == 1 else f"none of these: {'; '.join(texts)}"
            )
        case Quorum():
            return f"{_quorum(condition, policy)}: {'; '.join(_inner(condition.parts, policy))}"
        case Points():
            rules = (
                f"{_points(weight, policy)} if {text}"
                for (weight, _), text in zip(
                    condition.rules, _inner([c for _, c in condition.rules], policy), strict=True
                )
            )
            return f"{_threshold(condition, policy)}: {'; '.join(rules)}"
        case Ref() | Test() | ParameterTest() | EventTest():
            return _leaf(condition, policy)


def lines(condition: Condition, policy: Policy) -> Line:
    """The condition as a tree, one line for each part that stands for itself.

    Criteria are named, not opened. Branches that only a parameter tells apart are shown as the
    settings of that parameter.
    """
    match condition:
        case AllOf():
            return _all_lines(condition, policy)
        case AnyOf():
            if (name := _switch(condition)) is not None:
                branches = tuple(_branch(part, policy) for part in condition.parts)
                return Line(f"depending on the parameter {name}", condition, branches)
            return Line("at least one of these", condition, _each(condition.parts, policy))
        case NoneOf():
            text = _NOT_SO if len(condition.parts) == 1 else "none of these"
            return Line(text, condition, _each(condition.parts, policy))
        case Quorum():
            return Line(_quorum(condition, policy), condition, _each(condition.parts, policy))
        case Points():
            parts = tuple(
                replace(lines(rule, policy), label=_points(weight, policy))
                for weight, rule in condition.rules
            )
            return Line(_threshold(condition, policy), condition, parts)
        case Ref() | Test() | ParameterTest() | EventTest():
            return Line(_leaf(condition, policy), condition)


def series(texts: Iterable[str], word: str) -> str:
    """`a, b and c`; semicolons where the parts have commas of their own."""
    parts = list(texts)
    if len(parts) < 2:
        return "".join(parts)
    mark = ";" if any("," in part or ";" in part for part in parts) else ","
    last = f" {word} " if mark == "," else f"; {word} "
    return f"{mark} ".join(parts[:-1]) + last + parts[-1]


def words(value: str) -> str:
    """A declared value as words: `could_allocate` is "could allocate"."""
    return value.replace("_", " ").strip()


# ------------------------------------------------------------------------------- composites


def _each(parts: Iterable[Condition], policy: Policy) -> tuple[Line, ...]:
    return tuple(lines(part, policy) for part in parts)


def _inner(parts: Iterable[Condition], policy: Policy) -> list[str]:
    """Parts of a sentence: what has parts of its own in brackets, criteria in quotes."""
    texts = []
    for part in parts:
        text = sentence(part, policy)
        match part:
            case Ref() if part.name in policy.criteria:
                text = f"“{text}”"
            case AllOf() | AnyOf() | NoneOf() | Quorum() | Points():
                text = f"({text})"
            case _:
                pass
        texts.append(text)
    return texts


def _both_bounds(condition: AllOf, policy: Policy) -> str | None:
    """Tests of one fact with one subject: "number of employees is at least 20 and below 500"."""
    tests = [part for part in condition.parts if isinstance(part, Test)]
    if len(tests) != len(condition.parts) or len({test.subject for test in tests}) != 1:
        return None
    fact = policy.vocabulary.facts[tests[0].subject]
    if fact.type.kind is Kind.BOOLEAN or len(tests) < 2:
        return None
    first, *rest = (_predicate(test, fact, policy) for test in tests)
    return f"{fact.phrase} " + " and ".join([first, *(text.removeprefix("is ") for text in rest)])


def _parted(condition: AllOf) -> tuple[list[ParameterTest], list[Condition]]:
    """What only parameters decide, and the rest."""
    guards = [part for part in condition.parts if isinstance(part, ParameterTest)]
    return guards, [part for part in condition.parts if not isinstance(part, ParameterTest)]


def _guarded_sentence(condition: AllOf, policy: Policy) -> str:
    guards, rest = _parted(condition)
    if not guards or not rest:
        return series(_inner(condition.parts, policy), "and") or "anything at all"
    return f"{_guard(guards, policy)}: {_together(rest, policy)}"


def _together(rest: Sequence[Condition], policy: Policy) -> str:
    return sentence(rest[0], policy) if len(rest) == 1 else series(_inner(rest, policy), "and")


def _guard(guards: Sequence[ParameterTest], policy: Policy) -> str:
    return "if " + series((_setting(guard, policy) for guard in guards), "and")


def _all_lines(condition: AllOf, policy: Policy) -> Line:
    if (text := _both_bounds(condition, policy)) is not None:
        return Line(text, condition)
    guards, rest = _parted(condition)
    if not guards or not rest:
        return Line(_all_of(len(condition.parts)), condition, _each(condition.parts, policy))
    return _under(_guard(guards, policy), condition, rest, policy)


def _under(label: str, condition: Condition, rest: Sequence[Condition], policy: Policy) -> Line:
    """What counts under a setting."""
    if len(rest) == 1:
        return replace(lines(rest[0], policy), label=label)
    return Line(_all_of(len(rest)), condition, _each(rest, policy), label)


def _all_of(count: int) -> str:
    return "both of these" if count == 2 else "all of these"


def _switch(condition: AnyOf) -> str | None:
    """The parameter whose settings tell all the branches apart, if it is that simple."""
    names = set()
    for part in condition.parts:
        guards, rest = _parted(part) if isinstance(part, AllOf) else ([], [])
        if len(guards) != 1 or not rest:
            return None
        names.add(guards[0].parameter)
    return names.pop() if len(names) == 1 and len(condition.parts) > 1 else None


def _switch_sentence(condition: AnyOf, policy: Policy) -> str:
    texts = []
    for part in condition.parts:
        setting, rest = _branch_parts(part, policy)
        text = series(_inner(rest, policy), "and")
        texts.append(f"with {setting}: {f'({text})' if len(rest) > 1 else text}")
    return f"depending on the parameter {_switch(condition)}, {'; '.join(texts)}"


def _branch(part: Condition, policy: Policy) -> Line:
    setting, rest = _branch_parts(part, policy)
    return _under(f"set to {setting}", part, rest, policy)


def _branch_parts(part: Condition, policy: Policy) -> tuple[str, list[Condition]]:
    """A branch of a switch: the setting that chooses it, and what then counts."""
    guards, rest = _parted(part) if isinstance(part, AllOf) else ([], [part])
    texts = [text for guard in guards for text in guard.texts]
    now = " (as it is now)" if all(_holds(guard, policy) for guard in guards) else ""
    return series(texts, "or") + now, rest


def _quorum(quorum: Quorum, policy: Policy) -> str:
    count, total = _count(quorum.count, policy), len(quorum.parts)
    if quorum.bound == "at_least" and count == str(total):
        return f"all {total} of these{_named(quorum.count)}"
    return f"{_BOUNDS[quorum.bound]} {count} of these {total}{_named(quorum.count)}"


def _threshold(points: Points, policy: Policy) -> str:
    text = f"at least {_points(points.least, policy)}{_named(points.least)}"
    if points.cap is not None:
        text += f", counted up to {_count(points.cap, policy)}{_named(points.cap)}"
    return text


def _points(weight: Written, policy: Policy) -> str:
    number = _count(weight, policy)
    return f"{number} point{'' if number in ('1', '-1') else 's'}"


# ------------------------------------------------------------------------------------ leaves


def _leaf(condition: Ref | Test | ParameterTest | EventTest, policy: Policy) -> str:
    match condition:
        case Ref():
            if condition.name in policy.criteria:
                return policy.criteria[condition.name].says.rstrip(".")
            return f"the stage “{policy.stage(condition.name).title}” is reached"
        case Test():
            return _fact_test(condition, policy)
        case ParameterTest():
            return _setting(condition, policy)
        case EventTest():
            return _event(condition, policy)


def _setting(test: ParameterTest, policy: Policy) -> str:
    text = f"the parameter {test.parameter} is {series(test.texts, 'or')}"
    if _holds(test, policy):
        return f"{text}, as it is now"
    return f"{text}, while it is {policy.parameters[test.parameter].shown} now"


def _holds(test: ParameterTest, policy: Policy) -> bool:
    parameter = policy.parameters[test.parameter]
    if parameter.listed:
        return set(parameter.texts) == set(test.texts)
    return parameter.texts[0] in test.texts


def _event(event: EventTest, policy: Policy) -> str:
    kind = policy.vocabulary.events[event.event]
    details = "; ".join(
        _detail(test, kind.attributes[test.subject], policy) for test in event.where
    )
    what = f"the buyer {kind.phrase}{f' ({details})' if details else ''}"
    count = _count(event.least, policy)
    times = f"at least {count} time{'' if count == '1' else 's'}{_named(event.least)}"
    often = "" if event.least == Given(1) else times
    when = "at any time"
    if event.within is not None:
        when = f"in the last {_duration(event.within, policy)}{_named(event.within)}"
    if event.happened:
        return ", ".join(part for part in (what, often, when) if part)
    within = f" {when}" if event.within is not None else ""
    never = "it did not happen" if within or often else "it never happened"
    return f"{never}{f' {often}' if often else ''}{within} that {what}"


def _detail(test: Test, attribute: Attribute, policy: Policy) -> str:
    """`kind of request: demo, question`"""
    plain = all(isinstance(operand, Given | ParameterUse) for operand in test.operands)
    if attribute.type.kind is Kind.BOOLEAN or not plain:
        return _clause(test, attribute, policy)
    values = [text for o in test.operands for text in _values_of(o, test, attribute, policy)]
    picks = OPERATORS[test.operator].picks
    if picks is None:
        return _clause(test, attribute, policy)
    told = ", ".join(values) if picks else f"anything but {series(values, 'or')}"
    return f"{attribute.phrase}: {told}{_named(*test.operands)}"


def _fact_test(test: Test, policy: Policy) -> str:
    return _clause(test, policy.vocabulary.facts[test.subject], policy)


def _clause(test: Test, subject: Fact | Attribute, policy: Policy) -> str:
    if subject.type.kind is Kind.BOOLEAN:
        return _yes_or_no(test, subject, policy)
    return f"{subject.phrase} {_predicate(test, subject, policy)}"


def _yes_or_no(test: Test, subject: Fact | Attribute, policy: Policy) -> str:
    """A boolean's phrase is a clause already."""
    (operand,) = test.operands
    operator = OPERATORS[test.operator]
    if isinstance(operand, FactUse):
        same = "if and only if" if operator.picks else "exactly when it is not so that"
        return f"{subject.phrase} {same} {policy.vocabulary.facts[operand.name].phrase}"
    wanted = _flag(operand, policy)
    if operator.shape is Shape.FLAG:
        text = f"it is {'' if wanted else 'not '}known whether {subject.phrase}"
    elif wanted is operator.picks:
        text = subject.phrase
    else:
        text = f"{_NOT_SO} {subject.phrase}"
    return text + _named(operand)


def _predicate(test: Test, subject: Fact | Attribute, policy: Policy) -> str:
    """What is said of the subject: "is at least 20 (parameter min_employees)"."""
    operator = OPERATORS[test.operator]
    if operator.shape is Shape.FLAG:
        known = _flag(test.operands[0], policy)
        return f"is {'' if known else 'not '}known{_named(*test.operands)}"
    if operator.shape is Shape.PAIR and len(test.operands) == 2:
        ends = (f"{_values_of(o, test, subject, policy)[0]}{_named(o)}" for o in test.operands)
        return operator.phrase.format(f" {operator.joiner} ".join(ends))
    values = _values(test, subject, policy)
    name = _named(*test.operands)
    if not values:
        return operator.phrase.format("an empty list") + name
    phrase = (operator.single if len(values) == 1 else operator.several) or operator.phrase
    told = series(values, operator.joiner) if operator.joiner else ", ".join(values)
    return phrase.format(told) + name


# ------------------------------------------------------------------------------------ values


def _values(test: Test, subject: Fact | Attribute, policy: Policy) -> list[str]:
    """The operands as people write them. Names of several words stand in quotes if they are few."""
    texts = [t for o in test.operands for t in _values_of(o, test, subject, policy)]
    if subject.type.kind in _SPELT and len(texts) < 3:
        return [f"“{text}”" if " " in text else text for text in texts]
    return texts


def _values_of(
    operand: Written, test: Test, subject: Fact | Attribute, policy: Policy
) -> list[str]:
    if isinstance(operand, FactUse):
        other = policy.vocabulary.facts[operand.name]
        factor = "" if operand.times is None else f"{operand.times} times "
        return [f"{factor}the {other.phrase}"]
    shape = OPERATORS[test.operator].shape
    if shape is Shape.PAIR and len(test.operands) == 2:
        shape = Shape.ONE
    given = _given(operand, subject.type, shape, policy)
    unit = _unit(subject, shape)
    return [f"{_value(one.value, subject.type)}{unit}" for one in given]


def _unit(subject: Fact | Attribute, shape: Shape) -> str:
    """The unit, unless the phrase counts it already ("number of employees")."""
    if shape is Shape.DURATION or not isinstance(subject, Fact) or not subject.unit:
        return ""
    return "" if "number of" in subject.phrase else f" {subject.unit}"


def _value(value: Value | timedelta, kind: Type) -> str:
    if isinstance(value, timedelta):
        return show_duration(value)
    if kind.kind is Kind.TEXT:
        return f"“{value}”"
    if isinstance(value, frozenset):
        return ", ".join(words(element) for element in sorted(value))
    if isinstance(value, str):
        return words(value)
    return show(value, kind)


def _given(
    operand: Given | ParameterUse, kind: Type, shape: Shape, policy: Policy
) -> tuple[Given, ...]:
    if isinstance(operand, ParameterUse):
        return resolve(policy.parameters[operand.name], kind, shape)
    return (operand,)


def _flag(operand: Written, policy: Policy) -> bool:
    return not isinstance(operand, FactUse) and (
        _given(operand, Type(Kind.BOOLEAN), Shape.ONE, policy)[0].value is True
    )


def _count(written: Written, policy: Policy) -> str:
    """A count or a number of points."""
    if isinstance(written, ParameterUse):
        (written,) = resolve(policy.parameters[written.name], NUMBER, Shape.ONE)
    value = written.value if isinstance(written, Given) else None
    return show_number(value) if isinstance(value, int | float) else str(value)


def _duration(written: Written, policy: Policy) -> str:
    if isinstance(written, ParameterUse):
        (written,) = resolve(policy.parameters[written.name], COUNT, Shape.DURATION)
    value = written.value if isinstance(written, Given) else None
    return show_duration(value) if isinstance(value, timedelta) else str(value)


def _named(*written: Written) -> str:
    """` (parameter min_employees)` after the value of a parameter."""
    names = [one.name for one in written if isinstance(one, ParameterUse)]
    return f" (parameter {', '.join(names)})" if names else ""
