"""Pages of the workshop: cards, disagreement cards and printed sheets, with texts of all kinds."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

from leadpolicy.comparison.parting import parting
from leadpolicy.comparison.scale import Scale
from leadpolicy.decision import decide
from leadpolicy.governance.adoption import Signature, sign
from leadpolicy.governance.identity import content_hash
from leadpolicy.policy import Policy, load_policies, parse_policy
from leadpolicy.policy.load import load_policy
from leadpolicy.present.comparison.disagreement import disagreement_page, render_disagreement
from leadpolicy.present.policy.printed import sheet_html, sheet_pdf, sheet_typst
from leadpolicy.present.policy.sheet import sheet
from leadpolicy.present.workshop.cards import fronts
from leadpolicy.present.workshop.printed import cards_page
from leadpolicy.types import Range
from leadpolicy.vocabulary.record import EventLog, Happening, Record
from leadpolicy.workshop.blind import BlindCard, Deck, Why
from tests.conftest import POLICIES, skip_without

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NASTY = "<script>alert(1)</script> \"q\" 'a' & שלום 🎯 \u202eevil"
_TAG = re.compile(r"<[^>]*>")


def texts(page: str) -> str:
    """What a reader sees: tags gone, entities as characters."""
    body = page.split("<body>")[1]
    return " ".join(unescape(_TAG.sub(" ", body)).split())


def deck(*records: Record) -> Deck:
    vocabulary = load_policy(POLICIES / "heinz").vocabulary
    cards = tuple(
        BlindCard(f"C{i}", record.id, Why.PLAIN, record, NOW) for i, record in enumerate(records, 1)
    )
    scale = Scale(("lead", "qualified_lead", "opportunity"))
    return Deck(cards, scale, ("marketing", "sales"), ("heinz@1.1.0",), vocabulary)


# ------------------------------------------------------------------------------------- cards


def test_a_card_tells_facts_in_words_and_asks_for_the_rest() -> None:
    record = Record(
        {
            "company.employees": Range(11, 50, "11-50"),
            "company.annual_revenue": 6_000_000.0,
            "engagement.interest_expressed": True,
            "person.contactable": False,
            "deal.budget_status": "could_allocate",
        },
        {
            "inbound_request": EventLog(
                (Happening(NOW - timedelta(days=23), {"kind": "white_paper"}),)
            ),
            "badge_scan": EventLog(()),
        },
        id="Amber Fox",
    )
    known = list(record.facts)
    (front,) = fronts(deck(record), [*known, "company.industry"], ["conversation"])
    assert ("Number of employees", "11-50") in front.facts
    assert ("Annual revenue", "EUR 6,000,000") in front.facts
    assert ("State of the budget", "could allocate") in front.facts
    assert front.yes == ("they have shown interest",)
    assert front.no == ("we have a way to reach them",)
    assert front.happened == (("Asked us for something", "23 days before (white paper)"),)
    assert front.never == ("had their badge scanned at an event",)
    vocabulary = deck(record).vocabulary
    assert front.questions == (
        vocabulary.ask("company.industry"),
        vocabulary.ask("event:conversation"),
    )
    assert front.answers == ("none", "lead", "qualified lead", "opportunity")


def test_a_card_of_which_nothing_is_known_says_so() -> None:
    page = cards_page(deck(Record(id="Quiet Lark")), ["company.employees"], [])
    assert "Nothing is known of this record." in texts(page)
    assert "How many people work there?" in texts(page)


def test_every_card_is_a_page_of_a6() -> None:
    page = cards_page(deck(Record(id="Amber Fox"), Record(id="Quiet Lark")))
    assert "size: 105mm 148mm" in page
    assert page.count('<article class="card') == 2


def test_texts_stay_texts_on_cards() -> None:
    record = Record({"company.tech_stack": frozenset({NASTY})}, id=NASTY)
    page = cards_page(deck(record))
    assert "<script" not in page
    assert "\u202e" not in page
    assert texts(page).count("<script>alert(1)</script> \"q\" 'a' & שלום 🎯 \\u202eevil") == 2


def test_nothing_is_loaded_from_anywhere() -> None:
    for page in (cards_page(deck(Record(id="x"))), sheet_html([load_policy(POLICIES / "heinz")])):
        assert not re.search(r"<(script|link|img|iframe)\b|\bsrc=|@import|url\(", page)
        assert "default-src 'none'" in page


# ------------------------------------------------------------------------------ disagreement


def policies() -> tuple[Policy, Policy]:
    vocabulary = load_policy(POLICIES / "heinz").vocabulary
    head = "version: 1.0.0\norganization: X\nvocabulary: 1\ngrain: company\n"
    asks = (
        f"policy: asks\ntitle: Whoever asks\n{head}criteria:\n"
        "  large: {says: 'They are <b>large</b>', company.employees: {at_least: 20}}\n"
        "stages:\n  - {stage: lead, counts_as: lead, requires: nothing, when: large}\n"
    )
    shows = (
        f"policy: shows\ntitle: Whoever shows interest\n{head}stages:\n"
        "  - {stage: lead, title: MQL, counts_as: lead, requires: nothing,"
        " when: {engagement.interest_expressed: true}}\n"
        "  - {stage: deal, counts_as: opportunity, requires: lead, when: {deal.exists: true}}\n"
    )
    return parse_policy(asks, vocabulary), parse_policy(shows, vocabulary)


def test_the_card_tells_criterion_flip_and_what_nobody_knows() -> None:
    record = Record(
        {"company.employees": 19, "engagement.interest_expressed": True}, id="Amber Fox"
    )
    text = render_disagreement(parting([decide(p, record, as_of=NOW) for p in policies()]), 100)
    assert "Amber Fox, as of 2026-03-01" in text
    assert "The policies part at “Lead”: shows says yes." in text
    assert "Why not: “They are <b>large</b>” (large) is not met" in text
    assert "Nearest flip: With 20 employees instead of 19 it would be at" in text
    assert f"Nobody knows: {policies()[1].vocabulary.ask('deal.exists')}" in text


def test_texts_stay_texts_on_the_disagreement_card() -> None:
    record = Record({"company.employees": 19, "engagement.interest_expressed": True}, id=NASTY)
    page = disagreement_page(parting([decide(p, record, as_of=NOW) for p in policies()]))
    assert "<script" not in page
    assert "<b>" not in page
    assert "They are <b>large</b>" in texts(page)
    assert "<script>alert(1)</script>" in texts(page)


def test_all_unknown_and_one_policy_alone_are_told() -> None:
    first, second = policies()
    nothing = Record(id="Quiet Lark")
    both = render_disagreement(
        parting([decide(p, nothing, as_of=NOW) for p in (first, second)]), 80
    )
    assert "do not part over this record" in " ".join(both.split())
    assert "though something is open" in " ".join(both.split())
    alone = render_disagreement(parting([decide(first, nothing, as_of=NOW)]), 80)
    assert "it takes two to disagree" in alone


# ------------------------------------------------------------------------------------- sheet


def plain_words(markdown: str) -> list[str]:
    """The words of a sheet without its marks."""
    return re.findall(r"\w+", re.sub(r"[\\*`>|#]|^\s*-+\s|:?-{3,}:?", " ", markdown))


def test_the_printed_sheet_says_what_the_sheet_says() -> None:
    for policy in load_policies([POLICIES / "heinz", POLICIES / "b2b-international"]):
        seen = re.findall(r"\w+", texts(sheet_html([policy])))
        wanted = plain_words(sheet(policy))
        assert seen[: len(wanted)] == wanted
        assert seen[len(wanted)] == "Signatures"


def test_an_adopted_version_carries_names_and_dates(tmp_path: Path) -> None:
    shutil.copy(POLICIES / "vocabulary.yaml", tmp_path)
    shutil.copytree(POLICIES / "heinz", tmp_path / "heinz")
    policy = load_policy(tmp_path / "heinz")
    assert "Not adopted yet" in sheet_html([policy])
    for team, name in (("sales", "Zoë <O'Hara>"), ("marketing", "Bo | Lee")):
        days = date(2026, 3, 1), date(2026, 4, 1), date(2026, 10, 1)
        sign(policy, Signature(policy.version, content_hash(policy), team, name, *days))
    page = texts(sheet_html([policy]))
    assert "Adopted: every team has signed the content" in page
    assert "marketing Bo | Lee 2026-03-01 2026-04-01 2026-10-01" in page
    assert "sales Zoë <O'Hara> 2026-03-01 2026-04-01 2026-10-01" in page


def hostile() -> Policy:
    vocabulary = load_policy(POLICIES / "heinz").vocabulary
    title = NASTY.replace("'", "''").replace("\u202e", "") + ' #strong[x] $y$ "; #panic() \\'
    return parse_policy(
        f"policy: nasty\nversion: 1.0.0\ntitle: '{title}'\norganization: X\nvocabulary: 1\n"
        "grain: company\nstages:\n"
        "  - {stage: lead, counts_as: lead, requires: nothing, when: {company.known: true}}\n",
        vocabulary,
    )


def test_texts_stay_texts_on_the_sheet() -> None:
    page = sheet_html([hostile()])
    assert "<script" not in page
    assert "<script>alert(1)</script>" in texts(page)
    assert "#strong[x] $y$" in texts(page)
    source = sheet_typst([hostile()])
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", source)
    assert "panic" in source
    assert "panic" not in outside
    assert "alert" not in outside


def test_a_pdf_is_made_offline_also_of_sixty_criteria_and_hostile_texts() -> None:
    skip_without("print", "typst")
    names = [f"crit_{number}" for number in range(60)]
    vocabulary = load_policy(POLICIES / "heinz").vocabulary
    criteria = "".join(
        f"  {name}: {{says: More than {number}, company.employees: {{above: {number}}}}}\n"
        for number, name in enumerate(names)
    )
    big = parse_policy(
        "policy: big\nversion: 1.0.0\ntitle: Sixty\norganization: X\nvocabulary: 1\n"
        f"grain: company\ncriteria:\n{criteria}stages:\n"
        f"  - {{stage: lead, requires: nothing, when: {{all: [{', '.join(names)}]}}}}\n",
        vocabulary,
    )
    made = sheet_pdf([big, hostile()])
    assert made.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", made)) >= 3
