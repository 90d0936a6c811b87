"""What the engine does when nobody guards it, and that the guards hold.

Each test shows a fact about durable-rules that this backend works around, next to what the backend
makes of it. A fact that is no longer true tells that a guard may go.
"""

from __future__ import annotations

import signal
from datetime import UTC, datetime

import pytest

from leadpolicy.backends.durable import Durable
from leadpolicy.logic import build
from leadpolicy.logic.terms import Literal, Logic, Other, Relation, Subject, Term, TextMatch
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth
from leadpolicy.types import Kind, Type, Value
from leadpolicy.vocabulary.record import EventLog, Happening, Record
from tests.backends.durable.engine import ask

NOW = datetime(2026, 3, 1, tzinfo=UTC)
INTEGER = Subject("company.employees", Type(Kind.INTEGER))
NUMBER = Subject("engagement.score", Type(Kind.NUMBER))
TEXT = Subject("person.title", Type(Kind.TEXT))

pytestmark = pytest.mark.usefixtures("engine")


def verdict(durable: Durable, term: Term, facts: dict[str, Value]) -> Truth:
    """The verdict of one term on one record."""
    return durable.verdicts(Logic((), (term,)), Record(facts), NOW).stages[0]


def is_(subject: Subject, value: Value) -> Term:
    return build.compare(Relation.EQ, subject, Literal(value))


def test_a_name_is_known_by_its_hash_alone(durable: Durable) -> None:
    """`liquid` and `costarring` are one name to the engine."""
    assert ask(
        "h = rule_set('a', {'wet': {'$gte': {'liquid': 10}}})\n"
        "answer = post(h, {'sid': 'r', 'costarring': 50})"
    ) == [0, ["wet"]]
    wet, famous = (Subject(name, Type(Kind.INTEGER)) for name in ("liquid", "costarring"))
    ten = build.compare(Relation.GE, wet, Literal(10))
    assert verdict(durable, ten, {"costarring": 50}) is UNKNOWN
    assert verdict(durable, ten, {"costarring": 50, "liquid": 9}) is FALSE
    assert verdict(durable, build.known(famous), {"liquid": 9}) is FALSE


def test_sessions_are_known_by_their_hash_alone() -> None:
    """So every message has a session of the same name, deleted before the next."""
    pair = "{'all': [{'a': {'kind': 'demo'}}, {'b': {'kind': 'budget'}}]}"
    answer = ask(
        f"h = engine.create_ruleset('a', json.dumps({{'both': {pair}}}))\n"
        "first = engine.assert_event(h, json.dumps({'sid': 'costarring', 'kind': 'demo'}))\n"
        "answer = post(h, {'sid': 'liquid', 'kind': 'budget'}, fact=False, delete=False)"
    )
    assert answer == [0, ["both"]]


def test_there_are_1024_sessions(durable: Durable) -> None:
    answer = ask(
        "h = rule_set('a', {'x': {'p': 1}})\n"
        "def fill():\n"
        "    for n in range(2000):\n"
        "        status, session = engine.assert_fact(h, json.dumps({'sid': f's{n}', 'p': 1}))\n"
        "        engine.start_action_for_state(h, session)\n"
        "        engine.complete_and_start_action(h, session)\n"
        "answer = attempt(fill)"
    )
    assert answer == "MemoryError: "
    twenty = Logic((), (is_(INTEGER, 20),))
    records = ((Record({INTEGER.name: n}), NOW) for n in range(1_500))
    found = [verdicts.stages[0] for verdicts in durable.run(twenty, records)]
    assert (found.count(TRUE), found.count(FALSE)) == (1, 1_499)


def test_deleting_a_session_in_which_nothing_fired_crashes() -> None:
    """It frees memory that was never set; so every message fires a rule."""
    code = (
        "junk = [bytearray(b'\\xff' * size) for size in (34_000, 35_000, 36_000) * 60]\n"
        "del junk\n"
        "h = rule_set('a', {%s})\n"
        "for n in range(500):\n"
        "    post(h, {'sid': 'r', 'z': 0, 'p': -1})\n"
        "answer = 'alive'"
    )
    assert ask(code % "'x': {'$gte': {'p': 0}}") in {-signal.SIGSEGV, -signal.SIGABRT}
    assert ask(code % "'x': {'$gte': {'p': 0}}, 'arrived': {'z': 0}") == "alive"


def test_a_message_that_matches_nothing_is_not_an_error(durable: Durable) -> None:
    """Status 1 is what its host raises as MessageNotHandledException."""
    answer = ask(
        "h = rule_set('a', {'x': {'$gte': {'p': 0}}})\n"
        "answer = engine.assert_fact(h, json.dumps({'sid': 'r', 'p': -1}))"
    )
    assert answer[0] == 1
    assert verdict(durable, is_(INTEGER, 20), {}) is UNKNOWN
    assert verdict(durable, is_(INTEGER, 20), {INTEGER.name: 3}) is FALSE


def test_the_same_content_twice_is_refused_in_one_session(durable: Durable) -> None:
    answer = ask(
        "h = rule_set('a', {'x': {'p': 1}})\n"
        "answer = [post(h, {'sid': 'r', 'p': 1}, delete=False)[0] for _ in 'ab']"
    )
    assert answer == [0, 2]
    twice = EventLog((Happening(NOW, {}), Happening(NOW, {})))
    logic = Logic((), (build.happened("demo", build.YES, None, 2),))
    for _ in range(2):
        assert durable.verdicts(logic, Record({}, {"demo": twice}), NOW).stages == (TRUE,)


def test_an_event_fires_one_rule_and_a_fact_fires_all() -> None:
    code = (
        "h = rule_set('a', {'x': {'$gte': {'p': 1}}, 'y': {'$gte': {'p': 2}}})\n"
        "answer = [post(h, {'sid': 'r', 'p': 3}, fact=fact)[1] for fact in (False, True)]"
    )
    assert ask(code) == [["x"], ["x", "y"]]


def test_a_property_that_is_missing_to_the_right_is_answered_at_random(durable: Durable) -> None:
    """Both a comparison and its opposite fire; so such rules ask first whether it is there."""
    code = (
        "h = rule_set('a', {'arrived': {'z': 0}, 'x': %s, 'y': %s})\n"
        "answer = post(h, {'sid': 'r', 'z': 0, 'p': 1})"
    )
    bare = [f"{{'{word}': {{'p': {{'$m': 'q'}}}}}}" for word in ("$gte", "$lt")]
    guarded = [f"{{'$and': [{{'$ex': {{'q': 1}}}}, {condition}]}}" for condition in bare]
    assert ask(code % tuple(bare)) == [0, ["arrived", "x", "y"]]
    assert ask(code % tuple(guarded)) == [0, ["arrived"]]
    other = Subject("company.offices", Type(Kind.INTEGER))
    term = build.compare(Relation.GE, INTEGER, Other(other))
    assert verdict(durable, term, {INTEGER.name: 1}) is UNKNOWN
    assert verdict(durable, term, {other.name: 1}) is UNKNOWN
    assert verdict(durable, term, {INTEGER.name: 1, other.name: 1}) is TRUE
    assert verdict(durable, term, {INTEGER.name: 0, other.name: 1}) is FALSE


def test_sixty_five_rules_at_once_are_too_many(durable: Durable) -> None:
    code = (
        "h = rule_set('a', {f'r{n}': {'$gte': {f'p{n}': 0}} for n in range(%d)})\n"
        "message = {'sid': 'r', **{f'p{n}': 1 for n in range(%d)}}\n"
        "answer = attempt(post, h, message)"
    )
    assert ask(code % (65, 65)) == "error: Could not assert fact, error code: 303"
    assert len(ask(code % (64, 64))[1]) == 64
    subjects = [Subject(f"fact.n{n}", Type(Kind.INTEGER)) for n in range(190)]
    parts = [build.compare(Relation.GE, s, Literal(0)) for s in subjects]
    facts: dict[str, Value] = {s.name: 1 for s in subjects}
    assert verdict(durable, build.every(parts), facts) is TRUE
    assert verdict(durable, build.every(parts), {**facts, "fact.n150": -1}) is FALSE
    assert verdict(durable, build.at_least(189, parts), {**facts, "fact.n150": -1}) is TRUE


def test_a_message_holds_252_properties(durable: Durable) -> None:
    code = (
        "h = rule_set('a', {'x': {'p0': 1}})\n"
        "answer = attempt(post, h, {'sid': 'r', 'id': 'm', **{f'p{n}': 1 for n in range(%d)}})"
    )
    assert ask(code % 252) == [0, ["x"]]
    assert ask(code % 253) == "error: Could not assert fact, error code: 302"
    subjects = [Subject(f"fact.n{n}", Type(Kind.INTEGER)) for n in range(400)]
    halves = [
        build.every(build.compare(Relation.GE, s, Literal(0)) for s in half)
        for half in (subjects[:200], subjects[200:])
    ]
    facts: dict[str, Value] = {s.name: 1 for s in subjects}
    assert verdict(durable, build.every(halves), facts) is TRUE
    quorums = [  # five rules of 51 signals each are 255 properties
        build.at_least(50, [build.compare(Relation.GE, s, Literal(0)) for s in part])
        for part in (subjects[n : n + 51] for n in range(43, 400, 51))
    ]
    assert verdict(durable, build.every(quorums), facts) is TRUE
    del facts["fact.n399"]
    assert verdict(durable, build.every(halves), facts) is UNKNOWN
    assert verdict(durable, build.every(quorums), facts) is TRUE
    facts["fact.n398"] = -1
    assert verdict(durable, build.every(quorums), facts) is UNKNOWN


@pytest.mark.parametrize("value", [1e16, 1e22, 1e-7, 5e-324, 1.7976931348623157e308, -1e16, 0.1])
def test_numbers_with_exponents(durable: Durable, value: float) -> None:
    assert verdict(durable, is_(NUMBER, value), {NUMBER.name: value}) is TRUE
    nearly = value * (1 + 2**-52) if abs(value) < 1e300 else value / 2
    other = nearly if nearly != value else 2 * value
    assert verdict(durable, is_(NUMBER, value), {NUMBER.name: other}) is FALSE


def test_the_engine_refuses_an_exponent_without_a_point() -> None:
    code = (
        "h = rule_set('a', {'arrived': {'z': 0}, 'x': {'$gte': {'p': 10.0}}})\n"
        'answer = attempt(post, h, \'{"sid":"r","z":0,"p":%s}\')'
    )
    assert ask(code % "1e16") == "error: Could not assert fact, error code: 204"
    assert ask(code % "1.0e16") == [0, ["arrived", "x"]]


def test_a_long_text_is_compared_by_its_beginning() -> None:
    answer = ask(
        "h = rule_set('a', {'arrived': {'z': 0}, 'x': {'p': 'abc'}})\n"
        "answer = post(h, {'sid': 'r', 'z': 0, 'p': 'abc' + 'x' * 65536})"
    )
    assert answer == [0, ["arrived", "x"]]


def test_a_whole_number_beyond_64_bits_is_cut_off() -> None:
    answer = ask(
        "h = rule_set('a', {'arrived': {'z': 0}, 'x': {'p': 2**63 - 1}})\n"
        "answer = post(h, {'sid': 'r', 'z': 0, 'p': 2**64 + 5})"
    )
    assert answer == [0, ["arrived", "x"]]


def test_whole_numbers_are_exact_up_to_64_bits(durable: Durable) -> None:
    edge = 2**63 - 1
    assert verdict(durable, is_(INTEGER, edge), {INTEGER.name: edge}) is TRUE
    assert verdict(durable, is_(INTEGER, edge), {INTEGER.name: edge - 1}) is FALSE
    assert verdict(durable, is_(INTEGER, 2**53), {INTEGER.name: 2**53 + 1}) is FALSE


def test_a_whole_number_against_a_number_is_compared_exactly(durable: Durable) -> None:
    """The engine would turn 2^53 + 1 into a float, which is 2^53."""
    term = build.compare(Relation.GT, INTEGER, Other(NUMBER))
    facts: dict[str, Value] = {INTEGER.name: 2**53 + 1, NUMBER.name: float(2**53)}
    assert verdict(durable, term, facts) is TRUE


@pytest.mark.parametrize(
    "text",
    [
        *("", "é", "e\u0301", 'say "hi"', "it's", "\\", "\\u0061", "\n", "\x00", "😀", "{", "],["),
        "\ud800",
    ],
)
def test_texts_of_all_kinds_are_compared_whole(durable: Durable, text: str) -> None:
    for value in ("", "a", "é", text + "x", text):
        expected = TRUE if value == text else FALSE
        assert verdict(durable, is_(TEXT, text), {TEXT.name: value}) is expected


def test_patterns_are_re2_and_not_the_dialect_of_the_engine(durable: Durable) -> None:
    """There `.` would be written `%.`, and `^`, `$` and `(?i)` mean nothing."""
    found = build.text_test(TextMatch.MATCHES, TEXT, "(?i)^vp .*s$")
    assert verdict(durable, found, {TEXT.name: "VP Sales"}) is TRUE
    assert verdict(durable, found, {TEXT.name: "EVP Sales"}) is FALSE
    assert verdict(durable, found, {}) is UNKNOWN
