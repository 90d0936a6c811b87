"""A workshop from the first page to two signatures, without a browser."""

from __future__ import annotations

import csv
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from leadpolicy.board.app import Board, board
from leadpolicy.board.desk import ballot_name, data_sets

VOTERS = (("Ann", "sales"), ("Bo", "sales"), ("Cy <b>", "marketing"), ("עדי", "marketing"))


def text(html: str) -> str:
    """What is to be read, its white space as single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture
def room(world: Path) -> Board:
    return board(world / "policies", world / "data" / "few", world / "workshop")


@pytest.fixture
def dealt(room: Board) -> Board:
    room.start.begin()
    room.open.value = "Cards"
    room.cards.number.value = 6
    room.cards.deal()
    return room


def vote(room: Board, voter: str, team: str, answer: str, number: int = 1) -> None:
    room.open.value = "Vote"
    page = room.vote
    page.voter.value, page.team.value, page.round.value = voter, team, number
    for mark in page.marks.values():
        mark.value = answer
    page.vote()
    assert "handed in" in page.told.value


def test_the_first_page_lists_definitions_and_data(room: Board) -> None:
    assert room.open.value == "Start"
    assert [tick.description for tick in room.start.ticks.values()] == [
        "ours@1.0.0: Big & <script>alert('policy')</script>"
    ]
    room.start.begin()
    assert "9 records" in text(room.start.told.value)


def test_nothing_ticked(room: Board) -> None:
    for tick in room.start.ticks.values():
        tick.value = False
    room.start.begin()
    assert "no definition is ticked" in text(room.start.told.value)


def test_a_broken_policy_is_told_and_the_others_stay(world: Path) -> None:
    broken = world / "policies" / "broken" / "1.0.0.yaml"
    broken.parent.mkdir()
    broken.write_text("policy: broken\nversion: 1.0.0\nstages: <script>\n", encoding="utf-8")
    room = board(world / "policies", world / "data" / "few", world / "workshop")
    assert list(room.start.ticks) == ["ours"]
    assert "1.0.0.yaml:" in text(room.start.wrong.value)
    assert "<script>" not in room.start.wrong.value


@pytest.mark.parametrize("page", ["Cards", "Vote", "Agreement", "Explore", "Decide"])
def test_every_page_reads_well_before_anything_was_done(room: Board, page: str) -> None:
    room.open.value = page
    assert room.place.children == (room.pages[page].widget,)


def test_cards_hide_ids_and_verdicts_until_they_are_revealed(dealt: Board) -> None:
    page = dealt.cards
    assert "Card 1 of 6" in page.at.value
    assert page.verdicts.value == ""
    page.reveal.value = True
    assert "ours@1.0.0" in text(page.verdicts.value)
    page.go(+1)
    assert "Card 2 of 6" in page.at.value
    assert page.verdicts.value == "", "the next card is hidden again"
    ids = {row["record"] for row in rows(dealt.desk.workshop / "key.csv")}
    shown = dealt.desk.cards_file.read_text(encoding="utf-8")
    assert len(ids) == 6
    assert not any(one in shown for one in ids)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_ballot_is_a_file(dealt: Board) -> None:
    vote(dealt, "Cy <b>", "marketing", "lead")
    (path,) = dealt.desk.vote_files()
    found = rows(path)
    assert [row["card"] for row in found] == [f"C{n}" for n in range(1, 7)]
    assert {(row["voter"], row["team"], row["stage"]) for row in found} == {
        ("Cy <b>", "marketing", "lead")
    }
    assert "<b>" not in dealt.vote.list.value


def test_a_second_ballot_replaces_the_first(dealt: Board) -> None:
    vote(dealt, "Ann", "sales", "lead")
    vote(dealt, "Ann", "sales", "none")
    (path,) = dealt.desk.vote_files()
    assert {row["stage"] for row in rows(path)} == {"none"}


def test_a_ballot_needs_a_name_and_a_mark(dealt: Board) -> None:
    dealt.open.value = "Vote"
    dealt.vote.vote()
    assert "nobody is named" in text(dealt.vote.told.value)
    dealt.vote.voter.value = "Ann"
    dealt.vote.vote()
    assert "no card is marked" in text(dealt.vote.told.value)
    assert not dealt.desk.vote_files()


def test_a_loaded_file_with_an_unknown_card_is_refused(dealt: Board) -> None:
    dealt.open.value = "Vote"
    content = b"voter,team,card,stage\nAnn,sales,C99,lead\n"
    dealt.vote.files.value = (upload("ann.csv", content),)
    told = text(dealt.vote.told.value)
    assert "there is no card `C99`" in told
    assert not dealt.desk.vote_files()
    dealt.vote.files.value = (upload("ann.csv", content.replace(b"C99", b"C1")),)
    assert "1 file loaded" in text(dealt.vote.told.value)
    assert len(dealt.desk.vote_files()) == 1


def upload(name: str, content: bytes) -> dict[str, Any]:
    from datetime import UTC, datetime

    now = datetime(2026, 1, 1, tzinfo=UTC)
    kind = "text/csv"
    return {
        "name": name, "type": kind, "size": len(content), "last_modified": now,
        "content": memoryview(content),
    }  # fmt: skip


def test_new_cards_put_old_votes_aside(dealt: Board) -> None:
    vote(dealt, "Ann", "sales", "lead")
    dealt.open.value = "Cards"
    dealt.cards.deal()
    assert not dealt.desk.vote_files()
    assert len(list((dealt.desk.workshop / "votes-before-1").glob("*.csv"))) == 1


def test_agreement_after_two_rounds(dealt: Board) -> None:
    for name, team in VOTERS:
        vote(dealt, name, team, "lead" if team == "sales" else "none")
    for name, team in VOTERS:
        vote(dealt, name, team, "lead", number=2)
    dealt.open.value = "Agreement"
    told = text(dealt.agreement.result.value)
    assert "48 votes by 4 voters (2 of marketing , 2 of sales )" in told
    assert "From round 1 to round 2, 12 of 24 votes changed" in told
    assert "No card is split" in told
    assert "<b>" not in dealt.vote.list.value


def test_from_a_move_to_two_signatures(dealt: Board, world: Path) -> None:
    for name, team in VOTERS:
        vote(dealt, name, team, "none")
    dealt.open.value = "Explore"
    explorer = dealt.desk.explorer
    assert explorer is not None
    explorer.sliders["min_employees"].value = "50"
    explorer.saving.propose()
    explorer.saving.save()
    dealt.open.value = "Decide"
    page = dealt.decide
    assert page.which.value == world / "policies" / "ours" / "1.1.0.yaml"
    assert "min_employees: 20 → 50" in text(page.change.value)
    assert "of-thirty" in text(page.examples.value)

    page.name.value = "Ann Lee"
    page.sign()
    assert "does not give what 1 of its examples expect" in text(page.told.value)
    page.let_follow()
    assert page.examples.value == ""
    for name in ("Ann Lee", "Bo <script>"):
        page.name.value = name
        page.sign()
    told = text(page.state.value)
    assert "Adopted by both teams" in told
    assert "signed by Bo <script>" in told
    assert "<script" not in page.state.value
    folder = world / "policies" / "ours"
    assert (folder / "adoptions.yaml").is_file()
    assert "expect: {1.0.0: lead, 1.1.0: none}   # by far" in (folder / "examples.yaml").read_text(
        encoding="utf-8"
    )

    page.keep_cards()
    assert "agreed card" in text(page.kept.value)


def test_a_ballot_is_named_after_its_voter() -> None:
    assert ballot_name("Ann Lee", "sales", 2).startswith("round-2-sales-ann-lee-")
    assert ballot_name("Ann!", "sales", 1) != ballot_name("Ann?", "sales", 1)
    assert "/" not in ballot_name("../../etc", "sales", 1)
    assert ballot_name("  ann   LEE ", "sales", 1) == ballot_name("Ann Lee", "sales", 1)


def test_data_sets_beside_the_first(world: Path) -> None:
    assert data_sets(world / "data" / "few") == (world / "data" / "few",)
    assert data_sets(world / "data") == (world / "data" / "few",)
    assert data_sets(world / "nowhere") == ()
