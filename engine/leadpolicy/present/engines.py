"""The list of engines on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from leadpolicy.present.console import heading, line

if TYPE_CHECKING:
    from rich.console import Console


def print_engines(engines: Iterable[Mapping[str, Any]], console: Console) -> None:
    """Each engine with what it is, what it lacks, what it refuses, and how far it was compared."""
    for number, engine in enumerate(engines):
        heading(console, engine["engine"], first=not number)
        if not engine["available"]:
            line(console, f"not available: {engine['reason']}", "yellow")
            line(console, f"install it with: {engine['cure']}")
        else:
            line(console, engine["about"])
            for limit in engine["refuses"]:
                line(console, f"refuses {limit['what']}: {limit['why']}")
        line(console, _compared(engine["agreement"], engine["engine"]), "dim")


def _compared(agreement: Mapping[str, int], name: str) -> str:
    if name == "interpreter":
        return f"It defines the meaning; {agreement.get('cases', 0):,} cases show it."
    said = f"Says what the interpreter says in {agreement.get('cases', 0):,} cases"
    if agreement.get("refused"):
        said += f" (and refuses {agreement['refused']:,})"
    return f"{said} and {agreement.get('verdicts', 0):,} random verdicts."
