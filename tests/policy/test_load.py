"""Finding policies on disk: by name, by version, by file and by folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leadpolicy.diagnostics import Diagnostic, LeadpolicyError
from leadpolicy.policy import load, load_policies, load_policy, parse_policy
from leadpolicy.policy.load import policies_of
from tests.conftest import REPO
from tests.policy.samples import VOCABULARY, small
from tests.strategies import dump


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `policies` with three policies, one of them in three versions."""
    folder = tmp_path / "policies"
    for name, versions in (
        ("one", ["1.0.0"]),
        ("two", ["1.9.0", "1.10.0", "1.2.0"]),
        ("six", ["0.1.0"]),
    ):
        (folder / name).mkdir(parents=True)
        for version in versions:
            document = small(policy=name, version=version)
            (folder / name / f"{version}.yaml").write_text(dump(document), encoding="utf-8")
    (folder / "two" / "examples.yaml").write_text("policy: two\ncards: []\n", encoding="utf-8")
    (folder / "two" / "draft.yaml").write_text("not: a version\n", encoding="utf-8")
    shutil.copyfile(REPO / "tests/badinput/vocabulary.yaml", folder / "vocabulary.yaml")
    monkeypatch.chdir(tmp_path)
    return folder


def refusal(what: str | Path, *more: str | Path) -> Diagnostic:
    with pytest.raises(LeadpolicyError) as caught:
        load_policies([what, *more])
    (found,) = caught.value.diagnostics
    return found


def test_the_newest_version_by_default(shelf: Path) -> None:
    assert load_policy("two").identity == "two@1.10.0", "versions are numbers, not texts"
    assert load_policy(shelf / "two").identity == "two@1.10.0"
    assert load_policy("policies/two").identity == "two@1.10.0"


def test_a_version_by_name_or_file(shelf: Path) -> None:
    assert load_policy("two@1.9.0").identity == "two@1.9.0"
    assert load_policy("policies/two@1.2.0").identity == "two@1.2.0"
    assert load_policy(shelf / "two" / "1.9.0.yaml").identity == "two@1.9.0"


def test_a_folder_of_policies_gives_the_newest_of_each(shelf: Path) -> None:
    found = [policy.identity for policy in load_policies([shelf])]
    assert found == ["one@1.0.0", "six@0.1.0", "two@1.10.0"]


def test_each_policy_once_in_the_order_asked_for(shelf: Path) -> None:
    found = load_policies(["two", "one", "policies/two", shelf / "one"])
    assert [policy.identity for policy in found] == ["two@1.10.0", "one@1.0.0"]


def test_policies_share_one_vocabulary(shelf: Path) -> None:
    first, *others = load_policies([shelf])
    assert all(policy.vocabulary is first.vocabulary for policy in others)


def test_an_unknown_name(shelf: Path) -> None:
    found = refusal("tow")
    assert (found.code, found.message) == ("LP101", "there is no policy `tow`")
    assert found.help == "in policies there are one, six, two"
    assert refusal("ones").help == "did you mean `one`?"


def test_an_unknown_version(shelf: Path) -> None:
    found = refusal("two@2.0.0")
    assert found.message == "`two` has no version 2.0.0"
    assert found.expected == "one of 1.2.0, 1.9.0, 1.10.0"


def test_a_folder_without_policies(shelf: Path) -> None:
    (shelf / "none").mkdir()
    assert refusal(shelf / "none").message == "there is no policy in this folder"


def test_no_folder_of_policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = refusal("ours")
    assert str(found.help).startswith("leadpolicy itself carries aeroleads, b2b-international")
    assert refusal("heniz").help == "did you mean `heinz`?"
    assert load_policy("heinz").identity == "heinz@1.1.0"


def test_more_than_one_where_one_is_expected(shelf: Path) -> None:
    with pytest.raises(LeadpolicyError, match="3 policies are found, one is expected"):
        load_policy(shelf)


def test_no_vocabulary(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "VOCABULARY", "words.yaml")  # no folder above happens to hold one
    found = refusal("one")
    assert found.message == "there is no words.yaml beside or above this policy"


def test_the_nearest_vocabulary_counts(shelf: Path) -> None:
    nearer = "vocabulary: 2\nextends: ../vocabulary.yaml\n"
    (shelf / "one" / "vocabulary.yaml").write_text(nearer, encoding="utf-8")
    (shelf / "one" / "1.0.0.yaml").write_text(
        dump(small(policy="one", vocabulary=2)), encoding="utf-8"
    )
    policy = load_policy("one")
    assert policy.vocabulary.version == "2"
    assert policy.vocabulary.facts == VOCABULARY.facts


def test_all_problems_of_all_policies_at_once(shelf: Path) -> None:
    for name in ("one", "six"):
        for file in (shelf / name).glob("*.yaml"):
            text = file.read_text(encoding="utf-8").replace("company.employees", "company.size")
            file.write_text(text, encoding="utf-8")
    with pytest.raises(LeadpolicyError) as caught:
        load_policies([shelf])
    assert [d.code for d in caught.value.diagnostics] == ["LP203", "LP203"]


def test_a_policy_out_of_a_text() -> None:
    policy = parse_policy(dump(small()), VOCABULARY, name="here")
    assert policy.identity == "small@1.0.0"
    with pytest.raises(LeadpolicyError, match="here: error LP108: the file is empty"):
        parse_policy("", VOCABULARY, name="here")


def test_whatever_a_caller_may_give(shelf: Path) -> None:
    one = load_policy("one")
    given = [one, "two@1.9.0", shelf / "one" / "1.0.0.yaml", str(shelf / "six"), shelf]
    found = policies_of(given)
    assert [policy.identity for policy in found] == [
        "one@1.0.0", "two@1.9.0", "one@1.0.0", "six@0.1.0", "two@1.10.0",
    ]  # fmt: skip
    assert found[0] is one
    assert [policy.identity for policy in policies_of("two")] == ["two@1.10.0"]
    assert policies_of(one) == [one]
    assert len(policies_of(["two", "two"])) == 2, "named twice, it is compared with itself"
    assert {id(policy.vocabulary) for policy in found[1:]} == {id(found[1].vocabulary)}
    assert found[1].logic.stages[0] is found[4].logic.stages[0], "what is the same is one term"


def test_all_that_is_wrong_with_any_is_told(shelf: Path) -> None:
    for name in ("one", "six"):
        (file,) = (shelf / name).glob("*.yaml")
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("grain: company", "grain: team"), encoding="utf-8")
    with pytest.raises(LeadpolicyError) as caught:
        policies_of(["one", "tow", shelf / "six", 3])
    assert sorted(found.code for found in caught.value.diagnostics) == [
        "LP101", "LP302", "LP302", "LP506",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ([], "LP509", "there is no policy to work on"),
        (None, "LP506", "`None` is no policy"),
        (7, "LP506", "`7` is no policy"),
        (["two", b"one"], "LP506", "`b'one'` is no policy"),
    ],
)
def test_what_is_no_policy(shelf: Path, given: object, code: str, message: str) -> None:
    with pytest.raises(LeadpolicyError) as caught:
        policies_of(given)
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == (code, message)
