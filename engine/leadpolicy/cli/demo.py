"""`leadpolicy demo`: the main job on what the package carries."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Final

import typer

from leadpolicy.carried import CARRIED_FIXTURES, CARRIED_POLICIES
from leadpolicy.cli.options import ReportFile
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.extras import needs

_NEXT: Final = """
What next?
  leadpolicy show heinz                     one of these definitions, in plain English
  leadpolicy explain heinz b2b-international --data demo --id C0000010
                                            why definitions part on one company
  leadpolicy compare heinz "heinz(min_employees=50)" --data demo
                                            what another setting would change
  leadpolicy demo --report demo.html        all of it as a page, with plots
  leadpolicy demo --copy .                  the policies and the history as files, to change"""


def demo(
    report: ReportFile = None,
    copy: Annotated[
        Path | None,
        typer.Option(
            help="Only copy the policies and the data sets into this folder.", metavar="DIR"
        ),
    ] = None,
) -> None:
    """Compare the seed policies on the demo history; both come with leadpolicy.

    Example: leadpolicy demo --report demo.html
    """
    if copy is not None:
        _copy(copy)
        return
    needs("compare")
    from leadpolicy.cli.compare import compare

    compare([str(CARRIED_POLICIES)], str(CARRIED_FIXTURES / "demo"), report=report)
    typer.echo(_NEXT)


def _copy(folder: Path) -> None:
    """Copies what the package carries, and replaces nothing. Raises `LeadpolicyError`."""
    targets = {
        CARRIED_POLICIES: folder / "policies",
        CARRIED_FIXTURES / "demo": folder / "fixtures" / "demo",
        CARRIED_FIXTURES / "example": folder / "fixtures" / "example",
    }
    for target in targets.values():
        if target.exists():
            raise LeadpolicyError.of(
                "LP510", "this is there already, and is not replaced", where=str(target)
            )
    for source, target in targets.items():
        try:
            shutil.copytree(source, target)
        except OSError as error:
            raise LeadpolicyError.of(
                "LP510", f"this cannot be written: {error}", where=str(target)
            ) from None
        typer.echo(f"{target}")
