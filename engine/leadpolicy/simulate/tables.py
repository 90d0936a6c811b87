"""One block of the simulated market as the tables that a CRM would export: texts, with gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from leadpolicy.simulate import clock, labels, model
from leadpolicy.simulate.course import Course
from leadpolicy.simulate.draws import NEVER, Bools, Draws, Floats, Ints, Texts, texts
from leadpolicy.simulate.events import EventRows, pick_label
from leadpolicy.simulate.judgements import Notes, deal_value
from leadpolicy.simulate.model import JOURNEYS, REPS
from leadpolicy.simulate.population import Companies

Table: TypeAlias = dict[str, list[str]]
"""Columns by name, in order, all of one length; an empty text is an empty cell."""

PEOPLE = 4
"""At most so many contacts per company."""


def company_ids(numbers: Ints) -> Texts:
    """`C0000042`."""
    return texts([f"C{number:07d}" for number in numbers.tolist()])


def gaps(draws: Draws, values: Texts, missing: float | Floats) -> Texts:
    """The values with a share of them left out; a few of the gaps are filled with `N/A` or `-`."""
    uniform = draws.uniform()
    share = np.broadcast_to(np.asarray(missing, float), uniform.shape)
    out: Texts = values.copy()
    out[uniform < share] = ""
    out[uniform < share * 0.06] = labels.NULLS[0]
    out[uniform < share * 0.02] = labels.NULLS[1]
    return out


def _only(which: Bools, values: Texts) -> Texts:
    """The values of those, and empty cells for all others."""
    out: Texts = values.copy()
    out[~which] = ""
    return out


def yes_no(which: Bools) -> Texts:
    """`Yes` or `No`."""
    out: Texts = texts(["No", "Yes"])[which.astype(int)]
    return out


def _filled(columns: Mapping[str, Texts]) -> Table:
    return {name: column.tolist() for name, column in columns.items()}


# ------------------------------------------------------------------------------------ companies


def companies_table(draws: Draws, companies: Companies, course: Course) -> Table:
    """One row per company. Profiles were last completed at the usual moment of evaluation."""
    worked = course.talk_at < model.AS_OF_DAY
    known = np.where(worked, 0.97, companies.of_journey("profile_known"))
    scraped = companies.is_journey("scraped", "student")
    source = _sources(draws, companies)
    bounced = draws.chance(np.where(companies.is_journey("list_name", "scraped"), 0.15, 0.03))
    visits = np.floor(draws.waiting() * np.exp(0.9 + 0.35 * companies.need))
    seen = draws.chance(np.where(companies.of_journey("self_provided") > 0, 0.9, 0.25))
    currency = texts([c[1] for c in labels.COUNTRIES.values()])[companies.country]
    revenue, currency = _revenue(draws, companies, currency, known)
    accounts = texts([journey.account for journey in JOURNEYS])[companies.journey]
    value = texts([str(v) for v in deal_value(companies, 0.2 * draws.normal()).tolist()])
    value[course.outcome != 1] = ""
    return _filled(
        {
            "company_id": company_ids(companies.number),
            "company_name": _names(draws, companies),
            "account_matched": yes_no(~(scraped & draws.chance(0.6))),
            "created_at": clock.moments(companies.entered),
            "lead_source": gaps(draws, source, 0.03),
            "account_type_at_entry": gaps(draws, accounts, 0.02),
            "industry": gaps(draws, _industries(companies), (1 - known) * 0.35),
            "employees": gaps(draws, _sizes(draws, companies), 1 - known),
            "annual_revenue": revenue,
            "currency": currency,
            "country": gaps(draws, _countries(draws, companies), 0.05),
            "technologies": gaps(draws, _technologies(draws, companies), 1 - 0.95 * known),
            "has_category_software": gaps(
                draws, yes_no(companies.category_software), np.where(worked, 0.08, 0.72)
            ),
            "uses_competitor": gaps(
                draws, yes_no(companies.rival_product), np.where(worked, 0.10, 0.68)
            ),
            "main_contact": _only(companies.person, _person_ids(companies, 1)),
            "contact_reachable": _only(companies.person, yes_no(~bounced)),
            "owner": texts([rep.name for rep in REPS])[companies.owner],
            "website_visits": _only(seen, _counts(1 + visits)),
            "score_at_entry": gaps(draws, _score(draws, companies), 0.2),
            "news_at": _only(companies.is_journey("news"), clock.days(companies.entered)),
            "contract_value_confirmed": value,
            "merged_from": np.full(draws.count, "", dtype=object),
            "deleted": np.full(draws.count, "", dtype=object),
        }
    )


def _counts(numbers: Floats) -> Texts:
    return texts([str(int(number)) for number in numbers.tolist()])


def _sources(draws: Draws, companies: Companies) -> Texts:
    source = np.full(draws.count, "", dtype=object)
    uniform = draws.uniform()
    for position, journey in enumerate(JOURNEYS):
        here = companies.journey == position
        edges = np.cumsum([weight for _, weight in journey.source])
        edges[-1] = 1.0
        names = texts([name for name, _ in journey.source])
        source[here] = names[np.searchsorted(edges, uniform[here], side="right")]
    return source


def _industries(companies: Companies) -> Texts:
    return texts(list(labels.INDUSTRIES))[companies.industry]


def _names(draws: Draws, companies: Companies) -> Texts:
    stem = texts(labels.STEMS)[draws.pick([1.0] * len(labels.STEMS))]
    trade_draw, ending_draw = draws.uniform(), draws.uniform()
    kinds = [value for value, _ in labels.INDUSTRIES.values()]
    endings = [ends for _, _, _, ends in labels.COUNTRIES.values()]
    out = []
    for name, industry, country, t, e in zip(
        stem.tolist(), companies.industry.tolist(), companies.country.tolist(),
        trade_draw.tolist(), ending_draw.tolist(), strict=True,
    ):  # fmt: skip
        trades = labels.TRADES.get(kinds[industry], labels.OTHER_TRADES)
        ends = endings[country]
        out.append(f"{name} {trades[int(t * len(trades))]} {ends[int(e * len(ends))]}")
    return texts(out)


def _sizes(draws: Draws, companies: Companies) -> Texts:
    """Employees as a number, or as the range that list providers give."""
    exact = texts([str(n) for n in companies.employees.tolist()])
    ceilings = np.array([top for top, _ in labels.EMPLOYEE_RANGES])
    names = texts([*(name for _, name in labels.EMPLOYEE_RANGES), labels.LARGEST_RANGE])
    ranges = names[np.searchsorted(ceilings, companies.employees, side="left")]
    from_list = companies.is_journey("list_profile", "list_name", "scraped")
    as_range = draws.chance(np.where(from_list, 0.55, 0.22))
    return np.where(as_range, ranges, exact).astype(object)


def _revenue(
    draws: Draws, companies: Companies, currency: Texts, known: Floats
) -> tuple[Texts, Texts]:
    """Turnover in the company's currency, three digits exact; a currency is forgotten at times."""
    rate = np.array([labels.EUROS_PER_UNIT[code] for code in currency.tolist()])
    amount = companies.revenue / rate
    step = 10.0 ** np.maximum(np.floor(np.log10(amount)) - 2, 3)
    rounded = np.maximum(np.round(amount / step) * step, 1000.0).astype(np.int64)
    shown = gaps(draws, texts([str(value) for value in rounded.tolist()]), 1 - 0.92 * known)
    forgotten = draws.chance(0.03)
    empty = np.isin(shown, ["", *labels.NULLS])
    return shown, np.where(empty | forgotten, "", currency).astype(object)


def _countries(draws: Draws, companies: Companies) -> Texts:
    codes = texts(list(labels.COUNTRIES))[companies.country]
    names = texts([name for _, _, name, _ in labels.COUNTRIES.values()])[companies.country]
    return np.where(draws.chance(0.07), names, codes).astype(object)


def _technologies(draws: Draws, companies: Companies) -> Texts:
    system = np.where(companies.windows, "windows", pick_label(draws, {"linux": 0.7, "macos": 0.3}))
    office = pick_label(draws, {";office_365": 0.5, ";google_workspace": 0.15, "": 0.35})
    other = pick_label(draws, {";sap_erp": 0.15, ";datev": 0.15, ";autocad": 0.25, "": 0.45})
    return np.asarray(system.astype(object) + office + other, dtype=object)


def _score(draws: Draws, companies: Companies) -> Texts:
    """Marketing's score two days after entry: a guess from the journey and the first clicks."""
    base = 18.0 + 11.0 * np.clip(companies.of_journey("talk") + 2.0, 0, 4)
    score = np.clip(np.round(base + 6.0 * companies.need + 8.0 * draws.normal()), 0, 100)
    return _counts(score)


# --------------------------------------------------------------------------------------- people


def _person_ids(companies: Companies, slot: int) -> Texts:
    return texts([f"P{number:07d}-{slot}" for number in companies.number.tolist()])


def people_table(draws: Draws, companies: Companies, course: Course) -> Table:
    """The contacts: the main one first, more where a deal is talked about."""
    more = np.floor(draws.uniform() * (1 + np.log10(companies.employees + 1)))
    extra = np.where(course.deal, np.minimum(more, PEOPLE - 1), 0)
    blocks = []
    for slot in range(PEOPLE):
        who = companies.person & (extra >= slot)
        blocks.append((who, _slot(draws, companies, course, slot)))
    order = np.concatenate([np.flatnonzero(who) * PEOPLE + slot for slot, (who, _) in
                            enumerate(blocks)])  # fmt: skip
    rank = np.argsort(order, kind="stable")
    return {
        name: np.concatenate([columns[name][who] for who, columns in blocks])[rank].tolist()
        for name in blocks[0][1]
    }


def _slot(draws: Draws, companies: Companies, course: Course, slot: int) -> dict[str, Texts]:
    main = slot == 0
    level = companies.level if main else draws.pick([s for _, s in labels.LEVELS.values()])
    department = (
        companies.department if main else draws.pick([d[1] for d in labels.DEPARTMENTS.values()])
    )
    first = texts(labels.FIRST_NAMES)[draws.pick([1.0] * len(labels.FIRST_NAMES))]
    last = texts(labels.LAST_NAMES)[draws.pick([1.0] * len(labels.LAST_NAMES))]
    kind = np.where(draws.chance(0.05), "Free mail", "Company").astype(object)
    kind[companies.is_journey("student")] = "University"
    words = texts([d[2] for d in labels.DEPARTMENTS.values()])[department].tolist()
    patterns = [labels.TITLES[rank] for rank in level.tolist()]
    titles = texts([p.format(w) for p, w in zip(patterns, words, strict=True)])
    worked = course.talk_at < model.AS_OF_DAY
    role = _roles(draws, companies, level, main)
    gave = companies.of_journey("self_provided") > 0 if main else np.zeros(draws.count, bool)
    return {
        "person_id": _person_ids(companies, slot + 1),
        "company_id": company_ids(companies.number),
        "first_name": first,
        "last_name": last,
        "email_type": gaps(draws, kind, 0.06),
        "job_title": gaps(draws, titles, np.where(worked, 0.08, 0.3)),
        "seniority": gaps(draws, texts(list(labels.LEVELS))[level], np.where(worked, 0.08, 0.3)),
        "department": gaps(
            draws, texts(list(labels.DEPARTMENTS))[department], np.where(worked, 0.1, 0.35)
        ),
        "gave_details": gaps(draws, yes_no(gave & draws.chance(0.97)), 0.05),
        "buying_role": gaps(draws, role, np.where(worked, 0.14, 0.95)),
    }


def _roles(draws: Draws, companies: Companies, level: Ints, main: bool) -> Texts:
    """The part in the purchase, from how much the contact has to say."""
    say = companies.authority if main else 0.7 * (level - 1.5) + draws.normal()
    say = say + 0.4 * draws.normal()
    names = texts(["Gatekeeper", "User", "Influencer", "Champion;Influencer", "Economic buyer",
                   "Decision maker", "Decision maker;Economic buyer"])  # fmt: skip
    edges = np.array([-1.7, -1.0, -0.1, 0.4, 0.8, 1.5])
    return names[np.searchsorted(edges, say)]


# ------------------------------------------------------------------- events, notes, deals, stages


def _sorted(company: Ints, at: Floats, columns: Mapping[str, Texts]) -> Mapping[str, Texts]:
    order = np.lexsort((np.arange(len(company)), clock.minutes(at), company))
    return {name: column[order] for name, column in columns.items()}


def events_table(companies: Companies, log: EventRows) -> Table:
    """Everything that happened, by company and moment; `seq` counts within a company."""
    company, at = np.concatenate(log.company), np.concatenate(log.at)
    words = [np.concatenate([row[i] for row in log.words]) for i in range(4)]
    order = np.lexsort((np.arange(len(company)), clock.minutes(at), company))
    company, at = company[order], at[order]
    starts = np.r_[0, np.flatnonzero(np.diff(company)) + 1, len(company)]
    seq = np.arange(len(company)) - np.repeat(starts[:-1], np.diff(starts)) + 1
    return _filled(
        {
            "company_id": company_ids(companies.number)[company],
            "seq": texts([str(n) for n in seq.tolist()]),
            "at": clock.moments(at),
            "activity": words[0][order],
            "detail": words[1][order],
            "channel": words[2][order],
            "result": words[3][order],
        }
    )


def notes_table(companies: Companies, notes: Notes) -> Table:
    """The assessments, by company and moment."""
    company, at = np.concatenate(notes.company), np.concatenate(notes.at)
    columns = {
        "company_id": company_ids(companies.number)[company],
        "fact": np.concatenate(notes.fact),
        "value": np.concatenate(notes.value),
        "assessed_at": clock.moments(at),
        "by": np.concatenate(notes.by),
    }
    return _filled(_sorted(company, at, columns))


def deals_table(draws: Draws, companies: Companies, course: Course) -> Table:
    """One row per deal as it stands at the end of the history."""
    value = deal_value(companies, 0.25 * draws.normal())
    price = deal_value(companies, np.full(draws.count, -0.1))
    progress = np.clip((model.HORIZON - course.talk_at) / course.lag, 0, 1)
    names = texts(["Qualification", "Solution", "Proposal", "Negotiation"])
    stage = names[np.minimum((progress * 4).astype(int), 3)]
    outcome = texts(list(labels.OUTCOMES))[course.outcome]
    stage = np.where(course.outcome > 0, outcome, stage).astype(object)
    reason = pick_label(draws, {"No decision": 0.4, "Price": 0.2, "Competitor": 0.25, "": 0.15})
    close_at = np.where(course.outcome > 0, course.close_at, NEVER)
    columns = {
        "deal_id": texts([f"D{number:07d}" for number in companies.number.tolist()]),
        "company_id": company_ids(companies.number),
        "created_at": clock.moments(course.deal_at),
        "stage": stage,
        "amount_eur": texts([str(v) for v in value.tolist()]),
        "list_price_eur": texts([str(v) for v in price.tolist()]),
        "outcome": outcome,
        "closed_at": clock.moments(close_at),
        "lost_reason": _only(course.outcome == 2, reason),
        "owner": texts([rep.name for rep in REPS])[companies.owner],
    }
    return _filled({name: column[course.deal] for name, column in columns.items()})


LIFECYCLE: Sequence[str] = (
    "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer",
)  # fmt: skip


def lifecycle_table(draws: Draws, companies: Companies, course: Course) -> Table:
    """When the CRM moved a company to which lifecycle stage; stages are skipped, none goes back."""
    subscriber = companies.is_journey("newsletter")
    asked = np.where(draws.chance(0.85), course.ask_at + 0.1, NEVER)
    reading = companies.is_journey("content", "trial") & draws.chance(0.4)
    marketing = np.minimum(asked, np.where(reading, companies.entered + 20.0, NEVER))
    accepted = draws.chance(0.6) & (course.interest > -0.3)
    never = np.full(draws.count, NEVER)
    moved = [
        np.where(subscriber, companies.entered, never),
        np.where(subscriber, never, companies.entered),
        marketing,
        np.where(accepted, course.talk_at + 0.5, never),
        course.deal_at,
        np.where(course.outcome == 1, course.close_at, never),
    ]
    times = np.stack(moved, axis=1)
    later = np.minimum.accumulate(times[:, ::-1], axis=1)[:, ::-1]
    forward = (times < model.HORIZON) & (times <= later)
    company, stage = np.nonzero(forward)
    at = times[company, stage]
    order = np.lexsort((stage, at, company))
    return _filled(
        {
            "company_id": company_ids(companies.number)[company][order],
            "changed_at": clock.moments(at[order]),
            "lifecycle_stage": texts(LIFECYCLE)[stage][order],
        }
    )
