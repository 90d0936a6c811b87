"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from leadpolicy.backends import ENGINES
from leadpolicy.files import forget_promises, promise

PAGE: Final = (".html", ".htm")
JSON: Final = (".json",)


def writes(
    *endings: str, inside: tuple[str, ...] = ()
) -> Callable[[typer.Context, Path | None], Path | None]:
    """For an option that names what is written: no file that the command reads is replaced by it.

    `endings` are those that fit; `inside` names the files where the option names a folder.
    """

    def promised(context: typer.Context, value: Path | None) -> Path | None:
        if value is not None and str(value) != "-":
            context.find_root().call_on_close(forget_promises)
            for path in [value / name for name in inside] or [value]:
                promise(path, endings)
        return value

    return promised


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
    typer.Option(
        help="Write a self-contained HTML report.", metavar="FILE.html", callback=writes(*PAGE)
    ),
]
ResultsFile = Annotated[
    Path | None,
    typer.Option(
        "--json",
        help="Write all results as JSON; - for standard output, and nothing else there.",
        metavar="FILE",
        callback=writes(*JSON),
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
        callback=writes(".csv"),
    ),
]
