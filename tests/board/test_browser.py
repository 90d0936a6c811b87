"""The board as people use it: driven in a headless Chromium, under Voilà and under JupyterLab."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.board.small import NAMES
from tests.browser import SECONDS, Seen, chromium, needs_chromium, playwright
from tests.conftest import REPO, skip_without

skip_without("notebooks", "voila")
NOTEBOOK = REPO / "notebooks" / "board.ipynb"

pytestmark = [
    needs_chromium,
    pytest.mark.skipif(not NOTEBOOK.is_file(), reason="there is no notebooks/board.ipynb"),
]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def served(command: list[str], url: str, folder: Path, **more: str) -> Iterator[None]:
    """Runs a server until the end of the block."""
    log = (folder / "server.log").open("w", encoding="utf-8")
    with (
        log,
        subprocess.Popen(
            command, cwd=REPO, stdout=log, stderr=log, env={**os.environ, **more}
        ) as process,
    ):
        try:
            _wait(url, process)
            yield
        finally:
            process.terminate()
            process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{url}/static/", timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not answer")


def shot(seen: Seen, folder: Path, name: str) -> None:
    """A picture of a step; pytest keeps the folders of the last runs."""
    path = folder / f"{name}.png"
    seen.page.screenshot(path=str(path), full_page=True)
    assert path.stat().st_size > 5_000


def begin(page: Any) -> None:
    page.click("button:has-text('Begin with these')")
    page.wait_for_selector("text=on the table. Next")


def go(page: Any, title: str, until: str) -> None:
    page.click(f"button:text-matches('^(\\\\d\\\\. )?{title}$')")
    page.wait_for_selector(until)


def move(page: Any, to: str) -> None:
    """Moves the first slider by keyboard until it shows a value."""
    handle = page.locator(".noUi-handle").first
    readout = page.locator(".widget-readout").first
    for _ in range(30):
        if readout.inner_text() == to:
            break
        handle.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(100)
    assert readout.inner_text() == to


def test_a_workshop_under_voila(world: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        sys.executable, "-m", "leadpolicy.board", "--policies", str(world / "policies"),
        "--data", str(world / "data" / "few"), "--workshop", str(world / "workshop"),
        "--notebook", str(NOTEBOOK), "--port", str(port), "--no-browser",
    ]  # fmt: skip
    with served(command, url, world), chromium() as seen:
        page = seen.page
        page.goto(url)
        page.wait_for_selector("text=What is a lead?")
        shot(seen, world, "1_start")
        begin(page)
        whole_path(seen, world)
    assert seen.elsewhere == []
    assert seen.errors == []


def whole_path(seen: Seen, world: Path) -> None:
    """From the cards to a version that both teams have signed."""
    cards(seen, world)
    votes(seen, world)
    go(seen.page, "Agreement", "text=How well the definitions fit")
    shot(seen, world, "4_agreement")
    explored(seen, world)
    signed(seen, world)


def cards(seen: Seen, world: Path) -> None:
    page = seen.page
    go(page, "Cards", "text=One card at a time")
    page.click("button:has-text('Deal the cards')")
    page.wait_for_selector("text=Card 1 of")
    assert not page.is_visible("h2:has-text('What the definitions say')")
    page.click("button:has-text('Start the clock')")
    page.wait_for_selector("text=/2:5\\d/")
    page.click("button:has-text('Reveal the verdicts')")
    page.wait_for_selector("h2:has-text('What the definitions say')")
    shot(seen, world, "2_revealed")
    page.click("button:has-text('Next ▶') >> nth=0")
    page.wait_for_selector("text=Card 2 of")
    assert not page.is_visible("h2:has-text('What the definitions say')")


def votes(seen: Seen, world: Path) -> None:
    page = seen.page
    go(page, "Vote", "text=What is it?")
    marks = page.locator(".widget-toggle-buttons:has(button:text-is('lead'))")
    marks.first.wait_for()
    for name, team in (("Ann <script>", "sales"), ("חיים 🎈", "marketing")):
        page.fill("input[placeholder='as it shall be shown']", name)
        page.select_option(".widget-dropdown select >> nth=0", label=team)
        for place in range(marks.count()):
            marks.nth(place).locator("button:text-is('lead')").click()
        page.click("text=Hand in my votes")
        page.wait_for_selector(f"text=Thank you, {name}")
    shot(seen, world, "3_voted")
    assert len(list((world / "workshop" / "votes").glob("*.csv"))) == 2


def explored(seen: Seen, world: Path) -> None:
    page = seen.page
    go(page, "Explore", "text=Answered in")
    figures, plot = (
        page.inner_text(".lp-figures"),
        page.inner_html(".widget-html-content svg[role=img] >> nth=0"),
    )
    move(page, "50")
    page.wait_for_selector("text=−4 against the file")
    assert page.inner_text(".lp-figures") != figures
    assert page.inner_html(".widget-html-content svg[role=img] >> nth=0") != plot
    body = page.inner_text("body")
    assert all(name in body for name in NAMES)
    shot(seen, world, "5_moved")
    page.click("text=Save as new version")
    page.wait_for_selector("text=The change in words")
    page.click("text=Write the file")
    page.wait_for_selector("text=Written:")
    assert "value: 50" in (world / "policies" / "ours" / "1.1.0.yaml").read_text(encoding="utf-8")


def signed(seen: Seen, world: Path) -> None:
    page = seen.page
    go(page, "Decide", "text=Decide and sign")
    page.click("text=These examples change on purpose")
    page.wait_for_selector("text=expect now what")
    for name in ("Ann Lee", "Bo <b>Ray</b>"):
        page.fill("input[placeholder='who signs']", name)
        page.click("button:text-is('Sign')")
        page.wait_for_selector(f"text=signed by {name}")
    page.wait_for_selector("text=Adopted by both teams")
    shot(seen, world, "6_signed")
    assert (world / "policies" / "ours" / "adoptions.yaml").is_file()


def run_first_cell(page: Any) -> None:
    """Runs it; a key that is pressed before JupyterLab listens is pressed again."""
    for _ in range(10):
        page.click(".jp-CodeCell .jp-InputArea-editor >> nth=0")
        page.keyboard.press("Control+Enter")
        try:
            page.wait_for_selector("text=What is a lead?", timeout=12_000)
        except playwright.TimeoutError:
            continue
        return
    raise AssertionError("the cell did not run")


def test_the_board_in_jupyterlab(world: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    notebooks = world / "notebooks"
    notebooks.mkdir()
    shutil.copy(NOTEBOOK, notebooks)
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
        "--IdentityProvider.token=", f"--ServerApp.root_dir={notebooks}",
        "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    places = {
        "LEADPOLICY_BOARD_POLICIES": str(world / "policies"),
        "LEADPOLICY_BOARD_DATA": str(world / "data" / "few"),
        "LEADPOLICY_BOARD_WORKSHOP": str(world / "workshop"),
        "JUPYTER_CONFIG_DIR": str(world / "config"),
        "JUPYTERLAB_WORKSPACES_DIR": str(world / "workspaces"),
    }
    with served(command, url, world, **places), chromium() as seen:
        page = seen.page
        page.goto(f"{url}/lab/tree/board.ipynb")
        page.wait_for_selector(".jp-CodeCell")
        page.wait_for_selector("text=/\\| Idle/")
        run_first_cell(page)
        begin(page)
        whole_path(seen, world)
    assert seen.elsewhere == []
    assert not [one for one in seen.errors if not re.search("Unsatisfied|satisfying", one)]
