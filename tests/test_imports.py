"""Nothing heavy is loaded by what must feel instant."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "IPython",
    "duckdb",
    "durable",
    "great_expectations",
    "jinja2",
    "numpy",
    "openpyxl",
    "pandas",
    "pyarrow",
    "pyspark",
    "scipy",
    "sqlglot",
    "statsmodels",
    "vl_convert",
    "z3",
)

PROBE = """
import contextlib, io, json, runpy, sys

action, heavy, arguments = sys.argv[1], sys.argv[2].split(","), sys.argv[3:]
sys.argv = ["leadpolicy", *arguments]
code, printed = 0, io.StringIO()
with contextlib.redirect_stdout(printed):
    try:
        match action:
            case "import":
                import leadpolicy
            case "command":
                from leadpolicy.cli.main import main
                main()
            case "module":
                runpy.run_module("leadpolicy", run_name="__main__")
    except SystemExit as stop:
        code = stop.code or 0
loaded = sorted(heavy_one for heavy_one in heavy if heavy_one in sys.modules)
print(json.dumps({"loaded": loaded, "code": code, "printed": printed.getvalue()}))
"""


def probe(repo: Path, action: str, *arguments: str) -> dict[str, object]:
    """What one fresh interpreter loaded, printed and exited with."""
    run = subprocess.run(
        [sys.executable, "-c", PROBE, action, ",".join(HEAVY), *arguments],
        cwd=repo,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout.splitlines()[-1])
    assert isinstance(report, dict)
    return report


def test_the_probe_sees_what_is_loaded(repo: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", "import numpy\n" + PROBE, "import", ",".join(HEAVY)],
        cwd=repo,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(run.stdout)["loaded"] == ["numpy"]


def test_importing_the_package_loads_nothing_heavy(repo: Path) -> None:
    assert probe(repo, "import") == {"loaded": [], "code": 0, "printed": ""}


@pytest.mark.parametrize("action", ["command", "module"])
def test_help_loads_nothing_heavy(repo: Path, action: str) -> None:
    report = probe(repo, action, "--help")
    assert (report["loaded"], report["code"]) == ([], 0)
    assert "compare" in str(report["printed"])


def test_checking_the_policies_loads_nothing_heavy(repo: Path) -> None:
    report = probe(repo, "command", "check", "policies/")
    assert (report["loaded"], report["code"]) == ([], 0), report["printed"]
