"""How the board is started."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leadpolicy.board.serve import TEMPLATES, main

if TYPE_CHECKING:
    import pytest

ELSEWHERE = ("http://", "https://", 'src="//', 'href="//')


def test_missing_places_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--notebook", str(tmp_path / "none.ipynb")]) == 2
    assert "there is no notebook" in capsys.readouterr().err
    notebook = tmp_path / "board.ipynb"
    notebook.touch()
    assert main(["--notebook", str(notebook), "--policies", str(tmp_path / "none")]) == 2
    assert "there is no folder of policies" in capsys.readouterr().err


def test_templates_name_no_other_machine() -> None:
    files = [path for path in TEMPLATES.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"conf.json", "index.html.j2", "page.html"}
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not any(mark in text for mark in ELSEWHERE)
