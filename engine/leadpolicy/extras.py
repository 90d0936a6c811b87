"""What is installed beside the core, and the sentence that says how to install the rest.

An extra that is installed and cannot be loaded counts as missing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Final, ParamSpec, TypeVar

from leadpolicy.diagnostics import LeadpolicyError, listing

EXTRAS: Final = {
    "compare": (
        "duckdb", "krippendorff", "numpy", "openpyxl", "pandas", "pyarrow", "scipy",
        "sqlglot", "statsmodels", "vl_convert",
    ),
    "validate": ("great_expectations",),
    "notebooks": ("ipywidgets", "voila"),
    "print": ("typst",),
    "stream": ("durable_rules_engine",),
}  # fmt: skip
"""The modules that each extra of pyproject.toml brings, beside those that it shares."""
COMPILED: Final = {"durable_rules_engine": "durable-rules"}
"""Modules that are compiled when they are installed, with the name of their distribution."""
FLAGS: Final = 'CPPFLAGS="-DPyEval_CallObject=PyObject_CallObject" '
"""Without this durable-rules is compiled on Python 3.13 and newer, and cannot be loaded."""


Given = ParamSpec("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Missing:
    """An extra that is not there: why, and the command that cures it."""

    extra: str
    reason: str
    cure: str

    def __str__(self) -> str:
        return f"{self.reason}; {self.cure}"


def missing(extra: str, *modules: str) -> Missing | None:
    """Why an extra cannot be used, or None where it can.

    All its modules are looked for, which is quick; those in `modules` are loaded as well.
    """
    gone = [name for name in EXTRAS[extra] if find_spec(name) is None]
    if gone:
        whole = len(gone) == len(EXTRAS[extra])
        reason = "it is not installed" if whole else f"{listing(gone)} cannot be found"
        return Missing(extra, reason, _command(extra, gone[0]))
    broken = ((name, why) for name in modules if (why := _failure(name)))
    return next((_broken(extra, *one) for one in broken), None)


def needs(extra: str, *modules: str) -> None:
    """Says what to install where `missing` finds something. Raises `LeadpolicyError` (LP511)."""
    if found := missing(extra, *modules):
        raise _error(found)


def explained(error: ImportError) -> LeadpolicyError | None:
    """A failed import as what is missing, where an extra would have brought the module."""
    name = (error.name or "").partition(".")[0]
    extra = next((extra for extra, modules in EXTRAS.items() if name in modules), None)
    return None if extra is None else _error(missing(extra) or _broken(extra, name, str(error)))


def brought(extra: str, module: str) -> ModuleType:
    """A module of ours that is built on an extra. Raises `LeadpolicyError` (LP511)."""
    needs(extra)
    try:
        return import_module(module)
    except ImportError as error:
        if found := explained(error):
            raise found from None
        raise


def explaining(function: Callable[Given, Made]) -> Callable[Given, Made]:
    """The function, of which a failed import is told as what is missing (LP511)."""

    @wraps(function)
    def call(*args: Given.args, **named: Given.kwargs) -> Made:
        try:
            return function(*args, **named)
        except ImportError as error:
            if found := explained(error):
                raise found from None
            raise

    return call


def _failure(name: str) -> str | None:
    """Why a module that is installed cannot be loaded."""
    if name in COMPILED:  # it may take its process with it
        import subprocess

        run = subprocess.run(
            [sys.executable, "-c", f"import {name}"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        said = run.stderr.strip().splitlines() or [f"exit code {run.returncode}"]
        return said[-1] if run.returncode else None
    try:
        import_module(name)
    except ImportError as error:
        return str(error)
    return None


def _broken(extra: str, name: str, reason: str) -> Missing:
    why = f"{name} is installed and cannot be loaded ({reason.partition(chr(10))[0]})"
    return Missing(extra, why, _command(extra, name, again=True))


def _command(extra: str, name: str, *, again: bool = False) -> str:
    flags = FLAGS if name in COMPILED and sys.version_info >= (3, 13) else ""
    if not again:
        return f'{flags}pip install "leadpolicy[{extra}]"'
    return f"{flags}pip install --force-reinstall --no-cache-dir {COMPILED.get(name, name)}"


def _error(found: Missing) -> LeadpolicyError:
    return LeadpolicyError.of(
        "LP511",
        f"this needs the extra `{found.extra}`, but {found.reason}",
        help=f"install it with `{found.cure}`",
    )
