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
