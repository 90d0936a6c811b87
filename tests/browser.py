"""A real browser for what people see: pages, what they ask for, and what they complain about."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlparse

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright drives the browser")

SECONDS = 120
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome", "chrome")
     if (found := shutil.which(name))), None,
)  # fmt: skip
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")


@dataclass
class Seen:
    """What a page asked for and complained about."""

    page: Any
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("requestfailed", lambda request: self.errors.append(request.url))
        self.page.on(
            "console",
            lambda told: self.errors.append(told.text) if told.type == "error" else None,
        )

    @property
    def elsewhere(self) -> list[str]:
        """Requests to other machines."""
        hosts = {"127.0.0.1", "localhost", None}
        return [url for url in self.requests if urlparse(url).hostname not in hosts]


@contextmanager
def chromium() -> Iterator[Seen]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            page.set_default_timeout(500 * SECONDS)
            seen = Seen(page)
            seen.watch()
            yield seen
        finally:
            browser.close()
