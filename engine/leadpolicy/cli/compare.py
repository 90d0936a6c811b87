"""`leadpolicy compare`: several policies on the same history."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from leadpolicy.cli.options import PoliciesFolder, PolicyNames
from leadpolicy.diagnostics import LeadpolicyError, listing, suggest
from leadpolicy.policy import RUNGS, Policy, load_policies
from leadpolicy.policy.load import POLICIES, find

if TYPE_CHECKING:
    from rich.console import Console

WIDTH: Final = 100
"""Columns where standard output is no terminal and COLUMNS is not set."""
DERIVED: Final = re.compile(r"(?P<name>.+?)\((?P<changes>[a-z0-9_]+\s*=.*)\)\Z", re.DOTALL)
NEXT_CHANGE: Final = re.compile(r",\s*(?=[a-z][a-z0-9_]*\s*=)")


def compare(
    policies: PolicyNames,
    data: Annotated[
        str,
        typer.Option(
            help="A folder with a dataset.yaml, or a name below fixtures.", metavar="DATASET"
        ),
    ],
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="The moment of evaluation: a date, or such as "
            "`7 days after entry` (default: the data set's).",
            metavar="DATE",
        ),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Try another value of a parameter; may be repeated.",
            metavar="POLICY.PARAMETER=VALUE",
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help="A fact that cuts the records into segments.", metavar="FACT"),
    ] = None,
    rung: Annotated[
        list[str] | None,
        typer.Option(help="Only this rung; may be repeated.", metavar="|".join(RUNGS)),
    ] = None,
    top: Annotated[
        int, typer.Option(help="How many records worth arguing about to show.", min=0)
    ] = 10,
    report: Annotated[
        Path | None,
        typer.Option(help="Write a self-contained HTML report.", metavar="FILE.html"),
    ] = None,
    json_file: Annotated[
        Path | None,
        typer.Option(
            "--json",
            help="Write all results as JSON; - for standard output, and nothing else there.",
            metavar="FILE",
        ),
    ] = None,
    quarantine: Annotated[
        Path | None,
        typer.Option(help="Write the rows that did not fit, with reasons, as CSV.", metavar="FILE"),
    ] = None,
    folder: PoliciesFolder = POLICIES,
) -> None:
    """Compare policies on the records of a data set.

    Shows what the data can decide, volumes per rung with UNKNOWN apart, agreement, the records
    most worth arguing about, and outcomes with 95 % intervals.

    A parameter may also be set within a name, to compare a policy with a variant of itself:
    leadpolicy compare heinz "heinz(fit_mode=both)" --data demo
    """
    chosen = _set(_load(policies, folder), changes or [])

    from leadpolicy.comparison import compare as compare_policies
    from leadpolicy.data import open_dataset, parse_as_of
    from leadpolicy.present.progress import ProgressLine

    with ProgressLine(sys.stderr) as progress:
        dataset = open_dataset(data)
        moment = parse_as_of(as_of) if as_of is not None else None
        records = dataset.records(moment, progress=progress)
        if quarantine is not None:
            records.quarantine.write(quarantine)
        rungs = tuple(dict.fromkeys(rung)) if rung else RUNGS
        result = compare_policies(chosen, records, by=by, rungs=rungs, top=top, progress=progress)
        if report is not None:
            from leadpolicy.present.compare_html import write_report

            progress("drawing the report", 0, 1)
            write_report(result, report)

    to_stdout = json_file is not None and str(json_file) == "-"
    if to_stdout:
        typer.echo(result.to_json())
    else:
        from leadpolicy.present.compare_terminal import print_comparison

        print_comparison(result, _console())
    if json_file is not None and not to_stdout:
        from leadpolicy.files import write_whole

        write_whole(json_file, result.to_json() + "\n")
    _say_where(
        {"Rows set aside": quarantine, "Results as JSON": json_file, "HTML report": report},
        to_stderr=to_stdout,
    )


def _console() -> Console:
    from rich.console import Console

    wide = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if wide else WIDTH, markup=False, emoji=False, highlight=False)


def _say_where(written: dict[str, Path | None], *, to_stderr: bool) -> None:
    shown = {what: path for what, path in written.items() if path and str(path) != "-"}
    if shown:
        typer.echo(err=to_stderr)
    for what, path in shown.items():
        typer.echo(f"{what}: {path}", err=to_stderr)


# ---------------------------------------------------------------------------------- policies


def _load(names: Iterable[str], folder: Path) -> list[Policy]:
    """Policies in the order in which they were named.

    A folder of policies adds those that are not named themselves; a policy named twice is
    compared with itself.
    """
    given = [(name, *_variant(name)) for name in names]
    files = [find(plain, folder) for _, plain, _ in given]
    alone = {file.resolve() for found in files if len(found) == 1 for file in found}
    loaded = load_policies(
        dict.fromkeys(file for found in files for file in found), policies=folder
    )
    by_file = {Path(policy.path).resolve(): policy for policy in loaded}
    chosen: list[Policy] = []
    for (name, _, changes), found in zip(given, files, strict=True):
        if changes and len(found) > 1:
            raise LeadpolicyError.of(
                "LP506",
                f"`{name}` sets parameters of {len(found)} policies at once",
                expected="one policy, such as heinz(fit_mode=both)",
            )
        for file in found:
            policy = by_file[file.resolve()]
            if len(found) == 1:
                chosen.append(policy.with_parameters(**changes) if changes else policy)
            elif file.resolve() not in alone and policy not in chosen:
                chosen.append(policy)
    return chosen


def _variant(name: str) -> tuple[str, dict[str, str]]:
    """`heinz(fit_mode=both)` as its name and changes; a file of that name wins."""
    written = DERIVED.match(name)
    if written is None or Path(name).exists():
        return name, {}
    pairs = (change.partition("=") for change in NEXT_CHANGE.split(written["changes"]))
    return written["name"].strip(), {key.strip(): value.strip() for key, _, value in pairs}


def _set(policies: list[Policy], changes: Iterable[str]) -> list[Policy]:
    """Policies with the parameters that `--set` changes. Raises `LeadpolicyError`."""
    for change in changes:
        target, equals, value = change.partition("=")
        name, dot, parameter = target.strip().rpartition(".")
        if not (equals and dot and name and parameter):
            raise LeadpolicyError.of(
                "LP506",
                f"`--set {change}` does not say which parameter to set",
                expected="POLICY.PARAMETER=VALUE, such as b2b-international.min_employees=50",
            )
        meant = [p for p in policies if name in (p.id, f"{p.id}@{p.version}", p.identity)]
        if not meant:
            known = list(dict.fromkeys(p.id for p in policies))
            raise LeadpolicyError.of(
                "LP506",
                f"`--set {change}` speaks of `{name}`, which is not compared here",
                help=suggest(name, known) or f"compared are {listing(known)}",
            )
        having = [p for p in meant if parameter in p.parameters] or meant
        policies = [
            p.with_parameters(**{parameter: value.strip()}) if p in having else p for p in policies
        ]
    return policies
