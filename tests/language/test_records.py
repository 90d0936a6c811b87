"""Records out of plain data: what is known, what is missing, what is refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpolicy.diagnostics import Diagnostic, LeadpolicyError, Problems
from leadpolicy.types import Range
from leadpolicy.vocabulary import EventLog, Happening, Record, Vocabulary, read_record
from leadpolicy.vocabulary.record import record_to_dict, record_to_json
from tests.policy.samples import VOCABULARY
from tests.strategies import situations, vocabularies

AT = datetime(2026, 2, 28, tzinfo=UTC)


def read(facts: dict[str, Any], events: list[Any] | None = None, **more: Any) -> Record:
    return read_record(VOCABULARY, facts, events, **more)


def refusals(
    facts: dict[str, Any], events: list[Any] | None = None, **more: Any
) -> list[Diagnostic]:
    with pytest.raises(LeadpolicyError) as caught:
        read(facts, events, **more)
    return list(caught.value.diagnostics)


def test_none_is_missing() -> None:
    record = read({"company.employees": None, "company.country": ""})
    assert record.facts == {"company.country": ""}
    assert record.events == {}


def test_values_are_read_by_type() -> None:
    facts = {
        "company.employees": "11-50",
        "company.country": "NO",
        "deal.decision_date": "2026-02-28",
    }
    assert read(facts).facts == {
        "company.employees": Range(11, 50),
        "company.country": "NO",
        "deal.decision_date": date(2026, 2, 28),
    }


def test_a_value_may_say_where_it_comes_from() -> None:
    given_ = {"value": 20, "at": "2026-02-28", "source": "a form", "by": "Ann"}
    record = read({"company.employees": given_, "company.growth": {"value": None}})
    assert record.facts == {"company.employees": 20}
    origin = record.origins["company.employees"]
    assert (origin.source, origin.at, origin.by) == ("a form", AT, "Ann")
    assert record == read({"company.employees": 20}), "where it comes from has no meaning"


def test_logs() -> None:
    asked = {"event": "inbound_request", "at": "2026-02-28", "kind": "demo", "budget": None}
    record = read({}, [asked, {"event": "inbound_request"}])
    assert record.events == {
        "inbound_request": EventLog((Happening(AT, {"kind": "demo"}), Happening(None))),
        "badge_scan": EventLog(),
    }
    assert read({}, []).events == {"inbound_request": EventLog(), "badge_scan": EventLog()}
    assert read({}, [], recorded=["badge_scan"]).events == {"badge_scan": EventLog()}
    assert read({}, [], recorded=[]).events == {}
    assert read({}, None, recorded=["badge_scan"]).events == {}


@pytest.mark.parametrize("at", ["2026-02-28", date(2026, 2, 28), AT, datetime(2026, 2, 28)])
def test_moments_of_events(at: object) -> None:
    (happening,) = read({}, [{"event": "badge_scan", "at": at}]).events["badge_scan"].happenings
    assert happening.at == AT


def test_every_problem_is_said_at_once() -> None:
    found = refusals(
        {"company.employes": 20, "company.growth": "fast", "company.industry": "farming"},
        [
            {"event": "inbound_requests"},
            {"event": "inbound_request", "at": "soon", "kind": "tea", "sort": 1},
            {"at": "2026-02-28"},
            "inbound_request",
        ],
        id="a record",
    )
    assert sorted((d.code, d.message) for d in found) == [
        ("LP202", "an event needs the key `event`"),
        ("LP203", "there is no fact `company.employes` in the vocabulary"),
        ("LP204", "there is no event `inbound_requests` in the vocabulary"),
        ("LP205", "`inbound_request`: the event has no attribute `sort`"),
        ("LP301", "`company.growth`: `fast` is not a number"),
        ("LP301", "`inbound_request`: `soon` is not a moment"),
        ("LP301", "an event is expected here"),
        ("LP302", "`company.industry`: `farming` is not one of the declared values"),
        ("LP302", "`inbound_request`: `tea` is not one of the declared values"),
    ]
    assert {d.where for d in found} == {"a record"}


def test_what_is_not_covered_by_the_log_cannot_have_happened() -> None:
    (found,) = refusals({}, [{"event": "badge_scan"}], recorded=["inbound_request"])
    assert found.message == "`badge_scan` happened, but is not among the kinds that were recorded"
    assert found.help == "add `badge_scan` to `recorded`"


def test_problems_may_be_collected() -> None:
    problems = Problems()
    record = read(
        {"company.employees": "many", "company.growth": 1}, problems=problems, where="row 7"
    )
    assert record.facts == {"company.growth": 1.0}
    assert [(d.code, d.where) for d in problems] == [("LP301", "row 7")]


@given(vocabularies(), st.data())
def test_a_record_comes_back_from_json(vocabulary: Vocabulary, data: st.DataObject) -> None:
    situation = data.draw(situations(vocabulary))
    record = situation.record(vocabulary)
    complete = Record(
        record.facts, {kind: EventLog(log.happenings) for kind, log in record.events.items()}, "x"
    )
    found = json.loads(record_to_json(complete))
    assert found == json.loads(json.dumps(record_to_dict(complete)))
    again = read_record(
        vocabulary, found["facts"], found.get("events"), recorded=found.get("recorded"), id="x"
    )
    assert again == complete


def test_a_foreign_amount_comes_back_from_json() -> None:
    record = read({"company.annual_revenue": {"amount": 5_000_000, "currency": "USD"}})
    assert str(record.facts["company.annual_revenue"]) == "USD 5,000,000"
    again = read(json.loads(record_to_json(record))["facts"])
    assert again == record


def test_a_misspelt_key_beside_a_value_is_told() -> None:
    (found,) = refusals({"company.employees": {"value": 20, "sorce": "CRM"}})
    assert found.code == "LP201"
    assert found.message == "`company.employees`: a value has no key `sorce`"
    assert found.help == "did you mean `source`?"
