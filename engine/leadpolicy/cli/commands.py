"""The commands by name; what each needs is imported when it is called."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from leadpolicy.diagnostics import suggest
from leadpolicy.extras import needs
from leadpolicy.version import __version__

COMMANDS: Final = {
    "check": "Check policies, cards and vocabularies: all problems at once.",
    "test": "Run the example cards of policies.",
    "show": "Show definitions as sheets in plain English.",
    "explain": "Explain what policies say of one record.",
    "demo": "Compare the seed policies on the demo history: see what this is.",
    "evaluate": "Tell the stage of every record of a table or data set.",
    "compare": "Compare policies on a data set.",
    "replay": "Replay policies over a history: when each record reached each stage.",
    "backtest": "Carry out a study: what definitions would have done on a history.",
    "cards": "Make cards of the records worth arguing about, for a workshop.",
    "votes": "Tell how far a room agrees, and which definition it fits.",
    "validate": "Hold a data set against its contract: what breaks it, and what it can decide.",
    "engines": "List the ways to run policies: what each can, refuses, and needs.",
    "facts": "List the facts and events that policies may speak of.",
    "schema": "Write a JSON Schema, so that editors help with writing policies.",
    "revise": "Write a new version with other parameter values.",
    "diff": "Tell in words what another version says differently.",
    "adopt": "Sign a version, or show who has signed it.",
    "lock": "Record what every version means, so that none changes under its name.",
    "simulate": "Write a history of invented companies with a known truth.",
}
"""Name (which is also the module and the function) and summary; loaded when called."""

NEEDS: Final = {"validate": "validate"} | dict.fromkeys(
    ("evaluate", "compare", "replay", "backtest", "cards", "votes", "simulate"), "compare"
)
"""The extra that a command cannot do without; the others work with the core."""


class _Commands(TyperGroup):
    """Imports the module of a command only when the command is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        function = getattr(import_module(f"leadpolicy.cli.{cmd_name}"), cmd_name)
        single = typer.Typer(
            add_completion=False,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
            context_settings={"help_option_names": ["-h", "--help"]},
        )
        single.command(name=cmd_name)(function)
        command = typer.main.get_command(single)
        if cmd_name in NEEDS:
            command.callback = _with(NEEDS[cmd_name], command.callback)
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS:
            hint = suggest(args[0], COMMANDS)
            ctx.fail(f"there is no command `{args[0]}`" + (f"; {hint}" if hint else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _with(extra: str, act: Any) -> Callable[..., Any]:
    """What a command does, after a look whether the extra is there."""

    def checked(*given: Any, **named: Any) -> Any:
        needs(extra)
        return act(*given, **named)

    return checked


app = typer.Typer(
    name="leadpolicy",
    cls=_Commands,
    help="Write definitions of lead, qualified lead and opportunity as policies; check them, "
    "explain their verdicts, and compare them on real history.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
