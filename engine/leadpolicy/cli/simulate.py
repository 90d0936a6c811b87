"""`leadpolicy simulate`: write a history with a known ground truth."""

from __future__ import annotations

import os
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from leadpolicy.diagnostics import LeadpolicyError

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress

PATIENCE: Final = 2.0
"""Seconds before progress is shown."""
MOST_COMPANIES: Final = 9_000_000
"""Ids from C9000001 on stand for companies that are not in the tables."""


class TableFormat(StrEnum):
    """How the tables are stored."""

    CSV = "csv"
    PARQUET = "parquet"


def simulate(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the history.", metavar="DIR")
    ],
    seed: Annotated[
        int,
        typer.Option("--seed", help="The same seed gives the same history.", min=0, metavar="N"),
    ] = 2024,
    companies: Annotated[
        int, typer.Option("--companies", "-n", help="How many companies.", metavar="N")
    ] = 3000,
    format: Annotated[
        TableFormat, typer.Option("--format", help="How the tables are stored.")
    ] = TableFormat.CSV,
    vocabulary: Annotated[
        Path,
        typer.Option(
            "--vocabulary", help="The vocabulary that dataset.yaml names.", metavar="FILE"
        ),
    ] = Path("policies/vocabulary.yaml"),
    force: Annotated[
        bool, typer.Option("--force", help="Replace a history that is there already.")
    ] = False,
) -> None:
    """Write a simulated history of B2B sales: companies, people, events, judgements, deals.

    The numbers behind it are known (ground_truth.yaml), so that definitions can be compared on
    data whose truth nobody has to guess. The same seed gives the same files.
    """
    from leadpolicy.simulate.scenarios import FEWEST_COMPANIES
    from leadpolicy.simulate.write import write_history

    if not FEWEST_COMPANIES <= companies <= MOST_COMPANIES:
        raise LeadpolicyError.of(
            "LP506",
            f"--companies {companies} is not possible",
            expected=f"between {FEWEST_COMPANIES} and {MOST_COMPANIES:,}",
            help="the written edge cases alone take up that many places"
            if companies < FEWEST_COMPANIES
            else None,
        )
    if not vocabulary.is_file():
        raise LeadpolicyError.of(
            "LP101",
            f"there is no vocabulary at `{vocabulary}`",
            help="name it with --vocabulary FILE, or run this in the folder that holds `policies`",
        )
    _make_room(out, force)
    try:
        with _Bar() as bar:
            summary = write_history(
                out,
                seed=seed,
                companies=companies,
                format=format.value,
                vocabulary=_relative(vocabulary, out),
                progress=bar.step,
            )
    except OSError as error:
        raise LeadpolicyError.of(
            "LP506", f"the history cannot be written: {error.strerror}", where=str(out)
        ) from None
    rows = sum(summary.rows.values())
    typer.echo(
        f"{out}: {summary.companies:,} companies, {summary.deals:,} deals, {summary.won:,} won; "
        f"{rows:,} rows in {len(summary.rows)} tables"
    )
    typer.echo(f"Next: leadpolicy compare policies --data {out}", err=True)


def _make_room(out: Path, force: bool) -> None:
    """Refuses to write over anything unless asked to; then removes the files of the old history."""
    from leadpolicy.simulate.write import files

    if out.exists() and not out.is_dir():
        raise LeadpolicyError.of("LP506", f"`{out}` is a file", expected="a folder")
    names = dict.fromkeys((*files("csv"), *files("parquet")))
    present = [name for name in names if (out / name).exists()]
    if present and not force:
        raise LeadpolicyError.of(
            "LP506",
            f"`{out}` holds {present[0]} already",
            help="name another folder with --out, or replace the history with --force",
        )
    for name in present:
        (out / name).unlink()


def _relative(vocabulary: Path, out: Path) -> str:
    """The path from the history to the vocabulary, with forward slashes."""
    try:
        path = os.path.relpath(vocabulary.resolve(), out.resolve())
    except ValueError:  # another drive
        path = str(vocabulary.resolve())
    return Path(path).as_posix()


class _Bar:
    """A bar on the terminal once the work has taken more than `PATIENCE` seconds."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._shown: Progress | None = None

    def __enter__(self) -> _Bar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown is not None:
            self._shown.stop()

    def step(self, what: str, done: int, total: int) -> None:
        """So far `done` of `total` are written."""
        if self._shown is None:
            if not sys.stderr.isatty() or time.monotonic() - self._started < PATIENCE:
                return
            from rich.console import Console
            from rich.progress import Progress

            self._shown = Progress(console=Console(stderr=True), transient=True)
            self._shown.add_task(f"Writing {what}", total=total)
            self._shown.start()
        self._shown.update(self._shown.task_ids[0], completed=done)
