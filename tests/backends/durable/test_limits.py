"""What is refused, with a diagnostic; and names that the engine can tell apart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadpolicy.backends.durable import LIMITS, OUTSIDE, Durable, compile_logic
from leadpolicy.backends.durable.names import RESERVED, FreshNames, fnv1a
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.logic import build
from leadpolicy.logic.terms import Literal, Logic, Relation, Subject, Term
from leadpolicy.source import Source, Span
from leadpolicy.types import Kind, Range, Type, Value
from leadpolicy.vocabulary.record import Record

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TEXT = Subject("person.title", Type(Kind.TEXT))
INTEGER = Subject("company.employees", Type(Kind.INTEGER))
NUMBER = Subject("engagement.score", Type(Kind.NUMBER))


def many(count: int) -> list[Term]:
    subjects = [Subject(f"fact.n{n}", Type(Kind.INTEGER)) for n in range(count)]
    return [build.compare(Relation.GE, subject, Literal(0)) for subject in subjects]


def refused(limit: str, error: LeadpolicyError) -> bool:
    """Whether an error names a limit and its reason."""
    (why,) = (one.why for one in LIMITS if one.name == limit)
    (diagnostic,) = error.diagnostics
    return diagnostic.code == "LP512" and why in (diagnostic.help or "")


def test_a_list_of_more_than_200_conditions_is_refused_where_it_stands() -> None:
    term = build.at_least(2, many(201))
    span = Span(Source("p.yaml", "stages:\n  - at_least: 2\n"), 12, 23)
    with pytest.raises(LeadpolicyError) as caught:
        compile_logic(Logic((), (term,)), {term: span})
    assert refused("parts", caught.value)
    assert str(caught.value).startswith("p.yaml:2:5: ")
    assert compile_logic(Logic((), (build.at_least(2, many(200)),))).stages


def test_a_score_that_64_bits_do_not_hold_is_refused() -> None:
    rules = [(2**61, term) for term in many(2)]
    with pytest.raises(LeadpolicyError) as caught:
        compile_logic(Logic((), (build.sum_at_least(2**61 + 1, rules),)))
    assert refused("points", caught.value)


@pytest.mark.parametrize(
    ("limit", "subject", "value"),
    [
        ("long text", TEXT, "x" * 60_000),
        ("long text", TEXT, "é" * 10_000),
        ("large number", INTEGER, 2**63),
        ("large number", INTEGER, -(2**63) - 1),
        ("large number", INTEGER, Range(0, 2**63)),
        ("large number", NUMBER, 2**53 + 1),
    ],
)
def test_values_that_cannot_be_carried_are_refused(
    durable: Durable, limit: str, subject: Subject, value: Value
) -> None:
    literal: Value = "a" if subject is TEXT else 1
    logic = Logic((), (build.compare(Relation.EQ, subject, Literal(literal)),))
    with pytest.raises(LeadpolicyError) as caught:
        durable.verdicts(logic, Record({subject.name: value}, id="lead-7"), NOW)
    assert refused(limit, caught.value)
    assert caught.value.diagnostics[0].place == "lead-7"
    if not isinstance(value, Range):
        with pytest.raises(LeadpolicyError):
            compile_logic(Logic((), (build.compare(Relation.EQ, subject, Literal(value)),)))


def test_texts_just_below_the_limit_are_carried(durable: Durable) -> None:
    text = "x" * 59_998
    logic = Logic((), (build.compare(Relation.EQ, TEXT, Literal(text)),))
    found = [
        durable.verdicts(logic, Record({TEXT.name: value}), NOW).stages[0].name
        for value in (text, text[:-1], text[:-1] + "y")
    ]
    assert found == ["TRUE", "FALSE", "FALSE"]


def test_limits_are_declared_with_their_reasons() -> None:
    assert [limit.name for limit in LIMITS] == ["parts", "points", "long text", "large number"]
    assert all(limit.what and limit.why and limit.where for limit in (*LIMITS, *OUTSIDE))


def test_the_hash_is_fnv1a_of_32_bits() -> None:
    """Known values of the hash, and two English words that share one."""
    assert fnv1a("") == 0x811C9DC5
    assert fnv1a("a") == 0xE40C292C
    assert fnv1a("foobar") == 0xBF9CF968
    assert fnv1a("costarring") == fnv1a("liquid")


def test_a_name_whose_hash_is_taken_is_passed_over() -> None:
    crowded = FreshNames(hash=lambda name: fnv1a(name) % 40)
    names = [crowded.fresh("p") for _ in range(40 - len({fnv1a(n) % 40 for n in RESERVED}))]
    hashes = [fnv1a(name) % 40 for name in (*names, *RESERVED)]
    assert len(set(hashes)) == 40
    assert len(set(names)) == len(names)


def test_no_two_names_of_a_large_policy_share_a_hash() -> None:
    groups = [build.at_least(2, many(200)[n : n + 20]) for n in range(0, 200, 20)]
    program = compile_logic(Logic(tuple(groups), (build.every(groups),)))
    names = [p.name for p in program.record.properties] + list(program.record.signals)
    assert len(names) > 800
    assert len({fnv1a(name) for name in (*names, *RESERVED)}) == len(names) + len(RESERVED)
