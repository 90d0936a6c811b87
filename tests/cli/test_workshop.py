"""`leadpolicy cards`, `votes`, the disagreement card and the printed sheet, as a user runs them."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from leadpolicy.policy.load import load_policy
from tests.cli.conftest import Run
from tests.conftest import POLICIES, skip_without


@pytest.fixture
def room(leadpolicy: Run, tmp_path: Path) -> Path:
    """A folder with cards that were dealt for two policies."""
    out = tmp_path / "cards.html"
    ran = leadpolicy("cards", "heinz", "prospect-first", "--data", "demo", "--out", str(out))
    assert (ran.code, "12 cards about heinz" in ran.out) == (0, True)
    return tmp_path


def vote(room: Path, said: str, name: str = "votes.csv") -> Path:
    """Everyone in the room gives the same answer to every card."""
    rows = [
        f"{voter},{team},C{number},{said}"
        for voter, team in (
            ("Ann", "sales"),
            ("Bo", "sales"),
            ("Cy", "marketing"),
            ("Di", "marketing"),
        )
        for number in range(1, 13)
    ]
    path = room / name
    path.write_text("voter,team,card,stage\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_what_lies_on_the_table_tells_no_ids_and_no_verdicts(room: Path) -> None:
    with (room / "cards-key.csv").open(encoding="utf-8") as file:
        keys = list(csv.DictReader(file))
    assert len({row["record"] for row in keys}) == 12
    for name in ("cards.html", "cards.yaml", "cards-ballot.csv"):
        text = (room / name).read_text(encoding="utf-8")
        assert not [row["record"] for row in keys if row["record"] in text]
    assert "heinz" not in (room / "cards.html").read_text(encoding="utf-8")


def test_a_room_that_says_the_same_agrees(leadpolicy: Run, room: Path) -> None:
    ran = leadpolicy("votes", str(room / "cards.yaml"), str(vote(room, "none")), columns=120)
    assert ran.code == 0
    assert "48 votes on 12 cards by 4 voters (2 of marketing, 2 of sales)" in ran.out
    assert "No card is split" in ran.out
    assert "Agreed: 12 cards" in ran.out
    assert "all votes are the same" in ran.out
    # Whoever calls every card the same fits many readings: by chance as well as by agreement.
    assert "No definition is recommended: the nearest, " in ran.out


def test_results_as_data(leadpolicy: Run, room: Path) -> None:
    cards, before, after = room / "cards.yaml", vote(room, "lead", "one.csv"), vote(room, "none")
    ran = leadpolicy("votes", str(cards), str(after), "--before", str(before), "--json")
    found = json.loads(ran.out)
    assert [one["round"] for one in found["rounds"]] == [1, 2]
    assert found["moved"][0]["changed"] == 48
    assert {one["agreed"] for one in found["cards"]} == {"none"}
    assert {one["own"]["policy"].partition("@")[0] for one in found["policies"]} == {
        "heinz",
        "prospect-first",
    }


def test_what_the_room_agrees_on_joins_the_examples(leadpolicy: Run, room: Path) -> None:
    """Those of the cards that heinz reads as none of the rungs are added, the others named."""
    folder = room / "policies"
    folder.mkdir()
    shutil.copy(POLICIES / "vocabulary.yaml", folder)
    for name in ("heinz", "prospect-first"):
        shutil.copytree(POLICIES / name, folder / name)
    files = str(room / "cards.yaml"), str(vote(room, "none"))
    ran = leadpolicy("votes", *files, "--add", "heinz", "--policies", str(folder), columns=120)
    assert ran.code == 0
    text = (folder / "heinz" / "examples.yaml").read_text(encoding="utf-8")
    added = text.count("agreed in a workshop")
    refused = ran.out.count("Not added: ")
    assert added > 0
    assert added + refused == 12
    assert leadpolicy("test", str(folder / "heinz")).code == 0
    assert leadpolicy("check", str(folder)).code == 0


def test_wrong_votes_are_told_with_file_and_line(leadpolicy: Run, room: Path) -> None:
    path = room / "ann.csv"
    path.write_text("voter,team,card,stage\nAnn,sales,C99,lead\nAnn,sales,C1,leed\n", "utf-8")
    ran = leadpolicy("votes", str(room / "cards.yaml"), str(path))
    assert ran.code == 2
    assert f"{path}:2:11: error LP208: there is no card `C99`" in ran.err
    assert f"{path}:3:14: error LP208: `leed` is no stage that may be voted" in ran.err
    assert "did you mean `lead`?" in ran.err


def test_a_card_of_the_deck_is_explained(leadpolicy: Run, room: Path) -> None:
    page = room / "c1.html"
    cards = ("--cards", str(room / "cards.yaml"))
    ran = leadpolicy(
        "explain", "heinz", "prospect-first", *cards, "--id", "c1", "--html", str(page)
    )
    assert ran.code == 0
    assert "heinz@" in page.read_text(encoding="utf-8")
    wrong = leadpolicy("explain", "heinz", *cards, "--id", "C99")
    assert (wrong.code, "LP504" in wrong.err) == (2, True)


def test_sheets_are_printed(leadpolicy: Run, tmp_path: Path) -> None:
    skip_without("print", "typst")
    html, pdf = tmp_path / "sheet.html", tmp_path / "sheet.pdf"
    ran = leadpolicy("show", "heinz", "--html", str(html), "--pdf", str(pdf))
    assert ran.code == 0
    assert load_policy(POLICIES / "heinz").title.split(";")[0] in html.read_text(encoding="utf-8")
    assert pdf.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("command", ["cards", "votes", "show", "explain"])
def test_help_has_an_example(leadpolicy: Run, command: str) -> None:
    assert f"leadpolicy {command} " in " ".join(leadpolicy(command, "--help").out.split())
