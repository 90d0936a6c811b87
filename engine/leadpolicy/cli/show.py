"""`leadpolicy show`: definitions in plain English."""

from __future__ import annotations

import shutil
import sys
from typing import Annotated

import typer

from leadpolicy.cli.options import PoliciesFolder, PolicyNames
from leadpolicy.policy.load import POLICIES, load_policies
from leadpolicy.present.terminal import coloured

WIDEST = 100


def show(
    names: PolicyNames,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown, even on a terminal.")
    ] = False,
    rich: Annotated[
        bool, typer.Option("--rich", help="Set it for reading, even where the output is piped.")
    ] = False,
    folder: PoliciesFolder = POLICIES,
) -> None:
    """Show the definition sheet of each policy: ladder, criteria, quotes, parameters, questions.

    A terminal shows it set for reading, anything else gets Markdown.
    """
    from leadpolicy.present.sheet import render, sheet

    text = "\n---\n\n".join(sheet(policy) for policy in load_policies(names, policies=folder))
    if markdown or not (rich or sys.stdout.isatty()):
        typer.echo(text, nl=False)
        return
    width = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
    typer.echo(render(text, width, colour=coloured(sys.stdout)))
