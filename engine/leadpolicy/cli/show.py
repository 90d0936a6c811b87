"""`leadpolicy show`: definitions in plain English."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from leadpolicy.cli.options import PAGE, PoliciesFolder, PolicyNames, writes
from leadpolicy.policy.load import POLICIES, load_policies
from leadpolicy.present.problems import coloured

WIDEST = 100


def show(
    names: PolicyNames,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown, even on a terminal.")
    ] = False,
    rich: Annotated[
        bool, typer.Option("--rich", help="Set it for reading, even where the output is piped.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", help="Write the sheet as a page.", metavar="FILE", callback=writes(*PAGE)
        ),
    ] = None,
    pdf: Annotated[
        Path | None,
        typer.Option(
            "--pdf", help="Write the sheet as a PDF.", metavar="FILE", callback=writes(".pdf")
        ),
    ] = None,
    folder: PoliciesFolder = POLICIES,
) -> None:
    """Show the definition sheet of each policy: ladder, criteria, quotes, parameters, questions.

    A terminal shows it set for reading, anything else gets Markdown. As a page or a PDF it ends
    with the signatures of the teams, or room for them.

    Example: leadpolicy show heinz@1.1.0 --pdf heinz.pdf
    """
    from leadpolicy.present.policy.sheet import render, sheet

    policies = load_policies(names, policies=folder)
    if html is not None or pdf is not None:
        from leadpolicy.present.policy.printed import write_html, write_pdf

        if html is not None:
            typer.echo(f"Definition sheet: {write_html(policies, html)}")
        if pdf is not None:
            typer.echo(f"Definition sheet: {write_pdf(policies, pdf)}")
        return
    text = "\n---\n\n".join(sheet(policy) for policy in policies)
    if markdown or not (rich or sys.stdout.isatty()):
        typer.echo(text, nl=False)
        return
    width = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
    typer.echo(render(text, width, colour=coloured(sys.stdout)))
