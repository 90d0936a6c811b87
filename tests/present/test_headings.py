"""Under every heading stands something, whatever a history lacks."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest

from tests.backtest.test_witnesses import Deal, deal, write

HEADING: Final = re.compile(r"^(?!Note: )\S(?!.*[.:]$)(?!.*: \S+$)")
"""A line of a terminal's output that is not indented, and is no note, sentence or path."""
EMPTY: Final = re.compile(
    r"<(h[1-6])\b[^>]*>(?:(?!</\1>).)*</\1>"
    r"(?:\s|</?(?:div|section)\b[^>]*>)*(?=<(h[1-6])\b|</body)",
    re.DOTALL,
)


def empty_headings(told: str) -> list[str]:
    """Headings with nothing below them."""
    lines = [line.rstrip() for line in told.splitlines()]
    found = []
    for n, line in enumerate(lines):
        after = [one for one in lines[n + 1 :] if one]
        if HEADING.match(line) and lines[n - 1 : n] in ([], [""]) and (
            not after or not after[0].startswith(" ")
        ):  # fmt: skip
            found.append(line)
    return found


def hollow(page: str) -> list[str]:
    """Headings of a page that are followed by none below them, but by the next one at once."""
    body = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
    return [one[0] for one in EMPTY.finditer(body) if not one[2] or one[2] <= one[1]]


def test_what_is_looked_for_is_found() -> None:
    assert empty_headings("A\n  b\n\nVerdicts\n\nFlow\n  c\n") == ["Verdicts"]
    assert hollow("<body><h2>A</h2><p>b</p><h2>C</h2></section><h2>D</h2><p>e</p></body>") == [
        "<h2>C</h2></section>"
    ]


def without_events(number: int) -> Deal:
    created = str(date(2025, 1, 5) + timedelta(days=number % 30))
    return deal(number, "Open", created=created, closed="", size="")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 deals of which none has ended, and of which no size is known."""
    folder = tmp_path_factory.mktemp("empty")
    write(folder, map(without_events, range(40)), ["nobody"])
    return folder


COMMANDS: Final = {
    "backtest": ["backtest", "study.yaml", "--report", "backtest.html"],
    "compare one": ["compare", "nobody", "--data", ".", "--report", "compare.html"],
    "compare two": ["compare", "nobody", "sized", "--data", "."],
    "replay": ["replay", "nobody", "--data", "."],
    "evaluate": ["evaluate", "nobody", "--data", "."],
    "validate": ["validate", ".", "--policy", "nobody"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_heading_ends_in_nothing(empty: Path, name: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "leadpolicy", *COMMANDS[name]],
        cwd=empty, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode in (0, 1), told.stderr
    assert told.stdout.strip()
    assert not empty_headings(told.stdout), told.stdout
    pages = [*empty.glob("*.html"), *empty.glob("build/validate/*/index.html")]
    assert pages or "--report" not in COMMANDS[name]
    for page in pages:
        assert not hollow(page.read_text("utf-8")), page
