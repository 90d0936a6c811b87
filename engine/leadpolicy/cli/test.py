"""`leadpolicy test`: run the example cards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadpolicy.characters import json_text
from leadpolicy.cli.options import Paths
from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.governance.suite import run_suite
from leadpolicy.present.policy.examples import render_run, render_total, run_to_dict
from leadpolicy.present.problems import print_diagnostics


def test(
    paths: Paths = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show every card and every criterion.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Results as JSON.")] = False,
) -> None:
    """Run the cards in examples.yaml: every version must give each card the stage it expects.

    Shows per policy which criteria and stages were seen TRUE, FALSE and UNKNOWN. Exit code 1 if a
    card fails, or if the cards do not show every stage in all three ways.
    """
    problems = Problems()
    runs = run_suite(paths or [Path("policies")], problems)
    if problems.errors:
        raise LeadpolicyError(problems.errors)
    print_diagnostics(problems.warnings if not runs else [])
    if not runs:
        raise LeadpolicyError.of(
            "LP101",
            "there are no policies with cards here",
            where=", ".join(map(str, paths or [Path("policies")])),
        )
    if as_json:
        typer.echo(json_text([run_to_dict(run) for run in runs]))
    else:
        for run in runs:
            typer.echo(render_run(run, verbose=verbose))
        typer.echo(render_total(runs))
    if not all(run.sound for run in runs):
        raise typer.Exit(1)
