"""What comes from outside is shown inert on every surface: it moves no cursor, is no markup, and
neither turns nor forges what stands around it."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Final

import pytest

from tests.badinput.command import Ran, leadpolicy

NASTY: Final = "x\x1b[2J\u202e\x07\x9b1m<script>alert(1)</script>\r\n# FORGED"
MOVES: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066\u2067]"
)
OWN: Final = re.compile(r"\x1b\[[0-9;]*m")
"""Colours of our own, where a terminal asks for them."""

VOCABULARY: Final = f"""\
vocabulary: 1
facts:
  company.employees:
    type: integer
    phrase: {json.dumps("size " + NASTY)}
    ask: {json.dumps("How many? " + NASTY)}
    owner: data
    point_in_time: snapshot
  company.country:
    type: text
    phrase: {json.dumps("country " + NASTY)}
    ask: {json.dumps("Where? " + NASTY)}
    owner: data
    point_in_time: snapshot
"""
POLICY: Final = f"""\
policy: {{name}}
version: 1.0.0
title: {json.dumps("Title " + NASTY)}
organization: {json.dumps("Org " + NASTY)}
source: {{{{document: {json.dumps("Doc " + NASTY)}, author: {json.dumps("By " + NASTY)}}}}}
about: {json.dumps("About " + NASTY)}
vocabulary: 1
grain: company
parameters:
  places:
    value: [{json.dumps("Here " + NASTY)}, {json.dumps("There " + NASTY)}]
    says: {json.dumps("Places " + NASTY)}
  least: {{{{value: {{least}}, says: {json.dumps("Least " + NASTY)}}}}}
criteria:
  large:
    says: {json.dumps("Large " + NASTY)}
    company.employees: {{{{at_least: $least}}}}
  placed:
    says: {json.dumps("Placed " + NASTY)}
    company.country: {{{{one_of: $places}}}}
stages:
  - stage: lead
    title: {json.dumps("Lead " + NASTY)}
    requires: nothing
    when: {{{{all: [large, placed]}}}}
"""
DATASET: Final = f"""\
dataset: nasty
title: {json.dumps("Set " + NASTY)}
vocabulary: policies/vocabulary.yaml
grain: company
tables:
  rows: {{file: rows.csv}}
  won: {{file: won.csv}}
records: {{table: rows, id: Id, entered_at: Day}}
facts:
  company.employees: Size
  company.country: {{column: {json.dumps("Land " + NASTY)}}}
outcome: {{name: won, table: won, record: Id, at: Won}}
as_of: 2026-01-01
observed_until: 2026-06-01
"""
TWO: Final = ("one", "two")
SURFACES: Final[dict[str, tuple[str, ...]]] = {
    "check": ("check",),
    "check as JSON": ("check", "wrong.yaml", "--json"),
    "wrong": ("check", "wrong.yaml"),
    "sheet": ("show", "one"),
    "sheet as HTML": ("show", "one", "--html", "out.html"),
    "facts": ("facts",),
    "facts as JSON": ("facts", "--json"),
    "schema": ("schema",),
    "decision": ("explain", "one", "--data", ".", "--id", "ID"),
    "decision as JSON": ("explain", "one", "--data", ".", "--id", "ID", "--json"),
    "side by side": ("explain", *TWO, "--data", ".", "--id", "ID"),
    "disagreement": (
        "explain", *TWO, "--data", ".", "--id", "ID", "--disagreement", "--html", "out.html",
    ),
    "no such record": ("explain", "one", "--data", ".", "--id", NASTY),
    "stages": ("evaluate", *TWO, "--data", "."),
    "stages as CSV": ("evaluate", *TWO, "--data", ".", "--out", "out.csv"),
    "stages as JSON": ("evaluate", *TWO, "--data", ".", "--json"),
    "no such column": (
        "evaluate", "one", "--data", "rows.csv", "--columns", f"company.employees={NASTY}",
    ),
    "comparison": ("compare", *TWO, "--data", ".", "--by", "company.country"),
    "report": (
        "compare", *TWO, "--data", ".", "--by", "company.country", "--report", "out.html",
        "--quarantine", "out.csv", "--json", "out.json",
    ),
    "replay": ("replay", *TWO, "--data", ".", "--accept-snapshot", "all"),
    "cards": ("cards", *TWO, "--data", ".", "--out", "out.html"),
    "difference": ("diff", "one", "two"),
    "adoption": ("adopt", "one@1.0.0"),
    "no such policy": ("show", NASTY),
    "no such fact": ("compare", *TWO, "--data", ".", "--by", NASTY),
    "revision": ("revise", "one", "--set", "least=9", "--dry-run"),
    "validation": ("validate", ".", "--out", "out"),
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nasty")
    for name, least in zip(TWO, ("20", "50"), strict=True):
        (folder / "policies" / name).mkdir(parents=True)
        text = POLICY.format(name=name, least=least)
        (folder / "policies" / name / "1.0.0.yaml").write_text(text, encoding="utf-8")
    (folder / "policies" / "vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    (folder / "dataset.yaml").write_text(DATASET, encoding="utf-8")
    wrong = json.dumps({"policy": NASTY, NASTY: NASTY, "title": NASTY, "version": NASTY})
    (folder / "wrong.yaml").write_text(wrong, encoding="utf-8")
    (folder / "vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("Id", "Size", "Land " + NASTY, "Day"))
        for number in range(40):
            land = ("Here ", "There ", "")[number % 3] + NASTY
            size = NASTY if number == 39 else str(number * 3)
            rows.writerow((f"{number} {NASTY}", size, land, "2025-12-01"))
    with (folder / "won.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("Id", "Won"))
        rows.writerows((f"{number} {NASTY}", "2026-02-01") for number in range(0, 40, 4))
    return folder


@pytest.mark.parametrize("surface", SURFACES)
def test_surfaces(
    surface: str, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    before = set(place.rglob("*"))
    given = [
        part.replace("ID", f"10 {NASTY}") if part == "ID" else part for part in SURFACES[surface]
    ]
    ran = leadpolicy(monkeypatch, capsys, *given)
    texts = {"standard output": ran.out, "standard error": OWN.sub("", ran.err)}
    for path in sorted(set(place.rglob("*")) - before, reverse=True):
        if path.is_dir():
            path.rmdir()
        elif path.suffix in {".html", ".json", ".csv", ".yaml"}:
            texts[path.name] = path.read_text(encoding="utf-8")
            path.unlink()
    assert "alert(1)" in "".join(texts.values()) or surface in QUIET, ran
    for name, text in texts.items():
        shown = sorted({f"U+{ord(char):04X}" for char in MOVES.findall(text)})
        assert shown == [], (name, text[max(0, MOVES.search(text).start() - 200) :][:400])  # type: ignore[union-attr]
        if name.endswith(".html"):
            assert "<script>alert(1)" not in text
        else:
            assert not re.search(r"^\s*# FORGED", text, re.MULTILINE), (name, text)


QUIET: Final = {
    "check", "difference", "revision", "stages", "stages as JSON", "adoption", "schema",
    "validation",
}  # fmt: skip
"""Surfaces on which nothing of it has to be shown."""


def refused(ran: Ran, said: str) -> bool:
    return ran.code == 2 and said in ran.err and MOVES.search(ran.err) is None


def test_a_signer_is_one_line_of_text(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    dates = ("--effective", "2027-01-01", "--review", "2027-07-01")
    for name in ("Ann\n  - version: 1.0.0", "Ann\u202eLee", "Ann\x1b[2J"):
        ran = leadpolicy(
            monkeypatch, capsys, "adopt", "one@1.0.0", "--sign", f"sales:{name}", *dates
        )
        assert refused(ran, "characters that do not show"), ran
    assert not (place / "policies/one/adoptions.yaml").exists()
