"""`leadpolicy validate`: a data set held against its contract."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from leadpolicy.backends import AUTO
from leadpolicy.cli.options import EngineName, PoliciesFolder, writes
from leadpolicy.policy.load import POLICIES

BUILD: Final = Path("build/validate")


def validate(
    data: Annotated[
        str,
        typer.Argument(
            help="A folder with a dataset.yaml, or a name below fixtures.", metavar="DATASET"
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where the pages and the failing rows go (default: build/validate/NAME).",
            metavar="DIR",
            callback=writes(inside=("failing_rows.csv", "quarantine.csv", "index.html")),
        ),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept",
            help="Let a broken critical expectation pass; may be repeated.",
            metavar="NAME",
        ),
    ] = None,
    policies: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            help="Tell what this data can decide for a policy, too; may be repeated. "
            "`--policy all` takes the newest version of each.",
            metavar="POLICY",
        ),
    ] = None,
    json_output: Annotated[
        bool, typer.Option("--json", help="Print JSON, and nothing else, on standard output.")
    ] = False,
    engine: EngineName = AUTO,
    folder: PoliciesFolder = POLICIES,
) -> None:
    """Hold a data set against its contract, which follows from the vocabulary and the mapping.

    Types, closed domains, ranges, unique ids, references, dates in order, recent and in the time of
    the data, and how much is filled: tested by Great Expectations, whose Data Docs are written.
    Every failing row is listed with its reason. Facts that know the outcome (leaks) are named.

    Warnings are broken by one row. Critical expectations are broken when more than 5 % of the rows
    fail (two always may); they stop every command that draws figures from the data, too, unless
    accepted by name. The exit code is 1 then.

    Example: leadpolicy validate demo --policy heinz --out build/validate/demo
    """
    from leadpolicy.cli.chosen import chosen_policies
    from leadpolicy.comparison.validation import validate as hold
    from leadpolicy.data.dataset import open_dataset
    from leadpolicy.present.console import stdout_console
    from leadpolicy.present.data.page import write_index
    from leadpolicy.present.data.terminal import print_validation
    from leadpolicy.present.progress import ProgressLine

    with ProgressLine(sys.stderr) as progress:
        dataset = open_dataset(data)
        target = out if out is not None else BUILD / dataset.name
        names = [str(folder) if name == "all" else name for name in policies or []]
        chosen = chosen_policies(names, folder) if names else None
        found = hold(
            dataset, chosen, accept=accept or (), out=target, engine=engine, progress=progress
        )
        index = write_index(found.contract, found.leaks, target)
    if json_output:
        typer.echo(found.to_json())
    else:
        print_validation(found.contract, found.leaks, found.readiness, stdout_console())
        typer.echo(f"\nReport and Data Docs: {index}")
        typer.echo(f"Failing rows: {target / 'failing_rows.csv'}")
        typer.echo(f"Rows set aside: {target / 'quarantine.csv'}")
    raise typer.Exit(0 if found.kept else 1)
