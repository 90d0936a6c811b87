"""Results show themselves, and nothing heavy is loaded for a light one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from leadpolicy.shown import Shown, html
from tests.conftest import REPO

SHOWN = """
import sys, leadpolicy
policy = leadpolicy.load("heinz")
decision = policy.decide({"company.employees": 40}, as_of="2026-03-01")
assert "leadpolicy.present" not in sys.modules
assert "Heinz" in policy._repr_html_() and "heinz" in decision._repr_html_()
print([name for name in ("numpy", "pandas", "jinja2") if name in sys.modules])
"""


def test_a_policy_and_a_decision_are_shown_without_data_frames() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SHOWN], cwd=REPO, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout) == (0, "[]\n"), run.stderr


def test_what_has_no_look_is_an_error_of_ours() -> None:
    with pytest.raises(TypeError, match="nothing says how a int looks"):
        html(1)


def test_a_users_own_kind_of_a_result_looks_like_it() -> None:
    from leadpolicy.decision import Decision

    assert Shown in Decision.__bases__
    assert issubclass(type("Mine", (Decision,), {}), Shown)
