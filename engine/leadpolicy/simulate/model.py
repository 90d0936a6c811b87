"""What the simulated market is like: every number that drives the history, in one place.

The vendor is invented: it sells management software to manufacturing companies, mostly in Europe.
Nothing here refers to a definition of a lead. Companies have hidden drives (fit, need, urgency,
budget, authority); from these follow what they do, what sales people note down, and who buys.
Probabilities are given as log-odds where several things add up. Times are days since `START`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

BLOCK: Final = 20_000
"""Companies per block. Changing it changes every history."""

START: Final = date(2024, 1, 1)
END: Final = date(2025, 12, 31)
AS_OF: Final = date(2025, 6, 30)
AS_OF_DAY: Final = float((AS_OF - START).days)
HORIZON: Final = float((END - START).days + 1)
PERIODS: Final = (0.0, 366.0, 547.0)
"""Where 2024, the first and the second half of 2025 begin."""

ENTRY_EDGES: Final = (0.0, 366.0, 456.0, 547.0)
ENTRY_DENSITY: Final = (0.65, 1.25, 2.6, 0.75)
"""New companies per day, relative to one another: in 2024, in the first quarter of 2025, during the
campaign of its second quarter, and after June 2025, when no lists are bought any more."""


# ------------------------------------------------------------------------------------- journeys


@dataclass(frozen=True, slots=True)
class Journey:
    """One way in which companies come to the vendor's notice.

    `share`: percent of new companies in each period. `talk`: log-odds of a two-way conversation
    for an average company. `wait`: mean days from entry to it. `win`: what the journey adds to the
    log-odds of winning; None: never buys. `asks`, `downloads`, `newsletter`, `bulk`, `personal`:
    chances of an inbound request, of downloads, of a subscription, of being mailed in bulk and of
    being approached one to one. `person`: chance that a contact is known. `chosen`: the vendor
    picked these companies, and prefers manufacturers.
    """

    key: str
    says: str
    share: tuple[float, float, float]
    source: tuple[tuple[str, float], ...]
    talk: float
    wait: float
    win: float | None
    asks: float = 0.0
    asks_at_once: bool = False
    requests: tuple[tuple[str, float], ...] = (("Question", 0.6), ("Demo", 0.4))
    downloads: float = 0.0
    newsletter: float = 0.0
    bulk: float = 0.0
    personal: float = 0.0
    person: float = 1.0
    self_provided: bool = False
    nurtured: float = 0.0
    profile_known: float = 0.6
    account: str = "Prospect"
    chosen: bool = False


FORM: Final = (("Website form", 0.75), ("Phone or e-mail", 0.15), ("Chat", 0.10))

JOURNEYS: Final = (
    Journey(
        "list_name", "a name on a purchased list, one attribute known", (14, 10, 0),
        (("Purchased list", 1.0),), talk=-3.4, wait=70, win=-0.4, asks=0.01, downloads=0.02,
        bulk=0.6, personal=0.08, person=0.7, nurtured=0.3, profile_known=0.08,
    ),
    Journey(
        "list_profile", "a purchased list with the full profile", (14, 12, 0),
        (("Purchased list", 1.0),), talk=-2.2, wait=60, win=-0.3, asks=0.02, downloads=0.04,
        bulk=0.5, personal=0.25, person=0.9, nurtured=0.3, profile_known=0.92, chosen=True,
    ),
    Journey(
        "scraped", "an e-mail address collected from a website", (4, 2, 0),
        (("Web research tool", 1.0),), talk=-3.6, wait=60, win=-0.4, bulk=0.5, personal=0.05,
        nurtured=0.2, profile_known=0.15,
    ),
    Journey(
        "badge", "a badge scanned at a trade show", (10, 11, 10),
        (("Trade show", 1.0),), talk=-1.0, wait=16, win=-0.2, asks=0.13, asks_at_once=True,
        requests=(("Demo", 0.8), ("Quote", 0.2)), downloads=0.12, newsletter=0.15, bulk=0.7,
        personal=0.45, nurtured=0.35, profile_known=0.55,
    ),
    Journey(
        "content", "a download from the website", (14, 16, 24),
        (("Website form", 0.7), ("Content syndication", 0.15), ("Webinar", 0.15)),
        talk=-0.8, wait=45, win=-0.1, asks=0.28,
        requests=(("Question", 0.4), ("Demo", 0.3), ("Pricing", 0.2), ("White paper", 0.1)),
        downloads=1.0, newsletter=0.45, bulk=0.8, personal=0.3, self_provided=True,
        nurtured=0.35, profile_known=0.6,
    ),
    Journey(
        "newsletter", "a subscription to the newsletter and nothing else", (6, 6, 9),
        (("Website form", 0.8), ("Social media", 0.2)), talk=-3.2, wait=90, win=-0.2, asks=0.03,
        downloads=0.08, newsletter=1.0, bulk=1.0, personal=0.03, self_provided=True,
        nurtured=0.4, profile_known=0.35,
    ),
    Journey(
        "demo", "a request for a demonstration or a quote", (8, 10, 15),
        FORM, talk=1.6, wait=1.5, win=0.4, asks=1.0, asks_at_once=True,
        requests=(("Demo", 0.6), ("Quote", 0.2), ("Meeting", 0.1), ("Pricing", 0.1)),
        downloads=0.35, newsletter=0.15, bulk=0.2, personal=0.85, self_provided=True,
        profile_known=0.75,
    ),
    Journey(
        "question", "a question or a request to be called back", (5, 6, 8),
        FORM, talk=0.9, wait=3, win=0.1, asks=1.0, asks_at_once=True,
        requests=(("Question", 0.5), ("Contact", 0.3), ("Call back", 0.2)),
        downloads=0.3, newsletter=0.2, bulk=0.3, personal=0.7, self_provided=True,
        profile_known=0.65,
    ),
    Journey(
        "trial", "a trial of the product", (4, 6, 9),
        (("Product signup", 1.0),), talk=0.2, wait=9, win=0.3, asks=0.35,
        requests=(("Question", 0.5), ("Pricing", 0.5)), downloads=0.25, newsletter=0.3, bulk=0.4,
        personal=0.5, self_provided=True, nurtured=0.15, profile_known=0.55,
    ),
    Journey(
        "outbound", "a company that sales picked and approached", (10, 10, 12),
        (("Outbound research", 0.9), ("Entered by hand", 0.1)), talk=-0.3, wait=26, win=0.0,
        asks=0.03, downloads=0.1, newsletter=0.03, bulk=0.1, personal=1.0, nurtured=0.3,
        profile_known=0.85, chosen=True,
    ),
    Journey(
        "referral", "a customer's recommendation", (3, 3, 4),
        (("Referral", 0.7), ("Partner", 0.3)), talk=1.8, wait=4, win=0.8, asks=0.5,
        asks_at_once=True, requests=(("Contact", 0.5), ("Demo", 0.3), ("Quote", 0.2)),
        downloads=0.15, personal=0.6, profile_known=0.7,
    ),
    Journey(
        "news", "news of a new site or a merger, nobody known there yet", (2, 2, 3),
        (("News alert", 1.0),), talk=-0.9, wait=40, win=0.0, personal=0.5, person=0.25,
        nurtured=0.2, profile_known=0.6, chosen=True,
    ),
    Journey(
        "former_user", "somebody who used the product before", (2, 2, 2),
        (("Import", 0.7), ("Website form", 0.3)), talk=0.3, wait=35, win=0.6, asks=0.3,
        downloads=0.2, newsletter=0.3, bulk=0.6, personal=0.5, nurtured=0.2, profile_known=0.8,
        account="Former user",
    ),
    Journey(
        "customer", "a customer who asks for something", (2, 2, 2),
        (("Phone or e-mail", 0.5), ("Website form", 0.5)), talk=1.2, wait=2, win=None, asks=1.0,
        asks_at_once=True, requests=(("Support", 0.4), ("Question", 0.3), ("Quote", 0.3)),
        downloads=0.2, newsletter=0.5, bulk=0.5, self_provided=True, profile_known=0.95,
        account="Customer",
    ),
    Journey(
        "competitor", "a competitor who looks at what we do", (1, 1, 1),
        FORM, talk=-2.0, wait=5, win=None, asks=0.4, asks_at_once=True, downloads=0.8,
        newsletter=0.6, bulk=0.3, self_provided=True, profile_known=0.4, account="Competitor",
    ),
    Journey(
        "student", "a student writing a thesis", (1, 1, 1),
        FORM, talk=-1.5, wait=5, win=None, asks=0.3, downloads=1.0, newsletter=0.3, bulk=0.3,
        self_provided=True, profile_known=0.2, account="Student / academic",
    ),
)  # fmt: skip

CHOSEN_MANUFACTURING: Final = 3.0
"""How much likelier a manufacturer is among the companies that the vendor picked."""

SHOWS: Final = (
    (110.0, "Spring Metal Fair 2024", 0.18),
    (283.0, "Factory Days 2024", 0.20),
    (430.0, "Production IT Forum 2025", 0.22),
    (505.0, "Spring Metal Fair 2025", 0.25),
    (647.0, "Factory Days 2025", 0.15),
)
"""Trade shows: first day, name, share of all badge scans."""


# --------------------------------------------------------------------------------------- drives

DRIVES: Final = ("fit", "need", "urgency", "budget", "authority")
"""The hidden drives. Each has a spread of about one; zero is an average company."""

FIT_TERMS: Final = {
    "manufacturing": (0.6, -0.5),
    "20_to_1000_employees": (0.4, -0.4),
    "windows": (0.2, -0.4),
    "no_category_software": (0.3, -0.4),
    "noise": (0.5, 0.0),
}
"""Fit = sum of (if yes, if no) over what can be seen, plus noise of this standard deviation."""

WINDOWS: Final = 0.82
CATEGORY_SOFTWARE: Final = 0.32
OF_A_COMPETITOR: Final = 0.45
"""Chances that a company runs Windows, has software of the kind sold here, and a competitor's."""

NEED_AND_URGENCY: Final = 0.4
"""Correlation of need and urgency."""

BUDGET_FROM_SIZE: Final = 0.35
"""Standard deviations of budget per standard deviation of the logarithm of employees."""

AUTHORITY_FROM_LEVEL: Final = 0.7
"""Standard deviations of authority per standard deviation of the contact's job level."""

TALK_COEFFICIENTS: Final = {"need": 0.4, "fit": 0.25}
"""Added to a journey's log-odds of a two-way conversation."""

WIN_INTERCEPT: Final = -1.6
WIN_COEFFICIENTS: Final = {
    "fit": 0.8, "need": 0.9, "urgency": 0.6, "budget": 0.7, "authority": 0.5,
}  # fmt: skip
WIN_COMPETITOR: Final = -0.4
"""Added when the company uses a competitor's product."""
WIN_DRIFT_PER_YEAR: Final = -0.25
"""Added per year after `START` at the first conversation: buyers grow slower to decide."""

LAG_MEDIAN: Final = 75.0
LAG_SIGMA: Final = 0.7
"""Days from the first conversation to the close: log-normal."""
NEVER_CLOSED: Final = 0.12
"""Share of the deals that are not won and that nobody ever closes."""

DEAL_SCORE: Final = {"need": 0.5, "fit": 0.3, "urgency": 0.3}
DEAL_INTERCEPT: Final = -0.3
"""Log-odds that sales opens a deal for a company that will not buy: intercept + 0.8 x score."""
DEAL_SLOPE: Final = 0.8


# ----------------------------------------------------------------------------------- judgements


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a sales person notes after a conversation.

    score = sum of weight x drive + `spread` x noise (once per company) + `growth` x progress of the
    sale + the rep's optimism + noise of each note. The value is how many `thresholds` it exceeds.
    `filled` is the chance that an average rep notes it at all.
    """

    fact: str
    weights: tuple[float, float, float, float, float]
    spread: float
    thresholds: tuple[float, ...]
    growth: float
    filled: float
    values: tuple[str, ...] = ("false", "true")


JUDGEMENTS: Final = (
    Judgement("need.problem_signalled", (0.2, 1.0, 0, 0, 0), 0.4, (-0.9,), 0.2, 0.60),
    Judgement("need.problem_acknowledged", (0, 1.0, 0, 0, 0), 0.4, (-0.1,), 0.6, 0.68),
    Judgement("need.intends_to_act", (0, 0.7, 0.5, 0, 0), 0.4, (0.15,), 0.6, 0.64),
    Judgement("need.solvable_by_us", (1.0, 0, 0, 0, 0), 0.4, (-0.3,), 0.0, 0.70),
    Judgement("need.urgency_driver", (0, 0, 1.0, 0, 0), 0.3, (0.25,), 0.3, 0.60),
    Judgement("engagement.purchase_interest", (0, 0.5, 0.2, 0.4, 0), 0.4, (0.2,), 0.7, 0.52),
    Judgement("process.sales_confirmed_fit", (1.0, 0, 0, 0, 0), 0.4, (0.0,), 0.0, 0.58),
    Judgement("deal.near_term_purchase_discussed", (0, 0.4, 0.7, 0, 0), 0.3, (0.3,), 0.8, 0.66),
    Judgement("deal.consented_to_consider", (0.5, 0.5, 0, 0, 0), 0.4, (0.1,), 0.7, 0.62),
    Judgement("deal.competing_solutions_known", (0, 0, 0, 0, 0.3), 0.9, (0.4,), 0.8, 0.45),
    Judgement(
        "deal.budget_status", (0, 0.1, 0, 1.0, 0), 0.3, (-0.6, 0.2, 1.0), 0.8, 0.66,
        ("none", "could_allocate", "identified", "allocated"),
    ),
    Judgement(
        "deal.timeline_status", (0, 0.2, 0.8, 0, 0), 0.4, (-0.2, 0.9), 1.2, 0.64,
        ("none", "stated", "agreed"),
    ),
    Judgement(
        "deal.dm_involvement", (0, 0, 0, 0.1, 1.0), 0.3, (-0.2, 0.8), 0.9, 0.64,
        ("none", "aware", "involved"),
    ),
    Judgement(
        "deal.next_step_status", (0, 0.6, 0.5, 0, 0), 0.4, (-0.5, 0.2, 0.9), 1.0, 0.66,
        ("none", "proposed", "agreed", "buyer_working"),
    ),
)  # fmt: skip

NOTE_NOISE: Final = 0.25
"""Standard deviation of the error of a single note, in score units."""
BAD_NEWS_FILLED: Final = 0.75
"""A lowest value ("no", "none") is noted this many times as often as any other."""
FILLED_BY_PERIOD: Final = (0.85, 1.05, 1.10)
"""Notes became more complete in 2025, when the sales team was trained."""
FILLED_WITHOUT_DEAL: Final = 0.7
FILLED_WITH_DEAL: Final = 1.15

CONVERSATIONS: Final = 4
"""At most so many conversations are noted per company."""


@dataclass(frozen=True, slots=True)
class Rep:
    """A sales person: how diligently and how hopefully they note things down."""

    name: str
    diligence: float
    optimism: float


REPS: Final = (
    Rep("a.brandt", 1.10, -0.05),
    Rep("c.duval", 1.00, 0.10),
    Rep("e.farina", 0.80, 0.35),
    Rep("g.holm", 1.15, -0.10),
    Rep("j.kowalska", 1.05, 0.00),
    Rep("m.novak", 0.95, 0.05),
    Rep("p.reid", 0.75, 0.20),
    Rep("s.tanner", 1.05, -0.15),
)

URGENCY_TYPES: Final = (
    "contract_end", "regulation", "incident", "budget_cycle", "project", "growth",
)  # fmt: skip

OPTED_OUT: Final = 0.04
DEAL_PRICE: Final = (3000.0, 0.5)
"""Deal value in euros = first x employees ^ second, give or take."""
