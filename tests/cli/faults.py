"""Every command as a process of its own, under faults: interrupts, streams and places that fail."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.conftest import FIXTURES, POLICIES

NAMES: Final = ("heinz", "prospect-first")
DATA: Final = str(FIXTURES / "example")
DATES: Final = ("--effective", "2027-01-01", "--review", "2027-07-01")

STUDY: Final = """\
study: small
title: A study of a small history
dataset: .
policies_in: ../policies
policies: [heinz, prospect-first]
grain: company
entered: {from: 2024-01-01, until: 2025-06-30}
outcome: {name: won, within: 180 days}
as_of: 60 days after entry
accept_snapshot: all
"""

COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "check": ("check",),
    "test": ("test",),
    "show": ("show", "heinz"),
    "show --html": ("show", "heinz", "--html", "OUT.html"),
    "show --pdf": ("show", "heinz", "--pdf", "OUT.pdf"),
    "explain": ("explain", *NAMES, "--data", DATA, "--id", "A-108"),
    "explain --html": ("explain", *NAMES, "--data", DATA, "--id", "A-108", "--html", "OUT.html"),
    "evaluate": ("evaluate", "heinz", "--data", DATA),
    "evaluate --out": ("evaluate", "heinz", "--data", DATA, "--out", "OUT.parquet"),
    "evaluate --out csv": ("evaluate", "heinz", "--data", DATA, "--out", "OUT.csv"),
    "compare": ("compare", *NAMES, "--data", DATA),
    "compare --report": ("compare", *NAMES, "--data", DATA, "--report", "OUT.html"),
    "compare --json": ("compare", *NAMES, "--data", DATA, "--json", "OUT.json"),
    "compare --quarantine": ("compare", *NAMES, "--data", DATA, "--quarantine", "OUT.csv"),
    "replay": ("replay", "heinz", "--data", DATA, "--accept-snapshot", "all"),
    "replay --out": (
        "replay", "heinz", "--data", DATA, "--accept-snapshot", "all", "--out", "OUT.parquet",
    ),
    "backtest --report": ("backtest", "history", "--report", "OUT.html"),
    "cards --out": ("cards", *NAMES, "--data", DATA, "--out", "OUT.html"),
    "votes": ("votes", "cards.yaml", "votes.csv"),
    "votes --add": ("votes", "cards.yaml", "votes.csv", "--add", "heinz"),
    "validate": ("validate", DATA, "--out", "OUT"),
    "facts": ("facts",),
    "schema": ("schema",),
    "schema --out": ("schema", "--out", "OUT.json"),
    "revise": ("revise", "heinz", "--set", "needed_of_five=3"),
    "diff": ("diff", "heinz@1.0.0", "heinz@1.1.0"),
    "adopt": ("adopt", "heinz@1.1.0", "--sign", "sales:Ann Lee", *DATES),
    "lock": ("lock", "policies", "--force"),
    "simulate": ("simulate", "--companies", "300", "--force", "--out", "OUT"),
}  # fmt: skip
"""By name; OUT stands for a place that the test chooses."""


# Where tests run in the background interrupts are ignored, and children inherit that.
_READY: Final = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from leadpolicy.cli.main import main; print('ready', file=sys.stderr, flush=True); main()"
)


@dataclass(frozen=True, slots=True)
class Left:
    """What a process left behind."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> bool:
        """Whether it left with a sentence, and with nothing of its inside."""
        return "error LP" in self.err and not self.crashed

    @property
    def stopped(self) -> bool:
        """Whether it was interrupted as it should be, or had ended before."""
        lines = self.err.splitlines()
        if self.code == 130:
            return lines[-1:] == ["Interrupted."] and not self.crashed
        return self.code in {0, 1, -signal.SIGINT} and "Traceback" not in self.err

    @property
    def crashed(self) -> bool:
        return self.code < 0 or any(
            sign in self.err for sign in ("Traceback", "Exception ignored", "terminate called")
        )


def room(folder: Path) -> Path:
    """A folder to work in: two policies, a small history with a study, cards with votes on them."""
    (folder / "policies").mkdir(parents=True)
    shutil.copy(POLICIES / "vocabulary.yaml", folder / "policies")
    for name in NAMES:
        shutil.copytree(POLICIES / name, folder / "policies" / name)
    assert ran(folder, ["simulate", "--companies", "300", "--out", "history"]).code == 0
    (folder / "history" / "study.yaml").write_text(STUDY, encoding="utf-8")
    dealt = ran(folder, ["cards", *NAMES, "--data", DATA, "--out", "cards.html"])
    assert dealt.code == 0, dealt.err
    people = (("Ann", "sales"), ("Bo", "sales"), ("Cy", "marketing"), ("Di", "marketing"))
    cards = (folder / "cards-ballot.csv").read_text(encoding="utf-8").count(",C")
    rows = [f"{name},{team},C{n + 1},none\n" for name, team in people for n in range(cards)]
    (folder / "votes.csv").write_text("voter,team,card,stage\n" + "".join(rows), encoding="utf-8")
    return folder


def arguments(name: str, out: str = "out") -> list[str]:
    return [part.replace("OUT", out) for part in COMMANDS[name]]


def start(
    where: Path,
    given: list[str],
    *,
    stdout: Any = subprocess.PIPE,
    limit: bool = False,
    closed: bool = False,
    env: dict[str, str] | None = None,
) -> subprocess.Popen[str]:
    """A command; `limit` is a disk on which no file can grow, `closed` is standard output."""
    shell = f'{"ulimit -f 0; " if limit else ""}exec "$@"{" >&-" if closed else ""}'
    return subprocess.Popen(
        ["/bin/sh", "-c", shell, "sh", sys.executable, "-m", "leadpolicy", *given],
        cwd=where, text=True, env=env, stdin=subprocess.DEVNULL, stdout=stdout,
        stderr=subprocess.PIPE,
    )  # fmt: skip


def finished(process: subprocess.Popen[str], seconds: float = 120) -> Left:
    try:
        out, err = process.communicate(timeout=seconds)
    finally:
        process.kill()
    return Left(process.returncode, out or "", err or "")


def ran(where: Path, given: list[str], **options: Any) -> Left:
    return finished(start(where, given, **options))


def interrupted(where: Path, given: list[str], after: float) -> Left:
    """Ctrl-C so many seconds after the process began to work."""
    process = subprocess.Popen(
        [sys.executable, "-c", _READY, *given], cwd=where, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    process.stderr.readline()
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    return finished(process)
