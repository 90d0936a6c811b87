"""Runs the examples that every operator carries for its documentation."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import pytest

from leadpolicy.diagnostics import Problems
from leadpolicy.operators import OPERATORS, Example, Operator
from leadpolicy.operators.time import EXAMPLE_NOW
from leadpolicy.source import Source
from leadpolicy.syntax.reader import read_yaml
from leadpolicy.times import read_moment
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary import Fact, PointInTime, Vocabulary, read_record
from tests.conformance.backends import BACKENDS, Question, Said, ask
from tests.conformance.cases import policy_of

VALUES: Final = {
    Kind.CHOICE: ("a", "b", "c"),
    Kind.CHOICES: ("a", "b", "c"),
    Kind.LEVEL: ("low", "middle", "high"),
}
NAME: Final = "t.value"
EXAMPLES: Final = [
    (f"{operator.name} {example.type} {example.value}", example)
    for operator in OPERATORS.values()
    for example in operator.examples
]


def as_type(name: str) -> Type:
    kind = Kind(name)
    return Type(kind, VALUES.get(kind, ()), "EUR" if kind is Kind.MONEY else None)


def as_value(example: Example) -> object:
    """Examples write sets with `;` between their elements."""
    if example.value is None or Kind(example.type) is not Kind.CHOICES:
        return example.value
    return [element for element in example.value.split(";") if element]


def asked(example: Example) -> Question:
    fact = Fact(NAME, as_type(example.type), "value", "?", "data", PointInTime.YES)
    vocabulary = Vocabulary("1", {NAME: fact}, {})
    problems = Problems()
    condition = read_yaml(Source("example", f"{NAME}: {example.condition}"), problems)
    problems.stop_on_errors()
    assert condition is not None
    record = read_record(vocabulary, {NAME: as_value(example)})
    logic = policy_of(condition, vocabulary).logic
    return Question(logic, [record], [read_moment(EXAMPLE_NOW)])


@lru_cache
def answers(name: str) -> list[Said]:
    """What a backend says of every example."""
    return ask(name, [asked(example) for _, example in EXAMPLES])


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("place", range(len(EXAMPLES)), ids=[title for title, _ in EXAMPLES])
def test_example(place: int, name: str) -> None:
    said = answers(name)[place]
    if isinstance(said, Exception):
        raise said
    assert [found.stages[0] for found in said] == [EXAMPLES[place][1].verdict]


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=lambda operator: operator.name)
def test_examples_show_every_verdict_and_a_missing_value(operator: Operator) -> None:
    assert any(example.value is None for example in operator.examples)
    verdicts = {example.verdict for example in operator.examples}
    assert len(verdicts) == (2 if operator.name == "known" else 3)
    assert {Kind(example.type) for example in operator.examples} <= operator.kinds


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=lambda operator: operator.name)
def test_an_operator_says_what_it_does(operator: Operator) -> None:
    assert OPERATORS[operator.name] is operator
    assert operator.summary.endswith(".")
    assert operator.phrase.count("{}") == (0 if operator.name == "known" else 1)
