"""The report: one file, nothing from outside, names as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from leadpolicy.comparison.comparison import Comparison, compare
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.present.comparison.report import html_report, write_report
from tests.comparison.world import World, make_world

NASTY = "<script>alert('x')</script> & \"שלום\" 🎉 \u202e"
VOID = {"meta", "link", "br", "img", "hr", "path", "rect", "line", "use"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def comparison(world: World) -> Comparison:
    odd = world.policy(
        f"""\
policy: nasty
version: 1.0.0
title: |-
  {NASTY}
organization: |-
  {NASTY}
vocabulary: 1
grain: company
criteria:
  urgent: {{says: "<img src=x onerror=alert(1)>", need.urgent: true}}
stages:
  - {{stage: lead, counts_as: lead, requires: nothing, when: urgent}}
"""
    )
    policies = [world.wide, world.narrow, odd]
    return compare(policies, world.records(name=NASTY), by="company.industry")


@pytest.fixture(scope="module")
def report(comparison: Comparison) -> str:
    return html_report(comparison)


class Page(HTMLParser):
    """Collects what could load or run something, and checks that elements close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.handlers: list[str] = []
        self.open: list[str] = []
        self.misplaced: list[str] = []
        self.labels: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        self._note(attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._note(attrs)

    def _note(self, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "xlink:href", "action", "data"):
                self.links.append(value or "")
            if name == "id":
                self.ids.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)
            if name == "aria-label":
                self.labels.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.misplaced.append(tag)


@pytest.fixture(scope="module")
def page(report: str) -> Page:
    parsed = Page()
    parsed.feed(report)
    return parsed


def test_nothing_is_loaded_from_elsewhere(report: str, page: Page) -> None:
    assert [link for link in page.links if not link.startswith(("#", "data:,"))] == []
    assert "script" not in page.tags
    assert "@import" not in report
    assert not re.search(r"url\((?!#)", report)
    assert "default-src 'none'" in report


def test_names_are_shown_as_text(report: str, page: Page) -> None:
    assert "<script" not in report
    assert "&lt;script&gt;alert(" in report
    assert "img" not in page.tags
    assert page.handlers == []
    assert "שלום" in report
    assert "🎉" in report
    assert "\u202e" not in report


def test_the_markup_is_well_formed(page: Page) -> None:
    assert page.misplaced == []
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))


def test_the_contents_lead_to_sections_in_order(report: str, page: Page) -> None:
    linked = [link[1:] for link in page.links if link.startswith("#") and not link.startswith("#p")]
    assert set(linked) <= set(page.ids)
    places = [report.index(f'<section id="{id}"') for id in linked]
    assert places == sorted(places)
    assert linked[:4] == ["brief", "data", "volumes", "agreement"]
    assert "segments" in linked


def test_every_plot_describes_itself(page: Page) -> None:
    described = [label for label in page.labels if label != "Contents"]
    assert page.tags.count("svg") == len(described) >= 5
    assert any("wide, Lead: 5 certain, 0 unknown." in label for label in described)
    assert any("2 of 4, 50.0 %, between 15.0 % and 85.0 %" in label for label in described)


def test_plots_take_their_colours_from_the_page(report: str) -> None:
    assert 'fill="var(--certain' in report
    assert "prefers-color-scheme:dark" in report


def test_captions_state_reading_cohort_and_denominator(report: str) -> None:
    assert "as a share of all records (" in report
    assert "5 records with a known outcome; 1 without a known outcome are left out" in report
    assert "This is not a backtest" in report


def test_a_rung_that_is_not_defined_is_not_zero(report: str) -> None:
    row = re.search(r"<tr><th scope=\"row\"><bdi>narrow</bdi></th><td>1</td>.*?</tr>", report)
    assert row is not None
    assert row[0].count("not defined") == 2


def test_segments_end_with_the_sum(report: str) -> None:
    part = report[report.index('<section id="segments"') :]
    assert re.search(r'<tr class="sum"><th scope="row"><bdi>\(all\)</bdi></th><td>6</td>', part)


def test_a_report_without_outcomes_or_pairs_or_segments(world: World) -> None:
    records = world.records()
    records.outcomes = [None] * 6
    text = html_report(compare([world.odd], records))
    assert "says nothing of outcomes" in text
    assert "nothing to agree on" in text
    assert 'id="segments"' not in text


def test_the_same_comparison_gives_the_same_file(comparison: Comparison, report: str) -> None:
    assert html_report(comparison) == report


def test_a_report_replaces_the_old_one_whole(comparison: Comparison, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "compare.html"
    target.parent.mkdir()
    target.write_text("old", encoding="utf-8")
    write_report(comparison, target)
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [path.name for path in target.parent.iterdir()] == ["compare.html"]


def test_a_place_that_cannot_be_written_is_said_so(comparison: Comparison, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(LeadpolicyError, match="the file cannot be written"):
        write_report(comparison, tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
