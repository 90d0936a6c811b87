"""The report as HTML, on a terminal and from the command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from leadpolicy.backtest.result import Backtest
from leadpolicy.backtest.run import backtest
from leadpolicy.present.backtest.report import html_report
from leadpolicy.present.backtest.terminal import print_backtest
from tests.backtest.history import STUDY, write_history
from tests.conftest import FIXTURES, REPO

FULL = (
    STUDY.replace("[asks, talks]", "[asks, talks, large]")
    + """\
period: month
segments: [company.kind]
amount: company.worth
worked: [conversation]
capacity: {reps: 2, leads_per_rep_and_week: 1}
hold_out: 20 days
accept_snapshot: [company.size]
leave_one_out: yes
sweep: [{policy: asks, parameter: window, values: [5 days, 90 days]}]
"""
)
VOID = {"meta", "link", "br", "img", "path", "rect", "hr", "col", "input"}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Backtest:
    return backtest(write_history(tmp_path_factory.mktemp("full"), study=FULL))


@pytest.fixture(scope="module")
def page(full: Backtest) -> str:
    return html_report(full)


class _Balanced(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def test_the_page_is_whole_and_needs_nothing_else(page: str) -> None:
    parser = _Balanced()
    parser.feed(page)
    assert (parser.open, parser.wrong) == ([], [])
    assert not re.search(r"(src|href)=\"(?!#|data:)", page)
    assert "<script" not in page
    assert "prefers-color-scheme:dark" in page.replace(": ", ":")


def test_every_plot_says_what_is_to_be_seen(page: str) -> None:
    plots = re.findall(r"<svg role=\"img\" aria-label=\"([^\"]+)\"", page)
    assert len(plots) == page.count("<svg")
    kinds = ("Lines of first entries", "Dot plot of rates", "Step curves", "Bars to both sides",
             "Volume as bars", "Rates with intervals per period")  # fmt: skip
    for kind in kinds:
        assert any(said.startswith(kind) for said in plots), kind


def test_the_page_shows_verdicts_records_and_captions(page: str, full: Backtest) -> None:
    for row in full.pairs.itertuples():
        assert f"{row.a}" in page
    assert "asks" in page
    assert "large †" in page
    assert "McNemar" in page
    assert "c03" in page  # gained by talks, and won


def test_colours_follow_the_theme(page: str) -> None:
    for stand_in in ("#010101", "#040404", "#050505", "#070707"):
        assert f'"{stand_in}"' not in page


def test_names_from_files_cannot_break_the_page(tmp_path: Path) -> None:
    text = STUDY.replace("Asking or talking?", "<script>alert(1)</script>")
    page = html_report(backtest(write_history(tmp_path, study=text)))
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_one_policy_alone_has_a_page(tmp_path: Path) -> None:
    text = STUDY.replace("[asks, talks]", "[asks]")
    found = backtest(write_history(tmp_path, study=text))
    page = html_report(found)
    assert "nothing is compared" in page
    out = StringIO()
    print_backtest(found, Console(file=out, width=100))
    assert "Verdicts" not in out.getvalue()


@pytest.mark.parametrize("width", [80, 110, 200])
def test_the_terminal_shows_every_part(full: Backtest, width: int) -> None:
    out = StringIO()
    print_backtest(full, Console(file=out, width=width, force_terminal=False))
    text = out.getvalue()
    for part in ("Verdicts", "Where definitions part", "What became of the records held",
                 "The same by amount", "Flow and stock", "Conversion", "Load", "Time",
                 "Does it last", "What each criterion is worth", "Other values of parameters",
                 "Segments"):  # fmt: skip
        assert f"\n{part}\n" in text
    assert max(map(len, text.splitlines())) <= width


# ------------------------------------------------------------------------------- command line


def run(*arguments: str, cwd: Path = REPO) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leadpolicy", "backtest", *arguments],
        capture_output=True, text=True, cwd=cwd, check=False, env=os.environ | {"COLUMNS": "100"},
    )  # fmt: skip


def test_the_command_writes_report_and_json(tmp_path: Path) -> None:
    study = write_history(tmp_path)
    report, plain = tmp_path / "out" / "report.html", tmp_path / "out.json"
    done = run(str(study), "--report", str(report), "--json", str(plain))
    assert done.returncode == 0, done.stderr
    assert "talks is better" in done.stdout
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads(plain.read_text(encoding="utf-8"))["leadpolicy_backtest"] == 1


def test_json_on_standard_output_stands_alone(tmp_path: Path) -> None:
    done = run(str(write_history(tmp_path)), "--json", "-")
    assert json.loads(done.stdout)["title"] == "Asking or talking?"


def test_mistakes_end_in_a_message(tmp_path: Path) -> None:
    done = run(str(write_history(tmp_path, study=STUDY + "period: day\n")))
    assert done.returncode == 2
    assert "study.yaml:9:9" in done.stderr
    assert "Traceback" not in done.stderr
    assert run("nothing-of-the-kind").returncode == 2


# ---------------------------------------------------------------------------- the bundled studies


def test_the_demo_study(tmp_path: Path) -> None:
    """The leak is not used, and the outcome's owner, the simulation, gives the base rate."""
    done = run("demo", "--json", "-")
    found = json.loads(done.stdout)
    assert found["cohort"]["records"] > 2_000
    assert "deal.amount" not in json.dumps(found["policies"])
    best = {row["policy"]: row["rate"] for row in found["precision"] if row["rung"] == "lead"}
    assert min(best.values()) > found["precision"][0]["base_rate"]


@pytest.mark.parametrize("name", ["bpi2012", "olist"])
def test_the_studies_on_real_data(name: str, real_data: Path) -> None:
    if not (real_data / name).is_dir():
        pytest.skip(f"{name} is not there")
    found = backtest(FIXTURES / name)
    assert len(found.policies) == 4
    assert (found.precision["known"] > 0).all()
    assert found.badged == frozenset()
