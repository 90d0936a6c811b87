"""Runs the command line inside this process, as `leadpolicy …` would run it."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest

from leadpolicy.cli.main import main


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


def leadpolicy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> Ran:
    """Runs a command; whatever is not an exit fails the test with its traceback."""
    monkeypatch.setattr(sys, "argv", ["leadpolicy", *arguments])
    capsys.readouterr()
    with pytest.raises(SystemExit) as exit_:
        main()
    out, err = capsys.readouterr()
    code = exit_.value.code
    return Ran(code if isinstance(code, int) else 0, out, err)
