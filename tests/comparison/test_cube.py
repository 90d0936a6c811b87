"""Answers of a cube on the six companies of `world`, each worked out by hand, and its refusals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.comparison.cubes import scan
from leadpolicy.comparison.cubes.cube import Cube, cube
from leadpolicy.comparison.cubes.moves import Steps
from leadpolicy.data.dataset import open_dataset
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.policy.load import load_policies
from leadpolicy.present.wording import rows_of
from leadpolicy.truth import Truth
from tests.comparison.world import World

if TYPE_CHECKING:
    import pandas as pd

SMALLEST = [1, 10, 20, 21, 100, 101]


@pytest.fixture
def six(world: World) -> Cube:
    return cube(
        [world.wide, world.narrow, world.odd], world.records(),
        parameters={"smallest": SMALLEST}, segments=["company.industry"],
    )  # fmt: skip


def _row(table: pd.DataFrame, **keys: object) -> dict[str, object]:
    for name, value in keys.items():
        table = table[table[name] == value]
    (row,) = table.to_dict("records")
    return {str(name): value for name, value in row.items()}


def test_volumes_follow_the_slider(six: Cube) -> None:
    sweep = six.sweep("wide", "smallest")
    chances = sweep[(sweep["kind"] == "stage") & (sweep["name"] == "chance")]
    assert chances["setting"].tolist() == ["1", "10", "20", "21", "100", "101"]
    assert chances["own"].tolist() == [False, True, False, False, False, False]
    # a, b, e have 100 employees, c has 20, of d nobody knows, f did not ask
    assert chances["certain"].tolist() == [4, 4, 4, 3, 3, 0]
    assert chances["unknown"].tolist() == [1] * 6
    assert chances["refused"].tolist() == [1, 1, 1, 2, 2, 5]
    assert chances["won"].tolist() == [2, 2, 2, 1, 1, 0]
    assert (chances["records"] == 6).all()


def test_who_comes_and_who_goes(six: Cube) -> None:
    lost = _row(six.move("wide", smallest=21).gained_lost(stage="chance"))
    assert (lost["change"], lost["before"], lost["after"]) == ("lost", "TRUE", "FALSE")
    assert (lost["records"], lost["won"], lost["examples"]) == (1, 1, ("c",))
    back = _row(six.view("wide").gained_lost(six.move("wide", smallest=21), stage="chance"))
    assert (back["change"], back["records"], back["examples"]) == ("gained", 1, ("c",))


def test_the_smallest_ids_are_shown_first(six: Cube) -> None:
    lost = six.move("wide", smallest=101).gained_lost(stage="chance")
    assert _row(lost)["records"] == 4
    assert _row(lost)["examples"] == ("a", "b", "c")


def test_nothing_changes_at_the_own_settings(six: Cube) -> None:
    assert six.move("wide", smallest=10).gained_lost().empty
    assert six.move("wide", smallest="10").policy.identity == six.view("wide").policy.identity


def test_stages_add_up_to_all_records(six: Cube) -> None:
    stages = six.move("wide", smallest=21).stages()
    assert stages["stage"].tolist() == ["", "lead", "chance"]
    assert stages["current"].tolist() == [1, 2, 3]
    assert stages["possible"].tolist() == [1, 1, 4]


def test_segments_add_up_to_the_whole(six: Cube) -> None:
    view = six.move("wide", smallest=21)
    parts = view.segments("company.industry", stage="chance")
    assert parts["segment"].tolist() == ["it", "retail"]
    assert parts["certain"].tolist() == [2, 1]
    whole = _row(view.volumes(stage="chance"))
    for name in ("records", "certain", "unknown", "refused"):
        assert int(parts[name].sum()) == whole[name]


def test_agreement_is_that_of_the_comparison(six: Cube) -> None:
    pair = _row(six.pairs(), a="wide", b="narrow", rung="lead")
    # of d narrow does not know; a both, f neither, b, c and e wide alone
    assert [pair[n] for n in ("both", "only_a", "only_b", "neither", "undecided")] == [
        1,
        3,
        0,
        1,
        1,
    ]
    assert pair["raw"] == pytest.approx(2 / 5)
    swapped = _row(six.view("narrow").agreement(six.view("wide")))
    assert (swapped["only_a"], swapped["only_b"]) == (pair["only_b"], pair["only_a"])
    table = six.view("wide").joint(six.view("narrow"), rung="lead")
    assert table.loc["TRUE", "UNKNOWN"] == 1
    assert int(table.to_numpy().sum()) == 6


def test_a_policy_agrees_with_itself(six: Cube) -> None:
    same = six.view("wide").agreement(six.view("wide"))
    assert (same["only_a"] == 0).all()
    assert (same["only_b"] == 0).all()


def test_outcomes_are_of_the_records_that_have_one(six: Cube) -> None:
    row = _row(six.move("wide", smallest=21).outcomes(stage="chance"))
    assert (row["certain"], row["known"], row["won"], row["open"]) == (3, 2, 1, 1)
    assert row["rate"] == pytest.approx(1 / 2)
    assert row["base_rate"] == pytest.approx(2 / 5)
    assert row["recall"] == pytest.approx(1 / 2)


QUORUM = """\
policy: quorum
version: 1.0.0
title: Two of three
vocabulary: 1
grain: company
criteria:
  of_three:
    says: Enough of them
    at_least: 2
    of: [{company.employees: {at_least: 50}}, {company.industry: it}, {need.urgent: true}]
stages:
  - {stage: lead, counts_as: lead, requires: nothing, when: of_three}
  - stage: scored
    requires: nothing
    when:
      at_least: 10
      points:
        - {points: 10, when: {need.urgent: true}}
        - {points: -5, when: {company.industry: retail}}
"""


def test_numbers_of_quorums_and_scores_move_by_the_name_of_their_criterion(world: World) -> None:
    moves = {"of_three": [0, 1, 2, 3, 4], "scored": [5, 10, 11]}
    made = cube([world.policy(QUORUM)], world.records(), parameters=moves)
    # a holds 3 of 3; b, c and e hold 2; d holds 2 or 3; f holds 1 or 2
    sweep = made.sweep("quorum", "of_three")
    leads = sweep[(sweep["kind"] == "stage") & (sweep["name"] == "lead")]
    assert leads["certain"].tolist() == [6, 6, 5, 1, 0]
    assert leads["unknown"].tolist() == [0, 0, 1, 1, 0]
    # urgent: a, c, d score 10, e 5 with its shop; b 0, f 0 or 10
    scored = made.sweep("quorum", "scored")
    scored = scored[scored["name"] == "scored"]
    assert scored["certain"].tolist() == [4, 3, 0]
    assert scored["unknown"].tolist() == [1, 1, 0]


def test_steps_are_exact(world: World) -> None:
    made = cube([world.wide], world.records(), parameters={"smallest": Steps(25, 100, 25)})
    shown = [setting.shown for setting in made.settings["wide"]["smallest"]]
    assert shown == ["10", "25", "50", "75", "100"]


def test_a_declared_range_moves_without_being_named(world: World) -> None:
    made = cube([world.wide], world.records())
    shown = [int(setting.shown) for setting in made.settings["wide"]["smallest"]]
    assert (shown[0], shown[-1]) == (1, 1000)
    assert 10 in shown
    assert made.move("wide", smallest=1000).volumes(stage="chance")["certain"].tolist() == [0]


def test_a_setting_that_was_not_scanned_is_refused(six: Cube) -> None:
    with pytest.raises(LeadpolicyError) as caught:
        six.move("wide", smallest=50)
    (found,) = caught.value.diagnostics
    assert (found.code, found.expected) == ("LP302", "one of 1, 10, 20, 21, 100, 101")


def test_names_that_are_not_there_are_told(six: Cube, world: World) -> None:
    for ask in (
        lambda: six.move("wode"),
        lambda: six.move("wide", smalest=1),
        lambda: six.sweep("narrow", "smallest"),
        lambda: six.view("wide").volumes(stage="chanse"),
        lambda: six.view("wide").segments("need.urgent"),
        lambda: cube([world.wide], world.records(), parameters={"smalest": [1]}),
        lambda: cube([world.wide], world.records(), parameters={"smallest": "1"}),
    ):
        with pytest.raises(LeadpolicyError):
            ask()


def test_too_many_groups_are_refused_with_advice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "MOST", 2)
    with pytest.raises(LeadpolicyError) as caught:
        cube([world.wide, world.narrow], world.records(), parameters={"smallest": SMALLEST})
    (found,) = caught.value.diagnostics
    assert found.code == "LP506"
    assert "`smallest` (6 settings)" in str(found.help)


def test_a_record_that_becomes_open_is_not_lost(fixtures: Path) -> None:
    """Raised to 100 employees, who has "51 to 200" may still be one of them."""
    (policy,) = load_policies(["b2b-international"])
    made = cube([policy], open_dataset(fixtures / "demo").records(),
                parameters={"min_employees": [20, 100]})  # fmt: skip
    found = made.move("b2b-international", min_employees=100).gained_lost(stage="suspect")
    words = {(row.before, row.after): row.change for row in rows_of(found)}
    assert words == {
        ("TRUE", "UNKNOWN"): "now open", ("TRUE", "FALSE"): "lost",
        ("UNKNOWN", "FALSE"): "ruled out",
    }  # fmt: skip


def test_with_two_thresholds_raised_what_is_open_is_not_lost(fixtures: Path) -> None:
    """No record is called lost of which the interpreter, asked anew, does not say no."""
    (policy,) = load_policies(["b2b-international"])
    records = open_dataset(fixtures / "demo").records()
    asked = {"min_employees": 100, "revenue_above": 20_000_000}
    own = {"min_employees": 20, "revenue_above": 5_000_000}
    made = cube([policy], records,
                parameters={name: [own[name], asked[name]] for name in asked})  # fmt: skip
    found = made.move("b2b-international", **asked).gained_lost(stage="suspect")
    place = [stage.name for stage in policy.stages].index("suspect")
    then = policy.with_parameters(**asked)
    counts = {"lost": 0, "now open": 0}
    for record, moment in zip(records.records, records.moments, strict=True):
        if verdicts(policy.logic, record, moment).stages[place] is not Truth.TRUE:
            continue
        said = verdicts(then.logic, record, moment).stages[place]
        counts["lost"] += said is Truth.FALSE
        counts["now open"] += said is Truth.UNKNOWN
    told = {row.change: row.records for row in rows_of(found)}
    assert counts["now open"] > 0
    assert {name: told[name] for name in counts} == counts
