"""A history is a data set that can be read, and its written cases are what they claim to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.data.dataset import open_dataset
from leadpolicy.data.recordset import RecordSet
from leadpolicy.policy import Policy, load_policy
from leadpolicy.simulate import dirt
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth
from leadpolicy.types import Range
from leadpolicy.vocabulary.record import Record
from tests.conftest import FIXTURES, POLICIES
from tests.simulate.reading import read_cases


@pytest.fixture(scope="module")
def records(history: Path) -> RecordSet:
    return open_dataset(history).records()


@pytest.fixture(scope="module")
def cases(history: Path) -> dict[str, list[str]]:
    return read_cases(history)


def stage(records: RecordSet, company: str, policy: Policy, name: str) -> Truth:
    record, moment = records.find(company)
    found = verdicts(policy.logic, record, moment)
    return found.stages[[s.name for s in policy.stages].index(name)]


def policy(name: str) -> Policy:
    return load_policy(name, policies=POLICIES)


@pytest.mark.parametrize("bundled", [False, True])
def test_only_planted_rows_are_set_aside(history: Path, bundled: bool) -> None:
    records = open_dataset(FIXTURES / "demo" if bundled else history).records()
    aside = [(row.table, row.column) for row in records.quarantine.rows]
    assert sorted(aside) == [
        ("assessments", "fact"),
        ("assessments", "value"),
        ("companies", "company_id"),
        ("companies", "employees"),
        ("companies", "industry"),
        ("events", "at"),
    ]
    assert any(dirt.UNKNOWN_COMPANY in note for note in records.notes)


def test_enough_is_known_and_enough_is_won(records: RecordSet) -> None:
    assert 1400 < len(records) < 1900  # the others enter later
    outcomes = records.outcomes
    assert outcomes.count(True) >= 40
    assert outcomes.count(None) >= 80  # won or lost already


def test_every_copy_of_a_case_has_entered(records: RecordSet, cases: dict[str, list[str]]) -> None:
    known = set(records.ids)
    assert all(company in known for copies in cases.values() for company in copies)


FACTS: dict[str, dict[str, object]] = {
    "purchased_list_one_attribute": {"company.industry": "manufacturing",
                                     "company.employees": None, "person.contactable": False},
    "scraped_email": {"company.known": False, "person.email_type": "free"},
    "cold_call_yes": {"engagement.interest_expressed": True},
    "cold_call_no": {"engagement.interest_expressed": False,
                     "record.disqualify_reason": "no_need"},
    "newsletter_only": {"engagement.newsletter_subscribed": True,
                        "engagement.interest_expressed": False},
    "white_paper_student": {"company.relationship": "student_academic",
                            "person.email_type": "edu"},
    "white_paper_competitor": {"company.relationship": "competitor"},
    "former_user": {"company.relationship": "former_user"},
    "uses_competitor_no_contact": {"company.uses_competitor": True,
                                   "engagement.outreach_mode": "none"},
    "five_or_more_decision_makers": {"deal.decision_makers_known": 6},
    "could_allocate_budget": {"deal.budget_status": "could_allocate"},
    "no_person_yet": {"person.contactable": False, "person.job_level": None,
                      "record.source_type": "news_trigger"},
    "exactly_20_employees": {"company.employees": 20},
    "range_over_the_limit": {"company.employees": Range(11, 50)},
    "revenue_in_eur": {"company.annual_revenue": 5_200_000},
    "revenue_in_usd": {"company.annual_revenue": 4_784_000},  # at 0.92
    "revenue_in_chf": {"company.annual_revenue": Range(None, None)},
    "existing_customer_asks": {"company.relationship": "customer"},
    "opted_out": {"person.opted_out": True, "engagement.newsletter_subscribed": False},
    "merged_duplicate": {"crm.lifecycle_stage": "marketingqualifiedlead"},
    "outbound_full_opportunity": {"deal.next_step_status": "buyer_working",
                                  "deal.outcome": "open", "deal.exists": True},
    "deal_before_lead_event": {"deal.exists": True},
    "deleted_record": {"record.deleted": True},
}  # fmt: skip


@pytest.mark.parametrize("name", FACTS)
def test_written_cases_have_their_facts(
    records: RecordSet, cases: dict[str, list[str]], name: str
) -> None:
    for company in cases[name]:
        record, _ = records.find(company)
        expected = FACTS[name]
        found = {fact: record.facts.get(fact) for fact in expected}
        assert found == expected, company


EVENTS: dict[str, set[str]] = {
    "badge_scan": {"badge_scan"},
    "badge_scan_and_demo_ask": {"badge_scan", "inbound_request"},
    "purchased_list_full_profile": set(),
    "uses_competitor_no_contact": set(),
    "cold_call_yes": {"outbound_attempt", "conversation"},
    "newsletter_only": {"newsletter_subscription"},
    "white_paper_ideal_company": {"content_download"},
    "former_user": set(),
    "no_person_yet": {"trigger_event"},
    "enquiry_three_years_old": {"inbound_request"},
    "opted_out": {"content_download", "outbound_attempt", "opt_out"},
}


def happened(record: Record) -> set[str]:
    return {kind for kind, log in record.events.items() if log.happenings}


@pytest.mark.parametrize("name", EVENTS)
def test_written_cases_have_their_events(
    records: RecordSet, cases: dict[str, list[str]], name: str
) -> None:
    for company in cases[name]:
        found = happened(records.find(company)[0])
        assert found == EVENTS[name], company


def test_enquiry_is_three_years_old(records: RecordSet, cases: dict[str, list[str]]) -> None:
    record, moment = records.find(cases["enquiry_three_years_old"][0])
    at = record.events["inbound_request"].happenings[0].at
    assert at is not None
    assert (moment - at).days >= 3 * 365


def test_deal_comes_before_every_event(records: RecordSet, cases: dict[str, list[str]]) -> None:
    for company in cases["deal_before_lead_event"]:
        events = records.find(company)[0].events
        opened = events["deal_opened"].happenings[0].at
        asked = events["inbound_request"].happenings[0].at
        assert opened is not None
        assert asked is not None
        assert opened < asked


@pytest.mark.parametrize(
    ("case", "policy_name", "stage_name", "verdict"),
    [
        ("badge_scan", "heinz", "list", TRUE),
        ("badge_scan", "heinz", "lead", FALSE),
        ("badge_scan_and_demo_ask", "heinz", "lead", TRUE),
        ("purchased_list_full_profile", "b2b-international", "prospect", TRUE),
        ("purchased_list_full_profile", "b2b-international", "lead", FALSE),
        ("exactly_20_employees", "b2b-international", "suspect", TRUE),
        ("range_over_the_limit", "b2b-international", "suspect", UNKNOWN),
        ("revenue_in_eur", "b2b-international", "suspect", TRUE),
        ("revenue_in_usd", "b2b-international", "suspect", FALSE),
        ("revenue_in_chf", "b2b-international", "suspect", UNKNOWN),
        ("revenue_exactly_5_million", "b2b-international", "suspect", FALSE),
        ("white_paper_competitor", "heinz", "lead", FALSE),
        ("existing_customer_asks", "b2b-international", "lead", FALSE),
        ("existing_customer_asks", "heinz", "lead", TRUE),
        ("enquiry_three_years_old", "heinz", "lead", TRUE),
        ("enquiry_three_years_old", "b2b-international", "lead", FALSE),
        ("could_allocate_budget", "b2b-international", "qualified_lead", TRUE),
        ("outbound_full_opportunity", "salesdevs", "opportunity", TRUE),
        ("outbound_full_opportunity", "heinz", "opportunity", FALSE),
    ],
)
def test_written_cases_part_the_definitions(
    records: RecordSet,
    cases: dict[str, list[str]],
    case: str,
    policy_name: str,
    stage_name: str,
    verdict: Truth,
) -> None:
    chosen = policy(policy_name)
    found = stage(records, cases[case][0], chosen, stage_name)
    assert found is verdict


@pytest.mark.parametrize(
    ("policy_name", "stage_name"),
    [
        ("heinz", "lead"),
        ("heinz", "opportunity"),
        ("b2b-international", "prospect"),
        ("b2b-international", "lead"),
        ("b2b-international", "qualified_lead"),
        ("salesdevs", "prospect"),
        ("salesdevs", "opportunity"),
        ("conversation-first", "prospect"),
        ("iql-mql-sql", "sql"),
    ],
)
def test_stages_hold_all_three_verdicts(policy_name: str, stage_name: str) -> None:
    """The bundled history has records on which each of these stages is TRUE, FALSE and UNKNOWN."""
    records = open_dataset(FIXTURES / "demo").records()
    chosen = policy(policy_name)
    at = [s.name for s in chosen.stages].index(stage_name)
    found = [
        verdicts(chosen.logic, record, moment).stages[at]
        for record, moment in zip(records.records, records.moments, strict=True)
    ]
    assert min(found.count(verdict) for verdict in (TRUE, FALSE, UNKNOWN)) >= 5
