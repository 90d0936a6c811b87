"""`leadpolicy diff`: what another version says differently, in words."""

from __future__ import annotations

from typing import Annotated

import typer

from leadpolicy.characters import json_text
from leadpolicy.cli.options import PoliciesFolder
from leadpolicy.governance.difference import difference
from leadpolicy.policy.load import POLICIES, load_policy


def diff(
    before: Annotated[str, typer.Argument(help="The one policy, as name@version.")],
    after: Annotated[str, typer.Argument(help="The other.")],
    policies: PoliciesFolder = POLICIES,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Leave with 1 if they mean different things.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The changes as JSON.")] = False,
) -> None:
    """Tell in words what the second policy says that the first does not, and what it dropped.

    Changes of wording, which decide no record, are listed apart.

    Example: leadpolicy diff heinz@1.0.0 heinz@1.1.0
    """
    found = difference(*(load_policy(name, policies=policies) for name in (before, after)))
    if as_json:
        typer.echo(json_text(found.to_dict()))
    else:
        from leadpolicy.present.policy.difference import render_difference

        typer.echo(render_difference(found))
    if exit_code and found.in_meaning:
        raise typer.Exit(1)
