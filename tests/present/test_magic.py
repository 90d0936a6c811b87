"""`%%policy`: a policy in a cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import leadpolicy
from leadpolicy import Policy
from leadpolicy.present.magic import Findings, Told
from tests.conftest import POLICIES

CELL = """\
policy: ours
version: 1.0.0
title: Large enough
organization: Our company
vocabulary: 1
grain: company
stages:
  - stage: lead
    counts_as: lead
    requires: nothing
    when: {company.employees: {at_least: 20}}
"""


class Shell:
    """As much of a shell as an extension sees."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {}
        self.magics: dict[str, Any] = {}
        self.next_input = ""

    def register_magic_function(self, function: Any, kind: str, name: str) -> None:
        assert kind == "line_cell"
        self.magics[name] = function

    def set_next_input(self, text: str) -> None:
        self.next_input = text

    def policy(self, line: str, cell: str | None = None) -> Any:
        return self.magics["policy"](line, cell)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell in a folder of notebooks, beside a folder of policies."""
    (tmp_path / "policies").mkdir()
    for name in ("vocabulary.yaml", "heinz"):
        (tmp_path / "policies" / name).symlink_to(POLICIES / name)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    made = Shell()
    leadpolicy.load_ipython_extension(made)
    return made


def test_a_cell_is_a_policy(shell: Shell) -> None:
    told = shell.policy("draft", CELL)
    assert isinstance(told, Told)
    assert repr(told) == "ours@1.0.0 is in the variable `draft`: 1 stage (lead)."
    policy = shell.user_ns["draft"]
    assert isinstance(policy, Policy)
    decision = policy.decide({"company.employees": 20}, as_of="2026-03-01")
    assert decision.stage == "lead"


def test_a_name_with_a_dash_becomes_a_variable(shell: Shell) -> None:
    shell.policy("our-leads", CELL)
    assert list(shell.user_ns) == ["our_leads"]


def test_mistakes_are_underlined_where_the_notebook_counts_them(shell: Shell) -> None:
    shell.policy("draft", CELL)
    found = shell.policy("draft", CELL.replace("employees", "employes"))
    assert isinstance(found, Findings)
    assert repr(found) == (
        "There is no policy `draft` until this is repaired.\n\n"
        "cell:12:12: error LP203: there is no fact `company.employes` in the vocabulary\n"
        "   12 |     when: {company.employes: {at_least: 20}}\n"
        "      |            ^^^^^^^^^^^^^^^^\n"
        "      = help: did you mean `company.employees`?"
    )
    assert "<b>^^^^^^^^^^^^^^^^</b>" in found._repr_html_()
    assert "<b>error LP203</b>" in found._repr_html_()
    assert "draft" not in shell.user_ns  # nothing old is compared by accident


def test_a_text_that_is_no_yaml(shell: Shell) -> None:
    found = shell.policy("draft", "policy: [\n")
    assert isinstance(found, Findings)
    assert found.diagnostics[0].code == "LP102"
    assert isinstance(shell.policy("draft", ""), Findings)


def test_hostile_text_is_shown_as_text(shell: Shell) -> None:
    found = shell.policy("draft", CELL.replace("company.employees", "<script>alert(1)</script>"))
    assert "<script" not in found._repr_html_()
    assert "&lt;script&gt;" in found._repr_html_()


def test_warnings_do_not_stop_a_policy(shell: Shell) -> None:
    unused = "criteria:\n  idle: {says: Nobody asks, company.known: true}\nstages:"
    told = shell.policy("draft", CELL.replace("stages:", unused))
    assert isinstance(told, Told)
    assert len(told.warnings) == 1
    assert "idle" in told._repr_html_()
    assert "draft" in shell.user_ns


def test_versions_are_saved_only_when_asked_and_never_overwritten(
    shell: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "policies" / "ours" / "1.0.0.yaml"
    shell.policy("draft", CELL)
    assert not file.exists()
    shell.policy("draft --save", CELL)
    assert file.read_text(encoding="utf-8") == CELL
    assert Path(shell.user_ns["draft"].path).resolve() == file
    again = shell.policy("draft --save", CELL.replace("20", "30"))
    assert again.diagnostics[0].code == "LP405"
    assert file.read_text(encoding="utf-8") == CELL


def test_a_policy_is_fetched_into_the_next_cell(shell: Shell) -> None:
    assert shell.policy("heinz@1.0.0") is None
    head, text = shell.next_input.split("\n", 1)
    assert head == "%%policy heinz_draft"
    assert text == (POLICIES / "heinz" / "1.0.0.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "cell", "code"),
    [
        ("", CELL, "LP210"),
        ("2nd", CELL, "LP210"),
        ('"', CELL, "LP210"),
        ("draft --sav", CELL, "LP201"),
        ("draft --policies nowhere", CELL, "LP101"),
        ("", None, "LP202"),
        ("hienz", None, "LP101"),
    ],
)
def test_misuse_is_told(shell: Shell, line: str, cell: str | None, code: str) -> None:
    found = shell.policy(line, cell)
    assert isinstance(found, Findings)
    assert [one.code for one in found.diagnostics] == [code]


def test_in_a_real_shell() -> None:
    from IPython.core.interactiveshell import InteractiveShell

    shell: Any = InteractiveShell()  # type: ignore[no-untyped-call]
    shell.run_line_magic("load_ext", "leadpolicy")
    shell.run_cell_magic("policy", f"draft --policies {POLICIES}", CELL)
    assert shell.user_ns["draft"].identity == "ours@1.0.0"
