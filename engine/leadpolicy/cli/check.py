"""`leadpolicy check`: are these policies well formed, and what would their authors want to know?"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from leadpolicy.characters import json_text
from leadpolicy.cli.options import Paths
from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.files import strange
from leadpolicy.governance.check import check_paths
from leadpolicy.present.problems import print_diagnostics, summary


def check(
    paths: Paths = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Findings as JSON.")] = False,
) -> None:
    """Check policies, cards and vocabularies: all problems at once, each with its place.

    PATHS are files or folders; the default is `policies`. Every version below a folder is
    checked. Exit code 1 if there are errors (with --strict: or warnings).
    """
    problems = Problems()
    for path in paths or ():
        if not path.is_dir() and (odd := strange(path)):
            raise LeadpolicyError.of("LP101", f"this is {odd}, not a file", where=str(path))
    count = check_paths(paths or [Path("policies")], problems, date.today())
    if as_json:
        typer.echo(json_text([d.to_dict() for d in problems]))
    else:
        print_diagnostics(problems)
        typer.echo(summary(problems, count), err=bool(problems))
    if count == 0 and not problems:
        raise LeadpolicyError.of(
            "LP101",
            "there is no policy here",
            where=", ".join(map(str, paths or [Path("policies")])),
        )
    if problems.errors or (strict and problems):
        raise typer.Exit(1)
