"""Deciding out of plain data: what is accepted, what is refused, what the decision says."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given

import leadpolicy
from leadpolicy.decision import Decision, as_moment, as_record, decide
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.policy import load_policy
from leadpolicy.truth import FALSE, TRUE, UNKNOWN
from leadpolicy.vocabulary import Record
from tests.conftest import POLICIES
from tests.decision.room import Case, card, cases, only, seed_vocabulary, seeds, thinned
from tests.strategies import NOW

HEINZ = load_policy(POLICIES / "heinz")


def refused(given: object, **more: Any) -> list[tuple[str, str, str | None]]:
    """Code, message and help of what is wrong with a record."""
    with pytest.raises(LeadpolicyError) as caught:
        as_record(seed_vocabulary(), given, **more)
    return [(d.code, d.message, d.help) for d in caught.value.diagnostics]


# ------------------------------------------------------------------------------------- records


def test_bare_facts_and_the_whole_record_are_the_same() -> None:
    bare = decide(HEINZ, {"company.employees": 40}, as_of="2026-03-01")
    whole = decide(HEINZ, {"facts": {"company.employees": 40}, "as_of": "2026-03-01"})
    assert bare.record == whole.record
    assert bare.as_of == whole.as_of


def test_no_events_and_an_empty_list_differ() -> None:
    assert only("{happened: meeting, within: ever}").stages["holds"] is UNKNOWN
    assert only("{happened: meeting, within: ever}", []).stages["holds"] is FALSE


def test_recorded_limits_what_the_list_is_complete_for() -> None:
    given = {"facts": {}, "events": [], "recorded": ["meeting"], "as_of": "2026-03-01"}
    policy = only("{happened: meeting, within: ever}").policy
    assert decide(policy, given).stages["holds"] is FALSE
    other = {**given, "recorded": ["conversation"]}
    assert decide(policy, other).stages["holds"] is UNKNOWN


@pytest.mark.parametrize("id", ["C-1", 17, 0])
def test_an_id_is_a_text_or_a_number(id: str | int) -> None:
    assert as_record(seed_vocabulary(), {"id": id, "facts": {}}).id == str(id)


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ([], [("LP107", "one record is expected here", None)]),
        ("text", [("LP107", "one record is expected here", None)]),
        (
            {"company.employes": 3},
            [
                (
                    "LP203",
                    "there is no fact `company.employes` in the vocabulary",
                    "did you mean `company.employees`?",
                )
            ],
        ),
        (
            {"fact": {}, "events": []},
            [
                ("LP201", "a record has no key `fact`", "did you mean `facts`?"),
                ("LP202", "the facts are missing", "write `{}` if none is known"),
            ],
        ),
        (
            {"company.employees": 3, "as_of": "2026-03-01"},
            [
                (
                    "LP201",
                    "a record has no key `company.employees`",
                    "put `company.employees` under `facts`",
                ),
                ("LP202", "the facts are missing", "write `{}` if none is known"),
            ],
        ),
        ({"facts": [1]}, [("LP107", "`facts` is not what is expected here", None)]),
        (
            {"facts": {}, "events": {"event": "meeting"}},
            [("LP107", "`events` is not what is expected here", None)],
        ),
        (
            {"facts": {}, "events": "none"},
            [("LP107", "`events` is not what is expected here", None)],
        ),
        (
            {"facts": {}, "events": [], "recorded": "meeting"},
            [("LP107", "`recorded` is not what is expected here", None)],
        ),
        (
            {"facts": {}, "recorded": ["meeting"]},
            [
                (
                    "LP202",
                    "`recorded` says which events were recorded, but `events` is missing",
                    "write `[]` if nothing happened",
                )
            ],
        ),
        (
            {"facts": {}, "events": [], "recorded": ["meetings"]},
            [
                (
                    "LP204",
                    "there is no event `meetings` in the vocabulary",
                    "did you mean `meeting`?",
                )
            ],
        ),
        ({"facts": {}, "id": ["a"]}, [("LP107", "`id` is not what is expected here", None)]),
        (
            {"facts": {"company.known": "yes", "company.employees": "many"}},
            [
                ("LP301", "`company.employees`: `many` is not a whole number", None),
                ("LP301", "`company.known`: `yes` is not true or false", "write `true`"),
            ],
        ),
    ],
)
def test_what_is_wrong_with_a_record(
    given: object, problems: list[tuple[str, str, str | None]]
) -> None:
    assert sorted(refused(given)) == sorted(problems)


def test_all_that_is_wrong_is_told_at_once_with_its_place() -> None:
    with pytest.raises(LeadpolicyError) as caught:
        as_record(
            seed_vocabulary(),
            {"facts": {"a.b": 1}, "events": [{"event": "x"}], "recorded": 3, "idd": 1},
            where="mine.json",
        )
    assert [d.code for d in caught.value.diagnostics] == ["LP107", "LP201", "LP203", "LP204"]
    assert {d.where for d in caught.value.diagnostics} == {"mine.json"}


# ------------------------------------------------------------------------------------- moments


def test_the_moment_is_required() -> None:
    with pytest.raises(LeadpolicyError) as caught:
        decide(HEINZ, {"company.employees": 40})
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.message) == ("LP513", "the moment of evaluation is missing")
    assert problem.expected == "as_of: a date such as 2026-03-01, or a moment"


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T09:30+01:00", datetime(2026, 3, 1, 8, 30, tzinfo=UTC)),
        (date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2026, 3, 1, 9), datetime(2026, 3, 1, 9, tzinfo=UTC)),
        (
            datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=2))),
            datetime(2026, 3, 1, 7, tzinfo=UTC),
        ),
    ],
)
def test_moments_are_read_in_utc(given: Any, moment: datetime) -> None:
    assert as_moment(given) == moment


@pytest.mark.parametrize("given", ["soon", "2026-02-30", "", 5, datetime.max.replace(tzinfo=
                                   timezone(timedelta(hours=-5)))])  # fmt: skip
def test_what_is_no_moment_is_refused(given: Any) -> None:
    with pytest.raises(LeadpolicyError) as caught:
        as_moment(given)
    (problem,) = caught.value.diagnostics
    assert problem.message.startswith("as_of: ")


def test_the_caller_overrules_the_record() -> None:
    given = {"facts": {}, "as_of": "2026-03-01"}
    assert decide(HEINZ, given, as_of="2026-04-01").as_of == datetime(2026, 4, 1, tzinfo=UTC)


# ----------------------------------------------------------------------------------- decisions


def test_every_card_decides_as_it_should() -> None:
    for policy, one in seeds():
        expected = one.expectation(policy.version)
        if expected is not None:
            decision = decide(policy, one.record, as_of=one.as_of)
            assert (decision.stage, decision.possible_stage) == (expected.stage, expected.possible)


REPRS = re.compile(r"frozenset|Truth\.|<[A-Za-z]|datetime|None|True|False|Range\(|\{|\}|\['|\('")
GRAMMAR = re.compile(
    r"(.+ (is at the stage “.+”|has reached none of the stages) of \S+ on \d{4}-\d\d-\d\d"
    r"( \d\d:\d\d UTC)?)(; it may be at “.+”\. Not known: .+|; not “.+”.*)?\.",
    re.DOTALL,
)


@given(thinned())
def test_sentences_are_sentences(decision: Decision) -> None:
    text = decision.sentence()
    assert GRAMMAR.fullmatch(text)
    assert str(decision) == text
    assert "\n" not in text
    for said in (text, *(flip.text for flip in decision.flips)):
        assert not REPRS.search(said)
        assert ".." not in said
        assert "  " not in said


def test_the_sentence_says_what_stands_in_the_way() -> None:
    assert card("b2b-international", "nineteen-employees").sentence() == (
        "nineteen-employees is at the stage “Name” of b2b-international@1.0.0 on 2026-03-01; "
        "not “Suspect”, because this does not hold: A company of our industry and size."
    )


def test_the_sentence_says_what_is_not_known() -> None:
    assert card("b2b-international", "nobody-recorded-requests").sentence() == (
        "nobody-recorded-requests is at the stage “Prospect” of b2b-international@1.0.0 on "
        "2026-03-01; it may be at “Lead”. Not known: whether the buyer asked us for something "
        "and whether the buyer downloaded something from us."
    )
    ranged = card("b2b-international", "eleven-to-fifty-employees").sentence()
    assert ranged.endswith("Not known: the exact number of employees (11-50).")
    foreign = card("conversation-first", "budget-in-dollars").sentence()
    assert foreign.endswith("Not known: the budget in EUR (USD 40_000).")
    vague = card("entering-the-process", "request-of-unknown-kind").sentence()
    assert vague.endswith("Not known: when and how exactly the buyer asked us for something.")


def test_the_sentence_of_the_highest_stage_stops_there() -> None:
    assert card("b2b-international", "qualified-with-allocated-budget").sentence() == (
        "qualified-with-allocated-budget is at the stage “Qualified Lead” of "
        "b2b-international@1.0.0 on 2026-03-01."
    )


def test_what_rules_out_is_not_said_to_be_lacking() -> None:
    facts = {
        "person.contactable": True,
        "company.industry": "manufacturing",
        "company.employees": 50,
        "company.relationship": "competitor",
    }
    asked = [{"event": "inbound_request", "at": "2026-02-01", "kind": "demo"}]
    decision = decide(HEINZ, facts, asked, as_of="2026-03-01")
    assert decision.stage == "list"
    assert decision.sentence() == (
        "The record is at the stage “List” of heinz@1.1.0 on 2026-03-01; not “Lead”, because this "
        "holds: A competitor or a student."
    )


def test_a_long_list_of_what_is_not_known_is_cut() -> None:
    decision = decide(HEINZ, {"person.contactable": True}, as_of="2026-03-01")
    assert len(decision.missing) == 13
    assert decision.sentence().endswith(
        "Not known: the job level, the job function, the industry and 10 more things."
    )


@given(thinned())
def test_a_decision_is_plain_data(decision: Decision) -> None:
    told = decision.to_dict()
    assert json.loads(decision.to_json()) == told
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["stages"] == {name: str(truth) for name, truth in decision.stages.items()}


@given(cases())
def test_decisions_of_any_policy_are_plain_data_and_sentences(case: Case) -> None:
    decision = decide(case.policy, case.record, as_of=NOW)
    assert json.loads(decision.to_json()) == decision.to_dict()
    assert decision.sentence().endswith(".")
    assert decision._repr_html_().startswith("<div")


def test_what_a_decision_holds() -> None:
    decision = card("heinz", "urgency-not-asked-yet")
    told = decision.to_dict()
    assert list(told) == [
        "policy",
        "engine",
        "record",
        "as_of",
        "stage",
        "possible_stage",
        "stages",
        "criteria",
        "missing",
        "because",
        "questions",
        "flips",
        "sentence",
    ]
    assert (told["policy"], told["as_of"]) == ("heinz@1.1.0", "2026-03-01T00:00:00Z")
    assert (told["stage"], told["possible_stage"]) == ("lead", "opportunity")
    assert told["stages"] == {"list": "TRUE", "lead": "TRUE", "opportunity": "UNKNOWN"}
    assert told["missing"] == ["need.urgency_driver"]
    assert told["questions"][0] == {
        "stage": "opportunity",
        "decides": "yes",
        "facts": ["need.urgency_driver"],
        "ask": ["Does anything on their side make this a priority, such as the end of a contract?"],
    }
    assert decision.open_stages == ("opportunity",)
    assert decision.seen["company.employees"] == 120


def test_the_package_decides() -> None:
    policy = leadpolicy.load("heinz", policies=POLICIES)
    decision = policy.decide({"person.contactable": True}, events=[], as_of="2026-03-01")
    assert (decision.stage, decision.stages["lead"]) == ("list", FALSE)
    assert decision.stages["list"] is TRUE
    assert leadpolicy.decide(policy, Record(), as_of=NOW).stage is None
