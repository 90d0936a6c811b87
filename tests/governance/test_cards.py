"""Cards: the author's own tests, what they cover, and what is said when they fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.governance.examples import Card, CardRun, data, read_cards, run_cards
from leadpolicy.governance.suite import run_suite
from leadpolicy.policy import load_policies
from leadpolicy.source import Source
from leadpolicy.syntax.reader import read_yaml
from leadpolicy.times import read_moment
from leadpolicy.truth import FALSE, TRUE, UNKNOWN
from tests.badinput.command import leadpolicy
from tests.conftest import POLICIES, REPO
from tests.policy.samples import small
from tests.strategies import dump

ASKED: Final = {"happened": "inbound_request", "within": "7 days"}
SIZE: Final = {"company.employees": {"at_least": 20}}
LADDER: Final = [
    {"stage": "lead", "requires": "nothing", "when": "asked"},
    {"stage": "deal", "requires": "lead", "when": SIZE},
]
BEFORE: Final = {"asked": {"says": "They asked", **ASKED}}
AFTER: Final = {"asked": {"says": "They asked", **ASKED, "within": "30 days"}}


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two versions of a policy, seen from above the folder of policies; cards are to be written."""
    monkeypatch.chdir(tmp_path)
    folder = Path("policies/small")
    folder.mkdir(parents=True)
    vocabulary = (REPO / "tests/badinput/vocabulary.yaml").read_text(encoding="utf-8")
    Path("policies/vocabulary.yaml").write_text(vocabulary, encoding="utf-8")
    for version, criteria in (("1.0.0", BEFORE), ("1.1.0", AFTER)):
        document = small(version=version, criteria=criteria, stages=LADDER)
        (folder / f"{version}.yaml").write_text(dump(document), encoding="utf-8")
    return folder


def cards(folder: Path, *listed: dict[str, Any], as_of: str = "2026-03-01") -> list[CardRun]:
    """Writes cards and runs them with every version."""
    body = [
        {"card": f"card-{n}", "says": "Something", "facts": {}} | c for n, c in enumerate(listed)
    ]
    document = {"policy": "small", "as_of": as_of, "cards": body}
    (folder / "examples.yaml").write_text(dump(document), encoding="utf-8")
    problems = Problems()
    runs = run_suite([folder], problems)
    problems.stop_on_errors()
    return runs


def on(day: str) -> list[dict[str, str]]:
    return [{"event": "inbound_request", "at": day}]


def outcomes(run: CardRun) -> list[tuple[str | None, str | None, bool]]:
    return [(result.stage, result.possible, result.passed) for result in run.results]


def test_cards_run_with_every_version(shelf: Path) -> None:
    first, second = cards(
        shelf, {"events": on("2026-02-28"), "expect": {"stage": "lead", "possible": "deal"}}
    )
    assert (first.policy.version, second.policy.version) == ("1.0.0", "1.1.0")
    assert outcomes(first) == outcomes(second) == [("lead", "deal", True)]


def test_a_card_may_expect_something_else_of_each_version(shelf: Path) -> None:
    expect = {"1.0.0": "none", "1.1.0": {"stage": "lead", "possible": "deal"}}
    first, second = cards(shelf, {"events": on("2026-02-10"), "expect": expect})
    assert outcomes(first) == [(None, None, True)]
    assert outcomes(second) == [("lead", "deal", True)]


def test_a_card_that_does_not_speak_of_a_version_is_left_out(shelf: Path) -> None:
    first, second = cards(shelf, {"events": on("2026-02-10"), "expect": {"1.0.0": "none"}})
    assert outcomes(first) == [(None, None, True)]
    assert outcomes(second) == []


def test_possible_is_the_stage_unless_it_is_said(shelf: Path) -> None:
    first, _ = cards(
        shelf,
        {"events": on("2026-02-28"), "expect": "lead"},
        {"events": on("2026-02-28"), "facts": {"company.employees": 5}, "expect": "lead"},
        {"expect": {"stage": "none", "possible": "deal"}},
        {"expect": "none"},
        {"events": [], "expect": "none"},
    )
    assert outcomes(first) == [
        ("lead", "deal", False),
        ("lead", "lead", True),
        (None, "deal", True),
        (None, "deal", False),
        (None, None, True),
    ]
    assert [result.card.name for result in first.failures] == ["card-0", "card-3"]


def test_a_card_may_have_its_own_moment(shelf: Path) -> None:
    event = {"events": on("2026-02-10"), "facts": {"company.employees": 5}}
    first, _ = cards(
        shelf,
        {**event, "expect": "none"},
        {**event, "as_of": "2026-02-16T23:59:59Z", "expect": "lead"},
        {**event, "as_of": "2026-02-17", "expect": "none"},
        {**event, "as_of": "2026-02-09", "expect": "none"},
    )
    assert first.failures == ()


def test_a_log_covers_what_was_recorded(shelf: Path) -> None:
    facts = {"company.employees": 5}
    first, _ = cards(
        shelf,
        {"facts": facts, "events": [], "expect": "none"},
        {"facts": facts, "events": [], "recorded": ["inbound_request"], "expect": "none"},
        {"facts": facts, "events": [], "recorded": ["badge_scan"],
         "expect": {"stage": "none", "possible": "lead"}},
        {"facts": facts, "expect": {"stage": "none", "possible": "lead"}},
        {"facts": facts, "events": [{"event": "inbound_request"}],
         "expect": {"stage": "none", "possible": "lead"}},
    )  # fmt: skip
    assert first.failures == ()


def test_values_are_read_by_the_vocabulary(shelf: Path) -> None:
    asked = {"events": on("2026-02-28")}
    first, _ = cards(
        shelf,
        {**asked, "facts": {"company.employees": "11-50"},
         "expect": {"stage": "lead", "possible": "deal"}},
        {**asked, "facts": {"company.employees": {"from": 20, "to": 50}}, "expect": "deal"},
        {**asked, "facts": {"company.employees": None},
         "expect": {"stage": "lead", "possible": "deal"}},
    )  # fmt: skip
    assert first.failures == ()


# ----------------------------------------------------------------------------------- coverage


def test_coverage(shelf: Path) -> None:
    first, _ = cards(
        shelf,
        {"events": on("2026-02-28"), "facts": {"company.employees": 5}, "expect": "lead"},
        {"events": [], "facts": {"company.employees": 20}, "expect": "none"},
    )
    assert first.stage_coverage() == {"lead": {TRUE, FALSE}, "deal": {FALSE}}
    assert first.criterion_coverage() == {"asked": {TRUE, FALSE}}
    assert first.uncovered == {"lead": {UNKNOWN}, "deal": {TRUE, UNKNOWN}}
    assert not first.failures
    assert not first.sound


LEGEND: Final = "(T true, F false, U unknown, - never seen)"
FULL: Final = (
    {"events": on("2026-02-28"), "facts": {"company.employees": 20}, "expect": "deal"},
    {"events": on("2026-02-28"), "facts": {"company.employees": 5}, "expect": "lead"},
    {"events": [], "expect": "none"},
    {"expect": {"stage": "none", "possible": "deal"}},
)


def test_full_coverage_is_sound(shelf: Path) -> None:
    for run in cards(shelf, *FULL):
        assert run.uncovered == {}
        assert run.sound


def test_a_stage_that_is_decided_needs_no_three_verdicts(shelf: Path) -> None:
    stages = [*LADDER, {"stage": "late", "requires": "nothing", "when": {"any": []}}]
    document = small(version="1.2.0", criteria=BEFORE, stages=stages)
    (shelf / "1.2.0.yaml").write_text(dump(document), encoding="utf-8")
    *_, newest = cards(shelf, *FULL)
    assert newest.stage_coverage()["late"] == {FALSE}
    assert newest.sound


# -------------------------------------------------------------------------------- the command


def test_the_command_passes(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cards(shelf, *FULL)
    ran = leadpolicy(monkeypatch, capsys, "test")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "ok   small@1.0.0: 4 of 4 cards pass; stages seen 100 %, criteria 100 %",
        "ok   small@1.1.0: 4 of 4 cards pass; stages seen 100 %, criteria 100 %",
        "2 policy versions, 8 cards: 8 pass; every stage covered " + LEGEND,
    ]


def test_the_command_shows_failures_and_gaps(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cards(shelf, {"events": on("2026-02-28"), "expect": "deal"}, {"events": [], "expect": "none"})
    ran = leadpolicy(monkeypatch, capsys, "test", "policies/small/1.0.0.yaml")
    assert ran.code == 1
    lines = [line.strip() for line in ran.out.splitlines()]
    assert lines[0] == "FAIL small@1.0.0: 1 of 2 cards pass; stages seen 66 %, criteria 66 %"
    assert lines[1].startswith("FAIL  card-0: lead, possibly deal, expected deal (policies/small/")
    assert "T F -  stage lead" in lines
    assert "- F U  stage deal" in lines
    assert "no card shows the stage `lead` UNKNOWN" in lines
    assert "no card shows the stage `deal` TRUE" in lines
    assert lines[-1].startswith("1 policy version, 2 cards: 1 pass, 1 fail; 1 version with stages")


def test_the_command_as_json(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cards(shelf, *FULL)
    ran = leadpolicy(monkeypatch, capsys, "test", "--json")
    first, _ = json.loads(ran.out)
    assert (ran.code, first["policy"], first["sound"]) == (0, "small@1.0.0", True)
    assert [card["passed"] for card in first["cards"]] == [True] * 4


def test_a_policy_without_cards(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = leadpolicy(monkeypatch, capsys, "test")
    assert ran.code == 2
    assert "LP602: this policy has no cards" in ran.err
    problems = Problems()
    assert run_suite([shelf], problems) == []
    assert [d.code for d in problems] == ["LP602"]


def test_cards_of_a_broken_file_are_not_run(shelf: Path) -> None:
    with pytest.raises(LeadpolicyError, match="LP208"):
        cards(shelf, {"expect": "leed"})


# ------------------------------------------------------------------------------------ reading


def test_a_card_knows_its_place_and_its_record(shelf: Path) -> None:
    cards(shelf, {"facts": {"company.employees": 5}, "events": on("2026-02-28"), "expect": "lead"})
    problems = Problems()
    policies = load_policies([shelf / "1.0.0.yaml", shelf / "1.1.0.yaml"])
    (card,) = read_cards(shelf, policies, problems)
    assert not problems
    assert isinstance(card, Card)
    assert card.record.id == card.name == "card-0"
    assert card.record.facts == {"company.employees": 5}
    assert card.as_of == read_moment("2026-03-01")
    assert card.span is not None
    assert card.span.text == "card-0"
    assert len(run_cards(policies[0], [card]).results) == 1


def test_nodes_as_data() -> None:
    node = read_yaml(Source("x", "a: [1, {b: ~}, '~', '', ]\nc: yes\n"), Problems())
    assert node is not None
    assert data(node) == {"a": ["1", {"b": None}, "~", ""], "c": "yes"}


def test_the_seed_cards_pass_and_cover_every_stage() -> None:
    problems = Problems()
    runs = run_suite([POLICIES], problems)
    assert not problems
    assert len(runs) > 10
    for run in runs:
        assert run.sound, run.policy.identity
        assert len(run.results) >= 8, run.policy.identity
        assert sum(r.stage != r.possible for r in run.results) >= 2, run.policy.identity
