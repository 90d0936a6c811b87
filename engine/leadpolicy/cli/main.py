"""The command line: what all commands share, and the list of them.

Exit codes: 0 fine, 1 findings (a policy that does not check, a card that fails), 2 misuse or input
that cannot be used. Data goes to standard output, everything else to standard error.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

import typer

from leadpolicy import __version__
from leadpolicy.cli.check import check
from leadpolicy.cli.compare import compare
from leadpolicy.cli.explain import explain
from leadpolicy.cli.facts import facts
from leadpolicy.cli.lock import lock
from leadpolicy.cli.schema import schema
from leadpolicy.cli.show import show
from leadpolicy.cli.simulate import simulate
from leadpolicy.cli.test import test
from leadpolicy.diagnostics import LeadpolicyError

app = typer.Typer(
    name="leadpolicy",
    help="Write definitions of lead, qualified lead and opportunity as policies; check them, "
    "explain their verdicts, and compare them on real history.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (check, test, show, explain, compare, facts, schema, lock, simulate):
    app.command()(command)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"leadpolicy {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Takes the options that stand before a command."""


def main() -> NoReturn:
    """Runs the command line and leaves with its exit code; a user's mistake is never a traceback."""
    try:
        code = app(standalone_mode=True)
    except LeadpolicyError as error:
        from leadpolicy.present.terminal import print_diagnostics

        print_diagnostics(error.diagnostics)
        code = 2
    except BrokenPipeError:
        # The reader of our output has left (`leadpolicy show x | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
