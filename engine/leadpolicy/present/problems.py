"""Diagnostics on a terminal: colour only where there is one, the same text everywhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Final, TextIO

from leadpolicy.diagnostics import Diagnostic, Problems, Severity, render
from leadpolicy.english import plural

_COLOURS: Final = {Severity.ERROR: "\033[1;31m", Severity.WARNING: "\033[1;33m"}
_BOLD: Final = "\033[1m"
_FAINT: Final = "\033[2m"
_OFF: Final = "\033[0m"


def coloured(stream: TextIO) -> bool:
    """Whether a stream is a terminal that wants colour (NO_COLOR: https://no-color.org)."""
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def print_diagnostics(diagnostics: Iterable[Diagnostic], stream: TextIO | None = None) -> None:
    """Writes findings to standard error, a blank line after each."""
    stream = stream or sys.stderr
    for diagnostic in diagnostics:
        text = render(diagnostic)
        print(_painted(diagnostic, text) if coloured(stream) else text, file=stream)
        print(file=stream)


def _painted(diagnostic: Diagnostic, text: str) -> str:
    colour = _COLOURS[diagnostic.severity]
    first, *rest = text.split("\n")
    head = f"{diagnostic.severity} {diagnostic.code}"
    first = _BOLD + first.replace(head, f"{colour}{head}{_OFF}{_BOLD}", 1) + _OFF
    painted = [first]
    for number, line in enumerate(rest):
        if number == 1 and set(line.strip(" |")) == {"^"}:
            painted.append(f"{colour}{line}{_OFF}")
        elif line.lstrip().startswith("= "):
            painted.append(f"{_FAINT}{line}{_OFF}")
        else:
            painted.append(line)
    return "\n".join(painted)


def summary(problems: Problems, policies: int) -> str:
    """`17 policies: 2 errors, 1 warning`."""
    errors, warnings = len(problems.errors), len(problems.warnings)
    things = plural(policies, "policy version")
    if not errors and not warnings:
        return f"{things}: all fine"
    return f"{things}: {plural(errors, 'error')}, {plural(warnings, 'warning')}"
