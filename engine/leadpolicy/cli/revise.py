"""`leadpolicy revise`: a new version with other parameter values."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from leadpolicy.cli.options import PoliciesFolder
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.governance.difference import difference
from leadpolicy.governance.revise import next_version, revised, write_version
from leadpolicy.policy.load import POLICIES, load_policy, parse_policy
from leadpolicy.present.policy.difference import render_difference


class VersionStep(StrEnum):
    """Which number of the version goes up."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


def revise(
    policy: Annotated[str, typer.Argument(help="A policy; the newest version by default.")],
    policies: PoliciesFolder = POLICIES,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", help="Another value; may be repeated.", metavar="PARAMETER=VALUE"),
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", help="The new version's number.", metavar="N.N.N")
    ] = None,
    step: Annotated[
        VersionStep, typer.Option("--step", help="Which number goes up if --version is not given.")
    ] = VersionStep.MINOR,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the change and write nothing.")
    ] = False,
) -> None:
    """Write a new version of a policy with other parameter values, and show the change in words.

    The author's file is copied and edited in place: comments, order and wording stay. No version
    is ever written over.

    Example: leadpolicy revise heinz --set min_employees=50 --set needed_of_five=3
    """
    before = load_policy(policy, policies=policies)
    after = before.with_parameters(**dict(_setting(text) for text in values or []))
    if not after.changed:
        raise LeadpolicyError.of(
            "LP509",
            f"nothing changes in {before.identity}",
            expected="at least one --set PARAMETER=VALUE with another value",
            help="its parameters are " + (", ".join(before.parameters) or "none"),
        )
    number = version or next_version(after, step.value)
    made = parse_policy(revised(after, number), before.vocabulary, name=f"{before.id}@{number}")
    told = render_difference(difference(before, made))
    if dry_run:
        typer.echo(told)
        return
    path = write_version(after, number)
    typer.echo(told)
    typer.echo(f"\nWritten: {path}")
    typer.echo(f"Next: leadpolicy test {before.id}; leadpolicy lock {policies}", err=True)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise LeadpolicyError.of(
            "LP506", f"`--set {text}` sets nothing", expected="--set PARAMETER=VALUE"
        )
    return name.strip(), value.strip()
