"""Progress on standard error, for work that takes longer than it is polite to be silent."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Final, Self, TextIO

PATIENCE: Final = 2.0
"""Seconds before the first sign."""
BETWEEN: Final = 10.0
"""Seconds between lines where there is no terminal."""


class ProgressLine:
    """A bar on a terminal, a line now and then elsewhere. Call it with what, done and total."""

    def __init__(self, stream: TextIO, *, start: float | None = None) -> None:
        self.stream = stream
        self.last = start if start is not None else time.monotonic()
        self.wait = PATIENCE
        self.bar: _Bar | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        if self.bar is not None:
            self.bar.update(what, done, total)
        elif done < total and time.monotonic() - self.last >= self.wait:
            self.wait, self.last = BETWEEN, time.monotonic()
            if self.stream.isatty():
                self.bar = _Bar(self.stream)
                self.bar.update(what, done, total)
            else:
                share = f" ({100 * done / total:.0f} %)" if done else ""
                print(f"{what}{share}", file=self.stream, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.bar is not None:
            self.bar.stop()


class _Bar:
    """A bar that leaves nothing behind."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        self.progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TaskProgressColumn(),
            console=Console(file=stream),
            transient=True,
        )
        self.task = self.progress.add_task("", total=None)
        self.progress.start()

    def update(self, what: str, done: int, total: int) -> None:
        self.progress.update(self.task, description=what, completed=done, total=total or None)

    def stop(self) -> None:
        self.progress.stop()
