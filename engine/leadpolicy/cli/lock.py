"""`leadpolicy lock`: record what every version means."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.governance.lock import LOCK, write_lock
from leadpolicy.policy.load import Shelf, policy_files
from leadpolicy.present.problems import print_diagnostics


def lock(
    folder: Annotated[Path, typer.Argument(help="A folder of policies.")] = Path("policies"),
    force: Annotated[
        bool, typer.Option("--force", help="Replace the entries of changed versions, too.")
    ] = False,
) -> None:
    """Write the content hash of every version to policies.lock; `check` then guards them.

    The hash covers what a version means: comments, order of keys, wording and quotes do not count.
    """
    if not folder.is_dir():
        raise LeadpolicyError.of("LP101", "there is no such folder", where=str(folder))
    shelf = Shelf()
    policies = [policy for file in policy_files(folder) if (policy := shelf.policy(file))]
    if shelf.problems.errors:
        raise LeadpolicyError(shelf.problems.errors)
    problems = Problems()
    changed = write_lock(folder, policies, force=force, problems=problems)
    print_diagnostics(problems)
    typer.echo(f"{folder / LOCK}: {len(policies)} versions, {changed} new or changed")
    if problems.errors:
        raise typer.Exit(1)
