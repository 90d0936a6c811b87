"""`leadpolicy replay`: when each record reached each stage under each policy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from leadpolicy.backends import AUTO, PARQUET
from leadpolicy.cli.chosen import chosen_policies
from leadpolicy.cli.options import (
    JSON,
    Accepted,
    DataFolder,
    EngineName,
    PoliciesFolder,
    PolicyNames,
    QuarantineFile,
    Settings,
    writes,
)
from leadpolicy.policy.load import POLICIES


def replay(
    policies: PolicyNames,
    data: DataFolder,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write all timelines as Parquet.",
            metavar="FILE.parquet",
            callback=writes(*PARQUET),
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            help="The last moment: a date (its end) or a moment (default: the data set's end of "
            "observation).",
            metavar="DATE",
        ),
    ] = None,
    accept_snapshot: Annotated[
        list[str] | None,
        typer.Option(
            "--accept-snapshot",
            help="Take this fact as it is today, though its past is not known; may be repeated; "
            "`all` for every one.",
            metavar="FACT|all",
        ),
    ] = None,
    changes: Settings = None,
    json_file: Annotated[
        Path | None,
        typer.Option(
            "--json",
            help="Write the summary as JSON; - for standard output, and nothing else there.",
            metavar="FILE",
            callback=writes(*JSON),
        ),
    ] = None,
    quarantine: QuarantineFile = None,
    accept: Accepted = None,
    engine: EngineName = AUTO,
    folder: PoliciesFolder = POLICIES,
) -> None:
    """Replay policies over the history of a data set, from every record's entry on.

    Verdicts are evaluated wherever they can change: at every change of a fact, every event and
    every end of a window; what was not known at a moment is not used at it. Shows, per policy and
    rung, first entries, who is in it at the end, and who got no further.

    Example: leadpolicy replay heinz two-way-dialogue --data demo --accept-snapshot all --out
    timelines.parquet
    """
    chosen = chosen_policies(policies, folder, changes or [])

    from leadpolicy.data.contract.gate import admitted
    from leadpolicy.data.dataset import open_dataset
    from leadpolicy.files import write_whole
    from leadpolicy.history.run import replay as replay_policies
    from leadpolicy.history.summary import as_json
    from leadpolicy.present.console import stdout_console
    from leadpolicy.present.history.terminal import print_replay
    from leadpolicy.present.progress import ProgressLine

    with ProgressLine(sys.stderr) as progress:
        chronicle = open_dataset(data).chronicle(progress=progress)
        result = replay_policies(
            chosen,
            admitted(chronicle, accept, quarantine, progress),
            until=until,
            accept_snapshot=accept_snapshot or (),
            engine=engine,
            progress=progress,
        )
        if out is not None:
            progress("writing timelines", 0, 1)
            result.to_parquet(out)
    to_stdout = json_file is not None and str(json_file) == "-"
    if to_stdout:
        typer.echo(as_json(result))
    else:
        print_replay(result, stdout_console())
    if json_file is not None and not to_stdout:
        write_whole(json_file, as_json(result) + "\n")
        typer.echo(f"\nSummary as JSON: {json_file}")
    if out is not None:
        typer.echo(f"Timelines: {out}", err=to_stdout)
    if quarantine is not None:
        typer.echo(f"Rows set aside: {quarantine}", err=to_stdout)
