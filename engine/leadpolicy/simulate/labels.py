"""The words that stand in the exported tables, with the values of the vocabulary that they mean.

Where a label has a tuple, the value and the share in percent come first.
"""

from __future__ import annotations

from typing import Final

NULLS: Final = ("N/A", "-")
"""What some people type into a box that they cannot fill."""


INDUSTRIES: Final = {
    "Machinery": ("manufacturing", 16.0),
    "Metal products": ("manufacturing", 14.0),
    "Automotive supply": ("manufacturing", 9.0),
    "Plastics and rubber": ("manufacturing", 8.0),
    "Food production": ("manufacturing", 8.0),
    "Electronics manufacturing": ("manufacturing", 8.0),
    "Construction": ("construction", 7.0),
    "Wholesale": ("wholesale", 6.0),
    "Retail": ("retail", 5.0),
    "Transport & logistics": ("transport_logistics", 7.0),
    "Software": ("software", 5.0),
    "IT services": ("it_services", 4.0),
    "Consulting": ("professional_services", 5.0),
    "Banking": ("banking", 3.0),
    "Healthcare": ("healthcare", 4.0),
    "Energy": ("energy", 3.0),
    "Higher education": ("education", 2.0),
    "Public sector": ("public_sector", 3.0),
}

COUNTRIES: Final = {
    # code: (share in percent, currency, name as some people type it, endings of company names)
    "DE": (27.0, "EUR", "Germany", ("GmbH", "AG", "GmbH & Co. KG")),
    "IT": (11.0, "EUR", "Italy", ("S.p.A.", "S.r.l.")),
    "FR": (10.0, "EUR", "France", ("SA", "SARL", "SAS")),
    "AT": (8.0, "EUR", "Austria", ("GmbH", "AG")),
    "GB": (9.0, "GBP", "United Kingdom", ("Ltd", "plc")),
    "US": (8.0, "USD", "United States", ("Inc.", "LLC", "Corp.")),
    "NL": (7.0, "EUR", "Netherlands", ("B.V.", "N.V.")),
    "CH": (6.0, "CHF", "Switzerland", ("AG", "SA", "GmbH")),
    "ES": (5.0, "EUR", "Spain", ("S.A.", "S.L.")),
    "PL": (4.0, "EUR", "Poland", ("Sp. z o.o.", "S.A.")),
    "SE": (3.0, "EUR", "Sweden", ("AB",)),
    "NO": (2.0, "EUR", "Norway", ("AS",)),
}

EUROS_PER_UNIT: Final = {"EUR": 1.0, "USD": 0.92, "GBP": 1.17, "CHF": 1.04}
"""Rates used to write figures; the data set declares those for USD and GBP, not the one for CHF."""

EMPLOYEE_RANGES: Final = (
    (10, "1-10"), (50, "11-50"), (200, "51-200"), (500, "201-500"), (1000, "501-1,000"),
    (5000, "1,001-5,000"),
)  # fmt: skip
LARGEST_RANGE: Final = "5,001+"

SOURCES: Final = {
    "Website form": "inbound_form",
    "Phone or e-mail": "inbound_call_email",
    "Chat": "chat",
    "Referral": "referral",
    "Partner": "partner",
    "Trade show": "event_scan",
    "Purchased list": "purchased_list",
    "Web research tool": "scraped",
    "Outbound research": "outbound_research",
    "News alert": "news_trigger",
    "Product signup": "product_signup",
    "Content syndication": "content_syndication",
    "Social media": "social_media",
    "Webinar": "webinar",
    "Entered by hand": "manual",
    "Import": "import",
}

ACCOUNTS: Final = {
    "Prospect": "none",
    "Customer": "customer",
    "Former customer": "former_customer",
    "Former user": "former_user",
    "Partner": "partner",
    "Competitor": "competitor",
    "Student / academic": "student_academic",
}

LEVELS: Final = {
    "Specialist": ("ic", 26.0),
    "Manager": ("manager", 32.0),
    "Head of department": ("director", 22.0),
    "Vice president": ("vp", 7.0),
    "Management board": ("c_level", 13.0),
}

DEPARTMENTS: Final = {
    # label: (value, share in percent, word in a job title)
    "General management": ("general_management", 14.0, "General Management"),
    "IT": ("it", 20.0, "IT"),
    "Operations": ("operations", 15.0, "Operations"),
    "Production": ("production", 16.0, "Production"),
    "Finance": ("finance", 12.0, "Finance"),
    "Purchasing": ("purchasing", 8.0, "Purchasing"),
    "Engineering": ("engineering", 6.0, "Engineering"),
    "Marketing": ("marketing", 3.0, "Marketing"),
    "Sales": ("sales", 3.0, "Sales"),
    "Human resources": ("human_resources", 3.0, "Human Resources"),
}

TITLES: Final = ("{} Specialist", "{} Manager", "Head of {}", "VP {}", "Chief Officer, {}")

EMAIL_TYPES: Final = {"Company": "business", "Free mail": "free", "University": "edu"}

ROLES: Final = {
    "Decision maker": "decision_maker",
    "Economic buyer": "economic_buyer",
    "Champion": "champion",
    "Influencer": "influencer",
    "User": "user",
    "Gatekeeper": "gatekeeper",
}

REQUESTS: Final = {
    "Demo": "demo",
    "Question": "question",
    "Contact": "contact",
    "Call back": "callback",
    "Meeting": "meeting",
    "Quote": "quote",
    "Pricing": "pricing",
    "White paper": "white_paper",
    "Support": "support",
}

DOWNLOADS: Final = {
    "White paper": ("white_paper", 40.0),
    "Case study": ("case_study", 25.0),
    "Guide": ("guide", 15.0),
    "Data sheet": ("data_sheet", 12.0),
    "Price list": ("price_list", 8.0),
}

CHANNELS: Final = {
    "E-mail": "email",
    "Phone": "phone",
    "Web form": "web_form",
    "Chat": "chat",
    "On site": "in_person",
}

RESULTS: Final = {
    "Interested": "interested",
    "Undecided": "undecided",
    "Not interested": "not_interested",
}

ANSWERS: Final = {"Accepted": "accepted", "Rejected": "rejected", "Waiting": "waiting"}

REJECTIONS: Final = {
    "Below threshold": "below_threshold",
    "Out of market": "out_of_market",
    "Misrouted": "misrouted",
}

RULED_OUT: Final = {
    "No fit": "no_fit",
    "No need": "no_need",
    "Bad timing": "bad_timing",
    "No budget": "no_budget",
    "No authority": "no_authority",
    "Customer": "customer",
    "Competitor": "competitor",
    "Student": "student",
}

MODES: Final = {"Mailing": "bulk", "Personal": "one_to_one"}

DIRECTIONS: Final = {"Both ways": "two_way", "Left a message": "one_way"}

REACTIONS: Final = {"Opened": "opened", "Clicked": "clicked", "Bounced": "bounced"}

USES: Final = {
    "Activated": "activated",
    "Key action": "key_action",
    "Invited a colleague": "invited_colleague",
}

MEETINGS: Final = {
    "Demonstration": "demo",
    "Workshop": "workshop",
    "Negotiation": "negotiation",
}

NEWS: Final = {
    "New site": "new_site",
    "Expansion": "expansion",
    "Merger": "merger",
    "New management": "new_management",
}

OUTCOMES: Final = {"Open": "open", "Won": "won", "Lost": "lost"}

STEMS: Final = (
    "Adler", "Alpen", "Arden", "Baltic", "Berg", "Borea", "Brenner", "Calder", "Castel", "Corvo",
    "Delta", "Donau", "Eiben", "Elster", "Falk", "Fjord", "Garda", "Gral", "Hansa", "Harden",
    "Isar", "Jura", "Kestrel", "Kron", "Lago", "Linden", "Marten", "Meridian", "Mosel", "Nord",
    "Oder", "Orion", "Padova", "Polder", "Quercus", "Rhein", "Rivo", "Salva", "Severn", "Sirius",
    "Taunus", "Tiber", "Ulmen", "Vela", "Vistula", "Werra", "Xanten", "Ysel", "Zephyr", "Zirben",
)  # fmt: skip
TRADES: Final = {
    "manufacturing": ("Works", "Tools", "Industries", "Forge", "Systems", "Components", "Plast"),
    "education": ("Institute", "University", "College"),
    "public_sector": ("Agency", "Office", "Services"),
}
OTHER_TRADES: Final = ("Group", "Trading", "Partners", "Services", "Logistics", "Solutions")

FIRST_NAMES: Final = (
    "Agnes", "Alba", "Anders", "Anna", "Bianca", "Bruno", "Carla", "Cem", "Clara", "Dario", "Dora",
    "Edgar", "Elena", "Emil", "Eva", "Felix", "Fiona", "Greta", "Hanna", "Hugo", "Ida", "Igor",
    "Ines", "Ivan", "Jana", "Jonas", "Karin", "Klaus", "Lara", "Leon", "Livia", "Luca", "Magda",
    "Marco", "Mira", "Nils", "Nora", "Olaf", "Olga", "Paul", "Petra", "Rafael", "Rita", "Sara",
    "Simon", "Tanja", "Tomas", "Ursula", "Viktor", "Wanda",
)  # fmt: skip
LAST_NAMES: Final = (
    "Abel", "Bauer", "Becker", "Bianchi", "Bruns", "Costa", "Danner", "Dubois", "Ebner", "Ferrari",
    "Fischer", "Fontana", "Gallo", "Garcia", "Gruber", "Hansen", "Hill", "Huber", "Jansen",
    "Jensen", "Keller", "Koch", "Kovac", "Kunz", "Lang", "Larsen", "Lopez", "Maier", "Marin",
    "Martens", "Moreau", "Moser", "Novak", "Olsen", "Ortiz", "Petit", "Pichler", "Ricci", "Romano",
    "Roth", "Sanders", "Schmid", "Silva", "Steiner", "Torres", "Visser", "Vogel", "Walsh", "Weber",
    "Zeman",
)  # fmt: skip
