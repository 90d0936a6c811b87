"""Turns a case of another project into a policy and a record, and judges what comes out.

A case has criteria in a neutral form, a record of plain JSON values, and the answer that its own
project expects. `foreign.yaml` says why some cases differ on purpose and some cannot be said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from leadpolicy.backends.interpreter import Verdicts
from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.source import Source
from leadpolicy.syntax.reader import read_yaml
from leadpolicy.times import read_moment
from leadpolicy.truth import UNKNOWN, Truth, truth
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary import Fact, PointInTime, Vocabulary, read_record
from tests.conformance.backends import Question, ask
from tests.conformance.cases import policy_of

Criteria = Mapping[str, Any] | bool

NOW: Final = read_moment("2026-03-01")
GIVEN: Final = "case.given"
"""A fact that is true in every record, for criteria that are just `true` or `false`."""
LISTS: Final = ("all", "any", "none")
ORDER: Final = {"above": "after", "below": "before", "at_least": "before", "at_most": "after"}
"""Comparisons, with the word for dates; the last two are its negation."""
NAMES: Final = {"equals": "is", "not_equals": "is_not", "not_one_of": "none_of"}
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


class Outcome(StrEnum):
    """What can become of a case."""

    MUST_PASS = "must pass"
    DIFFERS = "differs on purpose"
    CANNOT = "cannot be said"


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with its outcome, and the rule in `foreign.yaml` that explains it."""

    id: str
    outcome: Outcome
    rule: str = ""


@dataclass(frozen=True, slots=True)
class CannotBeSaid(Exception):
    """The language has no words for this; the rule says why."""

    rule: str


def judge(cases: Sequence[Mapping[str, Any]], backend: str) -> list[Judged]:
    """What becomes of each case when a backend runs it."""
    said = [_question(case) for case in cases]
    questions = [one for one in said if isinstance(one, Question)]
    found = iter(ask(backend, questions))
    return [
        _judged(case, one if isinstance(one, str) else next(found))
        for case, one in zip(cases, said, strict=True)
    ]


def _judged(case: Mapping[str, Any], said: str | list[Verdicts] | Exception) -> Judged:
    """`said`: the verdicts, or the rule by which the case cannot be said."""
    match said:
        case str(rule):
            return Judged(case["id"], Outcome.CANNOT, rule)
        case Exception():
            raise said
        case [Verdicts(stages=(found,))]:
            if found is truth(case["expected"]):
                return Judged(case["id"], Outcome.MUST_PASS)
            return Judged(case["id"], Outcome.DIFFERS, _why(case, found))
        case _:
            raise AssertionError(f"{case['id']}: {said}")


def _question(case: Mapping[str, Any]) -> Question | str:
    """The policy and the record, or the rule by which they cannot be said."""
    try:
        return _said(case["criteria"], case["record"])
    except CannotBeSaid as reason:
        return reason.rule


def _said(criteria: Criteria, record: Mapping[str, Any]) -> Question:
    asked = list(leaves(criteria))
    fields = sorted({leaf["field"] for leaf in asked})
    names = {field: f"case.field{number}" for number, field in enumerate(fields)}
    types = {
        field: infer(record.get(field), [leaf for leaf in asked if leaf["field"] == field])
        for field in fields
    }
    facts = {names[field]: _fact(names[field], types[field]) for field in fields}
    facts[GIVEN] = _fact(GIVEN, Type(Kind.BOOLEAN))
    vocabulary = Vocabulary("1", facts, {})
    values = {names[field]: _value(types[field], record.get(field)) for field in fields}
    try:
        # JSON is YAML, and its texts are quoted, so nothing in them is mistaken for a parameter.
        text = json.dumps(say(criteria, names, types), ensure_ascii=False)
        problems = Problems()
        condition = read_yaml(Source("case", text), problems)
        problems.stop_on_errors()
        assert condition is not None
        policy = policy_of(condition, vocabulary)
        known = read_record(vocabulary, {GIVEN: True, **values})
    except LeadpolicyError as error:
        raise CannotBeSaid(_refusal(error)) from None
    return Question(policy.logic, [known], [NOW])


def leaves(criteria: Criteria) -> Iterator[Mapping[str, Any]]:
    """The tests of fields inside criteria."""
    if isinstance(criteria, bool):
        return
    if "field" in criteria:
        yield criteria
        return
    for part in parts(criteria):
        yield from leaves(part)


def parts(criteria: Mapping[str, Any]) -> Sequence[Criteria]:
    """The criteria inside; `not` may hold a single one."""
    inside = criteria["of"]
    return inside if isinstance(inside, list) else [inside]


# --------------------------------------------------------------------------------- vocabulary


def infer(value: object, asked: Sequence[Mapping[str, Any]]) -> Type:
    """The type that a field has, judged by all values in the case and the tests they stand in."""
    ops = {leaf["op"] for leaf in asked}
    seen = [value, *(operand for leaf in asked for operand in operands(leaf))]
    kinds = {type(one) for one in seen if one is not None}
    if kinds <= {int, float} and "contains" not in ops and kinds:
        return Type(Kind.NUMBER)
    if kinds == {bool}:
        return Type(Kind.BOOLEAN)
    if list in kinds or (kinds <= {int, float} and "contains" in ops):
        if kinds & {int, float} and not ops <= {"contains", "one_of", "not_one_of"}:
            raise CannotBeSaid("one fact, two types")
        return Type(Kind.CHOICES)
    if kinds == {str}:
        return _text([one for one in seen if isinstance(one, str)], ordered=bool(ops & {*ORDER}))
    if kinds <= {int, float, str} and kinds:
        return Type(Kind.NUMBER)  # a text in a column of numbers is read as a number
    raise CannotBeSaid("one fact, two types")


def _text(texts: Sequence[str], *, ordered: bool) -> Type:
    if not ordered:
        return Type(Kind.TEXT)
    if all(_DATE.match(text) for text in texts):
        return Type(Kind.DATE)
    return Type(Kind.LEVEL, tuple(sorted(set(texts))))  # in the order that the case means


def operands(leaf: Mapping[str, Any]) -> list[object]:
    """The values that a test compares with."""
    if "low" in leaf:
        return [leaf["low"], leaf["high"]]
    value = leaf.get("value")
    return list(value) if isinstance(value, list) else [value]


def _fact(name: str, kind: Type) -> Fact:
    return Fact(name, kind, "value", "What is it?", "data", PointInTime.YES)


def _value(kind: Type, value: object) -> object:
    if kind.kind is Kind.CHOICES and isinstance(value, list):
        return [str(element) for element in value]
    return value


# ----------------------------------------------------------------------------------- criteria


def say(criteria: Criteria, names: Mapping[str, str], types: Mapping[str, Type]) -> Any:
    """The condition that an author would write."""
    if isinstance(criteria, bool):
        return {GIVEN: criteria}
    op = criteria["op"]
    if op in LISTS:
        return {op: [say(part, names, types) for part in parts(criteria)]}
    if op == "not":
        return {"none": [say(part, names, types) for part in parts(criteria)]}
    if op == "at_least_n":
        return {"at_least": criteria["n"], "of": [say(p, names, types) for p in parts(criteria)]}
    kind = types[criteria["field"]].kind
    name = names[criteria["field"]]
    if op in ("is_known", "is_unknown"):
        return {name: {"known": op == "is_known"}}
    if op == "between":
        return {name: _between(criteria)}
    value = criteria["value"]
    if value is None:
        if op in ("equals", "not_equals"):
            return {name: {"known": op == "not_equals"}}
        raise CannotBeSaid("comparison with nothing")
    if op in ORDER and kind is Kind.DATE:
        test = {name: {ORDER[op]: value}}
        return test if op in ("above", "below") else {"none": [test]}
    if kind is Kind.CHOICES:
        value = str(value)
    return {name: {NAMES.get(op, op): value}}


def _between(criteria: Mapping[str, Any]) -> dict[str, Any]:
    low = "at_least" if criteria["low_inc"] else "above"
    high = "at_most" if criteria["high_inc"] else "below"
    return {low: criteria["low"], high: criteria["high"]}


# ------------------------------------------------------------------------------------ reasons


def _refusal(error: LeadpolicyError) -> str:
    """The rule behind a refused policy or record."""
    codes = {diagnostic.code for diagnostic in error.diagnostics}
    if codes == {"LP303"}:
        return "no order among true and false"
    if codes == {"LP301"}:
        return "not a value of the type"
    raise error


def _why(case: Mapping[str, Any], found: Truth) -> str:
    """The rule behind another answer, as far as the case shows it."""
    asked = list(leaves(case["criteria"]))
    if found is UNKNOWN and any(case["record"].get(leaf["field"]) is None for leaf in asked):
        return "missing is unknown"
    if case["criteria"] == {"op": "all", "of": []}:
        return "empty all"
    kinds = {
        type(one) for leaf in asked for one in [case["record"].get(leaf["field"]), *operands(leaf)]
    }
    if str in kinds and kinds & {int, float}:
        return "text read by type"
    return "not explained"
