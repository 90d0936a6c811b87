"""Adoption: both teams, one content, one pair of dates."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.governance.adoption import (
    ADOPTIONS,
    Adoption,
    Signature,
    adoption,
    in_force,
    read_adoptions,
    sign,
)
from leadpolicy.governance.check import check_paths
from leadpolicy.governance.identity import content_hash
from leadpolicy.policy import Policy, load_policy
from tests.badinput.command import leadpolicy
from tests.governance.test_revise import POLICY, VOCABULARY

EFFECTIVE, REVIEW = date(2027, 1, 1), date(2027, 7, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "policies" / "ours"
    folder.mkdir(parents=True)
    (folder.parent / "vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    write(folder, POLICY)
    return folder


def write(folder: Path, text: str, version: str = "1.0.0") -> Policy:
    path = folder / f"{version}.yaml"
    path.write_text(text.replace("version: 1.0.0", f"version: {version}"), encoding="utf-8")
    return load_policy(path)


def signature(policy: Policy, team: str, **changes: object) -> Signature:
    given = {
        "version": policy.version,
        "content": content_hash(policy),
        "team": team,
        "name": "Ann Lee",
        "signed": date(2026, 11, 2),
        "effective": EFFECTIVE,
        "review": REVIEW,
    }
    return Signature(**given | changes)  # type: ignore[arg-type]


def state(folder: Path, version: str = "1.0.0") -> Adoption:
    policy = load_policy(folder / f"{version}.yaml")
    problems = Problems()
    found = adoption(policy, read_adoptions(folder, [policy], problems))
    assert list(problems) == []
    return found


def codes(folder: Path, today: date | None = None) -> list[str]:
    problems = Problems()
    check_paths([folder.parent], problems, today)
    return [d.code for d in problems]


def test_one_signature_is_not_enough(folder: Path) -> None:
    policy = load_policy(folder)
    sign(policy, signature(policy, "sales"))
    assert (state(folder).adopted, state(folder).missing) == (False, ("marketing",))
    sign(policy, signature(policy, "marketing", name="Bo"))
    assert (state(folder).adopted, state(folder).missing) == (True, ())
    assert (state(folder).effective, state(folder).review) == (EFFECTIVE, REVIEW)


def test_what_stands_in_the_file_stays(folder: Path) -> None:
    policy = load_policy(folder)
    path = sign(policy, signature(policy, "sales", name="Zoë “Z” O'Hara: <b>", note="# a: b"))
    before = path.read_text(encoding="utf-8") + "  # by phone\n\n"
    path.write_text(before, encoding="utf-8")
    sign(policy, signature(policy, "marketing"))
    assert path.read_text(encoding="utf-8").startswith(before.rstrip())
    assert state(folder).valid["sales"].name == "Zoë “Z” O'Hara: <b>"
    assert state(folder).valid["sales"].note == "# a: b"


def test_a_change_of_content_makes_signatures_void(folder: Path) -> None:
    policy = load_policy(folder)
    for team in policy.teams:
        sign(policy, signature(policy, team))
    assert codes(folder) == []
    write(folder, POLICY.replace("value: 20", "value: 21"))
    assert codes(folder) == ["LP702", "LP702"]
    assert (state(folder).adopted, state(folder).missing) == (False, ("marketing", "sales"))


def test_a_change_of_wording_does_not(folder: Path) -> None:
    policy = load_policy(folder)
    for team in policy.teams:
        sign(policy, signature(policy, team))
    write(folder, POLICY.replace("Smallest company", "The smallest one"))
    assert state(folder).adopted
    assert codes(folder) == []


def test_a_policy_may_name_its_teams(folder: Path) -> None:
    policy = write(folder, POLICY.replace("grain:", "teams: [board, sales, success]\ngrain:"))
    assert policy.teams == ("board", "sales", "success")
    assert content_hash(policy) == content_hash(write(folder, POLICY))
    with pytest.raises(LeadpolicyError, match="is no team of ours"):
        sign(load_policy(folder), signature(policy, "board"))


@pytest.mark.parametrize(
    ("teams", "code"),
    [("[sales]", "LP302"), ("[sales, sales]", "LP209"), ("[sales, A team]", "LP210"),
     ("sales", "LP107"), ("[sales, ]", "LP302")],
)  # fmt: skip
def test_teams_are_two_names(folder: Path, teams: str, code: str) -> None:
    text = POLICY.replace("grain:", f"teams: {teams}\ngrain:")
    (folder / "1.0.0.yaml").write_text(text, encoding="utf-8")
    assert code in codes(folder)


@pytest.mark.parametrize(
    ("team", "changes", "message"),
    [
        ("saels", {}, "`saels` is no team of ours"),
        ("sales", {"name": " "}, "needs the name of a person"),
        ("sales", {"review": EFFECTIVE}, "does not come after"),
        ("sales", {"review": date(2027, 8, 1)}, "marketing signed for 2027-01-01 with a review"),
    ],
)
def test_a_signature_that_does_not_fit_is_refused(
    folder: Path, team: str, changes: dict[str, object], message: str
) -> None:
    policy = load_policy(folder)
    path = sign(policy, signature(policy, "marketing"))
    before = path.read_bytes()
    with pytest.raises(LeadpolicyError, match=message):
        sign(policy, signature(policy, team, **changes))
    assert path.read_bytes() == before


def test_a_team_may_sign_again(folder: Path) -> None:
    policy = load_policy(folder)
    sign(policy, signature(policy, "marketing"))
    later = date(2027, 9, 1)
    sign(policy, signature(policy, "marketing", review=later))
    sign(policy, signature(policy, "sales", review=later))
    assert state(folder).review == later


def test_the_version_in_force_is_the_one_that_took_effect_last(folder: Path) -> None:
    first = load_policy(folder / "1.0.0.yaml")
    second = write(folder, POLICY.replace("value: 20", "value: 40"), "1.1.0")
    third = write(folder, POLICY.replace("value: 20", "value: 60"), "1.2.0")
    for team in first.teams:
        sign(first, signature(first, team))
        dates = {"effective": date(2027, 4, 1), "review": date(2028, 1, 1)}
        sign(second, signature(second, team, **dates))
    sign(third, signature(third, "sales"))
    signatures = read_adoptions(folder, [first, second, third], Problems())
    versions = {
        day: found.version if (found := in_force([first, second, third], signatures, day)) else None
        for day in (date(2026, 12, 31), EFFECTIVE, date(2027, 3, 31), date(2027, 4, 1))
    }
    assert list(versions.values()) == [None, "1.0.0", "1.0.0", "1.1.0"]


def test_a_review_that_is_due_is_a_warning(folder: Path) -> None:
    policy = load_policy(folder)
    for team in policy.teams:
        sign(policy, signature(policy, team))
    assert codes(folder, REVIEW) == []
    assert codes(folder, date(2027, 7, 2)) == ["LP703"]
    assert codes(folder) == []


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("version: 1.0.0", "version: 9.0.0", "LP208"),
        ("team: sales", "team: ops", "LP701"),
        ("signed: 2026-11-02", "signed: 2026-11-31", "LP301"),
        ("    name: 'Ann Lee'\n", "", "LP202"),
        ("    name:", "    nmae:", "LP201"),
        ("policy: ours", "policy: theirs", "LP211"),
        ("signatures:", "signatures: 3 #", "LP102"),
        ("signatures:\n  - version", "signatures:\n    version", "LP107"),
    ],
)
def test_a_file_that_does_not_fit(folder: Path, before: str, after: str, code: str) -> None:
    policy = load_policy(folder)
    path = sign(policy, signature(policy, "sales"))
    text = path.read_text(encoding="utf-8").replace("name: Ann Lee", "name: 'Ann Lee'")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    assert code in codes(folder)


def test_different_dates_are_found(folder: Path) -> None:
    policy = load_policy(folder)
    sign(policy, signature(policy, "sales"))
    path = sign(policy, signature(policy, "marketing"))
    text = path.read_text(encoding="utf-8")
    at = text.rindex("review: 2027-07-01")
    path.write_text(text[:at] + text[at:].replace("07-01", "07-02"), encoding="utf-8")
    assert codes(folder) == ["LP701"]
    assert not state(folder).adopted


def test_a_list_on_one_line_is_not_appended_to(folder: Path) -> None:
    policy = load_policy(folder)
    (folder / ADOPTIONS).write_text("signatures: []\npolicy: ours\n", encoding="utf-8")
    with pytest.raises(LeadpolicyError, match="cannot be appended"):
        sign(policy, signature(policy, "sales"))


def test_the_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder.parents[1])

    def run(*arguments: str) -> tuple[int, str]:
        found = leadpolicy(monkeypatch, capsys, "adopt", "ours@1.0.0", *arguments)
        return found.code, found.out + found.err

    code, out = run()
    assert code == 1
    assert "ours@1.0.0 is not adopted: marketing and sales have yet to sign" in out
    code, out = run("--sign", "sales:Ann Lee")
    assert (code, "the first signature needs --effective" in out) == (2, True)
    days = ("--effective", "2027-01-01", "--review", "2027-07-01", "--signed", "2026-11-02")
    code, out = run("--sign", "sales:Ann Lee", *days)
    assert (code, "marketing has yet to sign" in out) == (0, True)
    code, out = run("--sign", "marketing:Bo", "--signed", "2026-11-03", "--json")
    found = json.loads(out)
    assert (code, found["adopted"], found["effective"]) == (0, True, "2027-01-01")
    code, out = run()
    assert (code, out.splitlines()[0]) == (
        0,
        "ours@1.0.0 is adopted: in force from 2027-01-01, to be reviewed on 2027-07-01",
    )
    assert run("--sign", "Ann")[0] == 2
    assert run("--sign", "sales:Ann", "--effective", "soon")[0] == 2
    assert run("--note", "x")[0] == 2


def test_what_fails_its_cards_is_not_signed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cards = (
        "policy: ours\nas_of: 2026-03-01\ncards:\n  - card: small\n    says: Too small\n"
        "    facts: {company.employees: 3}\n    expect: lead\n"
    )
    (folder / "examples.yaml").write_text(cards, encoding="utf-8")
    monkeypatch.chdir(folder.parents[1])
    days = ("--effective", "2027-01-01", "--review", "2027-07-01")
    found = leadpolicy(monkeypatch, capsys, "adopt", "ours@1.0.0", "--sign", "sales:Ann", *days)
    assert (found.code, "LP601" in found.err) == (2, True)
    assert not (folder / ADOPTIONS).exists()
