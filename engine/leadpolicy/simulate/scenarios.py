"""Companies with a written history: the cases that definitions of a lead argue about.

Each stands several times among the first companies of the history and replaces what chance had
drawn there. Their outcomes are written, too, and follow no coefficients.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from leadpolicy.simulate import clock, labels
from leadpolicy.simulate.model import AS_OF_DAY
from leadpolicy.simulate.tables import Table

COPIES: Final = 3
EARLIER: Final = (0.0, 17.0, 41.0)
"""Days by which each copy entered before the first."""

FIRST_POSITION: Final = 3
STEP: Final = 7

Event = tuple[float, str, str, str, str]
"""Days after entry, activity, detail, channel, result."""
Note = tuple[float, str, str]
"""Days after entry, fact, value."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One case. `entered` is in days before the usual day of evaluation.

    `company` and `person` replace columns of an ideal company and contact; `person` None: nobody
    is known there. `deal`: days after entry on which it was opened and closed (None: still open),
    and how it ended for each copy.
    """

    name: str
    says: str
    entered: float = 40.0
    company: Mapping[str, str] = field(default_factory=dict)
    person: Mapping[str, str] | None = field(default_factory=dict)
    people: int = 1
    events: tuple[Event, ...] = ()
    notes: tuple[Note, ...] = ()
    deal: tuple[float, float, tuple[str, str, str]] | None = None
    lifecycle: tuple[tuple[float, str], ...] = ((0.0, "lead"),)


IDEAL_COMPANY: Final = {
    "account_matched": "Yes",
    "lead_source": "Outbound research",
    "account_type_at_entry": "Prospect",
    "industry": "Machinery",
    "employees": "85",
    "annual_revenue": "12000000",
    "currency": "EUR",
    "country": "DE",
    "technologies": "windows;office_365",
    "has_category_software": "No",
    "uses_competitor": "No",
    "contact_reachable": "Yes",
    "website_visits": "",
    "score_at_entry": "30",
    "news_at": "",
    "contract_value_confirmed": "",
    "merged_from": "",
    "deleted": "",
}
IDEAL_PERSON: Final = {
    "email_type": "Company",
    "job_title": "Head of Production",
    "seniority": "Head of department",
    "department": "Production",
    "gave_details": "No",
    "buying_role": "",
}
FORM: Final = {"lead_source": "Website form"}
LIST: Final = {"lead_source": "Purchased list"}
GAVE: Final = {"gave_details": "Yes"}
NOTHING_ELSE: Final = dict.fromkeys(
    ("employees", "annual_revenue", "currency", "country", "technologies",
     "has_category_software", "uses_competitor", "score_at_entry"), "",
)  # fmt: skip
NO_PROFILE: Final = {**NOTHING_ELSE, "industry": ""}
UNTITLED: Final = {"job_title": "", "seniority": "", "department": ""}
COLD_CALL: Final[tuple[Event, ...]] = (
    (5.0, "Outreach", "Personal", "E-mail", ""),
    (9.0, "Outreach", "Personal", "Phone", ""),
)
TALK: Final[Event] = (12.0, "Conversation", "Both ways", "Phone", "Interested")
WHITE_PAPER: Final[Event] = (0.0, "Download", "White paper", "Web form", "")
QUALIFIED: Final[tuple[Note, ...]] = (
    (12.1, "need.problem_acknowledged", "true"),
    (12.1, "need.intends_to_act", "true"),
    (12.1, "need.solvable_by_us", "true"),
    (12.1, "deal.timeline_status", "stated"),
    (12.1, "deal.decision_date", "2025-11-14"),
)
FULL: Final[tuple[Note, ...]] = (
    *QUALIFIED,
    (26.1, "deal.near_term_purchase_discussed", "true"),
    (26.1, "deal.consented_to_consider", "true"),
    (26.1, "deal.timeline_status", "agreed"),
    (26.1, "deal.dm_involvement", "involved"),
    (26.1, "deal.decision_makers_known", "2"),
    (26.1, "deal.budget_status", "allocated"),
    (26.1, "deal.budget_amount", "EUR 45000"),
    (26.1, "deal.next_step_status", "buyer_working"),
    (26.1, "deal.competing_solutions_known", "true"),
    (26.1, "need.urgency_driver", "true"),
    (26.1, "need.urgency_type", "contract_end"),
    (26.1, "engagement.purchase_interest", "true"),
    (26.1, "process.sales_confirmed_fit", "true"),
)
DECIDER: Final = {
    "job_title": "Chief Officer, General Management",
    "seniority": "Management board",
    "department": "General management",
    "buying_role": "Decision maker",
}

SCENARIOS: Final = (
    Scenario(
        "badge_scan", "A badge scanned at a trade show and nothing else",
        company={"lead_source": "Trade show"},
        events=((0.0, "Badge scan", "Spring Metal Fair 2025", "On site", ""),),
    ),
    Scenario(
        "badge_scan_and_demo_ask", "A badge scan, and a demonstration asked for at the stand",
        company={"lead_source": "Trade show"},
        person=GAVE,
        events=((0.0, "Badge scan", "Spring Metal Fair 2025", "On site", ""),
                (0.02, "Request", "Demo", "On site", "Interested")),
    ),
    Scenario(
        "purchased_list_one_attribute", "A name on a purchased list, only the industry is known",
        company={**LIST, **NOTHING_ELSE}, person=None,
    ),
    Scenario(
        "purchased_list_full_profile", "An ideal company on a purchased list; it never heard of us",
        company=LIST,
    ),
    Scenario(
        "scraped_email", "An e-mail address collected from a website, company unknown",
        company={**NO_PROFILE, "lead_source": "Web research tool", "account_matched": "No"},
        person={**UNTITLED, "email_type": "Free mail"},
    ),
    Scenario(
        "cold_call_yes", "Called cold, and interested",
        events=(*COLD_CALL, TALK), notes=((12.1, "need.problem_signalled", "true"),),
    ),
    Scenario(
        "cold_call_no", "Called cold, and not interested",
        events=(*COLD_CALL, (12.0, "Conversation", "Both ways", "Phone", "Not interested"),
                (12.2, "Ruled out", "No need", "", "")),
        notes=((12.1, "need.problem_acknowledged", "false"),),
    ),
    Scenario(
        "newsletter_only", "A subscription to the newsletter and nothing else",
        company=FORM, person=GAVE,
        events=((0.0, "Newsletter subscription", "", "Web form", ""),),
        lifecycle=((0.0, "subscriber"),),
    ),
    Scenario(
        "white_paper_ideal_company", "A white paper downloaded by somebody at an ideal company",
        company=FORM, person=GAVE, events=(WHITE_PAPER,),
    ),
    Scenario(
        "white_paper_student", "A white paper downloaded by a student",
        company={**NO_PROFILE, **FORM, "industry": "Higher education", "account_matched": "No",
                 "account_type_at_entry": "Student / academic"},
        person={**GAVE, **UNTITLED, "email_type": "University"},
        events=(WHITE_PAPER, (2.0, "Ruled out", "Student", "", "")),
    ),
    Scenario(
        "white_paper_competitor", "A white paper downloaded by a competitor",
        company={**FORM, "industry": "Software", "account_type_at_entry": "Competitor"},
        person={**GAVE, "department": "Marketing", "job_title": "Marketing Manager",
                "seniority": "Manager"},
        events=(WHITE_PAPER, (2.0, "Ruled out", "Competitor", "", "")),
    ),
    Scenario(
        "former_user", "Used the product before; nothing has happened since",
        company={"lead_source": "Import", "account_type_at_entry": "Former user"},
    ),
    Scenario(
        "uses_competitor_no_contact", "Uses a competitor's product; nobody has ever contacted them",
        company={"uses_competitor": "Yes", "has_category_software": "Yes"},
        notes=((1.0, "need.solvable_by_us", "true"),),
    ),
    Scenario(
        "five_or_more_decision_makers", "A sale in which six people decide", entered=60.0,
        company={**FORM, "employees": "2400", "annual_revenue": "410000000"},
        person={**GAVE, **DECIDER}, people=6,
        events=((0.0, "Request", "Quote", "Web form", "Interested"), TALK,
                (26.0, "Conversation", "Both ways", "Video call", "Interested")),
        notes=(*FULL, (30.0, "deal.decision_makers_known", "6")),
        deal=(20.0, 150.0, ("Won", "Lost", "Open")),
        lifecycle=((0.0, "lead"), (12.0, "salesqualifiedlead"), (20.0, "opportunity")),
    ),
    Scenario(
        "could_allocate_budget", "All that a qualified lead needs; a budget could be allocated",
        company=FORM, person={**GAVE, **DECIDER},
        events=((0.0, "Request", "Demo", "Web form", "Interested"), TALK),
        notes=(*QUALIFIED, (12.1, "deal.budget_status", "could_allocate")),
        deal=(14.0, 160.0, ("Lost", "Won", "Open")),
        lifecycle=((0.0, "lead"), (0.5, "marketingqualifiedlead"), (14.0, "opportunity")),
    ),
    Scenario(
        "no_person_yet", "In the news with a new site; we know nobody there",
        company={"lead_source": "News alert", "technologies": "", "has_category_software": "",
                 "uses_competitor": "", "annual_revenue": "", "currency": "",
                 "news_at": "at entry"},
        person=None, entered=49.0, events=((0.0, "News", "New site", "", ""),),
    ),
    Scenario(
        "exactly_20_employees", "Ideal in all respects, with exactly 20 employees",
        company={**LIST, "employees": "20"},
    ),
    Scenario(
        "range_over_the_limit", "Between 11 and 50 employees: nobody knows whether 20 are reached",
        company={**LIST, "employees": "11-50"},
    ),
    Scenario(
        "revenue_in_eur", "Turnover of 5.2 million euros",
        company={**LIST, "annual_revenue": "5200000"},
    ),
    Scenario(
        "revenue_in_usd", "Turnover of 5.2 million dollars, which is less than 5 million euros",
        company={**LIST, "annual_revenue": "5200000", "currency": "USD", "country": "US"},
    ),
    Scenario(
        "revenue_in_chf", "Turnover in francs, for which no rate is declared",
        company={**LIST, "annual_revenue": "12000000", "currency": "CHF", "country": "CH"},
    ),
    Scenario(
        "revenue_exactly_5_million", "Turnover of exactly 5 million euros",
        company={**LIST, "annual_revenue": "5000000"},
    ),
    Scenario(
        "enquiry_three_years_old", "Asked a question three years ago, in an older system",
        company={"lead_source": "Import"}, person=GAVE, entered=540.0,
        events=((-557.0, "Request", "Question", "E-mail", ""),),
    ),
    Scenario(
        "existing_customer_asks", "A customer who asks for a quote",
        company={"lead_source": "Phone or e-mail", "account_type_at_entry": "Customer",
                 "has_category_software": "Yes"},
        person=GAVE,
        events=((0.0, "Request", "Quote", "Phone", "Interested"),
                (1.0, "Ruled out", "Customer", "", "")),
        lifecycle=((0.0, "customer"),),
    ),
    Scenario(
        "opted_out", "Downloaded a white paper, then asked us not to write any more",
        company=FORM, person=GAVE,
        events=(WHITE_PAPER, (6.0, "Outreach", "Mailing", "E-mail", ""),
                (7.0, "Unsubscribe", "", "E-mail", "")),
    ),
    Scenario(
        "merged_duplicate", "Two records merged: the lifecycle goes forward, back, forward",
        company={**FORM, "merged_from": "C9000001"}, person=GAVE, entered=300.0,
        events=((0.0, "Download", "Guide", "Web form", ""),
                (240.0, "Request", "Demo", "Web form", "Interested")),
        lifecycle=((0.0, "lead"), (30.0, "salesqualifiedlead"), (60.0, "opportunity"),
                   (240.0, "lead"), (250.0, "marketingqualifiedlead")),
    ),
    Scenario(
        "outbound_full_opportunity", "A full opportunity that our calls started; they never asked",
        person=DECIDER, entered=60.0,
        events=(*COLD_CALL, TALK,
                (26.0, "Meeting", "Demonstration", "Video call", ""),
                (26.1, "Conversation", "Both ways", "Video call", "Interested")),
        notes=FULL, deal=(20.0, 120.0, ("Won", "Won", "Lost")),
        lifecycle=((0.0, "lead"), (12.0, "salesqualifiedlead"), (20.0, "opportunity")),
    ),
    Scenario(
        "deal_before_lead_event", "A deal opened before anything else was recorded", entered=90.0,
        company={"lead_source": "Entered by hand"}, person=DECIDER,
        events=((20.0, "Request", "Quote", "Phone", "Interested"),
                (21.0, "Conversation", "Both ways", "Phone", "Interested")),
        notes=((21.1, "deal.near_term_purchase_discussed", "true"),
               (21.1, "deal.budget_status", "identified")),
        deal=(0.5, 170.0, ("Won", "Lost", "Open")),
        lifecycle=((0.0, "opportunity"), (20.0, "lead")),
    ),
    Scenario(
        "deleted_record", "A record that was deleted after a request",
        company={**FORM, "deleted": "Yes"}, person=GAVE,
        events=((0.0, "Request", "Question", "Web form", ""),),
    ),
)  # fmt: skip

FEWEST_COMPANIES: Final = FIRST_POSITION + STEP * len(SCENARIOS)
"""So many companies make room for each case once."""


def placed(count: int) -> Iterator[tuple[int, int, Scenario]]:
    """Position among the first companies, copy, and case, as far as they fit into `count`."""
    for copy in range(COPIES):
        for index, scenario in enumerate(SCENARIOS):
            position = FIRST_POSITION + STEP * (index + len(SCENARIOS) * copy)
            if position < count:
                yield position, copy, scenario


def write_in(tables: Mapping[str, Table]) -> list[tuple[str, str, str]]:
    """Replaces the rows of the companies at the chosen positions; (id, name, says) of each.

    `tables` are those of the first block.
    """
    companies = tables["companies"]
    ids = companies["company_id"]
    chosen = [(ids[p], p, copy, case) for p, copy, case in placed(len(ids))]
    taken = {company for company, _, _, _ in chosen}
    rows: dict[str, list[dict[str, str]]] = {name: [] for name in tables if name != "companies"}
    for company, position, copy, case in chosen:
        entered = AS_OF_DAY - case.entered - EARLIER[copy]
        if case.name == "enquiry_three_years_old":
            entered = AS_OF_DAY - case.entered
        owner = companies["owner"][position]
        person = f"P{company[1:]}-1"
        columns = {**IDEAL_COMPANY, **case.company, "created_at": _moment(entered)}
        columns["main_contact"] = person
        if case.person is None:
            columns["main_contact"] = columns["contact_reachable"] = ""
        if columns["news_at"]:
            columns["news_at"] = _moment(entered)[:10]
        won = case.deal is not None and case.deal[2][copy] == "Won"
        columns["contract_value_confirmed"] = "45000" if won else ""
        for name, value in columns.items():
            companies[name][position] = value
        rows["people"] += _people(company, position, case)
        rows["events"] += _events(company, case, entered)
        rows["assessments"] += _notes(company, case, entered, owner)
        rows["deals"] += _deal(company, case, copy, entered, owner)
        rows["lifecycle"] += [
            {"company_id": company, "changed_at": _moment(entered + day), "lifecycle_stage": stage}
            for day, stage in case.lifecycle
        ]
    for name, new in rows.items():
        _replace(tables[name], taken, new)
    return [(company, case.name, case.says) for company, _, _, case in sorted(chosen, key=_first)]


def _first(chosen: tuple[str, int, int, Scenario]) -> str:
    return chosen[0]


def _moment(day: float) -> str:
    return str(clock.moments(np.array([day]))[0])


def _people(company: str, position: int, case: Scenario) -> list[dict[str, str]]:
    if case.person is None:
        return []
    rows = []
    for slot in range(case.people):
        first = labels.FIRST_NAMES[(7 * position + 13 * slot) % len(labels.FIRST_NAMES)]
        last = labels.LAST_NAMES[(11 * position + 17 * slot) % len(labels.LAST_NAMES)]
        own = {
            "person_id": f"P{company[1:]}-{slot + 1}",
            "company_id": company,
            "first_name": first,
            "last_name": last,
        }
        rows.append({**IDEAL_PERSON, **case.person, **own})
    return rows


def _events(company: str, case: Scenario, entered: float) -> list[dict[str, str]]:
    return [
        {
            "company_id": company,
            "seq": str(number),
            "at": _moment(entered + day),
            "activity": activity,
            "detail": detail,
            "channel": channel,
            "result": result,
        }
        for number, (day, activity, detail, channel, result) in enumerate(case.events, 1)
    ]


def _notes(company: str, case: Scenario, entered: float, owner: str) -> list[dict[str, str]]:
    return [
        {
            "company_id": company,
            "fact": fact,
            "value": value,
            "assessed_at": _moment(entered + day),
            "by": owner,
        }
        for day, fact, value in case.notes
    ]


def _deal(
    company: str, case: Scenario, copy: int, entered: float, owner: str
) -> list[dict[str, str]]:
    if case.deal is None:
        return []
    opened, closed, outcomes = case.deal
    outcome = outcomes[copy]
    return [
        {
            "deal_id": f"D{company[1:]}",
            "company_id": company,
            "created_at": _moment(entered + opened),
            "stage": "Proposal" if outcome == "Open" else outcome,
            "amount_eur": "45000",
            "list_price_eur": "40000",
            "outcome": outcome,
            "closed_at": "" if outcome == "Open" else _moment(entered + closed),
            "lost_reason": "No decision" if outcome == "Lost" else "",
            "owner": owner,
        }
    ]


def _replace(table: Table, taken: set[str], new: list[dict[str, str]]) -> None:
    """The table without the rows of `taken`, with `new` in their places."""
    names = list(table)
    kept = [
        row
        for row in zip(*table.values(), strict=True)
        if row[names.index("company_id")] not in taken
    ]
    kept += [tuple(row[name] for name in names) for row in new]
    kept.sort(key=lambda row: row[names.index("company_id")])
    for position, name in enumerate(names):
        table[name][:] = [row[position] for row in kept]
