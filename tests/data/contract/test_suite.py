"""Great Expectations runs the same promises, offline, and writes pages that fetch nothing."""

from __future__ import annotations

import csv
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from leadpolicy.data.contract.docs import local
from leadpolicy.data.contract.draw import contract
from leadpolicy.data.contract.judgement import judge
from leadpolicy.data.contract.report import validated
from leadpolicy.data.contract.suite import run_suite
from tests.conftest import skip_without
from tests.data.contract.tables import MAPPING, clean, dirty, write
from tests.data.room import Room

skip_without("validate", "great_expectations")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Refuses every connection, and remembers who asked for one."""
    asked: list[object] = []

    def refuse(*given: Any, **_: Any) -> None:
        asked.append(given)
        raise OSError("no network here")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return asked


def test_both_runners_agree_on_random_tables(room: Room, no_network: list[object]) -> None:
    broken = 0
    for seed in range(12):
        write(room, dirty(seed))
        drawn = contract(room.open(MAPPING))
        own = judge(drawn)
        theirs, _ = run_suite(drawn)
        for mine, verdict in zip(own, theirs, strict=True):
            assert verdict.error == "", mine.expectation.name
            assert verdict.name == mine.expectation.name
            assert verdict.kept == mine.kept, (seed, verdict.name)
            if verdict.failing is not None:
                assert (verdict.failing, verdict.looked_at) == (mine.failing, mine.looked_at)
        broken += sum(not f.kept for f in own)
    assert broken > 50
    assert no_network == []


def test_a_validation_writes_local_pages_and_every_failing_row(
    room: Room, no_network: list[object]
) -> None:
    tables = clean(60)
    tables["companies"][7][4] = "<script>alert(1)</script>"
    tables["events"][3][0] = "c999"
    write(room, tables)
    found = validated(room.open(MAPPING), room.folder / "out")
    assert {f.expectation.name for f in found.broken} == {
        "companies.industry.domain",
        "events.company.reference",
    }
    assert found.stopping == []
    with (room.folder / "out" / "failing_rows.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(r["file"], r["line"], r["record"], r["set_aside"]) for r in rows] == [
        ("events.csv", "5", "c999", "False"),
        ("companies.csv", "9", "c7", "True"),
    ]
    pages = {path.name: path.read_text(encoding="utf-8") for path in found.pages.values()}
    assert "companies.html" in pages
    for page in pages.values():
        assert not re.search(r"(src|href)\s*=\s*['\"]?(https?:)?//|url\(\s*['\"]?https?:", page)
        assert "<script" not in page
        assert "@import" not in page
    assert "companies.industry.domain (warning)" in pages["companies.html"]
    assert "&lt;script&gt;alert(1)" in pages["companies.html"]
    assert no_network == []


def test_everything_a_browser_would_fetch_is_taken_out() -> None:
    page = (
        '<html><head><title>x</title><link rel="stylesheet" href="https://a.example/x.css">'
        '<script src="https://a.example/x.js"></script><style>@import url(https://b.example);'
        "body{background:url('https://c.example/p.png')}</style></head>"
        '<body class="b"><img src="https://d.example/i.png"><a href="https://e.example">e</a>'
        '<a href="#here">here</a><footer>news</footer></body></html>'
    )
    kept = local(page, "a<b")
    assert "example" not in kept
    assert 'href="#here"' in kept
    assert "a&lt;b" in kept


def test_pages_of_an_earlier_run_are_replaced(room: Room) -> None:
    write(room, clean(5))
    out: Path = room.folder / "out"
    first = validated(room.open(MAPPING), out)
    again = validated(room.open(MAPPING), out)
    assert first.pages == again.pages
    assert not (out / "validations").exists()
