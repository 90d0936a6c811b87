"""The code that is written: small, safe, and fast where it is easy to be slow."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from leadpolicy.backends.closure import compile_logic, compiled, verdicts
from leadpolicy.logic import build
from leadpolicy.logic.terms import (
    FromNow,
    Literal,
    Logic,
    Relation,
    Subject,
    Term,
    TextMatch,
)
from leadpolicy.truth import FALSE, TRUE, UNKNOWN
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary.record import EventLog, Happening, Record
from tests.backends.closure.worlds import World

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BOOLEANS = [Subject(f"fact.b{n}", Type(Kind.BOOLEAN)) for n in range(400)]


def yes(number: int) -> Term:
    return build.compare(Relation.EQ, BOOLEANS[number], Literal(True))


def all_true(count: int) -> dict[str, bool]:
    return {subject.name: True for subject in BOOLEANS[:count]}


def test_what_is_shared_stands_in_the_code_once() -> None:
    """Forty criteria that each use the one before twice are not 2^40 conditions."""
    term = yes(0)
    for number in range(1, 41):
        left = build.every([term, yes(2 * number)])
        right = build.every([term, yes(2 * number + 1)])
        term = build.some([left, build.negate(right)])
    closure = compile_logic(Logic((), (term,)))
    assert len(closure.source) < 60_000
    assert closure.stage(all_true(82), {}, NOW) == 0
    assert closure.stage({}, {}, NOW) == -1
    assert closure.possible({}, {}, NOW) == 0


def test_long_chains_are_not_nested_deeper_than_python_allows() -> None:
    term = yes(0)
    for number in range(1, 200):
        term = (build.every if number % 2 else build.some)([yes(number), term])
    closure = compile_logic(Logic((term,), (term,)))
    assert closure.stage(all_true(200), {}, NOW) == 0
    assert closure.stage({**all_true(200), "fact.b199": False}, {}, NOW) == -1


def test_a_list_of_hundreds_is_one_line() -> None:
    wide = build.every(yes(n) for n in range(400))
    closure = compile_logic(Logic((), (wide,)))
    assert closure.stage(all_true(400), {}, NOW) == 0
    assert closure.possible({"fact.b399": False}, {}, NOW) == -1


def test_texts_of_a_policy_are_literals_and_never_code() -> None:
    text = '\'); import os; raise SystemExit("x") #\n"""'
    subject = Subject("person.title\n'", Type(Kind.TEXT))
    terms = (
        build.compare(Relation.EQ, subject, Literal(text)),
        build.text_test(TextMatch.CONTAINS, subject, text),
        build.member(subject, [text, "b"]),
    )
    found = compile_logic(Logic((), terms)).verdicts(Record({subject.name: text}), NOW)
    assert found.stages == (TRUE, TRUE, TRUE)
    event = build.happened("it's", build.YES, None, 1)
    logs = {"it's": EventLog((Happening(NOW),))}
    assert compile_logic(Logic((), (event,))).verdicts(Record({}, logs), NOW).stages == (TRUE,)


def test_facts_may_be_none_or_left_out() -> None:
    closure = compile_logic(Logic((), (yes(0), build.negate(yes(0)))))
    for facts in ({}, {"fact.b0": None}):
        assert closure.stage(facts, {}, NOW) == -1
        assert closure.possible(facts, {}, NOW) == 1
        assert closure.explain(facts, {}, NOW).missing == ("fact.b0",)


def test_an_explanation_names_what_blocks_and_what_is_missing() -> None:
    lead = build.every([yes(0), yes(1)])
    qualified = build.every([lead, yes(2), yes(3)])
    closure = compile_logic(Logic((yes(3),), (lead, qualified)))
    facts = {**all_true(2), "fact.b3": False}
    explained = closure.explain(facts, {}, NOW)
    assert (explained.stage, explained.possible) == (0, 0)
    assert explained.blocking == (yes(2), yes(3))
    assert explained.missing == ()
    assert explained.criteria == (FALSE,)
    open_ = closure.explain(all_true(2), {}, NOW)
    assert (open_.stage, open_.possible) == (0, 1)
    assert open_.missing == ("fact.b2", "fact.b3")
    assert dict(zip(closure.facts, open_.values, strict=True))["fact.b2"] is None
    top = closure.explain(all_true(4), {}, NOW)
    assert (top.stage, top.blocking, top.missing) == (1, (), ())


def test_a_missing_log_is_missing_and_an_empty_one_is_not() -> None:
    asked = build.happened("inbound", build.YES, timedelta(days=30), 1)
    closure = compile_logic(Logic((), (asked,)))
    assert closure.explain({}, {}, NOW).missing == ("event:inbound",)
    assert closure.explain({}, {"inbound": EventLog()}, NOW).stages == (FALSE,)


def test_a_window_that_reaches_out_of_the_calendar() -> None:
    date = Subject("deal.closes_on", Type(Kind.DATE))
    edge = FromNow(timedelta(days=4_000_000))
    soon = build.compare(Relation.LT, date, edge)
    closure = compile_logic(Logic((), (soon,)))
    assert closure.verdicts(Record({date.name: NOW.date()}), NOW).stages == (TRUE,)
    assert closure.verdicts(Record({}), NOW).stages == (UNKNOWN,)


def test_a_policy_is_compiled_once_for_all_records() -> None:
    logic = Logic((), (yes(0),))
    assert verdicts(logic, Record({"fact.b0": True}), NOW).stages == (TRUE,)
    assert compiled(logic) is compiled(logic)


def test_the_code_does_not_depend_on_the_record() -> None:
    """The same policy gives the same code, so that it can be read and kept."""
    logic = World(random.Random(7)).logic()
    assert compile_logic(logic).source == compile_logic(logic).source
