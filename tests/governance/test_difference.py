"""What versions say differently, in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadpolicy.governance.difference import Change, ChangedPart, difference
from leadpolicy.governance.identity import canonical
from leadpolicy.policy import Policy, load_policies, load_policy
from leadpolicy.present.policy.difference import render_difference
from tests.badinput.command import leadpolicy
from tests.conftest import POLICIES, REPO
from tests.governance.test_adoption import folder, write
from tests.governance.test_revise import POLICY

__all__ = ["folder"]
ALL = [policy for path in sorted(POLICIES.glob("*/*.*.*.yaml")) for policy in load_policies([path])]


def changed(folder: Path, *edits: tuple[str, str]) -> tuple[Policy, Policy]:
    text = POLICY
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    return load_policy(folder / "1.0.0.yaml"), write(folder, text, "1.1.0")


def only(folder: Path, *edits: tuple[str, str]) -> Change:
    (change,) = difference(*changed(folder, *edits)).changes
    return change


@pytest.mark.parametrize("policy", ALL, ids=lambda policy: policy.identity)
def test_a_policy_does_not_differ_from_itself(policy: Policy) -> None:
    assert difference(policy, policy).changes == ()


def test_another_parameter_value_names_who_uses_it(folder: Path) -> None:
    change = only(folder, ("value: 20", "value: 50"))
    assert change == Change(ChangedPart.PARAMETER, "least", "20", "50", used_by=("lead",))


def test_other_limits_are_told_apart_from_the_value(folder: Path) -> None:
    change = only(folder, ("range: [1, 500]", "range: [1, 900]"))
    assert change == Change(ChangedPart.PARAMETER, "limits of least", "1 to 500", "1 to 900")


def test_one_more_condition_is_gained(folder: Path) -> None:
    text = "        - company.country: {one_of: $countries}\n"
    change = only(folder, (text, text + "        - company.country: {is_not: IT}\n"))
    assert (change.part, change.name) == (ChangedPart.STAGE, "lead")
    assert (change.gained, change.lost) == (("country is not IT",), ())


def test_one_condition_less_is_lost(folder: Path) -> None:
    change = only(folder, ("        - company.employees: {at_least: $least}\n", ""),
                  ("  least: {value: 20, range: [1, 500], says: Smallest company}   # ask Ann\n",
                   "  least: {value: 20, range: [1, 500], says: Smallest company}\n"))  # fmt: skip
    assert change.lost == ("number of employees is at least 20 (parameter least)",)
    assert change.gained == ()


def test_a_change_beside_the_condition_shows_the_whole_stage(folder: Path) -> None:
    change = only(folder, ("requires: nothing\n", "requires: nothing\n    counts_as: lead\n"),
                  ("{at_least: $least}", "{above: $least}"))  # fmt: skip
    assert (change.gained, change.lost) == ((), ())
    assert change.before is not None
    assert change.after is not None
    assert change.before.startswith("requires nothing; number of employees is at least 20")
    assert change.after.startswith("requires nothing, counts as lead; number of employees is above")


def test_wording_decides_nothing(folder: Path) -> None:
    found = difference(*changed(folder, ("What a lead is", "Our lead")))
    assert [change.part for change in found.changes] == [ChangedPart.WORDING]
    assert found.in_meaning == ()
    assert "They mean the same" in render_difference(found)


def test_the_order_of_conditions_and_comments_is_no_change(folder: Path) -> None:
    one, two = (
        "        - company.employees: {at_least: $least}\n",
        "        - company.country: {one_of: $countries}\n",
    )
    found = difference(*changed(folder, (one + two, two + "        # then\n" + one)))
    assert found.changes == ()


@pytest.mark.parametrize("before", ALL, ids=lambda policy: policy.identity)
def test_what_means_something_else_shows_a_change(before: Policy) -> None:
    for after in ALL:
        other = {key: value for key, value in canonical(after).items() if key not in _NAMES}
        same = other == {k: v for k, v in canonical(before).items() if k not in _NAMES}
        assert bool(difference(before, after).in_meaning) is not same, after.identity


_NAMES = ("policy", "version")


def test_a_new_version_of_a_seed_policy_reads_well() -> None:
    pair = (load_policy(f"heinz@{v}", policies=POLICIES) for v in ("1.0.0", "1.1.0"))
    text = render_difference(difference(*pair))
    assert text.startswith("heinz@1.0.0 → heinz@1.1.0\n\nStages\n  ~ opportunity\n")
    assert "\n      + Enough of the five characteristics are there\n" in text
    assert "\n  + needed_of_five: 5\n" in text


def test_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(REPO)
    pair = ("diff", "heinz@1.0.0", "heinz@1.1.0")
    assert leadpolicy(monkeypatch, capsys, *pair).code == 0
    assert leadpolicy(monkeypatch, capsys, *pair, "--exit-code").code == 1
    same = leadpolicy(monkeypatch, capsys, "diff", "heinz", "heinz", "--exit-code")
    assert (same.code, same.out) == (0, "heinz@1.1.0 → heinz@1.1.0\n  They say the same.\n")
    found = json.loads(leadpolicy(monkeypatch, capsys, *pair, "--json").out)
    assert (found["before"], found["after"]) == ("heinz@1.0.0", "heinz@1.1.0")
    assert {change["part"] for change in found["changes"]} >= {"stage", "criterion", "parameter"}
    assert leadpolicy(monkeypatch, capsys, "diff", "heinz@1.0.0", "heniz").code == 2
