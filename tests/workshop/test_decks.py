"""Cards as files, and agreed cards among a policy's examples."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from leadpolicy.comparison.scale import Scale, scale_of
from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.governance.examples import read_cards, run_cards
from leadpolicy.policy.load import load_policies, load_policy, versions
from leadpolicy.types import Range
from leadpolicy.vocabulary.record import EventLog, Happening, Record
from leadpolicy.workshop.blind import BlindCard, Deal, Deck, Why
from leadpolicy.workshop.decks import (
    ballot_text,
    deck_policies,
    deck_text,
    read_deck,
    write_deck,
    write_key,
)
from leadpolicy.workshop.examples import Agreed, add_cards
from tests.conftest import POLICIES

NOON = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
NASTY = "<script>alert('1')</script> \"quoted\" 'single': #x {a} שלום 🎯 \u202e"
RECORD = Record(
    {
        "company.employees": Range(11, 50),
        "company.annual_revenue": 6_000_000.5,
        "company.industry": "manufacturing",
        "company.country": "NO",
        "company.tech_stack": frozenset({"windows", "no", "a, b"}),
        "person.contactable": True,
        "deal.decision_date": date(2026, 5, 1),
    },
    {
        "inbound_request": EventLog((Happening(NOON, {"kind": "demo"}), Happening(None))),
        "badge_scan": EventLog(()),
    },
    id="Amber Fox",
)


def deck() -> Deck:
    vocabulary = load_policy(POLICIES / "heinz").vocabulary
    cards = (
        BlindCard("C1", "Amber Fox", Why.EDGE, RECORD, NOON, "company.employees"),
        BlindCard("C2", "Quiet Lark", Why.PLAIN, Record(id="Quiet Lark"), NOON),
    )
    scale = Scale(("lead", "opportunity"))
    return Deck(cards, scale, ("marketing", "sales"), ("heinz@1.1.0",), vocabulary)


def test_a_deck_reads_back_as_it_was(tmp_path: Path) -> None:
    path = write_deck(deck(), tmp_path / "cards.yaml")
    assert read_deck(path, deck().vocabulary) == deck()
    assert deck_policies(path) == ("heinz@1.1.0",)


def test_any_text_reads_back(tmp_path: Path) -> None:
    record = Record({"company.tech_stack": frozenset({NASTY})}, id=NASTY)
    nasty = replace(deck(), cards=(BlindCard("C1", NASTY, Why.PLAIN, record, NOON),))
    path = write_deck(nasty, tmp_path / "cards.yaml")
    assert read_deck(path, nasty.vocabulary).cards == nasty.cards


def test_the_key_alone_tells_whose_record_it_is(tmp_path: Path) -> None:
    found = Deal(deck(), {"C1": "ACME, Inc.", "C2": "id-2"})
    assert "ACME" not in deck_text(found.deck)
    key = write_key(found, tmp_path / "key.csv")
    assert key.stat().st_mode & 0o777 == 0o600
    assert (
        key.read_text(encoding="utf-8").splitlines()[1]
        == 'C1,Amber Fox,"ACME, Inc.",close to an edge'
    )
    assert ballot_text(found.deck) == "voter,team,card,stage\n,,C1,\n,,C2,\n"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("card: C2", "card: c1", "LP209"),
        ("steps: [lead, opportunity]", "steps: [leed]", "LP208"),
        ("scale: rungs", "scale: rings", "LP302"),
        ("why: close to an edge", "why: because", "LP302"),
        ("company.country: NO", "company.cuntry: NO", "LP203"),
        ("name: Quiet Lark", "nome: Quiet Lark", "LP201"),
    ],
)
def test_a_broken_deck_is_told(tmp_path: Path, old: str, new: str, code: str) -> None:
    text = deck_text(deck())
    assert old in text
    path = tmp_path / "cards.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(LeadpolicyError) as error:
        read_deck(path, deck().vocabulary)
    assert code in [one.code for one in error.value.diagnostics]
    assert all(one.span is not None for one in error.value.diagnostics)


def test_an_empty_deck_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cards.yaml"
    path.write_text("", encoding="utf-8")
    with pytest.raises(LeadpolicyError, match="the file is empty"):
        read_deck(path, deck().vocabulary)


# ------------------------------------------------------------------------------ agreed cards


@pytest.fixture
def heinz(tmp_path: Path) -> Path:
    shutil.copy(POLICIES / "vocabulary.yaml", tmp_path)
    shutil.copytree(POLICIES / "heinz", tmp_path / "heinz")
    return tmp_path / "heinz"


ASKED = Record(
    {
        "company.industry": "manufacturing",
        "company.employees": 120,
        "company.relationship": "none",
        "person.job_level": "director",
        "person.job_function": "production",
        "person.contactable": True,
        "deal.near_term_purchase_discussed": False,
    },
    {
        "badge_scan": EventLog(()),
        "inbound_request": EventLog(
            (Happening(datetime(2026, 2, 21, tzinfo=UTC), {"kind": "demo"}),)
        ),
    },
    id="Amber Fox",
)
CARD = BlindCard("C1", "Amber Fox", Why.DIVIDES, ASKED, NOON)
SCALE = Scale(("lead", "opportunity"))


def test_an_agreed_card_guards_every_version_that_reads_it_so(heinz: Path) -> None:
    """The card is a lead for heinz: the person is ideal and asked (compare its own example
    badge-scan-and-demo-ask).
    """
    policy = load_policy(heinz)
    before = (heinz / "examples.yaml").read_text(encoding="utf-8")
    kept = add_cards(policy, SCALE, [Agreed(CARD, 1, "2 of 2 in sales")])
    after = (heinz / "examples.yaml").read_text(encoding="utf-8")
    assert kept.added == ("amber-fox",)
    assert after.startswith(before.rstrip())
    assert "# ---- a list is not a lead" in after
    problems = Problems()
    every = load_policies(versions(heinz))
    cards = read_cards(heinz, every, problems)
    assert list(problems) == []
    assert cards[-1].name == "amber-fox"
    assert cards[-1].record.facts == ASKED.facts
    for version in every:
        assert run_cards(version, cards).failures == ()


def test_adding_twice_adds_once(heinz: Path) -> None:
    policy = load_policy(heinz)
    add_cards(policy, SCALE, [Agreed(CARD, 1)])
    before = (heinz / "examples.yaml").read_bytes()
    again = add_cards(policy, SCALE, [Agreed(CARD, 1)])
    assert (again.added, again.present) == ((), ("C1",))
    assert (heinz / "examples.yaml").read_bytes() == before


def test_a_card_that_the_policy_reads_otherwise_is_left_out(heinz: Path) -> None:
    before = (heinz / "examples.yaml").read_bytes()
    kept = add_cards(load_policy(heinz), SCALE, [Agreed(CARD, 0)])
    assert kept.refused == {"C1": ("lead", "none")}
    assert (heinz / "examples.yaml").read_bytes() == before


def test_the_first_examples_of_a_policy(heinz: Path) -> None:
    (heinz / "examples.yaml").unlink()
    policy = load_policy(heinz)
    scale = scale_of([policy])
    add_cards(policy, scale, [Agreed(CARD, scale.answers.index("lead"))])
    problems = Problems()
    assert [card.name for card in read_cards(heinz, [policy], problems)] == ["amber-fox"]
    assert list(problems) == []


def test_a_file_that_cannot_be_appended_to_stays_as_it_is(heinz: Path) -> None:
    path = heinz / "examples.yaml"
    text = "policy: heinz\nas_of: 2026-03-01\ncards: []\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LeadpolicyError, match="cannot be appended"):
        add_cards(load_policy(heinz), SCALE, [Agreed(CARD, 1)])
    assert path.read_text(encoding="utf-8") == text


def test_a_what_if_has_no_examples(heinz: Path) -> None:
    changed = load_policy(heinz).with_parameters(fit_mode="both")
    with pytest.raises(LeadpolicyError, match="no version of its own"):
        add_cards(changed, SCALE, [Agreed(CARD, 1)])
