"""Reasons: the smallest set of criteria in the way, and the facts that are missing."""

from __future__ import annotations

from itertools import combinations, product
from time import perf_counter
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.decision import Decision, decide
from leadpolicy.decision.reasons import causes, missing_facts, smallest_criteria
from leadpolicy.logic.terms import Known
from leadpolicy.logic.walk import atoms
from leadpolicy.policy import Policy, load_policy, parse_policy
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth, at_least, every, some
from leadpolicy.types import Range, read_python
from leadpolicy.vocabulary import EventLog, Happening, Record, Vocabulary
from leadpolicy.vocabulary.model import EVENT
from tests.conftest import POLICIES
from tests.decision.room import VOCABULARY, Case, card, cases, only, thinned
from tests.strategies import NOW, Drawing, dump, moments

# ---------------------------------------------------------------- criteria, against brute force


def naive(condition: Any, given: dict[str, Truth]) -> Truth:
    """The verdict of a condition over names, read off its text."""
    if isinstance(condition, str):
        return given[condition]
    ((form, value), *rest) = condition.items()
    inner = [naive(part, given) for part in (value if not rest else condition["of"])]
    match form:
        case "all":
            return every(inner)
        case "any":
            return some(inner)
        case "none":
            return ~some(inner)
        case _:
            certain, possible = inner.count(TRUE), len(inner) - inner.count(FALSE)
            enough = at_least(value, certain, possible)
            more = at_least(value + 1, certain, possible)
            return {"at_least": enough, "at_most": ~more, "exactly": every([enough, ~more])}[form]


def over(names: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Conditions over names; a name may stand several times."""

    def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        some_parts = st.lists(inner, min_size=1, max_size=4)
        form = st.sampled_from(["all", "any", "none"])
        bound = st.sampled_from(["at_least", "at_most", "exactly"])
        return st.one_of(
            st.builds(lambda f, parts: {f: parts}, form, some_parts),
            st.builds(
                lambda b, k, parts: {b: k, "of": parts}, bound, st.integers(1, 3), some_parts
            ),
        )

    return st.recursive(names, nested, max_leaves=9)


FLAGS = [f"flag.{letter}" for letter in "abcdefg"]


@st.composite
def named_ladders(draw: st.DrawFn) -> tuple[Policy, list[dict[str, Any]]]:
    """Two stages over seven criteria, with what the first requires and what excludes it."""
    names = [f"c{number}" for number in range(len(FLAGS))]
    first = {"stage": "first", "requires": "nothing", "when": draw(over(st.sampled_from(names)))}
    second = {
        "stage": "second",
        "requires": draw(st.sampled_from(["nothing", "first"])),
        "when": draw(over(st.sampled_from([*names, "first"]))),
    }
    for stage in (first, second):
        if draw(st.booleans()):
            stage["excludes"] = [draw(st.sampled_from(names))]
    document = {
        "policy": "random",
        "version": "1.0.0",
        "title": "A random ladder",
        "vocabulary": 1,
        "grain": "company",
        "criteria": {n: {"says": n, f: True} for n, f in zip(names, FLAGS, strict=True)},
        "stages": [first, second],
    }
    return parse_policy(dump(document), VOCABULARY), [first, second]


def stage_verdicts(stages: list[dict[str, Any]], given: dict[str, Truth]) -> dict[str, Truth]:
    """The verdicts of stages, given those of the criteria."""
    found: dict[str, Truth] = {}
    for stage in stages:
        both = {**given, **found}
        gates = [naive(stage["when"], both)]
        gates += [~given[name] for name in stage.get("excludes", ())]
        gates += [found[stage["requires"]]] if stage["requires"] != "nothing" else []
        found[stage["stage"]] = every(gates)
    return found


def brute_force(
    stages: list[dict[str, Any]], given: dict[str, Truth], wanted: tuple[str, ...]
) -> tuple[str, ...]:
    """The first of the smallest sets of criteria that can be changed so that a stage is TRUE."""
    for size in range(len(given) + 1):
        for chosen in combinations(given, size):
            others = [[truth for truth in (TRUE, FALSE) if truth is not given[n]] for n in chosen]
            for values in product(*others):
                changed = {**given, **dict(zip(chosen, values, strict=True))}
                found = stage_verdicts(stages, changed)
                if any(found[name] is TRUE for name in wanted):
                    return chosen
    return ()


@given(
    named_ladders(),
    st.lists(st.sampled_from(list(Truth)), min_size=len(FLAGS), max_size=len(FLAGS)),
    st.sampled_from([("first",), ("second",), ("first", "second")]),
)
def test_the_smallest_set_is_what_brute_force_finds(
    made: tuple[Policy, list[dict[str, Any]]], verdicts: list[Truth], wanted: tuple[str, ...]
) -> None:
    policy, stages = made
    given = dict(zip(policy.criteria, verdicts, strict=True))
    assert smallest_criteria(policy, tuple(verdicts), wanted) == brute_force(stages, given, wanted)


def ladder(when: str, more: str = "") -> Policy:
    text = (
        "policy: one\nversion: 1.0.0\ntitle: One\nvocabulary: 1\ngrain: company\n"
        "criteria: {a: {says: A, flag.a: true}, b: {says: B, flag.b: true}, "
        "c: {says: C, flag.c: true}, d: {says: D, flag.d: true}}\n"
        f"stages: [{{stage: s, requires: nothing, when: {when}{more}}}]\n"
    )
    return parse_policy(text, VOCABULARY)


T, F, U = TRUE, FALSE, UNKNOWN


@pytest.mark.parametrize(
    ("when", "more", "verdicts", "smallest"),
    [
        ("{all: [a, b]}", "", (T, T, F, F), ()),
        ("{all: [a, b]}", "", (F, U, F, F), ("a", "b")),
        ("{any: [{all: [a, b]}, c, d]}", "", (F, F, F, F), ("c",)),
        ("{any: [{all: [c, d]}, {all: [a, b]}]}", "", (F, F, F, F), ("a", "b")),
        ("{none: [a, b]}", "", (T, U, F, F), ("a", "b")),
        ("{at_least: 2, of: [a, b, c, d]}", "", (F, F, F, T), ("a",)),
        ("{exactly: 1, of: [a, b, c, d]}", "", (T, T, T, F), ("a", "b")),
        ("{all: [c]}", ", excludes: [a]", (T, F, F, F), ("a", "c")),
        ("{all: [a, {none: [a]}]}", "", (F, F, F, F), ()),
        ("{all: [a, {any: [{none: [a]}, c]}]}", "", (F, F, F, F), ("a", "c")),
        ("{exactly: 2, of: [a, b, c, d]}", "", (U, U, U, T), ("a", "b", "c")),
        ("{any: [{flag.e: true}, a]}", "", (F, F, F, F), ()),
        ("{all: [{flag.e: true}, b]}", "", (F, F, F, F), ("b",)),
    ],
)
def test_the_smallest_set_by_hand(
    when: str, more: str, verdicts: tuple[Truth, ...], smallest: tuple[str, ...]
) -> None:
    assert smallest_criteria(ladder(when, more), verdicts, ("s",)) == smallest


def test_a_large_quorum_is_no_trouble() -> None:
    names = [f"c{number}" for number in range(24)]
    criteria = ", ".join(f"{name}: {{says: C, flag.a: true}}" for name in names)
    quorum = f"{{at_least: 12, of: [{', '.join(names)}]}}"
    text = (
        "policy: one\nversion: 1.0.0\ntitle: One\nvocabulary: 1\ngrain: company\n"
        f"criteria: {{{criteria}}}\n"
        f"stages: [{{stage: s, requires: nothing, when: {{all: [{quorum}, c20]}}}}]\n"
    )
    policy = parse_policy(text, VOCABULARY)
    began = perf_counter()
    found = smallest_criteria(policy, (FALSE,) * len(names), ("s",))
    assert perf_counter() - began < 2
    assert found == (*names[:11], "c20")


def test_excluded_and_lacking_criteria_of_a_seed_policy() -> None:
    policy = load_policy(POLICIES / "heinz")
    verdicts = dict.fromkeys(policy.criteria, TRUE)
    verdicts["came_to_us_asking"] = FALSE
    lead = smallest_criteria(policy, tuple(verdicts.values()), ("lead",))
    assert lead == ("came_to_us_asking", "will_never_buy")


# ---------------------------------------------------------------------------- missing facts


@st.composite
def answers(draw: st.DrawFn, what: str, vocabulary: Vocabulary) -> Any:
    """An exact value, or a complete log of at most one happening."""
    drawing = Drawing(draw)
    if not what.startswith(EVENT):
        kind = vocabulary.facts[what].type
        return read_python(kind, drawing.exact(kind))
    attributes = vocabulary.events[what.removeprefix(EVENT)].attributes
    details = {name: read_python(a.type, drawing.exact(a.type)) for name, a in attributes.items()}
    return EventLog((Happening(draw(moments), details),) if drawing.chance(70) else ())


def exact_part(record: Record, vocabulary: Vocabulary) -> Record:
    """The record with exact values and complete logs only."""
    facts = {name: value for name, value in record.facts.items() if not isinstance(value, Range)}
    logs = {
        kind: log
        for kind, log in record.events.items()
        if log.since is None
        and all(
            happening.at is not None
            and set(happening.details) == set(vocabulary.events[kind].attributes)
            and not any(isinstance(value, Range) for value in happening.details.values())
            for happening in log.happenings
        )
    }
    return Record(facts, logs)


@given(cases(), st.data())
def test_answering_all_that_is_missing_decides_the_stage(case: Case, data: st.DataObject) -> None:
    vocabulary = case.policy.vocabulary
    record = exact_part(case.record, vocabulary)
    (term,) = case.policy.logic.stages
    # As monotonicity: with `known`, an answer may open what its absence had decided.
    assume(not any(isinstance(atom, Known) for atom in atoms([term])))
    missing = missing_facts(case.policy, record, NOW, ("holds",))
    verdict = Evaluation(record.facts, record.events, NOW).truth(term)
    assert bool(missing) is (verdict is UNKNOWN)
    facts, logs = dict(record.facts), dict(record.events)
    for name in missing:
        answer = data.draw(answers(name, vocabulary))
        if name.startswith(EVENT):
            logs[name.removeprefix(EVENT)] = answer
        else:
            facts[name] = answer
    assert Evaluation(facts, logs, NOW).truth(term) is not UNKNOWN


@given(thinned())
def test_what_is_missing_on_the_cards_is_open(decision: Decision) -> None:
    for name, verdict in decision.stages.items():
        missing = missing_facts(decision.policy, decision.record, decision.as_of, (name,))
        assert bool(missing) is (verdict is UNKNOWN)
        assert len(set(missing)) == len(missing)
    assert set(decision.missing) >= set(
        missing_facts(decision.policy, decision.record, decision.as_of, decision.open_stages)
    )


def test_facts_and_logs_are_named_once_and_in_the_order_of_the_text() -> None:
    decision = only(
        "{all: [{happened: meeting, within: ever}, company.known: true, "
        "{any: [company.known: false, {happened: meeting, within: 90 days}]}]}"
    )
    assert decision.missing == ("event:meeting", "company.known")


def test_a_range_is_missing_only_where_it_leaves_the_answer_open() -> None:
    when = "{company.employees: {at_least: 20}}"
    assert only(when, company__employees="11-50").missing == ("company.employees",)
    assert only(when, company__employees="51-200").missing == ()


def test_a_comparison_of_facts_names_those_that_are_not_exact() -> None:
    when = "{deal.budget_amount: {at_least: {fact: product.price}}}"
    price = {"amount": 5, "currency": "USD"}
    assert only(when, deal__budget_amount=7).missing == ("product.price",)
    assert only(when, deal__budget_amount=7, product__price=price).missing == ("product.price",)


def test_a_card_without_logs_names_the_logs() -> None:
    decision = card("b2b-international", "nobody-recorded-requests")
    assert decision.stages["lead"] is UNKNOWN
    names = missing_facts(decision.policy, decision.record, decision.as_of, ("lead",))
    assert names == ("event:inbound_request", "event:content_download")
    evaluation = decision.evaluation
    term = decision.policy.logic.stages[[s.name for s in decision.policy.stages].index("lead")]
    assert tuple(causes(term, evaluation)) == names
    assert decide(decision.policy, Record(), as_of=NOW).missing != ()
