"""`leadpolicy backtest`: what definitions would have done, and how sure one may be of it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from leadpolicy.cli.options import Accepted, QuarantineFile, ReportFile, ResultsFile


def backtest(
    study: Annotated[
        str,
        typer.Argument(
            help="A study.yaml, its folder, or its name below fixtures.", metavar="STUDY"
        ),
    ],
    report: ReportFile = None,
    json_file: ResultsFile = None,
    quarantine: QuarantineFile = None,
    accept: Accepted = None,
) -> None:
    """Carry out a study: what each definition would have done on a history, record by record.

    Shows a verdict for every pair of definitions with the records on which they part, rates with
    95 % intervals, flow, conversion, time, decay, what each criterion is worth, and how many more
    records it would take where the history does not tell.

    There is no engine to choose: histories are replayed by SQL. To have the definition itself say
    the same of a history: `leadpolicy replay --engine interpreter`.

    Example: leadpolicy backtest demo --report backtest.html
    """
    from leadpolicy.backtest.read import open_study
    from leadpolicy.backtest.run import backtest as carry_out
    from leadpolicy.backtest.run import history_of, policies_of
    from leadpolicy.data.contract.gate import admitted
    from leadpolicy.files import write_whole
    from leadpolicy.present.console import stdout_console
    from leadpolicy.present.progress import ProgressLine

    with ProgressLine(sys.stderr) as progress:
        asked = open_study(study)
        policies = policies_of(asked)
        chronicle = admitted(history_of(asked, progress), accept, quarantine, progress)
        result = carry_out(
            asked,
            policies=policies,
            chronicle=chronicle,
            progress=progress,
        )
        if report is not None:
            from leadpolicy.present.backtest.report import write_report

            progress("drawing the report", 0, 1)
            write_report(result, report)
    to_stdout = json_file is not None and str(json_file) == "-"
    if to_stdout:
        typer.echo(result.to_json())
    else:
        from leadpolicy.present.backtest.terminal import print_backtest

        print_backtest(result, stdout_console(110))
    if json_file is not None and not to_stdout:
        write_whole(json_file, result.to_json() + "\n")
        typer.echo(f"\nResults as JSON: {json_file}")
    if report is not None:
        typer.echo(f"HTML report: {report}", err=to_stdout)
    if quarantine is not None:
        typer.echo(f"Rows set aside: {quarantine}", err=to_stdout)
