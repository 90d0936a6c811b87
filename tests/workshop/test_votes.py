"""What a room says: agreement, split cards, rounds, and the setting that fits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from leadpolicy.comparison.scale import scale_of
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.policy.model import Policy
from leadpolicy.present.workshop.votes import render_workshop
from leadpolicy.workshop.agreement import workshop
from leadpolicy.workshop.ballots import Ballots, Vote
from leadpolicy.workshop.blind import Deck
from leadpolicy.workshop.fit import fit, search
from leadpolicy.workshop.votes import agreed_cards, agreement, alpha_of, moved, split_cards
from tests.comparison.world import World
from tests.workshop.room import deck_of, votes_of

Said = Mapping[tuple[str, str], Sequence[int | None]]
ANN, BO = ("Ann", "sales"), ("Bo", "sales")
CY, DI = ("Cy", "marketing"), ("Di", "marketing")


def test_alpha_is_that_of_the_book() -> None:
    """K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, data of section E:
    four observers, twelve units, five values; ordinal alpha 0.815.
    """
    observers = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    votes = [
        Vote(f"observer {o}", "sales", f"unit {u}", int(value) - 1)
        for o, values in enumerate(observers)
        for u, value in enumerate(values)
        if value != "."
    ]
    alpha, note = alpha_of(votes, 5)
    assert alpha == pytest.approx(0.815, abs=0.0005)
    assert note == ""


def test_alpha_is_not_made_up_where_there_is_none(world: World) -> None:
    deck = deck_of(world, [world.wide], "ab")
    alone = votes_of(deck, {ANN: [0, 1]})
    same = votes_of(deck, {ANN: [1, 1], BO: [1, 1]})
    assert alpha_of(alone.votes, 3) == (None, "no card has two votes")
    assert alpha_of(same.votes, 3) == (None, "all votes are the same")
    assert alpha_of([], 3) == (None, "no card has two votes")


def test_raw_agreement_within_and_across(world: World) -> None:
    """Sales agrees on one of two cards. Across: of 2 x 2 pairs on card 1, Cy differs from both and
    Di from none (2 of 4); on card 2 only Cy voted, like Ann and unlike Bo (1 of 2).
    """
    deck = deck_of(world, [world.wide], "ab")
    found = agreement(votes_of(deck, {ANN: [1, 0], BO: [1, 2], CY: [0, 0], DI: [1, None]}))
    marketing, sales, across = found
    assert [one.who for one in found] == ["marketing", "sales", "across"]
    assert (sales.voters, sales.votes, sales.pairs, sales.raw) == (2, 4, 2, 0.5)
    assert (marketing.pairs, marketing.raw) == (1, 0.0)
    assert (across.pairs, across.raw) == (6, 0.5)


def test_the_most_split_card_comes_first(world: World) -> None:
    deck = deck_of(world, [world.wide], "abc")
    said = {ANN: [1, 0, 2], BO: [1, 0, 2], CY: [1, 1, 0], DI: [1, 1, 0]}
    found = split_cards(votes_of(deck, said))
    assert [one.card.code for one in found] == ["C3", "C2", "C1"]
    assert [one.alike for one in found] == [pytest.approx(1 / 3), pytest.approx(1 / 3), 1.0]
    assert [one.apart for one in found] == [2.0, 1.0, 0.0]
    assert found[0].votes == {"marketing": {0: 2}, "sales": {2: 2}}


def test_a_card_is_agreed_when_each_team_agrees_on_the_same(world: World) -> None:
    deck = deck_of(world, [world.wide], "abcd")
    said: Said = {ANN: [1, 0, 2, 1], BO: [1, 0, 1, 1], CY: [1, 1, 2, 1], DI: [1, 1, 2, None]}
    assert [(card.code, answer) for card, answer in agreed_cards(votes_of(deck, said))] == [
        ("C1", 1)  # C2: the teams differ; C3: sales is split; C4: one vote is no agreement
    ]


def test_a_team_that_did_not_vote_has_agreed_on_nothing(world: World) -> None:
    deck = deck_of(world, [world.wide], "a")
    assert agreed_cards(votes_of(deck, {ANN: [1], BO: [1]})) == ()


def test_rounds_are_compared_voter_by_voter(world: World) -> None:
    deck = deck_of(world, [world.wide], "ab")
    first = votes_of(deck, {ANN: [1, 0], CY: [0, None]}).votes
    later = votes_of(deck, {ANN: [1, 1], CY: [1, 1]}).votes
    both = Ballots(deck, (*first, *(replace(vote, round=2) for vote in later)))
    found = moved(both, 1, 2)
    assert (found.both, found.changed) == (3, 2)
    assert found.by_team == {"marketing": (1, 1), "sales": (2, 1)}
    assert both.rounds == (1, 2)
    assert len(both.last().votes) == 4


# ------------------------------------------------------------------------------------- scale


def test_one_ladder_is_asked_for_its_own_stages(world: World) -> None:
    scale = scale_of([world.wide])
    assert scale.answers == ("none", "lead", "chance")


def test_different_ladders_meet_on_common_rungs(world: World) -> None:
    scale = scale_of([world.wide, world.odd])
    assert scale.answers == ("none", "lead", "qualified_lead", "opportunity")
    assert scale.defined(world.odd) == ("qualified_lead",)
    record, moment = world.records().find("c")
    assert scale.place(world.wide, record, moment).at == 3
    assert scale.place(world.odd, record, moment).at == 2


def test_what_is_open_is_told_apart(world: World) -> None:
    record, moment = world.records().find("d")  # its employees are not known
    place = scale_of([world.wide]).place(world.wide, record, moment)
    assert (place.at, place.possible, place.open) == (1, 2, frozenset({2}))


def test_no_policy_is_told(world: World) -> None:
    with pytest.raises(LeadpolicyError, match="no policy"):
        scale_of([])


# --------------------------------------------------------------------------------------- fit


def test_each_team_weighs_the_same(world: World) -> None:
    """wide says chance, lead (open: chance), none of a, d, f."""
    deck = deck_of(world, [world.wide], "adf")
    found = fit(world.wide, votes_of(deck, {ANN: [2, 2, 0], BO: [2, 1, 0], CY: [0, 0, 0]}))
    sales, marketing = found.teams["sales"], found.teams["marketing"]
    assert (sales.votes, sales.fits, sales.open) == (6, 5, 1)
    assert (marketing.votes, marketing.fits, marketing.open) == (3, 1, 0)
    assert found.both == pytest.approx((5 / 6 + 1 / 3) / 2)
    assert found.steps == pytest.approx((1 / 6 + 3 / 3) / 2)
    assert found.weakest == pytest.approx(1 / 3)


def test_the_setting_that_the_room_agrees_on_is_found(world: World) -> None:
    """100 employees make a chance, 20 do not: with 10 the policy says otherwise, with any number
    above 20 and up to 100 it says what the room says.
    """
    deck = deck_of(world, [world.wide], "acf")
    found = search(world.wide, votes_of(deck, {ANN: [2, 1, 0], CY: [2, 1, 0]}))
    assert found.own.both == pytest.approx(2 / 3)
    assert found.best.both == 1.0
    assert found.improves
    assert found.ties == 0
    before, after = found.moved["smallest"]
    assert before == "10"
    assert 20 < int(after) <= 100
    assert found.settings == 4  # large are 100, 20 and 5; 100 and 20; 100; none of them
    assert found.complete


def test_a_policy_that_fits_stays_as_it_is(world: World) -> None:
    deck = deck_of(world, [world.wide], "acf")
    found = search(world.wide, votes_of(deck, {ANN: [2, 2, 0], CY: [2, 2, 0]}))
    assert not found.improves
    assert found.best.policy.identity == world.wide.identity
    assert found.moved == {}


def test_a_policy_without_parameters_has_one_setting(world: World) -> None:
    deck = deck_of(world, [world.narrow], "ab")
    found = search(world.narrow, votes_of(deck, {ANN: [1, 1]}))
    assert (found.settings, found.tried, found.improves) == (1, 1, False)


def test_the_policy_that_fits_best_comes_first(world: World) -> None:
    deck = deck_of(world, [world.wide, world.narrow], "abc")
    found = workshop(votes_of(deck, {ANN: [1, 0, 0], CY: [1, 0, 0]}), [world.wide, world.narrow])
    assert [s.own.policy.id for s in found.searches] == ["narrow", "wide"]
    assert found.lacking == {"narrow@1.0.0": ("opportunity",)}
    assert found.to_dict()["policies"][0]["own"]["both"] == 1.0


# ------------------------------------------------------------------------------ in the terminal


def as_meant(deck: Deck, policy: Policy) -> list[int]:
    """Where a definition puts the cards: the votes of somebody who means it."""
    return [deck.scale.place(policy, card.record, card.as_of).at for card in deck.cards]


def test_the_terminal_names_the_setting_and_how_to_write_it(world: World) -> None:
    deck = deck_of(world, [world.wide], "abcdef")
    meant = as_meant(deck, world.wide.with_parameters(smallest=50))
    found = workshop(votes_of(deck, {ANN: meant, CY: meant}), [world.wide])
    text = render_workshop(found, 100)
    named = re.search(r"nearest to wide@1.0.0 with smallest (\d+) instead of 10", text)
    assert named is not None
    assert f"leadpolicy revise wide --set smallest={named[1]}" in text
    assert "6 of 6 votes of marketing and 6 of 6 votes of sales" in text
    assert found.recommends
    assert "By chance the best of" in text
    assert "No card is split" in text
    assert "No card is agreed yet" in text  # one vote per team is no agreement


def test_three_cards_recommend_nothing(world: World) -> None:
    """They can be dealt in six ways only, one of which is the right one: that is no surprise."""
    deck = deck_of(world, [world.wide], "acf")
    found = workshop(votes_of(deck, {ANN: [2, 1, 0], CY: [2, 1, 0]}), [world.wide])
    assert found.searches[0].best.both == 1.0
    assert found.chance == 1.0
    assert not found.recommends
    text = render_workshop(found, 100)
    assert "No definition is recommended: the nearest, wide@1.0.0" in text
    assert "leadpolicy revise" not in text


def test_votes_that_say_the_same_of_every_card_recommend_nothing(world: World) -> None:
    deck = deck_of(world, [world.wide], "abcdef")
    found = workshop(votes_of(deck, {ANN: [1] * 6, CY: [1] * 6}), [world.wide])
    assert not found.recommends


def test_raw_and_alpha_across_are_of_the_same_pairs(world: World) -> None:
    """With one voter per team it is the alpha of everybody; what a team says among itself does not
    count: here both of sales agree with each other, and never with marketing.
    """
    deck = deck_of(world, [world.wide], "abcd")
    one = votes_of(deck, {ANN: [0, 1, 2, 1], CY: [0, 2, 2, 1]})
    *_, across = agreement(one)
    assert across.alpha == pytest.approx(alpha_of(one.votes, 3)[0])
    two = votes_of(deck, {ANN: [0, 1, 2, 0], BO: [0, 1, 2, 0], CY: [1, 2, 0, 1]})
    *_, across = agreement(two)
    everyone = alpha_of(two.votes, 3)[0]
    assert (across.raw, across.pairs) == (0.0, 8)
    assert across.alpha is not None
    assert everyone is not None
    assert across.alpha < 0 < everyone + 1
    assert across.alpha < everyone


def test_the_terminal_tells_what_is_missing(world: World) -> None:
    deck = deck_of(world, [world.wide, world.narrow], "ab")
    policies = [world.wide, world.narrow]
    text = render_workshop(workshop(votes_of(deck, {ANN: [1, None]}), policies), 100, every=True)
    assert "Nobody has voted on C2" in text
    assert "Nobody of marketing has voted" in text
    assert "narrow@1.0.0 does not speak of: opportunity." in text
    assert re.search(r"C1\s+Company A\s+—\s+—\s+1 lead", text)


def test_policies_that_fit_alike_are_named(world: World) -> None:
    deck = deck_of(world, [world.wide], "abcdef")
    meant = as_meant(deck, world.wide)
    found = workshop(votes_of(deck, {ANN: meant, CY: meant}), [world.wide, world.wide])
    text = render_workshop(found, 100)
    assert "The room is nearest to wide@1.0.0 as it is: it fits 6 of 6 votes" in text
    assert "Equally near: wide@1.0.0." in text
