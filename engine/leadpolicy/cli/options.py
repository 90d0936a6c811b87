"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadpolicy.backends import ENGINES

Paths = Annotated[
    list[Path] | None,
    typer.Argument(help="Files or folders.", show_default="policies", metavar="PATH"),
]
PolicyNames = Annotated[
    list[str],
    typer.Argument(
        help="Policies: a name, name@version, a file, or a folder (newest version of each).",
        metavar="POLICY",
    ),
]
PoliciesFolder = Annotated[
    Path,
    typer.Option("--policies", help="Where policies are looked up by name.", metavar="DIR"),
]
EngineName = Annotated[
    str,
    typer.Option(
        "--engine",
        help="What runs the policies; all engines say the same (see `leadpolicy engines`).",
        metavar="|".join(ENGINES),
    ),
]
DataFolder = Annotated[
    str,
    typer.Option(help="A folder with a dataset.yaml, or a name below fixtures.", metavar="DATASET"),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Try another value of a parameter; may be repeated.",
        metavar="POLICY.PARAMETER=VALUE",
    ),
]
ReportFile = Annotated[
    Path | None,
    typer.Option(help="Write a self-contained HTML report.", metavar="FILE.html"),
]
ResultsFile = Annotated[
    Path | None,
    typer.Option(
        "--json",
        help="Write all results as JSON; - for standard output, and nothing else there.",
        metavar="FILE",
    ),
]
Accepted = Annotated[
    list[str] | None,
    typer.Option(
        "--accept",
        help="Go on although this critical expectation is broken (see `leadpolicy validate`); "
        "may be repeated.",
        metavar="NAME",
    ),
]
QuarantineFile = Annotated[
    Path | None,
    typer.Option(
        "--quarantine",
        help="Write the rows that did not fit, with reasons, as CSV.",
        metavar="FILE",
    ),
]
