"""Votes out of CSV files, and what is said of those that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadpolicy.diagnostics import Diagnostic, LeadpolicyError
from leadpolicy.workshop.ballots import read_ballots
from leadpolicy.workshop.blind import Deck
from tests.comparison.world import World
from tests.workshop.room import csv_file, deck_of


@pytest.fixture
def deck(world: World) -> Deck:
    return deck_of(world, [world.wide, world.odd], "abc")


def refused(deck: Deck, *files: Path) -> tuple[Diagnostic, ...]:
    with pytest.raises(LeadpolicyError) as error:
        read_ballots(deck, files)
    return error.value.diagnostics


def test_spelling_is_forgiven(deck: Deck, tmp_path: Path) -> None:
    rows = ("Zoë  O'Hara;SALES;c1;Qualified lead", "", "Zoë O'Hara;sales;company b;NONE", "")
    text = "\r\n".join(("Voter;Team;Card;Stage", *rows))
    found = read_ballots(deck, [csv_file(tmp_path, "\ufeff" + text)])
    assert [(v.voter, v.team, v.card, v.answer) for v in found.votes] == [
        ("Zoë O'Hara", "sales", "C1", 2),
        ("Zoë O'Hara", "sales", "C2", 0),
    ]


def test_a_card_left_open_is_no_vote(deck: Deck, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "voter,team,card,stage\nAnn,sales,C1,lead\n,,C2,\nAnn,sales,C3,\n")
    assert len(read_ballots(deck, [path]).votes) == 1


def test_earlier_files_are_earlier_rounds(deck: Deck, tmp_path: Path) -> None:
    first = csv_file(tmp_path, "voter,team,card,stage\nAnn,sales,C1,lead\n", "before.csv")
    later = csv_file(tmp_path, "voter,team,card,stage\nAnn,sales,C1,none\n", "after.csv")
    found = read_ballots(deck, [later], before=[first])
    assert [(vote.round, vote.answer) for vote in found.votes] == [(1, 1), (2, 0)]


def test_rounds_may_stand_in_a_column(deck: Deck, tmp_path: Path) -> None:
    text = "voter,team,card,stage,round\nAnn,sales,C1,lead,1\nAnn,sales,C1,none,2\n"
    assert read_ballots(deck, [csv_file(tmp_path, text)]).rounds == (1, 2)


@pytest.mark.parametrize(
    ("row", "code", "underlined", "message"),
    [
        ("Ann,sales,C9,lead", "LP208", "C9", "there is no card `C9`"),
        ("Ann,sales,C1,Leed", "LP208", "Leed", "`Leed` is no stage that may be voted"),
        ("Ann,legal,C1,lead", "LP701", "legal", "there is no team `legal`"),
        (",sales,C1,lead", "LP108", "C1", "nobody is named here"),
        ("Ann,sales,C1", "LP503", "Ann", "this row has 3 columns"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    deck: Deck, tmp_path: Path, row: str, code: str, underlined: str, message: str
) -> None:
    path = csv_file(tmp_path, f"voter,team,card,stage\nBo,sales,C1,lead\n{row}\n")
    (found,) = refused(deck, path)
    assert (found.code, found.message) == (code, message)
    assert found.span is not None
    assert (found.span.text, found.span.line) == (underlined, 3)
    assert found.place.startswith(f"{path}:3:")


def test_two_votes_by_one_voter(deck: Deck, tmp_path: Path) -> None:
    one = csv_file(tmp_path, "voter,team,card,stage\nAnn,sales,C1,lead\n", "one.csv")
    two = csv_file(tmp_path, "voter,team,card,stage\nann,sales,C1,none\n", "two.csv")
    (found,) = refused(deck, one, two)
    assert found.code == "LP209"
    assert found.place == f"{two}:2:1"
    assert str(one) in (found.expected or "")


def test_one_voter_in_two_teams(deck: Deck, tmp_path: Path) -> None:
    text = "voter,team,card,stage\nAnn,sales,C1,lead\nAnn,marketing,C2,lead\n"
    (found,) = refused(deck, csv_file(tmp_path, text))
    assert found.message == "Ann votes for marketing and for sales"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "LP505"),
        ("\n\n", "LP505"),
        ("voter,team,card,stage\n", "LP505"),
        ("voter,team,card\nAnn,sales,C1\n", "LP502"),
        ("voter,team,card,stage,colour\nAnn,sales,C1,lead,red\n", "LP201"),
    ],
)
def test_files_that_hold_no_votes(deck: Deck, tmp_path: Path, text: str, code: str) -> None:
    assert [one.code for one in refused(deck, csv_file(tmp_path, text))] == [code]


def test_a_file_that_is_not_there(deck: Deck, tmp_path: Path) -> None:
    assert [one.code for one in refused(deck, tmp_path / "nobody.csv")] == ["LP101"]
