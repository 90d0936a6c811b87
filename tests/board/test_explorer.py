"""What the explorer shows at a move, without a browser."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

import leadpolicy
from leadpolicy.board.explorer import Explorer
from leadpolicy.diagnostics import LeadpolicyError
from tests.board.small import NAMES

RAW = re.compile(r"<script|<b>&", re.IGNORECASE)


@pytest.fixture
def explorer(world: Path) -> Explorer:
    return leadpolicy.explore(world / "policies" / "ours", world / "data" / "few")


def text(html: str) -> str:
    """What is to be read, its white space as single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_the_file_as_it_is(explorer: Explorer) -> None:
    """Four of 30 people, and Hundred; Open is open; one of the five was won."""
    told = text(explorer.figures.value)
    assert "5 Lead , certain; as in the file" in told
    assert "1 open: facts are missing" in told
    assert "20.0 %" in told
    assert "0.5 records per rep, with 10 reps" in told
    assert "Move a slider" in explorer.names.value


def test_a_move_changes_numbers_plot_names_and_sheet(explorer: Explorer) -> None:
    plot = re.findall(r"<svg.*?</svg>", explorer.figures.value)
    explorer.sliders["min_employees"].value = "50"
    told = text(explorer.figures.value)
    assert "1 Lead , certain; −4 against the file" in told
    assert "100.0 %" in told, "Hundred, the only one left, was won"
    assert re.findall(r"<svg.*?</svg>", explorer.figures.value) != plot
    names = text(explorer.names.value)
    assert "lost 4 0 of 4" in names
    assert all(name in names for name in NAMES)
    assert "at least 50" in text(explorer.sheet.value)
    assert "<mark><code>min_employees</code></mark>" in explorer.sheet.value


def test_gained_by_name(explorer: Explorer) -> None:
    explorer.sliders["min_employees"].value = "10"
    assert re.search(r"gained\s+1\s+1 of 1\s+Ten", text(explorer.names.value))


def test_back_to_the_file(explorer: Explorer) -> None:
    before = explorer.figures.value
    explorer.sliders["min_employees"].value = "50"
    explorer.back()
    assert explorer.figures.value == before
    assert explorer.settings["ours"] == {}


def test_the_number_of_reps(explorer: Explorer) -> None:
    explorer.reps.value = 2
    assert "2.5 records per rep, with 2 reps" in text(explorer.figures.value)


def test_nothing_from_data_or_policies_is_markup(explorer: Explorer) -> None:
    explorer.sliders["min_employees"].value = "50"
    for part in (explorer.figures, explorer.names, explorer.sheet, explorer.told):
        assert not RAW.search(part.value)


def test_saving_writes_a_version_with_its_comments(explorer: Explorer, world: Path) -> None:
    saved: list[Path] = []
    explorer.saving.saved = saved.append
    explorer.sliders["min_employees"].value = "50"
    explorer.saving.propose()
    assert "min_employees: 20 → 50" in text(explorer.saving.told.value)
    assert explorer.saving.version.value == "1.1.0"
    explorer.saving.save()
    path = world / "policies" / "ours" / "1.1.0.yaml"
    assert saved == [path]
    written = path.read_text(encoding="utf-8")
    old = (world / "policies" / "ours" / "1.0.0.yaml").read_text(encoding="utf-8")
    assert written == old.replace("1.0.0", "1.1.0").replace("value: 20", "value: 50")


def test_a_version_is_never_written_over(explorer: Explorer) -> None:
    explorer.sliders["min_employees"].value = "50"
    explorer.saving.propose()
    explorer.saving.version.value = "1.0.0"
    explorer.saving.save()
    assert "exists already" in text(explorer.saving.told.value)


def test_nothing_to_save(explorer: Explorer) -> None:
    explorer.saving.propose()
    assert "Nothing has been changed" in explorer.saving.told.value


def test_moves_of_one_policy_stay_while_another_is_looked_at(world: Path) -> None:
    ours = leadpolicy.load(world / "policies" / "ours")
    two = leadpolicy.explore({"a": ours, "b": ours}, world / "data" / "few")
    two.sliders["min_employees"].value = "50"
    two.which.value = "b"
    found = re.search(r"<tr><td><bdi>a</bdi></td>(.*?)</tr>", two.figures.value)
    assert found is not None
    cells = re.findall(r"<td class=n>(.*?)</td>", found[1])
    # b holds the five of at least 20 people, a only Hundred; Open is undecided.
    assert cells[2:] == ["1", "4", "0", "1"]


def test_no_policy_and_unknown_data_are_told(world: Path) -> None:
    with pytest.raises(LeadpolicyError, match="there is no policy to work on"):
        leadpolicy.explore([], world / "data" / "few")
    with pytest.raises(LeadpolicyError):
        leadpolicy.explore(world / "policies" / "ours", world / "data" / "none")


def test_positions_may_be_spelt_otherwise_than_in_the_file(world: Path) -> None:
    path = world / "policies" / "ours" / "1.0.0.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("value: 20", "value: 2_0"), "utf-8")
    made = leadpolicy.explore(
        world / "policies" / "ours", world / "data" / "few",
        parameters={"min_employees": [10, 20, 50]},
    )  # fmt: skip
    slider = made.sliders["min_employees"]
    assert [value for _, value in slider.options] == ["10", "2_0", "50"]
    assert slider.value == "2_0"
    assert "as in the file" in made.figures.value


def test_a_quorum_moves_like_a_parameter_but_is_not_saved(world: Path) -> None:
    path = world / "policies" / "ours" / "1.0.0.yaml"
    told = path.read_text(encoding="utf-8")
    quorum = "    at_least: 2\n    of: [large_enough, interested]\n"
    both = "    when:\n      all: [large_enough, interested]\n"
    told = told.replace(both, "    when: enough\n").replace(
        "stages:", f"  enough:\n    says: Enough\n{quorum}stages:"
    )
    path.write_text(told, encoding="utf-8")
    made = leadpolicy.explore(path, world / "data" / "few", parameters={"enough": [1, 2]})
    made.sliders["enough"].value = "1"
    assert "9 Lead , certain; +4 against the file" in text(made.figures.value)
    made.saving.propose()
    assert "not a parameter" in text(made.saving.told.value)
