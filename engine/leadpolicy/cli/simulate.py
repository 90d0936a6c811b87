"""`leadpolicy simulate`: write a history with a known ground truth."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from leadpolicy.diagnostics import LeadpolicyError

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
    from leadpolicy.present.progress import ProgressLine
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
    _refuse_to_replace(out, force)
    with ProgressLine(sys.stderr) as tell:
        summary = write_history(
            out,
            seed=seed,
            companies=companies,
            format=format.value,
            vocabulary=_relative(vocabulary, out),
            progress=tell,
        )
    rows = sum(summary.rows.values())
    typer.echo(
        f"{out}: {summary.companies:,} companies, {summary.deals:,} deals, {summary.won:,} won; "
        f"{rows:,} rows in {len(summary.rows)} tables"
    )
    typer.echo(f"Next: leadpolicy compare policies --data {out}", err=True)


def _refuse_to_replace(out: Path, force: bool) -> None:
    """Refuses to write over anything unless asked to."""
    from leadpolicy.simulate.write import files

    if out.exists() and not out.is_dir():
        raise LeadpolicyError.of("LP510", f"`{out}` is a file", expected="a folder")
    names = dict.fromkeys((*files("csv"), *files("parquet")))
    present = [name for name in names if (out / name).exists()]
    if present and not force:
        raise LeadpolicyError.of(
            "LP510",
            f"`{out}` holds {present[0]} already",
            help="name another folder with --out, or replace the history with --force",
        )


def _relative(vocabulary: Path, out: Path) -> str:
    """The path from the history to the vocabulary, with forward slashes."""
    try:
        path = os.path.relpath(vocabulary.resolve(), out.resolve())
    except ValueError:  # another drive
        path = str(vocabulary.resolve())
    return Path(path).as_posix()
