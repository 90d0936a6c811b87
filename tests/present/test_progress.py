"""Progress speaks up only where the work takes long."""

from __future__ import annotations

import io

import pytest

from leadpolicy.present import progress
from leadpolicy.present.progress import ProgressLine


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


class Screen(io.StringIO):
    """A stream that takes itself for a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def test_short_work_is_silent(clock: Clock) -> None:
    out = io.StringIO()
    with ProgressLine(out) as line:
        clock.now = 1.9
        line("reading", 1, 2)
    assert out.getvalue() == ""


def test_long_work_says_where_it_is_now_and_then(clock: Clock) -> None:
    out = io.StringIO()
    with ProgressLine(out) as line:
        for second in range(16):
            clock.now = float(second)
            line("evaluating", second, 20)
    assert out.getvalue() == "evaluating (10 %)\nevaluating (60 %)\n"


def test_a_terminal_gets_a_bar_that_leaves_nothing_behind(clock: Clock) -> None:
    screen = Screen()
    with ProgressLine(screen) as line:
        clock.now = 2.5
        line("evaluating [red]", 1, 4)
        line("evaluating [red]", 2, 4)
        assert line.bar is not None
    assert "\n" not in screen.getvalue().rstrip("\n").rpartition("\x1b[2K")[2]
