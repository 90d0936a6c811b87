"""Cards for a workshop: which records, under which names, saying what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadpolicy.comparison.parting import parting
from leadpolicy.decision import decide
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.evaluation.verdicts import verdicts_of
from leadpolicy.truth import FALSE, TRUE
from leadpolicy.workshop.blind import Why
from leadpolicy.workshop.deal import deal
from leadpolicy.workshop.pseudonyms import pseudonym
from tests.comparison.world import World


def test_records_that_divide_are_dealt_and_every_record_once(world: World) -> None:
    """wide and narrow differ on b, c and e; a, d and f fill up."""
    policies = [world.wide, world.narrow]
    found = deal(verdicts_of(policies, world.records()), 6)
    assert sorted(found.keys.values()) == list("abcdef")
    why = {found.keys[card.code]: card.why for card in found.deck.cards}
    assert {id for id, reason in why.items() if reason is Why.DIVIDES} <= set("bce")
    assert Why.DIVIDES in why.values()
    assert [card.code for card in found.deck.cards] == ["C1", "C2", "C3", "C4", "C5", "C6"]


def test_the_record_that_divides_most_comes_even_if_there_is_one_card(world: World) -> None:
    found = deal(verdicts_of([world.wide, world.narrow], world.records()), 1)
    assert [card.why for card in found.deck.cards] == [Why.DIVIDES]


def test_cards_hold_neither_ids_nor_origins(world: World) -> None:
    found = deal(verdicts_of([world.wide, world.narrow], world.records()), 6)
    for card in found.deck.cards:
        assert card.record.id == card.name
        assert card.name not in found.keys.values()
        assert dict(card.record.origins) == {}
        assert set(card.record.facts) <= {"company.employees", "company.industry", "need.urgent"}
        assert set(card.record.events) == {"inbound_request"}  # the only one they look at


def test_the_same_seed_deals_the_same_in_any_order(world: World) -> None:
    policies = [world.wide, world.narrow]
    one = deal(verdicts_of(policies, world.records("abcdef")), 6)
    two = deal(verdicts_of(policies, world.records("fedcba")), 6)
    other = deal(verdicts_of(policies, world.records()), 6, seed=1)
    assert one.keys == two.keys
    names = {one.keys[card.code]: card.name for card in one.deck.cards}
    assert names == {two.keys[card.code]: card.name for card in two.deck.cards}
    assert names != {other.keys[card.code]: card.name for card in other.deck.cards}


def test_one_policy_alone_gets_cards_at_its_edges(world: World) -> None:
    """c has 20 employees: with 9 it is no chance any more, which is 11/20 away. No record divides
    a policy from itself.
    """
    found = deal(verdicts_of([world.wide], world.records()), 4)
    assert found.notes == ()
    assert all(card.why is not Why.DIVIDES for card in found.deck.cards)
    assert {card.about for card in found.deck.cards} >= {
        "event:inbound_request",
        "company.employees",
    }


def test_policies_that_agree_on_everything_are_told(world: World) -> None:
    found = deal(verdicts_of([world.wide, world.wide], world.records()), 3)
    assert found.notes == (
        "No record divides these policies: none says yes where another says no.",
    )


def test_more_cards_than_records(world: World) -> None:
    found = deal(verdicts_of([world.wide, world.narrow], world.records()), 12)
    assert len(found.deck.cards) == 6
    assert found.notes == ("There are only 6 records that fit on a card.",)


def test_no_records_at_all(world: World) -> None:
    with pytest.raises(LeadpolicyError, match="there is no record"):
        deal(replace(verdicts_of([world.wide], world.records()), ids=()))


def test_invented_names_do_not_repeat() -> None:
    taken: list[str] = []
    for number in range(300):
        taken.append(pseudonym(0, f"record {number}", taken))
    assert len(set(taken)) == 300
    words = [word for name in taken[:30] for word in name.split()]
    assert len(words) == len(set(words))
    assert pseudonym(0, "record 0") == taken[0]


# ---------------------------------------------------------------------------- where they part


def test_the_first_criterion_that_differs_is_named(world: World) -> None:
    """c is a lead for wide; narrow wants 50 employees, and it has 20."""
    record, moment = world.records().find("c")
    policies = (world.wide, world.narrow)
    found = parting([decide(policy, record, as_of=moment) for policy in policies])
    assert found.step == "lead"
    wide, narrow = found.readings
    assert (wide.verdict, wide.cause) == (TRUE, None)
    assert narrow.verdict is FALSE
    assert narrow.cause is not None
    assert narrow.cause.criteria == ("is_large",)
    assert narrow.decision.flip is not None
    assert narrow.decision.flip.value == 50
    assert found.to_dict()["parts_at"] == "lead"


def test_a_missing_fact_parts_them_where_nothing_else_does(world: World) -> None:
    record, moment = world.records().find("d")  # urgent, its employees are not known
    policies = (world.wide, world.narrow)
    found = parting([decide(policy, record, as_of=moment) for policy in policies])
    assert found.step == "lead"
    assert found.readings[1].missing == ("How many work there?",)


def test_where_all_agree_nothing_parts_them(world: World) -> None:
    record, moment = world.records().find("a")
    found = parting([decide(world.wide, record, as_of=moment)] * 2)
    assert found.step is None
    assert [reading.cause for reading in found.readings] == [None, None]


def test_settings_of_one_policy_part_at_its_own_stages(world: World) -> None:
    record, moment = world.records().find("c")
    policies = (world.wide, world.wide.with_parameters(smallest=50))
    found = parting([decide(policy, record, as_of=moment) for policy in policies])
    assert found.step == "chance"
    assert found.readings[1].cause is not None
    assert found.readings[1].cause.criteria == ("large_enough",)
