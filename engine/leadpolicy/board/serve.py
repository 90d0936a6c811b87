"""Serving the board with Voilà, to this machine only and without anything from elsewhere."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.extras import needs

PORT: Final = 8866
TEMPLATES: Final = Path(__file__).with_name("jupyter")
PLACES: Final = {
    "policies": "LEADPOLICY_BOARD_POLICIES",
    "data": "LEADPOLICY_BOARD_DATA",
    "workshop": "LEADPOLICY_BOARD_WORKSHOP",
}
"""How the places reach the notebook, which runs in a process of its own."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves the board until it is interrupted; exit code 2 where it cannot."""
    asked = _parser().parse_args(arguments)
    try:
        serve(asked)
    except LeadpolicyError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m leadpolicy.board",
        description="Serve the board to a browser: compare, vote, decide and sign.",
    )
    parser.add_argument(
        "--policies", type=Path, default=Path("policies"), help="where policies are and go"
    )
    parser.add_argument(
        "--data", type=Path, default=Path("fixtures/demo"),
        help="the data set to begin with; those beside it can be chosen, too",
    )  # fmt: skip
    parser.add_argument(
        "--workshop", type=Path, default=Path("build/workshop"), help="where cards and votes go"
    )
    parser.add_argument("--notebook", type=Path, default=Path("notebooks/board.ipynb"))
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--ip", default="127.0.0.1", help="0.0.0.0 lets other machines in")
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    return parser


def serve(asked: argparse.Namespace) -> None:
    """Runs Voilà in this process. Raises `LeadpolicyError`."""
    for name, what in (("notebook", "notebook"), ("policies", "folder of policies")):
        if not getattr(asked, name).exists():
            raise LeadpolicyError.of(
                "LP101",
                f"there is no {what} {getattr(asked, name)}",
                help=f"--{name} names another",
            )
    for name, variable in PLACES.items():
        os.environ[variable] = str(getattr(asked, name).resolve())
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = os.pathsep.join([str(TEMPLATES), *([before] if before else [])])
    needs("notebooks", "voila.app")
    import_module("voila.app").main(
        [
            str(asked.notebook), "--template=leadpolicy", f"--port={asked.port}",
            f"--Voila.ip={asked.ip}", *(["--no-browser"] if asked.no_browser else []),
            "--show_tracebacks=False",
        ]
    )  # fmt: skip
