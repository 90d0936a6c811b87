"""New versions written into a copy of the author's file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.governance.identity import canonical
from leadpolicy.governance.revise import next_version, revised, write_version
from leadpolicy.policy.load import load_policies, load_policy
from tests.badinput.command import leadpolicy
from tests.conftest import POLICIES

VOCABULARY = """\
vocabulary: 1
facts:
  company.employees:
    type: integer
    phrase: number of employees
    ask: How many?
    owner: data
    point_in_time: snapshot
  company.country:
    type: choice
    values: [DE, FR, IT, "NO"]
    phrase: country
    ask: Where?
    owner: data
    point_in_time: snapshot
"""
POLICY = """\
# Our definition.
policy: ours
version: 1.0.0   # the first
title: What a lead is
vocabulary: 1
grain: company
parameters:
  countries:
    says: Where we sell
    value:  # the regions of the board's decision
      - DE    # home
      # since the merger
      - FR
      - IT
  least: {value: 20, range: [1, 500], says: Smallest company}   # ask Ann
stages:
  - stage: lead
    requires: nothing
    when:
      all:
        - company.employees: {at_least: $least}
        - company.country: {one_of: $countries}
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "policies" / "ours"
    folder.mkdir(parents=True)
    (folder.parent / "vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    (folder / "1.0.0.yaml").write_text(POLICY, encoding="utf-8")
    return folder


def test_only_the_version_and_the_value_change(shelf: Path) -> None:
    policy = load_policy(shelf).with_parameters(least=50)
    expected = POLICY.replace("1.0.0 ", "1.1.0 ").replace("value: 20", "value: 50")
    assert revised(policy, "1.1.0") == expected


def test_items_that_stay_keep_their_comments(shelf: Path) -> None:
    policy = load_policy(shelf).with_parameters(countries=["DE", "FR", "NO"])
    text = revised(policy, "2.0.0")
    assert text == POLICY.replace("1.0.0 ", "2.0.0 ").replace("      - IT\n", "      - NO\n")


def test_items_in_another_order_take_their_comments_along(shelf: Path) -> None:
    policy = load_policy(shelf).with_parameters(countries=["FR", "DE"])
    text = revised(policy, "1.0.1")
    assert "      # since the merger\n      - FR\n      - DE    # home\n  least:" in text


def test_a_list_on_one_line_stays_on_one_line(shelf: Path) -> None:
    file = shelf / "1.0.0.yaml"
    start, end = POLICY.index("    value:  #"), POLICY.index("  least:")
    file.write_text(
        POLICY[:start] + "    value: [DE, FR]  # ours\n" + POLICY[end:], encoding="utf-8"
    )
    text = revised(load_policy(shelf).with_parameters(countries=["IT"]), "1.1.0")
    assert "    value: [IT]  # ours\n" in text


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_line_endings_stay(shelf: Path, ending: str) -> None:
    file = shelf / "1.0.0.yaml"
    file.write_bytes(POLICY.replace("\n", ending).encode())
    path = write_version(load_policy(shelf).with_parameters(least=7))
    assert path.read_bytes().count(b"\r\n") == file.read_bytes().count(b"\r\n")


def test_a_new_version_is_written_beside_the_old_one(shelf: Path) -> None:
    path = write_version(load_policy(shelf).with_parameters(least=50))
    assert path == shelf / "1.1.0.yaml"
    assert load_policy(shelf).identity == "ours@1.1.0"
    assert load_policy(shelf).parameters["least"].texts == ("50",)
    assert (shelf / "1.0.0.yaml").read_text(encoding="utf-8") == POLICY


def test_no_version_is_written_over(shelf: Path) -> None:
    policy = load_policy(shelf).with_parameters(least=50)
    with pytest.raises(LeadpolicyError) as caught:
        write_version(policy, "1.0.0")
    (found,) = caught.value.diagnostics
    assert (found.code, found.help) == ("LP405", "the next free version is 1.1.0")
    assert (shelf / "1.0.0.yaml").read_text(encoding="utf-8") == POLICY


@pytest.mark.parametrize("version", ["1.1", "v2.0.0", "01.0.0", "", "1.0.0\n"])
def test_a_version_is_three_numbers(shelf: Path, version: str) -> None:
    with pytest.raises(LeadpolicyError, match="is no version"):
        revised(load_policy(shelf), version)


def test_versions_count_as_numbers(shelf: Path) -> None:
    (shelf / "1.10.0.yaml").write_text(POLICY.replace("1.0.0 ", "1.10.0 "), encoding="utf-8")
    (shelf / "1.9.4.yaml").write_text(POLICY.replace("1.0.0 ", "1.9.4 "), encoding="utf-8")
    old = load_policy(shelf / "1.9.4.yaml")
    found = [next_version(old, step) for step in ("major", "minor", "patch")]
    assert found == ["2.0.0", "1.11.0", "1.10.1"]


def test_a_policy_out_of_a_text_has_no_file_to_edit(shelf: Path) -> None:
    from dataclasses import replace

    policy = replace(load_policy(shelf), path="")
    with pytest.raises(LeadpolicyError, match="does not come from a file"):
        revised(policy, "1.1.0")


def test_a_file_that_changed_meanwhile_is_not_written_wrongly(shelf: Path) -> None:
    policy = load_policy(shelf).with_parameters(least=50)
    file = shelf / "1.0.0.yaml"
    file.write_text(POLICY.replace("at_least: $least", "above: $least"), encoding="utf-8")
    with pytest.raises(LeadpolicyError, match="without losing something"):
        revised(policy, "1.1.0")


def test_the_command(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(shelf.parents[1])
    change = ("revise", "ours", "--set", "least=50", "--set", "countries=DE, FR")
    shown = leadpolicy(monkeypatch, capsys, *change, "--dry-run")
    assert shown.code == 0
    assert "  ~ least: 20 → 50   (used by lead)\n" in shown.out
    assert not (shelf / "1.1.0.yaml").exists()
    done = leadpolicy(monkeypatch, capsys, *change)
    assert (done.code, done.out.splitlines()[-1]) == (0, "Written: policies/ours/1.1.0.yaml")
    assert load_policy(shelf).parameters["countries"].texts == ("DE", "FR")
    again = leadpolicy(monkeypatch, capsys, "revise", "ours", "--set", "least=9", "--step", "major")
    assert (again.code, load_policy(shelf).version) == (0, "2.0.0")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "LP509"),
        (("--set", "least=20"), "LP509"),
        (("--set", "least"), "LP506"),
        (("--set", "last=3"), "LP207"),
        (("--set", "least=many"), "LP301"),
        (("--set", "least=9", "--version", "1.0.0"), "LP405"),
        (("--set", "least=9", "--version", "one"), "LP210"),
    ],
)
def test_misuse_of_the_command(
    shelf: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: str,
) -> None:
    monkeypatch.chdir(shelf.parents[1])
    found = leadpolicy(monkeypatch, capsys, "revise", "ours", *arguments)
    assert (found.code, f"error {code}" in found.err) == (2, True)
    assert [path.name for path in shelf.glob("*.yaml")] == ["1.0.0.yaml"]


def _other(policy_id: str) -> list[dict[str, object]]:
    """Each parameter of a seed policy at another value of its own kind, one at a time."""
    changes: list[dict[str, object]] = []
    policy = load_policy(policy_id, policies=POLICIES)
    for name, parameter in policy.parameters.items():
        if parameter.values and not parameter.listed:
            changes.append({name: next(v for v in parameter.values if v != parameter.texts[0])})
        elif parameter.listed and len(parameter.texts) > 1:
            changes += [{name: list(parameter.texts[1:])}, {name: list(reversed(parameter.texts))}]
        elif parameter.texts[0].endswith("days"):
            changes.append({name: "33 days"})
    return changes


@pytest.mark.parametrize(
    "policy_id", [p.id for p in load_policies([POLICIES]) if p.parameters], ids=str
)
def test_every_seed_policy_can_be_revised(policy_id: str, tmp_path: Path) -> None:
    shutil.copytree(POLICIES / policy_id, tmp_path / policy_id)
    shutil.copy(POLICIES / "vocabulary.yaml", tmp_path)
    for change in _other(policy_id) or [{}]:
        policy = load_policy(tmp_path / policy_id).with_parameters(**change)
        path = write_version(policy, step="patch")
        made = load_policy(path)
        assert {n: p.texts for n, p in made.parameters.items()} == {
            n: p.texts for n, p in policy.parameters.items()
        }
        assert canonical(made) | {"version": ""} == canonical(policy) | {"version": ""}
        old = Path(policy.path).read_text(encoding="utf-8")
        new = path.read_text(encoding="utf-8")
        assert [line for line in old.splitlines() if "#" in line and "#" not in new] == []
