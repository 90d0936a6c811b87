"""Policies, comparisons, backtests and replays as a notebook shows them."""

from __future__ import annotations

import re

import pytest

import leadpolicy
from leadpolicy import LeadpolicyError, Policy
from leadpolicy.backtest.read import open_study
from leadpolicy.backtest.run import backtest
from leadpolicy.present.policy.notebook import policy_sheet
from leadpolicy.present.theme import THEMES
from tests.conftest import FIXTURES, POLICIES
from tests.present.decision.test_notebook import NASTY, Page, contrast


def plain(html: str) -> str:
    """What a reader sees; nothing may be fetched, and nothing may run."""
    shown = html.replace("http://www.w3.org/", "")
    page = Page(shown)
    assert not page.tags & {"script", "img", "iframe", "link", "object"}
    assert not [one for one in page.attributes if one.startswith("on") or one in {"src", "href"}]
    assert not re.search(r"https?:|@import", shown)
    assert "data-jp-theme-light" in html
    assert "prefers-color-scheme:dark" in html
    return page.text


def titled(title: str) -> Policy:
    vocabulary = leadpolicy.load_vocabulary(POLICIES / "vocabulary.yaml")
    text = f"""\
policy: ours
version: 1.0.0
title: {title}
organization: Our company
vocabulary: 1
grain: company
stages:
  - stage: lead
    counts_as: lead
    requires: nothing
    when: {{company.employees: {{at_least: 20}}}}
"""
    return leadpolicy.parse(text, vocabulary)


def test_a_policy_is_its_definition_sheet() -> None:
    policy = leadpolicy.load("heinz", policies=POLICIES)
    shown = plain(policy._repr_html_())
    assert policy.identity in shown
    for stage in policy.stages:
        assert stage.title in shown
    for criterion in policy.criteria.values():
        assert criterion.says in shown
    assert policy._repr_html_().count("<details") == policy._repr_html_().count("<summary") >= 4
    assert "<h1" not in policy._repr_html_()


@pytest.mark.parametrize("name", [name for name in NASTY if "\\" not in name])
def test_names_appear_as_text(name: str) -> None:
    quoted = "'" + name.replace("'", "''") + "'"
    shown = plain(policy_sheet(titled(quoted)))
    assert name in shown


def test_a_comparison_is_a_summary_with_plots() -> None:
    policies = leadpolicy.load_policies(["heinz", "two-way-dialogue"], policies=POLICIES)
    comparison = leadpolicy.compare(policies, FIXTURES / "demo")
    html = comparison._repr_html_()
    shown = plain(html)
    assert "Comparison of 2 policies" in shown
    assert comparison.study.cohort in shown
    assert html.count("<figure") == 4
    for title in ("Outcomes", "Agreement", "What to ask next"):
        assert f"<summary><bdi>{title}</bdi></summary>" in html


def test_one_policy_alone_is_shown_too() -> None:
    comparison = leadpolicy.compare(titled("Employees"), FIXTURES / "demo")
    shown = plain(comparison._repr_html_())
    assert "Comparison of 1 policy" in shown
    assert "no pair to compare" in comparison._repr_html_()


def test_a_backtest_is_its_verdicts_with_plots() -> None:
    found = backtest(open_study(FIXTURES / "demo" / "study.yaml"))
    html = found._repr_html_()
    shown = plain(html)
    for said in found.verdicts:
        assert said in shown
    assert "Lead: which is better?" in shown
    assert html.count("<figure") == 3


def test_a_replay_is_its_three_readings() -> None:
    replay = leadpolicy.replay(["heinz"], FIXTURES / "demo", accept_snapshot="all")
    shown = plain(replay._repr_html_())
    assert "2,998 records from entry" in shown
    assert "Known only as of today" in shown
    rows = re.findall(r"<tr><td><bdi>heinz</bdi></td><td><bdi>(\w+)", replay._repr_html_())
    assert rows == ["lead", "opportunity"]


def test_everything_can_be_read_on_light_and_on_dark_ground() -> None:
    for colours in THEMES.values():
        for ground in ("paper", "panel"):
            for ink in ("ink", "muted", "certain", "absent", "against", "doubt"):
                assert contrast(colours[ink][1:], colours[ground][1:]) >= 4.5, (ink, ground)
        for ground in ("chosen", "refused", "mark"):
            assert contrast(colours["ink"][1:], colours[ground][1:]) >= 4.5, ground


def test_errors_show_no_way_through_our_code() -> None:
    with pytest.raises(LeadpolicyError) as caught:
        leadpolicy.load("hienz", policies=POLICIES)
    (shown,) = caught.value._render_traceback_()
    assert shown == str(caught.value)
    assert "did you mean `heinz`?" in shown
