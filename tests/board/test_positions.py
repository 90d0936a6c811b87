"""Where sliders may go."""

from __future__ import annotations

import pytest

from leadpolicy.board.positions import fixed, positions, shown
from leadpolicy.policy import Policy, load_policy
from tests.conftest import POLICIES


@pytest.fixture(scope="module")
def heinz() -> Policy:
    return load_policy(POLICIES / "heinz" / "1.1.0.yaml")


def test_round_numbers_around_the_own_value(heinz: Policy) -> None:
    found = positions(heinz)["min_employees"]
    assert "20" in found
    assert found[0] == "1", "a twentieth of 20, and the least that the range allows"
    assert {"10", "30", "50", "100", "200"} <= set(found)
    assert max(map(int, found)) <= 400, "twenty times 20"
    assert [int(one) for one in found] == sorted(int(one) for one in found)


def test_a_short_range_is_offered_in_full(heinz: Policy) -> None:
    assert positions(heinz)["needed_of_five"] == ["1", "2", "3", "4", "5"]


def test_declared_values_in_their_order(heinz: Policy) -> None:
    levels = ["ic", "manager", "director", "vp", "c_level"]
    assert positions(heinz)["lowest_job_level"] == levels


def test_lists_have_no_slider(heinz: Policy) -> None:
    names = [parameter.name for parameter in fixed(heinz)]
    assert names == ["ideal_industries", "ideal_functions"]


def test_durations_move_in_usual_steps_of_their_unit() -> None:
    policy = load_policy(POLICIES / "b2b-international" / "1.0.0.yaml")
    found = positions(policy)["hand_raised_within"]
    assert {"30 days", "90 days", "180 days", "365 days"} <= set(found)
    assert found.index("90 days") < found.index("180 days")


def test_the_own_value_stays_as_it_was_written() -> None:
    policy = load_policy(POLICIES / "b2b-international" / "1.0.0.yaml")
    found = positions(policy)["revenue_above"]
    assert "5_000_000" in found
    assert "5000000" not in found


def test_numbers_are_shown_with_separators() -> None:
    assert shown(["5_000_000"]) == "5,000,000"
    assert shown(["180 days"]) == "180 days"
