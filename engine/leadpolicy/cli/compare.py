"""`leadpolicy compare`: several policies on the same history."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from leadpolicy.backends import AUTO
from leadpolicy.cli.chosen import chosen_policies
from leadpolicy.cli.options import (
    Accepted,
    DataFolder,
    EngineName,
    PoliciesFolder,
    PolicyNames,
    QuarantineFile,
    ReportFile,
    ResultsFile,
    Settings,
)
from leadpolicy.policy import RUNGS
from leadpolicy.policy.load import POLICIES


def compare(
    policies: PolicyNames,
    data: DataFolder,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="The moment of evaluation: a date, or such as "
            "`7 days after entry` (default: the data set's).",
            metavar="DATE",
        ),
    ] = None,
    changes: Settings = None,
    by: Annotated[
        str | None,
        typer.Option(help="A fact that cuts the records into segments.", metavar="FACT"),
    ] = None,
    rung: Annotated[
        list[str] | None,
        typer.Option(help="Only this rung; may be repeated.", metavar="|".join(RUNGS)),
    ] = None,
    top: Annotated[
        int, typer.Option(help="How many records worth arguing about to show.", min=0)
    ] = 10,
    report: ReportFile = None,
    json_file: ResultsFile = None,
    quarantine: QuarantineFile = None,
    accept: Accepted = None,
    engine: EngineName = AUTO,
    folder: PoliciesFolder = POLICIES,
) -> None:
    """Compare policies on the records of a data set.

    Shows what the data can decide, volumes per rung with UNKNOWN apart, agreement, the records
    most worth arguing about, and outcomes with 95 % intervals.

    A parameter may also be set within a name, to compare a policy with a variant of itself:
    leadpolicy compare heinz "heinz(fit_mode=both)" --data demo
    """
    chosen = chosen_policies(policies, folder, changes or [])

    from leadpolicy.comparison.comparison import compare as compare_policies
    from leadpolicy.data.contract.gate import admitted
    from leadpolicy.data.dataset import open_dataset
    from leadpolicy.data.moments import parse_as_of
    from leadpolicy.present.console import stdout_console
    from leadpolicy.present.progress import ProgressLine

    with ProgressLine(sys.stderr) as progress:
        dataset = open_dataset(data)
        moment = parse_as_of(as_of) if as_of is not None else None
        records = dataset.records(moment, progress=progress)
        records = admitted(records, accept, quarantine, progress)
        rungs = tuple(dict.fromkeys(rung)) if rung else RUNGS
        result = compare_policies(
            chosen, records, by=by, rungs=rungs, top=top, engine=engine, progress=progress
        )
        if report is not None:
            from leadpolicy.present.comparison.report import write_report

            progress("drawing the report", 0, 1)
            write_report(result, report)

    to_stdout = json_file is not None and str(json_file) == "-"
    if to_stdout:
        typer.echo(result.to_json())
    else:
        from leadpolicy.present.comparison.terminal import print_comparison

        print_comparison(result, stdout_console())
    if json_file is not None and not to_stdout:
        from leadpolicy.files import write_whole

        write_whole(json_file, result.to_json() + "\n")
    _say_where(
        {"Rows set aside": quarantine, "Results as JSON": json_file, "HTML report": report},
        to_stderr=to_stdout,
    )


def _say_where(written: dict[str, Path | None], *, to_stderr: bool) -> None:
    shown = {what: path for what, path in written.items() if path and str(path) != "-"}
    if shown:
        typer.echo(err=to_stderr)
    for what, path in shown.items():
        typer.echo(f"{what}: {path}", err=to_stderr)
