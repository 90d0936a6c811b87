"""The same policies as a programmer would write them: the stage only, no explanation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from leadpolicy.vocabulary.record import EventLog

CORE = frozenset({"software", "finance", "healthcare", "manufacturing"})
WIDER = CORE | {"retail", "logistics"}
WEST = frozenset({"US", "CA", "GB", "DE", "FR", "NL"})
WORLD = WEST | {"AU", "IN"}
CLOUDS = frozenset({"aws", "azure", "gcp"})
CHIEFS = frozenset({"c_level", "vp"})
LEADERS = CHIEFS | {"director"}
DECIDERS = LEADERS | {"manager"}
BOUGHT = frozenset({"purchased_list", "trade_show"})
WARM = frozenset({"demo", "question", "white_paper"})
FREE = frozenset({"gmail.com", "yahoo.com", "outlook.com", "hotmail.com"})
MONEY = frozenset({"approved", "planned"})
SERIOUS = frozenset({"demo", "pricing"})

Record = Mapping[str, Any]


def quorum(r: Record) -> int:
    """-1 none, 0 lead, 1 opportunity."""
    employees, revenue = r["company_employees"], r["company_annual_revenue"]
    if employees is None or employees < 200 or revenue is None or revenue < 2e7:
        return -1
    if r["company_industry"] not in CORE or r["company_country"] not in WEST:
        return -1
    source, requests = r["deal_source"], r["engagement_inbound_requests"]
    if r["person_seniority"] not in LEADERS or source is None or source in BOUGHT:
        return -1
    if requests is None or requests < 1 or r["engagement_last_inbound"] not in WARM:
        return -1
    signs = (
        (r["deal_timeline_days"] is not None)
        + (r["deal_decision_maker_engaged"] is True)
        + (r["deal_budget_status"] in MONEY)
        + (r["deal_next_step_agreed"] is True)
        + (r["deal_compelling_event"] is True)
    )
    return 1 if signs >= 4 else 0


def ladder(r: Record) -> int:
    """-1 none, 0 prospect, 1 lead, 2 qualified lead."""
    employees, revenue = r["company_employees"], r["company_annual_revenue"]
    if employees is None or not 50 <= employees <= 5_000 or revenue is None or revenue < 5e6:
        return -1
    if r["company_industry"] not in WIDER or r["company_country"] not in WORLD:
        return -1
    domain = r["person_email_domain"]
    if r["company_platform"] not in CLOUDS or r["company_uses_competitor"] is not False:
        return -1
    if domain is None or domain in FREE:
        return -1
    requests, days = r["engagement_inbound_requests"], r["engagement_days_since_inbound"]
    if requests is None or requests < 1 or days is None or days > 30:
        return 0
    last = r["engagement_last_inbound"]
    if last is None or last == "unsubscribe":
        return 0
    budget, price, timeline = r["deal_budget"], r["deal_price"], r["deal_timeline_days"]
    if budget is None or price is None or budget < price or timeline is None or timeline > 90:
        return 1
    if r["deal_decision_maker_engaged"] is not True or r["deal_problem_acknowledged"] is not True:
        return 1
    if r["deal_next_step_agreed"] is not True or r["person_seniority"] not in DECIDERS:
        return 1
    status = r["deal_budget_status"]
    return 1 if r["person_consented"] is not True or status is None or status == "none" else 2


def score(r: Record) -> int:
    """-1 none, 0 lead, 1 qualified lead."""
    points = 0
    if (employees := r["company_employees"]) is not None and employees >= 100:
        points += 10
    if (revenue := r["company_annual_revenue"]) is not None and revenue >= 1e7:
        points += 10
    if r["company_industry"] in CORE:
        points += 10
    if r["company_country"] in WEST:
        points += 5
    if r["person_seniority"] in CHIEFS:
        points += 15
    if (requests := r["engagement_inbound_requests"]) is not None and requests >= 2:
        points += 10
    if r["engagement_last_inbound"] == "demo":
        points += 20
    if (days := r["engagement_days_since_inbound"]) is not None and days <= 14:
        points += 10
    if (engaged := r["engagement_score"]) is not None and engaged >= 70:
        points += 10
    # What takes points and is not known may apply: the score must be certain.
    if (domain := r["person_email_domain"]) is None or domain in FREE:
        points -= 15
    if (source := r["deal_source"]) is None or source == "purchased_list":
        points -= 20
    if r["company_uses_competitor"] is not False and r["deal_compelling_event"] is not True:
        points -= 10
    if points < 60:
        return -1
    talks = r["engagement_conversations"]
    return 1 if talks is not None and talks >= 1 else 0


def events(logs: Mapping[str, EventLog], now: datetime) -> int:
    """-1 none, 0 lead, 1 qualified lead; every event is dated and complete."""
    begin = now - timedelta(days=30)
    requests = 0
    for happening in logs["inbound_request"].happenings:
        at = happening.at
        if at is not None and begin < at <= now and happening.details["kind"] in SERIOUS:
            requests += 1
    if requests < 2:
        return -1
    for happening in logs["conversation"].happenings:
        if happening.details["two_way"] is True:
            return 1
    return 0


BY_HAND: Final[Mapping[str, Callable[[Record], int]]] = {
    "quorum": quorum,
    "ladder": ladder,
    "score": score,
}
