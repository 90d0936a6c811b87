"""`leadpolicy show`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.cli.conftest import Run

if TYPE_CHECKING:
    import pytest


def test_a_pipe_gets_markdown(leadpolicy: Run) -> None:
    ran = leadpolicy("show", "salesdevs")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("# Every contact is a lead;")
    assert "## 2. Prospect" in ran.out
    assert "\033" not in ran.out


def test_the_newest_version_is_shown_unless_another_is_named(leadpolicy: Run) -> None:
    assert "`heinz@1.1.0`" in leadpolicy("show", "heinz").out
    assert "`heinz@1.0.0`" in leadpolicy("show", "heinz@1.0.0").out


def test_several_policies_are_parted_by_a_rule(leadpolicy: Run) -> None:
    ran = leadpolicy("show", "heinz", "salesdevs")
    first, second = ran.out.split("\n---\n")
    assert "`heinz@1.1.0`" in first
    assert "`salesdevs@1.0.0`" in second


def test_rich_sets_the_sheet_for_reading(leadpolicy: Run) -> None:
    ran = leadpolicy("show", "salesdevs", "--rich")
    lines = ran.out.splitlines()
    assert ran.code == 0
    assert "2. Prospect" in lines
    assert not any(line.startswith("#") for line in lines)
    assert max(map(len, lines)) <= 80
    assert any(line.startswith(" • A contact, wherever it came from") for line in lines)


def test_markdown_wins_on_a_terminal(leadpolicy: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert leadpolicy("show", "salesdevs", "--markdown").out.startswith("# Every contact")


def test_an_unknown_policy_is_named_with_what_was_meant(leadpolicy: Run) -> None:
    ran = leadpolicy("show", "hienz")
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err == (
        "error LP101: there is no policy `hienz`\n      = help: did you mean `heinz`?\n\n"
    )
