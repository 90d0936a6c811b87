"""`leadpolicy engines`: the ways to run a policy, and what is known of each."""

from __future__ import annotations

from typing import Annotated

import typer

from leadpolicy.characters import json_text


def engines(
    as_json: Annotated[bool, typer.Option("--json", help="The list as JSON.")] = False,
) -> None:
    """List the engines that --engine names: whether each can be used here, what it refuses, and
    how often it was compared with the interpreter, which defines the meaning.

    `auto` takes the closure for a single record, kernels for records in memory, SQL for files.

    Example: leadpolicy compare policies --data demo --engine sql
    """
    from leadpolicy.backends.listed import listed

    found = listed()
    if as_json:
        typer.echo(json_text(found, indent=1))
        return
    from leadpolicy.present.console import stdout_console
    from leadpolicy.present.engines import print_engines

    print_engines(found, stdout_console())
