"""The reports open from disk in a browser, complain of nothing and ask nobody for anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leadpolicy.backtest.run import backtest
from leadpolicy.comparison.comparison import compare
from leadpolicy.policy import load_policy
from leadpolicy.present.backtest.report import write_report as write_backtest
from leadpolicy.present.comparison.report import write_report as write_comparison
from leadpolicy.present.policy.printed import sheet_html
from tests.browser import chromium, needs_chromium
from tests.conftest import FIXTURES, POLICIES


def comparison(path: Path) -> None:
    policies = [load_policy(name, policies=POLICIES) for name in ("heinz", "salesdevs")]
    write_comparison(compare(policies, FIXTURES / "example"), path)


def study(path: Path) -> None:
    write_backtest(backtest(FIXTURES / "demo" / "study.yaml"), path)


def sheet(path: Path) -> None:
    policy = load_policy("heinz", policies=POLICIES)
    path.write_text(sheet_html([policy]), encoding="utf-8")


@needs_chromium
@pytest.mark.parametrize("write", [comparison, study, sheet], ids=lambda made: made.__name__)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_opens_from_disk(
    write: Callable[[Path], None], scheme: str, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    write(path)
    with chromium() as seen:
        seen.page.emulate_media(color_scheme=scheme)
        seen.page.goto(path.as_uri())
        seen.page.wait_for_selector("h1")
        assert len(seen.page.inner_text("body")) > 500
        width = seen.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0
    assert seen.errors == []
    assert seen.requests == [path.as_uri()]
