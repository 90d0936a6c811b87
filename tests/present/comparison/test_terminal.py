"""What a comparison looks like on a terminal."""

from __future__ import annotations

import io
import re
from functools import cache
from typing import Literal

import pytest
from rich.console import Console

from leadpolicy.characters import visible
from leadpolicy.comparison.comparison import Comparison, compare
from leadpolicy.present.comparison.terminal import print_comparison
from tests.comparison.world import World, make_world

HEADINGS = (
    "Data:",
    "Readiness:",
    "Volumes:",
    "Stages:",
    "Agreement,",
    "Records most worth arguing about",
    "What makes the difference",
    "Outcome:",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@cache
def comparison(world: World, *, many: bool) -> Comparison:
    policies = [world.wide, world.narrow, world.odd]
    if many:
        policies += [world.wide.with_parameters(smallest=n) for n in range(2, 15)]
    return compare(policies, world.records(), by="company.industry")


def printed(world: World, width: int = 100, *, colour: bool = False, many: bool = False) -> str:
    out = io.StringIO()
    system: Literal["standard"] | None = "standard" if colour else None
    console = Console(file=out, width=width, force_terminal=colour, color_system=system)
    print_comparison(comparison(world, many=many), console)
    return out.getvalue()


def test_sections_stand_in_reading_order(world: World) -> None:
    text = printed(world)
    places = [re.search(f"^{re.escape(h)}", text, re.MULTILINE) for h in HEADINGS]
    found = [place.start() for place in places if place]
    assert len(found) == len(HEADINGS)
    assert found == sorted(found)


def test_volumes_keep_unknown_apart_and_say_what_is_not_defined(world: World) -> None:
    rows = [line.split() for line in printed(world).splitlines()]
    assert ["narrow", "1", "16.7", "%", "1", "—", "—", "—", "—"] in rows
    assert ["odd", "—", "—", "4", "66.7", "%", "1", "—", "—"] in rows


def test_the_first_criterion_is_named(world: World) -> None:
    text = printed(world)
    assert "b · Lead? 1 yes, 1 no · not won" in text
    assert "They part at: “It is urgent” (is_urgent) is not met" in text
    assert "“It is a shop” (in_retail) rules it out" in text


def test_outcome_states_its_denominator(world: World) -> None:
    text = " ".join(printed(world).split())
    assert "All records: 40.0 % (2 of 5)" in text
    assert "wide 2 of 4 50.0 % 15.0 % to 85.0 % 1.25 100 % few records" in text
    assert "5 records with a known outcome; 1 without a known outcome are left out" in text
    assert "This is not a backtest" in text


@pytest.mark.parametrize("width", [60, 80, 100, 120])
@pytest.mark.parametrize("many", [False, True])
def test_no_line_is_wider_than_the_terminal(world: World, width: int, many: bool) -> None:
    text = printed(world, width, many=many)
    assert max(len(line) for line in text.splitlines()) <= width


@pytest.mark.parametrize("width", [80, 100])
def test_tables_of_many_policies_stay_whole(world: World, width: int) -> None:
    text = printed(world, width, many=True)
    volumes = text[text.index("Volumes:") : text.index("Stages:")]
    assert "…" not in re.sub(r"wide@\S*…", "", volumes)
    assert "Below the diagonal" in text


def test_colour_only_on_a_terminal(world: World) -> None:
    assert "\x1b" not in printed(world)
    assert "\x1b[" in printed(world, colour=True)


def test_the_same_words_with_and_without_colour(world: World) -> None:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", printed(world, colour=True))
    assert plain == printed(world)


def test_names_cannot_command_the_terminal(world: World) -> None:
    found = compare([world.wide], world.records(name="six\x1b[2J\u202e[red]"))
    out = io.StringIO()
    print_comparison(found, Console(file=out, width=100))
    assert "Data: six\\u001b[2J\\u202e[red]" in out.getvalue()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Größe שלום 🎉", "Größe שלום 🎉"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("a\x07b", "a\\u0007b"),
        ("a\u202eb", "a\\u202eb"),
        ("a\nb", "a\\u000ab"),
    ],
)
def test_what_is_visible(given: str, shown: str) -> None:
    assert visible(given) == shown


def test_a_single_policy_has_nothing_to_agree_on(world: World) -> None:
    out = io.StringIO()
    print_comparison(compare([world.wide], world.records()), Console(file=out, width=100))
    assert "nothing to agree on" in out.getvalue()
    assert "no record on which these policies certainly disagree" in out.getvalue()
